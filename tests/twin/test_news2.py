import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.twin import Cannot, News2, Why, news2
from asklepion.twin.engine.news2 import BOUNDS, nearest_zero, points_range

from .vectors import vectors

WELL: dict[str, Any] = {
    "respiratory_rate": 16,
    "spo2": 98,
    "supplemental_o2": False,
    "sbp": 120,
    "heart_rate": 70,
    "acvpu": "A",
    "temperature_c": 37.0,
}


def score(**changes: Any) -> News2:
    found = news2(**(WELL | changes))
    assert isinstance(found, News2)
    return found


def refused(**changes: Any) -> Cannot:
    found = news2(**(WELL | changes))
    assert isinstance(found, Cannot)
    return found


@pytest.mark.parametrize("vector", vectors("NEWS2"))
def test_every_published_vector_is_met(vector: dict[str, Any]) -> None:
    found = news2(**vector["inputs"])

    assert isinstance(found, News2)
    for key, expected in vector["expected"].items():
        match key:
            case "total":
                assert found.total == expected
            case "total_min":
                assert found.total >= expected
            case "risk":
                assert expected.startswith(found.band) or found.band == "low_medium"
            case _:
                assert found.points[POINTS[key]] == expected


POINTS = {
    "rr_points": "respiratory_rate",
    "consciousness_points": "acvpu",
    "sbp_points": "sbp",
}


@pytest.mark.parametrize("vector", vectors("NEWS2", disputed=True))
def test_the_disputed_vector_contradicts_the_chart(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]

    found = score(
        respiratory_rate=inputs["respiratory_rate"][0],
        heart_rate=inputs["heart_rate"][0],
        spo2=inputs["spo2"][0],
        temperature_c=inputs["temperature_c"][0],
        sbp=inputs["sbp_dbp"][0],
    )

    assert found.total == 5
    assert found.total != vector["expected"]["total"]
    assert found.points["temperature_c"] == 0  # 36.1 to 38.0 scores nothing


# The chart of the RCP (2017), both sides of every edge.
EDGES = [
    ("respiratory_rate", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
    ("spo2", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0}),
    ("sbp", {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3}),
    ("heart_rate", {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3}),
    (
        "temperature_c",
        {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2},
    ),
    ("acvpu", {"A": 0, "C": 3, "V": 3, "P": 3, "U": 3}),
    ("supplemental_o2", {False: 0, True: 2}),
]


@pytest.mark.parametrize(
    ("key", "value", "points"),
    [(key, value, points) for key, edges in EDGES for value, points in edges.items()],
)
def test_each_band_of_the_chart_begins_and_ends_where_the_rcp_drew_it(
    key: str, value: object, points: int
) -> None:
    found = score(**{key: value})

    assert found.points[key] == points
    assert found.total == points


@pytest.mark.parametrize(
    ("spo2", "on_air", "on_oxygen"),
    [
        (83, 3, 3),
        (84, 2, 2),
        (85, 2, 2),
        (86, 1, 1),
        (87, 1, 1),
        (88, 0, 0),
        (92, 0, 0),
        (93, 0, 1),
        (94, 0, 1),
        (95, 0, 2),
        (96, 0, 2),
        (97, 0, 3),
        (100, 0, 3),
    ],
)
def test_on_scale_2_too_much_oxygen_scores_too(spo2: int, on_air: int, on_oxygen: int) -> None:
    air = score(spo2=spo2, spo2_scale=2)
    oxygen = score(spo2=spo2, spo2_scale=2, supplemental_o2=True)

    assert air.points["spo2"] == on_air
    assert oxygen.points["spo2"] == on_oxygen


@pytest.mark.parametrize(
    ("changes", "total", "band"),
    [
        ({}, 0, "low"),
        ({"heart_rate": 95, "spo2": 95, "supplemental_o2": True}, 4, "low"),
        ({"acvpu": "C"}, 3, "low_medium"),
        ({"acvpu": "C", "spo2": 95}, 4, "low_medium"),
        ({"acvpu": "C", "spo2": 93}, 5, "medium"),
        ({"acvpu": "C", "spo2": 91}, 6, "medium"),
        ({"acvpu": "C", "spo2": 91, "heart_rate": 95}, 7, "high"),
    ],
)
def test_the_band_follows_the_total_and_a_single_red_score(
    changes: dict[str, Any], total: int, band: str
) -> None:
    found = score(**changes)

    assert found.total == total
    assert found.band == band


