"""Write a rigged body as one GLB file (glTF 2.0, quantised by KHR_mesh_quantization)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT, U16, U8, I16, I8 = 5126, 5123, 5121, 5122, 5120
VERTICES, INDICES = 34962, 34963


@dataclass(frozen=True, kw_only=True)
class Skinned:
    """One mesh on a skeleton. All arrays have one row per vertex but `triangles`."""

    points: NDArray[np.float64]  # [m], shape (n, 3)
    normals: NDArray[np.float64]  # length 1
    colours: NDArray[np.float64]  # linear r g b and a mask, 0..1, shape (n, 4)
    joints: NDArray[np.int64]  # indices of bones, shape (n, 4)
    weights: NDArray[np.float64]  # rows sum to 1, shape (n, 4)
    triangles: NDArray[np.int64]  # shape (m, 3)


@dataclass(frozen=True, kw_only=True)
class Joint:
    """A bone: where it turns [m] and what it hangs from (-1: nothing)."""

    name: str
    parent: int
    at: NDArray[np.float64]


class Glb:
    """Collects arrays into one binary chunk and describes them."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._views: list[dict[str, Any]] = []
        self._accessors: list[dict[str, Any]] = []

    def add(self, values: NDArray[Any], *, kind: int, target: int | None, **more: Any) -> int:
        """Append one array, rows padded to four bytes; returns its accessor's index."""
        width = values.itemsize * (values.shape[1] if values.ndim == 2 else 1)
        padding = -width % 4 if target == VERTICES else 0
        rows = values.reshape(len(values), -1)
        raw = rows.view(np.uint8).reshape(len(rows), width)
        if padding:
            raw = np.pad(raw, ((0, 0), (0, padding)))
        self._bytes += b"\0" * (-len(self._bytes) % 4)
        view: dict[str, Any] = {
            "buffer": 0,
            "byteOffset": len(self._bytes),
            "byteLength": raw.size,
        }
        if target is not None:
            view["target"] = target
        if padding:
            view["byteStride"] = width + padding
        self._bytes += raw.tobytes()
        self._views.append(view)
        names = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
        self._accessors.append(
            {
                "bufferView": len(self._views) - 1,
                "componentType": kind,
                "count": len(values),
                "type": names[rows.shape[1]],
                **more,
            }
        )
        return len(self._accessors) - 1

    def pack(self, scene: dict[str, Any]) -> bytes:
        """Close the file around its scene description."""
        self._bytes += b"\0" * (-len(self._bytes) % 4)
        whole = {
            "asset": {"version": "2.0", "generator": "asklepion"},
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": len(self._bytes)}],
            **scene,
        }
        text = json.dumps(whole, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        size = 12 + 8 + len(text) + 8 + len(self._bytes)
        head = struct.pack("<4sII", b"glTF", 2, size) + struct.pack("<I4s", len(text), b"JSON")
        return head + text + struct.pack("<I4s", len(self._bytes), b"BIN\0") + bytes(self._bytes)


def rigged(name: str, meshes: Sequence[tuple[str, Skinned]], joints: Sequence[Joint]) -> bytes:
    """Pack meshes that share one skeleton (levels of detail of one body) into a GLB.

    Positions are 16-bit shares of a cube around the body; the way back to metres is folded into
    the inverse bind matrices, because a skinned mesh ignores its own node's transform.
    """
    glb = Glb()
    every = np.concatenate([mesh.points for _, mesh in meshes])
    middle = (every.max(axis=0) + every.min(axis=0)) / 2
    reach = float(np.abs(every - middle).max())
    material = {
        "name": "body",
        "pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.85},
    }
    described = [
        {"name": f"{name} {label}", "primitives": [_primitive(glb, mesh, middle, reach)]}
        for label, mesh in meshes
    ]
    binds = np.zeros((len(joints), 4, 4), dtype="<f4")  # column-major, as glTF wants them
    for i, joint in enumerate(joints):
        binds[i] = np.diag([reach, reach, reach, 1.0])
        binds[i, 3, :3] = middle - joint.at
    skin = glb.add(binds.reshape(-1, 16), kind=FLOAT, target=None)
    nodes = _skeleton(joints)
    roots = [i for i, joint in enumerate(joints) if joint.parent < 0]
    drawn = range(len(nodes), len(nodes) + len(meshes))
    nodes += [{"name": label, "mesh": i, "skin": 0} for i, (label, _) in enumerate(meshes)]
    return glb.pack(
        {
            "extensionsUsed": ["KHR_mesh_quantization"],
            "extensionsRequired": ["KHR_mesh_quantization"],
            "scene": 0,
            "scenes": [{"nodes": [*roots, *drawn]}],
            "nodes": nodes,
            "meshes": described,
            "materials": [material],
            "skins": [
                {
                    "joints": list(range(len(joints))),
                    "skeleton": roots[0],
                    "inverseBindMatrices": skin,
                }
            ],
        }
    )


def _primitive(glb: Glb, mesh: Skinned, middle: NDArray[np.float64], reach: float) -> Any:
    at = np.round((mesh.points - middle) / reach * 32767).astype("<i2")
    weights = np.round(mesh.weights * 255).astype(np.int64)
    weights[:, 0] += 255 - weights.sum(axis=1)  # the sum must be exactly one after rounding
    attributes = {
        "POSITION": glb.add(
            at,
            kind=I16,
            target=VERTICES,
            normalized=True,
            min=at.min(axis=0).tolist(),
            max=at.max(axis=0).tolist(),
        ),
        "NORMAL": glb.add(
            np.round(mesh.normals * 127).astype("i1"), kind=I8, target=VERTICES, normalized=True
        ),
        "COLOR_0": glb.add(
            np.round(np.clip(mesh.colours, 0, 1) * 255).astype("u1"),
            kind=U8,
            target=VERTICES,
            normalized=True,
        ),
        "JOINTS_0": glb.add(mesh.joints.astype("u1"), kind=U8, target=VERTICES),
        "WEIGHTS_0": glb.add(weights.astype("u1"), kind=U8, target=VERTICES, normalized=True),
    }
    corners = glb.add(mesh.triangles.astype("<u2").reshape(-1), kind=U16, target=INDICES)
    return {"attributes": attributes, "indices": corners, "material": 0}


def _skeleton(joints: Sequence[Joint]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for i, joint in enumerate(joints):
        above = joints[joint.parent].at if joint.parent >= 0 else np.zeros(3)
        node: dict[str, Any] = {"name": joint.name, "translation": (joint.at - above).tolist()}
        if below := [k for k, other in enumerate(joints) if other.parent == i]:
            node["children"] = below
        nodes.append(node)
    return nodes
