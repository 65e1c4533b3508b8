"""What is told of the things and seats of a place: all of it to those who come, then what moves."""

from ..model import Spot
from ..wire import POINTS_KIND, Flag, Items, Moved, SeatTaken, hide_points
from .gathering import Gathering
from .room import Room
from .visit import Visit

CHUNK_BYTES = 48 * 1024  # of what somebody who comes is handed at once, about
BACKLOG = 8  # frames; whoever is farther behind sees no poses of things


def hand(room: Room, visit: Visit) -> None:
    """Begin to tell somebody what is here; the rest follows as fast as they take it in."""
    if room.things is None:
        return
    room.handing[visit] = [loose.item.id for loose in room.things.all()]
    hand_more(room, visit, is_first=True)


def hand_more(room: Room, visit: Visit, *, is_first: bool = False) -> None:
    """Tell somebody some of what they were not told yet."""
    things, rest = room.things, room.handing.get(visit)
    if things is None or rest is None:
        return
    chosen: list[str] = []
    size = 0
    while rest and size < CHUNK_BYTES:
        chosen.append(rest.pop(0))
        loose = things.find(chosen[-1])
        size += loose.size if loose else 0
    found = [loose for id in chosen if (loose := things.find(id))]
    hidden = room.gathering.apartness.hidden_from(visit.slot)
    taken = [at for at in room.seats.taken().items() if at[0] not in hidden]
    visit.tell(
        Items(
            items=tuple(room.shown(visit, loose.item) for loose in found),
            mine=tuple(one.item.id for one in found if one.account == visit.account),
            rights=tuple(sorted(room.who(visit).rights)),
            seats=tuple(SeatTaken(slot=slot, seat=seat) for slot, seat in taken),
            is_kept=room.shelf is not None,
            is_first=is_first,
            is_last=not rest,
        )
    )
    if not rest:
        del room.handing[visit]


def show(gathering: Gathering, frame: bytes) -> None:
    """Show everybody what moved, but not to whoever is apart from them, or far behind."""
    for visit in gathering.visits.values():
        if len(visit.outbox) < BACKLOG:
            hidden = gathering.apartness.hidden_from(visit.slot)
            is_veiled = bool(hidden) and frame[0] == POINTS_KIND
            visit.send(hide_points(frame, hidden) if is_veiled else frame)


def sit(room: Room, visit: Visit, id: str) -> None:
    """Have somebody sit down.

    Raises:
        NotFound: there is no such seat.
        Conflict: somebody sits there.
    """
    seat = room.seats.sit(visit.slot, id)
    spot = Spot(position=seat.position, yaw=seat.yaw)
    room.gathering.hall.put(visit.slot, spot, Flag.SEATED)
    room.tell(SeatTaken(slot=visit.slot, seat=id))
    visit.tell(Moved(spot=spot))


def stand(room: Room, visit: Visit) -> None:
    """Have somebody stand up, if they sit."""
    spot = room.seats.stand(visit.slot)
    if spot:
        room.gathering.hall.put(visit.slot, spot)
        room.tell(SeatTaken(slot=visit.slot, seat=""))
        visit.tell(Moved(spot=spot))
