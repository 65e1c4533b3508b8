"""Whom one hears in a crowd: the nearest, as far as a voice carries."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from .judge import Legs

MOST = 8  # voices that one hears at once
KEEP_M = 16.0  # two who hear each other do until they are farther apart
EDGE_M = 4.0  # and so much nearer must stand who takes the place of one of the eight


def in_earshot(
    legs: Legs,
    crowd: Sequence[int],
    speaker: int,
    listeners: Sequence[int],
    hidden: Mapping[int, Collection[int]],
) -> set[int]:
    """The slots of those listeners who may hear a speaker where they stand.

    It is the most that a page may come to, which remembers whom it heard
    (`web/src/world/earshot.ts`).

    Args:
        crowd: the slots of all whose voices may be heard here.
        hidden: by listener, the slots of those who are gone to them.
    """
    ears, mouths = np.array(listeners, np.intp), np.array(crowd, np.intp)
    is_other = mouths != ears[:, None]
    for row, slot in enumerate(listeners):
        if slot in hidden:
            is_other[row] &= ~np.isin(mouths, list(hidden[slot]))
    x, z = legs.x, legs.z
    gap = np.hypot(x[ears] - x[speaker], z[ears] - z[speaker])
    hears = (np.count_nonzero(is_other, axis=1) <= MOST) | (gap <= EDGE_M)
    rest = np.flatnonzero(~hears & (gap <= KEEP_M))
    across = x[ears[rest], None] - x[mouths]
    along = z[ears[rest], None] - z[mouths]
    is_nearer = across**2 + along**2 < (gap[rest, None] - EDGE_M) ** 2
    hears[rest] = np.count_nonzero(is_nearer & is_other[rest], axis=1) < MOST
    return set(ears[hears].tolist())
