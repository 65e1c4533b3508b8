from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from asklepion.identity import MIGRATIONS, Account, Caller, Identity, Role
from asklepion.kit import events as outbox
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from tests.tables import fill

EMAIL, PASSWORD = "nora@clinic.example", "seven quiet herons"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
async def db(tmp_path: Path, database_url: str, clock: StoppedClock) -> AsyncGenerator[Database]:
    rooms = {"kit": outbox.MIGRATIONS, "identity": MIGRATIONS}
    url = await fill(database_url or f"sqlite:///{tmp_path}/identity.sqlite", rooms)
    db = connect_database(url, durable=False)
    yield db
    await db.close()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys")


@pytest.fixture
def identity(db: Database, clock: StoppedClock, keys: Keys) -> Identity:
    return Identity(db=db, clock=clock, ids=Ids(clock), keys=keys, hasher=QUICK)


@pytest.fixture
async def nora(identity: Identity) -> Account:
    """A patient."""
    return await identity.create_account(
        Identity.console(),
        email=EMAIL,
        password=PASSWORD,
        name="Nora Lind",
        roles=[Role.PATIENT],
    )


@pytest.fixture
async def keeper(identity: Identity) -> Caller:
    """An operator."""
    account = await identity.create_account(
        Identity.console(),
        email="keeper@clinic.example",
        password=PASSWORD,
        name="Kay Keeper",
        roles=[Role.OPERATOR],
    )
    return account.caller