def test_the_worst_there_is_scores_twenty() -> None:
    found = score(
        respiratory_rate=30,
        spo2=80,
        supplemental_o2=True,
        sbp=60,
        heart_rate=150,
        acvpu="U",
        temperature_c=34,
    )

    assert found.total == 20
    assert set(found.red) == set(found.points) - {"supplemental_o2"}


@pytest.mark.parametrize(
    ("value", "points"), [(38.04, 0), (38.05, 1), (35.04, 3), (35.05, 1), (36.06, 0)]
)
def test_a_temperature_is_read_to_a_tenth(value: float, points: int) -> None:
    assert score(temperature_c=value).points["temperature_c"] == points


@pytest.mark.parametrize(("value", "points"), [(90.4, 0), (90.5, 1), (50.4, 1), (50.5, 0)])
def test_other_numbers_are_read_whole(value: float, points: int) -> None:
    assert score(heart_rate=value).points["heart_rate"] == points


@pytest.mark.parametrize("key", list(WELL))
def test_without_an_input_there_is_no_score(key: str) -> None:
    assert refused(**{key: None}).for_want_of(Why.MISSING) == (key,)


def test_everything_missing_is_told_at_once() -> None:
    found = refused(**dict.fromkeys(WELL))

    assert set(found.for_want_of(Why.MISSING)) == set(WELL)


IMPOSSIBLE: list[tuple[str, object]] = [
    *((key, math.nan) for key in BOUNDS),
    *((key, math.inf) for key in BOUNDS),
    *((key, -1) for key in BOUNDS),
    *((key, 10**400) for key in BOUNDS),
    *((key, True) for key in BOUNDS),
    *((key, "98") for key in BOUNDS),
    ("spo2", 101),
    ("temperature_c", 98.6),  # Fahrenheit
    ("acvpu", "X"),
    ("acvpu", 1),
    ("supplemental_o2", "no"),
    ("spo2_scale", 3),
]


@pytest.mark.parametrize(("key", "value"), IMPOSSIBLE)
def test_an_impossible_input_gives_a_need_and_no_number(key: str, value: object) -> None:
    assert refused(**{key: value}).for_want_of(Why.IMPOSSIBLE) == (key,)


def test_there_is_no_score_for_a_child() -> None:
    assert refused(age=15).for_want_of(Why.OUTSIDE) == ("age",)
    assert score(age=16).total == 0


numbers = st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.text(max_size=3))


@given(st.fixed_dictionaries(dict.fromkeys(WELL, numbers)))
def test_whatever_comes_in_a_score_or_a_need_comes_out(inputs: dict[str, Any]) -> None:
    found = news2(**inputs)

    if isinstance(found, News2):
        assert 0 <= found.total <= 20
    else:
        assert found.needs


measured = st.sampled_from(sorted(BOUNDS))


@given(key=measured, middle=st.floats(0, 1), width=st.floats(0, 0.2), at=st.floats(0, 1))
def test_every_value_within_a_range_scores_within_the_range_of_points(
    key: str, middle: float, width: float, at: float
) -> None:
    low, high = BOUNDS[key].possible
    start = low + middle * (high - low) * (1 - width)
    end = start + width * (high - low)

    fewest, most = points_range(key, start, end, supplemental_o2=False, spo2_scale=1)

    inside = score(**{key: start + at * (end - start)}).points[key]
    assert fewest <= inside <= most


@given(key=measured, share=st.floats(0, 1), scale=st.sampled_from([1, 2]), oxygen=st.booleans())
def test_the_nearest_healthy_value_scores_nothing(
    key: str, share: float, scale: int, oxygen: bool
) -> None:
    low, high = BOUNDS[key].possible
    value = low + share * (high - low)

    healthy = nearest_zero(key, value, supplemental_o2=oxygen, spo2_scale=scale)

    found = score(**{key: healthy}, spo2_scale=scale, supplemental_o2=oxygen)
    assert found.points[key] == 0
