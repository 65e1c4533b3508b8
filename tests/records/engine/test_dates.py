from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.clock import to_us
from asklepion.records.engine import validate
from asklepion.records.engine.dates import DAY_US, span_of

zones = st.integers(-13 * 60, 13 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)
days = st.dates()
texts = st.from_regex(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", fullmatch=True)


@given(at=moments)
def test_a_moment_is_the_same_wherever_it_is_told(at: datetime) -> None:
    here, there = at.isoformat(timespec="seconds"), at.astimezone(UTC).isoformat(timespec="seconds")

    assert span_of(here) == span_of(there) == span_of(there.replace("+00:00", "Z"))


@given(at=moments)
def test_a_moment_lies_within_every_coarser_way_to_say_it(at: datetime) -> None:
    at = at.astimezone(UTC)
    text = at.isoformat(timespec="microseconds")
    exact = (to_us(at), to_us(at))

    assert span_of(text) == exact
    for length in (4, 7, 10, 19, 21, 23):
        coarse = span_of(text[:length] + ("Z" if length > 10 else ""))
        assert coarse is not None
        assert coarse[0] <= exact[0] <= exact[1] <= coarse[1]


@given(day=days.filter(lambda day: day.year < 9999))
def test_each_day_ends_just_before_the_next_begins(day: datetime) -> None:
    today, tomorrow = span_of(day.isoformat()), span_of((day + timedelta(days=1)).isoformat())

    assert today is not None
    assert tomorrow is not None
    assert today[1] + 1 == tomorrow[0]
    assert today[1] - today[0] == DAY_US - 1


@given(text=texts)
def test_what_is_found_valid_can_be_indexed_and_the_other_way_round(text: str) -> None:
    issues = validate({"resourceType": "Patient", "birthDate": text})

    assert (span_of(text) is None) == bool(issues)


def test_precision_decides_how_long_it_lasts() -> None:
    noon = to_us(datetime(2026, 3, 1, 12, tzinfo=UTC))

    assert span_of("2026-03-01T12:00:00Z") == (noon, noon + 999_999)
    assert span_of("2026-03-01T12:00:00.2Z") == (noon + 200_000, noon + 299_999)
    assert span_of("2026-03-01T12:00:00.123456789Z") == (noon + 123_456, noon + 123_456)
    assert span_of("2026-03-01T20:00:00+08:00") == (noon, noon + 999_999)
    assert span_of("2026-03-01T12:00Z") == (noon, noon + 59_999_999)
    assert span_of("2026-03-01T12:00:00") == (noon, noon + 999_999)


def test_a_leap_second_counts_into_the_next_minute() -> None:
    assert span_of("2016-12-31T23:59:60Z") == span_of("2017-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        *("2023-02-30", "2023-02-29", "1900-02-29", "2023-13", "2023-00-01", "0000", "23-01-01"),
        *(
            "2023-1-1",
            "",
            "２０２０",
            "today",
            "2023-01-01T25:00:00Z",
            "2023-01-01T00:00:61Z",
            "2023-01-01 ",
        ),
    ],
)
def test_what_never_was_is_no_date(text: str) -> None:
    assert span_of(text) is None
