"""Batches of Bluetooth packets: bounded, kept once, and answered packet by packet."""

from collections.abc import Sequence

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.errors import Busy, Forbidden, HouseError, Incorrect, Unsupported
from asklepion.kit.log import get_log
from asklepion.records import Asking, Overtaken, Records

from .. import store
from ..engine.gatt.readings import Measured, Packet, Source, read_packets
from ..engine.observations import describe_device, make_measured
from ..model import Device, Taken, Unfit
from .pacing import Gate
from .telling import Telling

log = get_log(__name__)

MOST_PACKETS = 200  # in one batch
# Not the device's fault, so not on its card.
NO_FAULT = frozenset({"old", "user", "status", "no-value"})

Batch = Sequence["Source | Unfit"]  # what could not even be read is in its place


def asking_as(device: Device) -> Asking:
    """The device itself: it may add readings of its patient, and nothing else."""
    caller = Caller(
        account=device.id,
        name=device.name,
        roles=frozenset({Role.DEVICE}),
        acts_for=device.patient,
    )
    return Asking(caller=caller, purpose="PATRQT", via="device")


class PacketDesk:
    """Makes Observations of packets."""

    def __init__(
        self, *, db: Database, clock: Clock, records: Records, gate: Gate, telling: Telling
    ) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._gate = gate
        self._telling = telling

    async def take(self, device: Device, batch: Batch, *, by: Caller | None) -> list[Taken]:
        """Keep a batch.

        Args:
            by: whoever is signed in, and may so describe the device in the record as well.

        Raises:
            Incorrect: it is too large.
            Busy, Flooded: not now.
        """
        if len(batch) > MOST_PACKETS:
            raise Incorrect(
                f"A batch has at most {MOST_PACKETS} packets.", hint="Send the rest after it."
            )
        with self._gate.admitted(device.id, len(batch)):
            return await self._take(device, batch, by)

    async def _take(self, device: Device, batch: Batch, by: Caller | None) -> list[Taken]:
        now = self._clock.now()
        read = iter(read_packets([each for each in batch if isinstance(each, Source)], now))
        packets = [
            next(read) if isinstance(each, Source) else Packet(refused=each) for each in batch
        ]
        made = [[(one, make_measured(device, one)) for one in each.measured] for each in packets]
        asking = asking_as(device)
        ids = [r["id"] for each in made for _, resources in each for r in resources]
        here = set(await self._records.wrote(asking, "Observation", ids))
        taken: list[Taken] = []
        try:
            for packet, each in zip(packets, made, strict=True):
                taken.append(await self._keep(device, packet, each, here))
        finally:  # what was kept before a fault stands on the card
            await self._note(device, packets, taken)
        if by is not None:
            await self._describe(by, device, packets)
        return taken

    async def _keep(
        self,
        device: Device,
        packet: Packet,
        made: list[tuple[Measured, list[dict[str, object]]]],
        here: set[str],
    ) -> Taken:
        if not made:
            return _refused(packet.refused) if packet.refused else Taken()
        if made[0][0].kind.name not in device.kinds:
            hint = "Register it for what it measures."
            return _refused(Unfit("topic", "It was not registered to measure this.", hint))
        resources = [resource for _, each in made for resource in each]
        ids = tuple(str(resource["id"]) for resource in resources)
        was_here = here.issuperset(ids)
        try:
            for id, resource in zip(ids, resources, strict=True):
                if id not in here:
                    await self._records.create(asking_as(device), resource, id=id)
                    here.add(id)
                    self._telling.tell(device.patient, [resource])
        except Overtaken as error:
            raise Busy(error.message, hint="Try again.", retry_after_s=1) from error
        except (Incorrect, Forbidden, Unsupported) as error:
            return Taken(why="unkept", message=error.message, hint=error.hint)
        missed = tuple(each.why for each in packet.missed)
        return Taken(observations=ids, was_here=was_here, clock=made[0][0].clock, missed=missed)

    async def _note(
        self, device: Device, packets: Sequence[Packet], taken: Sequence[Taken]
    ) -> None:
        """How the device fares now."""
        now = self._clock.now()
        kept = [
            one
            for packet, done in zip(packets, taken, strict=False)
            if done.observations
            for one in packet.measured
        ]
        full = [packet.battery for packet in packets if packet.battery is not None]
        refused = [why for each in taken for why in (each.why, *each.missed) if why]
        faults = [why for why in refused if why not in NO_FAULT]
        async with self._db.begin() as tx:
            if faults:
                await store.note_refusal(tx, device.id, faults[-1], now, count=len(faults))
            await store.note_reading(
                tx,
                device,
                {one.kind.name for one in kept},
                reading_at=max((one.reading.at for one in kept), default=None),
                now=now,
                battery=full[-1] if full else None,
            )
        if faults:
            log.warn("packets refused", device=device.id, count=len(faults), why=faults[-1])

    async def _describe(self, by: Caller, device: Device, packets: Sequence[Packet]) -> None:
        """Who made it and which it is, in her record; she may write that, the device may not."""
        about = {name: text for packet in packets for name, text in packet.about.items()}
        if not about:
            return
        asking = Asking(caller=by, purpose="PATRQT", via="device")
        try:
            known = await self._records.read(asking, "Device", device.id)
            await self._records.update(asking, describe_device(known, about))
        except HouseError as error:  # the readings are kept all the same
            log.warn("device not described", device=device.id, why=error.issue)


def _refused(why: Unfit) -> Taken:
    return Taken(why=why.why, message=why.message, hint=why.hint)
