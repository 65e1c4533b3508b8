"""A simulation of one person: what is asked, what her record tells, what is answered.

The computation itself is done elsewhere (`physio.work`), since it takes a second of a processor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from ..model import Cannot, Need, Why
from ..wire import Curve, Fit, Params, Simulation, Source, Text
from .cards import LABEL, Known, as_inputs, as_missing, exclusions, iso, look_up, stated
from .chart import Chart
from .checks import is_number
from .codes import DIABETES, TYPE_1
from .measures import MEASURES
from .physio import Event, GlucoseEvent
from .physio.fit import CAN_BE, NEEDED, USUAL
from .physio.person import LIMITS
from .physio.simulate import CURVES, LONGEST_MIN, LONGEST_S, MOST_EVENTS
from .questions import FEW
from .resting import AT_REST, PULSE, pulse_at_rest, told_pulse
from .resting import READ as READ_PULSES
from .simulation_words import GLUCOSE_CURVES, SIMULATION

MEASURED = (*CAN_BE, "weight", "bmi", "height_m", "glucose")
READ = {key: FEW for key in MEASURED if key != "dbp"} | {PULSE: READ_PULSES, AT_REST: READ_PULSES}
TOLD = (*CAN_BE, "weight", "height_cm", "glucose")
MONTH, YEARS = timedelta(days=31), timedelta(days=730)
UNITS = {
    "heart_rate": "/min", "sbp": "mm[Hg]", "dbp": "mm[Hg]", "mean": "mm[Hg]", "spo2": "%",
    "etco2": "mm[Hg]", "respiratory_rate": "/min", "output_l": "L/min", "stroke_ml": "mL",
    "central": "mm[Hg]", "blood_ml": "mL", "haemoglobin": "g/dL", "paco2": "mm[Hg]",
    "pao2": "mm[Hg]", "tidal_ml": "mL", "glucose": "mg/dL", "insulin": "pmol/L",
}  # fmt: skip
SOURCES = {
    "circulation": (
        (
            "Ursino, Am J Physiol 1998;275:H1733",
            "https://doi.org/10.1152/ajpheart.1998.275.5.H1733",
        ),
        ("Smith, Med Eng Phys 2004;26:131", "https://doi.org/10.1016/j.medengphy.2003.10.001"),
        ("Severinghaus, J Appl Physiol 1979;46:599", "https://doi.org/10.1152/jappl.1979.46.3.599"),
    ),
    "glucose": (
        (
            "Dalla Man, IEEE Trans Biomed Eng 2007;54:1740",
            "https://doi.org/10.1109/TBME.2007.893506",
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to see happen.

    Args:
        kind: "circulation" (seconds) or "glucose" (minutes).
        length: of the run, in the kind's unit.
        events: as they were sent, each checked.
        told: what is known now and stands in no record, or goes before it.
    """

    kind: str
    length: float
    events: Sequence[Mapping[str, Any]]
    told: Mapping[str, float]


def read_wish(body: Mapping[str, Any]) -> Wish:
    """What was sent, checked.

    Raises:
        Incorrect: something is missing, unknown or out of bounds.
    """
    if odd := sorted(body.keys() - {"kind", "length", "events", "told"}):
        raise Incorrect("A simulation has no such part.", hint=f"Leave out {odd[0][:40]}.")
    kind, length = body.get("kind"), body.get("length")
    if kind not in SOURCES:
        raise Incorrect("There is no such simulation.", hint=f"kind: {' or '.join(SOURCES)}.")
    low, high = (1, LONGEST_S) if kind == "circulation" else (5, LONGEST_MIN)
    if not is_number(length) or not low <= length <= high:
        raise Incorrect("The run is too short or too long.", hint=f"length from {low} to {high}.")
    events = body.get("events", [])
    if not isinstance(events, list) or len(cast(list[Any], events)) > MOST_EVENTS:
        raise Incorrect("The events are no list, or too many.", hint=f"At most {MOST_EVENTS}.")
    checked = [_read_event(kind, one) for one in cast(list[Any], events)]
    return Wish(kind=kind, length=float(length), events=checked, told=_read_told(body.get("told")))


def _read_event(kind: str, sent: object) -> Mapping[str, Any]:
    if not isinstance(sent, dict):
        raise Incorrect("An event is no object.", hint='Such as {"at": 60, "kind": "tilt", …}.')
    event = cast(dict[str, Any], sent)
    if odd := sorted(str(key) for key in event.keys() - {"at", "kind", "drug", "values"}):
        raise Incorrect("An event has no such part.", hint=f"Leave out {odd[0][:40]}.")
    at, values = event.get("at"), event.get("values", {})
    if not is_number(at) or not isinstance(values, dict):
        raise Incorrect("An event needs `at` and `values`.", hint="Numbers, by their names.")
    numbers = cast(dict[str, Any], values)
    if not all(is_number(value) for value in numbers.values()):
        raise Incorrect("An event's values are no numbers.", hint="Send numbers.")
    told: dict[str, Any] = {"at": float(at), "kind": str(event.get("kind")), "values": numbers}
    if kind == "circulation":
        Event(**told, drug=str(event.get("drug", "")))
        return {**told, "drug": str(event.get("drug", ""))}
    GlucoseEvent(**told)
    return told


