"""How one night's numbers are set beside those of the night before, and which come first."""

import pytest

from asklepion.twin.engine.night.change import compare, has_changed, rank
from asklepion.twin.engine.night.numbers import Compared, Number


def number(name: str, value: float, *, error: float | None = None, version: str = "1") -> Number:
    """A card's number; with `error`, what it may be reaches so far to both sides."""
    return Number(
        kind="card",
        name=name,
        title_key=f"twin.card.{name}.title",
        value=value,
        low=None if error is None else value - error,
        high=None if error is None else value + error,
        unit="{score}",
        digits=0,
        as_of=None,
        version=version,
    )


def change(name: str, before: float, now: float, *, error: float | None = None) -> Compared:
    (one,) = compare([number(name, now, error=error)], [number(name, before, error=error)])
    return one


def first(*found: Compared) -> tuple[str, float | None, float]:
    one = max(found, key=rank)
    return one.now.name, one.before, one.now.value


def test_what_got_worse_comes_before_what_got_better() -> None:
    worse, better = change("news2", 4, 9, error=1), change("news2", 9, 0, error=1)

    assert first(better, worse) == ("news2", 4, 9)


def test_a_step_from_nought_is_not_the_greatest_of_all() -> None:
    step, rise = change("news2", 0, 1, error=1), change("news2", 4, 9, error=1)
    kidneys = change("egfr", 95, 80, error=16)

    assert first(step, kidneys, rise) == ("news2", 4, 9)
    assert first(step, kidneys) == ("egfr", 95, 80)
    assert first(change("news2", 0, 1, error=0), kidneys) == ("egfr", 95, 80)


@pytest.mark.parametrize(
    ("before", "now", "is_beyond"), [(4, 5, True), (6, 7, True), (5, 6, False)]
)
def test_news2_that_crosses_a_level_of_response_is_beyond_whatever_its_range(
    before: float, now: float, *, is_beyond: bool
) -> None:
    for error in (3, None):
        assert change("news2", before, now, error=error).is_beyond is is_beyond


def test_a_number_is_measured_by_its_own_range_and_without_one_comes_last() -> None:
    near, far = change("egfr", 60, 50, error=20), change("prevent10", 9, 12, error=4)

    assert first(near, far) == ("prevent10", 9, 12)
    assert first(near, change("CHA2DS2-VASc", 0, 1)) == ("egfr", 60, 50)


def test_another_version_of_a_model_changes_nobody() -> None:
    (one,) = compare([number("sepsis", 9, version="2")], [number("sepsis", 5, version="1")])

    assert not has_changed(one)
    assert (one.before, one.is_beyond, one.moved_by) == (None, False, [])
    assert one.is_another_version
