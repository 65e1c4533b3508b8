"""Avatars made here, of boxes: small, and good unless a test asks for what is not."""

import json
import struct
from collections.abc import Sequence
from typing import Any

# Where each bone turns [m], facing +z with the arms stretched out, and what it hangs from.
SIDES = {"left": 1.0, "right": -1.0}
TRUNK: dict[str, tuple[str, tuple[float, float, float]]] = {
    "hips": ("", (0, 0.92, 0)),
    "spine": ("hips", (0, 1.04, 0)),
    "chest": ("spine", (0, 1.2, 0)),
    "neck": ("chest", (0, 1.42, 0)),
    "head": ("neck", (0, 1.5, 0)),
}
LIMBS: dict[str, tuple[str, tuple[float, float, float]]] = {
    "Shoulder": ("chest", (0.05, 1.38, 0)),
    "UpperArm": ("Shoulder", (0.17, 1.38, 0)),
    "LowerArm": ("UpperArm", (0.43, 1.38, 0)),
    "Hand": ("LowerArm", (0.67, 1.38, 0)),
    "IndexProximal": ("Hand", (0.76, 1.38, 0.03)),
    "MiddleProximal": ("Hand", (0.77, 1.38, 0.01)),
    "LittleProximal": ("Hand", (0.75, 1.38, -0.03)),
    "UpperLeg": ("hips", (0.09, 0.88, 0)),
    "LowerLeg": ("UpperLeg", (0.09, 0.48, 0)),
    "Foot": ("LowerLeg", (0.09, 0.08, 0)),
    "Toes": ("Foot", (0.09, 0.02, 0.12)),
}
HALF_M = 0.045
META: dict[str, Any] = {
    "name": "Boxes",
    "version": "1",
    "authors": ["Asklepion's tests"],
    "licenseUrl": "https://vrm.dev/licenses/1.0/",
    "avatarPermission": "everyone",
    "allowRedistribution": True,
}
FLOAT, U16, U8 = 5126, 5123, 5121
FACES = (0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1)  # of a box
MORE_FACES = (2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3)


def bones() -> dict[str, tuple[str, tuple[float, float, float]]]:
    """Every bone, by its name in VRM."""
    found = dict(TRUNK)
    for side, sign in SIDES.items():
        for limb, (above, (x, y, z)) in LIMBS.items():
            parent = above if above in TRUNK else f"{side}{above}"
            found[f"{side}{limb}"] = (parent, (sign * x, y, z))
    return found


