"""How long to leave in peace whoever refuses."""

from weakref import WeakKeyDictionary

from .visit import Visit

FIRST_S = 1
MOST_S = 30
PEACE_S = 60.0  # after so long without a refusal, the next is the first


class Patience:
    """Waits 1, 2, 4 … 30 s, each time that one is refused."""

    def __init__(self) -> None:
        self.wait_s = 0  # the last time
        self._until = 0.0

    def refuse(self, now: float) -> None:
        """They refused."""
        is_first = not self.wait_s or now - self._until > PEACE_S
        self.wait_s = FIRST_S if is_first else min(MOST_S, 2 * self.wait_s)
        self._until = now + self.wait_s

    def left_s(self, now: float) -> float:
        """In how long they may be asked again [s]; 0: now."""
        return max(0.0, self._until - now) if self.wait_s else 0.0


class Patiences:
    """One patience for each visitor for whom somebody is asked."""

    def __init__(self) -> None:
        self._each: WeakKeyDictionary[Visit, Patience] = WeakKeyDictionary()

    def refuse(self, visit: Visit, now: float) -> int:
        """They refused it to that visitor; how long they are left in peace [s]."""
        patience = self._each.setdefault(visit, Patience())
        patience.refuse(now)
        return patience.wait_s

    def left_s(self, visit: Visit, now: float) -> float:
        """In how long they may be asked again for that visitor [s]; 0: now."""
        patience = self._each.get(visit)
        return patience.left_s(now) if patience else 0.0

    def wait_s(self, visit: Visit) -> int:
        """How long it was the last time [s]; 0: they refused that visitor nothing."""
        patience = self._each.get(visit)
        return patience.wait_s if patience else 0

    def forget(self, visit: Visit) -> None:
        """It went well for that visitor."""
        self._each.pop(visit, None)
