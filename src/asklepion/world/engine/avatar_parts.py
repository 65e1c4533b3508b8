"""What an avatar's file is made of: counted, and measured against the bytes that are there.

A small file can ask for much memory: the same numbers used a thousand times, a picture of one
colour. What a browser would unpack is counted as well.
"""

from collections.abc import Sequence
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .glb import (
    MOST_MATERIALS,
    MOST_PARTS,
    MOST_UNPACKED,
    Json,
    draws_in,
    list_in,
    one_of,
    unpacked,
    whole,
)
from .shown import picture

MOST_PICTURES = 16
MOST_PICTURE_PX = 4096  # to a side
MOST_PX_TOGETHER = 32 * 1024 * 1024
MOST_JOINTS = 200
TRIANGLES = 4
CUT_OFF = ("It is cut off.", "Export it again.")


def look_at_meshes(model: Json) -> None:
    """Raises:
    Incorrect: there are too many parts, or too much would have to be unpacked.
    """
    meshes = list_in(model, "meshes")
    parts = [part for mesh in meshes for part in list_in(mesh, "primitives")]
    count = max(draws_in(model), len(parts))
    need(
        0 < count <= MOST_PARTS,
        f"It has {count} parts.",
        f"At most {MOST_PARTS}: combine meshes and materials where you export it.",
    )
    count = len(list_in(model, "materials"))
    need(count <= MOST_MATERIALS, f"It has {count} materials.", f"At most {MOST_MATERIALS}.")
    need(
        all(part.get("mode", TRIANGLES) == TRIANGLES for part in parts),
        "It is not made of triangles.",
        "Export it as triangles.",
    )
    size = unpacked(model)
    need(
        size <= MOST_UNPACKED,
        f"It unpacks to {size >> 20} MiB.",
        f"At most {MOST_UNPACKED >> 20} MiB: export it with fewer points or expressions.",
    )


def look_at_skins(model: Json) -> None:
    """Raises:
    Incorrect: there are too many joints, or they are no nodes of it.
    """
    nodes, accessors = list_in(model, "nodes"), list_in(model, "accessors")
    joints: set[int] = set()
    for skin in list_in(model, "skins"):
        mine = cast(Sequence[Any], skin.get("joints", ()))
        for index in mine:
            one_of(nodes, index)
        joints.update(mine)
        if "inverseBindMatrices" in skin:
            matrices = one_of(accessors, skin["inverseBindMatrices"])
            is_enough = whole(matrices, "count") >= len(mine) and matrices["type"] == "MAT4"
            need(is_enough, *CUT_OFF)
    need(
        len(joints) <= MOST_JOINTS,
        f"It has {len(joints)} joints.",
        f"At most {MOST_JOINTS}: reduce the bones of hair and clothes where you export it.",
    )


def look_at_pictures(model: Json, binary: bytes) -> None:
    """Raises:
    Incorrect: there are too many pictures, or too large ones.
    """
    images, views = list_in(model, "images"), list_in(model, "bufferViews")
    need(
        len(images) <= MOST_PICTURES,
        f"It has {len(images)} pictures.",
        f"At most {MOST_PICTURES}: combine textures into an atlas where you export it.",
    )
    together = 0
    for image in images:
        view = one_of(views, image.get("bufferView"))
        start = whole(view, "byteOffset", 0)
        _, wide, high = picture(binary[start : start + whole(view, "byteLength")])
        need(
            0 < wide <= MOST_PICTURE_PX and 0 < high <= MOST_PICTURE_PX,
            f"A picture has {max(wide, high)} points to a side.",
            f"At most {MOST_PICTURE_PX}: choose smaller textures where you export it.",
        )
        together += wide * high
    need(
        together <= MOST_PX_TOGETHER,
        f"Its pictures have {together >> 20} million points.",
        f"At most {MOST_PX_TOGETHER >> 20} million together: choose smaller textures.",
    )


def need(is_so: bool, what: str, hint: str) -> None:
    """Raises:
    Incorrect: it is not so.
    """
    if not is_so:
        raise Incorrect(f"This avatar cannot be worn here. {what}", hint=hint)
