"""The tree as files of 256 hashes each, so that anybody can copy it and make any proof.

Source: https://c2sp.org/tlog-tiles.
"""

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from asklepion.kit.errors import NotFound

HEIGHT = 8  # levels of the tree in one tile
WIDTH = 1 << HEIGHT  # hashes in a full tile
LEVEL = re.compile(r"entries|0|[1-9]|[1-5][0-9]|6[0-3]")
PLACE = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
MOST_DIGITS = 18  # of a tile's number


@dataclass(frozen=True)
class Tile:
    """Which tile: its level (nothing for entries), its number, how many hashes are asked for."""

    level: int | None
    index: int
    width: int

    @property
    def tree_level(self) -> int:
        """The level of its hashes in the tree."""
        return HEIGHT * (self.level or 0)

    @property
    def span(self) -> tuple[int, int]:
        """The nodes of that level that it holds: the first, and the one after the last."""
        first = self.index * WIDTH
        return first, first + self.width

    def is_within(self, size: int) -> bool:
        """Whether a tree of this size has all of them."""
        return self.span[1] <= size >> self.tree_level


def read_tile(level: str, place: str) -> Tile:
    """The tile of a path such as `0` and `x001/x234/067.p/12`.

    Raises:
        NotFound: no tile has this path.
    """
    found = PLACE.fullmatch(place)
    if not LEVEL.fullmatch(level) or not found or len(found[1]) > 5 * MOST_DIGITS // 3:
        raise NotFound("There is no such tile.", hint="See https://c2sp.org/tlog-tiles.")
    digits = found[1].replace("x", "").replace("/", "")
    width = int(found[2]) if found[2] else WIDTH
    if (found[2] and width >= WIDTH) or tile_path(int(digits)) != found[1]:
        raise NotFound("There is no such tile.", hint="See https://c2sp.org/tlog-tiles.")
    return Tile(None if level == "entries" else int(level), int(digits), width)


def tile_path(index: int) -> str:
    """A tile's number as it stands in a path."""
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return path


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as one file: each with its length before it."""
    return b"".join(struct.pack(">H", len(each)) + each for each in entries)
