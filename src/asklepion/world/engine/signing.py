"""Who sees whose hands: those who stand near, once a tick, and nobody else."""

from collections.abc import Callable, Collection, Iterable, Iterator
from math import hypot
from typing import TypeAlias

from ..wire import pack_hands

Spot: TypeAlias = tuple[int, float, float]

NEAR_M = 10.0  # farther off, nobody can read a sign
MOST_HANDS = 16  # people whose hands one is shown at once: the nearest


class Signing:
    """The hands that moved since the last tick, in one place."""

    def __init__(self) -> None:
        self._heard: dict[int, bytes] = {}

    def hear(self, slot: int, frame: bytes) -> None:
        """Take in the hands of somebody; the newest count."""
        self._heard[slot] = frame

    def leave(self, slot: int) -> None:
        """Forget what was still to be shown of somebody."""
        self._heard.pop(slot, None)

    def tick(
        self,
        spots: Callable[[], Iterable[Spot]],
        hidden_from: Callable[[int], Collection[int]] = lambda _: (),
    ) -> Iterator[tuple[int, bytes]]:
        """For each who sees hands: their slot, and a frame. Who see the same share one frame.

        Args:
            spots: tells everybody's slot and where they stand: x, z [m]; asked only if needed.
            hidden_from: whose hands a slot may not see.
        """
        if not self._heard:
            return
        heard, self._heard = self._heard, {}
        everybody = list(spots())
        signers = [(slot, x, z) for slot, x, z in everybody if slot in heard]
        frames: dict[tuple[int, ...], bytes] = {}
        for slot, x, z in everybody:
            hidden = hidden_from(slot)
            near = sorted(
                (far, other)
                for other, ox, oz in signers
                if other != slot and other not in hidden and (far := hypot(x - ox, z - oz)) < NEAR_M
            )
            seen = tuple(sorted(other for _, other in near[:MOST_HANDS]))
            if seen and seen not in frames:
                frames[seen] = pack_hands((other, heard[other]) for other in seen)
            if seen:
                yield slot, frames[seen]
