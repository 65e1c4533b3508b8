import asyncio
import gc
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.exc import DBAPIError

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, Serial, connect_database
from asklepion.kit.errors import Fault, Incorrect


def first(op: Operations) -> None:
    op.create_table(
        "kit_thing",
        sa.Column("number", Serial, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )


def second(op: Operations) -> None:
    op.add_column("kit_thing", sa.Column("weight", sa.Double))


@pytest.fixture
async def db(tmp_path: Path, database_url: str, clock: StoppedClock):
    db = connect_database(database_url or f"sqlite:///{tmp_path}/a.sqlite")
    await db.migrate({"kit": (first,)}, tmp_path / "backups", clock)
    yield db
    await db.close()


async def names(db: Database) -> list[str]:
    async with db.read() as tx:
        return [name for (name,) in await tx.all("SELECT name FROM kit_thing ORDER BY number")]


INSERT = "INSERT INTO kit_thing (name) VALUES (:name)"


async def test_what_is_written_stays_when_the_block_ends_well(db: Database) -> None:
    async with db.begin() as tx:
        await tx.many(INSERT, [{"name": "olive"}, {"name": "cypress"}])

    assert await names(db) == ["olive", "cypress"]


async def test_an_error_in_the_block_takes_everything_back(db: Database) -> None:
    called: list[str] = []

    with pytest.raises(KeyError):
        async with db.begin() as tx:
            await tx.run(INSERT, name="olive")
            tx.after_commit(lambda: called.append("kept"))
            raise KeyError

    assert await names(db) == []
    assert called == []


async def test_callbacks_come_after_the_commit(db: Database) -> None:
    seen: list[str] = []

    async with db.begin() as tx:
        await tx.run(INSERT, name="olive")
        tx.after_commit(lambda: seen.append("kept"))
        assert seen == []

    assert seen == ["kept"]


async def test_a_reader_may_not_write(db: Database) -> None:
    with pytest.raises(DBAPIError):
        async with db.read() as tx:
            await tx.run(INSERT, name="olive")

    assert await names(db) == []


async def test_a_reader_sees_one_moment(db: Database) -> None:
    count = "SELECT count(*) FROM kit_thing"
    async with db.read() as early:
        before = await early.one(count)
        async with db.begin() as tx:
            await tx.run(INSERT, name="olive")
        after = await early.one(count)

    assert before == after == (0,)


async def test_a_new_step_is_taken_once_after_a_backup(
    db: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    async with db.begin() as tx:
        await tx.run(INSERT, name="olive")

    taken = await db.migrate({"kit": (first, second)}, tmp_path / "backups", clock)
    again = await db.migrate({"kit": (first, second)}, tmp_path / "backups", clock)

    assert (taken, again) == (1, 0)
    (backup,) = (tmp_path / "backups").iterdir()
    assert backup.stat().st_size > 1000
    async with db.read() as tx:
        assert await tx.all("SELECT name, weight FROM kit_thing") == [("olive", None)]


async def test_a_backup_opens_as_a_database_of_its_own(tmp_path: Path, clock: StoppedClock) -> None:
    db = connect_database(f"sqlite:///{tmp_path}/a.sqlite")
    await db.migrate({"kit": (first,)}, tmp_path, clock)
    async with db.begin() as tx:
        await tx.run(INSERT, name="olive")

    copy = connect_database(f"sqlite:///{await db.backup(tmp_path / 'copy')}")

    assert await names(copy) == ["olive"]
    await db.close()
    await copy.close()


async def test_an_older_program_refuses_a_newer_database(
    db: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    with pytest.raises(Fault, match="newer than this program"):
        await db.migrate({"kit": ()}, tmp_path, clock)


async def test_a_step_that_fails_leaves_nothing_behind(
    db: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    def breaks(op: Operations) -> None:
        op.create_table("kit_half", sa.Column("id", sa.Text))
        raise KeyError

    with pytest.raises(KeyError):
        await db.migrate({"kit": (first, breaks)}, tmp_path / "b", clock)

    assert await db.migrate({"kit": (first, second)}, tmp_path / "b2", clock) == 1
    with pytest.raises(DBAPIError):
        async with db.read() as tx:
            await tx.all("SELECT * FROM kit_half")


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "no url at all", ""])
def test_a_url_we_do_not_know_is_refused_with_advice(url: str) -> None:
    with pytest.raises(Incorrect, match="sqlite:///"):
        connect_database(url)


async def test_what_no_database_can_keep_is_the_senders_mistake(db: Database) -> None:
    by_name = "SELECT number FROM kit_thing WHERE name = :name"
    unfit = ["\ud800"] if db.dialect == "sqlite" else ["\ud800", "\0"]  # SQLite keeps a NUL

    for name in unfit:
        for verb, sql in (("all", by_name), ("one", by_name), ("run", INSERT)):
            with pytest.raises(Incorrect, match="cannot be kept"):
                async with db.begin() as tx:
                    await getattr(tx, verb)(sql, name=name)
        with pytest.raises(Incorrect, match="cannot be kept"):
            async with db.begin() as tx:
                await tx.many(INSERT, [{"name": "plain"}, {"name": name}])
    with pytest.raises(Incorrect, match="cannot be kept"):
        async with db.read() as tx:
            await tx.all("SELECT name FROM kit_thing WHERE number = :number", number=10**40)

    assert await names(db) == []


LONG = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
    " SELECT count(*) FROM n"
)
MANY = (
    "INSERT INTO kit_thing (name) WITH RECURSIVE n(i) AS"
    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT 'olive ' || i FROM n"
)


async def test_a_long_question_holds_nobody_up(db: Database) -> None:
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0)
            gaps.append(time.monotonic() - begun)
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    async with db.read() as tx:
        assert await tx.one(LONG, most=2_000_000) == (2_000_000,)
    ticking.cancel()

    assert len(gaps) > 20  # meanwhile
    async with db.read() as tx:  # the connection is as good as before
        assert await tx.one("SELECT count(*) FROM kit_thing") == (0,)


