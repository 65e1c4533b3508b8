"""An empty shelf on SQLite and on PostgreSQL."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from asklepion.kit.db import connect_database
from asklepion.records.store.tables import MIGRATIONS
from tests.tables import fill

from .shelf import Shelf


@pytest.fixture
async def shelf(database_url: str, tmp_path: Path) -> AsyncGenerator[Shelf]:
    url = await fill(
        database_url or f"sqlite:///{tmp_path}/records.sqlite", {"records": MIGRATIONS}
    )
    db = connect_database(url)
    yield Shelf(db)
    await db.close()
