"""Somebody as the simulation needs to know her: size, sex, age, and what is usual for these.

Sources of the formulas stand at each; "(m)" in them means recalled from the paper, not seen again.
"""

from dataclasses import dataclass

from asklepion.kit.errors import Incorrect

from ...model import Sex

KCAL_PER_L_O2 = 4.86  # at a respiratory quotient of 0.85 (Weir, J Physiol 1949;109:1) (m)
PER_DAY = 1440  # minutes
LIMITS = {"weight_kg": (35.0, 250.0), "height_cm": (130.0, 215.0), "age": (18.0, 100.0)}
KINDS = ("none", "type1", "type2")


@dataclass(frozen=True, kw_only=True)
class Person:
    """An adult.

    Args:
        diabetes: "none", "type1" or "type2": which set of published parameters glucose follows.

    Raises:
        Incorrect: outside what the published formulas were made for.
    """

    weight_kg: float = 70.0
    height_cm: float = 175.0
    age: float = 40.0
    sex: Sex = Sex.MALE
    diabetes: str = "none"

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise Incorrect(f"{name} is outside what the simulation was made for.",
                                hint=f"{name} from {low:g} to {high:g}.")  # fmt: skip
        if self.diabetes not in KINDS:
            raise Incorrect("There is no such kind of diabetes.", hint=f"One of: {KINDS}.")

    @property
    def is_male(self) -> bool:
        """Whether the formulas for men are used."""
        return self.sex is Sex.MALE

    @property
    def bmi(self) -> float:
        """Body mass index [kg/m²]."""
        return self.weight_kg / (self.height_cm / 100) ** 2

    @property
    def ideal_kg(self) -> float:
        """Predicted weight by height (Devine 1974) (m)."""
        return max(35.0, (50.0 if self.is_male else 45.5) + 0.906 * (self.height_cm - 152.4))

    @property
    def lean_kg(self) -> float:
        """Lean mass (James 1976), as the drug models were fitted with it (m).

        The parabola falls again in the very obese; past its top the top is kept.
        """
        slope, bend = (1.10, 128.0) if self.is_male else (1.07, 148.0)
        weight = min(self.weight_kg, slope * self.height_cm**2 / (2 * bend))
        return slope * weight - bend * (weight / self.height_cm) ** 2

    @property
    def surface_m2(self) -> float:
        """Body surface (DuBois 1916)."""
        return 0.007184 * self.weight_kg**0.425 * self.height_cm**0.725

    @property
    def blood_ml(self) -> float:
        """Blood volume (Nadler, Surgery 1962;51:224); in obesity by Lemmens 2006 (m)."""
        metres = self.height_cm / 100
        if self.bmi > 30:  # 70 mL/kg over the root of BMI/22
            return 70 * self.weight_kg / (self.bmi / 22) ** 0.5
        if self.is_male:
            return 1000 * (0.3669 * metres**3 + 0.03219 * self.weight_kg + 0.6041)
        return 1000 * (0.3561 * metres**3 + 0.03308 * self.weight_kg + 0.1833)

    @property
    def oxygen_ml_min(self) -> float:
        """Oxygen used at rest: Mifflin and St Jeor, Am J Clin Nutr 1990;51:241."""
        kcal = 9.99 * self.weight_kg + 6.25 * self.height_cm - 4.92 * self.age
        return (kcal + (5 if self.is_male else -161)) / PER_DAY / KCAL_PER_L_O2 * 1000

    @property
    def peak_oxygen_ml_min(self) -> float:
        """Oxygen used at most, on a bicycle: FRIEND, de Souza e Silva 2018 (m)."""
        per_kg = (
            45.2 - 0.35 * self.age - 10.9 * (1 if self.is_male else 2)
            - 0.15 * self.weight_kg * 2.20462 + 0.68 * self.height_cm / 2.54 - 0.46 * 2
        )  # fmt: skip
        return max(12.0, per_kg) * self.weight_kg

    @property
    def fastest_pulse(self) -> float:
        """Highest heart rate: Tanaka, J Am Coll Cardiol 2001;37:153."""
        return 208 - 0.7 * self.age

    @property
    def cardiac_index(self) -> float:
        """Usual cardiac output at rest [L/min/m²]: 3.2 at 20, falling 0.01 a year (Brandfonbrener
        1955 found 1 % a year; later studies in healthy people less) (m)."""
        return 3.2 - 0.01 * (min(self.age, 90) - 20)

    @property
    def reserve_l(self) -> float:
        """Air left in the lungs after breathing out, lying down [L].

        ECSC 1993 (m), upright; less 0.75 L lying; and falling with the body mass index
        (exp(-0.05) for each kg/m² above 25: what Pelosi, Anesth Analg 1998;87:654 found lying) (m).
        """
        metres = self.height_cm / 100
        if self.is_male:
            upright = 2.34 * metres + 0.009 * self.age - 1.09
        else:
            upright = 2.24 * metres + 0.001 * self.age - 1.00
        thinner = 2.718281828459045 ** (-0.05 * max(0.0, self.bmi - 25))
        return max(0.6, (upright - 0.75) * thinner)

    @property
    def usual_haemoglobin(self) -> float:
        """Usual haemoglobin [g/dL]."""
        return 14.7 if self.is_male else 13.2
