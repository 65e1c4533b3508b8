"""Bulk jobs over HTTP: begun, asked after, fetched, ended.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html
"""

import asyncio
import re
from pathlib import Path
from typing import Any, cast

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from asklepion.identity import Role
from asklepion.kit.errors import Incorrect, NotFound, Unsupported
from asklepion.kit.http import root_of
from asklepion.kit.uploads import receive

from ..model import Asking
from ..service import Records
from ..service.bulk import File, Progress
from ..store.bulk import DONE, FAILED
from .asking import FHIR, Asks, Here, http_date, prefers, resource_in, texts_in

JOBS = "/api/records/bulk"
NDJSON = "application/fhir+ndjson"
KINDS = {
    NDJSON: ".ndjson",
    "application/ndjson": ".ndjson",
    "application/x-ndjson": ".ndjson",
    "application/zip": ".zip",
    "application/fhir+json": ".json",
    "application/json": ".json",
}
RETRY_S = 2  # after which it is worth asking again
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

router = APIRouter(prefix="/bulk")


class NoSuchRange(Incorrect):
    """The file is shorter than what is asked for."""

    status = 416


# Begun


async def export_all(request: Request, asks: Asks, records: Here) -> Response:
    """Export everything the caller may see, as a job. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""
    return await _begin(request, asks, records, "system")


async def export_patients(request: Request, asks: Asks, records: Here) -> Response:
    """Export what is about the patients whom the caller may see, as a job."""
    return await _begin(request, asks, records, "patient")


async def export_group(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Export what is about the members of a group, as a job."""
    return await _begin(request, asks, records, "group", id)


async def export_patient(request: Request, id: str, asks: Asks, records: Here) -> Response:
    """Export what is about one patient, as a job."""
    return await _begin(request, asks, records, "one", id)


async def _begin(
    request: Request, asks: Asking, records: Records, level: str, of: str = ""
) -> Response:
    _require_async(request)
    params = [(k, v) for k, v in request.query_params.multi_items() if k != "visit"]
    if request.method == "POST" and await request.body():
        params += texts_in(await resource_in(request, records))
    job, left_out = await records.bulk.exports.begin(
        asks,
        level,
        params,
        request=str(request.url),
        group=of,
        is_lenient=prefers(request, "handling=lenient"),
    )
    told = f"Left out: {', '.join(left_out)}." if left_out else "The export has begun."
    return _accepted(request, job.id, told, is_warning=bool(left_out))


def _require_async(request: Request) -> None:
    if not prefers(request, "respond-async"):
        raise Incorrect("This takes a while.", hint="Send Prefer: respond-async.")


def _accepted(request: Request, job: str, told: str, *, is_warning: bool = False) -> Response:
    issue = {
        "severity": "warning" if is_warning else "information",
        "code": "not-supported" if is_warning else "informational",
        "diagnostics": told,
    }
    body = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    headers = {"content-location": f"{_where(request)}/{job}"}
    return Response(body, 202, headers, media_type=FHIR)


def _where(request: Request) -> str:
    return root_of(request) + JOBS


async def take_in(request: Request, asks: Asks, records: Here) -> Response:
    """Take in a file of NDJSON, JSON or zip, as a job; by an operator.

    The body is the file itself. A file at an address that the request names is never fetched.
    """
    asks.caller.require(Role.OPERATOR)
    _require_async(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = KINDS.get(kind)
    if suffix is None:
        raise Unsupported(
            "The file is of another kind.", hint=f"Send the file itself, as {', '.join(KINDS)}."
        )
    imports = records.bulk.imports
    path = await receive(request, imports.folder, records.limits.file)
    try:
        if suffix == ".json" and await asyncio.to_thread(_names_addresses, path):
            raise Unsupported(
                "Files are not fetched from addresses.", hint="Send the NDJSON itself as the body."
            )
        named = path.with_suffix(suffix)
        await asyncio.to_thread(path.rename, named)
        path = named
        job = await imports.begin(asks, path, request=str(request.url))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _accepted(request, job.id, "The import has begun.")


def _names_addresses(path: Path) -> bool:
    """Whether it is the Parameters of an $import by addresses, which are small."""
    if path.stat().st_size > 1024 * 1024:
        return False
    try:
        held = orjson.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(held, dict) and cast(Any, held).get("resourceType") == "Parameters"


# Asked after


@router.get("/{id}", response_model=None)
async def status(id: str, request: Request, asks: Asks, records: Here) -> Response:
    """How far a job is (202 with X-Progress), or what it made; for whoever began it."""
    progress = await records.bulk.exports.progress(asks, id)
    job, where = progress.job, f"{_where(request)}/{id}"
    if job.state == FAILED:
        return _failed(progress)
    if job.state != DONE:
        headers = {"x-progress": _words(progress), "retry-after": str(RETRY_S)}
        return Response(status_code=202, headers=headers)
    if job.kind == "export":
        told = await records.bulk.exports.manifest(asks, id, where)
    else:
        told = await records.bulk.imports.report(asks, id, where)
    headers = {"expires": http_date(job.expires_at)}
    return Response(orjson.dumps(told), headers=headers, media_type="application/json")


def _words(progress: Progress) -> str:
    if not progress.steps:
        return f"{progress.lines} entries"
    return f"{progress.lines} resources, step {progress.step} of {progress.steps}"


def _failed(progress: Progress) -> Response:
    why = orjson.loads(progress.job.counts).get("why", "")
    issue = {"severity": "error", "code": "processing", "diagnostics": f"The job failed: {why}"}
    body = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    return Response(body, 500, media_type=FHIR)


@router.delete("/{id}", status_code=202, response_model=None)
async def cancel(id: str, asks: Asks, records: Here) -> Response:
    """End a job and take away what it made; what an import took in stays."""
    await records.bulk.cancel(asks, id)
    return Response(status_code=202)


# Fetched


@router.get("/{id}/{type}/{part}", response_model=None)
async def fetch(
    id: str, type: str, part: str, request: Request, asks: Asks, records: Here
) -> Response:
    """One file of a job, as NDJSON; a Range goes on with a fetch that broke off."""
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 6 else -1
    if number < 0:
        raise NotFound("There is no such file.", hint="Take its address from the manifest.")
    if type == "refused":
        text = await records.bulk.imports.refusals(asks, id)
        return Response(text, media_type=NDJSON)
    file = await records.bulk.exports.file(asks, id, type, number)
    headers = {
        "etag": file.etag,
        "accept-ranges": "bytes",
        "expires": http_date(file.expires_at),
        "cache-control": "no-store",
    }
    start, end = _range(request, file)
    is_part = (start, end) != (0, file.size)
    headers["content-length"] = str(end - start)
    if is_part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{file.size}"
    blocks = records.bulk.exports.send(file, start, end)
    return StreamingResponse(blocks, 206 if is_part else 200, headers, media_type=NDJSON)


def _range(request: Request, file: File) -> tuple[int, int]:
    """First byte that is asked for, and the first that is not; of another file, all of it.

    Source: RFC 9110, section 14.
    """
    found = RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    condition = request.headers.get("if-range")
    if found is None or not (found[1] or found[2]) or condition not in (None, file.etag):
        return 0, file.size
    if found[1]:
        start = int(found[1])
        end = min(int(found[2]) + 1, file.size) if found[2] else file.size
    else:  # the last so many bytes
        start, end = max(0, file.size - int(found[2])), file.size
    if not 0 <= start < end:
        raise NoSuchRange("There is no such range in the file.", hint=f"It has {file.size} bytes.")
    return start, end
