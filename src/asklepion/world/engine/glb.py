"""A model in one binary file, taken apart: what it describes, and the bytes it describes.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#binary-gltf-layout
"""

import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from asklepion.kit.errors import Incorrect

MOST_JSON = 2 * 1024 * 1024
MOST_DEEP = 100  # parts within parts
DAMAGE = (  # what comes of reading a description that is none
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
)
MOST_PARTS = 48  # each is one draw, wherever it stands
MOST_MATERIALS = 32
MOST_UNPACKED = 128 * 1024 * 1024  # bytes of points, and of the shapes they can take
SHAPED = 16  # bytes of a point in a shape, for each of position and normal
WIDTHS = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
COUNTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
CUT_OFF = "It is cut off: save it again."
TOO_MUCH = f"At most {MOST_UNPACKED >> 20} MiB unpacked: save it with fewer points or shapes."
Json = Mapping[str, Any]


def taken_apart(body: bytes) -> tuple[Json, bytes]:
    """What a GLB file describes, and its binary part; a browser would read what follows, too.

    Raises:
        Incorrect: it is damaged, or no glTF 2.0.
    """
    try:
        _, version, length = struct.unpack_from("<4sII", body)
        size, kind = struct.unpack_from("<I4s", body, 12)
        require(version == 2 and length == len(body) and kind == b"JSON", "Save it as glTF 2.0.")
        require(size <= MOST_JSON, "Its description is too long.")
        end = 20 + size
        model, binary = json.loads(body[20:end]), b""
        if end != len(body):
            more, kind = struct.unpack_from("<I4s", body, end)
            is_last = end + 8 + more == len(body)
            require(kind == b"BIN\0" and is_last, "Save it as glTF 2.0, with nothing after it.")
            binary = body[end + 8 :]
    except (struct.error, ValueError, RecursionError) as error:
        raise Incorrect("The model is damaged.", hint="Save it again.") from error
    require(isinstance(model, dict), "Save it again.")
    return cast(Json, model), binary


def names_elsewhere(model: Json) -> bool:
    """Whether there is an address anywhere: to a file, a page, or written out as data.

    Raises:
        Incorrect: it is nested too deeply.
    """
    level: list[Any] = [model]
    for _ in range(MOST_DEEP):
        parts = [cast(dict[str, Any], one) for one in level if isinstance(one, dict)]
        lists = [cast(list[Any], one) for one in level if isinstance(one, list)]
        if any("uri" in part for part in parts):
            return True
        level = [inner for part in parts for inner in part.values()]
        level += [inner for one in lists for inner in one]
        if not level:
            return False
    raise Incorrect(
        "This file cannot be shown here.", hint="It is nested too deeply: save it anew."
    )


def triangles_in(model: Json) -> int:
    """How many triangles all meshes have together, as often as they stand there."""
    accessors, meshes = list_in(model, "accessors"), list_in(model, "meshes")
    times = Counter(id(one_of(meshes, n["mesh"])) for n in list_in(model, "nodes") if "mesh" in n)
    total = 0
    for mesh in meshes:
        if id(mesh) in times:
            total += times[id(mesh)] * _corners_of(mesh, accessors)
    return total // 3


def _corners_of(mesh: Json, accessors: Sequence[dict[str, Any]]) -> int:
    total = 0
    for part in list_in(mesh, "primitives"):
        corners = part.get("indices", part.get("attributes", {}).get("POSITION"))
        total += int(one_of(accessors, corners).get("count", 0))
    return total


def draws_in(model: Json) -> int:
    """How many parts all meshes have together, as often as they stand there."""
    meshes = list_in(model, "meshes")
    shown = [one_of(meshes, n["mesh"]) for n in list_in(model, "nodes") if "mesh" in n]
    return sum(len(list_in(mesh, "primitives")) for mesh in shown)


def look_at_views(model: Json, binary: bytes) -> None:
    """Raises:
    Incorrect: something lies outside the bytes that came, or they tell of more than may be.
    """
    buffers, views = list_in(model, "buffers"), list_in(model, "bufferViews")
    require(len(buffers) <= 1, "Pack everything into one buffer.")
    size = whole(buffers[0], "byteLength") if buffers else 0
    require(size <= len(binary), CUT_OFF)
    for view in views:
        end = whole(view, "byteOffset", 0) + whole(view, "byteLength")
        require(view.get("buffer") == 0 and end <= size, CUT_OFF)
        is_stride = 4 <= whole(view, "byteStride", 4) <= 252
        require(is_stride, "Its points are spread out wrongly: save it again.")
    made = sum(_look_at_accessor(accessor, views) for accessor in list_in(model, "accessors"))
    require(made <= MOST_UNPACKED, TOO_MUCH)


