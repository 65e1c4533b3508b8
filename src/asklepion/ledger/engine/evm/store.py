"""The chain's own file: blocks, transactions, logs, and the nodes of the state's trees.

One connection is one of these. The one that writes is used by a single thread; each block is one
transaction that is on the disk when it ends, so that no half of a block is ever there.
"""

import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
PATIENCE_S = 30.0
TOPICS = 4  # that a log entry has at most
LOG = "number, idx, position, address, topic0, topic1, topic2, topic3, content"

TABLES = """
CREATE TABLE chain_fact (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE chain_block (
    number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE chain_transaction (
    number INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, sender BLOB NOT NULL,
    raw BLOB NOT NULL, receipt BLOB NOT NULL, PRIMARY KEY (number, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX chain_transaction_hash ON chain_transaction (hash);
CREATE TABLE chain_log (
    number INTEGER NOT NULL, idx INTEGER NOT NULL, position INTEGER NOT NULL,
    address BLOB NOT NULL, topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB,
    content BLOB NOT NULL, PRIMARY KEY (number, idx)
) WITHOUT ROWID;
CREATE INDEX chain_log_address ON chain_log (address, number);
CREATE INDEX chain_log_topic0 ON chain_log (topic0, number);
CREATE INDEX chain_log_topic1 ON chain_log (topic1, number);
CREATE TABLE chain_node (
    hash BLOB PRIMARY KEY, value BLOB NOT NULL, born INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, kw_only=True)
class BlockRow:
    """A block as it is stored: its header in RLP, and how large the whole block is in RLP."""

    number: int
    hash: bytes
    header: bytes
    size: int


@dataclass(frozen=True, kw_only=True)
class TransactionRow:
    """A transaction as it was sent, with its receipt as the tree of receipts has it."""

    number: int
    position: int
    hash: bytes
    sender: bytes
    raw: bytes
    receipt: bytes


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """One log entry: a copy of what its receipt says, so that it can be found."""

    number: int
    idx: int  # within the block
    position: int  # of its transaction
    address: bytes
    topics: tuple[bytes, ...]
    content: bytes


class ChainStore:
    """One connection to the chain's file.

    Args:
        readonly: look only; the file must be there.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._born = 0  # the block that nodes are written for
        where = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
        self._db = sqlite3.connect(
            where, uri=True, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
        )
        if not readonly and not self._all("SELECT name FROM sqlite_master LIMIT 1"):
            self._run("PRAGMA auto_vacuum = INCREMENTAL")
        pragmas = ("query_only = ON",) if readonly else ("journal_mode = WAL", "synchronous = FULL")
        for pragma in (*pragmas, "cache_size = -16384", "temp_store = FILE"):
            self._run(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    # How it is written

    def is_new(self) -> bool:
        """Whether the file has no tables yet."""
        return not self._all("SELECT 1 FROM sqlite_master WHERE name = 'chain_fact'")

    def create(self) -> None:
        """Make the tables, inside the caller's transaction."""
        for statement in TABLES.split(";"):
            if statement.strip():
                self._run(statement)
        self.keep_fact("format", FORMAT.to_bytes(4, "big"))

    @contextmanager
    def block(self, number: int) -> Generator[None]:
        """Write one block and all that belongs to it."""
        self._born = number
        with self.change():
            yield

    @contextmanager
    def change(self) -> Generator[None]:
        """Write what belongs together: all on the disk at the end, or nothing."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._run("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Read one unchanging view of everything."""
        if self._db.in_transaction:
            yield
            return
        self._run("BEGIN")
        try:
            yield
        finally:
            self._run("ROLLBACK")

    def fact(self, name: str) -> bytes | None:
        """Something that is true of the whole chain."""
        return self._value("SELECT value FROM chain_fact WHERE name = ?", name)

    def keep_fact(self, name: str, value: bytes) -> None:
        """Say what is true of the whole chain from here on."""
        self._run("INSERT OR REPLACE INTO chain_fact (name, value) VALUES (?, ?)", name, value)

    def add_block(
        self, block: BlockRow, transactions: Iterable[TransactionRow], logs: Iterable[LogRow]
    ) -> None:
        """Keep a block, inside the caller's transaction."""
        self._run(
            "INSERT INTO chain_block (number, hash, header, size) VALUES (?, ?, ?, ?)",
            block.number,
            block.hash,
            block.header,
            block.size,
        )
        self._many(
            "INSERT INTO chain_transaction (number, position, hash, sender, raw, receipt)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            ((t.number, t.position, t.hash, t.sender, t.raw, t.receipt) for t in transactions),
        )
        self._many(
            f"INSERT INTO chain_log ({LOG}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (columns_of(log) for log in logs),
        )

    def node(self, hash: bytes) -> bytes | None:
        """A node of a tree, or a contract's code, by its hash."""
        return self._value("SELECT value FROM chain_node WHERE hash = ?", hash)

    def keep_node(self, hash: bytes, value: bytes) -> None:
        """Keep a node; one that is written again counts as young again."""
        self._run(
            "INSERT INTO chain_node (hash, value, born) VALUES (?, ?, ?)"
            " ON CONFLICT (hash) DO UPDATE SET value = excluded.value, born = excluded.born",
            hash,
            value,
            self._born,
        )

    # How it is read

    def newest(self) -> BlockRow | None:
        """The head of the chain."""
        return self._block("ORDER BY number DESC LIMIT 1")

    def block_by_number(self, number: int) -> BlockRow | None:
        """One block by its number."""
        return self._block("WHERE number = ?", number)

    def block_by_hash(self, hash: bytes) -> BlockRow | None:
        """One block by its hash."""
        return self._block("WHERE hash = ?", hash)

    def hashes_before(self, number: int, count: int) -> list[bytes]:
        """The hashes of the blocks before one, newest first."""
        sql = "SELECT hash FROM chain_block WHERE number < ? ORDER BY number DESC LIMIT ?"
        return [row[0] for row in self._all(sql, number, count)]

    def hashes_in(self, number: int) -> tuple[bytes, ...]:
        """The hashes of a block's transactions, in their order."""
        sql = "SELECT hash FROM chain_transaction WHERE number = ? ORDER BY position"
        return tuple(row[0] for row in self._all(sql, number))

    def transactions_in(self, number: int) -> list[TransactionRow]:
        """A block's transactions, in their order."""
        return self._transactions("number = ? ORDER BY position", number)

    def transaction_at(self, number: int, position: int) -> TransactionRow | None:
        """One transaction by its place."""
        found = self._transactions("number = ? AND position = ?", number, position)
        return found[0] if found else None

    def transaction(self, hash: bytes) -> TransactionRow | None:
        """One transaction by its hash."""
        found = self._transactions("hash = ?", hash)
        return found[0] if found else None

    def logs_before(self, number: int, position: int) -> int:
        """How many log entries a block has before those of one transaction."""
        sql = "SELECT count(*) FROM chain_log WHERE number = ? AND position < ?"
        return self._all(sql, number, position)[0][0]

    def logs(
        self,
        first: int,
        last: int,
        *,
        addresses: Sequence[bytes] = (),
        topics: Sequence[Sequence[bytes]] = (),
        most: int,
    ) -> list[LogRow]:
        """Log entries of some blocks, by who told them and by their topics, oldest first.

        Args:
            addresses: any of these; empty for anybody.
            topics: at each place any of these; empty for whatever is there.
        """
        where = ["number BETWEEN ? AND ?"]
        values: list[Any] = [first, last]
        places = [
            ("address", addresses),
            *((f"topic{n}", t) for n, t in enumerate(topics[:TOPICS])),
        ]
        for column, wanted in places:
            if wanted:
                where.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += wanted
        if len(topics) > TOPICS:
            return []
        return self._logs(f"{' AND '.join(where)} ORDER BY number, idx LIMIT {most}", *values)

    # What the sweeping of old states needs

    def begin_marking(self) -> None:
        """Forget what was marked."""
        self._run("CREATE TEMP TABLE IF NOT EXISTS live (hash BLOB PRIMARY KEY) WITHOUT ROWID")
        self._run("DELETE FROM temp.live")

    def mark(self, hashes: Iterable[bytes]) -> None:
        """Say that nodes are needed."""
        self._many("INSERT OR IGNORE INTO temp.live (hash) VALUES (?)", ((h,) for h in hashes))

    def is_marked(self, hash: bytes) -> bool:
        """Whether a node is known to be needed."""
        return bool(self._all("SELECT 1 FROM temp.live WHERE hash = ?", hash))

    def sweep(self, after: bytes, count: int, until: int) -> tuple[bytes, int]:
        """Remove those of the next nodes that nobody needs and that are not younger than a block.

        Returns:
            The last node that was looked at, empty at the end; and how many went.
        """
        rows = self._all(
            "SELECT hash, born FROM chain_node WHERE hash > ? ORDER BY hash LIMIT ?", after, count
        )
        dead = [(h,) for h, born in rows if born <= until and not self.is_marked(h)]
        self._many("DELETE FROM chain_node WHERE hash = ?", dead)
        return (rows[-1][0] if len(rows) == count else b""), len(dead)

    def end_marking(self, pages: int) -> None:
        """Give the space back that was freed, so many pages of it."""
        self._run("DELETE FROM temp.live")
        self._all(f"PRAGMA incremental_vacuum({pages})")

    def copy_to(self, path: Path) -> None:
        """A whole copy of one moment, while the chain goes on. https://sqlite.org/backup.html"""
        with closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    # What the audit reads: it must take whatever somebody may have put there

    def strays(self, head: int) -> list[tuple[str, int, int]]:
        """Rows of transactions and logs that belong to no block: table, block and place."""
        found: list[tuple[str, int, int]] = []
        for table, place in (("chain_transaction", "position"), ("chain_log", "idx")):
            rows = self._all(
                f"SELECT number, {place} FROM {table} WHERE number < 0 OR number > ? LIMIT 100",
                head,
            )
            found += [(table, number, at) for number, at in rows]
        return found

    def nodes_after(self, hash: bytes, count: int) -> list[tuple[Any, Any]]:
        """The next nodes in the order of their hashes."""
        sql = "SELECT hash, value FROM chain_node WHERE hash > ? ORDER BY hash LIMIT ?"
        return [(row[0], row[1]) for row in self._all(sql, hash, count)]

    def raw_logs(self, number: int) -> list[tuple[Any, ...]]:
        """A block's log rows with every column as it is stored."""
        return self._all(f"SELECT {LOG} FROM chain_log WHERE number = ? ORDER BY idx", number)

    def _block(self, where: str, *values: Any) -> BlockRow | None:
        rows = self._all(f"SELECT number, hash, header, size FROM chain_block {where}", *values)
        if not rows:
            return None
        number, hash, header, size = rows[0]
        return BlockRow(number=number, hash=hash, header=header, size=size)

    def _transactions(self, where: str, *values: Any) -> list[TransactionRow]:
        names = ("number", "position", "hash", "sender", "raw", "receipt")
        rows = self._all(f"SELECT {', '.join(names)} FROM chain_transaction WHERE {where}", *values)
        return [TransactionRow(**dict(zip(names, row, strict=True))) for row in rows]

    def _logs(self, where: str, *values: Any) -> list[LogRow]:
        return [
            LogRow(
                number=number,
                idx=idx,
                position=position,
                address=address,
                topics=tuple(topic for topic in topics if topic is not None),
                content=content,
            )
            for number, idx, position, address, *topics, content in self._all(
                f"SELECT {LOG} FROM chain_log WHERE {where}", *values
            )
        ]

    def _value(self, sql: str, *values: Any) -> bytes | None:
        rows = self._all(sql, *values)
        return rows[0][0] if rows else None

    def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(self._db.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def _run(self, sql: str, *values: Any) -> None:
        self._db.execute(sql, values).close()

    def _many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany(sql, rows).close()


def columns_of(log: LogRow) -> tuple[Any, ...]:
    """A log entry as its row has it."""
    topics = (*log.topics, *(None,) * (TOPICS - len(log.topics)))
    return (log.number, log.idx, log.position, log.address, *topics, log.content)
