import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.twin import Cannot
from asklepion.twin.engine.card_scores import find_shown, make_score, make_scores, measures_of
from asklepion.twin.engine.criteria import SIGNS
from asklepion.twin.engine.measures import MEASURES
from asklepion.twin.engine.score_words import BANDS, SHOWN, shown_inputs
from asklepion.twin.engine.scores import SCORES, Score
from asklepion.twin.engine.scores.inputs import Answer, Choice, Criterion, Number
from asklepion.twin.engine.scores.units import fold
from asklepion.twin.engine.spread import SPREADS
from asklepion.twin.wire import Scored, ScoreInput
from tests.conftest import NOON

from .build import (
    DAY,
    MINUTE,
    Resource,
    answered,
    chart,
    condition,
    examined,
    lab,
    medicine,
    patient,
    pressure,
    well,
)

HER = "Patient/p-1"
AN_HOUR_AHEAD = -60 * MINUTE


def scored(
    name: str, *resources: Resource, told: Any = None, hidden: frozenset[str] = frozenset()
) -> Scored:
    of = chart(patient(), *resources, hidden=hidden)
    return make_score(of, SCORES[name], HER, NOON, told)


def inputs(of: Scored) -> dict[str, ScoreInput]:
    return {one.key: one for one in of.inputs}


def missing(of: Scored) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in of.missing}


def somebody(score: Score[Any], chance: random.Random) -> dict[str, object]:
    """Inputs as anybody may have them; each yes as likely as chance will have it."""
    likely = chance.choice((0.02, 0.3, 0.7, 0.98))
    found: dict[str, object] = {}
    for one in score.inputs:
        match one:
            case Number():
                low, high = COMMON.get(one.key) or one.valid or one.possible
                value = chance.uniform(low, high)
                found[one.key] = round(value) if one.whole else round(value, 2)
            case Choice():
                found[one.key] = chance.choice(list(one.options))
            case Answer():
                found[one.key] = chance.random() < likely
            case Criterion():
                pass
    return found


