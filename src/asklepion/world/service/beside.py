"""What a window is told that only accompanies a visit in another one: no second body, no line."""

import msgspec

from asklepion.identity import Caller

from .world import World


class BesidePerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the place, as the visit itself sees them."""

    name: str
    is_me: bool


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Where the caller's own visit is; the place is "" while there is none, or it is in none."""

    place: str
    people: tuple[BesidePerson, ...] = ()


def beside(world: World, caller: Caller) -> Beside:
    """Where one's own visit is, and who is there and not apart from one.

    Raises:
        Unauthenticated: a stranger asks.
    """
    caller.require_known()
    visit = world.visit_of(caller.account)
    place = world.place_of(visit) if visit else None
    if visit is None or place is None:
        return Beside(place="")
    me, are_apart = visit.account, world.ties.are_apart
    seen = [one for one in world.around(visit) if not are_apart(me, one.account)]
    people = tuple(BesidePerson(name=one.name, is_me=one.account == me) for one in seen)
    return Beside(place=place.id, people=people)
