"""A simulation as a program of its own: a job in, curves out, both JSON.

It runs beside the house, so that nobody waits for its processor, and can be ended at any moment.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from ...model import Cannot, Sex
from .events import Event
from .fit import Rest, fit
from .glucose import GlucoseEvent, glucose_body
from .person import Person
from .simulate import simulate, simulate_glucose

POLITE = 10  # how much less urgent than the house


def work(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do one job: the curves and how well the body fits, or what is wanting."""
    told: dict[str, Any] = dict(job["person"])
    sex = Sex(told.pop("sex"))
    person = Person(sex=sex, **told)
    if job["kind"] == "glucose":
        return _glucose(person, job)
    fitted = fit(person, Rest(**job["rest"]))
    if isinstance(fitted, Cannot):
        return _wanting(fitted)
    curves = simulate(fitted, [Event(**one) for one in job["events"]], job["length"])
    seen = {"sbp": fitted.seen.systolic, "dbp": fitted.seen.diastolic}
    rest = job["rest"]
    pairs = [("heart_rate", rest["heart_rate"], rest["heart_rate"])]
    pairs += [(key, rest[key], value) for key, value in seen.items()]
    if rest["spo2"] is not None:
        pairs.append(("spo2", rest["spo2"], rest["spo2"] + fitted.differs["spo2"]))
    if rest["respiratory_rate"] is not None:
        pairs.append(("respiratory_rate", rest["respiratory_rate"], fitted.rate))
    return {
        "times": curves.times,
        "values": curves.values,
        "before": curves.before,
        "after": curves.after,
        "stopped_at": curves.stopped_at,
        "fit": [(key, measured, round(value, 1)) for key, measured, value in pairs],
    }


def _glucose(person: Person, job: Mapping[str, Any]) -> dict[str, Any]:
    body = glucose_body(person, job["fasting"])
    if isinstance(body, Cannot):
        return _wanting(body)
    resting = body.glucose
    curves = simulate_glucose(body, [GlucoseEvent(**e) for e in job["events"]], job["length"])
    fit_to = [] if job["fasting"] is None else [("glucose", job["fasting"], round(resting, 1))]
    return {"times": curves.times, "values": curves.values, "fit": fit_to}


def _wanting(cannot: Cannot) -> dict[str, Any]:
    return {
        "needs": [
            {"key": n.key, "why": str(n.why), "low": n.low, "high": n.high, "unit": n.unit}
            for n in cannot.needs
        ]
    }


def main() -> None:
    """Read one job, write one answer, and let the house go first."""
    os.nice(POLITE)
    json.dump(work(json.load(sys.stdin)), sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main()
