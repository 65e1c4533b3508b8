"""Databases that have their tables already: the real migrations make one, and others are copies.

A test that opens a house on a copy is spared the third of a second that its tables would take.
"""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Step, connect_database

Rooms = Mapping[str, Sequence[Step]]
SQLITE = "sqlite:///"
_made: dict[tuple[str, frozenset[tuple[str, int]]], str] = {}  # by server and steps


async def create_database(server: str, name: str, template: str = "template1") -> str:
    """A new database of PostgreSQL, in place of one of that name; returns its URL."""
    connection = await asyncpg.connect(server)  # pyright: ignore
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name}")  # pyright: ignore
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # pyright: ignore
    finally:
        await connection.close()  # pyright: ignore
    return f"{server.rpartition('/')[0]}/{name}"


async def drop_database(server: str, name: str) -> None:
    """Take a database away, whoever still holds on to it."""
    connection = await asyncpg.connect(server)  # pyright: ignore
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # pyright: ignore
    finally:
        await connection.close()  # pyright: ignore


async def fill(url: str, rooms: Rooms) -> str:
    """Give an empty database the tables of these rooms; returns its URL."""
    server, _, name = url.rpartition("/")
    of = _folder() if url.startswith(SQLITE) else f"{server}/postgres"
    key = of, frozenset((room, len(steps)) for room, steps in rooms.items())
    if key not in _made:
        _made[key] = await _make(of, rooms)
    if url.startswith(SQLITE):
        await asyncio.to_thread(shutil.copyfile, _made[key], url.removeprefix(SQLITE))
        return url
    return await create_database(of, name, _made[key])


async def _make(of: str, rooms: Rooms) -> str:
    name = f"tables_{uuid.uuid4().hex}"
    if of == _folder():
        made = f"{of}/{name}.sqlite"
        url = f"{SQLITE}{made}"
    else:
        made = name
        url = await create_database(of, name)
    db = connect_database(url, durable=False)
    await db.migrate(rooms, Path(_folder()), StoppedClock(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    await db.close()
    return made


@cache
def _folder() -> str:
    return tempfile.mkdtemp(prefix="asklepion-tables-")
