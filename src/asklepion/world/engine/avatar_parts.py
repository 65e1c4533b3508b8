"""What an avatar's file is made of: counted, and measured against the bytes that are there.

A small file can ask for much memory: the same numbers used a thousand times, a picture of one
colour. What a browser would unpack is counted as well.
"""

from collections.abc import Sequence
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .glb import Json, list_in, one_of
from .shown import picture

MOST_PICTURES = 16
MOST_PICTURE_PX = 4096  # to a side
MOST_PX_TOGETHER = 32 * 1024 * 1024
MOST_JOINTS = 200
MOST_PARTS = 48  # each is one draw
MOST_MATERIALS = 32
MOST_UNPACKED = 128 * 1024 * 1024  # bytes of points, and of the shapes they can take
SHAPED = 16  # bytes of a point in a shape, for each of position and normal
WIDTHS = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
COUNTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
TRIANGLES = 4
CUT_OFF = ("It is cut off.", "Export it again.")


def look_at_views(model: Json, binary: bytes) -> None:
    """Raises:
    Incorrect: something lies outside the bytes that came.
    """
    buffers = list_in(model, "buffers")
    need(len(buffers) == 1, "It has no buffer, or several.", "Export it as one .vrm file.")
    size = whole(buffers[0], "byteLength")
    need(size <= len(binary), *CUT_OFF)
    views = list_in(model, "bufferViews")
    for view in views:
        is_in = view.get("buffer") == 0
        end = whole(view, "byteOffset", 0) + whole(view, "byteLength")
        need(is_in and end <= size, *CUT_OFF)
        stride = whole(view, "byteStride", 4)
        need(4 <= stride <= 252, "Its points are spread out wrongly.", "Export it again.")
    for accessor in list_in(model, "accessors"):
        _look_at_accessor(accessor, views)


def _look_at_accessor(accessor: Json, views: Sequence[Json]) -> None:
    count = whole(accessor, "count")
    wide = width(accessor)
    need(count > 0, *CUT_OFF)
    if "bufferView" in accessor:
        view = one_of(cast(Any, views), accessor["bufferView"])
        stride = whole(view, "byteStride", wide)
        end = whole(accessor, "byteOffset", 0) + stride * (count - 1) + wide
        need(end <= whole(view, "byteLength"), *CUT_OFF)
    sparse = cast(Json, accessor.get("sparse", {}))
    if not sparse:
        return
    some = whole(sparse, "count")
    need(some <= count, *CUT_OFF)
    for part, each in (("indices", WIDTHS[sparse["indices"]["componentType"]]), ("values", wide)):
        place = cast(Json, sparse[part])
        view = one_of(cast(Any, views), place["bufferView"])
        end = whole(place, "byteOffset", 0) + some * each
        need(end <= whole(view, "byteLength"), *CUT_OFF)


def look_at_meshes(model: Json) -> None:
    """Raises:
    Incorrect: there are too many parts, or too much would have to be unpacked.
    """
    parts = [
        part
        for mesh in list_in(model, "meshes")
        for part in cast(Sequence[Json], mesh.get("primitives", ()))
    ]
    need(
        0 < len(parts) <= MOST_PARTS,
        f"It has {len(parts)} parts.",
        f"At most {MOST_PARTS}: combine meshes and materials where you export it.",
    )
    count = len(list_in(model, "materials"))
    need(count <= MOST_MATERIALS, f"It has {count} materials.", f"At most {MOST_MATERIALS}.")
    need(
        all(part.get("mode", TRIANGLES) == TRIANGLES for part in parts),
        "It is not made of triangles.",
        "Export it as triangles.",
    )
    accessors = list_in(model, "accessors")
    unpacked = sum(_unpacked(part, accessors) for part in parts)
    need(
        unpacked <= MOST_UNPACKED,
        f"It unpacks to {unpacked >> 20} MiB.",
        f"At most {MOST_UNPACKED >> 20} MiB: export it with fewer points or expressions.",
    )


def _unpacked(part: Json, accessors: Sequence[Json]) -> int:
    """Bytes that a browser keeps of one part."""
    attributes = [one_of(cast(Any, accessors), index) for index in part["attributes"].values()]
    points = whole(one_of(cast(Any, accessors), part["attributes"]["POSITION"]), "count")
    need(all(whole(one, "count") == points for one in attributes), *CUT_OFF)
    total = sum(points * width(one) for one in attributes)
    if "indices" in part:
        total += 4 * whole(one_of(cast(Any, accessors), part["indices"]), "count")
    for shape in cast(Sequence[Json], part.get("targets", ())):
        for index in shape.values():
            need(whole(one_of(cast(Any, accessors), index), "count") == points, *CUT_OFF)
            total += points * SHAPED
    return total


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


def width(accessor: Json) -> int:
    """Bytes of one of what it tells."""
    return WIDTHS[accessor["componentType"]] * COUNTS[accessor["type"]]


def whole(part: Json, name: str, usual: int | None = None) -> int:
    """A number that counts something.

    Raises:
        Incorrect: it counts nothing.
    """
    found = part.get(name, usual)
    need(type(found) is int and 0 <= found < 1 << 40, "It is damaged.", "Export it again.")
    return cast(int, found)


def need(is_so: bool, what: str, hint: str) -> None:
    """Raises:
    Incorrect: it is not so.
    """
    if not is_so:
        raise Incorrect(f"This avatar cannot be worn here. {what}", hint=hint)
