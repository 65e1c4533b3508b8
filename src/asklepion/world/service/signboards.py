"""What the signs over the doors tell, and to whom: nobody is told of one who is gone to them."""

from collections.abc import Callable, Mapping, Sequence

from ..model import Place, Sign, Ties
from ..wire import Presence
from .gathering import Gathering
from .passing import Guest

NAMES_ON_A_SIGN = 12


class Signboards:
    """The signs of every place."""

    def __init__(
        self, places: Mapping[str, Place], gatherings: Mapping[str, Gathering], ties: Ties
    ) -> None:
        self._places = places
        self._gatherings = gatherings
        self._ties = ties
        self.elsewhere: Callable[[str], Sequence[Guest]] | None = None  # who is in other workers

    def over_doors(self, place: Place, reader: str = "") -> tuple[Presence, ...]:
        """What the signs over a place's doors tell.

        Args:
            reader: the account that reads; empty: whoever is apart from nobody.
        """
        there = [found for door in place.doors if (found := self._places.get(door.to or ""))]
        return tuple(told for other in there if (told := self.before(other, reader)))

    def before(self, place: Place, reader: str = "") -> Presence | None:
        """What the sign of a place tells; None where it has none."""
        if place.sign is Sign.NOTHING:
            return None
        gathering = self._gatherings.get(place.id)
        visits = gathering.visits.values() if gathering else self._elsewhere(place.id)
        names = [v.name for v in visits if not self._ties.are_apart(reader, v.account)]
        shown = tuple(names[:NAMES_ON_A_SIGN]) if place.sign is Sign.NAMES else ()
        return Presence(place=place.id, count=len(names), names=shown)

    def _elsewhere(self, hall: str) -> Sequence[Guest]:
        return self.elsewhere(hall) if self.elsewhere else ()
