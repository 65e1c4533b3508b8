"""Spreadsheets of measurements, by the patient for her own record."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.log import get_log
from asklepion.kit.uploads import Closing

from ..engine.foreign.model import Unreadable
from ..engine.foreign.sheet import Mapping, read_mapping
from ..model import Asking
from ..service import ImportStep, Records
from ..service.sheets import known_measures
from .asking import Asks, Here

log = get_log(__name__)

router = APIRouter()


@router.get("/sheets/measures")
async def measures(asks: Asks) -> list[dict[str, Any]]:
    """What a column of a table may mean, and in which units."""
    asks.caller.require_known()
    return known_measures()


@router.post("/patients/{id}/sheets/preview")
async def preview(
    id: str, request: Request, asks: Asks, records: Here, mapping: str = "", zone: str = ""
) -> dict[str, Any]:
    """What a table would bring; nothing is kept. The body is the CSV file as it is."""
    try:
        chosen = _mapping(mapping) if mapping else None
        text = await request.body()
        found = await records.sheets.preview(asks, f"Patient/{id}", text, chosen, zone=zone)
    except Unreadable as error:
        raise _unread(error) from error
    return asdict(found)


@router.post("/patients/{id}/sheets", response_model=None)
async def take_in(
    id: str, request: Request, asks: Asks, records: Here, mapping: str, name: str = "table"
) -> StreamingResponse:
    """Keep what a table says. The body is the CSV file as it is.

    Answers one JSON object a line, as an import does; the last one's `reference` undoes it.
    """
    with ExitStack() as stack:
        stack.enter_context(records.admitted(asks))
        try:
            chosen = _mapping(mapping)
            text = await request.body()
            await records.sheets.preview(asks, f"Patient/{id}", text, chosen)
        except Unreadable as error:
            raise _unread(error) from error
        lines = _import(records, asks, f"Patient/{id}", text, chosen, name[:200])
        return Closing(lines, stack.pop_all())


async def _import(
    records: Records, asks: Asking, patient: str, text: bytes, mapping: Mapping, name: str
) -> AsyncIterator[bytes]:
    step = ImportStep(kind="failed")
    try:
        async for step in records.sheets.take_in(asks, patient, text, mapping, name=name):
            yield orjson.dumps(asdict(step)) + b"\n"
    except HouseError as error:
        yield _failed(step, error.message)
    except Exception as error:
        log.fault("import failed", error)
        yield _failed(step, "Something went wrong on our side.")


def _failed(step: ImportStep, reason: str) -> bytes:
    return orjson.dumps(asdict(step) | {"kind": "failed", "reason": reason}) + b"\n"


@router.delete("/patients/{id}/sheets/{batch}")
async def undo(id: str, batch: str, asks: Asks, records: Here) -> dict[str, int]:
    """Delete what one table brought."""
    return {"deleted": await records.sheets.undo(asks, f"Patient/{id}", batch)}


def _mapping(text: str) -> Mapping:
    try:
        return read_mapping(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise Incorrect(
            "The mapping is no JSON.", hint="Send what the preview answered."
        ) from error


def _unread(error: Unreadable) -> Incorrect:
    return Incorrect(f"The table cannot be taken: it {error}.", hint="Save it as CSV in UTF-8.")
