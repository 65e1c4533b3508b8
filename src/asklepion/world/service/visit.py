"""One person's line to the world: what is said to them, and how much they may say."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from asklepion.identity import Caller

from ..engine import Allowance, Outbox
from ..engine.words import tidy
from ..model import without_avatar
from ..wire import Close, Code, Expelled, FromWorld, Person, Presence, Refused, Told, control

if TYPE_CHECKING:
    from .gathering import Gathering

LONGEST_NAME = 40
MOST_MISSED = 20
WHO_BYTES = 9  # of chance: nobody guesses whom it stands for


class Line(Protocol):
    """A line that takes frames at once, as long as it is free; what does not go out waits."""

    is_free: bool  # a frame would leave without waiting for others

    def write(self, frame: bytes) -> None:
        """Send a frame."""
        ...


class Visit:
    """From the moment a socket opens until it closes. Says nothing about sockets.

    Args:
        line: where frames go at once; without one, whoever has the socket asks `next_frame`.
    """

    def __init__(
        self,
        caller: Caller,
        tell_time: Callable[[], float],
        line: Line | None = None,
        look: str = "",
    ) -> None:
        now = tell_time()
        self._line = line
        self._time = tell_time
        self.account = caller.account
        self.caller = caller
        self.name = tidy(caller.name)[:LONGEST_NAME]
        self.outbox = Outbox()
        self.gathering: Gathering | None = None
        self.slot = -1
        self.who = secrets.token_urlsafe(WHO_BYTES)
        self.hand = 0  # of raised hands, who raised theirs first has the least
        self.has_word = False  # on stage
        self.reads_captions = False
        self.is_on_sfu = False  # they were told that voices go through the SFU
        self.relay_name = ""  # by which TURN servers know them; says nothing of who they are
        self.relays_until = 0.0  # Unix seconds; 0: they were given no pass
        self.key = secrets.token_urlsafe(12)  # with it, one whose line broke has their body back
        self.is_back = False  # this visit goes on with the body of another, and has not entered yet
        self.missed: deque[bytes] = deque(maxlen=MOST_MISSED)  # told to them alone while away
        self.came_from = ""  # the place they left for this one, which lives in another worker
        self.opened_us = 0  # by the clock of all workers
        self.turned_away = ""  # the place they were sent out of while away
        self.away_since: float | None = None  # the line broke; the body waits for another
        self.is_host = self.is_silent = False  # in the place they are in
        self.spoke_at: datetime | None = None
        self.signs: tuple[Presence, ...] = ()  # as they were last told to them alone
        self.look = look
        self.heard_at = now
        self.sending_since: float | None = None
        self.is_over = False  # the world is done with this visit
        self.close: Close | None = None
        self.code: Code | None = None
        # What may be done how often; patience is for what went beyond.
        self.poses = Allowance(burst=60, per_s=40, now=now)
        self.hands = Allowance(burst=20, per_s=25, now=now)
        self.messages = Allowance(burst=80, per_s=20, now=now)
        self.lines = Allowance(burst=6, per_s=0.7, now=now)
        self.caption_lines = Allowance(burst=8, per_s=1.5, now=now)
        self.caption_pieces = Allowance(burst=8, per_s=4, now=now)
        self.asks = Allowance(burst=8, per_s=0.2, now=now)
        self.corrections = Allowance(burst=2, per_s=4, now=now)
        self.patience = Allowance(burst=400, per_s=10, now=now)
        self.mistakes = Allowance(burst=5, per_s=1 / 60, now=now)
        self._wake = asyncio.Event()
        self._over = asyncio.Event()

    @property
    def may_speak(self) -> bool:
        """Whether they are heard where only those with the word are."""
        return (self.has_word or self.is_host) and not self.is_silent

    @property
    def person(self) -> Person:
        """This visitor as others in the place see them."""
        return Person(
            slot=self.slot,
            name=self.name,
            is_hand_up=self.hand > 0,
            hand=self.hand,
            has_word=self.has_word,
            is_away=self.away_since is not None,
            who=self.who,
            is_host=self.is_host,
            is_silent=self.is_silent,
            look=self.seen_look,
            aside=self.gathering.asides.of(self.slot) if self.gathering else 0,
        )

    @property
    def seen_look(self) -> str:
        """What others see of their look: a place may show no avatars that people brought."""
        here = self.gathering
        is_plain = here is not None and not here.hall.place.allows_own_avatars
        return without_avatar(self.look) if is_plain else self.look

    @property
    def hall(self) -> str:
        """The place they are in, or their copy of it; empty where they are in none."""
        return self.gathering.key if self.gathering else ""

    @property
    def place_id(self) -> str:
        """The place they are in; empty where they are in none."""
        return self.gathering.hall.place.id if self.gathering else ""

    def take_over(self, old: Visit) -> None:
        """Go on with the body of another visit, whose line broke; it has none any more."""
        self.gathering, self.slot, self.who = old.gathering, old.slot, old.who
        self.hand, self.spoke_at, self.signs = old.hand, old.spoke_at, old.signs
        self.has_word, self.is_host, self.is_silent = old.has_word, old.is_host, old.is_silent
        self.is_back = True
        old.gathering, old.slot = None, -1

    def tell(self, message: FromWorld) -> None:
        """Add a message to what is sent."""
        frame = control(message)
        if self.away_since is not None and isinstance(message, Told | Expelled):
            self.missed.append(frame)
        self.send(frame)

    def pass_frame(self, frame: bytes) -> None:
        """Send what another worker has to say; one who is away hears it later."""
        if self.away_since is not None:
            self.missed.append(frame)
        self.send(frame)

    def send(self, frame: bytes) -> None:
        """Add a frame that must arrive; one who cannot take it in cannot stay."""
        if self._write(frame) or self.away_since is not None:
            return
        self.outbox.tell(frame)
        if self.outbox.is_full:
            self.end(Close.SLOW, Code.SLOW)
        self._wake.set()

    def show(self, snapshot: bytes) -> None:
        """Add a frame that may be dropped when newer ones come."""
        if self._write(snapshot) or self.away_since is not None:
            return
        self.outbox.show(snapshot)
        self._wake.set()

    def flush(self) -> None:
        """Let out what waits, as far as the line is free."""
        while self._line and self._line.is_free and (frame := self._take()) is not None:
            self._line.write(frame)
        is_waiting = self._line is not None and not self._line.is_free
        self.sending_since = (self.sending_since or self._time()) if is_waiting else None

    def _write(self, frame: bytes) -> bool:
        """Send a frame at once, unless others wait before it."""
        line = self._line
        if line is None or not line.is_free or self.outbox.frames or self.is_over:
            return False
        line.write(frame)
        return True

    def show_hands(self, frame: bytes) -> None:
        """Add the hands of those near; older ones are dropped."""
        if self._write(frame) or self.away_since is not None:
            return
        self.outbox.show_hands(frame)
        self._wake.set()

    def refuse(self, code: Code, hint: str = "", *, place: str = "") -> None:
        """Say that something was not done, and why."""
        self.tell(Refused(code=code, hint=hint, place=place))

    def end(self, close: Close, code: Code) -> None:
        """Be done: what is still to be said is said, then the line is closed."""
        if self.is_over:
            return
        self.is_over, self.close, self.code = True, close, code
        self.outbox.drop_snapshots()
        self._over.set()
        self._wake.set()

    async def over(self) -> None:
        """Wait until the world is done with this visit."""
        await self._over.wait()

    async def next_frame(self) -> bytes | None:
        """The next frame to send, once there is one; None when there will be no more."""
        self.sending_since = None
        while (frame := self._take()) is None:
            if self.is_over:
                return None
            self._wake.clear()
            await self._wake.wait()
        self.sending_since = self._time()
        return frame

    def _take(self) -> bytes | None:
        frame = self.outbox.take()
        if frame is None and self.outbox.is_behind and self.gathering and not self.is_over:
            self.outbox.is_behind = False
            return self.gathering.whole_for(self)
        return frame
