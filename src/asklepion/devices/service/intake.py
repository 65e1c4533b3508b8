"""What devices say, by whatever way: what waits is kept together in one commit, each for itself.

Over MQTT a device's next message comes when the one before is answered, so that as much waits as
devices speak; a batch over HTTP waits as a whole, and behind Mosquitto a window of messages does.
Each is answered after the commit that it is in. While few speak, each is kept at once; while many
do, a moment is left after each commit for the next to gather, for a commit costs the same whatever
is in it.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Busy, Conflict, Forbidden, HouseError, Incorrect, Unsupported
from asklepion.kit.log import get_log
from asklepion.records import Asking, Overtaken, Records

from .. import store
from ..engine.observations import make_observations, make_wave
from ..engine.readings import read_message
from ..engine.waves import read_chunk
from ..model import KINDS, WAVES, Device, Refused, Taken, Unfit
from .telling import Telling

log = get_log(__name__)

MOST_TOGETHER = 200  # messages in one transaction
GATHER_S = 0.05  # after a commit of several

Resources = Sequence[dict[str, Any]]


def asking_as(device: Device) -> Asking:
    """The device itself: it may add readings of its patient, and nothing else."""
    caller = Caller(
        account=device.id,
        name=device.name,
        roles=frozenset({Role.DEVICE}),
        acts_for=device.patient,
    )
    return Asking(caller=caller, purpose="PATRQT", via="device")


def refusal(error: BaseException | None) -> str:
    """The word for why a message was refused for good; empty where it may be kept another time."""
    if isinstance(error, Unfit):
        return error.why
    return "unkept" if isinstance(error, Incorrect | Forbidden | Unsupported) else ""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message of a batch, as it was read.

    Args:
        made: its Observations.
        kinds: what they measure.
        at: the newest moment among them.
        battery: 0 to 1, where it was told.
        refused: what of it is no reading, for the device's card.
    """

    made: Resources = ()
    kinds: frozenset[str] = frozenset()
    at: datetime | None = None
    battery: float | None = None
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a parcel.

    Args:
        observations: ids of what it holds.
        was_here: all of it, before.
        why_not: it is not kept.
    """

    observations: tuple[str, ...] = ()
    was_here: bool = False
    why_not: BaseException | None = None

    def taken(self) -> Taken:
        """What is answered for it.

        Raises:
            HouseError: it could not be kept now; Busy, if it may be sent again as it is.
        """
        error = self.why_not
        if isinstance(error, Overtaken):
            raise Busy(error.message, hint="Try again.", retry_after_s=1) from error
        if isinstance(error, HouseError) and (why := refusal(error)):
            return Taken(why=why, message=error.message, hint=error.hint)
        if error is not None:
            raise error
        return Taken(observations=self.observations, was_here=self.was_here)


@dataclass(eq=False, kw_only=True)
class _Message:
    """One message, and what became of it.

    Args:
        topic, payload: as a device published it; what came otherwise is read already.
        known: its device, as it was when the message was read.
    """

    device: str
    answered: asyncio.Future[None]
    topic: str = ""
    payload: bytes = b""
    known: Device | None = None
    parcel: Parcel | None = None
    kind: str = ""
    made: Resources = ()
    why_not: Exception | None = None


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
        message = _Message(device=device, answered=_future(), topic=topic, payload=payload)
        self._hand_in([message])
        try:
            await message.answered
        except (Incorrect, Forbidden, Unsupported) as error:
            why = refusal(error)
            log.warn("reading refused", device=device, kind=message.kind, why=why)
            return json.dumps({"refused": why, "kind": message.kind}).encode()
        return None

    async def keep(self, device: Device, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Keep a batch; each parcel has its outcome, and what was here already stays as it is."""
        asking = asking_as(device)
        ids = [it["id"] for parcel in parcels for it in parcel.made]
        here = set(await self._records.wrote(asking, "Observation", ids))
        first: dict[str, int] = {}  # which parcel of this batch brings it
        waiting: dict[int, _Message] = {}
        for n, parcel in enumerate(parcels):
            new = [it for it in parcel.made if it["id"] not in here | first.keys()]
            first |= {it["id"]: n for it in new}
            if new:
                waiting[n] = _message(device, parcel, new)
        beside = _beside([p for n, p in enumerate(parcels) if n not in waiting], parcels)
        handed_in = [*waiting.values(), *([_message(device, beside)] if beside else [])]
        self._hand_in(handed_in)
        told = await asyncio.gather(*(each.answered for each in handed_in), return_exceptions=True)
        if beside and (failed := told[-1]) is not None:
            raise failed
        why_not = dict(zip(waiting, told, strict=False))
        return [
            Outcome(
                observations=tuple(it["id"] for it in parcels[n].made),
                was_here=n not in waiting,
                why_not=next(filter(None, (why_not.get(one) for one in brought)), None),
            )
            for n, brought in enumerate(
                [first[it["id"]] for it in parcel.made if it["id"] in first] for parcel in parcels
            )
        ]

    async def stop(self) -> None:
        """Wait until what was handed in is kept."""
        if self._working:
            await self._working

    def _hand_in(self, messages: Sequence[_Message]) -> None:
        self._waiting += messages
        if self._working is None:
            self._working = asyncio.create_task(self._work())

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
            was, message.known = message.known, found.get(message.device)
            try:
                if was is None:
                    if message.known:  # nobody, if it was removed while it spoke
                        _read(message, message.known, now)
                elif message.known is None or message.known.patient != was.patient:
                    raise _late()
            except Exception as error:  # of this message alone: it spoils no other
                message.made, message.why_not = (), error

    async def _keep_read(self, batch: Sequence[_Message]) -> None:
        fit = [message for message in batch if message.made]

        async def note(tx: Tx, outcomes: Sequence[tuple[int, Exception | None]]) -> None:
            for number, why_not in outcomes:
                fit[number].why_not = why_not
            await self._note(tx, [fit[number] for number, _ in outcomes])

        async def doubt(tx: Tx, numbers: Sequence[int]) -> Mapping[int, HouseError]:
            found = await store.find_all(tx, [fit[number].device for number in numbers])
            return {n: _late() for n in numbers if _is_late(fit[n], found.get(fit[n].device))}

        told = [(asking_as(each.known), each.made) for each in fit if each.known]
        outcomes = await self._records.keep_all(told, note, doubt) if told else []
        rest = [message for message in batch if not message.made]
        for message, why_not in zip(fit, outcomes, strict=True):
            if refusal(why_not) and why_not is not message.why_not:
                rest.append(message)  # what failed took its count back with it
            message.why_not = why_not
        for message in fit:
            if message.known and message.why_not is None:
                self._telling.tell(message.known.patient, message.made)
        await self._note_rest(rest)

    async def _note_rest(self, rest: Sequence[_Message]) -> None:
        """The cards of what brought no reading: whether they can be kept or not, readings are."""
        if not rest:
            return
        try:
            async with self._db.begin() as tx:
                await self._note(tx, rest)
        except Exception as error:  # whoever is refused is refused all the same
            for message in rest:
                message.why_not = message.why_not or error

    async def _note(self, tx: Tx, messages: Sequence[_Message]) -> None:
        """How their devices fare now."""
        now = self._clock.now()
        readings: list[store.Noted] = []
        refused: list[tuple[str, Refused]] = []
        for each in sorted(messages, key=lambda it: it.device):  # rows are locked in one order
            if why := refusal(each.why_not):
                refused.append((each.device, Refused(why=why, kind=each.kind)))
            elif each.known and each.parcel and each.why_not is None:
                kinds, at, battery = each.parcel.kinds, each.parcel.at, each.parcel.battery
                noted = store.Noted(device=each.known, kinds=kinds, at=at, battery=battery)
                readings.append(noted)
                refused += [(each.device, one) for one in each.parcel.refused]
        await store.note_refusals(tx, refused, now)
        await store.note_readings(tx, readings, now)

    # What they are told

    @staticmethod
    def _answer(message: _Message) -> None:
        if message.answered.done():  # whoever waited has gone
            return
        if message.why_not is None:
            message.answered.set_result(None)
        else:
            message.answered.set_exception(message.why_not)


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


