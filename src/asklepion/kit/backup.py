"""Backups that honour an erasure: each row sealed under the key of whom it is about.

A backup holds no keys. Destroy somebody's key, and she is gone from every backup ever made,
wherever its copies lie; everybody else can be restored from it. The same file is read into SQLite
and into PostgreSQL, whichever it came from.

    asklepion-backup/1 <newline>
    frames: 4 bytes of length, then msgpack: table, columns, number of the key, and the rows sealed
            under it (zstd inside), bound to this backup, their place in it, table and columns

A frame of remains follows rows of which something must stay when their owner is gone; it is sealed
under the house's key and names nobody. The last frame says how many there were.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import sqlalchemy as sa
import zstandard

from .clock import Clock, to_iso
from .db import Database, Row, Step, Tx
from .errors import Conflict, Fault, Incorrect
from .log import get_log
from .vault import DataKey, Vault

log = get_log(__name__)

MAGIC = b"asklepion-backup/1\n"
SUFFIX = ".asklepion"
PLAIN = ("before-*.sqlite", "before-*.pgdump")  # as older programs made them; others stay
PAGE = 5000  # rows read at a time
MOST_FRAME = 1 << 30  # bytes
HOUSE = "house"  # owns what is nobody's
MIGRATIONS = "kit_migration"


@dataclass(frozen=True)
class Owned:
    """How the rows of one table find their owner.

    Args:
        owner: SQL over the row `t`; an empty text is the house.
        order: columns to read by, so that rows of one owner lie together; else the primary key.
        remains: columns that stay, sealed under the house's key, when the owner is gone.
    """

    owner: str = "''"
    order: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()


@dataclass
class Restored:
    """What became of a backup."""

    made_at: str = ""
    rows: dict[str, int] = field(default_factory=dict[str, int])
    gone: dict[str, int] = field(default_factory=dict[str, int])  # rows whose owner was erased
    remains: dict[str, list[tuple[bytes, list[Any]]]] = field(
        default_factory=dict[str, list[tuple[bytes, list[Any]]]]
    )  # by table: a mark of the owner, and the columns that stay


class Frame(msgspec.Struct):
    """One piece of a backup."""

    table: str
    columns: list[str]
    key: int
    sealed: bytes
    is_remains: bool = False


class Backups:
    """Makes backups and reads them.

    Args:
        owned: every table with how its rows find their owner, in the order to restore in; a
            table without an answer is left out.
    """

    def __init__(self, db: Database, vault: Vault, owned: Mapping[str, Owned | None]) -> None:
        self._db = db
        self._vault = vault
        self._owned = owned

    async def make(self, path: Path, clock: Clock) -> Path:
        """One new file, of one unchanging moment, while the house stays open; returns the file.

        Raises:
            Fault: there is a table of which nobody said whose its rows are.
        """
        path = path.with_suffix(SUFFIX)
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        writer = _Writer(self._vault, secrets.token_hex(16))
        with await asyncio.to_thread(_create, draft) as file:
            async with self._db.read() as tx:
                steps = await tx.all(
                    f"SELECT room, count(*) FROM {MIGRATIONS} GROUP BY room ORDER BY room"
                )
                head = {"id": writer.id, "made_at": to_iso(clock.now()), "steps": dict(steps)}
                file.write(MAGIC + await writer.frame(MIGRATIONS, [], HOUSE, [head]))
                for table in await self._tables(tx):
                    async for page in self._pages(tx, table):
                        await asyncio.to_thread(file.write, await self._frames(writer, table, page))
            end = [{"frames": writer.count}]
            file.write(await writer.frame("", [], HOUSE, end))
            await asyncio.to_thread(_sync, file)
        await asyncio.to_thread(draft.replace, path)
        log.info("backup made", frames=writer.count)
        return path

    async def _tables(self, tx: Tx) -> list[str]:
        there = await table_names(tx)
        unknown = there - self._owned.keys() - {MIGRATIONS}
        if unknown:
            raise Fault(f"Nobody said whose the rows of {', '.join(sorted(unknown))} are.")
        return [table for table, owned in self._owned.items() if owned and table in there]

    async def _pages(self, tx: Tx, table: str) -> AsyncGenerator["_Page"]:
        owned = self._owned[table] or Owned()
        columns, key = await _columns(tx, table)
        order = owned.order or key
        names = ", ".join(f"t.{column}" for column in columns)
        by = ", ".join(f"t.{column}" for column in order)
        places = [columns.index(column) for column in order]
        after: Row | None = None
        while True:
            values = dict(zip((f"a{n}" for n in range(len(order))), after or (), strict=False))
            where = f"WHERE ({by}) > ({', '.join(':' + name for name in values)})" if after else ""
            sql = f"SELECT {owned.owner}, {names} FROM {table} t {where} ORDER BY {by} LIMIT {PAGE}"
            rows = await tx.all(sql, **values)
            if not rows:
                return
            yield _Page(columns, rows)
            after = tuple(rows[-1][1 + place] for place in places)

    async def _frames(self, writer: "_Writer", table: str, page: "_Page") -> bytes:
        owned = self._owned[table] or Owned()
        frames: list[bytes] = []
        for owner, rows in page.by_owner().items():
            frames.append(await writer.frame(table, page.columns, owner or HOUSE, rows))
            if owned.remains and owner:
                places = [page.columns.index(column) for column in owned.remains]
                stay = [[row[place] for place in places] for row in rows]
                mark = self._vault.mark(owner)
                held = [[mark, stay]]
                columns = list(owned.remains)
                frames.append(await writer.frame(table, columns, HOUSE, held, is_remains=True))
        return b"".join(frames)

    # Back again

    async def restore(
        self, path: Path, rooms: Mapping[str, Sequence[Step]], clock: Clock
    ) -> Restored:
        """Read a backup into an empty database, without whoever was erased since.

        Raises:
            Conflict: the database is not empty.
            Incorrect: the file is no backup, or cut short.
            Fault: it was altered, or a key is lost.
        """
        async with self._db.read() as tx:
            if await table_names(tx):
                hint = "Give another ASKLEPION_DATA, or another database."
                raise Conflict("The database is not empty.", hint=hint)
        restored = Restored()
        with closing(_read(path)) as frames:
            reader = _Reader(self._vault)
            head = await reader.head(next(frames, None))
            restored.made_at = head["made_at"]
            taken = {room: steps[: head["steps"].get(room, 0)] for room, steps in rooms.items()}
            await self._db.migrate(taken, path.parent, clock)
            async with self._db.begin() as tx:
                is_gone = False
                while frame := await asyncio.to_thread(next, frames, None):
                    rows = await reader.rows(frame)
                    if not frame.is_remains or is_gone:  # remains follow what they are of
                        await _take(tx, restored, frame, rows)
                    is_gone = rows is None
                for table in restored.rows:
                    await _count_on(tx, table)
        reader.require_end()
        return restored


@dataclass(frozen=True)
class _Page:
    columns: list[str]
    rows: list[Row]  # the owner first

    def by_owner(self) -> dict[str, list[list[Any]]]:
        found: dict[str, list[list[Any]]] = {}
        for owner, *row in self.rows:
            found.setdefault(owner, []).append(row)
        return found


class _Writer:
    def __init__(self, vault: Vault, id: str) -> None:
        self._vault = vault
        self.id = id
        self.count = 0

    async def frame(
        self,
        table: str,
        columns: list[str],
        owner: str,
        rows: Sequence[Any],
        *,
        is_remains: bool = False,
    ) -> bytes:
        key = (await self._vault.current([owner]))[owner]
        text = zstandard.compress(msgspec.msgpack.encode(rows))
        # The head alone must open before anybody knows which backup it is.
        id = self.id if self.count else ""
        context = _context(id, self.count, table, columns, is_remains)
        sealed = key.seal(text, context)
        frame = Frame(table, columns, key.id, sealed, is_remains)
        self.count += 1
        held = msgspec.msgpack.encode(frame)
        return len(held).to_bytes(4, "big") + held


class _Reader:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._id = ""
        self._count = 0
        self._is_ended = False

    async def head(self, frame: Frame | None) -> dict[str, Any]:
        if frame is None or frame.table != MIGRATIONS:
            raise _not_one()
        (head,) = await self.rows(frame) or []
        self._id = head["id"]
        return head

    async def rows(self, frame: Frame) -> list[Any] | None:
        """What a frame holds; nothing where its owner was erased."""
        if self._is_ended:
            raise _not_one()
        key: DataKey | None = (await self._vault.by_id([frame.key])).get(frame.key)
        if key is None:
            if not self._vault.is_destroyed(frame.key):
                hint = "Restore the keys folder from your backup of it."
                raise Fault("A key that the backup needs is missing.", hint=hint)
            self._count += 1
            return None
        place = (self._id, self._count, frame.table, frame.columns, frame.is_remains)
        text = key.open(frame.sealed, _context(*place))
        rows = msgspec.msgpack.decode(zstandard.decompress(text, max_output_size=MOST_FRAME))
        if not frame.table:
            self._is_ended = rows[0]["frames"] == self._count
        self._count += 1
        return rows

    def require_end(self) -> None:
        """Raises Incorrect if the backup was cut short."""
        if not self._is_ended:
            raise Incorrect("The backup was cut short.", hint="Take another copy of it.")


def _not_one() -> Incorrect:
    return Incorrect("The file is no backup of this kind.", hint="Give a file from data/backups.")


def _context(id: str, count: int, table: str, columns: Sequence[str], is_remains: bool) -> bytes:
    return f"backup {id} {count} {table} {','.join(columns)} {int(is_remains)}".encode()


async def _take(tx: Tx, restored: Restored, frame: Frame, rows: list[Any] | None) -> None:
    if not frame.table:
        return
    if frame.is_remains:
        restored.remains.setdefault(frame.table, []).extend((m, r) for m, r in rows or ())
    elif rows is None:
        restored.gone[frame.table] = restored.gone.get(frame.table, 0) + 1
    else:
        restored.rows[frame.table] = restored.rows.get(frame.table, 0) + len(rows)
        names = ", ".join(frame.columns)
        values = ", ".join(f":{column}" for column in frame.columns)
        sql = f"INSERT INTO {frame.table} ({names}) VALUES ({values})"
        await tx.many(sql, [dict(zip(frame.columns, row, strict=True)) for row in rows])


async def table_names(tx: Tx) -> set[str]:
    """Every table of the database."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if tx.dialect == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return {row[0] for row in await tx.all(sql)}


