"""For a window beside the one that is in the world, and for a real room that two share."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from asklepion.identity import Caller
from asklepion.kit.errors import NotFound
from asklepion.kit.http import caller, room, root_of

from ..engine.codes import draw_code
from ..service import World
from ..service.beside import beside

router = APIRouter(tags=["world"])
Who = Annotated[Caller, Depends(caller)]
Here = Annotated[World, Depends(room(World))]


@router.get("/api/world/beside")
async def read_beside(who: Who, world: Here) -> Response:
    """Where the caller's own visit is, and who is there: for a window that only accompanies it."""
    return Response(msgspec.json.encode(beside(world, who)), media_type="application/json")


@router.get("/api/world/places/{place}/code")
async def draw_place_code(
    request: Request, place: str, who: Who, world: Here, anchor: str = "hologram"
) -> dict[str, Any]:
    """A code to lay into a real room: it leads to the place, and stands for one of its anchors."""
    found = world.read_place(who, place)
    if all(one.id != anchor for one in found.anchors):
        hint = "GET /api/world/places/{place} lists its anchors."
        raise NotFound(f"{place} has no such anchor.", hint=hint)
    url = f"{root_of(request)}/#/{found.id}?anchor={anchor}"
    return {"url": url, "svg": draw_code(url)}
