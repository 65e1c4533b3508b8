"""Translation only: avatars that people bring."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso
from asklepion.kit.http import caller, known, room
from asklepion.kit.uploads import TooLong

from ..engine.vrm import MOST_AVATAR
from ..service import Avatar, Avatars

router = APIRouter(prefix="/api/world/avatars", tags=["world"], dependencies=[Depends(known)])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[Avatars, Depends(room(Avatars))]
TYPE = "model/gltf-binary"


@router.get("")
async def list_avatars(who: Who, avatars: Here) -> list[dict[str, Any]]:
    """The caller's own avatars, with their authors and licences."""
    return [_told(avatar) for avatar in await avatars.list(who)]


@router.post("", status_code=201)
async def bring_avatar(
    request: Request, who: Who, avatars: Here, permitted: bool = False
) -> dict[str, Any]:
    """Bring an avatar: one VRM 1.0 file.

    Args:
        permitted: the caller made it, or its author lets them wear it.
    """
    too_long = TooLong(
        f"The avatar is larger than {MOST_AVATAR >> 20} MiB.",
        hint="Choose smaller textures, or fewer polygons, where you export it.",
    )
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_AVATAR:
        raise too_long
    body = await request.body()
    if len(body) > MOST_AVATAR:
        raise too_long
    return _told(await avatars.bring(who, body, is_permitted=permitted))


@router.delete("/worn", status_code=204)
async def take_off(who: Who, avatars: Here) -> None:
    """Be seen in one's ordinary look again."""
    await avatars.take_off(who)


@router.put("/{id}/worn", status_code=204)
async def wear(id: str, who: Who, avatars: Here) -> None:
    """Be seen in this avatar from now on."""
    await avatars.wear(who, id)


@router.delete("/{id}", status_code=204)
async def drop(id: str, who: Who, avatars: Here) -> None:
    """Put an avatar away; for ten minutes it can be taken out again."""
    await avatars.drop(who, id)


@router.post("/{id}/restore", status_code=204)
async def take_out(id: str, who: Who, avatars: Here) -> None:
    """Have an avatar again that was put away."""
    await avatars.take_out(who, id)


@router.get("/{id}/file")
async def read_file(id: str, who: Who, avatars: Here) -> Response:
    """An avatar, for its owner and for those who see it worn."""
    body = await avatars.read(who, id)
    return Response(body, media_type=TYPE, headers={"cache-control": "no-store"})


def _told(avatar: Avatar) -> dict[str, Any]:
    at = avatar.dropped_at
    return asdict(avatar) | {"dropped_at": to_iso(at) if at else None}
