"""Messages of devices: what waits is kept together, in one transaction, each for itself.

A device's next message comes when the one before is answered, so that as much waits as devices
speak. Each is answered after the commit that it is in. While few speak, each is kept at once; while
many do, a moment is left after each commit for the next to gather, for a commit costs the same
whatever is in it.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Busy, Conflict, Forbidden, HouseError, Incorrect, Unsupported
from asklepion.kit.log import get_log
from asklepion.records import Records

from .. import store
from ..engine.observations import make_observations, make_wave
from ..engine.readings import read_message
from ..engine.waves import read_chunk
from ..model import KINDS, WAVES, Chunk, Device, Reading, Unfit
from .gatt import asking_as
from .telling import Telling

log = get_log(__name__)

MOST_TOGETHER = 200  # messages in one transaction
GATHER_S = 0.05  # after a commit of several


@dataclass(eq=False)
class _Message:
    """One message, and what became of it."""

    device: str
    topic: str
    payload: bytes
    answered: asyncio.Future[bytes | None]
    known: Device | None = None
    kind: str = ""
    reading: Reading | Chunk | None = None
    made: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    why_not: Exception | None = None

    @property
    def refusal(self) -> str:
        """The word for why it was refused for good; empty where it was not."""
        if isinstance(self.why_not, Unfit):
            return self.why_not.why
        is_refused = isinstance(self.why_not, Incorrect | Forbidden | Unsupported)
        return "unkept" if is_refused else ""


class Intake:
    """Takes messages in, and answers each once it is kept or refused for good."""

    def __init__(self, *, db: Database, clock: Clock, records: Records, telling: Telling) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._telling = telling
        self._waiting: list[_Message] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, device: str, topic: str, payload: bytes) -> bytes | None:
        """Keep one message; what to tell the device, if it was refused.

        Raises:
            HouseError: it could not be kept now; the device should send it again.
        """
        answered: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Message(device, topic, payload, answered))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await answered

    async def stop(self) -> None:
        """Wait until what was handed in is kept."""
        if self._working:
            await self._working

    async def _work(self) -> None:
        batch: list[_Message] = []
        try:
            while self._waiting:
                batch = self._waiting[:MOST_TOGETHER]
                del self._waiting[:MOST_TOGETHER]
                await self._keep(batch)
                if len(batch) > 1:
                    await asyncio.sleep(GATHER_S)
        finally:
            self._working = None
            for message in (*batch, *self._waiting):  # none, unless this was cut short
                if not message.answered.done():
                    message.answered.set_exception(Busy("The house is closing."))
            self._waiting = []

    async def _keep(self, batch: Sequence[_Message]) -> None:
        try:
            await self._read(batch)
            await self._keep_read([each for each in batch if each.known])
        except Exception as error:
            for message in batch:
                message.why_not = message.why_not or error
        for message in batch:
            self._answer(message)

    # What they say

    async def _read(self, batch: Sequence[_Message]) -> None:
        now = self._clock.now()
        async with self._db.read() as tx:
            found = await store.find_all(tx, [message.device for message in batch])
        for message in batch:
            message.known = found.get(message.device)  # nobody, if it was removed while it spoke
            if message.known:
                try:
                    _read(message, message.known, now)
                except Unfit as error:
                    message.why_not = error

    async def _keep_read(self, batch: Sequence[_Message]) -> None:
        fit = [message for message in batch if message.made]
        unfit = [message for message in batch if not message.made]

        async def note(tx: Tx, outcomes: Sequence[tuple[int, Exception | None]]) -> None:
            for number, why_not in outcomes:
                fit[number].why_not = why_not
            await self._note(tx, [fit[number] for number, _ in outcomes])

        async def doubt(tx: Tx, numbers: Sequence[int]) -> Mapping[int, HouseError]:
            found = await store.find_all(tx, [fit[number].device for number in numbers])
            return {n: _late() for n in numbers if _is_late(fit[n], found.get(fit[n].device))}

        told = [(asking_as(each.known), each.made) for each in fit if each.known]
        outcomes = await self._records.keep_all(told, note, doubt) if told else []
        for message, why_not in zip(fit, outcomes, strict=True):
            message.why_not = why_not
        if unfit:
            async with self._db.begin() as tx:
                await self._note(tx, unfit)

    async def _note(self, tx: Tx, messages: Sequence[_Message]) -> None:
        """How their devices fare now."""
        now = self._clock.now()
        readings: list[store.Noted] = []
        for each in sorted(messages, key=lambda it: it.device):  # rows are locked in one order
            if each.known and each.reading and each.why_not is None:
                at, battery = each.reading.at, each.reading.battery
                readings.append(store.Noted(each.known, each.kind, at, battery))
            elif each.refusal:
                await store.note_refusal(tx, each.device, each.refusal, now)
        await store.note_readings(tx, readings, now)

    # What they are told

    def _answer(self, message: _Message) -> None:
        if message.known and message.made and message.why_not is None:
            self._telling.tell(message.known.patient, message.made)
        if message.answered.done():  # whoever waited has gone
            return
        if message.why_not is None:
            message.answered.set_result(None)
        elif why := message.refusal:
            log.warn("reading refused", device=message.device, kind=message.kind, why=why)
            said = json.dumps({"refused": why, "kind": message.kind}).encode()
            message.answered.set_result(said)
        else:
            message.answered.set_exception(message.why_not)


def _is_late(message: _Message, now: Device | None) -> bool:
    """Whether the device was removed, or became another patient's, since the message was read."""
    return now is None or message.known is None or now.patient != message.known.patient


def _late() -> HouseError:
    return Conflict("The device was removed or is another's now.", hint="Send it again.")


def _read(message: _Message, device: Device, now: datetime) -> None:
    """What a message says, as Observations.

    Raises:
        Unfit: nothing that this device may say.
    """
    kind = _kind(device, message.topic)
    if kind is None:
        raise Unfit("topic", "A device published where it may not.", "Use its own topic.")
    message.kind = kind
    if kind in WAVES:
        message.reading = chunk = read_chunk(WAVES[kind], message.payload, now)
        message.made = [make_wave(device, WAVES[kind], chunk)]
    else:
        message.reading = reading = read_message(KINDS[kind], message.payload, now)
        message.made = make_observations(device, KINDS[kind], reading)


def _kind(device: Device, topic: str) -> str | None:
    """What a topic says is measured, if the device is registered for it."""
    match topic.split("/"):
        case ["devices", name, kind] if name == device.id and kind in device.kinds:
            return kind
        case _:
            return None
