"""Who may write down what others say, in one place: by slot."""

from collections.abc import Callable, Iterator
from itertools import chain

Told = Callable[[int, int, bool], None]


class Captioners:
    """Each is let by the one who speaks, and by nobody else.

    Args:
        most: who may do it for one person.
        tell: is told of each change: who speaks, who writes it down, whether they may.
    """

    def __init__(self, most: int, tell: Told) -> None:
        self._most = most
        self._tell = tell
        self._of: dict[int, list[int]] = {}

    def may(self, speaker: int, typist: int) -> bool:
        """Whether one lets the other write down what they say."""
        return typist in self._of.get(speaker, ())

    def let(self, speaker: int, typist: int) -> bool:
        """Let somebody do it; false where as many as possible do already."""
        typists = self._of.get(speaker, [])
        if typist in typists:
            return True
        if len(typists) >= self._most:
            return False
        self._of[speaker] = [*typists, typist]
        self._tell(speaker, typist, True)
        return True

    def end(self, speaker: int, typist: int) -> None:
        """Let them do it no more."""
        if not self.may(speaker, typist):
            return
        self._of[speaker].remove(typist)
        if not self._of[speaker]:
            del self._of[speaker]
        self._tell(speaker, typist, False)

    def part(self, one: int, other: int) -> None:
        """Two want nothing to do with each other any more."""
        self.end(one, other)
        self.end(other, one)

    def leave(self, slot: int) -> None:
        """Somebody is gone; the slot may be another's next."""
        for speaker, typist in list(self.with_one(slot)):
            self.end(speaker, typist)

    def with_one(self, slot: int) -> Iterator[tuple[int, int]]:
        """The pairs in which somebody is: who speaks, who writes it down."""
        pairs = chain.from_iterable(
            ((speaker, typist) for typist in typists) for speaker, typists in self._of.items()
        )
        return ((speaker, typist) for speaker, typist in pairs if slot in (speaker, typist))
