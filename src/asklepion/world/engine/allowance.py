"""How often something may be done."""


class Allowance:
    """So many at once, and so many more every second."""

    __slots__ = ("_at", "_burst", "_left", "_per_s")

    def __init__(self, *, burst: float, per_s: float, now: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left = burst
        self._at = now

    def spend(self, now: float) -> bool:
        """Take one, unless none is left."""
        left = self._left + (now - self._at) * self._per_s
        left = min(left, self._burst)
        self._at = now
        if left < 1.0:
            self._left = left
            return False
        self._left = left - 1.0
        return True

    def is_whole(self, now: float) -> bool:
        """Whether nothing is missing: as good as new."""
        return self._left + (now - self._at) * self._per_s >= self._burst
