import csv
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.twin import Cannot, Prevent, Sex, Why, prevent
from asklepion.twin.engine.prevent import (
    BOUNDS,
    MODELS,
    OUTCOMES,
    TABLE,
    Factors,
    choose_model,
    risks,
)

from .vectors import CLINICAL, need_data, vectors

PERSON: dict[str, Any] = {
    "age": 50,
    "sex": "female",
    "sbp": 160,
    "bp_tx": True,
    "total_c": 200,
    "hdl_c": 45,
    "statin": False,
    "dm": True,
    "smoking": False,
    "egfr": 90,
    "bmi": 35,
}


def risk(**changes: Any) -> Prevent:
    found = prevent(**(PERSON | changes))
    assert isinstance(found, Prevent)
    return found


def refused(**changes: Any) -> Cannot:
    found = prevent(**(PERSON | changes))
    assert isinstance(found, Cannot)
    return found


@pytest.mark.parametrize("vector", vectors("PREVENT"))
def test_every_published_vector_is_met(vector: dict[str, Any]) -> None:
    inputs = {key: value for key, value in vector["inputs"].items() if key != "zip"}

    found = prevent(**inputs)

    assert isinstance(found, Prevent)
    for outcome, expected in vector["expected"].items():
        assert getattr(found, outcome) == pytest.approx(expected, abs=vector["tolerance"])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("years", [10, 30])
def test_the_table_holds_the_published_coefficients(model: str, years: int) -> None:
    need_data()
    path = CLINICAL / "equations" / f"prevent_{model}_{years}yr.csv"
    with path.open(encoding="utf-8") as file:
        published = list(csv.DictReader(file))

    for sex in Sex:
        for outcome in OUTCOMES:
            theirs = sorted(float(row[f"{sex}_{outcome}"] or 0) for row in published)
            ours = sorted(TABLE[model, years, sex][outcome][1])
            assert ours == [weight for weight in theirs if weight]


years_ahead = st.sampled_from([10, 30])


def people(years: int) -> st.SearchStrategy[Factors]:
    """Anybody whom the equations for this horizon were made for."""
    return st.builds(
        Factors,
        age=st.integers(30, 79 if years == 10 else 59),
        sex=st.sampled_from(list(Sex)),
        sbp=st.floats(90, 200),
        total_c=st.floats(130, 320),
        hdl_c=st.floats(20, 100),
        egfr=st.floats(15, 140),
        bmi=st.floats(18.5, 39.9),
        bp_tx=st.booleans(),
        statin=st.booleans(),
        dm=st.booleans(),
        smoking=st.booleans(),
        hba1c=st.one_of(st.none(), st.floats(3, 15)),
        uacr=st.one_of(st.none(), st.floats(0.1, 25_000)),
        sdi_decile=st.one_of(st.none(), st.integers(1, 10)),
    )


cases = years_ahead.flatmap(lambda years: st.tuples(people(years), st.just(years)))
Case = tuple[Factors, int]


def shares(found: Prevent) -> list[float]:
    return [getattr(found, outcome) for outcome in OUTCOMES]


@given(case=cases, bend=st.sampled_from([("sbp", 110), ("bmi", 30), ("egfr", 60)]))
def test_there_is_no_jump_where_a_line_bends(case: Case, bend: tuple[str, float]) -> None:
    person, years = case
    key, at = bend

    below = risks(replace(person, **{key: math.nextafter(at, 0)}), years)
    above = risks(replace(person, **{key: math.nextafter(at, 999)}), years)

    assert shares(below) == pytest.approx(shares(above), rel=1e-12)


@given(case=cases, key=st.sampled_from(sorted(BOUNDS)))
def test_a_small_step_of_an_input_is_a_small_step_of_the_risk(case: Case, key: str) -> None:
    person, years = case

    here = risks(person, years)
    near = risks(replace(person, **{key: getattr(person, key) * (1 + 1e-9)}), years)

    assert shares(near) == pytest.approx(shares(here), abs=1e-7)


@given(case=cases)
def test_every_risk_lies_between_never_and_always(case: Case) -> None:
    assert all(0 < share < 1 for share in shares(risks(*case)))


@given(case=cases, model=st.sampled_from(MODELS))
def test_a_smoker_always_has_the_higher_risk(case: Case, model: str) -> None:
    person, years = case

    smoker = shares(risks(replace(person, smoking=True), years, model))
    abstainer = shares(risks(replace(person, smoking=False), years, model))

    assert all(more > less for more, less in zip(smoker, abstainer, strict=True))


@given(case=cases, model=st.sampled_from(MODELS), low=st.floats(110, 199), step=st.floats(1, 50))
def test_above_110_more_pressure_means_more_risk(
    case: Case, model: str, low: float, step: float
) -> None:
    person, years = case

    lower = risks(replace(person, sbp=low), years, model)
    higher = risks(replace(person, sbp=low + step), years, model)

    # Not so for heart failure: there the published lines cross in treated old men.
    for outcome in ("total_cvd", "ascvd", "chd", "stroke"):
        assert getattr(higher, outcome) > getattr(lower, outcome)


