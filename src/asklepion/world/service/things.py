"""The verbs of loose things and of seats, as visitors ask for them over the socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import TypeAlias

from asklepion.identity import Caller
from asklepion.kit.clock import Clock
from asklepion.kit.db import Tx
from asklepion.kit.errors import HouseError, NotFound
from asklepion.kit.log import get_log

from ..engine import Allowance, Loose, Things
from ..model.items import files_of
from ..wire import (
    GONE,
    POINT_BYTES,
    POINT_KIND,
    Close,
    Code,
    FromHands,
    ItemCode,
    ItemsKept,
    MakeItem,
    SeatTaken,
    Sit,
    Stand,
    ThingRight,
    item_bodies,
)
from .doing import do
from .following import Move
from .gathering import Gathering
from .handing import hand, hand_more, show, sit, stand
from .keeping import Keeping, Shelf
from .leases import Leases
from .plain import plain
from .rights import keeps
from .room import Hands, Room, code_of, patient_of, refuse
from .visit import Visit
from .wording import Wording

log = get_log(__name__)

KEEP_S = 1.0  # so often at most is anything written
ROOM_BYTES = 128 * 1024  # that may wait to be sent while more is handed over

KnowsFile: TypeAlias = Callable[[str, str], bool]


class LooseThings:
    """The loose things of every place that somebody is in."""

    def __init__(
        self,
        clock: Clock,
        visits: Mapping[str, Visit],
        *,
        new_id: Callable[[], str],
        keeping: Keeping | None = None,
        tell_time: Callable[[], float] = time.monotonic,
    ) -> None:
        self._visits = visits
        self._wording = Wording(clock)
        self._new_id = new_id
        self.keeping = keeping
        self._time = tell_time
        self._rooms: dict[str, Room] = {}
        self._knows_file: KnowsFile | None = None
        self._clear: Callable[[str], Awaitable[None]] | None = None
        self._emptied: list[str] = []
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._leases: Leases | None = None

    def show_files(self, knows: KnowsFile, clear: Callable[[str], Awaitable[None]]) -> None:
        """Let things show files: who knows them, and who clears a place that keeps nothing."""
        self._knows_file, self._clear = knows, clear

    def hold_to(self, leases: Leases) -> None:
        """Keep and tell only what is in places that live in this worker."""
        self._leases = leases
        if self.keeping:
            self.keeping.fence = leases.fence

    # --- coming and going

    def come(self, visit: Visit) -> None:
        """Somebody was let in: hand them what is here."""
        gathering = visit.gathering
        if gathering is None:
            return
        room = self._rooms.get(gathering.key)
        if room is None or room.gathering is not gathering:
            room = self._open(gathering, visit.caller)
        now = self._time()
        for old in [one for one in room.hands if one.account == visit.account]:
            del room.hands[old]  # their line broke, and they are back on another
            room.handing.pop(old, None)
        room.hands[visit] = Hands(
            wishes=Allowance(burst=60, per_s=12, now=now),
            poses=Allowance(burst=90, per_s=60, now=now),
        )
        hand(room, visit)

    def pass_on(self, old: Visit, new: Visit) -> None:
        """Somebody's line broke, and they are back on another: the hands are the same."""
        room = self._rooms.get(new.gathering.key) if new.gathering else None
        if room and (hands := room.hands.pop(old, None)):
            room.hands[new] = hands
            room.handing.pop(old, None)

    def go(self, gathering: Gathering, visit: Visit, slot: int) -> None:
        """Somebody left: what they held lies there, and their seat is free."""
        room = self._rooms.get(gathering.key)
        if room is None or room.gathering is not gathering:
            return
        room.hands.pop(visit, None)
        room.handing.pop(visit, None)
        if room.seats.stand(slot):
            room.tell(SeatTaken(slot=slot, seat=""), by=visit)
        for told in room.things.leave(slot) if room.things else ():
            room.tell(told, by=visit)
        if not gathering.visits:
            self._note(room)
            del self._rooms[gathering.key]
            if room.shelf is None:
                self._emptied.append(gathering.key)
                self._wanted.set()

    def writing(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction in the house's database.

        Raises:
            NotFound: nothing is kept here.
        """
        if self.keeping is None:
            raise NotFound("Nothing is kept here.", hint="This house has no database.")
        return self.keeping.writing()

    def drop(self, key: str) -> None:
        """A place lives in another worker now: what lies there is that one's to keep."""
        self._rooms.pop(key, None)

    def seats_in(self, key: str) -> dict[int, str]:
        """Who sits where in a place."""
        room = self._rooms.get(key)
        return room.seats.taken() if room else {}

    def sit_again(self, visit: Visit, seat: str) -> bool:
        """Have somebody sit where they sat before another worker took the place; if it is free."""
        room = self._room_of(visit)
        try:
            if room:
                sit(room, visit, seat)
        except HouseError:
            return False
        return room is not None

    def lose(self, visit: Visit) -> None:
        """Somebody's line broke: they point nowhere any more."""
        room = self._room_of(visit)
        if room and room.things:
            room.things.point(visit.slot, b"")

    def _open(self, gathering: Gathering, caller: Caller) -> Room:
        hall = gathering.hall
        home = gathering.key.partition(":")[2]
        room = Room(gathering=gathering, home=home)
        if self.keeping and keeps(hall.place):
            is_hers = bool(home) and caller.account == home
            room.shelf = Shelf(place=gathering.key, host=patient_of(caller) if is_hers else "")
            self._wanted.set()
        else:
            room.things = Things(hall.place, hall.ground)
        self._rooms[gathering.key] = room
        return room

    # --- what a visitor does

    def hear(self, visit: Visit, message: FromHands) -> None:
        """Do what a visitor wishes, or say why not."""
        room = self._room_of(visit)
        if room is None:
            return refuse(visit, message, ItemCode.NOT_YET, "Enter a place first.")
        if not room.hands[visit].wishes.spend(self._time()):
            return refuse(visit, message, ItemCode.TOO_FAST, "Wait a moment.")
        try:
            match message:
                case Sit():
                    sit(room, visit, message.seat)
                case Stand():
                    stand(room, visit)
                case _:
                    self._wish(room, visit, message)
        except HouseError as error:
            refuse(visit, message, code_of(message, error), error.hint)

    def hear_frame(self, visit: Visit, frame: bytes) -> bool:
        """Take in poses of things, or where somebody points; False for one who sends too many."""
        room = self._room_of(visit)
        if room is None or room.things is None:
            return True
        if not room.hands[visit].poses.spend(self._time()):
            return False
        if frame[0] == POINT_KIND:
            if len(frame) in (1, 1 + POINT_BYTES):
                room.things.point(visit.slot, frame[1:])
            return True
        feet = room.gathering.hall.spot(visit.slot).position
        for body in item_bodies(frame):
            room.things.hear(visit.slot, body, feet)
        return True

    def _wish(self, room: Room, visit: Visit, message: FromHands) -> None:
        if room.things is None:
            return refuse(visit, message, ItemCode.NOT_YET, "Ask again in a moment.")
        message = plain(message)
        if isinstance(message, MakeItem):
            self._require_files(room, message)
        is_new = not room.things.has_done(getattr(message, "op", ""))
        if is_new and (refusal := self._wording.refusal(visit, message)):
            return refuse(visit, message, *refusal)
        if told := do(room.things, room.who(visit), message, self._new_id()):
            self._wording.note(visit, message, self._time())
            room.tell(told)

    def _require_files(self, room: Room, message: MakeItem) -> None:
        for file in files_of(message.state):
            key = room.gathering.key
            if self._knows_file is None or not self._knows_file(file, key):
                raise NotFound("There is no such file here.", hint="Bring it to this place first.")

    # --- the pulse

    def tick(self, gathering: Gathering) -> None:
        """Show what moved, and hand the rest to those who came."""
        room = self._rooms.get(gathering.key)
        if room is None or room.things is None:
            return
        for frame in room.things.tick(gathering.hall.tick_number):
            show(gathering, frame)
        for visit in list(room.handing):
            if visit.outbox.size < ROOM_BYTES:
                hand_more(room, visit)

    async def start(self) -> None:
        """Begin to fetch and to keep."""
        if self.keeping:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Keep what is still to be kept."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.settle()

    async def settle(self) -> None:
        """Fetch what is asked for and keep what changed, now."""
        if self.keeping is None:
            return
        emptied, self._emptied = self._emptied, []
        for key in emptied if self._clear else ():
            if key not in self._rooms and self._clear:
                try:
                    await self._clear(key)
                except Exception as error:  # another time, and the others now
                    log.fault("a place was not cleared", error)
                    self._emptied.append(key)
        for room in list(self._rooms.values()):
            try:
                await self._fetch(self.keeping, room)
            except Exception as error:  # the others are fetched and kept
                log.fault("a place was not fetched", error)
        for room in self._rooms.values():
            self._note(room)
        await self.keeping.flush()
        for room in self._rooms.values():
            is_ours = not self._leases or self._leases.holds(room.gathering.key)
            if room.untold and is_ours:
                told, room.untold = room.untold, {}
                room.tell(ItemsKept(kept=tuple(told.items())))

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(KEEP_S):
                    await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.settle()
            except Exception as error:  # the database may be back in a moment
                log.fault("things were not kept", error)
                await asyncio.sleep(KEEP_S)

    async def _fetch(self, keeping: Keeping, room: Room) -> None:
        if room.shelf is None or room.things is not None:
            return
        moves = -1
        kept: list[Loose] = []
        while moves != keeping.moves:  # what was read before a move is not whose it was
            moves = keeping.moves
            kept = await keeping.load(room.shelf)
        if room.things is not None:  # another was faster
            return
        hall = room.gathering.hall
        room.things = Things(hall.place, hall.ground, kept)
        for visit in room.gathering.visits.values():
            hand(room, visit)

    def _note(self, room: Room) -> None:
        if self.keeping is None or room.shelf is None or room.things is None:
            return
        changed = room.things.take_changed()
        if changed:
            self.keeping.note(room.shelf, changed)
            room.untold |= {id: one.item.revision if one else GONE for id, one in changed.items()}

    # --- what other rooms ask

    async def forget(self, tx: Tx, patient: str) -> dict[str, int]:
        """Take away what a patient made who is erased, also before the eyes of others."""
        if self.keeping is None:
            return {}
        gone = await self.keeping.forget(tx, patient)
        tx.after_commit(partial(self._wipe, patient))
        return gone

    async def follow(self, tx: Tx, old: str, new: str, only: Sequence[str] | None) -> Sequence[str]:
        """Let what one patient made be another's, all or only this; returns what followed."""
        move = Move(old, new, only)
        open_here = {tag for room in self._rooms.values() for tag in room.tags(move)}
        tx.after_commit(partial(self._move, move))
        if self.keeping is None:
            return sorted(open_here)
        followed = await self.keeping.follow(tx, move)
        return [*followed, *sorted(open_here - set(followed))]

    def _move(self, move: Move) -> None:
        for room in self._rooms.values():
            room.move(move)
        if self.keeping:
            self.keeping.move(move)
        self._end(move.old, Close.RESTART, Code.RESTART)  # they come in anew, as who they are now

    def _wipe(self, patient: str) -> None:
        for room in list(self._rooms.values()):
            for told in room.things.forget(patient) if room.things else ():
                room.tell(told)
        self._end(patient, Close.STRANGER, Code.STRANGER)  # she makes nothing more

    def _end(self, patient: str, close: Close, code: Code) -> None:
        for visit in list(self._visits.values()):
            if patient_of(visit.caller) == patient:
                visit.end(close, code)

    def is_in(self, account: str, key: str) -> frozenset[ThingRight] | None:
        """What somebody may do in a place where they are; None where they are not."""
        room = self._rooms.get(key)
        found = [v for v in room.gathering.visits.values() if v.account == account] if room else []
        return room.who(found[0]).rights if room and found else None

    def keys_of(self, account: str) -> Iterable[str]:
        """Where somebody is."""
        return [key for key in self._rooms if self.is_in(account, key) is not None]

    def shown(self) -> set[str]:
        """The files that things show wherever somebody is."""
        rooms = [room.things for room in self._rooms.values() if room.things]
        return {file for things in rooms for file in things.files()}

    # --- the parts

    def _room_of(self, visit: Visit) -> Room | None:
        room = self._rooms.get(visit.gathering.key) if visit.gathering else None
        return room if room and visit in room.hands else None
