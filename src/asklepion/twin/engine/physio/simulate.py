"""What-if runs: a body, what happens to it when, and the curves that follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite

from asklepion.kit.errors import Incorrect

from ...model import Cannot
from .events import Event
from .fit import NORMAL, Fitted, Rest, fit
from .glucose import GlucoseBody, GlucoseEvent, glucose_body
from .patient import Patient, Vitals
from .person import Person

LONGEST_S, LONGEST_MIN = 1800, 1440
POINTS = 600
LEAD_S = 30.0  # of rest before anything happens, so that one sees where it begins
WAVE_S, WAVE_EVERY = 5.0, 2  # of the pressure wave, at 50 Hz
MOST_EVENTS = 40
# What is told of each moment, and with how many digits.
CURVES = {
    "heart_rate": 1, "sbp": 1, "dbp": 1, "mean": 1, "spo2": 1, "etco2": 1, "respiratory_rate": 1,
    "output_l": 2, "stroke_ml": 1, "central": 1, "blood_ml": 0, "haemoglobin": 2, "paco2": 1,
    "pao2": 0, "tidal_ml": 0,
}  # fmt: skip


@dataclass(kw_only=True)
class Curves:
    """What a run gave.

    Args:
        times: seconds (or, of glucose, minutes) from the start of the events; the lead is before 0.
        values: by name, one for each time; None where a monitor would show a dash.
        before: the arterial wave at rest, 50 Hz.
        after: likewise at the end.
        stopped_at: when the heart stood still, if it did.
    """

    times: list[float] = field(default_factory=list[float])
    values: dict[str, list[float | None]] = field(default_factory=dict[str, list[float | None]])
    before: list[float] = field(default_factory=list[float])
    after: list[float] = field(default_factory=list[float])
    stopped_at: float | None = None


def simulate(
    who: Person | Fitted, events: Sequence[Event], seconds: float, *, rest: Rest = NORMAL
) -> Curves:
    """Let events happen to somebody, and give what a monitor shows.

    Args:
        who: a person, whose rest is then `rest`; or a body that was fitted.

    Raises:
        Incorrect: the run is too long, has too many events, or nobody fits.
    """
    if not 1 <= seconds <= LONGEST_S:
        raise Incorrect("The run is too short or too long.", hint=f"1 to {LONGEST_S} seconds.")
    if len(events) > MOST_EVENTS:
        raise Incorrect("There are too many events.", hint=f"At most {MOST_EVENTS}.")
    fitted = who if isinstance(who, Fitted) else fit(who, rest)
    if isinstance(fitted, Cannot):
        raise Incorrect("Nobody fits these values.", hint=", ".join(n.key for n in fitted.needs))
    patient = Patient(fitted)
    waiting = sorted(events, key=lambda event: event.at)
    every = max(0.5, round((seconds + LEAD_S) / POINTS * 2 + 0.499) / 2)
    curves = Curves(values={key: [] for key in CURVES})
    moment = -LEAD_S
    while True:
        if moment >= -1e-9:
            while waiting and waiting[0].at < moment + every - 1e-9:
                patient.apply(waiting.pop(0))
        _tell(curves, moment, patient.vitals)
        if moment + every > seconds + 1e-9:
            break
        patient.step(every)
        _keep_wave(curves, patient, moment < 0)
        moment += every
    return curves


def _keep_wave(curves: Curves, patient: Patient, is_before: bool) -> None:
    wave = (curves.before if is_before else curves.after) + patient.take_trace()[::WAVE_EVERY]
    wave = [round(value, 1) for value in wave[-round(WAVE_S * 50):]]  # fmt: skip
    if is_before:
        curves.before = wave
    else:
        curves.after = wave


def _tell(curves: Curves, moment: float, vitals: Vitals) -> None:
    curves.times.append(round(moment, 2))
    for key, digits in CURVES.items():
        value: float | None = getattr(vitals, key)
        is_told = value is not None and isfinite(value)
        curves.values[key].append(round(value, digits) if value is not None and is_told else None)
    if not vitals.is_beating and curves.stopped_at is None:
        curves.stopped_at = round(moment, 1)


def simulate_glucose(
    who: Person | GlucoseBody,
    events: Sequence[GlucoseEvent],
    minutes: float,
    *,
    fasting_mg_dl: float | None = None,
) -> Curves:
    """Let meals, insulin and work happen to somebody, and give her glucose and insulin.

    Raises:
        Incorrect: the run is too long, has too many events, or nobody fits.
    """
    if not 5 <= minutes <= LONGEST_MIN:
        raise Incorrect("The run is too short or too long.", hint=f"5 to {LONGEST_MIN} minutes.")
    if len(events) > MOST_EVENTS:
        raise Incorrect("There are too many events.", hint=f"At most {MOST_EVENTS}.")
    body = who if isinstance(who, GlucoseBody) else glucose_body(who, fasting_mg_dl)
    if isinstance(body, Cannot):
        raise Incorrect("Nobody fits these values.", hint=", ".join(n.key for n in body.needs))
    waiting = sorted(events, key=lambda event: event.at)
    every = max(1, round(minutes / POINTS + 0.499))
    curves = Curves(values={"glucose": [], "insulin": []})
    for moment in range(0, int(minutes) + 1, every):
        while waiting and waiting[0].at < moment + every:
            body.apply(waiting.pop(0))
        curves.times.append(float(moment))
        curves.values["glucose"].append(round(body.glucose, 1))
        curves.values["insulin"].append(round(body.insulin, 1))
        body.advance(every)
    return curves
