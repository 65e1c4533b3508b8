"""How one night's numbers differ from those of the night before."""

import math
from collections.abc import Iterable, Sequence

from ...wire import Moved, Since
from .numbers import Compared, Number, Rest

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
    if now.low is None or now.high is None:
        return False
    return not now.low <= before <= now.high


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


def rank(one: Since) -> tuple[bool, float]:
    """What changed most is greatest: first beyond what it may be, then by how much."""
    share = 0.0 if one.before is None else share_of(one.now.value, one.before)
    return one.is_beyond, share
