"""Translation only: places that people make, their versions, models and parcels."""

import re
from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel

from asklepion.identity import Caller, Role
from asklepion.kit.clock import from_us, to_iso
from asklepion.kit.errors import Incorrect
from asklepion.kit.http import caller, known, room
from asklepion.kit.uploads import TooLong

from ..engine.parcel import MOST_PARCEL
from ..engine.shown import GLB, MOST_MODEL
from ..model import KINDS, MOST_FILE, schema
from ..service.making import MAKERS, Begun, Draft, Making
from ..store.places import AssetRow

router = APIRouter(prefix="/api/world", tags=["world"], dependencies=[Depends(known)])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Making, Depends(room(Making))]
IfMatch = Annotated[str, Header()]
ETAG = re.compile(r'^(?:W/)?"?(\d{1,15})"?$')


class BeginBody(BaseModel):
    """What to begin with."""

    name: str
    about: str = ""
    copy_of: str = ""


class EditorsBody(BaseModel):
    """Who may edit a place besides its maker."""

    roles: list[Role]


class PublishBody(BaseModel):
    """What is new, in words."""

    note: str = ""


@router.get("/making")
async def list_making(who: Who, making: Here) -> dict[str, Any]:
    """The places that the caller may edit, and what may stand in one."""
    found = await making.list(who)
    places = [asdict(one) | {"changed_at": to_iso(from_us(one.changed_at))} for one in found]
    return {"places": places, "kinds": KINDS, "makers": MAKERS, "most_bytes": MOST_FILE}


@router.get("/making/schema")
async def read_schema() -> Response:
    """The JSON Schema of a place file."""
    return Response(schema(), media_type="application/schema+json")


@router.post("/making", status_code=201)
async def begin(body: BeginBody, who: Who, making: Here) -> dict[str, str]:
    """Begin a place: an empty room, or a copy of a place that one may know of."""
    return {"id": await making.begin(who, Begun(**body.model_dump()))}


@router.post("/making/import", status_code=201)
async def bring_in(request: Request, who: Who, making: Here) -> dict[str, str]:
    """Begin a place as an exported file has it."""
    return {"id": await making.unpack(who, await _body(request, MOST_PARCEL))}


@router.get("/making/{id}")
async def read_draft(id: str, who: Who, making: Here) -> Response:
    """A draft, its revision (also as ETag) and what is wrong with it."""
    return _draft(await making.read(who, id))


@router.put("/making/{id}")
async def save_draft(
    id: str, request: Request, who: Who, making: Here, if_match: IfMatch = ""
) -> Response:
    """Keep a draft; If-Match names the revision that was changed."""
    body = await _body(request, MOST_FILE)
    return _draft(await making.save(who, id, body, revision=_revision(if_match)))


@router.put("/making/{id}/editors", status_code=204)
async def let_edit(id: str, body: EditorsBody, who: Who, making: Here) -> None:
    """Say which roles may edit it besides its maker and operators."""
    await making.let_edit(who, id, body.roles)


@router.post("/making/{id}/publish", status_code=201)
async def publish(
    id: str, body: PublishBody, who: Who, making: Here, if_match: IfMatch = ""
) -> dict[str, int]:
    """Show visitors the draft from now on."""
    revision = _revision(if_match)
    return {"version": await making.publish(who, id, revision=revision, note=body.note)}


@router.get("/making/{id}/versions")
async def list_versions(id: str, who: Who, making: Here) -> list[dict[str, Any]]:
    """Every version that was shown: who, when, what changed."""
    return [
        asdict(one)
        | {"made_at": to_iso(from_us(one.made_at)), "changes": msgspec.json.decode(one.changes)}
        for one in await making.versions(who, id)
    ]


@router.post("/making/{id}/versions/{number}/restore")
async def bring_back(
    id: str, number: int, who: Who, making: Here, if_match: IfMatch = ""
) -> Response:
    """Let the draft be as that version was."""
    found = await making.bring_back(who, id, number, revision=_revision(if_match))
    return _draft(found)


@router.delete("/making/{id}", status_code=204)
async def archive(id: str, who: Who, making: Here) -> None:
    """Put a place away; it can be taken out again."""
    await making.archive(who, id)


@router.post("/making/{id}/restore", status_code=204)
async def take_out(id: str, who: Who, making: Here) -> None:
    """Take a place out again that was put away."""
    await making.archive(who, id, is_archived=False)


@router.get("/making/{id}/models")
async def list_models(id: str, who: Who, making: Here) -> list[dict[str, Any]]:
    """The models that came with it."""
    return [_model(asset) for asset in await making.models(who, id)]


@router.post("/making/{id}/models", status_code=201)
async def bring_model(
    id: str, request: Request, who: Who, making: Here, name: str = ""
) -> dict[str, Any]:
    """Bring a model (GLB) for it to show."""
    body = await _body(request, MOST_MODEL)
    return _model(await making.bring_model(who, id, name, body))


@router.get("/making/{id}/export")
async def pack(id: str, who: Who, making: Here) -> Response:
    """The draft with its models, in one ZIP file."""
    body = await making.pack(who, id)
    disposition = {"content-disposition": f'attachment; filename="{id}.zip"'}
    return Response(body, media_type="application/zip", headers=disposition)


@router.get("/places/{place}/models/{hash}")
async def read_model(place: str, hash: str, who: Who, making: Here) -> Response:
    """A model that stands in a place."""
    body = await making.read_model(who, place, hash)
    headers = {"cache-control": "private, max-age=86400"}
    return Response(body, media_type=GLB, headers=headers)


async def _body(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    too_long = TooLong(f"The file is larger than {most} bytes.", hint="Make it smaller.")
    if length.isdigit() and int(length) > most:
        raise too_long
    body = await request.body()
    if len(body) > most:
        raise too_long
    return body


def _revision(if_match: str) -> int:
    found = ETAG.match(if_match.strip())
    if not found:
        raise Incorrect(
            "If-Match is missing: it names the revision that you changed.",
            hint="Send the ETag of the draft.",
        )
    return int(found[1])


def _draft(draft: Draft) -> Response:
    told = {
        "place": draft.place,
        "revision": draft.revision,
        "shown": draft.shown,
        "editors": draft.editors,
        "flaws": draft.flaws,
        "is_mine": draft.is_mine,
    }
    headers = {"etag": f'"{draft.revision}"'}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _model(asset: AssetRow) -> dict[str, Any]:
    return {
        "file": asset.hash,
        "name": asset.name,
        "size": asset.size,
        "triangles": asset.triangles,
    }
