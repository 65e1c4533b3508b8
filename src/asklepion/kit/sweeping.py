"""What was deleted, taken out of the database's own files: free pages, logs, statistics."""

import asyncio
import sqlite3
from contextlib import closing

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .log import get_log

log = get_log(__name__)

PATIENCE_S = 30.0
MESSAGE = 4 * 1024 * 1024  # bytes of one filler in PostgreSQL's log
MOST_SEGMENTS = 256  # of that log, overwritten by one sweep


async def forget_log(engine: AsyncEngine) -> bool:
    """Empty SQLite's write-ahead log into the file; whether all of it could be."""
    if engine.dialect.name != "sqlite":
        return True
    return await asyncio.to_thread(_forget_log, str(engine.url.database))


def _forget_log(database: str) -> bool:
    with closing(sqlite3.connect(database, timeout=PATIENCE_S)) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


async def sweep(engine: AsyncEngine) -> bool:
    """Write every table anew; writers wait meanwhile.

    Returns:
        False if something that was deleted may still lie in a log that we may not touch.
    """
    if engine.dialect.name == "sqlite":
        return await asyncio.to_thread(_sweep_sqlite, str(engine.url.database))
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("ANALYZE")  # statistics hold values
        await connection.exec_driver_sql("VACUUM (FULL)")
        try:
            await _overwrite_wal(connection)
        except DBAPIError as error:  # not ours to do
            log.warn("write-ahead log not swept", why=type(error.orig).__name__)
            return False
    return True


def _sweep_sqlite(database: str) -> bool:
    with closing(sqlite3.connect(database, timeout=PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


async def _overwrite_wal(connection: AsyncConnection) -> None:
    """PostgreSQL keeps old segments of its log for use again: use them.

    It takes the rights of pg_checkpoint and pg_monitor.
    """
    sql = "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"
    size = int((await connection.exec_driver_sql(sql)).scalar_one())
    await _fill(connection, size)  # so that the present segment is left behind
    await connection.exec_driver_sql("CHECKPOINT")
    count = int(
        (await connection.exec_driver_sql("SELECT count(*) FROM pg_ls_waldir()")).scalar_one()
    )
    await _fill(connection, size * min(count + 1, MOST_SEGMENTS))
    await connection.exec_driver_sql("CHECKPOINT")


async def _fill(connection: AsyncConnection, size: int) -> None:
    sql = f"SELECT pg_logical_emit_message(false, 'sweep', repeat('.', {MESSAGE}))"
    for _ in range(-(-size // MESSAGE)):
        await connection.exec_driver_sql(sql)
