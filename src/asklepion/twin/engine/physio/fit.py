"""Bring the model's rest to what was measured of her, or say that it cannot be.

Pressure sets the total resistance and how stiff the arteries are; the pulse sets itself; how full
the veins are is set so that the heart pumps what is usual for her size and age (nobody measured
it); saturation sets the shunt. What is not measured is taken as usual, and said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...model import Cannot, Need, Why, cannot
from .blood_gas import oxygen_content, oxygen_pressure, saturation
from .breathing import DEAD_ML_PER_KG
from .circulation import Circulation, Seen, Tone, Vessels
from .lungs import AIR, DRY, TO_BODY
from .person import Person

QUOTIENT = 0.82  # carbon dioxide made for each oxygen used, at rest
REST_CO2 = 40.0
ROUNDS, ROUND_STEPS = 24, 2500
NEAR_MMHG, NEAR_SHARE = 3.0, 0.10
CAN_BE = {
    "heart_rate": (35.0, 150.0),
    "sbp": (70.0, 220.0),
    "dbp": (35.0, 130.0),
    "spo2": (75.0, 100.0),
    "respiratory_rate": (6.0, 40.0),
    "haemoglobin": (5.0, 22.0),
    "temperature_c": (34.0, 41.5),
}
USUAL = {"spo2": 97.5, "respiratory_rate": 14.0, "temperature_c": 37.0}
NEEDED = ("heart_rate", "sbp", "dbp")


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What was measured at rest; what is None is taken as usual for her.

    Args:
        spo2: [%].
        haemoglobin: [g/dL].
    """

    heart_rate: float | None = None
    sbp: float | None = None
    dbp: float | None = None
    spo2: float | None = None
    respiratory_rate: float | None = None
    haemoglobin: float | None = None
    temperature_c: float | None = None

    @property
    def measured(self) -> tuple[str, ...]:
        """The names of what was measured."""
        return tuple(key for key in CAN_BE if getattr(self, key) is not None)