def _look_at_accessor(accessor: Json, views: Sequence[dict[str, Any]]) -> int:
    """Bytes that a browser makes for it, beside those that came."""
    count, wide = whole(accessor, "count"), width(accessor)
    require(count > 0, CUT_OFF)
    if "bufferView" in accessor:
        view = one_of(views, accessor["bufferView"])
        end = whole(accessor, "byteOffset", 0) + stride(accessor, views) * (count - 1) + wide
        require(end <= whole(view, "byteLength"), CUT_OFF)
    sparse = cast(Json, accessor.get("sparse", {}))
    if not sparse:
        return 0 if "bufferView" in accessor else count * wide
    some = whole(sparse, "count")
    require(some <= count, CUT_OFF)
    for part, each in (("indices", WIDTHS[sparse["indices"]["componentType"]]), ("values", wide)):
        place = cast(Json, sparse[part])
        view = one_of(views, place["bufferView"])
        end = whole(place, "byteOffset", 0) + some * each
        require(end <= whole(view, "byteLength"), CUT_OFF)
    return count * wide


def unpacked(model: Json) -> int:
    """Bytes that a browser keeps of all meshes, once `look_at_views` has let them pass.

    Raises:
        Incorrect: not every point has all that points have.
    """
    accessors, views = list_in(model, "accessors"), list_in(model, "bufferViews")
    parts = [part for mesh in list_in(model, "meshes") for part in list_in(mesh, "primitives")]
    return sum(_unpacked(part, accessors, views) for part in parts)


def _unpacked(
    part: Json, accessors: Sequence[dict[str, Any]], views: Sequence[dict[str, Any]]
) -> int:
    attributes = [one_of(accessors, index) for index in part["attributes"].values()]
    points = whole(one_of(accessors, part["attributes"]["POSITION"]), "count")
    require(all(whole(one, "count") == points for one in attributes), CUT_OFF)
    total = sum(points * stride(one, views) for one in attributes)
    if "indices" in part:
        total += 4 * whole(one_of(accessors, part["indices"]), "count")
    for shape in list_in(part, "targets"):
        for index in shape.values():
            require(whole(one_of(accessors, index), "count") == points, CUT_OFF)
            total += points * SHAPED
    return total


def stride(accessor: Json, views: Sequence[dict[str, Any]]) -> int:
    """Bytes from one of what it tells to the next."""
    wide = width(accessor)
    if "bufferView" not in accessor:
        return wide
    return max(wide, whole(one_of(views, accessor["bufferView"]), "byteStride", wide))


def width(accessor: Json) -> int:
    """Bytes of one of what it tells."""
    return WIDTHS[accessor["componentType"]] * COUNTS[accessor["type"]]


def whole(part: Json, name: str, usual: int | None = None) -> int:
    """A number that counts something.

    Raises:
        Incorrect: it counts nothing.
    """
    found = part.get(name, usual)
    is_whole = type(found) is int or (isinstance(found, float) and found.is_integer())
    require(is_whole and 0 <= found < 1 << 40, "It is damaged: save it again.")
    return int(cast(float, found))


def one_of(these: Sequence[dict[str, Any]], index: Any) -> dict[str, Any]:
    """One of these, by its place.

    Raises:
        Incorrect: there is none.
    """
    if not isinstance(index, int) or not 0 <= index < len(these):
        raise Incorrect("This file cannot be shown here.", hint="Save it again.")
    return these[index]


def list_in(model: Json, name: str) -> list[dict[str, Any]]:
    """The parts of one kind; none where it has none.

    Raises:
        Incorrect: it is no list of parts.
    """
    found = model.get(name, [])
    is_one = isinstance(found, list) and all(
        isinstance(one, dict) for one in cast(list[Any], found)
    )
    require(is_one, "Save it again.")
    return cast(list[dict[str, Any]], found)


def require(is_so: bool, hint: str) -> None:
    """Raises:
    Incorrect: it is not so; the hint says what to do.
    """
    if not is_so:
        raise Incorrect("This file cannot be shown here.", hint=hint)
