"""What was said on the bus once is heard once: nobody who keeps it can say it again."""

from collections.abc import Callable

import msgspec

from .tickets import GOOD_FOR_S

FRESH_US = int(GOOD_FOR_S * 1_000_000)  # by so much clocks may differ
MOST_SENDERS = 1000  # starts of workers that are remembered
MOST_ASKED = 10_000


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """Who said something, the how-manieth it is, and when."""

    start: str  # of this start of a process alone, by chance
    count: int
    at_us: int


class Replays:
    """Tells what is said again from what is new.

    What is said to all comes in order: of each sender only what was counted later is heard. The
    first word of one who was never heard must be of this half minute; so must every question, of
    which several may be under way.

    Args:
        tell_time: microseconds, by the clock of all workers.
    """

    def __init__(self, tell_time: Callable[[], int]) -> None:
        self._time = tell_time
        self._counts: dict[str, int] = {}
        self._asked: dict[tuple[str, int], int] = {}

    def is_told_first(self, stamp: Stamp) -> bool:
        """Whether this was said to all, and not heard before."""
        count = self._counts.pop(stamp.start, None)
        is_new = self._is_fresh(stamp) if count is None else stamp.count > count
        if is_new:
            self._counts[stamp.start] = stamp.count  # the last in the row was heard last
        elif count is not None:
            self._counts[stamp.start] = count
        if len(self._counts) > MOST_SENDERS:
            del self._counts[next(iter(self._counts))]
        return is_new

    def is_asked_first(self, stamp: Stamp) -> bool:
        """Whether this is a question of now, and not heard before."""
        asked = stamp.start, stamp.count
        if asked in self._asked or not self._is_fresh(stamp):
            return False
        if len(self._asked) >= MOST_ASKED:
            oldest = self._time() - FRESH_US
            self._asked = {one: at for one, at in self._asked.items() if at >= oldest}
        self._asked[asked] = stamp.at_us
        return True

    def _is_fresh(self, stamp: Stamp) -> bool:
        return abs(self._time() - stamp.at_us) <= FRESH_US
