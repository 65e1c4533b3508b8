"""One database, short transactions: SQLite, or PostgreSQL by its URL; the same SQL text."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from functools import lru_cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

from . import sweeping
from .clock import Clock, to_us
from .errors import Fault, Incorrect
from .log import get_log
from .sqlite import COMMON, PATIENCE_S, Line, Lines

log = get_log(__name__)

Step = Callable[[Operations], None]
Row = tuple[Any, ...]
T = TypeVar("T")

# A table's own number for its rows; SQLite wants its native INTEGER for that.
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@lru_cache(maxsize=4096)
def _statement(sql: str) -> sa.TextClause:
    return sa.text(sql)


@lru_cache(maxsize=1024)
def _positional(sql: str, dialect: str) -> tuple[str, tuple[str, ...]]:
    """The driver's own text and its values in order: a fifth of the work for thousands of rows."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        names.append(found[1])
        return "?" if dialect == "sqlite" else f"${len(names)}"

    return NAMED.sub(place, sql), tuple(names)


NAMED = re.compile(r"(?<![:\w]):(\w+)")


@contextmanager
def _told_alike(sql: str) -> Generator[None]:
    """SQLite's errors as SQLAlchemy tells those of every database."""
    try:
        yield
    except sqlite3.Error as error:
        told = DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)
        raise told from error


@contextmanager
def _kept_or_incorrect() -> Generator[None]:
    """Values that no column can hold came from outside: half characters, NUL, 40 digits."""
    try:
        yield
    except (UnicodeEncodeError, OverflowError, DBAPIError) as error:
        if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") not in UNFIT:
            raise
        raise Incorrect(
            "A text or a number cannot be kept.",
            hint="Send plain characters, and numbers of at most 18 digits.",
        ) from error


UNFIT = (
    "22000",
    "22003",
    "22021",
)  # https://www.postgresql.org/docs/current/errcodes-appendix.html


