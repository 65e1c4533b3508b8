"""Physiology for what-if in seconds: a heart that beats, lungs, blood, nerves, drugs; and glucose.

    body = fit(Person(weight_kg=62, height_cm=168, age=58, sex=Sex.FEMALE),
               Rest(heart_rate=72, sbp=128, dbp=78, spo2=97))
    patient = Patient(body)                     # in real time: step by step
    patient.apply(Event(at=0, kind="bleed", values={"ml_min": 100, "seconds": 600}))
    patient.step(0.02)
    patient.vitals.sbp, patient.take_trace()    # what a monitor shows; the pressure wave, 100 Hz
    simulate(body, events, 600)                 # as a batch: curves

Mechanistic, and calibrated to as much of one person as was measured: not a prediction of what a
treatment would do to her. Plain floats, fixed steps: the same input gives the same bits.
"""

from .drugs import DRUGS, Drug
from .events import Event
from .fit import NORMAL, Fitted, Rest, fit
from .glucose import GlucoseBody, GlucoseEvent, glucose_body
from .patient import Patient, Vitals
from .person import Person
from .simulate import Curves, simulate, simulate_glucose

__all__ = [
    "DRUGS",
    "NORMAL",
    "Curves",
    "Drug",
    "Event",
    "Fitted",
    "GlucoseBody",
    "GlucoseEvent",
    "Patient",
    "Person",
    "Rest",
    "Vitals",
    "fit",
    "glucose_body",
    "simulate",
    "simulate_glucose",
]
