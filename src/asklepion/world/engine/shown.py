"""Files that things show, looked at before anybody else does: pictures, and models without tricks.

A model is glTF 2.0 in one binary file. It may name nothing outside itself, need no decoder that
would have to be loaded, and have no more triangles than a laptop draws in passing.
https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#binary-gltf-layout
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, cast

from asklepion.kit.errors import Incorrect, Unsupported

MOST_PICTURE = 8 * 1024 * 1024  # bytes
MOST_MODEL = 8 * 1024 * 1024
MOST_PX = 8192  # of a picture, to a side
MOST_TEXTURE_PX = 2048
MOST_TRIANGLES = 100_000
MOST_NODES = 2000
MOST_JSON = 2 * 1024 * 1024
GLB = "model/gltf-binary"
PICTURES = ("image/png", "image/jpeg", "image/webp")
KNOWN = frozenset(  # extensions that need no decoder and name nothing outside
    f"KHR_{name}"
    for name in (
        "materials_unlit",
        "materials_emissive_strength",
        "materials_clearcoat",
        "materials_ior",
        "materials_sheen",
        "materials_specular",
        "materials_transmission",
        "materials_volume",
        "mesh_quantization",
        "texture_transform",
    )
)
Json = Mapping[str, Any]


def look(body: bytes) -> str:
    """What a file is, by its own bytes: one of PICTURES, or GLB.

    Raises:
        Unsupported: it is something else.
        Incorrect: it is too large, damaged, or holds what it may not.
    """
    if body.startswith(b"glTF"):
        require(len(body) <= MOST_MODEL, f"At most {MOST_MODEL} bytes.")
        try:
            _look_at_model(body)
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise Incorrect("The model is damaged.", hint="Save it again.") from error
        return GLB
    require(len(body) <= MOST_PICTURE, f"At most {MOST_PICTURE} bytes.")
    kind, wide, high = picture(body)
    require(0 < wide <= MOST_PX and 0 < high <= MOST_PX, f"At most {MOST_PX} points to a side.")
    return kind


def triangles(body: bytes) -> int:
    """How many triangles a model draws that `look` has let pass."""
    return triangles_in(taken_apart(body)[0])


def picture(body: bytes) -> tuple[str, int, int]:
    """What kind of picture it is, how wide and how high.

    Raises:
        Unsupported: it is none of PICTURES.
        Incorrect: it is damaged.
    """
    try:
        if body.startswith(b"\x89PNG\r\n\x1a\n") and body[12:16] == b"IHDR":
            wide, high = struct.unpack_from(">II", body, 16)
            return "image/png", wide, high
        if body.startswith(b"\xff\xd8\xff"):
            return "image/jpeg", *_size_of_jpeg(body)
        if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
            return "image/webp", *_size_of_webp(body)
    except (struct.error, IndexError) as error:
        raise Incorrect("The picture is damaged.", hint="Save it again.") from error
    raise Unsupported(
        "This is neither a picture nor a model.", hint="Send PNG, JPEG, WebP or a GLB file."
    )


def _size_of_jpeg(body: bytes) -> tuple[int, int]:
    """From the frame header. ITU-T T.81, section B.2.2."""
    at = 2
    while True:
        while body[at] == 0xFF:
            at += 1
        marker, length = body[at], struct.unpack_from(">H", body, at + 1)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = struct.unpack_from(">HH", body, at + 4)
            return wide, high
        at += 1 + length


def _size_of_webp(body: bytes) -> tuple[int, int]:
    """From its first chunk. https://developers.google.com/speed/webp/docs/riff_container"""
    kind = body[12:16]
    if kind == b"VP8X":
        wide = int.from_bytes(body[24:27], "little") + 1
        return wide, int.from_bytes(body[27:30], "little") + 1
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", body, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    wide, high = struct.unpack_from("<HH", body, 26)
    return wide & 0x3FFF, high & 0x3FFF


def _look_at_model(body: bytes) -> None:
    model, binary = taken_apart(body)
    require(str(model.get("asset", {}).get("version", "")).startswith("2"), "Save it as glTF 2.0.")
    needs = set(cast(Sequence[str], model.get("extensionsRequired", ())))
    require(needs <= KNOWN, f"Save it without {', '.join(sorted(needs - KNOWN))}.")
    require(not names_elsewhere(model), "Pack everything into the one file.")
    require(len(list_in(model, "nodes")) <= MOST_NODES, f"At most {MOST_NODES} nodes.")
    buffers = list_in(model, "buffers")
    require(len(buffers) <= 1, "Pack everything into one buffer.")
    require(all(b.get("byteLength", 0) <= len(binary) for b in buffers), "It is cut off.")
    for view in list_in(model, "bufferViews"):
        end = int(view.get("byteOffset", 0)) + int(view.get("byteLength", 0))
        require(0 <= end <= len(binary), "It is cut off.")
    require(triangles_in(model) <= MOST_TRIANGLES, f"At most {MOST_TRIANGLES} triangles.")
    _look_at_textures(model, binary)


def taken_apart(body: bytes) -> tuple[Json, bytes]:
    """What a GLB file describes, and its binary part.

    Raises:
        Incorrect: it is damaged, or no glTF 2.0.
    """
    try:
        _, version, length = struct.unpack_from("<4sII", body)
        size, kind = struct.unpack_from("<I4s", body, 12)
        require(version == 2 and length == len(body) and kind == b"JSON", "Save it as glTF 2.0.")
        require(size <= MOST_JSON, "Its description is too long.")
        model = json.loads(body[20 : 20 + size])
        binary = b""
        if 20 + size < len(body):
            more, kind = struct.unpack_from("<I4s", body, 20 + size)
            require(kind == b"BIN\0", "Save it as glTF 2.0.")
            binary = body[28 + size : 28 + size + more]
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


def _look_at_textures(model: Json, binary: bytes) -> None:
    views = list_in(model, "bufferViews")
    for image in list_in(model, "images"):
        view = one_of(views, image.get("bufferView"))
        start = int(view.get("byteOffset", 0))
        body = binary[start : start + int(view.get("byteLength", 0))]
        _, wide, high = picture(body)
        require(
            max(wide, high) <= MOST_TEXTURE_PX,
            f"Its pictures may have {MOST_TEXTURE_PX} points to a side.",
        )


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
