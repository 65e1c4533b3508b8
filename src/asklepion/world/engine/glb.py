"""A model in one binary file, taken apart: what it describes, and the bytes it describes.

https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#binary-gltf-layout
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, cast

from asklepion.kit.errors import Incorrect

MOST_JSON = 2 * 1024 * 1024
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


def names_elsewhere(value: Any) -> bool:
    """Whether there is an address anywhere: to a file, a page, or written out as data."""
    if isinstance(value, dict):
        parts = cast(dict[str, Any], value)
        return "uri" in parts or any(map(names_elsewhere, parts.values()))
    return isinstance(value, list) and any(map(names_elsewhere, cast(list[Any], value)))


def triangles_in(model: Json) -> int:
    """How many triangles all meshes have together, as often as they stand there."""
    accessors = list_in(model, "accessors")

    meshes = list_in(model, "meshes")
    total = 0
    for node in list_in(model, "nodes"):
        if "mesh" not in node:
            continue
        for part in list_in(one_of(meshes, node["mesh"]), "primitives"):
            corners = part.get("indices", part.get("attributes", {}).get("POSITION"))
            total += int(one_of(accessors, corners).get("count", 0))
    return total // 3


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
