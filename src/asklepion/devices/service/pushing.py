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
from asklepion.kit.errors import (
    Busy,
    Forbidden,
    Incorrect,
    Unauthenticated,
    Unsupported,
)
from asklepion.kit.log import get_log
from asklepion.records import Asking, Overtaken, Records

from .. import store
from ..engine.observations import make_observations
from ..engine.readings import require_reading
from ..model import EARLIEST, KINDS, Device, Reading, Taken, Unfit
from .gatt import NO_FAULT, asking_as
from .keeping_secrets import Secrets
from .pacing import Gate
from .telling import Telling

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
        telling: Telling,
    ) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._gate = gate
        self._secrets = secrets
        self._telling = telling

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
        self, device: Device, batch: Sequence[Said | Unfit], *, most: int = MOST_MESSAGES
    ) -> list[Taken]:
        """Keep a batch; each reading is answered for itself, and sent again is kept once.

        Raises:
            Incorrect: it is too large.
            Busy, Flooded: not now.
        """
        if len(batch) > most:
            raise Incorrect(f"A batch has at most {most} readings.", hint="Send the rest after it.")
        with self._gate.admitted(device.id, len(batch)):
            made = [self._make(device, each) for each in batch]
            ids = [it["id"] for each in made if not isinstance(each, Unfit) for it in each]
            here = set(await self._records.wrote(asking_as(device), "Observation", ids))
            taken: list[Taken] = []
            try:
                for each in made:
                    taken.append(await self._keep(device, each, here))
            finally:  # what was kept before a fault stands on the card
                await self._note(device, batch, taken)
            return taken

    def _make(self, device: Device, said: Said | Unfit) -> list[dict[str, Any]] | Unfit:
        if isinstance(said, Unfit):
            return said
        if said.kind not in device.kinds:
            return Unfit("topic", "It was not registered for this.", "Register it for it.")
        kind, now = KINDS[said.kind], self._clock.now()
        try:
            if said.reading.at.tzinfo is not None and said.reading.at < now - EARLIEST:
                raise Unfit("old", "It is older than a month.", "Bring it as a file.")
            require_reading(kind, said.reading, now)
        except Unfit as error:
            return error
        return make_observations(device, kind, said.reading)

    async def _keep(
        self, device: Device, made: list[dict[str, Any]] | Unfit, here: set[str]
    ) -> Taken:
        if isinstance(made, Unfit):
            return Taken(why=made.why, message=made.message, hint=made.hint)
        ids = tuple(str(resource["id"]) for resource in made)
        was_here = here.issuperset(ids)
        new = [resource for resource in made if resource["id"] not in here]
        try:
            for resource in new:
                await self._records.create(asking_as(device), resource, id=resource["id"])
                here.add(resource["id"])
        except Overtaken as error:
            raise Busy(error.message, hint="Try again.", retry_after_s=1) from error
        except (Incorrect, Forbidden, Unsupported) as error:
            return Taken(why="unkept", message=error.message, hint=error.hint)
        if new:
            self._telling.tell(device.patient, new)
        return Taken(observations=ids, was_here=was_here)

    async def _note(
        self, device: Device, batch: Sequence[Said | Unfit], taken: Sequence[Taken]
    ) -> None:
        """How the device fares now."""
        now = self._clock.now()
        kept = [
            each
            for each, done in zip(batch, taken, strict=False)
            if isinstance(each, Said) and done.observations
        ]
        full = [it.reading.battery for it in kept if it.reading.battery is not None]
        faults = [it.why for it in taken if it.why and it.why not in NO_FAULT]
        async with self._db.begin() as tx:
            if faults:
                await store.note_refusal(tx, device.id, faults[-1], now, count=len(faults))
            await store.note_reading(
                tx,
                device,
                {it.kind for it in kept},
                reading_at=max((it.reading.at for it in kept), default=None),
                now=now,
                battery=full[-1] if full else None,
            )
        if faults:
            log.warn("readings refused", device=device.id, count=len(faults), why=faults[-1])

    async def note_battery(self, device: Device, battery: float) -> None:
        """Remember how full its battery is."""
        async with self._db.begin() as tx:
            await store.note_reading(
                tx, device, [], reading_at=None, now=self._clock.now(), battery=battery
            )

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
