"""How long to leave in peace whoever refuses."""

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

    def is_over(self, now: float) -> bool:
        """Whether they may be asked again."""
        return not self.wait_s or now >= self._until

    def forget(self) -> None:
        """It went well: the next refusal is the first."""
        self.wait_s = 0
