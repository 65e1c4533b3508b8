"""An empty shelf on SQLite and on PostgreSQL."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import connect_database
from asklepion.records.store.tables import MIGRATIONS

from .shelf import NOON, Shelf


@pytest.fixture
async def shelf(database_url: str, tmp_path: Path) -> AsyncGenerator[Shelf]:
    db = connect_database(database_url or f"sqlite:///{tmp_path}/records.sqlite")
    await db.migrate({"records": MIGRATIONS}, tmp_path, StoppedClock(NOON))
    yield Shelf(db)
    await db.close()