@given(case=cases, key=st.sampled_from(["hba1c", "uacr"]), low=st.floats(3, 14))
def test_more_sugar_or_more_albumin_means_more_risk(case: Case, key: str, low: float) -> None:
    person, years = case

    less = shares(risks(replace(person, **{key: low}), years))
    more = shares(risks(replace(person, **{key: low + 0.5}), years))

    assert all(high > low for low, high in zip(less, more, strict=True))


@given(case=cases, model=st.sampled_from(MODELS))
def test_weight_counts_for_heart_failure_alone(case: Case, model: str) -> None:
    person, years = case

    light = risks(replace(person, bmi=30), years, model)
    heavy = risks(replace(person, bmi=39), years, model)

    assert heavy.heart_failure > light.heart_failure
    for outcome in ("total_cvd", "ascvd", "chd", "stroke"):
        assert getattr(heavy, outcome) == getattr(light, outcome)


@given(person=people(10))
def test_the_model_is_the_one_made_for_what_is_known(person: Factors) -> None:
    known = [person.hba1c, person.uacr, person.sdi_decile]

    model = choose_model(person)

    assert (model == "base") == all(value is None for value in known)
    assert (model == "full") == (sum(value is not None for value in known) >= 2)


def test_cholesterol_may_come_in_either_unit() -> None:
    here = risk()
    there = risk(total_c=200 * 0.02586, hdl_c=45 * 0.02586, chol_unit="mmol/L")

    assert shares(there) == pytest.approx(shares(here), rel=1e-12)


REQUIRED = sorted(PERSON)


@pytest.mark.parametrize("key", REQUIRED)
def test_without_an_input_there_is_no_risk(key: str) -> None:
    assert refused(**{key: None}).for_want_of(Why.MISSING) == (key,)


def test_everything_missing_is_told_at_once() -> None:
    found = refused(**dict.fromkeys(PERSON))

    assert sorted(found.for_want_of(Why.MISSING)) == REQUIRED


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("age", 30, 79),
        ("sbp", 90, 200),
        ("total_c", 130, 320),
        ("hdl_c", 20, 100),
        ("egfr", 15, 140),
        ("bmi", 18.5, 39.999),
        ("hba1c", 3, 15),
        ("uacr", 0.1, 25_000),
    ],
)
def test_an_input_outside_the_published_range_gives_a_need_and_no_number(
    key: str, least: float, most: float
) -> None:
    assert risk(**{key: least}).total_cvd > 0
    assert risk(**{key: most}).total_cvd > 0
    assert refused(**{key: least - 0.05}).for_want_of(Why.OUTSIDE) == (key,)
    assert refused(**{key: most + 1}).for_want_of(Why.OUTSIDE) == (key,)


def test_thirty_years_ahead_is_for_people_below_sixty() -> None:
    assert risk(age=59, horizon_years=30).total_cvd > risk(age=59).total_cvd
    assert refused(age=60, horizon_years=30).for_want_of(Why.OUTSIDE) == ("age",)


def test_who_had_an_event_already_gets_no_first_event_risk() -> None:
    assert refused(prior_cvd=True).for_want_of(Why.EXCLUDED) == ("prior_cvd",)


@pytest.mark.parametrize(
    ("changes", "key", "why"),
    [
        ({"sbp": math.nan}, "sbp", Why.IMPOSSIBLE),
        ({"sbp": 1000}, "sbp", Why.IMPOSSIBLE),
        ({"bmi": -3}, "bmi", Why.IMPOSSIBLE),
        ({"smoking": 1}, "smoking", Why.IMPOSSIBLE),
        ({"sex": "unknown"}, "sex", Why.IMPOSSIBLE),
        ({"sdi_decile": 11}, "sdi_decile", Why.IMPOSSIBLE),
        ({"sdi_decile": 3.5}, "sdi_decile", Why.IMPOSSIBLE),
        ({"horizon_years": 20}, "horizon_years", Why.IMPOSSIBLE),
        ({"model": "best"}, "model", Why.IMPOSSIBLE),
        ({"chol_unit": "g/L"}, "total_c", Why.UNIT),
        ({"model": "hba1c"}, "hba1c", Why.MISSING),
        ({"model": "uacr"}, "uacr", Why.MISSING),
        ({"model": "sdi"}, "sdi_decile", Why.MISSING),
    ],
)
def test_an_unusable_input_gives_a_need_and_no_number(
    changes: dict[str, Any], key: str, why: Why
) -> None:
    assert refused(**changes).for_want_of(why) == (key,)


anything = st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text(max_size=3))


@given(st.fixed_dictionaries(dict.fromkeys([*PERSON, "hba1c", "uacr"], anything)))
def test_whatever_comes_in_a_risk_or_a_need_comes_out(inputs: dict[str, Any]) -> None:
    found = prevent(**inputs)

    assert 0 < found.total_cvd < 1 if isinstance(found, Prevent) else found.needs
