"""DICOMweb, and what the viewer asks for.

https://dicom.nema.org/medical/dicom/current/output/html/part18.html
"""

import asyncio
import mmap
import re
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from asklepion.kit.errors import HouseError, Incorrect, Unsupported
from asklepion.kit.http import root_of
from asklepion.kit.log import get_log
from asklepion.kit.uploads import Closing, receive

from ..model import Asking
from ..service import ImportStep, Records
from ..service.images import Outcome, as_search, some
from ..service.imaging.studies import Image
from .asking import ID, Asks, Here, NotAcceptable, WrongFormat, for_purpose

log = get_log(__name__)

STORE_PATH = "/dicom-web/studies"
UPLOAD_PATH = "/api/records/images"
JSON = "application/dicom+json"
DICOM = "application/dicom"
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
AT_ONCE = 20  # objects that are kept together
BYTES_AT_ONCE = 64 * 1024 * 1024
PARTS_MOST = 20_000
HEAD_MOST = 8 * 1024  # bytes of the headers of one part
SHOWN = 2048  # pixels along the longer side
FAILED = 0x0110  # processing failure. DICOM PS3.18, table 10.5.3-2
UNKNOWN = 0xC000  # cannot understand
BOUNDARY = re.compile(r'boundary="?([^";,]{1,70})"?', re.IGNORECASE)

dicomweb = APIRouter(prefix="/dicom-web", tags=["imaging"])
router = APIRouter()


# Kept


@dicomweb.post("/studies", response_model=None)
async def store(request: Request, asks: Asks, records: Here, patient: str = "") -> Response:
    """Keep DICOM objects (STOW-RS); by an operator or the patient.

    `patient` says whose they are, where their PatientID is no identifier of a patient here.
    """
    return await _store(request, asks, records, patient, "")


@dicomweb.post("/studies/{study}", response_model=None)
async def store_in(
    request: Request, study: str, asks: Asks, records: Here, patient: str = ""
) -> Response:
    """Keep DICOM objects of one study (STOW-RS)."""
    return await _store(request, asks, records, patient, study)


async def _store(
    request: Request, asks: Asking, records: Records, patient: str, study: str
) -> Response:
    kind = request.headers.get("content-type", "")
    found = BOUNDARY.search(kind)
    if not kind.lower().startswith("multipart/related") or DICOM not in kind or not found:
        hint = 'Send multipart/related; type="application/dicom"; boundary=…'
        raise WrongFormat("The body is in another format.", hint=hint)
    with records.admitted(asks), ExitStack() as stack:
        path = await receive(request, records.uploads, records.limits.file)
        stack.callback(path.unlink, missing_ok=True)
        pieces = _parts(path, found[1].encode(), records.images.largest)
        outcomes = [
            each
            async for done in _keep(asks, records, pieces, _patient(patient), study)
            for each in done
        ]
    return _stored(request, outcomes)


def _patient(text: str) -> str:
    if not text:
        return ""
    if not ID.fullmatch(text.removeprefix("Patient/")):
        raise Incorrect("The patient is no id.", hint="Send the id of a Patient.")
    return f"Patient/{text.removeprefix('Patient/')}"


async def _keep(
    asks: Asking,
    records: Records,
    pieces: Iterator[tuple[str, bytes | str]],
    patient: str,
    study: str = "",
) -> AsyncIterator[list[Outcome]]:
    """Keep pieces, some together; a piece that is a text is refused for that reason."""
    from ..service.written import State

    waiting: list[tuple[str, bytes]] = []
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        name, raw = piece
        if isinstance(raw, str):
            yield [Outcome(name=name, state=State.REFUSED, reason=raw)]
            continue
        waiting.append((name, raw))
        if len(waiting) >= AT_ONCE or sum(len(r) for _, r in waiting) >= BYTES_AT_ONCE:
            yield await records.images.keep(asks, waiting, patient, study=study)
            waiting = []
    if waiting:
        yield await records.images.keep(asks, waiting, patient, study=study)


