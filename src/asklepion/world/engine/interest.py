"""Who is shown to whom, how often, in a place with a crowd in it.

People in one cell of the floor see alike, so each cell has one frame a tick, shared by all who
stand in it: the nearest in every tick, those around them five times a second, everybody else
coarsely, about once a second, each at a tick of their own. However full the place, a frame does
not exceed its budget by more than those who have just come near.

Lines are in order and lose nothing, so what was sent once needs no second word: one who stands
still is not sent again to those who have seen them.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..wire import COARSE_BYTES, ENTRY_BYTES, TICKS_PER_S, TRACKED_ENTRY_BYTES, pack_snapshot

Slots = NDArray[np.intp]
Frames = list[tuple[bytes, list[int]]]

CELL_M = 4.0
NEAR = 24  # in every tick
AROUND = 48  # every fourth
AROUND_TICKS = 4
CLOSE = NEAR + AROUND
FAR_TICKS = TICKS_PER_S
FRAME_BYTES = 2000  # 40 kB/s at 20 ticks a second
RANK_TICKS = 5  # how often we look anew who is near
NOBODY: Slots = np.zeros(0, np.intp)


@dataclass
class Everybody:
    """Everybody in a place, as arrays by slot; the hall keeps them."""

    rows: NDArray[np.uint8]  # shape (n, 36): slot and pose
    x: NDArray[np.float64]
    z: NDArray[np.float64]
    is_here: NDArray[np.bool_]
    is_tracked: NDArray[np.bool_]
    changed_at: NDArray[np.int64]  # the tick of the last change, -1 for nobody


@dataclass
class _View:
    """What is seen from one cell."""

    ranked_at: int
    near: Slots = field(default_factory=lambda: NOBODY)
    around: Slots = field(default_factory=lambda: NOBODY)
    far: Slots = field(default_factory=lambda: NOBODY)
    fresh: Slots = field(default_factory=lambda: NOBODY)

    @property
    def close(self) -> Slots:
        """Those who are shown in full."""
        return np.concatenate((self.near, self.around))


class Interest:
    """One frame for each cell, from whose middle the others are near or far."""

    def __init__(self, bodies: Everybody) -> None:
        self._of = bodies
        self._views: dict[int, _View] = {}
        self._far_ticks = FAR_TICKS
        self._seen_from = np.full(len(bodies.x), -1, np.int64)  # the cell of each one's last frame

    def forget(self, slot: int) -> None:
        """Somebody comes or goes: nothing has been shown to whoever has this slot."""
        self._seen_from[slot] = -1

    def restart(self) -> None:
        """The place is no crowd any more; whoever makes it one again has seen nobody from there."""
        self._seen_from[:] = -1
        self._views = {}

    def frames(self, tick: int) -> Frames:
        """What to send, and to whom: a frame for those of each cell, another for who just came."""
        of = self._of
        here = np.flatnonzero(of.is_here)
        cells = _cells(of.x[here], of.z[here])
        order = np.argsort(cells, kind="stable")
        here, cells = here[order], cells[order]
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        members = dict(zip(cells[starts].tolist(), np.split(here, starts[1:]), strict=True))
        self._views = {cell: self._views.get(cell) or _View(-1) for cell in members}
        self._pace_far()
        told: Frames = []
        for cell, inside in members.items():
            view = self._views[cell]
            self._rank(view, inside, here, tick)
            has_seen = self._seen_from[inside] == cell
            self._seen_from[inside] = cell
            if has_seen.any() and (frame := self._changes(view, tick)):
                told.append((frame, inside[has_seen].tolist()))
            if not has_seen.all():
                frame = self._pack(view.close, self._due(view, tick), tick)
                told.append((frame, inside[~has_seen].tolist()))
        return told

    def whole(self, slot: int, tick: int) -> bytes:
        """Everybody, for one who has seen nobody: the close ones in full, the others coarsely."""
        of = self._of
        here = np.flatnonzero(of.is_here)
        view = _View(-1)
        self._rank(view, np.array([slot]), here, tick)
        return self._pack(view.close, view.far, tick, whole=True)

    def _rank(self, view: _View, inside: Slots, here: Slots, tick: int) -> None:
        """Look anew who is near, now and then; who came nearer is `fresh` for this tick."""
        view.fresh = NOBODY
        if view.ranked_at >= 0 and tick - view.ranked_at < RANK_TICKS:
            return
        of, before = self._of, (view.near, view.close)
        away = (of.x[here] - of.x[inside].mean()) ** 2 + (of.z[here] - of.z[inside].mean()) ** 2
        close = here
        if len(here) > CLOSE:
            chosen = np.argpartition(away, CLOSE - 1)[:CLOSE]
            close, away = here[chosen], away[chosen]
        close = close[np.argsort(away, kind="stable")]
        view.near, view.around = close[:NEAR], close[NEAR:]
        view.far = np.setdiff1d(here, close, assume_unique=True)
        risen = [
            np.setdiff1d(now, old) for now, old in zip((view.near, close), before, strict=True)
        ]
        view.fresh = np.concatenate(risen)
        # Cells take turns: not all of them are looked at in the same tick.
        view.ranked_at = tick if view.ranked_at >= 0 else tick - int(inside[0]) % RANK_TICKS

    def _pace_far(self) -> None:
        """How long it takes to tell of all who are far, so that frames keep to their budget."""
        is_tracked = bool(self._of.is_tracked.any())
        size = TRACKED_ENTRY_BYTES if is_tracked else ENTRY_BYTES
        room = (FRAME_BYTES - size * (NEAR + AROUND // AROUND_TICKS)) // COARSE_BYTES
        self._far_ticks = max(FAR_TICKS, -(-int(self._of.is_here.sum()) // room))

    def _changes(self, view: _View, tick: int) -> bytes | None:
        """Who moved since their last turn in this view; None where nobody did."""
        at = self._of.changed_at
        near = view.near[at[view.near] == tick]
        around = view.around[view.around % AROUND_TICKS == tick % AROUND_TICKS]
        around = around[at[around] > tick - AROUND_TICKS]
        close = np.concatenate((near, around, view.fresh))
        if len(view.fresh):
            close = np.unique(close)  # some are fresh and moved as well
        far = self._due(view, tick)
        is_pulse = tick % TICKS_PER_S == 0
        return self._pack(close, far, tick) if len(close) or len(far) or is_pulse else None

    def _due(self, view: _View, tick: int) -> Slots:
        """Those far away whose turn it is, if they moved since the last."""
        turn = view.far[view.far % self._far_ticks == tick % self._far_ticks]
        # Twice as long, in case their last turn was lost because the pace changed.
        return turn[self._of.changed_at[turn] > tick - 2 * self._far_ticks]

    def _pack(self, close: Slots, far: Slots, tick: int, *, whole: bool = False) -> bytes:
        of = self._of
        close, far = close[of.is_here[close]], far[of.is_here[far]]
        has_headset = of.is_tracked[close]
        flat, tracked = of.rows[close[~has_headset]], of.rows[close[has_headset]]
        return pack_snapshot(tick, flat, tracked, of.rows[far], whole=whole)


def _cells(x: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.int64]:
    """The cell that each point lies in, as one number of at least 0."""
    column = np.floor(x / CELL_M).astype(np.int64) + 0x8000
    row = np.floor(z / CELL_M).astype(np.int64) + 0x8000
    return column << 16 | row