def _message(device: Device, parcel: Parcel, made: Resources = ()) -> _Message:
    """What of a parcel is new, or what of a batch only its device's card tells."""
    if made:
        parcel = replace(parcel, refused=())
    kind = next(iter(parcel.kinds)) if len(parcel.kinds) == 1 else ""
    return _Message(
        device=device.id, answered=_future(), known=device, parcel=parcel, kind=kind, made=made
    )


def _beside(old: Sequence[Parcel], all: Sequence[Parcel]) -> Parcel | None:
    """What a batch tells the card beside its new readings; none where that is nothing.

    Args:
        old: parcels that bring nothing new.
    """
    refused = [one for parcel in all for one in parcel.refused]
    if all and not old and not refused:
        return None
    full = [parcel.battery for parcel in old if parcel.battery is not None]
    return Parcel(
        kinds=frozenset(kind for parcel in old for kind in parcel.kinds),
        at=max((parcel.at for parcel in old if parcel.at), default=None),
        battery=full[-1] if full else None,
        refused=refused,
    )


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
        reading = read_chunk(WAVES[kind], message.payload, now)
        made = [make_wave(device, WAVES[kind], reading)]
    else:
        reading = read_message(KINDS[kind], message.payload, now)
        made = make_observations(device, KINDS[kind], reading)
    message.made = made
    message.parcel = Parcel(
        made=made, kinds=frozenset({kind}), at=reading.at, battery=reading.battery
    )


def _kind(device: Device, topic: str) -> str | None:
    """What a topic says is measured, if the device is registered for it."""
    match topic.split("/"):
        case ["devices", name, kind] if name == device.id and kind in device.kinds:
            return kind
        case _:
            return None
