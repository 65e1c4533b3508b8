"""Readings over HTTPS from whatever can sign, and from uploaders of Nightscout."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from asklepion.identity import App, Caller, Role, Scope
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database
from asklepion.kit.errors import Incorrect, Unauthenticated
from asklepion.kit.log import get_log
from asklepion.records import Asking, Records

from .. import store
from ..engine.observations import make_observations
from ..engine.readings import require_reading
from ..model import EARLIEST, KINDS, Device, Reading, Refused, Taken, Unfit
from .gatt import NO_FAULT
from .intake import Intake, Parcel
from .keeping_secrets import Secrets
from .pacing import Gate

log = get_log(__name__)

MOST_MESSAGES = 200  # in one batch
MOST_ENTRIES = 600  # of Nightscout's, which come two days at a time
WINDOW = timedelta(minutes=5)  # how far the time of a signature may be off
MOST_READ = 1000
OLDER = "a device registered by an older house is registered again."
NO_KEY = f"Check the secret and what is signed; {OLDER}"
NO_SECRET = f"Check the secret; {OLDER}"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One reading of a batch, of some kind."""

    kind: str
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Unsaid:
    """A part of a batch that is no reading, and of what kind it says that it is, if of any."""

    why: Unfit
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A body, and what says that it is the device's own."""

    body: bytes = field(repr=False)
    at: int  # seconds since 1970, as the device signed them
    signature: str = field(repr=False)  # HMAC-SHA256 of time, a dot, and the body; hexadecimal


class PushDesk:
    """Lets in who has a device's secret, and keeps what it says."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        records: Records,
        gate: Gate,
        secrets: Secrets,
        intake: Intake,
    ) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._gate = gate
        self._secrets = secrets
        self._intake = intake

    async def signer(self, id: str, signed: Signed) -> Device:
        """The device that signed this.

        Raises:
            Unauthenticated: it did not, or too long ago.
        """
        async with self._db.read() as tx:
            device, keys = await store.find(tx, id), await store.find_kept(tx, id)
        if device is None or keys is None or not keys.signing:
            raise Unauthenticated("This is not the device's signature.", hint=NO_KEY)
        key = self._secrets.open_signing(id, keys.signing)
        due = hmac.new(key, b"%d." % signed.at + signed.body, sha256).hexdigest()
        if not hmac.compare_digest(due.encode(), signed.signature.encode()):
            raise Unauthenticated("This is not the device's signature.", hint=NO_KEY)
        if abs(self._clock.now().timestamp() - signed.at) > WINDOW.total_seconds():
            raise Unauthenticated("The signature is of another time.", hint="Set its clock.")
        return device

    async def uploader(self, shown: str) -> Device:
        """The device whose secret has this SHA-1.

        Raises:
            Unauthenticated: none has.
        """
        async with self._db.read() as tx:
            id = await store.find_uploader(tx, self._secrets.nightscout(shown)) if shown else None
            device = await store.find(tx, id) if id else None
        if device is None:
            raise Unauthenticated("No device has this secret.", hint=NO_SECRET)
        return device

    async def take(
        self, device: Device, batch: Sequence[Said | Unsaid], *, most: int = MOST_MESSAGES
    ) -> list[Taken]:
        """Keep a batch; each reading is answered for itself, and sent again is kept once.

        Raises:
            Incorrect: it is too large.
            Busy, Flooded: not now.
        """
        if len(batch) > most:
            raise Incorrect(f"A batch has at most {most} readings.", hint="Send the rest after it.")
        with self._gate.admitted(device.id, len(batch)):
            read = [self._read(device, each) for each in batch]
            parcels = [each if isinstance(each, Parcel) else _unfit(*each) for each in read]
            kept = await self._intake.keep(device, parcels)
            taken = [
                done.taken() if isinstance(each, Parcel) else _refused(each[0])
                for each, done in zip(read, kept, strict=True)
            ]
        if faults := [it.why for it in taken if it.why and it.why not in NO_FAULT]:
            log.warn("readings refused", device=device.id, count=len(faults), why=faults[-1])
        return taken

    def _read(self, device: Device, said: Said | Unsaid) -> Parcel | tuple[Unfit, str]:
        """What a message holds; or why it is no reading, and of what kind it was to be."""
        if isinstance(said, Unsaid):
            return said.why, said.kind if said.kind in device.kinds else ""
        if said.kind not in device.kinds:
            return Unfit("topic", "It was not registered for this.", "Register it for it."), ""
        kind, reading, now = KINDS[said.kind], said.reading, self._clock.now()
        try:
            if reading.at.tzinfo is not None and reading.at < now - EARLIEST:
                raise Unfit("old", "It is older than a month.", "Bring it as a file.")
            require_reading(kind, reading, now)
        except Unfit as error:
            return error, kind.name
        return Parcel(
            made=make_observations(device, kind, reading),
            kinds=frozenset({kind.name}),
            at=reading.at,
            battery=reading.battery,
        )

    async def refuse(self, device: Device, why: str) -> None:
        """A whole batch could not be read: it is counted on the card.

        Raises:
            Busy, Flooded: not now.
        """
        with self._gate.admitted(device.id, 1):
            await self._intake.keep(device, [Parcel(refused=[Refused(why=why)])])

    async def note_battery(self, device: Device, battery: float) -> None:
        """Remember how full its battery is.

        Raises:
            Busy, Flooded: not now.
        """
        with self._gate.admitted(device.id, 1):
            await self._intake.keep(device, [Parcel(battery=battery)])

    async def own(
        self,
        device: Device,
        codes: Sequence[str],
        *,
        count: int,
        dates: Sequence[tuple[str, datetime]] = (),
    ) -> Sequence[Mapping[str, Any]]:
        """What this device measured, newest first: nothing of anybody else's, nor of another.

        Args:
            codes: of LOINC.
            dates: only such, each with a prefix of FHIR's: ge, gt, le or lt.
        """
        params = [
            ("patient", device.patient),
            ("device", f"Device/{device.id}"),
            ("code", ",".join(f"http://loinc.org|{code}" for code in codes)),
            ("_sort", "-date"),
            ("_count", str(min(count, MOST_READ))),
        ]
        params += [("date", f"{prefix}{to_iso(at)}") for prefix, at in dates]
        found = await self._records.search(_reading_as(device), "Observation", params)
        return found.entries


def _refused(why: Unfit) -> Taken:
    return Taken(why=why.why, message=why.message, hint=why.hint)


def _unfit(why: Unfit, kind: str) -> Parcel:
    return Parcel(refused=[] if why.why in NO_FAULT else [Refused(why=why.why, kind=kind)])


def _reading_as(device: Device) -> Asking:
    """As an app of hers that may see what this device measured, and nothing else."""
    own = Scope("patient", "Observation", "rs", (("device", f"Device/{device.id}"),))
    app = App(client=device.id, name=device.name, scopes=frozenset({own}), patient=device.patient)
    caller = Caller(
        account=device.id,
        name=device.name,
        roles=frozenset({Role.PATIENT}),
        person=device.patient,
        app=app,
    )
    return Asking(caller=caller, purpose="PATRQT", via="device")
