"""Signed batches of readings, by a device itself."""

import re
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Request

from asklepion.kit.errors import Incorrect
from asklepion.kit.http import room

from ..engine.readings import names_unit
from ..model import KINDS, Reading, Taken, Unfit
from ..service import Devices
from ..service.pushing import Said, Signed, Unsaid

LARGEST = 256 * 1024  # bytes
SHAPE = 'Send [{"kind": "heart-rate", "at": "2026-03-01T12:00:00Z", "values": {"heart_rate": 72}}].'
SCHEME = "sha256="
TIME = re.compile(r"[0-9]{1,12}")

router = APIRouter()

Here = Annotated[Devices, Depends(room(Devices))]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reading, as by MQTT, with its kind."""

    kind: str
    at: datetime
    values: dict[str, float | str]
    battery: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


class Named(msgspec.Struct, frozen=True):
    """What can be made out of one that is no reading."""

    kind: str = ""


@router.post("/{id}/push")
async def push(
    id: str,
    request: Request,
    devices: Here,
    asklepion_timestamp: Annotated[str, Header(description="Seconds since 1970.")] = "",
    asklepion_signature: Annotated[str, Header(description="sha256=… in hexadecimal.")] = "",
) -> dict[str, Any]:
    """Take in readings that the device signed; each is answered for itself.

    The body is a list of at most 200. Sent again, everything is kept once.
    """
    body = await request.body()
    if len(body) > LARGEST:
        raise Incorrect(f"A batch has at most {LARGEST} bytes.", hint="Send fewer readings.")
    at = int(asklepion_timestamp) if TIME.fullmatch(asklepion_timestamp) else 0
    signed = Signed(body=body, at=at, signature=asklepion_signature.removeprefix(SCHEME).lower())
    device = await devices.pushes.signer(id, signed)
    try:
        batch = _batch(body)
    except Incorrect:  # it is the device's own, and so stands on its card
        await devices.pushes.refuse(device, "unreadable")
        raise
    taken = await devices.pushes.take(device, batch)
    return {"readings": [_answer(each) for each in taken]}


def _batch(body: bytes) -> list[Said | Unsaid]:
    try:
        parts = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Incorrect("The batch is no list of readings.", hint=SHAPE) from error
    return [_message(part) for part in parts]


def _message(part: msgspec.Raw) -> Said | Unsaid:
    try:
        one = msgspec.json.decode(part, type=Message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        unfit = Unfit("unreadable", "The reading cannot be read.", SHAPE)
        if names_unit(part):
            unfit = Unfit("unit", "The reading names a unit.", "Each kind has one: leave it out.")
        return Unsaid(why=unfit, kind=_kind(part))
    if one.kind not in KINDS:
        return Unsaid(why=Unfit("topic", "There is no such kind.", f"Known: {[*KINDS]}."))
    return Said(kind=one.kind, reading=Reading(at=one.at, values=one.values, battery=one.battery))


def _kind(part: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(part, type=Named).kind
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


def _answer(taken: Taken) -> dict[str, Any]:
    if taken.why:
        told = {"why": taken.why, "message": taken.message, "hint": taken.hint}
        return {"state": "refused", **told}
    return {"state": "kept", "observations": taken.observations, "was_here": taken.was_here}
