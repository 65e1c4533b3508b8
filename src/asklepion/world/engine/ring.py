"""The last minute of a place, in memory and no longer: where people stood, what they wrote."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

MINUTE_S = 60.0
MOST_LINES = 400  # of all that was written and shown in a minute
STEPS = 100  # a metre: positions are kept to the centimetre


@dataclass(kw_only=True)
class Doings:
    """What one person did in that minute."""

    stood: list[tuple[float, float, float]] = field(  # seconds ago, x, z
        default_factory=list[tuple[float, float, float]]
    )
    did: list[tuple[float, str, str]] = field(  # seconds ago, what, words
        default_factory=list[tuple[float, str, str]]
    )
    typed: list[tuple[float, str, str]] = field(  # seconds ago, the account whose words, words
        default_factory=list[tuple[float, str, str]]
    )


class Ring:
    """Forgets whatever is older than a minute, with every second that passes. Hears no voice."""

    def __init__(self) -> None:
        self._stood: deque[tuple[float, dict[str, tuple[float, float]]]] = deque(
            maxlen=int(MINUTE_S)
        )
        self._did: deque[tuple[float, str, str, str, frozenset[str], str]] = deque(
            maxlen=MOST_LINES
        )

    def stand(self, now: float, places: dict[str, tuple[float, float]]) -> None:
        """Take in where everybody stands, once a second."""
        self._stood.append((now, places))
        self._forget(now)

    def note(
        self,
        now: float,
        account: str,
        what: str,
        words: str = "",
        among: frozenset[str] = frozenset(),
        of: str = "",
    ) -> None:
        """Take in a line of the chat or a gesture.

        Args:
            among: the accounts to whom alone it was said; none: to everybody.
            of: the account whose words these are, which another typed; else empty.
        """
        self._did.append((now, account, what, words, among, of))

    def parts(self, now: float, reader: str = "") -> dict[str, Doings]:
        """The minute until now, by account, as far as an account could hear it."""
        self._forget(now)
        found: dict[str, Doings] = {}
        for at, places in self._stood:
            for account, (x, z) in places.items():
                spot = (round(now - at, 1), round(x * STEPS) / STEPS, round(z * STEPS) / STEPS)
                found.setdefault(account, Doings()).stood.append(spot)
        heard = (line for line in self._did if not line[4] or reader in line[4])
        for at, account, what, words, _, of in heard:
            doings = found.setdefault(account, Doings())
            lines = doings.typed if of else doings.did
            lines.append((round(now - at, 1), of or what, words))
        return found

    def _forget(self, now: float) -> None:
        queues: tuple[deque[Any], ...] = (self._stood, self._did)
        for queue in queues:
            while queue and now - queue[0][0] > MINUTE_S:
                queue.popleft()