def _parts(path: Path, boundary: bytes, largest: int) -> Iterator[tuple[str, bytes | str]]:
    """The parts of a multipart body, one after the other. RFC 2387, RFC 2046."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            line = b"--" + boundary
            at = whole.find(line)
            for number in range(1, PARTS_MOST + 2):
                start = at + len(line)
                if at < 0 or whole[start : start + 2] == b"--":
                    return
                end = whole.find(b"\r\n" + line, start)
                if end < 0 or number > PARTS_MOST:
                    yield f"part {number}", "the body ends in the midst of it"
                    return
                head = whole.find(b"\r\n\r\n", start, min(end, start + HEAD_MOST))
                if head < 0:
                    yield f"part {number}", "it has no end of its headers"
                elif end - head - 4 > largest:
                    yield f"part {number}", "it is larger than one object may be"
                else:
                    yield f"part {number}", whole[head + 4 : end]
                at = end + 2


def _stored(request: Request, outcomes: Sequence[Outcome]) -> Response:
    """What became of each. DICOM PS3.18, 10.5.3."""
    base = f"{_base(request)}/studies"
    kept = [each for each in outcomes if each.state != "refused"]
    refused = [each for each in outcomes if each.state == "refused"]
    told: dict[str, Any] = {}
    if kept:
        told["00081199"] = {
            "vr": "SQ",
            "Value": [
                _sop(each)
                | {
                    "00081190": {
                        "vr": "UR",
                        "Value": [
                            f"{base}/{each.study}/series/{each.series}/instances/{each.instance}"
                        ],
                    }
                }
                for each in kept
            ],
        }
    if refused:
        told["00081198"] = {
            "vr": "SQ",
            "Value": [
                _sop(each)
                | {
                    "00081197": {"vr": "US", "Value": [FAILED if each.instance else UNKNOWN]},
                    # Why, in words: ErrorComment
                    "00000902": {"vr": "LO", "Value": [f"{each.name}: {each.reason}"]},
                }
                for each in refused
            ],
        }
    status = 200 if not refused else 202 if kept else 409
    return Response(orjson.dumps(told), status, media_type=JSON)


def _sop(outcome: Outcome) -> dict[str, Any]:
    pairs = {"00081150": outcome.sop_class, "00081155": outcome.instance}
    return {tag: {"vr": "UI", "Value": [uid]} for tag, uid in pairs.items() if uid}


@router.post("/images", response_model=None)
async def take_in(
    request: Request, asks: Asks, records: Here, name: str = "upload", patient: str = ""
) -> StreamingResponse:
    """Keep one DICOM file, or a zip of them; answers one JSON object a line, as an import does."""
    whose = _patient(patient)
    with ExitStack() as stack:
        stack.enter_context(records.admitted(asks))
        path = await receive(request, records.uploads, records.limits.file)
        stack.callback(path.unlink, missing_ok=True)
        return Closing(_lines(asks, records, path, name[:200], whose), stack.pop_all())


async def _lines(
    asks: Asking, records: Records, path: Path, name: str, patient: str
) -> AsyncIterator[bytes]:
    size = (await asyncio.to_thread(path.stat)).st_size
    step = ImportStep(kind="progress", bytes_total=size)
    try:
        pieces = _files(path, name, records)
        async for outcomes in _keep(asks, records, pieces, patient):
            for each in outcomes:
                step = _counted(step, each)
                if each.state == "refused":
                    yield _line(step, kind="refused", file=each.name, reason=each.reason)
            yield _line(step, kind="progress")
        by_type = {"ImagingStudy": 1} if step.accepted else {}
        yield _line(step, kind="done", by_type=by_type, bytes_done=size)
    except HouseError as error:
        yield _line(step, kind="failed", reason=error.message)
    except Exception as error:
        log.fault("images not kept", error)
        yield _line(step, kind="failed", reason="Something went wrong on our side.")


def _counted(step: ImportStep, outcome: Outcome) -> ImportStep:
    from dataclasses import replace

    is_refused, is_new = outcome.state == "refused", outcome.state == "new"
    return replace(
        step,
        file=outcome.name,
        entries=step.entries + 1,
        accepted=step.accepted + (not is_refused),
        new=step.new + is_new,
        unchanged=step.unchanged + (not is_refused and not is_new),
        refused=step.refused + is_refused,
    )


def _line(step: ImportStep, **changes: Any) -> bytes:
    return orjson.dumps(asdict(step) | changes) + b"\n"


def _files(path: Path, name: str, records: Records) -> Iterator[tuple[str, bytes | str]]:
    """A file as it is, or the files of a zip; what is no DICOM in it is named."""
    largest, limits = records.images.largest, records.limits
    if not zipfile.is_zipfile(path):
        is_small = path.stat().st_size <= largest
        yield name, path.read_bytes() if is_small else "it is larger than one object may be"
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            whole = sum(each.file_size for each in members)
            if len(members) > PARTS_MOST or whole > limits.unpacked:
                yield name, "it holds more than one may bring at once"
                return
            for member in members:
                inside = member.filename.rpartition("/")[2]
                if inside.startswith(".") or inside == "DICOMDIR":
                    continue
                yield _member(archive, member, largest, limits.ratio)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        yield name, "it is no zip that can be read"


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, largest: int, ratio: int
) -> tuple[str, bytes | str]:
    is_bomb = member.file_size > ratio * max(member.compress_size, 4096) * 4
    if member.file_size > largest or is_bomb:
        return member.filename[-200:], "it is larger than one object may be"
    with archive.open(member) as file:
        return member.filename[-200:], file.read(largest)


# Found (QIDO-RS)


def _base(request: Request) -> str:
    return f"{root_of(request)}/dicom-web"


def _told(found: Any) -> Response:
    return Response(orjson.dumps(found), media_type=JSON)


Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=900)]
OURS = ("limit", "offset", "includefield", "fuzzymatching", "visit")


@dicomweb.get("/studies", response_model=None)
async def studies(
    request: Request, asks: Asks, records: Here, limit: Limit = 50, offset: Offset = 0
) -> Response:
    """Find studies (QIDO-RS), by the attributes that are told when one asks by another."""
    params = [(k, v) for k, v in request.query_params.multi_items() if k not in OURS]
    found = await records.images.find(
        asks, as_search(params), _base(request), skip=offset, most=limit
    )
    return _told(found)


@dicomweb.get("/studies/{study}/series", response_model=None)
async def series(request: Request, study: str, asks: Asks, records: Here) -> Response:
    """List the series of a study (QIDO-RS)."""
    held = await records.images.study_by_uid(asks, study)
    return _told(records.images.series(held, _base(request)))


@dicomweb.get("/studies/{study}/instances", response_model=None)
async def instances(request: Request, study: str, asks: Asks, records: Here) -> Response:
    """List the objects of a study (QIDO-RS)."""
    held = await records.images.study_by_uid(asks, study)
    return _told(records.images.instances(held.images, _base(request)))


@dicomweb.get("/studies/{study}/series/{series}/instances", response_model=None)
async def instances_of(
    request: Request, study: str, series: str, asks: Asks, records: Here
) -> Response:
    """List the objects of a series (QIDO-RS)."""
    held = await records.images.study_by_uid(asks, study)
    return _told(records.images.instances(some(held, series), _base(request)))


# Retrieved (WADO-RS)

INSTANCE = "/studies/{study}/series/{series}/instances/{instance}"


@dicomweb.get("/studies/{study}/metadata", response_model=None)
@dicomweb.get("/studies/{study}/series/{series}/metadata", response_model=None)
@dicomweb.get(f"{INSTANCE}/metadata", response_model=None)
async def metadata(
    study: str, asks: Asks, records: Here, series: str = "", instance: str = ""
) -> Response:
    """Say what objects say of themselves (WADO-RS): no pixels, no private elements."""
    held = await records.images.study_by_uid(asks, study)
    return _told(records.images.metadata(held, some(held, series, instance)))


@dicomweb.get("/studies/{study}", response_model=None)
@dicomweb.get("/studies/{study}/series/{series}", response_model=None)
@dicomweb.get(INSTANCE, response_model=None)
async def retrieve(
    request: Request, study: str, asks: Asks, records: Here, series: str = "", instance: str = ""
) -> Response:
    """Give objects as files (WADO-RS); without who they are of to whom that is not open."""
    accepted = request.headers.get("accept", "*/*").lower()
    if not any(kind in accepted for kind in ("multipart/related", DICOM, "*/*")):
        hint = 'Accept multipart/related; type="application/dicom".'
        raise NotAcceptable("Objects are given as DICOM files.", hint=hint)
    held = await records.images.study_by_uid(asks, study)
    pieces = records.images.files(held, some(held, series, instance))
    if instance and "multipart/related" not in accepted and DICOM in accepted:
        return Response(await anext(pieces), media_type=DICOM)
    first = await anext(pieces)  # whatever speaks against it is said before the answer begins
    boundary = f"asklepion-{records.images.new_name()}"
    kind = f'multipart/related; type="{DICOM}"; boundary={boundary}'
    return StreamingResponse(_multipart(boundary, first, pieces), media_type=kind)


async def _multipart(
    boundary: str, first: bytes, pieces: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    head = f"--{boundary}\r\nContent-Type: {DICOM}\r\n\r\n".encode()
    yield head + first
    async for piece in pieces:
        yield b"\r\n" + head + piece
    yield f"\r\n--{boundary}--\r\n".encode()


@dicomweb.get(f"{INSTANCE}/rendered", response_model=None)
@dicomweb.get(f"{INSTANCE}/frames/{{frame}}/rendered", response_model=None)
async def rendered(
    request: Request,
    study: str,
    series: str,
    instance: str,
    asks: Asks,
    records: Here,
    frame: int = 1,
    window: str = "",
) -> Response:
    """Draw one frame as PNG or JPEG (WADO-RS); `window` is centre,width[,linear]."""
    held = await records.images.study_by_uid(asks, study)
    (image,) = some(held, series, instance)
    seen = _window(window)
    kind = _picture(request)
    drawn = await records.images.draw(image, frame, SHOWN)
    return Response(await records.images.picture(drawn, seen, PICTURES[kind]), media_type=kind)


def _window(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    found = re.fullmatch(r"(-?\d{1,7}(?:\.\d{1,6})?),(\d{1,7}(?:\.\d{1,6})?)(?:,linear)?", text)
    if not found or float(found[2]) < 1:
        raise Incorrect("The window cannot be read.", hint="Send centre,width such as 40,400.")
    return float(found[1]), float(found[2])


def _picture(request: Request) -> str:
    accepted = request.headers.get("accept", "*/*").lower()
    for kind in PICTURES:
        if kind in accepted:
            return kind
    if "*/*" in accepted or "image/*" in accepted:
        return "image/jpeg"
    raise NotAcceptable("Pictures are PNG or JPEG.", hint="Accept image/png or image/jpeg.")


@dicomweb.get("/studies/{study}/thumbnail", response_model=None)
@dicomweb.get("/studies/{study}/series/{series}/thumbnail", response_model=None)
@dicomweb.get(f"{INSTANCE}/thumbnail", response_model=None)
async def thumbnail(
    study: str, asks: Asks, records: Here, series: str = "", instance: str = ""
) -> Response:
    """Draw a small picture of a study, a series or an object (WADO-RS)."""
    held = await records.images.study_by_uid(asks, study)
    drawn = [image for image in some(held, series, instance) if image.row.frames]
    if not drawn:
        raise Unsupported("There is no picture in it.", hint="Retrieve the object itself.")
    return await _thumbnail(records, drawn[len(drawn) // 2])


async def _thumbnail(records: Records, image: Image) -> Response:
    body = await records.images.thumbnail(image)
    return Response(body, media_type="image/jpeg")


# For the viewer, whose pictures send no headers: the purpose stands in the address.


def viewing(
    asks: Asks,
    purpose: Annotated[
        str | None, Query(max_length=64, description="In the place of X-Purpose-Of-Use.")
    ] = None,
) -> Asking:
    """Who looks at pictures, and why."""
    return for_purpose(asks, purpose)


Views = Annotated[Asking, Depends(viewing)]


@router.get("/patients/{id}/images")
async def of_patient(id: str, asks: Views, records: Here) -> list[dict[str, Any]]:
    """A patient's imaging studies that the caller may see, newest first."""
    return await records.images.of_patient(asks, f"Patient/{id}")


