"""Translation only: HTTP in, verb, HTTP out."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import caller, known, room
from asklepion.records import Asking, require_named

from ..engine.gatt import Source
from ..engine.plans import Plan
from ..model import Device, Reading, Taken, Unfit
from ..service import Devices
from ..service.plans import view_of
from .files import FILES_PATH
from .files import router as files
from .nightscout import router as nightscout
from .pushing import router as pushing

__all__ = ["STREAMED", "gateways", "nightscout", "router"]

STREAMED = (FILES_PATH,)  # addresses whose bodies are read piece by piece

gateways = APIRouter(prefix="/api/devices", tags=["devices"])  # let in by the device's own secret
gateways.include_router(pushing)
router = APIRouter(prefix="/api/devices", tags=["devices"], dependencies=[Depends(known)])
router.include_router(files)

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Devices, Depends(room(Devices))]


class NewDevice(BaseModel):
    """A device to register at one's own home."""

    name: str
    kinds: list[str]


class ToldReading(BaseModel):
    """One reading as somebody read it off."""

    kind: str
    values: dict[str, float] = Field(min_length=1, max_length=5)


class Told(BaseModel):
    """What was read off at one moment."""

    at: AwareDatetime
    readings: list[ToldReading] = Field(min_length=1, max_length=6)


@router.get("")
async def list_devices(who: Who, devices: Here) -> list[dict[str, Any]]:
    """My devices, and how each fares."""
    who.require_known()
    return [_view(device) for device in await devices.list(who, who.person or "")]


@router.get("/broker")
async def broker(who: Who, devices: Here) -> dict[str, Any]:
    """Where my devices connect, and whether only those on this machine can."""
    who.require_known()
    return asdict(devices.reach(who))


@router.post("", status_code=201)
async def register(body: NewDevice, who: Who, devices: Here) -> dict[str, Any]:
    """Register a device; the secret in the answer is shown this once."""
    who.require_known()
    made = await devices.register(who, patient=who.person or "", name=body.name, kinds=body.kinds)
    topic = f"devices/{made.device}/<kind>"
    return {
        "id": made.device,
        "secret": made.secret,
        "topic": topic,
        **asdict(devices.reach(who)),
    }


@router.post("/readings", status_code=201)
async def tell(body: Told, who: Who, devices: Here) -> dict[str, Any]:
    """Write down what I read off a device myself; it is marked as told by me."""
    readings = [(one.kind, Reading(at=body.at, values=dict(one.values))) for one in body.readings]
    return {"observations": await devices.tell(who, readings)}


@router.delete("/{id}", status_code=204)
async def remove(id: str, who: Who, devices: Here) -> None:
    """Let a device go; what it measured stays in the record."""
    await devices.remove(who, id)


@router.delete("/{id}/refusals", status_code=204)
async def clear(id: str, who: Who, devices: Here) -> None:
    """Count what is refused of a device from nothing again."""
    await devices.clear(who, id)


class NewPlan(BaseModel):
    """What is to be measured when."""

    kind: str
    times: list[time] = Field(min_length=1, max_length=12)
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(default_factory=list[int], max_length=7)
    start: date | None = None
    until: date | None = None
    zone: str


def plan_asking(
    patient: str,
    who: Who,
    visit: Annotated[str | None, Query(description="The visit this belongs to.")] = None,
    purpose: Annotated[str, Header(alias="X-Purpose-Of-Use", description="Why one asks.")] = "",
) -> Asking:
    """Who asks about this patient's plans, and why."""
    who.require_known()
    is_relative = (who.person or "").startswith("RelatedPerson/")
    is_hers = who.person == f"Patient/{patient}"
    usual = "FAMRQT" if is_relative else "PATRQT" if is_hers else "TREAT"
    require_named(purpose)
    return Asking(caller=who, purpose=(purpose or usual)[:64], visit=visit)


Asks = Annotated[Asking, Depends(plan_asking)]


@router.get("/plans/{patient}")
async def list_plans(patient: str, asks: Asks, devices: Here) -> list[Mapping[str, object]]:
    """What is to be measured when, what is due now, and how each plan was kept."""
    return [view_of(one) for one in await devices.plans.look(asks, f"Patient/{patient}")]


@router.post("/plans/{patient}", status_code=201)
async def make_plan(patient: str, body: NewPlan, asks: Asks, devices: Here) -> dict[str, str]:
    """Plan something: for myself, or as a clinician who may see her plans."""
    today = devices.plans.today(body.zone)
    plan = Plan(
        id="",
        kind=body.kind,
        times=tuple(sorted(at.replace(tzinfo=None) for at in body.times)),
        days=frozenset(body.days),
        start=body.start or today,
        until=body.until,
        zone=body.zone,
    )
    return {"id": await devices.plans.make(asks, f"Patient/{patient}", plan)}


