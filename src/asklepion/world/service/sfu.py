"""Voices through an SFU where many are: the house asks it for all, and decides who hears whom."""

import asyncio
import math
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from websockets.exceptions import WebSocketException

from asklepion.kit.errors import Busy
from asklepion.kit.log import get_log

from ..model import Ties
from ..wire import (
    MAX_SIGNAL_CHARS,
    Code,
    FromSfuTalkers,
    Sfu,
    SfuAnswer,
    SfuAnswered,
    SfuHear,
    SfuLeave,
    SfuOffer,
    SfuOffered,
    SfuRefused,
)
from .gathering import Gathering
from .janus import Janus
from .patience import FIRST_S, Patiences
from .private import may_call
from .visit import Visit

log = get_log(__name__)

MOST_HEARD = 12  # voices that one browser takes in
MOST_WANTED = 100
AGAIN_S = 3.0
AGAIN = frozenset({0})  # no feed has that number
MOST_ID = 2**52
MOST_WAITING = 16  # wishes of one visitor


@dataclass(eq=False)
class Talker:
    """One visitor's two handles: their own voice, and those they hear."""

    visit: Visit
    room: "Room"
    feed: int = field(default_factory=lambda: 1 + secrets.randbelow(MOST_ID))
    speaking: int = 0  # handles; 0: none yet
    hearing: int = 0
    is_heard: bool = False  # the SFU has their voice
    wanted: tuple[int, ...] = ()
    heard: dict[int, int] = field(default_factory=dict[int, int])  # feed: slot
    asked: frozenset[int] = frozenset()  # feeds that were last asked for
    work: asyncio.Queue[Callable[[], Awaitable[None]]] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )


@dataclass(eq=False)
class Room:
    """The room of the SFU for one gathering. Its number is known to the house and the SFU alone."""

    here: Gathering
    id: int = field(default_factory=lambda: 1 + secrets.randbelow(MOST_ID))
    talkers: dict[Visit, Talker] = field(default_factory=dict[Visit, Talker])