async def _columns(tx: Tx, table: str) -> tuple[list[str], tuple[str, ...]]:
    """A table's columns, and those of its primary key."""

    def look(connection: sa.Connection) -> tuple[list[str], tuple[str, ...]]:
        inspector = sa.inspect(connection)
        key = inspector.get_pk_constraint(table)["constrained_columns"]
        return [column["name"] for column in inspector.get_columns(table)], tuple(key)

    return await tx.look(look)


async def _count_on(tx: Tx, table: str) -> None:
    """Let PostgreSQL's own numbers go on after those that were restored."""
    _, key = await _columns(tx, table)
    if tx.dialect != "postgresql" or len(key) != 1:
        return
    (column,) = key
    sql = f"SELECT pg_get_serial_sequence('{table}', '{column}')"
    row = await tx.one(sql)
    if row and row[0]:
        await tx.one(f"SELECT setval('{row[0]}', (SELECT max({column}) FROM {table}))")


def _create(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    path.touch(0o600)
    return path.open("wb")


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _read(path: Path) -> Generator[Frame]:
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise _not_one()
            while length := file.read(4):
                size = int.from_bytes(length, "big")
                held = file.read(size) if size <= MOST_FRAME else b""
                yield msgspec.msgpack.decode(held, type=Frame)
    except OSError as error:
        raise Incorrect(f"{path.name} cannot be read.", hint="Check the path.") from error
    except msgspec.MsgspecError as error:
        raise Incorrect("The backup was cut short.", hint="Take another copy of it.") from error


def drop_plain(folder: Path) -> int:
    """Remove backups in the clear that older programs made; returns how many."""
    found = [path for pattern in PLAIN for path in folder.glob(pattern)]
    for path in found:
        path.unlink()
        log.warn("plain backup removed", file=path.name)
    return len(found)
