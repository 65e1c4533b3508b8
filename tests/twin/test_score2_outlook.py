"""SCORE2 and SCORE2-OP beside PREVENT: which one is used follows one rule, and is said."""

import itertools
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from asklepion.app import open_house
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Incorrect
from asklepion.records import Category
from asklepion.settings import Settings, read_settings
from asklepion.twin.engine.prevention.advice import Subject, make_prevention
from asklepion.twin.engine.prevention.european import READS, european
from asklepion.twin.engine.scores.score import Risk
from asklepion.twin.engine.scores.score2 import REGIONS, SCORE2, SCORE2_OP
from asklepion.twin.engine.whole import AHEAD, alone
from asklepion.twin.wire import Outlook, Prevention
from tests import conftest
from tests.conftest import NOON, QUICK, People

from .build import (
    DAY,
    Resource,
    chart,
    concept,
    condition,
    examined,
    lab,
    measured,
    observation,
    patient,
    pressure,
)
from .test_service import HER, UNTIL, bring_in, hers, his

ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
SUBJECT = Subject(patient="Patient/p-1", due=[])
SMOKES = observation(
    "o-72166-2",
    "72166-2",
    21 * DAY,
    category="social-history",
    valueCodeableConcept=concept("449868002"),
)

KIDNEYS = lab("2160-0", 0.8, "mg/dL", DAY)  # good ones at any age


def somebody(*more: Resource, born: str = "1967-04-18", smokes: bool = False) -> list[Resource]:
    """A woman of 58 unless she was born in another year; all that PREVENT and SCORE2 need."""
    known = [one for one in examined() if not (smokes and one["id"] == "o-72166-2")]
    return [patient(birthDate=born), *known, *([SMOKES] if smokes else []), *more]


def told(*resources: Resource, region: str = "", now: datetime = NOON) -> Prevention:
    return make_prevention(chart(*resources), SUBJECT, now, region)


def ids(of: Prevention) -> list[str]:
    return [one.id for one in of.outlooks]


def used(of: Prevention) -> str:
    assert of.used
    return of.used.key.removeprefix("twin.prevention.used.")


def test_without_a_region_there_is_prevent_alone() -> None:
    alone = told(*somebody())

    assert "score2" not in ids(alone)
    assert ids(alone)[0] == "total_cvd"
    assert used(alone) == "prevent"


@pytest.mark.parametrize("region", REGIONS)
def test_with_a_region_score2_goes_first_and_prevent_stands_beside_it(region: str) -> None:
    both = told(*somebody(), region=region)

    assert ids(both)[:2] == ["score2", "total_cvd"]
    assert used(both) == f"score2.{region}"
    first = both.outlooks[0]
    expected = SCORE2(
        region=region, age=58, sex="female", smoker=False, sbp=138, total_c=196, hdl_c=49,
        diabetes=False,
    )  # fmt: skip
    assert isinstance(expected, Risk)
    assert first.value == pytest.approx(100 * expected.share)
    assert first.source == SCORE2.sources[0] or first.source.url == SCORE2.sources[0].url
    alone = {one.id: one for one in told(*somebody()).outlooks}
    assert both.outlooks[1:] == list(alone.values())  # no average of both, anywhere


def test_from_seventy_years_on_it_is_score2_op() -> None:
    old = told(*somebody(born="1950-01-01"), region="low")

    assert ids(old)[0] == "score2_op"
    expected = SCORE2_OP(
        region="low", age=76, sex="female", smoker=False, sbp=138, total_c=196, hdl_c=49,
        diabetes=False,
    )  # fmt: skip
    assert isinstance(expected, Risk)
    assert old.outlooks[0].value == pytest.approx(100 * expected.share)