class Voices:
    """Keeps the rooms of the SFU as the places are; nobody else tells it anything.

    Args:
        above: up to so many people in a place talk from browser to browser, but on stage.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        above: int,
        ties: Ties,
        tell_time: Callable[[], float] = time.monotonic,
    ) -> None:
        self._time = tell_time
        self._url = url
        self._secret = secret
        self._above = above
        self._ties = ties
        self._janus: Janus | None = None
        self._rooms: dict[str, Room] = {}  # by the key of the gathering
        self._to_begin, self._to_hear = Patiences(), Patiences()
        self._waiting: WeakSet[Visit] = WeakSet()  # to begin anew
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Stay connected, from now on."""
        self._spawn(self._run())

    async def stop(self) -> None:
        """Let go of everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_ready(self) -> bool:
        """Whether the SFU answers."""
        return self._janus is not None

    def look(self, here: Gathering) -> None:
        """Say which way voices go here, and cut off who may not hear somebody any more."""
        room = self._rooms.get(here.key)
        if room and not (room.here is here and self._is_wanted(here)):
            self._close(room)
            room = None
        if not room:
            if not self._is_wanted(here):
                return
            room = self._rooms[here.key] = Room(here)
        for visit in list(here.visits.values()):
            if not visit.is_on_sfu or (visit in self._waiting and self._may(self._to_begin, visit)):
                self._waiting.discard(visit)
                visit.is_on_sfu = True
                visit.tell(Sfu(is_on=True))
        for talker in list(room.talkers.values()):
            if talker.visit.gathering is not here or talker.visit.is_over:
                self._end(talker)
        for talker in list(room.talkers.values()):
            self._hear_whom_they_may(talker)

    def close(self, here: Gathering) -> None:
        """Nobody is there any more."""
        if room := self._rooms.get(here.key):
            self._close(room)

    def hear(self, here: Gathering, visit: Visit, message: FromSfuTalkers) -> None:
        """Take in what a visitor says to the SFU."""
        room = self._rooms.get(here.key)
        if not room:
            return visit.refuse(Code.UNHEARD, "Voices here go from browser to browser.")
        talker = room.talkers.get(visit)
        match message:
            case SfuOffer(sdp=sdp):
                if not _is_voice(sdp):
                    return visit.refuse(Code.TOO_LONG, "One voice, and nothing else.")
                if visit in self._waiting:
                    return visit.refuse(Code.UNHEARD, "The SFU refused: wait until it is on again.")
                if talker:
                    self._end(talker)
                talker = room.talkers[visit] = Talker(visit, room)
                self._spawn(self._serve(talker))
                self._do(talker, lambda one=talker, sdp=sdp: self._publish(one, sdp))
            case SfuAnswer(sdp=sdp) if talker and _is_voice(sdp, many=True):
                self._do(talker, lambda one=talker, sdp=sdp: self._start(one, sdp))
            case SfuHear(slots=slots) if talker:
                talker.wanted = tuple(dict.fromkeys(slots))[:MOST_WANTED]
                self._hear_whom_they_may(talker)
            case SfuLeave() if talker:
                self._end(talker)
            case _:
                visit.refuse(Code.UNHEARD, "Offer a voice first.")
        return None

    # --- who hears whom

    def may_hear(self, talker: Talker, other: Visit) -> bool:
        """Whether somebody may be sent the voice of another."""
        here, visit = talker.room.here, talker.visit
        if other is visit or other.gathering is not here or here.apartness.parts(visit, other):
            return False
        is_open = here.asides.of(visit.slot) == 0
        if other.is_silent or (here.is_stage and is_open and not other.may_speak):
            return False
        return here.may_hear(visit, other) and may_call(self._ties, here, visit, other)

    def _hear_whom_they_may(self, talker: Talker) -> None:
        feeds: dict[int, int] = {}
        for slot in talker.wanted:
            other = talker.room.here.visits.get(slot)
            voice = other and talker.room.talkers.get(other)
            if other and voice and voice.is_heard and self.may_hear(talker, other):
                feeds[voice.feed] = slot
            if len(feeds) == MOST_HEARD:
                break
        if not self._may(self._to_hear, talker.visit):  # what is to be taken away, is
            feeds = {feed: slot for feed, slot in feeds.items() if feed in talker.heard}
        if frozenset(feeds) == talker.asked:
            return
        talker.asked = frozenset(feeds)
        self._do(talker, lambda: self._turn_to(talker, feeds))

    def _is_wanted(self, here: Gathering) -> bool:
        if not self._janus or len(here.visits) < 2:
            return False
        least = self._above // 2 if here.key in self._rooms else self._above  # nobody flickers
        return here.is_stage or len(here.visits) > least

    # --- what is asked of the SFU, one after another for each visitor

    def _do(self, talker: Talker, work: Callable[[], Awaitable[None]]) -> None:
        try:
            talker.work.put_nowait(work)
        except asyncio.QueueFull:
            self._fail(talker)

    async def _serve(self, talker: Talker) -> None:
        try:
            while talker.room.talkers.get(talker.visit) is talker:
                await (await talker.work.get())()
        except (Busy, KeyError):  # refused, or gone: begin anew
            self._fail(talker)
        finally:
            for handle in (talker.speaking, talker.hearing):
                if self._janus and handle:
                    with suppress(Busy):
                        await self._janus.detach(handle)

    async def _publish(self, talker: Talker, sdp: str) -> None:
        janus = self._require()
        talker.speaking = await janus.attach(lambda said, _: self._hear_up(talker, said))
        await self._make_room(janus, talker)
        body = {
            "request": "joinandconfigure",
            "ptype": "publisher",
            "room": talker.room.id,
            "id": talker.feed,
        }
        _, jsep = await janus.send(talker.speaking, body, {"type": "offer", "sdp": sdp})
        if jsep is None:
            raise Busy("The SFU gives no answer.")
        talker.visit.tell(SfuAnswered(sdp=jsep["sdp"]))
        left_s = self._to_hear.left_s(talker.visit, self._time())
        if left_s > FIRST_S:  # from before they hung up, or came through a door
            talker.visit.tell(SfuRefused(again_s=math.ceil(left_s), is_hearing=True))

    def _hear_up(self, talker: Talker, said: dict[str, Any]) -> None:
        """Only a voice whose way stands can be handed on."""
        if said["janus"] in ("webrtcup", "hangup"):
            talker.is_heard = said["janus"] == "webrtcup"
            self.look(talker.room.here)

    async def _make_room(self, janus: Janus, talker: Talker) -> None:
        body = {
            "request": "create",
            "room": talker.room.id,
            "is_private": True,
            "publishers": talker.room.here.hall.capacity,
            "audiocodec": "opus",
            "notify_joining": False,
        }
        with suppress(Busy):  # another was first: then joining tells
            await janus.send(talker.speaking, body)

    async def _turn_to(self, talker: Talker, feeds: dict[int, int]) -> None:
        janus = self._require()
        more = [{"feed": feed} for feed in feeds if feed not in talker.heard]
        less = [{"feed": feed} for feed in talker.heard if feed not in feeds]
        before, talker.heard = talker.heard, feeds
        if not more and not less:
            return  # whom they wanted is gone, and an SFU refuses to be asked for nothing
        is_first = not talker.hearing
        if is_first:
            talker.hearing = await janus.attach(lambda said, jsep: self._offer(talker, said, jsep))
            body: dict[str, Any] = {
                "request": "join",
                "ptype": "subscriber",
                "room": talker.room.id,
                "streams": more,
            }
        else:
            body = {"request": "update"}
            body |= ({"subscribe": more} if more else {}) | ({"unsubscribe": less} if less else {})
        try:
            said, jsep = await janus.send(talker.hearing, body)
        except Busy:
            if not more:
                raise  # nobody hears on whom they may not hear
            talker.heard, talker.asked = before, AGAIN  # perhaps whom it names has just gone
            self._refuse(self._to_hear, talker.visit)
            if is_first:
                handle, talker.hearing = talker.hearing, 0
                await janus.detach(handle)
            return
        self._offer(talker, said, jsep)

    def _offer(self, talker: Talker, said: dict[str, Any], jsep: dict[str, Any] | None) -> None:
        if not jsep or jsep.get("type") != "offer":
            return
        streams = sorted(said.get("streams", ()), key=lambda stream: stream["mindex"])
        slots = tuple(
            talker.heard.get(stream.get("feed_id", 0), -1) if stream.get("active") else -1
            for stream in streams
        )
        talker.visit.tell(SfuOffered(sdp=jsep["sdp"], slots=slots))

    async def _start(self, talker: Talker, sdp: str) -> None:
        jsep = {"type": "answer", "sdp": sdp}
        await self._require().send(talker.hearing, {"request": "start"}, jsep)
        self._to_begin.forget(talker.visit)
        self._to_hear.forget(talker.visit)

    def _require(self) -> Janus:
        if not self._janus:
            raise Busy("The SFU is gone.")
        return self._janus

    def _fail(self, talker: Talker) -> None:
        """Let them begin anew: the next look tells them."""
        if talker.room.talkers.get(talker.visit) is talker:
            self._end(talker)
            self._waiting.add(talker.visit)
            self._refuse(self._to_begin, talker.visit)

    def _may(self, patiences: Patiences, visit: Visit) -> bool:
        return not patiences.left_s(visit, self._time())

    def _refuse(self, patiences: Patiences, visit: Visit) -> None:
        wait_s = patiences.refuse(visit, self._time())
        if wait_s > FIRST_S:  # once may be chance
            visit.tell(SfuRefused(again_s=wait_s, is_hearing=patiences is self._to_hear))

    def _end(self, talker: Talker) -> None:
        if talker.room.talkers.get(talker.visit) is talker:
            del talker.room.talkers[talker.visit]
        with suppress(asyncio.QueueFull):
            talker.work.put_nowait(_nothing)

    def _close(self, room: Room) -> None:
        """From now on voices there go from browser to browser."""
        del self._rooms[room.here.key]
        for talker in list(room.talkers.values()):
            self._end(talker)
        for visit in list(room.here.visits.values()):
            self._waiting.discard(visit)
            if visit.is_on_sfu:
                visit.is_on_sfu = False
                visit.tell(Sfu(is_on=False))

    # --- the line to it

    async def _run(self) -> None:
        while True:
            try:
                janus = await Janus.open(self._url, self._secret)
                await janus.run(lambda janus=janus: self._begin(janus))
            except* (OSError, WebSocketException, TimeoutError, Busy):
                pass
            if self._janus:
                log.warn("SFU lost")
            self._janus = None
            for room in list(self._rooms.values()):
                self._close(room)
            await asyncio.sleep(AGAIN_S)

    def _begin(self, janus: Janus) -> None:
        log.info("SFU found")
        self._janus = janus

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _nothing() -> None:
    """So that whoever waits for work looks up."""


def _is_voice(sdp: str, *, many: bool = False) -> bool:
    """Whether a description holds audio alone, and as little as it should."""
    media = [line for line in sdp.splitlines() if line.startswith("m=")]
    is_audio = all(line.startswith("m=audio ") for line in media)
    return bool(media) and is_audio and len(sdp) <= MAX_SIGNAL_CHARS and (many or len(media) == 1)
