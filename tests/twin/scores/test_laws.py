"""What holds of every score, whatever it is told."""

import json
import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.twin import SCORES, Cannot, Why, answer, find_score
from asklepion.twin.engine.measures import MEASURES
from asklepion.twin.engine.organs import ORGANS
from asklepion.twin.engine.scores.inputs import Answer, Choice, Criterion, Number
from asklepion.twin.engine.scores.score import Points
from asklepion.twin.engine.scores.units import fold

from .people import WELL, estimate, points, refused, risk

scores = st.sampled_from(sorted(SCORES))
leaves = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
)


def value_of(told: Mapping[str, Any]) -> float:
    """The number of an answer, by whichever of its names."""
    names = ("value", "total", "total_cvd")
    return next(float(told[name]) for name in names if name in told)


def names_of(score: str) -> list[str]:
    """Every name that a score's inputs go by."""
    found: list[str] = []
    for one in SCORES[score].inputs:
        found += [one.key, *one.names, *(one.named if isinstance(one, Number) else ())]
    return found


@given(data=st.data(), score=scores)
def test_whatever_is_told_an_answer_or_its_needs_come_back(data: st.DataObject, score: str) -> None:
    names = st.sampled_from(names_of(score)) | st.text(max_size=5)
    told = WELL[score] | data.draw(st.dictionaries(names, anything, max_size=5))

    found = answer(SCORES[score], told)

    if "cannot" in found:
        assert found["cannot"]["needs"]  # type: ignore[index]
    else:
        assert math.isfinite(value_of(found))
    json.dumps(found, allow_nan=False)


@given(data=st.data(), score=scores)
def test_whatever_is_left_out_it_is_computed_assumed_or_named(
    data: st.DataObject, score: str
) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(WELL[score]) or ["none"])))
    told = {key: value for key, value in WELL[score].items() if key in kept}

    found = SCORES[score](**told)

    if isinstance(found, Cannot):
        assert {need.why for need in found.needs} <= {Why.MISSING, Why.EXCLUDED}
        assert not {need.key for need in found.needs if need.why is Why.MISSING} & set(told)


@pytest.mark.parametrize("score", sorted(SCORES))
def test_of_nothing_at_all_no_score_with_a_needed_input_is_computed(score: str) -> None:
    found = SCORES[score]()

    assert isinstance(found, Cannot) or score == "Wells-DVT"  # which asks for yes or no alone


@pytest.mark.parametrize("score", sorted(SCORES))
def test_a_name_that_a_score_does_not_have_is_refused(score: str) -> None:
    found = refused(score, hypertensoin=True)

    assert found.for_want_of(Why.IMPOSSIBLE) == ("hypertensoin",)


@pytest.mark.parametrize(
    ("score", "one", "unit"),
    [
        pytest.param(score, one, unit, id=f"{score}-{one.key}-{unit}")
        for score in sorted(SCORES)
        for one in SCORES[score].inputs
        if isinstance(one, Number) and isinstance(WELL[score].get(one.key), int | float)
        for unit in one.units
    ],
)
def test_the_unit_does_not_matter(score: str, one: Number, unit: str) -> None:
    value = WELL[score][one.key]
    known = one.units[unit]
    other = (value - known.offset) / known.factor

    here = answer(SCORES[score], WELL[score])
    there = answer(SCORES[score], WELL[score] | {one.key: [other, unit]})
    named = answer(SCORES[score], WELL[score] | {one.key: other, f"{one.key}_unit": unit})

    assert value_of(there) == pytest.approx(value_of(here), rel=1e-6)
    assert named == there


@pytest.mark.parametrize(
    ("score", "one"),
    [(score, one) for score in SCORES for one in SCORES[score].inputs if isinstance(one, Number)],
)
def test_a_unit_that_cannot_be_read_is_named(score: str, one: Number) -> None:
    found = refused(score, **{one.key: (1, "furlongs")})

    assert one.key in found.for_want_of(Why.UNIT)