async def test_a_long_change_holds_nobody_up(db: Database) -> None:
    async with db.begin() as tx:
        await tx.run(INSERT, name="olive")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with db.begin() as tx:
        changed = await tx.run_long(
            f"DELETE FROM kit_thing WHERE number < ({LONG})", most=2_000_000
        )
        meanwhile = ticks  # before the commit, which is never made on the loop
    ticking.cancel()

    assert (changed, meanwhile > 20) == (1, True)


async def test_whoever_gives_up_on_a_question_leaves_the_connection_whole(db: Database) -> None:
    for verb in (db.read, db.begin):

        async def ask(verb: Any = verb) -> None:
            async with verb() as tx:
                await tx.one(LONG, most=100_000_000)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await ask()

    async with db.begin() as tx:
        await tx.run(INSERT, name="olive")
    assert await names(db) == ["olive"]


async def test_whoever_is_told_to_give_up_twice_leaves_nothing_behind(db: Database) -> None:
    async def write() -> None:
        async with db.begin() as tx:
            await tx.run_long(MANY, most=100_000_000)

    task = asyncio.create_task(write())
    await asyncio.sleep(0.2)  # it is in the midst of it, in a thread
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task

    await asyncio.sleep(0.1)
    assert await names(db) == []
    async with db.begin() as tx:
        await tx.run(INSERT, name="cypress")
    assert await names(db) == ["cypress"]


async def test_whoever_gives_up_while_another_program_writes_holds_nobody_up(
    tmp_path: Path, clock: StoppedClock
) -> None:
    db = connect_database(f"sqlite:///{tmp_path}/a.sqlite")
    await db.migrate({"kit": (first,)}, tmp_path / "backups", clock)
    with closing(sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def write() -> None:
            async with db.begin() as tx:
                await tx.run(INSERT, name="olive")

        task = asyncio.create_task(write())
        await asyncio.sleep(0.05)
        task.cancel()
        other.execute("ROLLBACK")  # so that its turn comes at this very moment
        with pytest.raises(asyncio.CancelledError):
            await task

    await write()

    assert await names(db) == ["olive"]
    await db.close()


async def test_a_snapshot_stays_the_same_when_a_question_takes_long(db: Database) -> None:
    async with db.read() as tx:
        before = await tx.one("SELECT count(*) FROM kit_thing")
        async with db.begin() as other:
            await other.many(INSERT, [{"name": f"tree {n}"} for n in range(200)])
        await tx.one(LONG, most=2_000_000)
        assert await tx.one("SELECT count(*) FROM kit_thing") == before == (0,)


async def test_two_houses_on_one_file_wait_for_each_other(
    tmp_path: Path, clock: StoppedClock
) -> None:
    one, two = (connect_database(f"sqlite:///{tmp_path}/a.sqlite") for _ in range(2))
    await one.migrate({"kit": (first,)}, tmp_path / "backups", clock)

    async def write(db: Database, name: str) -> None:
        async with db.begin() as tx:
            await tx.run(INSERT, name=name)
            await asyncio.sleep(0.05)
            await tx.run("UPDATE kit_thing SET name = name || '!' WHERE name = :name", name=name)

    await asyncio.gather(*(write(db, f"{n}") for n, db in enumerate((one, two, one, two))))

    assert sorted(await names(one)) == ["0!", "1!", "2!", "3!"]
    await one.close()
    await two.close()


async def test_many_changes_one_after_the_other_never_disturb_each_other(db: Database) -> None:
    """What was used in a thread is let go there, whenever the rest is collected."""
    for turn in range(60):
        async with db.begin() as tx:
            await tx.many(INSERT, [{"name": f"{turn} {n}"} for n in range(150)])
            await tx.many(INSERT, [{"name": f"{turn} more {n}"} for n in range(150)])
        gc.collect(turn % 3)

    async with db.read() as tx:
        assert await tx.one("SELECT count(*) FROM kit_thing") == (18_000,)


async def test_what_is_left_for_the_end_is_kept_or_forgotten_with_the_rest(db: Database) -> None:
    order: list[str] = []

    async def last(tx: Any) -> None:
        order.append("last")
        await tx.run(INSERT, name="cypress")

    async with db.begin() as tx:
        tx.after_commit(lambda: order.append("kept"))
        tx.at_end(lambda: last(tx))
        await tx.run(INSERT, name="olive")
        order.append("block")
    with pytest.raises(DBAPIError):
        async with db.begin() as tx:
            await tx.run(INSERT, name="pine")
            tx.at_end(lambda: last(tx))  # there is one of that name: all of it goes

    assert order == ["block", "last", "kept", "last"]
    assert sorted(await names(db)) == ["cypress", "olive"]
