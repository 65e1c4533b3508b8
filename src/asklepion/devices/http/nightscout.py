"""As much of Nightscout's interface as uploaders and followers of glucose need.

https://github.com/nightscout/cgm-remote-monitor (API v1)
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, cast

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import room

from ..engine.files.nightscout import is_entry, read_entry
from ..engine.files.shapes import Odd, Sample
from ..engine.files.units import epoch, is_record
from ..model import Device, Reading, Unfit
from ..service import Devices
from ..service.pushing import MOST_ENTRIES, Said, Unsaid

LARGEST = 512 * 1024  # bytes
CODES = {"99504-3": "sgv", "2339-0": "mbg"}  # LOINC
SHAPE = 'Send [{"type": "sgv", "sgv": 120, "date": 1772366400000, "device": "xDrip"}].'
DATE = re.compile(r"find\[date\]\[\$(g|l)(te?)\]")

router = APIRouter(prefix="/api/v1", tags=["nightscout"])

Here = Annotated[Devices, Depends(room(Devices))]
Count = Annotated[int, Query(ge=1, le=1000)]


async def uploader(request: Request, devices: Here) -> Device:
    """Whose secret is shown: its SHA-1 in `api-secret`, or itself as a token."""
    shown = request.headers.get("api-secret", "")
    bearer = request.headers.get("authorization", "")
    token = bearer[7:].strip() if bearer[:7].lower() == "bearer " else ""
    token = token or request.query_params.get("token", "")
    if token and not shown:
        shown = hashlib.sha1(token.encode(), usedforsecurity=False).hexdigest()
    return await devices.pushes.uploader(shown)


Whose = Annotated[Device, Depends(uploader)]


@router.post("/entries")
@router.post("/entries.json")
@router.post("/entries/", include_in_schema=False)
async def post_entries(request: Request, device: Whose, devices: Here) -> list[dict[str, Any]]:
    """Take in values of a sensor or a meter; answers those that are in the record."""
    body = await request.body()
    if len(body) > LARGEST:
        raise Incorrect(f"A batch has at most {LARGEST} bytes.", hint="Send fewer entries.")
    try:
        sent: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Incorrect("The entries cannot be read.", hint=SHAPE) from error
    entries = cast(list[Any], sent if isinstance(sent, list) else [sent])
    batch = [_read(each) for each in entries]
    taken = await devices.pushes.take(device, batch, most=MOST_ENTRIES)
    return [
        entry | {"_id": done.observations[0]}
        for entry, done in zip(entries, taken, strict=True)
        if done.observations
    ]


def _read(entry: Any) -> Said | Unsaid:
    try:
        found = read_entry(entry) if is_record(entry) and is_entry(entry) else None
    except Odd as error:
        why = error.why if error.why in ("no-value", "clock", "values") else "unreadable"
        return Unsaid(why=Unfit(why, "The entry is no reading.", SHAPE))
    if not isinstance(found, Sample):
        return Unsaid(why=Unfit("unknown", "Nobody here knows this kind of entry.", SHAPE))
    return Said(kind=found.kind, reading=Reading(at=found.at, values=dict(found.values)))


@router.get("/entries")
@router.get("/entries.json")
@router.get("/entries/{kind}")
async def get_entries(
    request: Request, device: Whose, devices: Here, kind: str = "", count: Count = 10
) -> list[dict[str, Any]]:
    """What this device measured itself, newest first."""
    kind = kind.removesuffix(".json")
    codes = [code for code, type in CODES.items() if kind in ("", "current", type)]
    if not codes:
        return []
    found = await devices.pushes.own(
        device, codes, count=1 if kind == "current" else count, dates=_dates(request)
    )
    return [_entry(each) for each in found]


def _dates(request: Request) -> list[tuple[str, datetime]]:
    asked = {DATE.fullmatch(name): text for name, text in request.query_params.items()}
    try:
        return [
            (prefix[1] + ("e" if prefix[2] == "te" else "t"), epoch(text, 1000))
            for prefix, text in asked.items()
            if prefix is not None
        ]
    except Odd as error:
        raise Incorrect("The date cannot be read.", hint="Give milliseconds.") from error


def _entry(found: Mapping[str, Any]) -> dict[str, Any]:
    type = next(CODES[c["code"]] for c in found["code"]["coding"] if c.get("code") in CODES)
    at = datetime.fromisoformat(found["effectiveDateTime"]).astimezone(UTC)
    return {
        "_id": found["id"],
        "type": type,
        type: float(found["valueQuantity"]["value"]),
        "date": round(at.timestamp() * 1000),
        "dateString": to_iso(at),
        "device": "asklepion",
    }


@router.post("/devicestatus")
@router.post("/devicestatus.json")
async def status_of(request: Request, device: Whose, devices: Here) -> list[dict[str, Any]]:
    """How full the uploader's battery is; all else in it is left."""
    try:
        sent: Any = msgspec.json.decode(await request.body())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Incorrect("The status cannot be read.", hint="Send JSON.") from error
    statuses = cast(list[Any], sent if isinstance(sent, list) else [sent])
    for each in statuses[-1:]:
        told = each.get("uploader") if is_record(each) else None
        percent = told.get("battery") if is_record(told) else None
        if isinstance(percent, int | float) and 0 <= percent <= 100:
            await devices.pushes.note_battery(device, percent / 100)
    return []


@router.get("/status")
@router.get("/status.json")
async def status(device: Whose) -> dict[str, Any]:
    """That somebody is here who understands entries."""
    return {
        "status": "ok",
        "name": "asklepion",
        "version": "15.0.0",
        "apiEnabled": True,
        "careportalEnabled": False,
        "settings": {"units": "mg/dl", "enable": []},
    }


@router.get("/experiments/test")
async def test(device: Whose) -> dict[str, str]:
    """What uploaders ask to find out whether their secret is right."""
    return {"status": "ok"}
