"""Room around those who want it: strangers come no nearer than an arm."""

import struct
from collections.abc import Collection

import numpy as np

from ..wire import METRE_STEPS
from .judge import Legs

BUBBLE_M = 0.5
_POSITION = struct.Struct("<hhh")


def is_crowding(legs: Legs, slot: int, body: bytes, kept: Collection[int]) -> bool:
    """Whether a step leads into the room of one of `kept`, and nearer than one stands already."""
    x, _, z = (steps / METRE_STEPS for steps in _POSITION.unpack_from(body))
    others = np.fromiter(kept, np.intp, len(kept))
    gaps = np.hypot(legs.x[others] - x, legs.z[others] - z)
    before = np.hypot(legs.x[others] - legs.x[slot], legs.z[others] - legs.z[slot])
    return bool(((gaps < BUBBLE_M) & (gaps < before)).any())
