"""SQLite without detours: short statements run where they are asked, long ones beside the loop.

A way to another thread and back costs more than most of our statements do, and there were several
for each transaction. So a question is put at once, with a moment's patience: what takes longer is
stopped and asked again in a thread, in the same transaction and so of the same snapshot. What waits
for the disk (a commit) or for somebody else (a lock) is never done on the loop.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from typing import Any, TypeVar

import sqlalchemy as sa

from .errors import Busy

T = TypeVar("T")
Values = Sequence[Any]
Rows = list[tuple[Any, ...]]

READERS = 4  # open read connections
PATIENCE_S = 30.0  # how long a transaction waits for its turn
MOMENT_S = 0.002  # how long a question may hold up everybody else
STEPS = 2000  # of SQLite's machine between two looks at the clock
STATEMENTS = 512  # kept ready: a search is a long text
MANY = 64  # rows or values of a change that are too many to be made on the loop
COMMON = (
    "foreign_keys = ON",
    "mmap_size = 268435456",
    "cache_size = -65536",
    "temp_store = MEMORY",
    "secure_delete = ON",  # what is deleted is overwritten
    "busy_timeout = 0",  # nobody waits for a lock on the loop
)


class Line:
    """One connection, used by one transaction at a time."""

    def __init__(self, path: str, pragmas: Sequence[str], threads: ThreadPoolExecutor) -> None:
        self._path = path
        self._threads = threads
        self._deadline = 0.0  # 0: none
        self._driver = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        for pragma in (*pragmas, *COMMON):
            self._do(f"PRAGMA {pragma}")
        self._driver.set_progress_handler(self._is_late, STEPS)

    def _is_late(self) -> bool:
        return self._deadline > 0 and time.monotonic() > self._deadline

    async def ask(self, sql: str, values: Values) -> Rows:
        """Every row of an answer."""
        if not sql.startswith(("SELECT", "WITH")):  # a stopped change would take all back with it
            return await self._change(lambda: self._rows(sql, values), values)
        self._deadline = time.monotonic() + MOMENT_S
        try:
            return self._rows(sql, values)
        except sqlite3.OperationalError as error:
            if not _why(error).startswith(("SQLITE_INTERRUPT", "SQLITE_BUSY")):
                raise
        finally:
            self._deadline = 0.0
        return await self.beside(lambda: self._rows(sql, values))

    async def change(self, sql: str, values: Values) -> int:
        """Carry out one change; returns how many rows it touched."""
        return await self._change(lambda: self._count(sql, values), values)

    async def change_much(self, sql: str, values: Values) -> int:
        """Carry out one change of very many rows, in a thread; returns how many it touched."""
        return await self.beside(lambda: self._count(sql, values))

    async def change_many(self, sql: str, rows: Sequence[Values]) -> None:
        """Carry out one change for each set of values."""
        await self._change(lambda: self._many(sql, rows), rows)

    # A cursor is closed where it was used: left to be collected some time, it would reset a
    # statement that another thread is in the midst of.

    def _rows(self, sql: str, values: Values) -> Rows:
        with closing(self._driver.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def _count(self, sql: str, values: Values) -> int:
        with closing(self._driver.execute(sql, values)) as cursor:
            return cursor.rowcount

    def _many(self, sql: str, rows: Sequence[Values]) -> None:
        self._driver.executemany(sql, rows).close()

    def _do(self, sql: str) -> None:
        self._driver.execute(sql).close()

    async def _change(self, work: Callable[[], T], values: Sequence[Any]) -> T:
        return await self.beside(work) if len(values) >= MANY else work()

    async def beside(self, work: Callable[[], T]) -> T:
        """Do something in a thread; whoever gives up on it waits until it has stopped.

        However often they are told to give up: else the thread would go on writing once the
        transaction is taken back, outside of any.
        """
        loop, given_up = asyncio.get_running_loop(), threading.Event()
        future = loop.run_in_executor(self._threads, self._patiently, work, given_up)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            given_up.set()
            while not future.done():
                self._driver.interrupt()
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([future], timeout=0.01)
            future.exception()  # that it was stopped is no news
            raise

    def _patiently(self, work: Callable[[], T], given_up: threading.Event) -> T:
        """Wait for locks that others hold, where waiting harms nobody."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return work()
            except sqlite3.OperationalError as error:
                is_over = given_up.is_set() or time.monotonic() > until
                if not _why(error).startswith("SQLITE_BUSY") or is_over:
                    raise
                given_up.wait(0.005)

    def look(self, work: Callable[[sa.Connection], T]) -> T:
        """Let SQLAlchemy look at the schema, by a connection of its own."""
        engine = sa.create_engine(f"sqlite:///{self._path}")
        try:
            with engine.connect() as connection:
                return work(connection)
        finally:
            engine.dispose()

    async def begin(self, how: str) -> None:
        """Begin a transaction, once nobody else is in the way."""
        try:
            self._do(how)
        except sqlite3.OperationalError as error:
            if not _why(error).startswith("SQLITE_BUSY"):
                raise
            await self.beside(lambda: self._do(how))

    async def commit(self) -> None:
        """End a transaction well: on the disk when this returns."""
        await self.beside(lambda: self._do("COMMIT"))

    def roll_back(self) -> None:
        """Take a transaction back; nothing happens where SQLite did so itself."""
        if self._driver.in_transaction:
            self._do("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self._driver.close()


def _why(error: sqlite3.OperationalError) -> str:
    """SQLite's name of an error; empty for one that is Python's own."""
    return getattr(error, "sqlite_errorname", "")


class Lines:
    """The connections to one file: some that read, and one that writes."""

    def __init__(self, path: str, *, durable: bool) -> None:
        self._path = path
        sync = "FULL" if durable else "OFF"
        self._writing = ("journal_mode = WAL", f"synchronous = {sync}")
        self._threads = ThreadPoolExecutor(READERS + 1, thread_name_prefix="sqlite")
        self._readers: list[Line] = []
        self._writer: Line | None = None
        self._seats = asyncio.Semaphore(READERS)
        self._turn = asyncio.Semaphore(1)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Line]:
        """A transaction that reads: one unchanging view of everything.

        Raises:
            Busy: too many read at once, for too long.
        """
        async with _seat(self._seats):
            line = self._readers.pop() if self._readers else self._open(("query_only = ON",))
            try:
                await line.begin("BEGIN")
                yield line
            finally:
                line.roll_back()  # it wrote nothing
                self._readers.append(line)

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Line]:
        """A transaction that writes: kept when the block ends well.

        Raises:
            Busy: others write for too long.
        """
        async with _seat(self._turn):
            line = self._writer = self._writer or self._open(self._writing)
            try:
                await line.begin("BEGIN IMMEDIATE")  # who gives up on it may have it all the same
                yield line
                await line.commit()
            finally:
                line.roll_back()

    def _open(self, pragmas: Sequence[str]) -> Line:
        return Line(self._path, pragmas, self._threads)

    def close(self) -> None:
        """Close every connection."""
        for line in (*self._readers, *([self._writer] if self._writer else [])):
            line.close()
        self._readers, self._writer = [], None
        self._threads.shutdown(wait=True)


@asynccontextmanager
async def _seat(seats: asyncio.Semaphore) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await seats.acquire()
    except TimeoutError as error:
        raise Busy("The database is busy.", hint="Try again in a moment.") from error
    try:
        yield
    finally:
        seats.release()
