"""Drugs: how they spread in the body (one to three compartments) and what they do there (Hill).

Propofol: Schnider, Anesthesiology 1998;88:1170 and 1999;90:1502; its effect on pressure has an
effect site of its own, slower, and stronger in the old (Kazama, Anesthesiology 1999;90:1517 found
6 minutes and 4.5 to 2.1 mg/L in infusions; 3 minutes and 3.0 to 1.4 here, to give a bolus's fall).
Remifentanil: Minto, Anesthesiology 1997;86:10; breathing: Bouillon, Anesthesiology 2003;99:779
(half at about 1 µg/L). Rocuronium: two compartments with the clearance (3.7 mL/kg/min) and volume
(0.2 L/kg) that Wierda 1991 and Szenohradszky 1992 found, half of the effect on the diaphragm at 1.4
mg/L, slope 4.8 (after Plaud 1995 and Cantineau 1994). Noradrenaline: clearance 2 L/min, 8.8 L
(Beloeil 2005). Metoprolol: clearance 1.1 L/min, 4 L/kg (Regårdh 1974). Nitroglycerin: clearance 14
L/min, 1.5 L/kg (McNiff 1981).
All these are recalled from the papers; how strongly each acts on resistance, veins and the heart
is set here, so that published responses come out (docs/rooms/twin/physiology.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import log

from .person import Person


@dataclass(kw_only=True)
class Kinetics:
    """Volumes [L], clearances [L/min], and how fast effect sites follow [1/min]."""

    v1: float
    cl1: float
    v2: float = 0.0
    cl2: float = 0.0
    v3: float = 0.0
    cl3: float = 0.0
    ke0: float = 1.0
    ke0_slow: float = 1.0


@dataclass(kw_only=True)
class Effects:
    """What all drugs together do; each part is neutral where there is none."""

    resistance: float = 1.0
    veins_ml: float = 0.0  # unstressed volume gained; below 0: squeezed out
    heart: float = 1.0
    gain: float = 1.0  # of the baroreflex
    beta: float = 0.0  # share of the sympathetic's effect on the heart that is blocked
    slower_s: float = 0.0  # added to each beat
    breathing: float = 1.0
    rate: float = 1.0  # of breaths
    awake: float = 1.0
    paralysed: float = 0.0


def hill(concentration: float, half: float, slope: float = 1.0) -> float:
    """Share of the greatest effect at a concentration."""
    if concentration <= 0:
        return 0.0
    power = (concentration / half) ** slope
    return power / (1 + power)


def _propofol(person: Person) -> Kinetics:
    age, lean = person.age, person.lean_kg
    cl1 = 1.89 + 0.0456 * (person.weight_kg - 77) - 0.0681 * (lean - 59)
    return Kinetics(
        v1=4.27, v2=max(5.0, 18.9 - 0.391 * (age - 53)), v3=238.0,
        cl1=max(0.5, cl1 + 0.0264 * (person.height_cm - 177)),
        cl2=max(0.2, 1.29 - 0.024 * (age - 53)), cl3=0.836, ke0=0.456, ke0_slow=log(2) / 3.0,
    )  # fmt: skip


def _remifentanil(person: Person) -> Kinetics:
    age, lean = person.age - 40, person.lean_kg - 55
    return Kinetics(
        v1=5.1 - 0.0201 * age + 0.072 * lean, v2=9.82 - 0.0811 * age + 0.108 * lean, v3=5.42,
        cl1=2.6 - 0.0162 * age + 0.0191 * lean, cl2=2.05 - 0.0301 * age,
        cl3=max(0.01, 0.076 - 0.00113 * age), ke0=0.595 - 0.007 * age, ke0_slow=0.3,
    )  # fmt: skip


def _rocuronium(person: Person) -> Kinetics:
    kg = person.ideal_kg
    return Kinetics(v1=0.045 * kg, cl1=0.0037 * kg, v2=0.155 * kg, cl2=0.006 * kg, ke0=0.30)


def _noradrenaline(person: Person) -> Kinetics:
    return Kinetics(v1=8.8, cl1=2.0 * person.weight_kg / 70, ke0=2.0)


def _metoprolol(person: Person) -> Kinetics:
    kg = person.weight_kg
    return Kinetics(v1=1.0 * kg, cl1=1.1, v2=3.0 * kg, cl2=3.0, ke0=0.3)


def _nitroglycerin(person: Person) -> Kinetics:
    return Kinetics(v1=1.5 * person.weight_kg, cl1=14.0 * person.weight_kg / 70, ke0=2.0)


@dataclass
class Dose:
    """One drug in one body: amounts in each compartment, effect sites, and what runs in."""

    kinetics: Kinetics
    rate: float = 0.0  # of the drug's unit each minute
    amounts: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    site: float = 0.0
    slow: float = 0.0
    given: float = 0.0
    gone: float = 0.0

    @property
    def plasma(self) -> float:
        """Concentration in plasma: the drug's unit for each litre."""
        return self.amounts[0] / self.kinetics.v1

    def step(self, seconds: float) -> None:
        """Go on."""
        it, dt = self.kinetics, seconds / 60
        c1 = self.plasma
        to2 = it.cl2 * (c1 - self.amounts[1] / it.v2) if it.v2 else 0.0
        to3 = it.cl3 * (c1 - self.amounts[2] / it.v3) if it.v3 else 0.0
        out = it.cl1 * c1
        self.amounts[0] += (self.rate - out - to2 - to3) * dt
        self.amounts[1] += to2 * dt
        self.amounts[2] += to3 * dt
        self.given += self.rate * dt
        self.gone += out * dt
        self.site += (c1 - self.site) * it.ke0 * dt
        self.slow += (c1 - self.slow) * it.ke0_slow * dt

    def bolus(self, amount: float) -> None:
        """Give at once."""
        self.amounts[0] += amount
        self.given += amount