@router.get("/images/{study}")
async def shown(study: str, asks: Views, records: Here) -> dict[str, Any]:
    """One study for the viewer, by the id of its ImagingStudy: series, and slices in order."""
    return await records.images.shown(asks, study)


@router.get("/images/{study}/{image}/thumbnail", response_model=None)
async def shown_small(study: str, image: str, asks: Views, records: Here) -> Response:
    """A small picture of one object of a study."""
    return await _thumbnail(records, await records.images.one(asks, study, image))


@router.get("/images/{study}/{image}/frames/{frame}", response_model=None)
async def shown_frame(
    study: str,
    image: str,
    frame: int,
    asks: Views,
    records: Here,
    most: Annotated[int, Query(ge=64, le=SHOWN)] = 1024,
) -> Response:
    """One frame for the viewer: greys as 16-bit numbers (little-endian), colours as PNG.

    The header `x-frame` says, as JSON, how many rows and columns, and how the numbers are meant.
    """
    held = await records.images.one(asks, study, image)
    drawn = await records.images.draw(held, frame, most)
    rows, columns = drawn.shape
    told = {
        "rows": rows,
        "columns": columns,
        "slope": drawn.slope,
        "intercept": drawn.intercept,
        "centre": drawn.window[0],
        "width": drawn.window[1],
        "inverted": drawn.is_inverted,
        "step": drawn.step,
    }
    headers = {"x-frame": orjson.dumps(told).decode()}
    if drawn.values is None:
        body = await records.images.picture(drawn, None, "PNG")
        return Response(body, media_type="image/png", headers=headers)
    body = drawn.values.astype("<i2").tobytes()
    return Response(body, media_type="application/octet-stream", headers=headers)
