"""What the house has not answered for yet: on the gateway's own disk, bounded, oldest first.

It is no table of the house: the gateway is another machine, and this is its whole memory.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

MOST = 100_000  # packets; a cuff and a scale make that many in thirty years, a strap in a day
AT_ONCE = 200  # as the house takes them


@dataclass(frozen=True)
class Waiting:
    """One packet, as it will be sent."""

    number: int
    device: str
    packet: dict[str, object]


class Queue:
    """Packets that wait, also over a restart.

    Args:
        path: of its SQLite file, or :memory:.
        most: packets that wait at most; of more, the oldest are given up, and counted.
    """

    def __init__(self, path: Path | str, most: int = MOST) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY AUTOINCREMENT,"
            " device TEXT NOT NULL, packet BLOB NOT NULL)"
        )
        self._most = most
        self.lost = 0

    def put(self, device: str, packet: dict[str, object]) -> None:
        """Keep one packet; it is on the disk when this returns."""
        text = msgspec.json.encode(packet)
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("INSERT INTO waiting (device, packet) VALUES (?, ?)", (device, text))
        over = len(self) - self._most
        if over > 0:
            self._db.execute(
                "DELETE FROM waiting WHERE number IN"
                " (SELECT number FROM waiting ORDER BY number LIMIT ?)",
                (over,),
            )
            self.lost += over
        self._db.execute("COMMIT")

    def first(self, device: str) -> list[Waiting]:
        """The oldest packets of one device, as many as go into a batch."""
        rows = self._db.execute(
            "SELECT number, packet FROM waiting WHERE device = ? ORDER BY number LIMIT ?",
            (device, AT_ONCE),
        )
        return [Waiting(number, device, msgspec.json.decode(text)) for number, text in rows]

    def devices(self) -> list[str]:
        """Whose packets wait, the longest waiting first."""
        rows = self._db.execute("SELECT device FROM waiting GROUP BY device ORDER BY min(number)")
        return [device for (device,) in rows]

    def done(self, packets: Sequence[Waiting]) -> None:
        """The house has answered for these."""
        self._db.execute("BEGIN IMMEDIATE")
        numbers = [(each.number,) for each in packets]
        self._db.executemany("DELETE FROM waiting WHERE number = ?", numbers)
        self._db.execute("COMMIT")

    def __len__(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM waiting").fetchone()
        return count

    def close(self) -> None:
        """Let the file go."""
        self._db.close()
