"""How well the kidneys filter, from one creatinine. CKD-EPI 2021, without race.

Source: Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin C-based equations to
estimate GFR without race. N Engl J Med 2021;385:1737-1749.
"""

import math
from dataclasses import dataclass

from ..model import Cannot, Need, Sex, Why, cannot
from ..wire import Source
from .checks import Bounds, is_number, need_sex, read_sex, scaled

SOURCE = Source(
    citation="Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin C-based "
    "equations to estimate GFR without race. N Engl J Med 2021;385:1737-1749.",
    url="https://doi.org/10.1056/NEJMoa2102953",
)

UMOL_L_PER_MG_DL = 88.4  # creatinine has a molar mass of 113.12 g/mol
UNITS = {
    "mg/dL": 1.0,
    "umol/L": 1 / UMOL_L_PER_MG_DL,
    "µmol/L": 1 / UMOL_L_PER_MG_DL,  # micro sign
    "μmol/L": 1 / UMOL_L_PER_MG_DL,  # Greek mu
}
AGE = Bounds(possible=(0, 130), valid=(18, 130), unit="a")
CREATININE = Bounds(possible=(0.05, 50), unit="mg/dL")

# Where the line of the logarithms bends, and how steep it is below.
KAPPA = {Sex.FEMALE: 0.7, Sex.MALE: 0.9}
ALPHA = {Sex.FEMALE: -0.241, Sex.MALE: -0.302}
BEYOND = -1.200
PER_YEAR = 0.9938
OF_WOMEN = 1.012

# KDIGO 2024: a category begins at this whole number.
CATEGORIES = (("G1", 90), ("G2", 60), ("G3a", 45), ("G3b", 30), ("G4", 15), ("G5", 0))


@dataclass(frozen=True, kw_only=True)
class Egfr:
    """Estimated glomerular filtration rate [mL/min/{1.73_m2}], unrounded.

    Args:
        category: KDIGO's, of the rounded value, since that is what everybody reads.
    """

    value: float
    category: str

    @property
    def rounded(self) -> int:
        """The whole number that laboratories report."""
        return math.floor(self.value + 0.5)


def ckd_epi_2021(
    *,
    creatinine: float | None,
    age: float | None,
    sex: str | None,
    creatinine_unit: str = "mg/dL",
) -> Egfr | Cannot:
    """Estimate the filtration rate of an adult.

    Args:
        creatinine: in serum or plasma, by an assay that is traceable to IDMS.
        age: when the blood was drawn [a].
        sex: "female" or "male" (also "F", "M").
        creatinine_unit: "mg/dL" or "umol/L".

    Returns:
        The estimate, or all that is needed for one.
    """
    factor = UNITS.get(creatinine_unit)
    if factor is None:
        need = Need(key="creatinine", why=Why.UNIT, unit="mg/dL")
        return Cannot((need,))
    mg_dl = scaled(creatinine, factor)
    needs = (CREATININE.need("creatinine", mg_dl), AGE.need("age", age), need_sex(sex))
    if unmet := cannot(needs):
        return unmet
    group = read_sex(sex)
    assert is_number(mg_dl)
    assert age is not None
    assert group is not None
    return estimate(mg_dl, age, group)


def estimate(creatinine_mg_dl: float, age: float, sex: Sex) -> Egfr:
    """The equation itself, for inputs already checked."""
    ratio = creatinine_mg_dl / KAPPA[sex]
    value = 142 * min(ratio, 1) ** ALPHA[sex] * max(ratio, 1) ** BEYOND * PER_YEAR**age
    if sex is Sex.FEMALE:
        value *= OF_WOMEN
    return Egfr(value=value, category=category(value))


def creatinine_at(egfr: float, age: float, sex: Sex) -> float:
    """The creatinine [mg/dL] at which this person would have this rate: the equation, inverted."""
    at_bend = estimate(KAPPA[sex], age, sex).value
    slope = ALPHA[sex] if egfr > at_bend else BEYOND
    return KAPPA[sex] * (egfr / at_bend) ** (1 / slope)


def category(egfr: float) -> str:
    """KDIGO's category. KDIGO 2024 guideline, Kidney Int 2024;105(4S):S117-S314, table 3."""
    whole = math.floor(egfr + 0.5)
    return next(name for name, least in CATEGORIES if whole >= least)
