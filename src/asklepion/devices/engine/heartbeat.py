"""An electrocardiogram that only seems to live, for demonstrations: five bumps to a beat.

Source of the bumps' places, heights and widths: McSharry, Clifford, Tarassenko and Smith, IEEE
Trans Biomed Eng 2003;50:289-294, table 1, in turns of a beat instead of radians. Of nobody.
"""

import math
from dataclasses import dataclass

TURN = 2 * math.pi
# Where in the beat [turns from the R wave], how high [mV], how wide [turns].
BUMPS = (
    (-1 / 6, 0.12, 0.25 / TURN),  # P
    (-1 / 24, -0.08, 0.1 / TURN),  # Q
    (0.0, 1.0, 0.1 / TURN),  # R
    (1 / 24, -0.15, 0.1 / TURN),  # S
    (1 / 4, 0.25, 0.4 / TURN),  # T
)
FACTOR = 0.005  # mV to a step


@dataclass
class Heartbeat:
    """A heart whose electrocardiogram goes on from chunk to chunk."""

    rate_hz: float = 250.0
    turn: float = 0.5  # where in the beat it is

    def chunk(self, seconds: float, beats_min: float) -> list[int]:
        """The next samples, in steps of `FACTOR`."""
        step = beats_min / 60 / self.rate_hz
        samples: list[int] = []
        for _ in range(round(seconds * self.rate_hz)):
            samples.append(round(_height(self.turn) / FACTOR))
            self.turn = (self.turn + step) % 1
        return samples


def _height(turn: float) -> float:
    def bump(at: float, height: float, width: float) -> float:
        off = (turn - at + 0.5) % 1 - 0.5
        return height * math.exp(-off * off / (2 * width * width))

    return sum(bump(*each) for each in BUMPS)
