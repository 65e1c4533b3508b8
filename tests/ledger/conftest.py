from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.keys import Keys
from asklepion.ledger import MIGRATIONS, Ledger
from tests.tables import fill


@pytest.fixture
async def db(tmp_path: Path, database_url: str, clock: StoppedClock) -> AsyncGenerator[Database]:
    url = await fill(database_url or f"sqlite:///{tmp_path}/ledger.sqlite", {"ledger": MIGRATIONS})
    db = connect_database(url, durable=False)
    await db.migrate({"ledger": MIGRATIONS}, tmp_path / "backups", clock)
    yield db
    await db.close()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


@pytest.fixture
def ledger(db: Database, clock: StoppedClock, keys: Keys) -> Ledger:
    return Ledger(db=db, clock=clock, keys=keys)
