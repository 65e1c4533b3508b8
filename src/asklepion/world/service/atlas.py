"""The places that are there now: those of the house, and those that people made."""

import asyncio
from collections.abc import Iterator, Mapping

from asklepion.identity import Caller
from asklepion.kit.errors import NotFound

from ..model import Access, Ground, Place, may_know
from .files import load_ground, load_places

HINT = "GET /api/world/places lists them."


class Atlas:
    """Places by their id, and the ground of each.

    Args:
        places: others than the house's own.
    """

    def __init__(self, places: Mapping[str, Place] | None = None) -> None:
        self.places = dict(places or load_places())
        self._grounds: dict[object, Ground] = {}

    def __iter__(self) -> Iterator[Place]:
        return iter(list(self.places.values()))

    def get(self, id: str) -> Place | None:
        """A place, None where there is none of that id."""
        return self.places.get(id)

    def find(self, id: str) -> Place:
        """A place.

        Raises:
            NotFound: there is no such place.
        """
        if found := self.places.get(id):
            return found
        raise NotFound("There is no such place.", hint=HINT)

    def read(self, caller: Caller, id: str) -> Place:
        """One place, as its file describes it.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: there is no such place, or the caller may not know of it.
        """
        caller.require_known()
        found = self.find(id)
        if not may_know(found, caller):
            raise NotFound("There is no such place.", hint=HINT)
        return found

    def ground(self, place: Place) -> Ground:
        """What one stands on there."""
        if load_places().get(place.id) is place:
            return load_ground(place.id)
        shape = _shape(place)  # places of one kind have one ground
        if shape not in self._grounds:
            self._grounds[shape] = Ground(place)
        return self._grounds[shape]

    async def survey(self) -> None:
        """Look at the ground of every place, in a thread."""
        grounds = [self.ground(place) for place in self]
        await asyncio.to_thread(lambda: [ground.survey() for ground in grounds])

    async def put(self, place: Place) -> None:
        """Let a place be there, or be another from now on."""
        ground = Ground(place)
        await asyncio.to_thread(ground.survey)
        if old := self.places.get(place.id):
            self._grounds.pop(_shape(old), None)
        self._grounds[_shape(place)] = ground
        self.places[place.id] = place

    def drop(self, id: str) -> None:
        """Let a place be there no more."""
        self.places.pop(id, None)


def hall_of(place: Place, account: str) -> str:
    """The place itself, or an account's own copy where each has one."""
    return f"{place.id}:{account}" if place.access is Access.OWNER else place.id


def _shape(place: Place) -> object:
    return place.bounds, place.obstacles