COMMON = {
    "age": (40.0, 69.0),
    "sbp": (85.0, 200.0),
    "dbp": (40.0, 110.0),
    "spo2": (80.0, 100.0),
    "urea": (2.0, 20.0),
    "respiratory_rate": (10.0, 40.0),
    "bilirubin": (0.3, 12.0),
    "creatinine": (0.5, 4.0),
    "inr": (0.8, 4.0),
    "sodium": (120.0, 145.0),
    "albumin": (1.5, 4.5),
    "ast": (10.0, 150.0),
    "alt": (10.0, 150.0),
    "platelets": (60.0, 400.0),
    "total_c": (130.0, 320.0),
    "hdl_c": (20.0, 100.0),
    "bmi": (20.0, 40.0),
    "waist_cm": (70.0, 120.0),
    "haemoglobin": (7.0, 16.0),
    "duration_h": (0.0, 6.0),
    "length_of_stay_days": (0.0, 20.0),
    "charlson": (0.0, 6.0),
    "ed_visits_6mo": (0.0, 5.0),
    "drinks_per_week": (0.0, 15.0),
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_classes_with_words_are_those_that_a_score_gives(name: str) -> None:
    chance = random.Random(7)
    score = SCORES[name]

    told = [score(**somebody(score, chance)) for _ in range(3000)]

    results = [each for each in told if not isinstance(each, Cannot)]
    assert len(results) > 50
    assert {each.say().get("band", "") for each in results} == set(BANDS[name] or ("",))


@pytest.mark.parametrize("key", sorted(measures_of(*SHOWN) & SPREADS.keys()))
def test_what_is_measured_needs_no_conversion_for_a_score(key: str) -> None:
    asked = [one for name in SHOWN for one in SCORES[name].inputs if one.key == key]

    for one in asked:
        assert isinstance(one, Number)
        unit = one.units.get(fold(MEASURES[key].unit)) if MEASURES[key].unit else None
        assert unit is None or unit.convert(7.0) == 7.0
        assert unit is not None or MEASURES[key].unit == one.unit


@given(seed=st.integers(0, 10_000))
def test_the_interval_holds_whatever_the_devices_were_off_by(seed: int) -> None:
    chance = random.Random(seed)
    name = chance.choice(SHOWN)
    score = SCORES[name]
    told = somebody(score, chance)
    of = make_score(chart(patient()), score, HER, NOON, told)
    if of.result is None or of.result.interval is None:
        return
    interval = of.result.interval
    numbers = {one.key: one for one in score.inputs if isinstance(one, Number)}

    for _ in range(10):
        off = {
            key: numbers[key].bounds.hold(chance.uniform(*SPREADS[key].around(told[key])))  # type: ignore[arg-type]
            for key in told.keys() & SPREADS.keys()
        }
        then = make_score(chart(patient()), score, HER, NOON, {**told, **off})
        if then.result:
            assert interval.low - 1e-9 <= then.result.value <= interval.high + 1e-9


@pytest.mark.parametrize("key", sorted(SIGNS))
def test_what_an_empty_record_does_not_tell_is_not_told_and_never_no(key: str) -> None:
    for name in SHOWN:
        one = inputs(scored(name)).get(key)
        assert one is None or (one.origin, one.value) in {("none", None), ("assumed", False)}
        assert one is None or missing(scored(name)).get(key, "") in {"", "missing"}

    assert all(of.state == "cannot" for of in make_scores(chart(patient()), HER, NOON))


def test_what_would_follow_from_a_number_that_nobody_tells_is_not_said_to_follow() -> None:
    unasked = inputs(scored("HAS-BLED"))["alcohol_excess"]
    told = inputs(scored("HAS-BLED", told={"drinks_per_week": 9}))["alcohol_excess"]

    assert (unasked.origin, unasked.value) == ("none", None)
    assert (told.origin, told.value) == ("follows", True)


def test_an_old_condition_makes_no_score_old() -> None:
    of = scored("CHA2DS2-VASc", condition("38341003", "Hypertension"), told={})

    assert of.as_of is None
    assert [limit.key for limit in of.limits] == ["twin.limit.judgement"]


def test_only_who_asks_for_a_score_has_what_nobody_tells_taken_for_a_no_and_is_told_so() -> None:
    unasked = scored("CHA2DS2-VASc", condition("38341003", "Hypertension"))
    asked = scored("CHA2DS2-VASc", condition("38341003", "Hypertension"), told={})

    assert unasked.state == "cannot"
    assert set(missing(unasked)) >= {"stroke", "vascular_disease", "chf_or_lvef_lte_40"}
    assert asked.result is not None
    assert asked.result.value == 2  # a woman with high blood pressure
    assert [one.key for one in asked.inputs if one.origin == "assumed"] == [
        *("chf_or_lvef_lte_40", "diabetes", "stroke", "tia", "thromboembolism"),
        "vascular_disease",
    ]
    assert inputs(asked)["hypertension"].reference == "Condition/c-38341003"


def test_what_is_hidden_is_named_and_taken_for_nothing_even_where_somebody_asks() -> None:
    closed = frozenset({"hypertension", "diabetes", "stroke"})
    of = scored("CHA2DS2-VASc", condition("38341003", "Hypertension"), told={}, hidden=closed)
    told = {"hypertension": True, "diabetes": False, "stroke": False}
    then = scored("CHA2DS2-VASc", told=told, hidden=closed)

    assert missing(of) == dict.fromkeys(closed, "not_allowed")
    assert of.result is None
    assert inputs(of)["hypertension"].value is None
    assert then.result is not None
    assert then.result.value == 2


@pytest.mark.parametrize(
    ("score", "key", "told"),
    [
        ("CHA2DS2-VASc", "chf_or_lvef_lte_40", lab("10230-1", 38, "%")),
        ("CHA2DS2-VASc", "stroke", condition("432504007", "Cerebral infarction")),
        ("CHA2DS2-VASc", "tia", condition("266257000", "Transient ischemic attack")),
        ("CHA2DS2-VASc", "vascular_disease", condition("0", "Peripheral artery disease")),
        ("CHA2DS2-VASc", "diabetes", condition("44054006", "Type 2 diabetes")),
        ("HAS-BLED", "renal_disease", lab("2160-0", 2.4, "mg/dL")),
        ("HAS-BLED", "liver_disease", condition("19943007", "Cirrhosis of liver")),
        ("HAS-BLED", "drugs_antiplatelet_nsaid", medicine("243670", "aspirin 81 MG Oral Tablet")),
        ("HAS-BLED", "hypertension_uncontrolled", pressure(172, 90)),
        ("RCRI", "heart_failure", condition("0", "Heart failure", status="resolved")),
        ("RCRI", "insulin_diabetes", medicine("0", "insulin glargine 100 UNT/ML")),
        ("PCE", "bp_tx", medicine("0", "lisinopril 10 MG Oral Tablet")),
        ("FINDRISC", "high_glucose_ever", condition("15777000", "Prediabetes")),
        ("CURB-65", "confusion", answered("80288-4", "130987000")),
    ],
)
def test_a_record_tells_a_yes_and_where_it_stands(score: str, key: str, told: Resource) -> None:
    one = inputs(scored(score, told))[key]

    assert (one.origin, one.value) == ("record", True)
    assert one.reference == f"{told['resourceType']}/{told['id']}"


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("hypertension", condition("70995007", "Pulmonary hypertension")),
        ("hypertension", condition("0", "White coat hypertension")),
        ("stroke", condition("274100004", "Hemorrhagic stroke")),
        ("stroke", condition("0", "Family history of stroke")),
        ("diabetes", condition("44054006", "Type 2 diabetes", status="resolved")),
    ],
)
def test_what_only_sounds_alike_tells_nothing(key: str, other: Resource) -> None:
    assert missing(scored("CHA2DS2-VASc", other))[key] == "missing"


def test_who_was_found_alert_is_not_confused() -> None:
    of = inputs(scored("CURB-65", *well()))

    assert (of["confusion"].origin, of["confusion"].value) == ("record", False)


