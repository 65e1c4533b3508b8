"""How often something may be done."""


class Allowance:
    """So many at once, and so many more every second."""

    def __init__(self, *, burst: float, per_s: float, now: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._left = burst
        self._at = now

    def spend(self, now: float) -> bool:
        """Take one, unless none is left."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def is_whole(self, now: float) -> bool:
        """Whether nothing is missing: as good as new."""
        return self._left + (now - self._at) * self._per_s >= self._burst
