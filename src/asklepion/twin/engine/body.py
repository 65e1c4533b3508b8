"""The body as a hologram shows it: organs, their findings, and colour by stated rules alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..wire import Body, Finding, Organ, State, Text
from .card_egfr import estimate_from, person_inputs
from .cards import LABEL, iso, look_up
from .chart import Chart, Reading, Said
from .ckd_epi import Egfr
from .codes import PREGNANCY
from .measures import MEASURES
from .organs import organs_of, places_of
from .rules import RULE, judge

GRAVITY: Mapping[State, int] = {"unknown": 0, "calm": 1, "watch": 2, "attention": 3}

SHORTEST_M, TALLEST_M = 0.4, 2.5
LEAST_BMI, MOST_BMI = 8.0, 90.0
GROWN = 18  # years
OUTGROWN = timedelta(days=180)


def make_body(chart: Chart, patient: str, now: datetime) -> Body:
    """Every organ of a patient with what the record says of it."""
    sex = chart.person.sex
    placed: dict[str, list[Finding]] = {organ.id: [] for organ in organs_of(sex)}
    for said in chart.conditions:
        if said.is_active:
            for place in places_of(said, sex):
                placed[place].append(_of_condition(said))
    for organ in organs_of(sex):
        for key in organ.measures:
            if reading := _latest(chart, key):
                placed[organ.id].append(_of_reading(chart, reading, now))
    return Body(
        patient=patient,
        sex="unknown" if sex is None else sex.value,
        age=chart.person.age_at(now),
        height_m=(height := _height(chart, now)),
        bmi=_bmi(chart, height, now),
        organs=[_organ(id, findings) for id, findings in placed.items()],
        is_whole=not chart.unread,
    )


def _height(chart: Chart, now: datetime) -> float | None:
    """As she was measured last [m]; a child grows out of it within months."""
    reading = chart.latest("height_m")
    if reading is None or not SHORTEST_M <= float(reading.value) <= TALLEST_M:
        return None
    is_grown = (chart.person.age_at(reading.at) or 0) >= GROWN
    return float(reading.value) if is_grown or now - reading.at < OUTGROWN else None


def _bmi(chart: Chart, height: float | None, now: datetime) -> float | None:
    """Body mass index [kg/m²]: the newer of one that was told and one of her weight."""
    told, weight = chart.latest("bmi"), chart.latest("weight")
    if weight and height and (told is None or weight.at >= told.at):
        value, at = float(weight.value) / height**2, weight.at
    elif told:
        value, at = float(told.value), told.at
    else:
        return None
    is_known = now - at < MEASURES["bmi"].fresh and LEAST_BMI <= value <= MOST_BMI
    return round(value, 1) if is_known else None


def _organ(id: str, findings: list[Finding]) -> Organ:
    """Gravest first, then newest."""
    findings = sorted(findings, key=lambda finding: finding.at or "", reverse=True)
    findings = sorted(findings, key=lambda finding: -GRAVITY[finding.state])
    state: State = findings[0].state if findings else "unknown"
    return Organ(id=id, name_key=f"twin.organ.{id}", state=state, findings=findings)


def _of_condition(said: Said) -> Finding:
    state: State = "watch"
    rule = "condition"
    if said.is_severe:
        state, rule = "attention", "severe"
    elif PREGNANCY.holds(said.codings, said.text):
        state, rule = "calm", "pregnancy"  # no illness
    return Finding(
        kind="condition",
        label_key="",
        text=said.text,
        value=None,
        unit="",
        at=iso(said.at),
        reference=said.reference,
        state=state,
        rule=Text(key=RULE + rule),
        source=None,
    )


def _of_reading(chart: Chart, reading: Reading, now: datetime) -> Finding:
    judgement = judge(reading, chart.person.sex, now)
    return Finding(
        kind="measurement",
        label_key=LABEL + reading.key,
        text="",
        value=round(float(reading.value), MEASURES[reading.key].digits),
        unit=reading.unit,
        at=iso(reading.at),
        reference=reading.reference,
        state=judgement.state,
        rule=judgement.rule,
        source=judgement.source,
    )


def _latest(chart: Chart, key: str) -> Reading | None:
    if key != "egfr":
        return chart.latest(key)
    creatinine = look_up(chart, "creatinine")
    if creatinine.at is None or creatinine.reference is None:
        return chart.latest("egfr")
    estimate = estimate_from(creatinine, *person_inputs(chart, creatinine.at))
    if not isinstance(estimate, Egfr):
        return chart.latest("egfr")
    return Reading(
        key="egfr",
        value=estimate.value,
        unit=MEASURES["egfr"].unit,
        at=creatinine.at,
        reference=creatinine.reference,
    )
