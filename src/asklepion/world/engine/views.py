"""What is seen from each cell of the floor: who is near, who around, who far."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Slots = NDArray[np.intp]

NEAR = 24
AROUND = 48
CLOSE = NEAR + AROUND
RANK_TICKS = 5  # how often we look anew who is near
NEVER = -RANK_TICKS
FAR, ROUND_ABOUT, CLOSE_BY = 0, 1, 2
LEVELS = np.where(np.arange(CLOSE) < NEAR, CLOSE_BY, ROUND_ABOUT).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The people of a place, sorted by the cell they stand in."""

    slots: Slots
    ids: NDArray[np.int64]  # the cell of each of them
    x: NDArray[np.float64]
    z: NDArray[np.float64]
    starts: Slots  # where in `slots` each cell begins

    @classmethod
    def of(
        cls, here: Slots, x: NDArray[np.float64], z: NDArray[np.float64], cell_m: float
    ) -> "Cells":
        """Sort those who are here.

        Args:
            x: of every slot [m]; z alike.
            cell_m: side of a cell [m].
        """
        ids = _ids(x[here], z[here], cell_m)
        order = np.argsort(ids, kind="stable")
        slots, ids = here[order], ids[order]
        starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
        return cls(slots=slots, ids=ids, x=x[slots], z=z[slots], starts=starts)

    @property
    def occupied(self) -> NDArray[np.int64]:
        """The cells with somebody in them, in order."""
        return self.ids[self.starts]

    def middles(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where on average those of each cell stand: x, z [m]."""
        sizes = np.diff(np.append(self.starts, len(self.slots)))
        x, z = (np.add.reduceat(at, self.starts) for at in (self.x, self.z))
        return x / sizes, z / sizes

    def audience(self, chosen: NDArray[np.bool_]) -> dict[int, list[int]]:
        """By the number of each occupied cell: those of the chosen who stand in it."""
        count = len(self.starts)
        sizes = np.diff(np.append(self.starts, len(self.slots)))
        number = np.repeat(np.arange(count), sizes)[chosen]
        slots = self.slots[chosen].tolist()
        ends = np.cumsum(np.bincount(number, minlength=count)).tolist()
        parts = zip(range(count), [0, *ends], ends, strict=False)
        return {cell: slots[start:end] for cell, start, end in parts if end > start}


class Views:
    """Ranks the people of a place for each of its occupied cells, which take turns in it.

    Args:
        capacity: how many slots there are; this number stands for nobody.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._ids = np.zeros(0, np.int64)  # occupied cells, in order
        self._rows: Slots = np.zeros(0, np.intp)  # the row of each of them
        self._ranked_at = np.zeros(0, np.int64)
        self._levels = np.zeros((0, capacity + 1), np.uint8)
        self.close: Slots = np.zeros((0, CLOSE), np.intp)  # near ones first; `capacity`: nobody

    def look(self, cells: Cells, tick: int) -> tuple[Slots, NDArray[np.bool_]]:
        """Look anew at whose turn it is.

        Returns:
            the row of each occupied cell, and who came nearer to it since: shape (cells, CLOSE).
        """
        rows = self._take_rows(cells.occupied)
        risen = np.zeros((len(rows), CLOSE), bool)
        is_due = tick - self._ranked_at[rows] >= RANK_TICKS
        if is_due.any():
            risen[is_due] = self._rank(cells, np.flatnonzero(is_due), rows[is_due])
            is_first = self._ranked_at[rows] == NEVER
            # Cells take turns: not all of them are looked at in the same tick.
            self._ranked_at[rows[is_due]] = tick
            self._ranked_at[rows[is_first]] -= rows[is_first] % RANK_TICKS
        return rows, risen

    def is_far(self, rows: Slots, slots: Slots) -> NDArray[np.bool_]:
        """Whom each row sees far away; shape (rows, slots)."""
        return self._levels[np.ix_(rows, slots)] == FAR

    def _take_rows(self, ids: NDArray[np.int64]) -> Slots:
        """Rows for these cells; those of cells where nobody stands any more are free again."""
        if np.array_equal(ids, self._ids):
            return self._rows
        at = np.searchsorted(self._ids, ids)
        at[at == len(self._ids)] = 0
        is_kept = self._ids[at] == ids if len(self._ids) else np.zeros(len(ids), bool)
        rows = np.zeros(len(ids), np.intp)
        rows[is_kept] = self._rows[at[is_kept]]
        self._grow(len(ids))
        is_free = np.ones(len(self.close), bool)
        is_free[rows[is_kept]] = False
        new = np.flatnonzero(is_free)[: len(ids) - int(is_kept.sum())]
        rows[~is_kept] = new
        self._ranked_at[new], self._levels[new] = NEVER, FAR
        self._ids, self._rows = ids, rows
        return rows

    def _grow(self, count: int) -> None:
        if (have := len(self.close)) >= count:
            return
        more = max(16, 2 * count) - have
        none = np.full((more, CLOSE), self._capacity, np.intp)
        self.close = np.concatenate((self.close, none))
        self._levels = np.pad(self._levels, ((0, more), (0, 0)))
        self._ranked_at = np.pad(self._ranked_at, (0, more), constant_values=NEVER)

    def _rank(self, cells: Cells, due: Slots, rows: Slots) -> NDArray[np.bool_]:
        """Who is close to these cells now; returns who of them was not as close before."""
        x, z = cells.middles()
        away = (cells.x - x[due, None]) ** 2 + (cells.z - z[due, None]) ** 2
        close = np.full((len(due), CLOSE), self._capacity, np.intp)
        chosen = _smallest_first(away, CLOSE)[:, :CLOSE]
        away = np.take_along_axis(away, chosen, axis=1)
        chosen = np.take_along_axis(chosen, _smallest_first(away, NEAR), axis=1)
        close[:, : chosen.shape[1]] = cells.slots[chosen]
        before = self._levels[rows[:, None], close]
        self._levels[rows] = FAR
        self._levels[rows[:, None], close] = LEVELS
        self.close[rows] = close
        return (before < LEVELS) & (close < self._capacity)


def _smallest_first(away: NDArray[np.float64], most: int) -> Slots:
    """The columns of each row, those of the `most` smallest first, in no other order."""
    return np.argpartition(away, min(most, away.shape[1]) - 1, axis=1)


def _ids(x: NDArray[np.float64], z: NDArray[np.float64], cell_m: float) -> NDArray[np.int64]:
    """The cell that each point lies in, as one number of at least 0."""
    column = np.floor(x / cell_m).astype(np.int64) + 0x8000
    row = np.floor(z / cell_m).astype(np.int64) + 0x8000
    return column << 16 | row
