import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.twin import Cannot, Egfr, Sex, Why, ckd_epi_2021
from asklepion.twin.engine.ckd_epi import KAPPA, category, creatinine_at, estimate

from .vectors import vectors

PERSON: dict[str, Any] = {"creatinine": 1.0, "age": 50, "sex": "female"}


def egfr(**inputs: Any) -> Egfr:
    found = ckd_epi_2021(**inputs)
    assert isinstance(found, Egfr)
    return found


def refused(**inputs: Any) -> Cannot:
    found = ckd_epi_2021(**(PERSON | inputs))
    assert isinstance(found, Cannot)
    return found


def of_vector(vector: dict[str, Any]) -> Egfr:
    """The two ways in which the vectors write the same three inputs."""
    inputs: dict[str, Any] = vector["inputs"]
    if "creatinine_mg_dl" in inputs:
        return egfr(creatinine=inputs["creatinine_mg_dl"], age=inputs["age"], sex=inputs["sex"])
    value, unit = inputs["creatinine"]
    return egfr(creatinine=value, creatinine_unit=unit, age=inputs["age"][0], sex=inputs["sex"])


@pytest.mark.parametrize("vector", vectors("CKD-EPI-2021"))
def test_every_published_vector_is_met(vector: dict[str, Any]) -> None:
    found = of_vector(vector)

    expected = vector["expected"]
    if "egfr_rounded" in expected:
        assert found.rounded == expected["egfr_rounded"]
    else:
        assert expected["lower"] <= found.value <= expected["upper"]


@pytest.mark.parametrize("vector", vectors("CKD-EPI-2021", disputed=True))
def test_the_disputed_vectors_contradict_the_paper(vector: dict[str, Any]) -> None:
    found = of_vector(vector)

    assert not vector["expected"]["lower"] <= found.value <= vector["expected"]["upper"]


ages = st.integers(18, 110)
sexes = st.sampled_from(list(Sex))
creatinines = st.floats(0.1, 20)


@given(age=ages, sex=sexes)
def test_there_is_no_jump_where_the_line_bends(age: int, sex: Sex) -> None:
    below = estimate(math.nextafter(KAPPA[sex], 0), age, sex).value
    above = estimate(math.nextafter(KAPPA[sex], 9), age, sex).value

    assert below == pytest.approx(above, rel=1e-12)


@given(creatinine=creatinines, age=ages, sex=sexes)
def test_a_small_step_in_creatinine_is_a_small_step_in_filtration(
    creatinine: float, age: int, sex: Sex
) -> None:
    here = estimate(creatinine, age, sex).value
    near = estimate(creatinine * (1 + 1e-6), age, sex).value

    assert here >= near >= here * (1 - 1.3e-6)  # the steepest slope is -1.2


@given(creatinine=creatinines, factor=st.floats(1.01, 3), age=ages, sex=sexes)
def test_more_creatinine_means_less_filtration(
    creatinine: float, factor: float, age: int, sex: Sex
) -> None:
    assert estimate(creatinine * factor, age, sex).value < estimate(creatinine, age, sex).value


@given(creatinine=creatinines, age=ages, sex=sexes)
def test_with_the_years_the_same_creatinine_means_less_filtration(
    creatinine: float, age: int, sex: Sex
) -> None:
    assert estimate(creatinine, age + 1, sex).value < estimate(creatinine, age, sex).value


@given(creatinine=creatinines, age=ages, sex=sexes)
def test_the_inverse_gives_the_creatinine_back(creatinine: float, age: int, sex: Sex) -> None:
    value = estimate(creatinine, age, sex).value

    assert creatinine_at(value, age, sex) == pytest.approx(creatinine, rel=1e-9)


@given(creatinine=creatinines, age=ages, sex=sexes)
def test_the_unit_does_not_matter(creatinine: float, age: int, sex: Sex) -> None:
    here = egfr(creatinine=creatinine, age=age, sex=sex)
    there = egfr(creatinine=creatinine * 88.4, creatinine_unit="umol/L", age=age, sex=sex)

    assert there.value == pytest.approx(here.value, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (120, "G1"),
        (89.5, "G1"),
        (89.49, "G2"),
        (59.5, "G2"),
        (59.4, "G3a"),
        (44.5, "G3a"),
        (44.4, "G3b"),
        (29.5, "G3b"),
        (29.4, "G4"),
        (14.5, "G4"),
        (14.4, "G5"),
        (0, "G5"),
    ],
)
def test_the_category_is_that_of_the_whole_number_one_reads(value: float, name: str) -> None:
    assert category(value) == name


@pytest.mark.parametrize("key", ["creatinine", "age", "sex"])
def test_without_an_input_there_is_no_estimate(key: str) -> None:
    assert refused(**{key: None}).for_want_of(Why.MISSING) == (key,)


@pytest.mark.parametrize(
    ("inputs", "key", "why"),
    [
        ({"creatinine": 0}, "creatinine", Why.IMPOSSIBLE),
        ({"creatinine": -1}, "creatinine", Why.IMPOSSIBLE),
        ({"creatinine": math.nan}, "creatinine", Why.IMPOSSIBLE),
        ({"creatinine": 80}, "creatinine", Why.IMPOSSIBLE),  # µmol/L taken for mg/dL
        ({"creatinine": 0.9, "creatinine_unit": "umol/L"}, "creatinine", Why.IMPOSSIBLE),
        ({"creatinine": True}, "creatinine", Why.IMPOSSIBLE),
        ({"creatinine_unit": "g/L"}, "creatinine", Why.UNIT),
        ({"age": 17}, "age", Why.OUTSIDE),
        ({"age": 131}, "age", Why.IMPOSSIBLE),
        ({"sex": "other"}, "sex", Why.IMPOSSIBLE),
    ],
)
def test_an_unusable_input_gives_a_need_and_no_number(
    inputs: dict[str, Any], key: str, why: Why
) -> None:
    assert refused(**inputs).for_want_of(why) == (key,)


anything = st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text(max_size=3))


@given(creatinine=anything, age=anything, sex=anything)
def test_whatever_comes_in_an_estimate_or_a_need_comes_out(
    creatinine: Any, age: Any, sex: Any
) -> None:
    found = ckd_epi_2021(creatinine=creatinine, age=age, sex=sex)

    assert found.value > 0 if isinstance(found, Egfr) else found.needs
