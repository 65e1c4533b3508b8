"""Translation only: HTTP in, verb, HTTP out."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso
from asklepion.kit.http import caller, known, room

from .model import Device
from .service import Devices

router = APIRouter(prefix="/api/devices", tags=["devices"], dependencies=[Depends(known)])

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Devices, Depends(room(Devices))]


class NewDevice(BaseModel):
    """A device to register at one's own home."""

    name: str
    kinds: list[str]


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


@router.delete("/{id}", status_code=204)
async def remove(id: str, who: Who, devices: Here) -> None:
    """Let a device go; what it measured stays in the record."""
    await devices.remove(who, id)


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
    }
