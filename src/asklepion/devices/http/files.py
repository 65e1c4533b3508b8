"""Files of apps and trackers, by the patient for her own record."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from asklepion.identity import Caller
from asklepion.kit.errors import HouseError
from asklepion.kit.http import caller, room
from asklepion.kit.log import get_log
from asklepion.kit.uploads import Closing, receive
from asklepion.records import Asking, Records

from ..service import Devices, FileStep

log = get_log(__name__)

FILES_PATH = "/api/devices/files"

router = APIRouter()

Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Devices, Depends(room(Devices))]
Kept = Annotated[Records, Depends(room(Records))]
Zone = Annotated[str, Query(max_length=64, description="Of moments that name none.")]
Patient = Annotated[str, Query(max_length=64, description="Whose it is; by default one's own.")]
Keep = Annotated[bool, Query(description="False: only tell what it would bring.")]


@router.post("/files", response_model=None)
async def take_in(
    request: Request,
    who: Who,
    devices: Here,
    records: Kept,
    name: str = "file",
    zone: Zone = "",
    patient: Patient = "",
    keep: Keep = True,
) -> StreamingResponse:
    """Take in one file of an app or a tracker, or a zip of such. The body is the file as it is.

    Answers one JSON object a line, as things happen.
    """
    asking = Asking(caller=who, purpose="PATRQT", via="import")
    whose = f"Patient/{patient}" if patient else who.person or ""
    with ExitStack() as stack:
        stack.enter_context(records.bringing.admitted(asking))
        await records.bringing.require(asking, whose)
        path = await receive(request, records.uploads, records.limits.file)
        stack.callback(path.unlink, missing_ok=True)
        desk = devices.files
        go_through = desk.take_in if keep else desk.look_through
        steps = go_through(asking, whose, path, name=name[:200], zone=zone)
        return Closing(_lines(steps), stack.pop_all())


async def _lines(steps: AsyncIterator[FileStep]) -> AsyncIterator[bytes]:
    step = FileStep()
    try:
        async for step in steps:
            yield orjson.dumps(asdict(step)) + b"\n"
    except HouseError as error:
        yield _failed(step, error.message)
    except Exception as error:
        log.fault("file failed", error)
        yield _failed(step, "Something went wrong on our side.")


def _failed(step: FileStep, reason: str) -> bytes:
    return orjson.dumps(asdict(step) | {"kind": "failed", "reason": reason}) + b"\n"