NORMAL = Rest(heart_rate=70, sbp=120, dbp=76)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A body whose rest is hers.

    Args:
        volumes: of blood, at rest, in the circulation's order.
        differs: for each thing measured, by how much the model's rest is off.
        assumed: what was taken as usual.
    """

    person: Person
    rest: Rest
    vessels: Vessels
    volumes: tuple[float, ...]
    seen: Seen
    shunt: float
    haemoglobin: float
    celsius: float
    rate: float
    minute_l: float
    dead_ml: float
    oxygen_ml_min: float
    used: tuple[str, ...]
    assumed: tuple[str, ...]
    differs: Mapping[str, float]


def fit(person: Person, rest: Rest = NORMAL) -> Fitted | Cannot:
    """The body whose rest is what was measured, or what stands in the way."""
    wanting = cannot(_needs(rest))
    if wanting is not None:
        return wanting
    full: Any = replace(rest, **{key: USUAL[key] for key in USUAL if getattr(rest, key) is None})
    hb = rest.haemoglobin or person.usual_haemoglobin
    vessels, circulation = _fit_vessels(person, full)
    seen = circulation.seen
    differs = {"sbp": seen.systolic - full.sbp, "dbp": seen.diastolic - full.dbp}
    far = [key for key, off in differs.items() if abs(off) > NEAR_MMHG]
    shunt, off = _fit_shunt(person, full, hb, seen.output)
    differs["spo2"] = off
    if abs(off) > 1.5:
        far.append("spo2")
    if far:
        return Cannot(tuple(Need(key=key, why=Why.OUTSIDE) for key in far))
    dead = DEAD_ML_PER_KG * person.ideal_kg
    fresh = person.oxygen_ml_min * QUOTIENT * TO_BODY * DRY / REST_CO2 / 1000
    return Fitted(
        person=person, rest=rest, vessels=vessels, volumes=tuple(circulation.volumes), seen=seen,
        shunt=shunt, haemoglobin=hb, celsius=full.temperature_c, rate=full.respiratory_rate,
        minute_l=fresh + full.respiratory_rate * dead / 1000, dead_ml=dead,
        oxygen_ml_min=person.oxygen_ml_min, used=rest.measured,
        assumed=tuple(key for key in (*USUAL, "haemoglobin") if getattr(rest, key) is None),
        differs=differs,
    )  # fmt: skip


def _needs(rest: Rest) -> list[Need | None]:
    needs: list[Need | None] = []
    for key, (low, high) in CAN_BE.items():
        value = getattr(rest, key)
        if value is None:
            needs.append(Need(key=key, why=Why.MISSING) if key in NEEDED else None)
        elif not low <= value <= high:
            needs.append(Need(key=key, why=Why.OUTSIDE, low=low, high=high))
    if rest.sbp is not None and rest.dbp is not None and rest.sbp - rest.dbp < 15:
        needs.append(Need(key="dbp", why=Why.OUTSIDE, high=rest.sbp - 15, unit="mm[Hg]"))
    return needs


def usual_output(person: Person, heart_rate: float) -> float:
    """What the heart usually pumps at rest [mL/s]; slow hearts fill more."""
    slow = (heart_rate / 70) ** 0.35
    return person.cardiac_index * person.surface_m2 * slow * 1000 / 60


def _fit_vessels(person: Person, rest: Any) -> tuple[Vessels, Circulation]:
    """Turn resistance, stiffness and filling, round after round, until rest is hers."""
    size = person.surface_m2 / 1.9
    it = Vessels().scaled(size)
    wanted, pulse = usual_output(person, rest.heart_rate), rest.sbp - rest.dbp
    it.left_ees *= (rest.sbp / 120) ** 0.8
    middle = (rest.sbp + rest.dbp) / 2
    it.artery_c = 1.5 * size * 40 / pulse
    circulation = Circulation(it, Tone(period_s=60 / rest.heart_rate))
    circulation.fill(person.blood_ml, 93)
    circulation.advance(6 * ROUND_STEPS // 2)
    for _ in range(ROUNDS):
        circulation.advance(ROUND_STEPS)
        seen = circulation.seen
        it.system_r *= (middle / ((seen.systolic + seen.diastolic) / 2)) ** 0.8
        ratio = (seen.systolic - seen.diastolic) / pulse
        old, it.artery_c = it.artery_c, min(5.0 * size, max(0.15 * size, it.artery_c * ratio**0.7))
        it.artery_v0 -= (it.artery_c - old) * seen.mean  # the blood in it stays where it is
        it.artery_v0 = max(0.0, it.artery_v0)
        it.upper_v0 -= max(-120.0, min(120.0, (wanted - seen.output) * 6.0 * size))
    circulation.advance(3 * ROUND_STEPS)
    beats = circulation.beats
    while circulation.beats == beats:  # whoever goes on from here begins with a whole beat
        circulation.advance(1)
    return it, circulation


def _fit_shunt(person: Person, rest: Any, hb: float, flow: float) -> tuple[float, float]:
    """The share of blood that passes the lungs by, and by how much saturation is off [%]."""
    oxygen = AIR * DRY - REST_CO2 / QUOTIENT * (1 - AIR * (1 - QUOTIENT))
    end = oxygen_content(oxygen, REST_CO2, hb, rest.temperature_c)
    used = person.oxygen_ml_min / 60 / flow

    def shown(shunt: float) -> float:
        content = end - shunt / (1 - shunt) * used
        pressure = oxygen_pressure(content, REST_CO2, hb, rest.temperature_c)
        return 100 * saturation(pressure, REST_CO2, rest.temperature_c)

    low, high = 0.005, 0.5
    for _ in range(30):
        middle = (low + high) / 2
        if shown(middle) > rest.spo2:
            low = middle
        else:
            high = middle
    return low, shown(low) - rest.spo2 if rest.spo2 < shown(0.005) else 0.0