@router.delete("/plans/{patient}/{id}", status_code=204)
async def end_plan(patient: str, id: str, asks: Asks, devices: Here) -> None:
    """End a plan; what was planned stays in the record."""
    await devices.plans.end(asks, f"Patient/{patient}", id)


LARGEST_BATCH = 256 * 1024  # bytes
SHORT_UUID = re.compile(r"(?:0x|0000)?([0-9a-f]{4})(?:-0000-1000-8000-00805f9b34fb)?")
PACKET = (
    'Send {"service": "1810", "characteristic": "2a35", "value": "<base64>",'
    ' "at": "2026-03-01T12:00:00Z", "offset_ms": 28800000}.'
)


class PacketBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One packet as it came over the air, and when; see `Source`."""

    service: str
    characteristic: str
    value: bytes
    at: datetime
    offset_ms: Annotated[int, msgspec.Meta(ge=-(10**14), le=10**14)] | None = None
    zone_min: Annotated[int, msgspec.Meta(ge=-1080, le=1080)] | None = None
    user: Annotated[int, msgspec.Meta(ge=0, le=254)] | None = None


@gateways.post("/{id}/gatt")
async def take(id: str, request: Request, who: Who, devices: Here) -> dict[str, Any]:
    """Take in what a Bluetooth device said; signed in, or with the device's own secret.

    The body is a list of at most 200 packets. Sent again, everything is kept once.
    """
    secret = _secret(id, request.headers.get("authorization", ""))
    if not who.is_known and not secret:
        who.require_known()
    batch = _batch(await request.body())
    taken = await devices.take(who, id, secret, batch)
    return {"packets": [_answer(each) for each in taken]}


def _secret(id: str, header: str) -> str:
    """What a gateway shows: Basic with the device's id as user, or Bearer."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return secret if user == id else ""


def _batch(body: bytes) -> list[Source | Unfit]:
    """The packets, each read by itself: one that is odd does not spoil the others.

    Raises:
        Incorrect: it is no list, or larger than any.
    """
    if len(body) > LARGEST_BATCH:
        raise Incorrect(f"A batch has at most {LARGEST_BATCH} bytes.", hint="Send fewer packets.")
    try:
        parts = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Incorrect("The batch is no list of packets.", hint=PACKET) from error
    return [_packet(part) for part in parts]


def _packet(part: msgspec.Raw) -> Source | Unfit:
    try:
        one = msgspec.json.decode(part, type=PacketBody)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        # Where and what, and never the value itself.
        return Unfit("unreadable", f"The packet cannot be read: {_where(error)}", PACKET)
    names = [SHORT_UUID.fullmatch(name.lower()) for name in (one.service, one.characteristic)]
    if one.at.tzinfo is None:
        return Unfit("unreadable", "Its moment has no time zone.", PACKET)
    service, characteristic = (found.group(1) if found else "" for found in names)
    return Source(
        service=service,
        characteristic=characteristic,
        value=one.value,
        at=one.at,
        offset_ms=one.offset_ms,
        zone_min=one.zone_min,
        user=one.user,
    )


def _where(error: Exception) -> str:
    found = re.search(r"at `\$\.?([a-z_]*)", str(error))
    return f"see `{found.group(1)}`." if found and found.group(1) else "it is not of this shape."


def _answer(taken: Taken) -> dict[str, Any]:
    if taken.why:
        told = {"why": taken.why, "message": taken.message, "hint": taken.hint}
        return {"state": "refused", **told}
    return {
        "state": "kept",
        "observations": taken.observations,
        "was_here": taken.was_here,
        "clock": taken.clock,
        **({"missed": taken.missed} if taken.missed else {}),
    }


def _view(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "name": device.name,
        "kinds": device.kinds,
        "registered_at": to_iso(device.registered_at),
        "last_reading_at": device.last_reading_at and to_iso(device.last_reading_at),
        "last_sync_at": device.last_sync_at and to_iso(device.last_sync_at),
        "battery": device.battery,
        "missing": device.missing,
        "refused_count": device.refused_count,
        "refused_why": device.refused_why,
        "refusals": [
            {
                "why": each.why,
                "kind": each.kind,
                "count": each.count,
                "at": to_iso(each.at),
                "units": each.units,
            }
            for each in device.refusals
        ],
    }
