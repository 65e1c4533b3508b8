"""Who of a place is gone to whom, and who wants room: by slot."""

from collections.abc import Collection, Mapping, Sequence

from ..engine import HEARTBEAT_TICKS, is_empty, tick_of, veil
from ..model import Ties
from .visit import Visit


class Apartness:
    """Of one place. Most are apart from nobody, and cost nothing here."""

    def __init__(self, ties: Ties, visits: Mapping[int, Visit]) -> None:
        self._ties = ties
        self._visits = visits
        self._hidden: dict[int, frozenset[int]] = {}  # by the slot of who does not see them
        self._bubbles: frozenset[int] = frozenset()

    def look(self) -> None:
        """Look again who is here."""
        ties, here = self._ties, self._visits
        some = [(slot, v) for slot, v in here.items() if ties.has_apart(v.account)]
        hidden = {
            slot: frozenset(s for s, o in here.items() if ties.are_apart(v.account, o.account))
            for slot, v in some
        }
        self._hidden = {slot: slots for slot, slots in hidden.items() if slots}
        self._bubbles = frozenset(s for s, v in here.items() if ties.self_of(v.account).has_bubble)

    @property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """The slots of those who are gone to each other, the lower first."""
        found = ((one, other) for one, others in self._hidden.items() for other in others)
        return frozenset((min(pair), max(pair)) for pair in found)

    @property
    def veiled(self) -> Collection[int]:
        """The slots of those who do not see everybody."""
        return self._hidden.keys()

    def parts(self, one: Visit, other: Visit) -> bool:
        """Whether these two are gone to each other."""
        return self._ties.are_apart(one.account, other.account)

    def hidden_from(self, slot: int) -> frozenset[int]:
        """Whom somebody here does not see."""
        return self._hidden.get(slot, frozenset())

    def seen_by(self, visit: Visit, frame: bytes) -> bytes | None:
        """A snapshot as somebody may see it; None where it would tell only that another moved."""
        hidden = self._hidden.get(visit.slot)
        if not hidden:
            return frame
        seen = veil(frame, hidden)
        return None if is_empty(seen) and tick_of(frame) % HEARTBEAT_TICKS else seen

    def bubbles_for(self, visit: Visit) -> Sequence[int]:
        """The slots that this one must keep away from: of strangers whom they see."""
        if not self._bubbles:
            return ()
        ties = self._ties
        return [
            slot
            for slot in self._bubbles
            if slot != visit.slot
            and (other := self._visits.get(slot))
            and not ties.are_friends(visit.account, other.account)
            and not self.parts(visit, other)
        ]
