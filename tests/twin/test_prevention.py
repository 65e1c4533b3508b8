"""What lowers a risk most, what to measure, and what is due."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.kit.errors import NotFound
from asklepion.records import Asking, Category
from asklepion.twin.engine.card_prevent import read_prevent
from asklepion.twin.engine.chart import Chart
from asklepion.twin.engine.futures.people import likely, shares
from asklepion.twin.engine.prevent import BOUNDS, Factors, choose_model, risks
from asklepion.twin.engine.prevention.advice import Subject, make_prevention
from asklepion.twin.engine.prevention.due import History, make_due, read_history
from asklepion.twin.engine.prevention.levers import GOALS, OUTCOMES, all_at_once, outlooks
from asklepion.twin.engine.prevention.points import answers_of, points_outlook, range_of
from asklepion.twin.engine.prevention.rules import BODIES, RULES
from asklepion.twin.engine.prevention.wants import measure_wants
from asklepion.twin.engine.scores.metabolism import findrisc
from asklepion.twin.wire import Due, Outlook
from tests.conftest import NOON, People

from .build import Resource, chart, concept, condition, examined, measured, patient
from .people import PEOPLE, somebody
from .test_service import HER, allow, bring_in, hers, his, record

NOTHING = History(done={})


@pytest.fixture
def database_url() -> str:
    return ""


def of(person: Factors) -> dict[str, Outlook]:
    return {one.id: one for one in outlooks(likely(person, choose_model(person)))}


@given(PEOPLE, st.sampled_from([10, 30]))
@settings(max_examples=60)
def test_to_quit_smoking_never_raises_a_risk(person: Factors, years: int) -> None:
    person = replace(person, age=min(person.age, 59) if years == 30 else person.age)
    model = choose_model(person)

    smokes = risks(replace(person, smoking=True), years, model)
    quits = risks(replace(person, smoking=False), years, model)

    for outcome in ("total_cvd", "ascvd", "heart_failure", "chd", "stroke"):
        assert getattr(quits, outcome) <= getattr(smokes, outcome)


@given(PEOPLE)
@settings(max_examples=25)
def test_every_lever_lowers_is_ranked_and_lies_in_its_interval(person: Factors) -> None:
    for outlook in of(person).values():
        assert outlook.value is not None
        assert outlook.interval.low <= outlook.value <= outlook.interval.high
        less = [lever.less.value for lever in outlook.levers]
        assert less == sorted(less, reverse=True)
        for lever in outlook.levers:
            assert lever.less.value > 0
            assert lever.then.value == pytest.approx(outlook.value - lever.less.value)
            for one in (lever.then, lever.less):
                assert one.interval.low <= one.value <= one.interval.high


@given(PEOPLE)
@settings(max_examples=25)
def test_all_at_once_is_no_more_than_any_alone_and_not_below_the_equations_floor(
    person: Factors,
) -> None:
    model = choose_model(person)
    edges = [
        *product((False,), *((BOUNDS[k].hold(-1e9), v, BOUNDS[k].hold(1e9)) for k, v in (
            ("sbp", 110.0), ("total_c", 200.0), ("bmi", 30.0)
        )))
    ]  # fmt: skip
    found = [
        risks(
            replace(person, smoking=smokes, sbp=sbp, total_c=total_c, bmi=bmi, hba1c=hba1c),
            10,
            model,
        )
        for smokes, sbp, total_c, bmi in edges
        for hba1c in ([None] if person.hba1c is None else [3.0, person.hba1c, 15.0])
    ]

    for outcome in OUTCOMES:
        outlook = of(person)[outcome]
        if outlook.together is None:
            assert outlook.levers == []
            continue
        floor = min(shares(found, outcome))
        assert outlook.together.value >= floor - 1e-9
        for lever in outlook.levers:
            assert outlook.together.value <= lever.then.value + 1e-9


def test_somebody_with_every_risk_is_told_of_each_and_most_of_smoking_or_pressure() -> None:
    total = of(somebody())["total_cvd"]
    healthy = of(somebody(smoking=False, sbp=118.0, total_c=160.0, bmi=23.0))["total_cvd"]

    assert [lever.key for lever in total.levers] == ["smoking", "sbp", "total_c"]
    assert healthy.levers == []
    assert healthy.together is None
    assert "bmi" in {lever.key for lever in of(somebody())["heart_failure"].levers}
    assert all_at_once(likely(somebody(), "base"), [*GOALS.values()], "total_cvd")[0] < 8


def test_a_medicine_is_no_lever_of_an_equation() -> None:
    assert GOALS.keys() == {"smoking", "sbp", "total_c", "bmi", "hba1c"}


def seen(*more: Resource, person: Resource | None = None) -> Chart:
    return chart(person or patient(), *more)


def test_what_nobody_measured_leaves_a_range_and_each_measure_says_how_much_it_narrows_it() -> None:
    without = [one for one in examined() if one["id"] not in ("o-2093-3", "o-2085-9")]
    reading = read_prevent(seen(*without), NOON)

    range, wants = measure_wants(reading)

    assert range
    assert {want.key for want in wants} == {"total_c", "hdl_c"}
    assert all(0 < want.then < want.now for want in wants)
    full = read_prevent(seen(*examined()), NOON)
    assert full.person
    risk = 100 * risks(full.person, 10, "base").total_cvd
    assert range.low <= risk <= range.high
    told = make_prevention(seen(*without), Subject(patient=HER, due=[]), NOON)
    assert told.outlooks[0].value is None
    assert told.effects == []


def test_of_somebody_with_an_earlier_infarction_no_first_event_is_foretold() -> None:
    told = make_prevention(
        seen(*examined(), condition("22298006", "Myocardial infarction")),
        Subject(patient=HER, due=[]),
        NOON,
    )

    assert [one.id for one in told.outlooks] == ["findrisc"]
    assert {need.why_key for need in told.missing} == {"twin.input.why.excluded"}


def test_pressure_taken_on_four_days_narrows_the_range() -> None:
    told = make_prevention(seen(*examined()), Subject(patient=HER, due=[]), NOON)

    again = next(want for want in told.wants if want.how == "repeat")
    outlook = told.outlooks[0]
    assert again.key == "sbp"
    assert again.then < again.now
    assert again.now == pytest.approx(outlook.interval.high - outlook.interval.low, rel=0.05)


def test_a_waist_narrows_the_points_of_diabetes_by_what_it_can_add() -> None:
    of_her = seen(*examined())
    outlook, wants = points_outlook(of_her, NOON)
    known, _ = points_outlook(seen(*examined(), measured("8280-0", 96, "cm")), NOON)

    assert outlook
    assert known
    options = answers_of(of_her, "female", NOON)
    fixed: dict[str, Any] = {"age": 58, "sex": "female"}
    sums = [
        findrisc(**fixed, **dict(zip(options, each, strict=True))).total
        for each in product(*options.values())
    ]
    assert [min(sums), max(sums)] == range_of(fixed, options)
    assert (outlook.interval.low, outlook.interval.high) == (min(sums), max(sums))
    waist = next(want for want in wants if want.key == "waist_cm")
    assert waist.now - waist.then == 4
    assert known.interval.high - known.interval.low == waist.then
    assert points_outlook(seen(condition("44054006", "Diabetes")), NOON) == (None, [])


def due(of_whom: Chart, history: History = NOTHING) -> dict[str, Due]:
    return {one.key: one for one in make_due(of_whom, history, NOON)}


def test_what_is_due_follows_age_sex_and_what_the_record_has() -> None:
    flu: Resource = {
        "resourceType": "Immunization",
        "id": "i-1",
        "status": "completed",
        "vaccineCode": concept("140", system="http://hl7.org/fhir/sid/cvx"),
        "occurrenceDateTime": "2025-10-05",
    }
    scope: Resource = {
        "resourceType": "Procedure",
        "id": "pr-1",
        "status": "completed",
        "code": concept("73761001"),
        "performedDateTime": "2014-05-01",
    }
    history = read_history([flu, scope], frozenset())

    hers_ = due(seen(*examined()), history)
    his_ = due(seen(person=patient(gender="male", birthDate="2001-01-01")))

    assert (hers_["influenza"].state, hers_["influenza"].next_at) == ("done", "2026-10-05")
    assert hers_["influenza"].reference == "Immunization/i-1"
    assert (hers_["bowel"].state, hers_["bowel"].last_at) == ("due", "2014-05-01")
    assert hers_["bowel"].say.key.endswith("again")
    assert hers_["breast"].say.key.endswith("due")
    assert hers_["pressure"].state == "done"
    assert hers_["glucose"].state == "due"
    assert {"bone", "rsv", "pressure_young"}.isdisjoint(hers_)
    assert {"influenza", "tetanus", "pressure_young", "hepatitis_c"} == his_.keys()


def test_what_may_not_be_seen_is_not_called_due() -> None:
    history = History(done={}, hidden=frozenset({"vaccinations"}))

    found = due(seen(*examined()), history)

    assert found["influenza"].state == "cannot_tell"
    assert found["breast"].state == "due"
    assert due(seen(person=patient(deceasedBoolean=True))) == {}


def test_every_advice_says_whose_it_is_since_when_and_what_shows_it() -> None:
    assert len({rule.key for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.by in BODIES
        assert rule.since <= NOON.date().isoformat()
        assert rule.source.url.startswith("https://")
        assert rule.loinc or rule.snomed or rule.cvx or rule.measures


async def test_prevention_is_hers_and_the_doctors_once_she_has_said_what_she_thinks(
    house: House, people: People, stranger: Any, doctor: Any, other_patient: Any, patient: Any
) -> None:
    await bring_in(house, people, *record())
    path = "/api/twin/p-1/prevention"
    closed = [(await one.get(path)).status_code for one in (stranger, doctor, other_patient)]
    with pytest.raises(NotFound):
        await house.twin.foreseeing.prevention(Asking(caller=people.operator), HER)
    await allow(house, people, *Category)

    own = (await patient.get(path)).json()
    held = (await doctor.get(path)).json()
    await house.twin.estimates.give(his(people), HER, "prevent10", None)
    shown = (await doctor.get(path)).json()
    cards = await house.twin.cards(hers(people), HER)

    assert closed == [401, 404, 404]
    assert own["state"] == "computed"
    assert own["outlooks"][0]["value"] == pytest.approx(cards[2].value)
    assert (held["state"], held["ask"], held["outlooks"]) == ("asked_first", "prevent10", [])
    assert held["due"] == own["due"] != []
    assert shown == own


async def test_without_her_vaccinations_the_doctor_is_told_that_nobody_can_tell(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, Category.VITALS, Category.DEMOGRAPHICS)

    told = await house.twin.foreseeing.prevention(his(people), HER)

    states = {one.key: one.state for one in told.due}
    assert states["influenza"] == "cannot_tell"
    assert states["pressure"] == "done"
    assert told.outlooks == []
