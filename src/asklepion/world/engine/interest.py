"""Who is shown to whom, how often, in a place with a crowd in it.

People in one cell of the floor see alike, so each cell has one frame a tick, shared by all who
stand in it: the nearest in every tick, those around them five times a second, everybody else
coarsely, about once a second, each at a tick of their own. However full the place, a frame does
not exceed its budget by more than those who have just come near.

Lines are in order and lose nothing, so what was sent once needs no second word: one who stands
still is not sent again to those who have seen them. All cells are reckoned at once, as arrays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..wire import COARSE_BYTES, ENTRY_BYTES, TICKS_PER_S, TRACKED_ENTRY_BYTES, pack_snapshots
from .views import AROUND, CLOSE, NEAR, Cells, Views

Slots = NDArray[np.intp]
Frames = list[tuple[bytes, list[int]]]

CELL_M = 4.0
AROUND_TICKS = 4
FAR_TICKS = TICKS_PER_S
FRAME_BYTES = 1950  # 39 kB/s at 20 ticks a second
IS_NEAR = np.arange(CLOSE) < NEAR
NOWHERE = -1


@dataclass
class Everybody:
    """Everybody in a place, as arrays by slot; the hall keeps them."""

    rows: NDArray[np.uint8]  # shape (n, 36): slot and pose
    x: NDArray[np.float64]
    z: NDArray[np.float64]
    is_here: NDArray[np.bool_]
    is_tracked: NDArray[np.bool_]
    changed_at: NDArray[np.int64]  # the tick of the last change, -1 for nobody


class Interest:
    """One frame for each cell, from whose middle the others are near or far."""

    def __init__(self, bodies: Everybody) -> None:
        self._of = bodies
        self._views = Views(len(bodies.x))
        self._far_ticks = FAR_TICKS
        self._seen_from = np.full(len(bodies.x), NOWHERE, np.int64)  # the cell of each last frame

    def forget(self, slot: int) -> None:
        """Somebody comes or goes: nothing has been shown to whoever has this slot."""
        self._seen_from[slot] = NOWHERE

    def restart(self) -> None:
        """The place is no crowd any more; whoever makes it one again has seen nobody from there."""
        self._seen_from[:] = NOWHERE
        self._views = Views(len(self._seen_from))

    def frames(self, tick: int) -> Frames:
        """What to send, and to whom: a frame for those of each cell, another for who just came."""
        of = self._of
        cells = Cells.of(np.flatnonzero(of.is_here), of.x, of.z, CELL_M)
        self._pace_far()
        rows, risen = self._views.look(cells, tick)
        has_seen = self._seen_from[cells.slots] == cells.ids
        self._seen_from[cells.slots] = cells.ids
        old = cells.audience(has_seen)
        new = cells.audience(~has_seen)
        close = self._views.close[rows]
        is_somebody = close < len(of.x)
        close = np.where(is_somebody, close, 0)
        moved = is_somebody & (self._turns(close, tick) | risen)
        told = self._told(rows, close, moved, old, tick)
        if new:
            told += self._told(rows, close, is_somebody & of.is_here[close], new, tick)
        return told

    def whole(self, slot: int, tick: int) -> bytes:
        """Everybody, for one who has seen nobody: the close ones in full, the others coarsely."""
        of = self._of
        here = np.flatnonzero(of.is_here)
        away = (of.x[here] - of.x[slot]) ** 2 + (of.z[here] - of.z[slot]) ** 2
        order = here[np.argsort(away, kind="stable")]
        full, far = order[:CLOSE], order[CLOSE:]
        return self._pack(np.zeros_like(full), full, np.zeros_like(far), far, 1, tick, whole=True)[
            0
        ]

    def _pace_far(self) -> None:
        """How long it takes to tell of all who are far, so that frames keep to their budget."""
        is_tracked = bool(self._of.is_tracked.any())
        size = TRACKED_ENTRY_BYTES if is_tracked else ENTRY_BYTES
        room = (FRAME_BYTES - size * (NEAR + AROUND // AROUND_TICKS)) // COARSE_BYTES
        self._far_ticks = max(FAR_TICKS, -(-int(self._of.is_here.sum()) // room))

    def _turns(self, close: Slots, tick: int) -> NDArray[np.bool_]:
        """Which of the close ones moved since their last turn; shape (views, CLOSE)."""
        at = self._of.changed_at[close]
        is_turn = (close % AROUND_TICKS == tick % AROUND_TICKS) & (at > tick - AROUND_TICKS)
        return (IS_NEAR & (at == tick)) | (~IS_NEAR & is_turn)

    def _due(self, tick: int) -> Slots:
        """Those whose turn it is to be shown to who is far, if they moved since the last."""
        here = np.flatnonzero(self._of.is_here)
        turn = here[here % self._far_ticks == tick % self._far_ticks]
        # Twice as long, in case their last turn was lost because the pace changed.
        return turn[self._of.changed_at[turn] > tick - 2 * self._far_ticks]

    def _told(
        self,
        rows: Slots,
        close: Slots,
        shown: NDArray[np.bool_],
        audience: dict[int, list[int]],
        tick: int,
    ) -> Frames:
        """The frames of those views that have an audience, without those that tell nothing."""
        chosen = np.fromiter(audience, np.intp, len(audience))
        of_view, at = np.nonzero(shown[chosen])
        due = self._due(tick)
        of_far, at_far = np.nonzero(self._views.is_far(rows[chosen], due))
        frames = self._pack(
            of_view, close[chosen[of_view], at], of_far, due[at_far], len(chosen), tick
        )
        is_pulse = tick % TICKS_PER_S == 0
        tells = np.bincount(of_view, minlength=len(chosen)) > 0
        tells |= np.bincount(of_far, minlength=len(chosen)) > 0
        pairs = zip(frames, audience.values(), tells.tolist(), strict=True)
        return [(frame, slots) for frame, slots, is_told in pairs if is_told or is_pulse]

    def _pack(
        self,
        of_view: Slots,
        slots: Slots,
        of_far: Slots,
        far: Slots,
        count: int,
        tick: int,
        *,
        whole: bool = False,
    ) -> list[bytes]:
        """One frame for each view, from who is shown in which, sorted by view."""
        of = self._of
        has_headset = of.is_tracked[slots]
        flat, tracked = slots[~has_headset], slots[has_headset]
        return pack_snapshots(
            tick,
            (of.rows[flat], np.bincount(of_view[~has_headset], minlength=count)),
            (of.rows[tracked], np.bincount(of_view[has_headset], minlength=count)),
            (of.rows[far], np.bincount(of_far, minlength=count)),
            whole=whole,
        )
