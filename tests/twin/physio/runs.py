"""Runs of the simulation, short to write."""

from functools import cache
from typing import Any

from asklepion.twin import Event, Patient, Person, Rest, Vitals, fit
from asklepion.twin.engine.physio.fit import NORMAL, Fitted
from asklepion.twin.model import Cannot

GROWN = Person()  # a man of 40, 70 kg, 175 cm
LARGE = Person(weight_kg=127, height_cm=172)


@cache
def body(person: Person = GROWN, rest: Rest = NORMAL) -> Fitted:
    """A body that fits, made once."""
    made = fit(person, rest)
    assert not isinstance(made, Cannot)
    return made


def event(kind: str, drug: str = "", *, at: float = 0, **values: float) -> Event:
    return Event(at=at, kind=kind, values=values, drug=drug)


def bleed(share: float, person: Person = GROWN, minutes: float = 12) -> Event:
    ml = max(1.0, share * person.blood_ml)
    return event("bleed", ml_min=ml / minutes, seconds=minutes * 60)


def course(*plan: Event | float, person: Person = GROWN, rest: Rest = NORMAL) -> list[Vitals]:
    """What the monitor showed after each stretch of seconds; events happen between them."""
    patient = Patient(body(person, rest))
    shown: list[Vitals] = []
    for step in plan:
        if isinstance(step, Event):
            patient.apply(step)
        else:
            patient.step(step)
            shown.append(patient.vitals)
    return shown


@cache
def bled(share: float) -> Vitals:
    """A minute after a loss of so much of the blood within four minutes; each is run once."""
    return course(bleed(share, minutes=4), 300)[0]


def until(patient: Patient, saturation: float, longest: float = 1200) -> float:
    """Seconds until arterial saturation [%] has fallen so far."""
    start = patient.time
    while 100 * patient.gas.saturation > saturation and patient.time - start < longest:
        patient.step(1)
    return patient.time - start


def between(low: float, value: Any, high: float) -> bool:
    return low <= value <= high