class Writer:
    """Collects numbers in one buffer."""

    def __init__(self) -> None:
        self.binary = b""
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, raw: bytes) -> int:
        """Where these bytes lie."""
        self.binary += bytes(-len(self.binary) % 4)
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(raw)})
        self.binary += raw
        return len(self.views) - 1

    def add(self, values: Sequence[float], code: str, kind: int, shape: str, wide: int) -> int:
        """An accessor of these numbers."""
        raw = struct.pack(f"<{len(values)}{code}", *values)
        told: dict[str, Any] = {"bufferView": self.view(raw), "componentType": kind}
        told |= {"count": len(values) // wide, "type": shape}
        if shape == "VEC3" and kind == FLOAT:
            told["min"] = [min(values[n::3]) for n in range(3)]
            told["max"] = [max(values[n::3]) for n in range(3)]
        self.accessors.append(told)
        return len(self.accessors) - 1


def model(colour: tuple[float, float, float] = (0.8, 0.1, 0.5)) -> tuple[dict[str, Any], bytes]:
    """The description and the numbers of an avatar of one box to a bone."""
    skeleton, out = bones(), Writer()
    names = list(skeleton)
    points: list[float] = []
    normals: list[float] = []
    joints: list[float] = []
    weights: list[float] = []
    corners: list[float] = []
    open_mouth: list[float] = []
    for number, name in enumerate(names):
        _, (x, y, z) = skeleton[name]
        size = 2.4 if name in TRUNK else 1.2
        for corner in range(8):
            side = [1.0 if corner >> axis & 1 else -1.0 for axis in range(3)]
            points += [p + size * HALF_M * s for p, s in zip((x, y, z), side, strict=True)]
            normals += [s / 3**0.5 for s in side]
            joints += [number, 0, 0, 0]
            weights += [1.0, 0.0, 0.0, 0.0]
            open_mouth += [0.0, -0.02 if name == "head" and side[1] < 0 else 0.0, 0.0]
        corners += [8 * number + corner for corner in FACES[::-1] + MORE_FACES[::-1]]
    still = [float(column == row) for column in range(4) for row in range(4)]
    matrices: list[float] = []
    for name in names:
        at = skeleton[name][1]
        matrices += [*still[:12], -at[0], -at[1], -at[2], 1.0]
    attributes = {
        "POSITION": out.add(points, "f", FLOAT, "VEC3", 3),
        "NORMAL": out.add(normals, "f", FLOAT, "VEC3", 3),
        "JOINTS_0": out.add(joints, "B", U8, "VEC4", 4),
        "WEIGHTS_0": out.add(weights, "f", FLOAT, "VEC4", 4),
    }
    shape = {"POSITION": out.add(open_mouth, "f", FLOAT, "VEC3", 3)}
    part = {
        "attributes": attributes,
        "indices": out.add(corners, "H", U16, "SCALAR", 1),
        "material": 0,
        "targets": [shape, shape],
    }
    inverse = out.add(matrices, "f", FLOAT, "MAT4", 16)
    nodes = [_node(name, names, skeleton) for name in names]
    nodes.append({"name": "body", "mesh": 0, "skin": 0})
    described = {
        "asset": {"version": "2.0"},
        "extensionsUsed": ["VRMC_vrm"],
        "buffers": [{"byteLength": len(out.binary)}],
        "bufferViews": out.views,
        "accessors": out.accessors,
        "materials": [
            {"pbrMetallicRoughness": {"baseColorFactor": [*colour, 1.0], "metallicFactor": 0.0}}
        ],
        "meshes": [{"primitives": [part], "weights": [0, 0]}],
        "skins": [{"joints": list(range(len(names))), "inverseBindMatrices": inverse}],
        "nodes": nodes,
        "scenes": [{"nodes": [0, len(names)]}],
        "scene": 0,
        "extensions": {"VRMC_vrm": _vrm(names)},
    }
    return described, out.binary


def _node(name: str, names: list[str], skeleton: dict[str, Any]) -> dict[str, Any]:
    above, at = skeleton[name]
    start = skeleton[above][1] if above else (0, 0, 0)
    node: dict[str, Any] = {
        "name": f"J_{name}",
        "translation": [a - b for a, b in zip(at, start, strict=True)],
    }
    children = [names.index(other) for other in names if skeleton[other][0] == name]
    return node | ({"children": children} if children else {})


def _vrm(names: list[str]) -> dict[str, Any]:
    def shaped(index: int) -> dict[str, Any]:
        bind = {"node": len(names), "index": index, "weight": 1.0}
        return {"morphTargetBinds": [bind]}

    return {
        "specVersion": "1.0",
        "meta": dict(META),
        "humanoid": {"humanBones": {name: {"node": n} for n, name in enumerate(names)}},
        "expressions": {"preset": {"aa": shaped(0), "blink": shaped(1)}},
    }


def packed(described: dict[str, Any], binary: bytes) -> bytes:
    """One file of it."""
    text = json.dumps(described).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    parts = struct.pack("<I4s", len(text), b"JSON") + text
    parts += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def vrm(**meta: Any) -> bytes:
    """A good avatar whose licence says this."""
    described, binary = model()
    described["extensions"]["VRMC_vrm"]["meta"] |= meta
    return packed(described, binary)
