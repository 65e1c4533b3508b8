"""How one night's numbers differ from those of the night before."""

import math
from collections.abc import Iterable, Sequence

from ...wire import Moved, Noted, Since
from .numbers import Compared, Number, Rest

# From which totals on another response is asked for, whatever measuring may be off by.
# Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017.
LEVELS = {"news2": (5, 7)}
FALLING_IS_WORSE = frozenset({"egfr"})  # of all other numbers rising is


def compare(found: Sequence[Number], before: Iterable[Number]) -> list[Compared]:
    """Each number beside what it was."""
    was = {(one.kind, one.name): one for one in before}
    return [_since(one, was.get((one.kind, one.name))) for one in found]


def _since(now: Number, before: Number | None) -> Compared:
    if before is None or before.version != now.version:
        return Compared(now=now, before=None, is_another_version=before is not None)
    changed = _shown(now, now.value) != _shown(now, before.value)
    is_worse = (now.value < before.value) == (now.name in FALLING_IS_WORSE) if changed else None
    return Compared(
        now=now,
        before=before.value,
        moved_by=_moved(now.rests, before.rests) if changed and before.rests else [],
        is_beyond=changed and _is_beyond(now, before.value),
        is_worse=is_worse,
    )


def _shown(one: Number, value: float) -> str:
    return f"{value:.{one.digits}f}"


def _is_beyond(now: Number, before: float) -> bool:
    if _crosses(now, before):
        return True
    if now.low is None or now.high is None:
        return False
    return not now.low <= before <= now.high


def _crosses(now: Noted, before: float) -> bool:
    """Whether another response is asked for than the night before."""
    levels = LEVELS.get(now.name, ())
    return any((now.value >= level) != (before >= level) for level in levels)


def _moved(now: Sequence[Rest], before: Sequence[Rest]) -> list[Moved]:
    """The inputs that differ; those that are numbers, and differ most, first."""
    was, known = {one.key: one for one in before}, {one.key: one for one in now}
    moved = [
        _one(known.get(key), was.get(key))
        for key in {**known, **was}
        if _differs(known.get(key), was.get(key))
    ]
    return sorted(moved, key=_size, reverse=True)


def _differs(now: Rest | None, before: Rest | None) -> bool:
    if now is None or before is None:
        return True
    if isinstance(now.value, float | int) and isinstance(before.value, float | int):
        return not math.isclose(now.value, before.value, rel_tol=1e-9)
    return now.value != before.value


def _one(now: Rest | None, before: Rest | None) -> Moved:
    known = now or before
    assert known is not None
    return Moved(
        key=known.key,
        label_key=known.label_key,
        before=before.value if before else None,
        before_key=before.value_key if before else "",
        now=now.value if now else None,
        now_key=now.value_key if now else "",
        unit=known.unit,
        at=now.at if now else None,
        reference=now.reference if now else None,
        before_reference=before.reference if before else None,
    )


def _size(one: Moved) -> float:
    if not isinstance(one.now, float | int) or not isinstance(one.before, float | int):
        return 0.0
    return share_of(one.now, one.before)


def share_of(now: float, before: float) -> float:
    """How much a number changed, as a share of what it is or was, whichever is more."""
    return abs(now - before) / max(abs(before), abs(now), 1e-9)


def has_changed(one: Since) -> bool:
    """Whether it is shown as another number than the night before."""
    return one.is_worse is not None


def rank(one: Since) -> tuple[bool, bool, bool, float]:
    """What comes first is greatest: worse, then beyond what it may be, then by how much.

    How much is counted in a scale of its own, and what has none comes after what has one. What
    has levels of response is beyond only where it crosses one: a point is soon outside its range.
    """
    if one.before is None or not has_changed(one):
        return False, False, False, 0.0
    is_beyond = _crosses(one.now, one.before) if one.now.name in LEVELS else one.is_beyond
    scale = _scale(one.now)
    by = abs(one.now.value - one.before)
    size = by / scale if scale else share_of(one.now.value, one.before)
    return bool(one.is_worse), is_beyond, bool(scale), size


def _scale(one: Noted) -> float:
    """The first level of response, else half of its range; 0 where it has neither."""
    if levels := LEVELS.get(one.name):
        return float(levels[0])
    return 0.0 if one.low is None or one.high is None else (one.high - one.low) / 2