class Tx:
    """One open transaction. Parameters are named, as in `WHERE id = :id`.

    Args:
        connection: SQLAlchemy's; of SQLite where its schema is changed, else of PostgreSQL.
        line: our own connection to SQLite, where there is one.
    """

    def __init__(self, connection: AsyncConnection | None, line: Line | None = None) -> None:
        self._held = connection
        self._line = line
        self.dialect = connection.dialect.name if connection else "sqlite"  # or "postgresql"
        self.callbacks: list[Callable[[], None]] = []
        self.endings: list[Callable[[], Awaitable[None]]] = []

    @property
    def _connection(self) -> AsyncConnection:
        if self._held is None:
            raise Fault("SQLAlchemy has no part in this transaction.", hint="Use the verbs.")
        return self._held

    async def all(self, sql: str, **values: Any) -> list[Row]:
        """Every row of the answer."""
        if self._line:
            text, names = _positional(sql, self.dialect)
            with _kept_or_incorrect(), _told_alike(sql):
                return await self._line.ask(text, [values[name] for name in names])
        with _kept_or_incorrect():
            result = await self._connection.execute(_statement(sql), values)
        return [tuple(row) for row in result]

    async def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of the answer, or nothing."""
        if self._line:
            rows = await self.all(sql, **values)
            return rows[0] if rows else None
        with _kept_or_incorrect():
            row = (await self._connection.execute(_statement(sql), values)).first()
        return None if row is None else tuple(row)

    async def run(self, sql: str, **values: Any) -> int:
        """Carry out one change; returns how many rows it touched."""
        if self._line:
            text, names = _positional(sql, self.dialect)
            with _kept_or_incorrect(), _told_alike(sql):
                return await self._line.change(text, [values[name] for name in names])
        with _kept_or_incorrect():
            return (await self._connection.execute(_statement(sql), values)).rowcount

    async def run_long(self, sql: str, **values: Any) -> int:
        """Carry out one change of so many rows that nobody else should wait for it."""
        if self._line:
            text, names = _positional(sql, self.dialect)
            with _kept_or_incorrect(), _told_alike(sql):
                return await self._line.change_much(text, [values[name] for name in names])
        return await self.run(sql, **values)

    async def many(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry out one change for each set of values."""
        if not rows:
            return
        text, names = _positional(sql, self.dialect)
        pick = cast(Callable[[Any], Any], itemgetter(*names))  # of one name it makes no tuple
        values = list(map(pick, rows)) if len(names) > 1 else [(pick(row),) for row in rows]
        if self._line:
            with _kept_or_incorrect(), _told_alike(sql):
                return await self._line.change_many(text, values)
        with _kept_or_incorrect():
            await self._connection.exec_driver_sql(text, values)

    async def look(self, work: Callable[[sa.Connection], T]) -> T:
        """Let SQLAlchemy look at the schema."""
        if self._line:
            return await self._line.beside(partial(self._line.look, work))
        return await self._connection.run_sync(work)

    async def lock(self, name: str, *, shared: bool = False) -> None:
        """Let nobody else past this line until the transaction ends (SQLite has one writer).

        Args:
            shared: many may pass together, as long as nobody has it alone.
        """
        if self.dialect == "postgresql":
            kind = "_shared" if shared else ""
            await self.one(f"SELECT pg_advisory_xact_lock{kind}(hashtext(:name))", name=name)

    def at_end(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do this last of all in the transaction, whoever opened it; never if it fails before."""
        self.endings.append(work)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once this is kept; never if it is rolled back."""
        self.callbacks.append(callback)


class Database:
    """Hands out transactions: SQLite has one writer at a time, PostgreSQL many."""

    def __init__(
        self, writers: AsyncEngine, readers: AsyncEngine, lines: Lines | None = None
    ) -> None:
        self._writers = writers
        self._readers = readers
        self._lines = lines
        self.dialect = writers.dialect.name

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Tx]:
        """Commit when the block ends well, roll back when it does not."""
        async with self._writing() as tx:
            yield tx
            for work in tx.endings:
                await work()
        for callback in tx.callbacks:
            callback()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Tx]:
        """One unchanging view of everything; writing in it is an error."""
        if self._lines:
            async with self._lines.reading() as line:
                yield Tx(None, line)
            return
        async with self._readers.begin() as connection:
            yield Tx(connection)

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[Tx]:
        if self._lines:
            with _told_alike("COMMIT"):
                async with self._lines.writing() as line:
                    yield Tx(None, line)
            return
        async with self._writers.begin() as connection:
            yield Tx(connection)

    async def migrate(
        self,
        rooms: Mapping[str, Sequence[Step]],
        backups: Path,
        clock: Clock,
        backup: Callable[[Path], Awaitable[Path]] | None = None,
    ) -> int:
        """Bring every room's tables up to date, after a backup if there was anything to lose.

        Args:
            backup: makes it; a plain copy where nothing is said.

        Returns:
            How many steps were taken.

        Raises:
            Fault: this program is older than the database, or no backup could be made.
        """
        async with self.begin() as tx:
            await tx.run(
                "CREATE TABLE IF NOT EXISTS kit_migration"
                " (room TEXT, step BIGINT, taken_at BIGINT, PRIMARY KEY (room, step))"
            )
        async with self.read() as tx:
            rows = await tx.all("SELECT room, count(*) FROM kit_migration GROUP BY room")
        taken: dict[str, int] = {room: count for room, count in rows}
        for room, count in taken.items():
            if count > len(rooms.get(room, ())):
                raise Fault(
                    f"The database is newer than this program ({room}, step {count}).",
                    hint="Start the newer program, or restore the backup made before it.",
                )
        missing = sum(len(steps) - taken.get(room, 0) for room, steps in rooms.items())
        if missing and taken:
            path = backups / f"before-{clock.now():%Y%m%dT%H%M%S}"
            await (backup or self.backup)(path)
        for room, steps in rooms.items():
            await self._take(room, steps, clock)
        return missing

    async def _take(self, room: str, steps: Sequence[Step], clock: Clock) -> None:
        async with self._writers.begin() as connection:
            tx = Tx(connection)
            await tx.lock("kit.migrate")
            sql = "SELECT count(*) FROM kit_migration WHERE room = :room"
            done = (await tx.one(sql, room=room) or (0,))[0]
            for number, step in enumerate(steps[done:], start=done + 1):
                await connection.run_sync(partial(_apply, step))
                sql = "INSERT INTO kit_migration VALUES (:room, :step, :at)"
                await tx.run(sql, room=room, step=number, at=to_us(clock.now()))
                log.info("migrated", room=room, step=number)

    async def backup(self, path: Path) -> Path:
        """Copy the whole database into one new file while it stays open; returns the file.

        Raises:
            Fault: PostgreSQL's own `pg_dump` is not installed, or it failed.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.dialect == "sqlite":
            path = path.with_suffix(".sqlite")
            await asyncio.to_thread(_copy_sqlite, str(self._writers.url.database), path)
            return path
        return await self._dump(path.with_suffix(".pgdump"))

    async def _dump(self, path: Path) -> Path:
        tool = shutil.which("pg_dump")
        if tool is None:
            raise Fault(
                "There is no pg_dump to back up with.",
                hint="Install postgresql-client.",
            )
        url = self._writers.url.set(drivername="postgresql")
        command = [
            tool,
            "--format=custom",
            f"--file={path}",
            f"--dbname={_without_password(url)}",
        ]
        environment = {"PGPASSWORD": url.password or ""}
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        if await process.wait() != 0:
            raise Fault("The backup with pg_dump failed.", hint="Its own message stands above.")
        return path

    async def forget_log(self) -> bool:
        """Empty the write-ahead log into the database file; whether all of it could be."""
        return await sweeping.forget_log(self._writers)

    async def sweep(self) -> bool:
        """Rewrite the database's files, so that nothing deleted is left in them.

        Returns:
            False if something may be left in a log that this house may not touch.
        """
        return await sweeping.sweep(self._writers)

    async def analyze(self) -> None:
        """Let the database count its rows again, so that it plans well; for after large imports."""
        async with self.begin() as tx:
            await tx.run_long("ANALYZE")

    async def close(self) -> None:
        """Close every connection."""
        if self._lines:
            self._lines.close()
        await self._writers.dispose()
        if self._readers is not self._writers:
            await self._readers.dispose()


def _apply(step: Step, connection: sa.Connection) -> None:
    step(Operations(MigrationContext.configure(connection)))


def _copy_sqlite(database: str, path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))


def _without_password(url: sa.URL) -> str:
    return url.set(password=None).render_as_string()


def connect_database(url: str, *, durable: bool = True) -> Database:
    """A database by its URL.

    Args:
        url: `sqlite:///relative.sqlite`, `sqlite:////absolute.sqlite` or
            `postgresql://user:password@host/name`.
        durable: wait for the disk at every commit, so that a power cut loses nothing either.

    Raises:
        Incorrect: the URL is of neither kind.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise Incorrect("The database URL cannot be read.", hint=URL_HINT) from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return _connect_sqlite(parsed.set(drivername="sqlite+aiosqlite"), durable)
        case "postgresql":
            engine = create_async_engine(
                parsed.set(drivername="postgresql+asyncpg"),
                pool_size=10,
                max_overflow=10,
                pool_timeout=PATIENCE_S,
            )
            return Database(engine, engine.execution_options(**READ_ONLY))
        case _:
            raise Incorrect("The database URL is of no kind we know.", hint=URL_HINT)


READ_ONLY: dict[str, Any] = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}
URL_HINT = "Give sqlite:///path/to/file or postgresql://user:password@host/database."


def _connect_sqlite(url: sa.URL, durable: bool) -> Database:
    Path(url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = _sqlite_engine(url, "FULL" if durable else "OFF")
    return Database(engine, engine, Lines(str(url.database), durable=durable))


def _sqlite_engine(url: sa.URL, sync: str) -> AsyncEngine:
    """SQLAlchemy's way to SQLite: for its migrations alone."""
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
    )

    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        own = ("journal_mode = WAL", f"synchronous = {sync}")
        for pragma in (*own, *COMMON, f"busy_timeout = {int(PATIENCE_S * 1000)}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def say_begin(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        with _told_alike("BEGIN IMMEDIATE"):
            await_only(driver.execute_fetchall("BEGIN IMMEDIATE"))

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", say_begin)
    return engine


if sqlite3.sqlite_version_info < (3, 35):  # RETURNING
    raise ImportError(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or newer is needed.")
