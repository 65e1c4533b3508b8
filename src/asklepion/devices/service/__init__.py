"""The verbs of the room: register, list, remove; and hearing what devices say."""

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import (
    Conflict,
    Forbidden,
    Incorrect,
    NotFound,
    Unauthenticated,
)
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log
from asklepion.records import Asking, Forgotten, Records

from .. import store
from ..engine.observations import make_device, make_told
from ..engine.readings import require_reading
from ..model import (
    BY_HAND,
    KINDS,
    WAVES,
    Device,
    Reach,
    Reading,
    Refused,
    Registration,
    Taken,
    command_topic,
)
from .broker import EmbeddedBroker
from .external import ExternalBroker, mosquitto_files, read_place
from .files import FileDesk, FileStep
from .gatt import Batch, PacketDesk
from .intake import Intake
from .keeping_secrets import SALT, Secrets, mosquitto_password
from .pacing import Gate
from .plans import Plans
from .pushing import PushDesk
from .simulate import simulate
from .telling import Kept, Telling

__all__ = ["Devices", "FileStep", "simulate"]

log = get_log(__name__)

LONGEST_NAME = 80  # characters
LOOPBACK = "127.0.0.1"
EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # and where this machine reaches itself there


class Devices:
    """Brings readings from home into records; keeps no second truth of them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        records: Records,
        port: int = 1883,
        host: str = LOOPBACK,
        url: str = "",
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._records = records
        self._host = host or LOOPBACK  # asyncio would take nothing for everywhere
        self._place = read_place(url) if url else None
        if self._place:  # another's broker, whose address is the one that devices go to
            self._host = self._place.host
            self._broker = ExternalBroker(self, self._place)
        else:
            self._broker = EmbeddedBroker(self, self._host, port)
        self._secrets = Secrets(keys.key("devices"))
        gate = Gate()
        self.plans = Plans(records=records, clock=clock)
        self._telling = Telling()
        self._intake = Intake(db=db, clock=clock, records=records, telling=self._telling)
        self._packets = PacketDesk(clock=clock, records=records, gate=gate, intake=self._intake)
        self.pushes = PushDesk(
            db=db,
            clock=clock,
            records=records,
            gate=gate,
            secrets=self._secrets,
            intake=self._intake,
        )
        self.files = FileDesk(clock=clock, records=records)

    @property
    def port(self) -> int:
        """The port that devices connect to."""
        return self._broker.port

    @property
    def url(self) -> str:
        """Where a device on this machine connects."""
        host = EVERYWHERE.get(self._host, self._host)
        return f"mqtt://{f'[{host}]' if ':' in host else host}:{self.port}"

    def reach(self, caller: Caller) -> Reach:
        """Where a device that the caller registers connects.

        Raises:
            Forbidden: the caller has no devices here.
        """
        caller.require(Role.PATIENT)
        addresses = self._broker.addresses
        return Reach(
            host=None if any(each.is_unspecified for each in addresses) else self._host,
            port=self.port,
            is_loopback=bool(addresses) and all(each.is_loopback for each in addresses),
        )

    def when_kept(self, listener: Kept) -> None:
        """Hand readings on to somebody above the moment they are kept; it must not wait."""
        self._telling.on(listener)

    async def start(self) -> None:
        """Listen for devices."""
        await self._broker.start()

    async def stop(self) -> None:
        """Let every device go."""
        await self._broker.stop()
        await self._intake.stop()

    async def register(
        self, caller: Caller, *, patient: str, name: str, kinds: Sequence[str]
    ) -> Registration:
        """Add a device to the caller's own home; its secret is shown this once.

        Raises:
            Forbidden: the home is somebody else's.
            Incorrect: the name or the kinds cannot be used.
        """
        self._require_own(caller, patient)
        if not name.strip() or len(name) > LONGEST_NAME:
            raise Incorrect("The device's name is empty or too long.", hint="Up to 80 characters.")
        if not kinds or not set(kinds) <= {*KINDS, *WAVES}:
            known = [*KINDS, *WAVES]
            raise Incorrect("The device measures nothing we know.", hint=f"Known: {known}.")
        secret = secrets.token_urlsafe(24)
        device = Device(
            id=self._ids.new(),
            patient=patient,
            name=name.strip(),
            kinds=tuple(dict.fromkeys(kinds)),
            registered_at=self._clock.now(),
        )
        # First in her record, by herself: a reading refers to the device that made it.
        asking = Asking(caller=caller, purpose="PATRQT", via="device")
        await self._records.create(asking, make_device(device), id=device.id)
        async with self._db.begin() as tx:
            kept = self._secrets.keep(device.id, secret)
            keys = store.KeptKeys(kept.signing, kept.mosquitto)
            await store.insert(tx, device, kept.hash, nightscout=kept.nightscout, keys=keys)
        log.info("device registered", device=device.id)
        return Registration(device=device.id, secret=secret)

    async def list(self, caller: Caller, patient: str) -> list[Device]:
        """The caller's own devices and how each fares."""
        self._require_own(caller, patient)
        async with self._db.read() as tx:
            return await store.of_patient(tx, patient)

    async def remove(self, caller: Caller, device: str) -> None:
        """Let a device go; what it measured stays in the record.

        Raises:
            NotFound: the caller has no such device.
        """
        caller.require(Role.PATIENT)
        async with self._db.begin() as tx:
            if not await store.remove(tx, device, caller.person or ""):
                raise NotFound(f"There is no device {device}.")
        self._broker.drop(device)
        log.info("device removed", device=device)

    async def clear(self, caller: Caller, device: str) -> None:
        """Count what is refused of a device from nothing again: its patient has seen to it.

        Raises:
            NotFound: the caller has no such device.
        """
        caller.require(Role.PATIENT)
        async with self._db.begin() as tx:
            if not await store.forget_refusals(tx, device, caller.person or ""):
                raise NotFound(f"There is no device {device}.")

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away the devices of a patient who is erased, and let them go."""
        gone, refused = await store.remove_all(tx, patient)
        for device in gone:
            tx.after_commit(partial(self._broker.drop, device))
        return Forgotten(rows={"devices_device": len(gone), "devices_refusal": refused})

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let devices of one patient be another's, whose record she is part of now, or again.

        Args:
            only: these devices, and no others.
        """
        return await store.hand_over(tx, old, new, only)

    async def joined(self) -> None:
        """Wait until another's broker hears for the house; our own does at once."""
        if isinstance(self._broker, ExternalBroker):
            await self._broker.is_connected.wait()

    async def mosquitto(self) -> Mapping[str, str]:
        """The files by which Mosquitto lets in the house and its devices.

        Raises:
            Conflict: the house listens itself.
        """
        if self._place is None:
            hint = "Set ASKLEPION_MQTT_URL to mqtt://user:password@host:1883."
            raise Conflict("The house is no client of another broker.", hint=hint)
        async with self._db.read() as tx:
            devices = await store.passwords(tx)
        own = mosquitto_password(self._place.password, os.urandom(SALT))
        return mosquitto_files(self._place, own, devices)

    async def admit(self, device: str, secret: str) -> bool:
        """Whether this device is ours and the secret its own."""
        async with self._db.read() as tx:
            key = await store.find_key(tx, device)
        known = key.secret_hash if key else bytes(sha256().digest_size)
        return hmac.compare_digest(known, self._secrets.hash(secret)) and key is not None

    async def tell(self, caller: Caller, readings: Sequence[tuple[str, Reading]]) -> Sequence[str]:
        """Keep what the caller read off and wrote down about herself.

        All of it is looked at before any is kept. They are written one after another: where the
        record fails on the way, those before stay, and telling it again brings the rest.

        Returns:
            The ids of its Observations; told twice, the same ones.

        Raises:
            Forbidden: the caller is no patient.
            Incorrect: one cannot be right; then nothing is kept.
        """
        caller.require(Role.PATIENT)
        patient, now = caller.person or "", self._clock.now()
        made: list[dict[str, Any]] = []
        for name, reading in readings:
            if name not in BY_HAND:
                raise Incorrect("That is not told by hand.", hint=f"Known: {[*BY_HAND]}.")
            require_reading(KINDS[name], reading, now)
            made += make_told(patient, KINDS[name], reading)
        asking = Asking(caller=caller, purpose="PATRQT", via="device")
        for resource in made:
            await self._records.create(asking, resource, id=resource["id"])
        self._telling.tell(patient, made)
        return [resource["id"] for resource in made]

    async def take(self, caller: Caller, id: str, secret: str, batch: Batch) -> Sequence[Taken]:
        """Keep what a Bluetooth device said, as a browser or a gateway heard it.

        Args:
            caller: whoever is signed in; a stranger has to show the device's own secret.
            batch: packets in the order in which they came.

        Raises:
            Unauthenticated: neither is who may speak for it.
            NotFound: the caller has no such device.
            Busy, Flooded: not now; what was kept of it is kept once, however often it comes.
        """
        if not caller.is_known and not await self.admit(id, secret):
            raise Unauthenticated("This is not the device's secret.", hint="Register it again.")
        async with self._db.read() as tx:
            device = await store.find(tx, id)
        if device is None or (caller.is_known and not await self._speaks_for(caller, device)):
            raise NotFound(f"There is no device {id}.", hint="Look at /api/devices.")
        return await self._packets.take(device, batch, by=caller if caller.is_known else None)

    async def _speaks_for(self, caller: Caller, device: Device) -> bool:
        asking = Asking(caller=caller, purpose="PATRQT", via="device")
        return await self._records.consents.decides(asking, device.patient)

    def command_topic(self, device: str) -> str:
        """The only topic that a device may listen to."""
        return command_topic(device)

    async def hear(self, device: str, topic: str, payload: bytes) -> bytes | None:
        """Make Observations of what a device published; a refusal is counted on its card.

        Returns:
            What to tell the device if it was refused.

        Raises:
            HouseError: it could not be kept now; the device should send it again.
        """
        return await self._intake.take(device, topic, payload)

    async def give_up(self, device: str, why: str) -> None:
        """Count on its card that something of a device was lost on the way, and why."""
        async with self._db.begin() as tx:
            await store.note_refusals(tx, [(device, Refused(why=why))], self._clock.now())

    @staticmethod
    def _require_own(caller: Caller, patient: str) -> None:
        caller.require(Role.PATIENT)
        if caller.person != patient:
            raise Forbidden("These are not your devices.", hint="Sign in as the patient.")