@pytest.mark.parametrize(
    ("more", "born"),
    [
        ([], "1990-01-01"),  # too young
        ([condition("44054006", "Type 2 diabetes mellitus")], "1967-04-18"),
    ],
)
def test_where_score2_does_not_fit_prevent_is_used_and_that_is_said(
    more: list[Resource], born: str
) -> None:
    other = told(*somebody(*more, born=born), region="moderate")

    assert ids(other)[0] == "total_cvd"
    assert used(other) == "prevent_instead"


KIDNEYS_AND_FATS = [
    [lab("2160-0", 4.0, "mg/dL", DAY)],  # eGFR of 12
    [lab("2160-0", 1.2, "mg/dL", DAY)],  # of 53
    [lab("2160-0", 60, "mg/dL", DAY)],  # of nobody
    [lab("98979-8", 44, "mL/min/{1.73_m2}", DAY), lab("2160-0", 0, "mg/dL", DAY)],
    [condition("431857002", "Chronic kidney disease stage 4")],
    [condition("N18.31", "CKD 3a") | {"code": concept("N18.31", "CKD 3a", ICD_10)}],
    [condition("398036000", "Familial hypercholesterolemia", status="inactive")],
    [condition("1", "Heterozygous familial hypercholesterolaemia")],
    [condition("1", "家族性高胆固醇血症")],
]


@pytest.mark.parametrize("more", KIDNEYS_AND_FATS)
@pytest.mark.parametrize("born", ["1967-04-18", "1950-01-01"])
def test_with_kidney_disease_or_familial_hypercholesterolaemia_score2_does_not_speak(
    more: list[Resource], born: str
) -> None:
    codes = {one["code"]["coding"][0]["code"] for one in more}
    known = [one for one in somebody(born=born) if _code(one) not in codes]

    other = told(*known, *more, region="low")

    assert not {"score2", "score2_op"} & set(ids(other))
    if "total_cvd" in ids(other):
        assert used(other) == "prevent_instead"


@pytest.mark.parametrize(
    "more",
    [
        [lab("2160-0", 1.0, "mg/dL", DAY)],  # eGFR of 65
        [condition("431856006", "Chronic kidney disease stage 2")],
        [condition("1", "Family history of familial hypercholesterolemia")],
        [condition("55822004", "Hyperlipidemia")],
    ],
)
def test_with_good_kidneys_and_other_fats_it_speaks(more: list[Resource]) -> None:
    codes = {one["code"]["coding"][0]["code"] for one in more}
    known = [one for one in somebody() if _code(one) not in codes]

    assert ids(told(*known, *more, region="low"))[0] == "score2"


def _code(one: Resource) -> str:
    return one["code"]["coding"][0]["code"] if "code" in one else ""


def test_where_the_kidneys_were_never_measured_it_speaks() -> None:
    known = [one for one in somebody() if _code(one) != "2160-0"]

    assert ids(told(*known, region="low"))[0] == "score2"


def test_diabetes_from_seventy_years_on_is_an_input_of_score2_op() -> None:
    diabetes = condition("44054006", "Type 2 diabetes mellitus")

    without = told(*somebody(born="1950-01-01"), region="low").outlooks[0]
    having = told(*somebody(diabetes, born="1950-01-01"), region="low").outlooks[0]

    assert without.value is not None
    assert having.value is not None
    assert having.value > 1.3 * without.value


@pytest.mark.parametrize("code", ["22298006", "77386006"])  # an infarction; a pregnancy
def test_after_a_first_event_and_in_pregnancy_neither_speaks(code: str) -> None:
    none = told(*somebody(condition(code, "")), region="low")

    assert not {"score2", "score2_op", "total_cvd"} & set(ids(none))


def test_beyond_the_age_of_prevent_score2_op_speaks_alone() -> None:
    eldest = told(*somebody(KIDNEYS, born="1942-01-01"), region="low")

    assert ids(eldest)[0] == "score2_op"
    assert "total_cvd" not in ids(eldest)
    assert used(eldest) == "score2_alone.low"
    assert eldest.state == "computed"


