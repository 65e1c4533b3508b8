"""Where the nodes of a model stand, once it is sure that they hang together as a tree."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from asklepion.kit.errors import Incorrect

from .glb import Json, list_in

Point: TypeAlias = tuple[float, float, float]


class Skeleton:
    """The nodes of a model.

    Raises:
        Incorrect: one hangs from two, from itself, or from what is not there.
    """

    def __init__(self, model: Json) -> None:
        self._nodes = list_in(model, "nodes")
        self._above: dict[int, int] = {}
        for index, node in enumerate(self._nodes):
            for child in cast(Sequence[Any], node.get("children", ())):
                is_there = type(child) is int and 0 <= child < len(self._nodes)
                if not is_there or child in self._above or child == index:
                    raise _knotted()
                self._above[child] = index
        for index in range(len(self._nodes)):
            self._up(index)

    def place(self, index: int) -> Point:
        """Where a node stands in the model [m]."""
        point: Point = (0.0, 0.0, 0.0)
        for each in self._up(index):
            point = _carried(self._nodes[each], point)
        return point

    def _up(self, index: int) -> list[int]:
        """A node and all that it hangs from, the nearest first."""
        way = [index]
        while (above := self._above.get(way[-1])) is not None:
            if above == index or len(way) > len(self._nodes):
                raise _knotted()
            way.append(above)
        return way


def _carried(node: Json, point: Point) -> Point:
    """A point of a node, as the node above has it."""
    if "matrix" in node:
        m = [float(value) for value in node["matrix"]]
        x, y, z = point
        return (
            m[0] * x + m[4] * y + m[8] * z + m[12],
            m[1] * x + m[5] * y + m[9] * z + m[13],
            m[2] * x + m[6] * y + m[10] * z + m[14],
        )
    size = _numbers(node, "scale", (1.0, 1.0, 1.0))
    at = _numbers(node, "translation", (0.0, 0.0, 0.0))
    scaled = (point[0] * size[0], point[1] * size[1], point[2] * size[2])
    x, y, z = _turned(_numbers(node, "rotation", (0.0, 0.0, 0.0, 1.0)), scaled)
    return (x + at[0], y + at[1], z + at[2])


def _turned(turn: Sequence[float], point: Point) -> Point:
    """A point turned by a unit quaternion: p + 2w(v x p) + 2 v x (v x p)."""
    a, b, c, w = turn
    x, y, z = point
    u, v, t = b * z - c * y, c * x - a * z, a * y - b * x
    return (
        x + 2 * (w * u + b * t - c * v),
        y + 2 * (w * v + c * u - a * t),
        z + 2 * (w * t + a * v - b * u),
    )


def _numbers(node: Json, name: str, usual: tuple[float, ...]) -> tuple[float, ...]:
    found = tuple(float(value) for value in node.get(name, usual))
    if len(found) != len(usual):
        raise _knotted()
    return found


def _knotted() -> Incorrect:
    return Incorrect(
        "This avatar cannot be worn here. Its skeleton is no tree.", hint="Export it again."
    )