def _read_told(sent: object) -> Mapping[str, float]:
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise Incorrect("What is told is no object.", hint='Such as {"heart_rate": 72}.')
    told = cast(dict[str, Any], sent)
    for key in told:
        if key not in TOLD:
            raise Incorrect("A simulation does not ask for all that was told.",
                            hint=f"It asks for: {', '.join(TOLD)}.")  # fmt: skip
    return {key: _read_number(key, value) for key, value in told.items()}


def _read_number(key: str, value: object) -> float:
    """A number in the input's own unit, or a pair of a number and one of its other units."""
    if is_number(value):
        return float(value)
    pair = cast(list[Any], value) if isinstance(value, list) else []
    measure = MEASURES.get(key)
    if len(pair) == 2 and is_number(pair[0]) and isinstance(pair[1], str) and measure:
        converted = measure.convert(float(pair[0]), pair[1])
        if converted is not None:
            return converted
    raise Incorrect(
        "What is told is no number, or in no unit of its measure.",
        hint=f'{key[:40]}: a number, or a pair such as [5.3, "mmol/L"].',
    )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A simulation as far as it is known before it is run.

    Args:
        job: for the worker; None where something is wanting.
        measured: which inputs were measured or told, and so calibrate it.
        pulse: how the pulse at rest was found.
    """

    wish: Wish
    inputs: Sequence[Known]
    cannot: Cannot | None
    limits: Sequence[Text]
    job: Mapping[str, Any] | None
    measured: Sequence[str]
    pulse: Text | None


def plan(chart: Chart, wish: Wish, now: datetime) -> Plan:
    """What the record gives for a simulation, or what is wanting."""
    known = {key: _known(chart, wish, key, now) for key in MEASURED}
    pulse = told_pulse()
    if PULSE not in wish.told:
        known[PULSE], pulse = pulse_at_rest(chart, now - MONTH)
    height = _height(wish, known)
    age = chart.person.age_at(now)
    person = [
        stated(chart, "age", age, "a"),
        stated(chart, "sex", chart.person.sex.value if chart.person.sex else None),
    ]
    kind, kind_why = _diabetes(chart)
    wanted = ("glucose",) if wish.kind == "glucose" else tuple(CAN_BE)
    inputs = [*person, known["weight"], height, *(known[key] for key in wanted)]
    needs = [*_needs(inputs, wanted), *_unfit(inputs), *exclusions(chart)]
    if wish.kind == "glucose" and kind_why is not None:
        needs.append(Need(key="dm", why=kind_why))
    cannot = Cannot(tuple(needs)) if needs else None
    values = {one.key: one.value for one in inputs if one.value is not None}
    measured = [key for key in (*CAN_BE, "weight", "height_cm", "glucose") if key in values]
    job = None if cannot else _job(wish, values, kind)
    limits = _limits(chart, wish, values, kind)
    return Plan(
        wish=wish,
        inputs=inputs,
        cannot=cannot,
        limits=limits,
        job=job,
        measured=measured,
        pulse=pulse if wish.kind == "circulation" else None,
    )


def _known(chart: Chart, wish: Wish, key: str, now: datetime) -> Known:
    """One input: what was told now, else what the record says and is not too old."""
    if key in wish.told:
        value = wish.told[key]
        return Known(key=key, value=value, seen=value, unit=MEASURES[key].unit)
    long = key in ("weight", "bmi", "height_m", "sbp", "dbp", "haemoglobin", "glucose")
    return look_up(chart, key, since=now - (YEARS if long else MONTH))


def _height(wish: Wish, known: Mapping[str, Known]) -> Known:
    """Height as told, else as measured, else as it follows from weight and body mass index."""
    told = wish.told.get("height_cm")
    if told is not None:
        return Known(key="height_cm", value=told, seen=told, unit="cm")
    measured = known["height_m"]
    if is_number(measured.value):
        height = round(100 * measured.value, 1)
        return Known(key="height_cm", value=height, seen=height, unit="cm", at=measured.at,
                     reference=measured.reference)  # fmt: skip
    weight, bmi = known["weight"], known["bmi"]
    if is_number(weight.value) and is_number(bmi.value) and bmi.value > 0:
        height = round(100 * (weight.value / bmi.value) ** 0.5, 1)
        return Known(key="height_cm", value=height, seen=height, unit="cm", at=bmi.at,
                     reference=bmi.reference)  # fmt: skip
    return Known(key="height_cm", why=bmi.why)


def _needs(inputs: Sequence[Known], wanted: Sequence[str]) -> list[Need]:
    """What must be known and is not."""
    must = {"age", "sex", "weight", "height_cm", *(key for key in NEEDED if key in wanted)}
    return [
        Need(key=one.key, why=one.why) for one in inputs if one.value is None and one.key in must
    ]


def _unfit(inputs: Sequence[Known]) -> list[Need]:
    """What is known and lies outside what the formulas were made for."""
    bounds = {"age": LIMITS["age"], "weight": LIMITS["weight_kg"], **CAN_BE}
    bounds["height_cm"] = LIMITS["height_cm"]
    units = {one.key: one.unit for one in inputs}
    return [
        Need(key=one.key, why=Why.OUTSIDE, low=low, high=high, unit=units[one.key])
        for one in inputs
        if one.key in bounds and is_number(one.value)
        for low, high in [bounds[one.key]]
        if not low <= one.value <= high
    ]


def _diabetes(chart: Chart) -> tuple[str, Why | None]:
    """Which kind of diabetes the record tells of, or why that is not known."""
    said = [one for one in chart.conditions if one.is_active]
    if any(TYPE_1.holds(one.codings, one.text) for one in said):
        return "type1", None
    if any(DIABETES.holds(one.codings, one.text) for one in said):
        return "type2", None
    if "dm" in chart.hidden:
        return "none", Why.NOT_ALLOWED
    return "none", Why.UNREAD if "dm" in chart.unread else None


def _job(wish: Wish, values: Mapping[str, Any], diabetes: str) -> Mapping[str, Any]:
    return {
        "kind": wish.kind,
        "length": wish.length,
        "events": list(wish.events),
        "person": {
            "weight_kg": values["weight"],
            "height_cm": values["height_cm"],
            "age": float(values["age"]),
            "sex": values["sex"],
            "diabetes": diabetes,
        },
        "rest": {key: values.get(key) for key in CAN_BE},
        "fasting": values.get("glucose"),
    }


def _limits(chart: Chart, wish: Wish, values: Mapping[str, Any], diabetes: str) -> list[Text]:
    names = ["mechanistic"]
    if wish.kind == "circulation":
        usual = [key for key in (*USUAL, "haemoglobin") if key not in values]
        names += ["output_unmeasured", "healthy_heart", "no_temperature"]
        names += ["usual"] if usual else []
    else:
        names += ["no_glucagon"]
        names += ["not_fasting"] if "glucose" in values else ["usual"]
        names += ["type_unknown"] if diabetes == "type2" else []
    names += ["medicines"] if chart.medicines or "statin" in chart.hidden else []
    names += ["pregnancy_unknown"] if "pregnancy" in chart.hidden | chart.unread else []
    return [_text(f"limit.{name}") for name in names]


def _text(name: str, **params: str | float) -> Text:
    told: Params = params
    return Text(key=SIMULATION + name, params=told)


def make_simulation(of: Plan, result: Mapping[str, Any] | None) -> Simulation:
    """The answer: curves with all that belongs to them, or what is wanting.

    Args:
        result: what the worker found; None where it was not asked.
    """
    cannot = of.cannot
    if result and result.get("needs"):
        cannot = Cannot(tuple(_need(one) for one in result["needs"]))
    told: Mapping[str, Any] = {} if cannot or result is None else result
    digits: Mapping[str, int] = CURVES if of.wish.kind == "circulation" else GLUCOSE_CURVES
    values: Mapping[str, list[float | None]] = told.get("values", {})
    return Simulation(
        kind="circulation" if of.wish.kind == "circulation" else "glucose",
        state="cannot" if cannot else "computed",
        label=_text("label"),
        calibrated=_text("calibrated", n=len(of.measured)),
        pulse=of.pulse,
        times=told.get("times", []),
        curves=[
            Curve(key=key, label_key=f"{SIMULATION}curve.{key}", unit=UNITS[key],
                  digits=digits[key], values=values[key])
            for key in digits if key in values
        ],
        before=told.get("before", []),
        after=told.get("after", []),
        stopped_at=told.get("stopped_at"),
        fit=[
            Fit(key=key, label_key=LABEL + key, measured=measured, simulated=simulated)
            for key, measured, simulated in told.get("fit", [])
        ],
        inputs=as_inputs(of.inputs, cannot),
        missing=as_missing(cannot, of.inputs) if cannot else [],
        limits=list(of.limits),
        sources=[Source(citation=text, url=url) for text, url in SOURCES[of.wish.kind]],
        as_of=iso(max((one.at for one in of.inputs if one.at), default=None)),
    )  # fmt: skip


def _need(sent: Mapping[str, Any]) -> Need:
    return Need(
        key=sent["key"], why=Why(sent["why"]), low=sent.get("low"), high=sent.get("high"),
        unit=sent.get("unit", ""),
    )  # fmt: skip
