"""Batches of Bluetooth packets: bounded, kept once, and answered packet by packet."""

from collections.abc import Sequence
from dataclasses import replace

from asklepion.identity import Caller
from asklepion.kit.clock import Clock
from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.log import get_log
from asklepion.records import Asking, Records

from ..engine.gatt.readings import Packet, Source, read_packets
from ..engine.observations import describe_device, make_measured
from ..model import Device, Refused, Taken, Unfit
from .intake import Intake, Outcome, Parcel
from .pacing import Gate

log = get_log(__name__)

MOST_PACKETS = 200  # in one batch
# Not the device's fault, so not on its card.
NO_FAULT = frozenset({"old", "user", "status", "no-value"})

Batch = Sequence["Source | Unfit"]  # what could not even be read is in its place


class PacketDesk:
    """Makes Observations of packets."""

    def __init__(self, *, clock: Clock, records: Records, gate: Gate, intake: Intake) -> None:
        self._clock = clock
        self._records = records
        self._gate = gate
        self._intake = intake

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
        kept = await self._intake.keep(device, [_parcel(device, each) for each in packets])
        if by is not None:
            await self._describe(by, device, packets)
        taken = [_taken(device, *each) for each in zip(packets, kept, strict=True)]
        if faults := [each.why for each in taken if each.why and each.why not in NO_FAULT]:
            log.warn("packets refused", device=device.id, count=len(faults), why=faults[-1])
        return taken

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


def _why_not(device: Device, packet: Packet) -> Unfit | None:
    """Why nothing of a packet is a reading of this device; nothing for one without readings too."""
    if packet.measured and packet.measured[0].kind.name not in device.kinds:
        hint = "Register it for what it measures."
        return Unfit("topic", "It was not registered to measure this.", hint)
    return packet.refused


def _parcel(device: Device, packet: Packet) -> Parcel:
    kinds = frozenset(one.kind.name for one in packet.measured)
    kind = next(iter(kinds)) if len(kinds) == 1 else ""
    why_not = _why_not(device, packet)
    refused = [
        Refused(why=each.why, kind=kind)
        for each in (why_not, *packet.missed)
        if each and each.why not in NO_FAULT
    ]
    if why_not or not packet.measured:
        return Parcel(battery=packet.battery, refused=refused)
    return Parcel(
        made=[it for one in packet.measured for it in make_measured(device, one)],
        kinds=kinds,
        at=max(one.reading.at for one in packet.measured),
        battery=packet.battery,
        refused=refused,
    )


def _taken(device: Device, packet: Packet, kept: Outcome) -> Taken:
    """What is answered for a packet.

    Raises:
        Busy: it could not be kept now.
    """
    if why_not := _why_not(device, packet):
        return Taken(why=why_not.why, message=why_not.message, hint=why_not.hint)
    if not packet.measured:
        return Taken()
    taken = kept.taken()
    if taken.why:
        return taken
    missed = tuple(each.why for each in packet.missed)
    return replace(taken, clock=packet.measured[0].clock, missed=missed)