@pytest.mark.parametrize("region", REGIONS)
def test_beside_a_mere_range_of_prevent_it_is_said_that_score2_alone_has_a_number(
    region: str,
) -> None:
    known = [one for one in somebody() if _code(one) != "2160-0"]

    alone = told(*known, region=region)

    assert [(one.id, one.value is None) for one in alone.outlooks[:2]] == [
        ("score2", False),
        ("total_cvd", True),
    ]
    assert used(alone) == f"score2_alone.{region}"


def test_outside_of_what_prevent_was_made_for_it_is_said_that_score2_alone_speaks() -> None:
    known = [one for one in somebody() if _code(one) != "39156-5"]

    alone = told(*known, measured("39156-5", 41, "kg/m2", DAY), region="high")

    assert ids(alone)[0] == "score2"
    assert "total_cvd" not in ids(alone)
    assert used(alone) == "score2_alone.high"


@pytest.mark.parametrize("hidden", [{"dm"}, {"prior_cvd"}, {"smoking"}, {"sbp"}, {"pregnancy"}])
def test_what_is_hidden_is_never_taken_for_no(hidden: set[str]) -> None:
    seen = european(chart(*somebody(), hidden=frozenset(hidden)), NOON, "low")

    assert (seen is None) == (hidden != {"pregnancy"})


def score2(*resources: Resource, region: str = "very_high") -> Outlook:
    (first, *_) = told(*resources, region=region).outlooks
    assert first.id.startswith("score2")
    return first