def _act_propofol(dose: Dose, person: Person, on: Effects) -> None:
    half = 3.0 if person.age < 55 else max(1.4, 3.0 - 0.10 * (person.age - 55))
    pressure, sleep = hill(dose.slow, half, 2.0), hill(dose.site, 3.08, 3.0)
    on.resistance *= 1 - 0.45 * pressure
    on.veins_ml += 420 * pressure
    on.heart *= 1 - 0.25 * pressure
    on.gain *= 1 - 0.90 * pressure
    on.awake *= 1 - sleep
    on.breathing *= 1 - hill(dose.site, 3.4, 3.0)


def _act_remifentanil(dose: Dose, person: Person, on: Effects) -> None:
    effect = hill(dose.site, 6.0)
    on.resistance *= 1 - 0.20 * effect
    on.gain *= 1 - 0.40 * effect
    on.slower_s += 0.22 * effect
    breath = hill(dose.site, 1.4, 1.5)
    on.breathing *= 1 - breath
    on.rate *= 1 - 0.45 * breath
    on.awake *= 1 - 0.5 * effect


def _act_rocuronium(dose: Dose, person: Person, on: Effects) -> None:
    on.paralysed = max(on.paralysed, hill(dose.site, 1.4, 4.8))


def _act_noradrenaline(dose: Dose, person: Person, on: Effects) -> None:
    effect = hill(dose.site, 8.0)
    on.resistance *= 1 + 2.6 * effect
    on.veins_ml -= 650 * effect
    on.heart *= 1 + 0.45 * effect


def _act_metoprolol(dose: Dose, person: Person, on: Effects) -> None:
    effect = 0.85 * hill(dose.site * 1000, 25.0)  # µg/L
    on.beta = max(on.beta, effect)
    on.heart *= 1 - 0.12 * effect


def _act_nitroglycerin(dose: Dose, person: Person, on: Effects) -> None:
    effect = hill(dose.site, 6.0)
    on.veins_ml += 520 * effect
    on.resistance *= 1 - 0.38 * effect


@dataclass(frozen=True, kw_only=True)
class Drug:
    """One drug: its unit, the largest dose that may be tried, and its two models."""

    unit: str
    most: float  # of one bolus, in the unit
    most_rate: float  # in the unit each minute
    kinetics: Callable[[Person], Kinetics]
    act: Callable[[Dose, Person, Effects], None]


DRUGS: Mapping[str, Drug] = {
    "propofol": Drug(unit="mg", most=500, most_rate=60, kinetics=_propofol, act=_act_propofol),
    "remifentanil": Drug(
        unit="ug", most=500, most_rate=100, kinetics=_remifentanil, act=_act_remifentanil
    ),
    "rocuronium": Drug(unit="mg", most=250, most_rate=5, kinetics=_rocuronium, act=_act_rocuronium),
    "noradrenaline": Drug(
        unit="ug", most=100, most_rate=200, kinetics=_noradrenaline, act=_act_noradrenaline
    ),
    "metoprolol": Drug(unit="mg", most=25, most_rate=5, kinetics=_metoprolol, act=_act_metoprolol),
    "nitroglycerin": Drug(
        unit="ug", most=500, most_rate=400, kinetics=_nitroglycerin, act=_act_nitroglycerin
    ),
}
