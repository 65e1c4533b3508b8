"""How one night's numbers are set beside those of the night before, and which come first."""

from asklepion.twin.engine.night.change import compare, has_changed
from asklepion.twin.engine.night.numbers import Number


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


def test_another_version_of_a_model_changes_nobody() -> None:
    (one,) = compare([number("sepsis", 9, version="2")], [number("sepsis", 5, version="1")])

    assert not has_changed(one)
    assert (one.before, one.is_beyond, one.moved_by) == (None, False, [])
    assert one.is_another_version
