"""Write one body as a GLB: one named node for each part, all on one scale, 12 bytes a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.anatomy.field import Points
from tools.anatomy.nets import Triangles
from tools.gltf import I8, I16, INDICES, U16, VERTICES, Glb


@dataclass(frozen=True)
class Piece:
    """One named surface."""

    name: str
    points: Points
    normals: Points
    triangles: Triangles


def pack(pieces: Sequence[Piece], extras: Mapping[str, Any]) -> bytes:
    """Pack pieces into one binary glTF, positions as 16-bit shares of a cube around all."""
    everything = np.concatenate([piece.points for piece in pieces])
    low, high = everything.min(axis=0), everything.max(axis=0)
    centre, half = (low + high) / 2, float((high - low).max()) / 2
    glb = Glb()
    meshes = [{"primitives": [_primitive(glb, piece, centre, half)]} for piece in pieces]
    nodes: list[dict[str, Any]] = [
        {"name": piece.name, "mesh": index} for index, piece in enumerate(pieces)
    ]
    nodes.append(
        {
            "name": "hologram",
            "children": list(range(len(pieces))),
            "translation": [round(float(x), 6) for x in centre],
            "scale": [half] * 3,
            "extras": dict(extras),
        }
    )
    return glb.pack(
        {
            "extensionsUsed": ["KHR_mesh_quantization"],
            "extensionsRequired": ["KHR_mesh_quantization"],
            "scene": 0,
            "scenes": [{"nodes": [len(pieces)]}],
            "nodes": nodes,
            "meshes": meshes,
        }
    )


def _primitive(glb: Glb, piece: Piece, centre: Points, half: float) -> dict[str, Any]:
    used, corners = np.unique(piece.triangles, return_inverse=True)
    at = np.round((piece.points[used] - centre) / half * 32767).astype("<i2")
    normal = np.round(piece.normals[used] * 127).astype("i1")
    bounds = {"min": at.min(axis=0).tolist(), "max": at.max(axis=0).tolist()}
    return {
        "attributes": {
            "POSITION": glb.add(at, kind=I16, target=VERTICES, normalized=True, **bounds),
            "NORMAL": glb.add(normal, kind=I8, target=VERTICES, normalized=True),
        },
        "indices": glb.add(corners.reshape(-1).astype("<u2"), kind=U16, target=INDICES),
    }
