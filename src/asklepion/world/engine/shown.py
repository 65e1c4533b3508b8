"""Files that things show, looked at before anybody else does: pictures, and models without tricks.

A model is glTF 2.0 in one binary file. It may name nothing outside itself, need no decoder that
would have to be loaded, and have no more triangles and parts than a laptop draws in passing.
https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#binary-gltf-layout
"""

import re
import struct
from collections.abc import Sequence
from typing import cast

from asklepion.kit.errors import Incorrect, Unsupported

from .glb import (
    DAMAGE,
    MOST_MATERIALS,
    MOST_PARTS,
    MOST_UNPACKED,
    TOO_MUCH,
    Json,
    draws_in,
    list_in,
    look_at_views,
    names_elsewhere,
    one_of,
    require,
    taken_apart,
    triangles_in,
    unpacked,
)
from .words import few

MOST_PICTURE = 8 * 1024 * 1024  # bytes
MOST_MODEL = 8 * 1024 * 1024
MOST_PX = 8192  # of a picture, to a side
MOST_TEXTURE_PX = 2048
MOST_TEXTURES = 64  # a browser unpacks each, also those that lie in one place
MOST_TRIANGLES = 100_000
MOST_NODES = 2000
GLB = "model/gltf-binary"
MOST_MARKERS = 2000  # of a JPEG, before its frame
MARKER = re.compile(rb"\xff([^\x00\xff])")
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDING_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
NO_HEADER = frozenset({0xD8, 0xD9, 0xDA})  # start, end, and what only follows a frame
PICTURES = ("image/png", "image/jpeg", "image/webp")
CROWDS = "EXT_mesh_gpu_instancing"  # draws a mesh as often as its numbers say, required or not
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
        except DAMAGE as error:
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
    """From the frame header, found as browsers find it. ITU-T T.81, section B.2.2."""
    at = 2
    for _ in range(MOST_MARKERS):
        found = MARKER.search(body, at)
        if not found:
            break
        at, marker = found.end(), found[1][0]
        if marker in STANDING_ALONE:
            continue
        length = struct.unpack_from(">H", body, at)[0]
        if length < 2 or marker in NO_HEADER:
            break
        if marker in FRAMES:
            high, wide = struct.unpack_from(">HH", body, at + 3)
            return wide, high
        at += length
    raise Incorrect("The picture is damaged.", hint="Save it again.")


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
    require(needs <= KNOWN, f"Save it without {few(needs - KNOWN)}.")
    require(not names_elsewhere(model), "Pack everything into the one file.")
    require(len(list_in(model, "nodes")) <= MOST_NODES, f"At most {MOST_NODES} nodes.")
    require(triangles_in(model) <= MOST_TRIANGLES, f"At most {MOST_TRIANGLES} triangles.")
    look_at_views(model, binary)
    require(unpacked(model) <= MOST_UNPACKED, TOO_MUCH)
    _look_at_draws(model)
    _look_at_textures(model, binary)


def _look_at_draws(model: Json) -> None:
    drawn, materials = draws_in(model), len(list_in(model, "materials"))
    require(
        drawn <= MOST_PARTS,
        f"It is drawn in {drawn} parts, at most {MOST_PARTS}: join meshes, and save it again.",
    )
    require(
        materials <= MOST_MATERIALS,
        f"It has {materials} materials, at most {MOST_MATERIALS}: let parts share them.",
    )
    is_crowd = any(CROWDS in node.get("extensions", {}) for node in list_in(model, "nodes"))
    require(not is_crowd, f"Save it without {CROWDS}.")


def _look_at_textures(model: Json, binary: bytes) -> None:
    images, views = list_in(model, "images"), list_in(model, "bufferViews")
    require(len(images) <= MOST_TEXTURES, f"At most {MOST_TEXTURES} pictures.")
    used = {id(view): view for view in (one_of(views, i.get("bufferView")) for i in images)}
    for view in used.values():
        start = int(view.get("byteOffset", 0))
        body = binary[start : start + int(view.get("byteLength", 0))]
        _, wide, high = picture(body)
        require(
            max(wide, high) <= MOST_TEXTURE_PX,
            f"Its pictures may have {MOST_TEXTURE_PX} points to a side.",
        )
