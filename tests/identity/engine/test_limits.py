from datetime import timedelta

import pytest

from asklepion.identity.engine.limits import in_words, neighbourhood


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::2%eth1"),
    ],
)
def test_neighbours_count_as_one(one: str, other: str) -> None:
    assert neighbourhood(one) == neighbourhood(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("192.0.2.7", "192.0.2.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1"), ("", "x")],
)
def test_strangers_to_each_other_do_not(one: str, other: str) -> None:
    assert neighbourhood(one) != neighbourhood(other)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "a minute"), (60, "a minute"), (61, "2 minutes"), (900, "15 minutes")],
)
def test_a_wait_is_told_in_whole_minutes_and_never_too_short(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
