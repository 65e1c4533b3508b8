"""What is not FHIR: import, who looked, what is allowed, what is new."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from asklepion.identity import Identity
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.http import end_of, event_stream, room
from asklepion.kit.log import get_log
from asklepion.kit.uploads import Closing, receive
from asklepion.ledger import draw_code, pack_receipt

from ..model import Asking, Category, Permit
from ..service import ImportStep, Records
from ..service.books import CATEGORY_OF, code_of
from .asking import Asks, Here, for_purpose
from .auditing import told

log = get_log(__name__)

IMPORT_PATH = "/api/records/import"

router = APIRouter(prefix="/api/records", tags=["records"])

Since = Annotated[
    int | None, Query(ge=1, lt=2**62, description="Entries in the log of a receipt held already.")
]
Members = Annotated[Identity, Depends(room(Identity))]


@router.post("/import", response_model=None)
async def take_in(
    request: Request, asks: Asks, records: Here, members: Members, name: str = "upload"
) -> StreamingResponse:
    """Take in one file: NDJSON, a bundle, a resource, C-CDA, HL7 v2, or a zip of them.

    The body is the file as it is. Answers one JSON object a line, as things happen.
    """
    with ExitStack() as stack:
        stack.enter_context(records.admitted(asks))
        path = await receive(request, records.uploads, records.limits.file)
        stack.callback(path.unlink, missing_ok=True)
        lines = _import(records, members, asks, path, name[:200])
        return Closing(lines, stack.pop_all())


async def _import(
    records: Records, members: Identity, asks: Asking, path: Path, name: str
) -> AsyncIterator[bytes]:
    step = ImportStep(kind="failed")
    try:
        async for step in records.take_in(asks, path, name=name):
            if step.kind == "claimed":
                await members.link_person(asks.caller, asks.caller.account, step.patient)
            yield _line(step)
    except HouseError as error:
        yield _line(step, kind="failed", reason=error.message)
    except Exception as error:
        log.fault("import failed", error)
        yield _line(step, kind="failed", reason="Something went wrong on our side.")


def _line(step: ImportStep, **changes: str) -> bytes:
    return orjson.dumps(asdict(step) | changes) + b"\n"


@router.get("/patients/{id}/accesses")
async def accesses(
    id: str,
    asks: Asks,
    records: Here,
    before: Annotated[int | None, Query(description="Only entries with a smaller number.")] = None,
    count: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[dict[str, Any]]:
    """Who looked at this record, newest first; for her and who decides in her place."""
    found = await records.accesses(asks, f"Patient/{id}", before=before, count=count)
    return [told(entry) for entry in found]


@router.get("/patients/{id}/accesses/{access}/receipt")
async def receipt(
    id: str, access: str, asks: Asks, records: Here, since: Since = None
) -> dict[str, Any]:
    """The proof that one entry stands in the ledger; checked offline by `asklepion verify`."""
    return await records.receipt(asks, access, since=since)


@router.get("/patients/{id}/accesses/{access}/receipt/codes")
async def receipt_codes(
    id: str, access: str, asks: Asks, records: Here, since: Since = None
) -> list[dict[str, str]]:
    """The same as QR codes, usually one: their texts, and pictures as SVG."""
    made = pack_receipt(await records.receipt(asks, access, since=since))
    return [{"text": text, "svg": draw_code(text)} for text in made]


@router.get("/accesses/{access}/receipt")
async def receipt_of(access: str, asks: Asks, records: Here) -> dict[str, Any]:
    """The same, without the patient's id."""
    return await records.receipt(asks, access)


@router.get("/patients/{id}/permit", response_model=None)
async def permit(id: str, asks: Asks, records: Here) -> Response:
    """What the caller may see of this patient now; `null` if nothing."""
    found = await records.permits(asks, f"Patient/{id}")
    body = orjson.dumps(_permit(found) if found else None)
    return Response(body, media_type="application/json")


@router.get("/patients/{id}/consents")
async def consents(id: str, asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Everything the patient allows to anybody at present; for her and who decides in her place."""
    return [_permit(found) for found in await records.given(asks, f"Patient/{id}")]


class Grant(BaseModel):
    """What is allowed, to whom, until when."""

    actor: str
    categories: list[str]
    until: datetime
    visit: str | None = None
    purpose: str = "TREAT"


@router.post("/patients/{id}/consents", status_code=201)
async def grant(id: str, asks: Asks, records: Here, request: Request) -> dict[str, str]:
    """Allow a practitioner some categories until a moment; by her or who decides in her place.

    The body is `{"actor", "categories", "until", "visit", "purpose"}`.
    """
    try:
        body = Grant.model_validate_json(await request.body())
        wanted = [CATEGORY_OF[code] for code in body.categories]
    except (ValueError, KeyError) as error:
        known = ", ".join(CATEGORY_OF)
        raise Incorrect("The grant cannot be read.", hint=f"Categories: {known}.") from error
    consent = await records.grant(
        asks,
        patient=f"Patient/{id}",
        actor=body.actor,
        categories=wanted,
        until=end_of(body.until),
        visit=body.visit,
        purpose=body.purpose,
    )
    return {"consent": consent}


@router.delete("/consents/{id}", status_code=204, response_model=None)
async def revoke(id: str, asks: Asks, records: Here) -> Response:
    """Take a consent back; it is over when this answers."""
    await records.revoke(asks, id)
    return Response(status_code=204)


def _permit(found: Permit) -> dict[str, Any]:
    return {
        "consent": found.consent or None,
        "patient": found.patient,
        "actor": found.actor,
        "categories": [code_of(category) for category in sorted(found.categories)],
        "partial": [code_of(category) for category in sorted(found.partial)],
        "until": to_iso(found.until),
        "visit": found.visit,
        "purpose": found.purpose,
    }


@router.get("/categories")
async def categories(asks: Asks) -> list[str]:
    """What consent is given by."""
    return [code_of(category) for category in Category]


@router.get("/patients/{id}/live", response_model=None)
async def live(
    id: str,
    asks: Asks,
    records: Here,
    purpose: Annotated[
        str | None, Query(max_length=64, description="In the place of X-Purpose-Of-Use.")
    ] = None,
) -> StreamingResponse:
    """What is new in one record, as it happens; ends the moment the permit does."""
    asks = replace(for_purpose(asks, purpose), via="live")  # a browser's stream sends no headers
    items = records.watch(asks, f"Patient/{id}")
    first = await anext(items)  # whatever speaks against it is said before the answer begins
    return event_stream(_from(first, items))


@router.get("/notices", response_model=None)
async def notices(asks: Asks, records: Here) -> StreamingResponse:
    """What the caller is to know at once, of herself and of whom she decides for."""
    items = records.notices.watch(asks)
    first = await anext(items)  # whatever speaks against it is said before the answer begins
    return event_stream(_from(first, items))


async def _from(
    first: dict[str, Any], items: AsyncGenerator[dict[str, Any]]
) -> AsyncIterator[dict[str, Any]]:
    try:
        yield first
        async for item in items:
            yield item
    finally:
        await items.aclose()
