import math
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.twin.engine.alerting import (
    RULES,
    Change,
    Sample,
    Severity,
    Stream,
    Usual,
    left_out,
    make_usual,
)
from asklepion.twin.engine.alerting.rules import BY_KEY
from asklepion.twin.engine.chart import Person, read_conditions
from tests.conftest import NOON

from .build import condition

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
USUAL_PULSE = Usual(middle=70, quarters={}, spread=5, hours=200, days=20)
ILL = {"heart_rate": 135.0, "respiratory_rate": 28.0, "spo2": 88.0}
WELL = {"heart_rate": 70.0, "respiratory_rate": 16.0, "spo2": 98.0}


def send(
    stream: Stream, values: dict[str, float], start: int, minutes: int, step_s: int = 30
) -> list[Change]:
    """Readings of each measure, one after another, from a minute on."""
    changes: list[Change] = []
    for number in range(minutes * 60 // step_s):
        at = NOON + start * MINUTE + timedelta(seconds=number * step_s)
        for key, value in values.items():
            changes += stream.hear(key, Sample(at, value, f"Observation/{key}-{at:%d%H%M%S}"))
    return changes


def told(changes: list[Change]) -> list[tuple[str, str, Severity]]:
    return [(one.rule, one.kind, one.severity) for one in changes if one.kind != "goes_on"]


def nights_and_days(weeks: int = 4) -> Iterator[Sample]:
    """A pulse of 52 at night and of 76 by day, each hour, as it is with many."""
    chance = random.Random(1)
    for hour in range(weeks * 7 * 24):
        at = NOON - weeks * 7 * DAY + hour * HOUR
        rest = 52 if at.hour < 6 else 76
        yield Sample(at, rest + chance.gauss(0, 2))


def test_one_odd_reading_raises_nothing_and_what_lasts_raises_one_alert() -> None:
    stream = Stream()
    send(stream, WELL, 0, 10)

    assert told(send(stream, ILL, 10, 1, step_s=60)) == []
    send(stream, WELL, 11, 10)

    assert told(send(stream, ILL, 21, 60)) == [("news2", "raised", Severity.GRAVE)]
    assert stream.open == {"news2": Severity.GRAVE}


def test_it_is_over_only_below_another_level_and_after_a_while() -> None:
    stream = Stream()
    send(stream, ILL, 0, 10)
    border = WELL | {"heart_rate": 112.0, "respiratory_rate": 22.0}  # NEWS2 of 4: between the two

    assert told(send(stream, border, 10, 60)) == []
    assert stream.open
    assert told(send(stream, WELL, 70, 10)) == []  # well, but not for long
    assert told(send(stream, WELL, 80, 20)) == [("news2", "cleared", Severity.GRAVE)]
    assert not stream.open


def test_what_is_not_known_adds_nothing_and_what_is_old_says_nothing() -> None:
    stream = Stream()
    send(stream, {"spo2": 90.0}, 0, 10)  # three points by itself: urgent
    assert stream.open == {"news2": Severity.URGENT}

    again = Stream()
    send(again, {"spo2": 93.0, "respiratory_rate": 24.0}, 0, 10)  # 2 + 2
    assert not again.open
    send(again, {"heart_rate": 112.0}, 120, 10)  # two hours later, 2 by itself
    assert not again.open


def test_news2_is_for_whoever_is_known_to_be_grown_up_and_not_pregnant() -> None:
    def out(years: int | None, *conditions: dict[str, Any]) -> frozenset[str]:
        born = None if years is None else NOON.date().replace(year=NOON.year - years)
        return left_out(Person(born=born), read_conditions(conditions), NOON)

    pregnant = condition("77386006", "Pregnancy")
    over = condition("77386006", "Pregnancy", status="resolved")

    assert out(16) == out(40, over) == frozenset()
    assert out(15) == out(None) == out(30, pregnant) == {"news2"}
    stream = Stream(left_out=out(15))
    assert send(stream, ILL, 0, 10) == []


def test_what_was_judged_before_is_not_judged_again() -> None:
    stream = Stream(judged_until={"news2": NOON + 9 * MINUTE})

    assert send(stream, ILL, 0, 10) == []
    assert told(send(stream, ILL, 10, 10)) == [("news2", "raised", Severity.GRAVE)]


def test_whatever_is_not_calm_says_that_it_goes_on() -> None:
    stream = Stream()
    send(stream, ILL, 0, 10)
    border = WELL | {"heart_rate": 112.0, "respiratory_rate": 22.0}  # NEWS2 of 4: between the two

    assert "goes_on" in [one.kind for one in send(stream, border, 20, 20)]
    assert send(stream, WELL, 60, 10) == []


def test_every_alert_names_the_readings_it_rests_on() -> None:
    change = send(Stream(), ILL, 0, 10)[0]

    names = {reference.rpartition("-")[0] for reference in change.references}
    assert names == {f"Observation/{key}" for key in ILL}


def test_what_is_usual_at_night_is_not_unusual_at_night() -> None:
    usual = make_usual("heart_rate", nights_and_days(), NOON)

    assert usual
    night, day = NOON.replace(hour=3), NOON.replace(hour=15)
    assert usual.middle_at(night) == pytest.approx(52, abs=1)
    assert abs(usual.distance(53, night)) < 1
    assert usual.distance(53, day) < -4


def test_too_few_days_are_no_usual() -> None:
    short = [one for one in nights_and_days() if one.at > NOON - 3 * DAY]
    many_on_one_day = [Sample(NOON - DAY + n * MINUTE, 70) for n in range(900)]

    assert make_usual("heart_rate", short, NOON) is None
    assert make_usual("heart_rate", many_on_one_day, NOON) is None


def test_the_last_hours_and_a_few_bad_days_do_not_move_what_is_usual() -> None:
    plain = list(nights_and_days())
    ill = [Sample(NOON - n * MINUTE, 140) for n in range(300)]
    bad = [Sample(NOON - 9 * DAY + n * HOUR, 150) for n in range(40)]

    usual, other = (make_usual("heart_rate", those, NOON) for those in (plain, plain + ill))
    shaken = make_usual("heart_rate", plain + bad, NOON)

    assert usual == other
    assert usual
    assert shaken
    assert shaken.middle == pytest.approx(usual.middle, abs=1.5)


def test_a_walk_is_no_alarm_and_a_heart_that_beats_fast_for_an_hour_is_one() -> None:
    usual = {"heart_rate": USUAL_PULSE}
    walk, long = Stream(usual), Stream(usual)
    for stream in (walk, long):
        send(stream, {"heart_rate": 70.0}, 0, 10)

    assert told(send(walk, {"heart_rate": 105.0}, 10, 20)) == []
    assert told(send(walk, {"heart_rate": 70.0}, 30, 30)) == []
    assert told(send(long, {"heart_rate": 105.0}, 10, 60)) == [
        ("usual.heart_rate", "raised", Severity.NOTICE)
    ]


def test_two_kilograms_in_three_days_are_told_once_they_are_weighed_twice() -> None:
    stream = Stream()
    mornings = [80.0, 80.2, 79.9, 81.4, 82.1]
    changes = [
        told(stream.hear("weight", Sample(NOON + day * DAY, value, f"Observation/{day}")))
        for day, value in enumerate([*mornings, 82.2])
    ]

    assert changes[:5] == [[], [], [], [], []]
    assert changes[5] == [("weight_gain", "raised", Severity.NOTICE)]


@settings(max_examples=30)
@given(
    values=st.lists(st.floats(30, 200), min_size=1, max_size=60),
    gaps=st.lists(st.integers(1, 1200), min_size=60, max_size=60),
)
def test_whatever_comes_an_alert_begins_before_it_ends_and_there_is_one(
    values: list[float], gaps: list[int]
) -> None:
    stream = Stream({"heart_rate": USUAL_PULSE})
    at, open_rules = NOON, set[str]()
    for value, gap in zip(values, gaps, strict=False):
        at += timedelta(seconds=gap)
        for change in stream.hear("heart_rate", Sample(at, value, "Observation/x")):
            if change.kind == "raised":
                assert change.rule not in open_rules
                open_rules.add(change.rule)
            else:
                assert change.rule in open_rules
            if change.kind == "cleared":
                open_rules.discard(change.rule)
    assert set(stream.open) == open_rules


@settings(max_examples=20)
@given(order=st.permutations(range(12)))
def test_readings_that_come_late_raise_no_more_than_in_their_order(order: list[int]) -> None:
    stream = Stream()
    for number in order:
        at = NOON + number * MINUTE
        stream.hear("spo2", Sample(at, 98.0 if number % 2 else 90.0, f"Observation/{number}"))

    assert not stream.open or stream.open == {"news2": Severity.URGENT}


MMOL_L = 18.016


def measured(stream: Stream, key: str, mmol_l: float, minute: int) -> list[Change]:
    at = NOON + minute * MINUTE
    return stream.hear(key, Sample(at, mmol_l * MMOL_L, f"Observation/{key}-{minute}"))


def sensed(stream: Stream, mmol_l: float, start: int, minutes: int) -> list[Change]:
    """A sensor under the skin, each five minutes."""
    spots = range(start, start + minutes, 5)
    return [one for at in spots for one in measured(stream, "glucose_sensor", mmol_l, at)]


@pytest.mark.parametrize(
    ("mmol_l", "severity"),
    [
        (4.0, None),
        (3.9, None),
        (3.8, Severity.URGENT),
        (3.0, Severity.URGENT),
        (2.9, Severity.GRAVE),
    ],
)
def test_one_low_drop_of_blood_is_told_at_once(mmol_l: float, severity: Severity | None) -> None:
    changes = measured(Stream(), "glucose", mmol_l, 0)

    assert told(changes) == ([("glucose_low", "raised", severity)] if severity else [])


def test_a_low_drop_of_blood_is_over_with_the_next_at_four() -> None:
    stream = Stream()
    measured(stream, "glucose", 3.2, 0)

    assert told(measured(stream, "glucose", 2.8, 10)) == [("glucose_low", "graver", Severity.GRAVE)]
    assert told(measured(stream, "glucose", 3.95, 20)) == []  # between the two levels
    assert told(measured(stream, "glucose", 4.0, 30)) == [
        ("glucose_low", "cleared", Severity.GRAVE)
    ]


def test_a_sensor_is_believed_after_a_quarter_of_an_hour() -> None:
    stream = Stream()
    sensed(stream, 5.5, 0, 30)

    assert told(sensed(stream, 3.6, 30, 15)) == []
    low = ("glucose_low_sensor", Severity.URGENT)
    assert told(sensed(stream, 3.6, 45, 30)) == [(low[0], "raised", low[1])]
    assert told(sensed(stream, 4.6, 75, 15)) == []
    assert told(sensed(stream, 4.6, 90, 20)) == [(low[0], "cleared", low[1])]


def test_a_peak_after_a_meal_is_no_alarm_and_two_hours_are_one() -> None:
    stream = Stream()

    assert told(sensed(stream, 14.5, 0, 90)) == []
    sensed(stream, 10, 90, 60)
    assert told(sensed(stream, 15, 150, 130)) == [("glucose_high", "raised", Severity.NOTICE)]
    assert told(sensed(stream, 17.5, 280, 130)) == [("glucose_high", "graver", Severity.URGENT)]
    assert told(sensed(stream, 13.0, 410, 60)) == []  # lower, and not low enough
    assert told(sensed(stream, 11.0, 470, 60)) == [("glucose_high", "cleared", Severity.URGENT)]


def test_every_rule_ends_below_where_it_begins() -> None:
    assert all(rule.clear < min(rule.raises.values()) for rule in RULES)
    assert len(BY_KEY) == len(RULES)
    assert all(math.isfinite(level) for rule in RULES for level in rule.raises.values())