def test_everything_that_is_told_now_goes_before_the_record() -> None:
    of = scored("qSOFA", *well(), told={"rr": 24, "gcs": 13})

    known = inputs(of)
    assert of.result is not None
    assert of.result.value == 2
    assert (known["respiratory_rate"].origin, known["respiratory_rate"].value) == ("told", 24)
    assert (known["altered_mentation"].origin, known["altered_mentation"].value) == (
        "follows",
        True,
    )
    assert known["sbp"].origin == "record"


def test_a_yes_told_now_goes_before_the_number_that_it_would_follow_from() -> None:
    told = {"creatinine_above_2": True}
    of = scored("RCRI", lab("2160-0", 0.97, "mg/dL"), told=told)

    assert of.result is not None
    assert of.result.value == 1
    assert inputs(of)["creatinine_above_2"].origin == "told"


def test_nothing_told_takes_away_what_the_record_says() -> None:
    of = scored("FIB-4", *livers(), told={"ast": None})

    assert missing(of) == {"ast": "missing"}
    assert (inputs(of)["ast"].origin, inputs(of)["ast"].value) == ("none", None)


def livers(ago: timedelta = 21 * DAY) -> list[Resource]:
    return [
        lab("1920-8", 50, "U/L", ago),
        lab("1742-6", 36, "U/L", ago),
        lab("777-3", 150, "10*3/uL", ago),
    ]


def test_a_score_comes_with_its_interval_class_paper_and_limits() -> None:
    of = scored("FIB-4", *livers())

    assert of.state == "computed"
    assert of.result is not None
    assert of.result.value == pytest.approx(58 * 50 / (150 * 6))
    assert of.result.interval is not None
    assert of.result.interval.low < of.result.value < of.result.interval.high
    assert of.result.band is not None
    assert of.result.band.key == "twin.score.fib4.band.indeterminate"
    assert "Hepatology" in of.sources[0].citation
    assert of.as_of == "2026-02-08T12:00:00.000Z"
    assert [limit.key for limit in of.limits] == ["twin.limit.judgement"]


def test_what_is_too_old_is_shown_and_does_not_count() -> None:
    of = scored("FIB-4", *livers(400 * DAY))

    assert missing(of) == dict.fromkeys(("ast", "alt", "platelets"), "too_old")
    assert inputs(of)["ast"].value == 50
    assert inputs(of)["ast"].at is not None


def test_a_reading_from_tomorrow_does_not_count() -> None:
    of = scored("FIB-4", *livers(AN_HOUR_AHEAD))

    assert missing(of) == dict.fromkeys(("ast", "alt", "platelets"), "impossible")
    assert of.result is None


def test_nobody_gets_the_risk_of_a_first_event_after_one() -> None:
    ill = condition("22298006", "Myocardial infarction")
    told = {"race": "white", "dm": False, "bp_tx": False}

    of = scored("PCE", *examined(), ill, told=told)

    assert missing(of) == {"prior_cvd": "excluded"}
    assert scored("PCE", *examined(), told=told).state == "computed"


def test_a_score_without_diabetes_is_refused_with_it_whatever_else_is_missing() -> None:
    of = scored("SCORE2", *examined(), condition("44054006", "Type 2 diabetes"))
    told = {"region": "low", "diabetes": False}

    assert missing(of) == {"region": "missing", "diabetes": "excluded"}
    assert scored("SCORE2", *examined(), told=told).state == "computed"


@pytest.mark.parametrize("name", SHOWN)
def test_no_child_gets_a_score_made_for_adults(name: str) -> None:
    child = chart(patient(birthDate="2014-05-01"))

    of = make_score(child, SCORES[name], HER, NOON, {})

    assert missing(of)["age"] == "outside"
    assert len({need.key for need in of.missing}) == len(of.missing)


def test_what_cannot_be_is_named_with_what_can() -> None:
    of = scored("CURB-65", *well(), told={"urea": 4000})

    (need,) = of.missing
    assert (need.key, need.why_key, need.high) == ("urea", "twin.input.why.impossible", 120)
    assert inputs(of)["urea"].value is None


def test_a_value_may_be_told_in_another_unit() -> None:
    of = scored("CURB-65", *well(), told={"bun": [28, "mg/dL"]})

    assert inputs(of)["urea"].value == 10
    assert of.result is not None
    assert of.result.value == 1
    assert of.result.risk is not None
    assert of.result.risk.params == {"share": 2.1}


def test_a_score_is_found_by_its_name_written_in_any_way() -> None:
    assert find_shown("cha₂ds₂-vasc") is SCORES["CHA2DS2-VASc"]
    assert find_shown("GCS") is None  # a score, and not shown


def test_what_follows_from_age_and_sex_is_not_asked_for() -> None:
    asked = {one.key for name in SHOWN for one in shown_inputs(SCORES[name])}

    assert not asked & {"age_gte_75", "female_sex", "elderly_gt_65"}