FALLS = {  # a yes that lowers the number, as the paper has it
    ("Wells-DVT", "alternative_diagnosis_likely"),
    ("FINDRISC", "active_30_min"),
    ("FINDRISC", "vegetables_daily"),
    ("PREVENT", "statin"),
}
EXCLUDES = {("PREVENT", "prior_cvd"), ("SCORE2", "diabetes"), ("SCORE2-Diabetes", "diabetes")}


@pytest.mark.parametrize(
    ("score", "key"),
    [
        (score, one.key)
        for score in SCORES
        for one in SCORES[score].inputs
        if isinstance(one, Answer) and (score, one.key) not in EXCLUDES
    ],
)
def test_a_yes_makes_nothing_better_but_where_the_paper_says_so(score: str, key: str) -> None:
    no = value_of(answer(SCORES[score], WELL[score] | {key: False}))
    yes = value_of(answer(SCORES[score], WELL[score] | {key: True}))

    assert yes <= no if (score, key) in FALLS else yes >= no


RISES = [
    ("PCE", "age", 40, 79),
    ("PCE", "sbp", 90, 200),
    ("PCE-revised-2018", "total_c", 130, 320),
    ("SCORE2", "age", 40, 69),
    ("SCORE2", "sbp", 80, 250),
    ("SCORE2-OP", "age", 70, 89),
    ("SCORE2-Diabetes", "hba1c", 31, 150),
    ("Framingham-hard-CHD", "sbp", 90, 200),
    ("PREVENT", "age", 30, 79),
    ("PREVENT", "sbp", 110, 200),
    ("MELD-original", "bilirubin", 0.1, 60),
    ("MELD-original", "inr", 0.5, 20),
    ("MELD-Na-UNOS", "creatinine", 0.1, 20),
    ("MELD-3.0", "creatinine", 0.1, 20),
    ("UKELD", "bilirubin", 0.1, 60),
    ("FIB-4", "ast", 1, 5000),
    ("HOMA-IR", "glucose", 40, 600),
    ("QTc-Fridericia", "heart_rate", 30, 200),
    ("Charlson", "age", 0, 110),
    ("CHA2DS2-VASc", "age", 0, 110),
    ("CURB-65", "urea", 1, 100),
    ("Caprini", "bmi", 10, 80),
    ("LACE", "length_of_stay_days", 0, 300),
    ("P-POSSUM", "age", 0, 110),
    ("P-POSSUM", "urea", 1, 100),
    ("P-POSSUM", "blood_loss", 0, 9000),
    ("Gupta-MICA", "age", 16, 110),
    ("GBS", "urea", 1, 100),
    ("SOFA", "norepinephrine", 0, 5),
    ("APACHE-II", "age", 0, 110),
]
FALL = [
    ("PCE", "hdl_c", 20, 100),
    ("SCORE2", "hdl_c", 20, 100),
    ("SCORE2-Diabetes", "age_at_diabetes", 20, 50),
    ("CKD-EPI-2009", "creatinine", 0.1, 20),
    ("Cockcroft-Gault", "age", 18, 110),
    ("Cockcroft-Gault", "creatinine", 0.1, 20),
    ("MELD-3.0", "albumin", 1, 6),
    ("MELD-3.0", "sodium", 110, 150),
    ("UKELD", "sodium", 110, 160),
    ("FIB-4", "platelets", 5, 900),
    ("SOFA", "platelets", 1, 900),
    ("SOFA", "pao2", 20, 500),
    ("GBS", "haemoglobin", 3, 20),
    ("ARISCAT", "spo2", 60, 100),
    ("Child-Pugh", "albumin", 1, 6),
]


@pytest.mark.parametrize(
    ("score", "key", "low", "high", "sign"),
    [(*row, 1) for row in RISES] + [(*row, -1) for row in FALL],
)
@settings(max_examples=25)
@given(data=st.data())
def test_more_of_it_goes_one_way_alone(
    score: str, key: str, low: float, high: float, sign: int, data: st.DataObject
) -> None:
    value = st.integers(int(low) + 1, int(high)) if key == "age" else st.floats(low, high)
    if key == "length_of_stay_days":
        value = st.integers(int(low), int(high))
    less, more = sorted((data.draw(value), data.draw(value)))
    if key == "age_at_diabetes":
        less, more = min(less, 50), min(more, 50)

    at_less = value_of(answer(SCORES[score], WELL[score] | {key: less}))
    at_more = value_of(answer(SCORES[score], WELL[score] | {key: more}))

    assert sign * at_more >= sign * at_less - 1e-9


