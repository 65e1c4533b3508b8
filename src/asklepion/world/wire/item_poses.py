"""Where held and flying things are, and where people point: bytes, 20 times a second.

| kind | from | then |
|---|---|---|
| 16 item | visitor | up to 8 item poses (20 bytes each) |
| 17 items | world | tick u32, then item poses |
| 18 point | visitor | a point (12 bytes), or nothing when one points no more |
| 19 points | world | tick u32, then entries (15 bytes): slot u16, 1 or 0 u8, a point |

Item pose: number u16, x y z i32 [mm], rotation u32 (as in `poses`), at u16 [the sender's own
milliseconds]. A point: x y z i32 [mm]. All little-endian; the twin of the client's
`things/poses.ts`, and golden bytes hold both to it.
"""

import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .poses import UPRIGHT, Turn, Vec3, bend, pack_turn, read_turn

ITEM_KIND = 16
ITEMS_KIND = 17
POINT_KIND = 18
POINTS_KIND = 19
ITEM_BYTES = 20
POINT_BYTES = 12
POINT_ENTRY_BYTES = 15
MOST_HELD = 8  # by one person
_ITEM = struct.Struct("<HiiiIH")
_POINT = struct.Struct("<iii")
_HEADER = struct.Struct("<BI")
_MOST_MM = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class ItemPose:
    """Where an item is [m], how it is turned, at which of its holder's milliseconds."""

    number: int
    position: Vec3
    turn: Turn = UPRIGHT
    at: int = 0


def pack_item(pose: ItemPose) -> bytes:
    """A pose as 20 bytes."""
    x, y, z = (bend(v * 1000, -_MOST_MM, _MOST_MM) for v in pose.position)
    return _ITEM.pack(pose.number, x, y, z, pack_turn(pose.turn), pose.at & 0xFFFF)


def read_item(body: bytes, start: int = 0) -> ItemPose:
    """The pose that 20 bytes hold."""
    number, x, y, z, turn, at = _ITEM.unpack_from(body, start)
    position = (x / 1000, y / 1000, z / 1000)
    return ItemPose(number=number, position=position, turn=read_turn(turn), at=at)


def item_frame(poses: Iterable[ItemPose]) -> bytes:
    """Poses as the frame a visitor sends."""
    return bytes([ITEM_KIND]) + b"".join(map(pack_item, poses))


def item_bodies(frame: bytes) -> list[bytes]:
    """The item poses in a visitor's frame, each as its bytes; none where it is no such frame."""
    count, rest = divmod(len(frame) - 1, ITEM_BYTES)
    if rest or not 1 <= count <= MOST_HELD:
        return []
    return [frame[1 + n * ITEM_BYTES : 1 + (n + 1) * ITEM_BYTES] for n in range(count)]


def pack_items(tick: int, bodies: Iterable[bytes]) -> bytes:
    """The item poses of one tick, for everybody."""
    return _HEADER.pack(ITEMS_KIND, tick & 0xFFFFFFFF) + b"".join(bodies)


def read_items(frame: bytes) -> list[ItemPose]:
    """Take such a frame apart, as a client does."""
    return [read_item(frame, at) for at in range(_HEADER.size, len(frame), ITEM_BYTES)]


def pack_point(point: Vec3) -> bytes:
    """A point as 12 bytes."""
    return _POINT.pack(*(bend(v * 1000, -_MOST_MM, _MOST_MM) for v in point))


def read_point(body: bytes, start: int = 0) -> Vec3:
    """The point that 12 bytes hold."""
    x, y, z = _POINT.unpack_from(body, start)
    return x / 1000, y / 1000, z / 1000


def point_frame(point: Vec3 | None) -> bytes:
    """A point as the frame a visitor sends; None: no more."""
    return bytes([POINT_KIND]) + (pack_point(point) if point else b"")


def pack_points(tick: int, points: Iterable[tuple[int, bytes]]) -> bytes:
    """Who points where in one tick, for everybody; an empty body for one who stopped."""
    entries = (
        struct.pack("<HB", slot, bool(body)) + body.ljust(POINT_BYTES, b"\0")
        for slot, body in points
    )
    return _HEADER.pack(POINTS_KIND, tick & 0xFFFFFFFF) + b"".join(entries)


def hide_points(frame: bytes, hidden: Collection[int]) -> bytes:
    """The same frame without where these slots point."""
    size, entry = _HEADER.size, POINT_ENTRY_BYTES
    entries = [frame[at : at + entry] for at in range(size, len(frame), entry)]
    kept = (one for one in entries if int.from_bytes(one[:2], "little") not in hidden)
    return frame[:size] + b"".join(kept)


def read_points(frame: bytes) -> dict[int, Vec3 | None]:
    """Take such a frame apart, as a client does."""
    points: dict[int, Vec3 | None] = {}
    for at in range(_HEADER.size, len(frame), POINT_ENTRY_BYTES):
        slot, is_on = struct.unpack_from("<HB", frame, at)
        points[slot] = read_point(frame, at + 3) if is_on else None
    return points