@pytest.mark.parametrize("born", ["1984-01-01", "1967-04-18", "1957-01-01", "1946-01-01"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_its_levers_lower_are_ranked_and_lie_in_their_intervals(born: str, sex: str) -> None:
    high = [pressure(168, 95, DAY), lab("2093-3", 265, "mg/dL", DAY), KIDNEYS]
    body = somebody(*high, born=born, smokes=True)
    body[0]["gender"] = sex

    outlook = score2(*body)

    assert outlook.value is not None
    assert outlook.interval.low < outlook.value < outlook.interval.high
    assert {lever.key for lever in outlook.levers} >= {"smoking"}
    assert outlook.levers == sorted(outlook.levers, key=lambda one: -one.less.value)
    for lever in outlook.levers:
        assert lever.less.interval.low <= lever.less.value <= lever.less.interval.high
        assert lever.then.value == pytest.approx(outlook.value - lever.less.value)
    assert outlook.together
    assert outlook.together.value < min(lever.then.value for lever in outlook.levers)


def test_between_the_corners_of_what_was_measured_no_risk_is_beyond_its_interval() -> None:
    outlook = score2(*somebody())

    shares: list[float] = []
    for sbp, total, hdl in itertools.product(
        (130, 134, 138, 142, 146), (176.4, 190, 196, 215.6), (39.2, 45, 49, 58.8)
    ):
        found = SCORE2(
            region="very_high", age=58, sex="female", smoker=False, sbp=sbp, total_c=total,
            hdl_c=hdl, diabetes=False,
        )  # fmt: skip
        assert isinstance(found, Risk)
        shares.append(100 * found.share)
    assert min(shares) == pytest.approx(outlook.interval.low)
    assert max(shares) == pytest.approx(outlook.interval.high)


def test_it_reads_nothing_that_prevention_does_not_ask_for() -> None:
    assert set(READS) <= set(AHEAD.measured) | {"age", "sex", "dm", "prior_cvd"}


def test_a_region_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKLEPION_RISK_REGION", "medium")

    with pytest.raises(Incorrect, match="RISK_REGION"):
        read_settings()


@pytest.mark.parametrize("database_url", [""])
async def test_a_house_uses_the_region_it_was_told_and_a_doctor_thinks_first(
    settings: Settings, clock: StoppedClock
) -> None:
    async with open_house(replace(settings, risk_region="high"), clock, hasher=QUICK) as house:
        people = await people_of(house)
        await bring_in(house, people, *somebody())
        await house.records.grant(
            hers(people), patient=HER, actor="Practitioner/d-1", categories=[*Category], until=UNTIL
        )

        held = await house.twin.foreseeing.prevention(his(people), HER)
        own = await house.twin.foreseeing.prevention(hers(people), HER)
        whole = (await house.twin.refresh(hers(people), HER)).prevention
        await house.twin.estimates.give(his(people), HER, "prevent10", 5)
        opened = await house.twin.foreseeing.prevention(his(people), HER)

    assert (held.state, held.outlooks, held.used) == ("asked_first", [], None)
    assert used(own) == "score2.high"
    assert own == whole
    assert opened.outlooks == own.outlooks


async def people_of(house: Any) -> People:
    make: Any = conftest.people
    return await make.__wrapped__(house)


@pytest.mark.parametrize("database_url", [""])
@pytest.mark.parametrize("lacking", ["39156-5", "2160-0"])  # a body mass index; a creatinine
async def test_where_score2_alone_has_a_number_a_doctor_thinks_first_all_the_same(
    settings: Settings, clock: StoppedClock, lacking: str
) -> None:
    known = [one for one in somebody() if _code(one) != lacking]
    none: dict[str, Any] = {"choices": {}, "treatments": []}
    async with open_house(replace(settings, risk_region="high"), clock, hasher=QUICK) as house:
        twin, people = house.twin, await people_of(house)
        await bring_in(house, people, *known)
        await house.records.grant(
            hers(people), patient=HER, actor="Practitioner/d-1", categories=[*Category], until=UNTIL
        )

        held = await twin.foreseeing.prevention(his(people), HER)
        whole = await twin.refresh(his(people), HER)
        (asked,) = [one for one in await twin.cards(his(people), HER) if one.id == "score2"]
        score = await twin.score(his(people), HER, "SCORE2", {"region": "high"})
        page = await twin.reporting.of(his(people), HER, "en")
        futures = await twin.foreseeing.futures(his(people), HER, none, none)
        own = await twin.foreseeing.prevention(hers(people), HER)
        (her_card,) = [one for one in await twin.cards(hers(people), HER) if one.id == "score2"]
        shown = await twin.estimates.give(his(people), HER, "score2", 5)
        opened = await twin.foreseeing.prevention(his(people), HER)
        after = await twin.refresh(his(people), HER)
        scored = await twin.score(his(people), HER, "SCORE2", {"region": "high"})
        clock.at += 20 * DAY
        day = (clock.at - DAY).date().isoformat()
        await bring_in(house, people, condition("230690007", "Stroke", onsetDateTime=day))
        (told,) = await twin.estimates.of(hers(people), HER)

    assert (held.state, held.ask, held.outlooks) == ("asked_first", "score2", [])
    assert whole.prevention == held
    assert asked in whole.cards
    assert (asked.state, asked.value, asked.version) == ("asked_first", None, "")
    assert (score.state, page.prevention.state) == ("asked_first", "asked_first")
    assert futures.state == "computed"  # of PREVENT alone, which has none
    assert (her_card.state, her_card.value) == ("computed", own.outlooks[0].value)
    assert (shown.value, shown.version) == (her_card.value, "SCORE2 high")
    assert opened.outlooks == own.outlooks == after.prevention.outlooks
    assert scored.state == "computed"
    assert told.outcome
    assert (told.outcome.happened, told.outcome.on) == (True, day)


@pytest.mark.parametrize("born", ["1967-04-18", "1942-01-01"])
def test_score2_has_a_card_of_its_own_only_where_prevent_has_no_number(born: str) -> None:
    seen = chart(*somebody(KIDNEYS, born=born))

    made = [one.version for one in alone(seen, NOON, "low")]

    assert made == ([] if born == "1967-04-18" else ["SCORE2-OP low"])
    assert alone(seen, NOON, "") == []