SMOOTH = [
    ("PCE", "sbp", 90, 199),
    ("PCE", "total_c", 130, 319),
    ("PCE-revised-2018", "hdl_c", 20, 99),
    ("SCORE2", "age", 40, 68.9),
    ("SCORE2-OP", "sbp", 80, 249),
    ("SCORE2-Diabetes", "egfr", 5, 240),
    ("Framingham-hard-CHD", "age", 30, 78.9),
    ("PREVENT", "sbp", 90, 199),
    ("PREVENT", "egfr", 15, 139),
    ("CKD-EPI-2021", "creatinine", 0.1, 20),
    ("CKD-EPI-2009", "creatinine", 0.1, 20),
    ("Cockcroft-Gault", "weight", 30, 200),
    ("MELD-original", "creatinine", 0.1, 20),
    ("UKELD", "sodium", 110, 160),
    ("FIB-4", "alt", 1, 5000),
    ("QTc-Fridericia", "heart_rate", 30, 200),
    ("Gupta-MICA", "age", 16, 110),
]


@pytest.mark.parametrize(("score", "key", "low", "high"), SMOOTH)
@settings(max_examples=25)
@given(data=st.data())
def test_a_small_step_is_a_small_step_where_the_formula_has_no_edges(
    score: str, key: str, low: float, high: float, data: st.DataObject
) -> None:
    value = data.draw(st.floats(low, high))

    here = value_of(answer(SCORES[score], WELL[score] | {key: value}))
    near = value_of(answer(SCORES[score], WELL[score] | {key: value * (1 + 1e-7)}))

    assert near == pytest.approx(here, rel=1e-4)


@given(score=scores)
def test_the_same_inputs_by_any_of_their_names_give_the_same(score: str) -> None:
    shouted = {key.upper().replace("_", " "): value for key, value in WELL[score].items()}

    assert answer(SCORES[score], shouted) == answer(SCORES[score], WELL[score])
    found = find_score(score.lower().replace("-", " "))
    assert found is SCORES[score]


def test_two_names_of_one_input_may_not_contradict_each_other() -> None:
    told = {"History of cerebrovascular disease": True, "Cerebrovascular disease history": False}

    assert refused("RCRI", **told).for_want_of(Why.IMPOSSIBLE) == ("cerebrovascular_disease",)


def test_a_told_criterion_may_not_contradict_the_number_it_follows_from() -> None:
    found = refused("CURB-65", age=80, age_gte_65=False)

    assert found.for_want_of(Why.IMPOSSIBLE) == ("age_gte_65",)


def test_low_pressure_of_another_moment_may_be_told_and_of_this_one_not_denied() -> None:
    low, high = {"sbp": 80, "dbp": 40}, {"sbp": 120, "dbp": 80}  # means of 53 and 93 mmHg

    found = refused("SOFA", **low, hypotension=False)
    assert found.for_want_of(Why.IMPOSSIBLE) == ("hypotension",)
    assert points("SOFA", **low).parts["circulation"] == 1
    assert points("SOFA", **low, hypotension=True).parts["circulation"] == 1
    assert points("SOFA", **high, hypotension=True).parts["circulation"] == 1
    assert points("SOFA", **high, hypotension=False).parts["circulation"] == 0


def test_a_criterion_can_be_told_without_its_number() -> None:
    assert points("CURB-65", age=None, age_gte_65=True).total == 1
    assert refused("CURB-65", age=None).for_want_of(Why.MISSING) == ("age",)


def test_what_was_not_told_is_said_to_be_assumed() -> None:
    told = answer(SCORES["RCRI"], {"creatinine": 1, "heart_failure": True})

    assert "heart_failure" not in told["assumed"]  # type: ignore[operator]
    assert "insulin_diabetes" in told["assumed"]  # type: ignore[operator]


