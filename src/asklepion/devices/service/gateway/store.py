"""What the house has not answered for yet: on the gateway's own disk, bounded, oldest first.

It is no table of the house: the gateway is another machine, and this is its whole memory.
"""

import os
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
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
    """Packets that wait, also over a restart; any thread may use it.

    Args:
        path: of its SQLite file, or :memory:.
        most: packets that wait at most; of more, the oldest are given up, and counted.
    """

    def __init__(self, path: Path | str, most: int = MOST) -> None:
        if str(path) != ":memory:":  # what is measured is nobody else's to read on this machine
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            for end in ("", "-wal", "-shm"):  # of an older gateway
                with suppress(FileNotFoundError):
                    os.chmod(f"{path}{end}", 0o600)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY AUTOINCREMENT,"
            " device TEXT NOT NULL, packet BLOB NOT NULL)"
        )
        self._most = most
        self.lost = 0

    @contextmanager
    def _writing(self) -> Generator[None]:
        """The one transaction at a time: all of it, or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def put(self, device: str, packet: dict[str, object]) -> None:
        """Keep one packet; it is on the disk when this returns."""
        text = msgspec.json.encode(packet)
        with self._writing():
            self._db.execute("INSERT INTO waiting (device, packet) VALUES (?, ?)", (device, text))
            over = self._count() - self._most
            if over > 0:
                self._db.execute(
                    "DELETE FROM waiting WHERE number IN"
                    " (SELECT number FROM waiting ORDER BY number LIMIT ?)",
                    (over,),
                )
        self.lost += max(over, 0)

    def first(self, device: str) -> list[Waiting]:
        """The oldest packets of one device, as many as go into a batch."""
        sql = "SELECT number, packet FROM waiting WHERE device = ? ORDER BY number LIMIT ?"
        with self._lock:
            rows = self._db.execute(sql, (device, AT_ONCE)).fetchall()
        return [Waiting(number, device, msgspec.json.decode(text)) for number, text in rows]

    def devices(self) -> list[str]:
        """Whose packets wait, the longest waiting first."""
        sql = "SELECT device FROM waiting GROUP BY device ORDER BY min(number)"
        with self._lock:
            return [device for (device,) in self._db.execute(sql).fetchall()]

    def done(self, packets: Sequence[Waiting]) -> None:
        """The house has answered for these."""
        numbers = [(each.number,) for each in packets]
        with self._writing():
            self._db.executemany("DELETE FROM waiting WHERE number = ?", numbers)

    def _count(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM waiting").fetchone()
        return count

    def __len__(self) -> int:
        with self._lock:
            return self._count()

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._db.close()