def test_urea_in_mg_is_urea_and_only_a_name_of_its_nitrogen_means_nitrogen() -> None:
    by_nitrogen = [
        {"bun": 20},
        {"bun": (20, "mg/dL")},
        {"bun_mg_dl": 20},
        {"Blood Urea Nitrogen (BUN)": 20, "Blood Urea Nitrogen (BUN)_unit": "mg/dL"},
    ]
    by_urea = [{"urea": (20, "mg/dL")}, {"urea_mg_dl": 20}, {"urea": 20, "urea_unit": "mg/dL"}]
    read = SCORES["GBS"].read

    assert [read(told).values["urea"] for told in by_nitrogen] == [pytest.approx(7.142857)] * 4
    assert [read(told).values["urea"] for told in by_urea] == [pytest.approx(3.330003)] * 3
    assert read({"urea": (42.9, "mg/dL"), "bun": (20, "mg/dL")}).values["urea"] == pytest.approx(
        20 / 2.8
    )  # they agree
    both = read({"urea": (20, "mg/dL"), "bun": (20, "mg/dL")})
    assert [need.key for need in both.needs if need.why is Why.IMPOSSIBLE] == ["urea"]


def test_platelets_of_a_mistaken_unit_are_refused() -> None:
    assert estimate("FIB-4", platelets=(250e9, "L")).value == 1.0
    assert refused("FIB-4", platelets=(250_000, "L")).for_want_of(Why.IMPOSSIBLE) == ("platelets",)


def test_a_share_is_told_in_percent_too() -> None:
    found = risk("PCE")

    assert found.say()["risk_percent"] == 100 * found.share


@pytest.mark.parametrize("score", sorted(SCORES))
def test_every_score_says_what_it_is(score: str) -> None:
    one = SCORES[score]

    assert one.title
    assert one.range
    assert one.evidence
    assert one.sources
    assert all(source.url.startswith("https://") for source in one.sources)
    assert len({each.key for each in one.inputs}) == len(one.inputs)
    told = answer(one, WELL[score])
    assert set(one.outputs) <= set(told) | {"band"}, set(one.outputs) - set(told)


@pytest.mark.parametrize("score", sorted(SCORES))
def test_no_two_inputs_of_a_score_share_a_name(score: str) -> None:
    one = SCORES[score]

    assert {id(each) for each, _ in one.known.values()} == {id(each) for each in one.inputs}
    for each in one.inputs:
        if isinstance(each, Choice):
            words = [word for words in each.options.values() for word in words]
            assert len(set(words)) == len(words)
        if isinstance(each, Criterion):
            assert set(each.of) <= {other.key for other in one.inputs}


def test_halves_of_points_stay_halves() -> None:
    found = SCORES["Wells-PE"](heart_rate=120)

    assert isinstance(found, Points)
    assert found.say()["score"] == 1.5


@pytest.mark.parametrize(
    ("score", "one"),
    [
        pytest.param(score, one, id=f"{score}-{one.key}")
        for score in SCORES
        for one in SCORES[score].inputs
        if isinstance(one, Number) and one.key in MEASURES
    ],
)
def test_what_the_record_measures_can_be_asked_of_it_as_it_is(score: str, one: Number) -> None:
    assert fold(MEASURES[one.key].unit) in one.units


def test_every_score_speaks_of_an_organ_of_the_hologram() -> None:
    assert {score.organ for score in SCORES.values()} <= {organ.id for organ in ORGANS}


def test_one_name_can_tell_the_unit_of_both_cholesterols() -> None:
    mmol = {"total_c": 200 * 0.02586, "hdl_c": 50 * 0.02586, "chol_unit": "mmol/L"}

    here = answer(SCORES["PREVENT"], WELL["PREVENT"])
    there = answer(SCORES["PREVENT"], WELL["PREVENT"] | mmol)

    assert there["ascvd"] == pytest.approx(here["ascvd"], rel=1e-9)
    assert refused("PREVENT", chol_unit="g/L").for_want_of(Why.UNIT) == ("total_c", "hdl_c")
