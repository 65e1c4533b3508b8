"""Somebody who can write to the database alters the log; the audit names the row."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.keys import Keys
from asklepion.ledger import Ledger
from asklepion.ledger.engine import audit, merkle
from asklepion.ledger.service import auditing
from tests.ledger.test_service import append, commitments

SIZE = 43


@pytest.fixture
async def log(db: Database, ledger: Ledger) -> Ledger:
    """A log of 43 leaves with five checkpoints, numbered 0 to 4, of sizes 0, 1, 8, 40 and 43."""
    size = 0
    for to in (0, 1, 8, 40, 43):
        await append(db, ledger, to - size, size)
        await ledger.checkpoint()
        size = to
    return ledger


async def change(db: Database, sql: str, **values: Any) -> None:
    async with db.begin() as tx:
        assert await tx.run(sql, **values) > 0


TABLES = {
    "leaf": "idx, commitment, hash, seal",
    "node": "level, idx, hash, seal",
    "checkpoint": "number, size, root, note, signed_at, seal",
    "head": "id, size, peaks, checkpoints, seal",
}


@asynccontextmanager
async def restored(db: Database) -> AsyncGenerator[None]:
    """Put everything back afterwards, as it was."""
    async with db.read() as tx:
        kept = {t: await tx.all(f"SELECT {names} FROM ledger_{t}") for t, names in TABLES.items()}
    yield
    async with db.begin() as tx:
        for table, names in TABLES.items():
            columns = names.split(", ")
            rows = [dict(zip(columns, row, strict=True)) for row in kept[table]]
            values = ", ".join(f":{column}" for column in columns)
            await tx.run(f"DELETE FROM ledger_{table}")
            await tx.many(f"INSERT INTO ledger_{table} ({names}) VALUES ({values})", rows)


async def findings(ledger: Ledger) -> list[str]:
    return sorted(str(finding) for finding in await ledger.verify())


async def test_an_untouched_log_has_no_findings(log: Ledger) -> None:
    assert await findings(log) == []


OTHER = bytes(32)
NOT_OURS = "it is not as it was written"
ADDED = "it was added, or its place was altered"
MISSING = "it is missing"

LEAVES = [merkle.leaf_hash(each) for each in commitments(SIZE)]
PEAKS, NODES = merkle.grow(0, [], LEAVES)
ROOT_8 = merkle.fold(merkle.grow(0, [], LEAVES[:8])[0])


def byte_0(right: bytes) -> str:
    """What is said of a value that was replaced by zeroes."""
    return f"byte 0 is 0x00, should be 0x{right[0]:02x}"


CASES: list[tuple[str, list[str]]] = [
    (
        "UPDATE ledger_leaf SET commitment = :other WHERE idx = 17",
        ["ledger_leaf 17: its hash is not that of its commitment"],
    ),
    (
        "UPDATE ledger_leaf SET hash = :other WHERE idx = 17",
        [f"ledger_leaf 17: its hash is not that of its commitment: {byte_0(LEAVES[17])}"],
    ),
    ("UPDATE ledger_leaf SET seal = :other WHERE idx = 17", [f"ledger_leaf 17: {NOT_OURS}"]),
    (
        "UPDATE ledger_leaf SET commitment = :other, hash = :leaf WHERE idx = 42",
        [f"ledger_leaf 42: {NOT_OURS}"],
    ),
    (
        "UPDATE ledger_leaf SET idx = 99 WHERE idx = 17",
        [f"ledger_leaf 17: {MISSING}", f"ledger_leaf 99: {ADDED}"],
    ),
    ("DELETE FROM ledger_leaf WHERE idx = 0", [f"ledger_leaf 0: {MISSING}"]),
    ("DELETE FROM ledger_leaf WHERE idx = 42", [f"ledger_leaf 42: {MISSING}"]),
    ("DELETE FROM ledger_leaf WHERE idx >= 5 AND idx < 9", [f"ledger_leaf 5 to 8: {MISSING}"]),
    ("DELETE FROM ledger_leaf", [f"ledger_leaf 0 to 42: {MISSING}"]),
    (
        "INSERT INTO ledger_leaf (idx, commitment, hash, seal) VALUES (43, :other, :leaf, :other)",
        [f"ledger_leaf 43: {ADDED}"],
    ),
    (
        "INSERT INTO ledger_leaf (idx, commitment, hash, seal)"
        " SELECT 9000000000000000000, commitment, hash, seal FROM ledger_leaf WHERE idx = 1",
        [f"ledger_leaf 9000000000000000000: {ADDED}"],
    ),
    (
        "INSERT INTO ledger_leaf (idx, commitment, hash, seal) VALUES (-1, :other, :leaf, :other)",
        [f"ledger_leaf -1: {ADDED}"],
    ),
    (
        "UPDATE ledger_node SET hash = :other WHERE level = 2 AND idx = 3",
        [
            "ledger_node 2:3: its hash is not that of the two below it: "
            + byte_0(merkle.fold(merkle.grow(0, [], LEAVES[12:16])[0]))
        ],
    ),
    (
        "UPDATE ledger_node SET seal = :other WHERE level = 5 AND idx = 0",
        [f"ledger_node 5:0: {NOT_OURS}"],
    ),
    ("DELETE FROM ledger_node WHERE level = 1 AND idx = 20", [f"ledger_node 1:20: {MISSING}"]),
    ("DELETE FROM ledger_node WHERE level = 5", [f"ledger_node 5:0: {MISSING}"]),
    (
        "UPDATE ledger_node SET idx = 7 WHERE level = 3 AND idx = 2",
        [f"ledger_node 3:2: {MISSING}", f"ledger_node 3:7: {ADDED}"],
    ),
    (
        "UPDATE ledger_node SET level = 60 WHERE level = 3 AND idx = 2",
        [f"ledger_node 3:2: {MISSING}", f"ledger_node 60:2: {ADDED}"],
    ),
    (
        "INSERT INTO ledger_node (level, idx, hash, seal) VALUES (0, 4, :other, :other)",
        [f"ledger_node 0:4: {ADDED}"],
    ),
    (
        "UPDATE ledger_checkpoint SET note = 'x' WHERE size = 8",
        [f"ledger_checkpoint 2: {NOT_OURS}"],
    ),
    ("UPDATE ledger_checkpoint SET size = 7 WHERE size = 8", [f"ledger_checkpoint 2: {NOT_OURS}"]),
    ("UPDATE ledger_checkpoint SET size = -9 WHERE size = 8", [f"ledger_checkpoint 2: {NOT_OURS}"]),
    (
        "UPDATE ledger_checkpoint SET root = :other WHERE size = 8",
        [f"ledger_checkpoint 2: {NOT_OURS}: {byte_0(ROOT_8)}"],
    ),
    (
        "UPDATE ledger_checkpoint SET signed_at = 1 WHERE size = 8",
        [f"ledger_checkpoint 2: {NOT_OURS}"],
    ),
    (
        "UPDATE ledger_checkpoint SET seal = :other WHERE size = 8",
        [f"ledger_checkpoint 2: {NOT_OURS}"],
    ),
    ("DELETE FROM ledger_checkpoint WHERE size = 0", [f"ledger_checkpoint 0: {MISSING}"]),
    ("DELETE FROM ledger_checkpoint WHERE size = 43", [f"ledger_checkpoint 4: {MISSING}"]),
    ("DELETE FROM ledger_checkpoint", [f"ledger_checkpoint 0 to 4: {MISSING}"]),
    (
        "UPDATE ledger_checkpoint SET number = 70 WHERE size = 8",
        [f"ledger_checkpoint 2: {MISSING}", f"ledger_checkpoint 70: {ADDED}"],
    ),
    (
        "INSERT INTO ledger_checkpoint (number, size, root, note, signed_at, seal)"
        " VALUES (5, 44, :other, 'x', 1, :other)",
        [f"ledger_checkpoint 5: {ADDED}"],
    ),
    ("UPDATE ledger_head SET size = 44", [f"ledger_head 1: {NOT_OURS}"]),
    ("UPDATE ledger_head SET size = 40", [f"ledger_head 1: {NOT_OURS}"]),
    (
        "UPDATE ledger_head SET peaks = :other",
        [f"ledger_head 1: {NOT_OURS}: {byte_0(PEAKS[0])}"],
    ),
    ("UPDATE ledger_head SET checkpoints = 4", [f"ledger_head 1: {NOT_OURS}"]),
    ("UPDATE ledger_head SET seal = :other", [f"ledger_head 1: {NOT_OURS}"]),
    ("DELETE FROM ledger_head", [f"ledger_head 1: {MISSING}"]),
    (
        "INSERT INTO ledger_head (id, size, peaks, checkpoints, seal)"
        " SELECT 2, size, peaks, checkpoints, seal FROM ledger_head",
        [f"ledger_head 2: {ADDED}"],
    ),
]


@pytest.mark.parametrize("page", [5, auditing.PAGE])
async def test_the_row_that_was_touched_is_named_and_no_other(
    db: Database, log: Ledger, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "PAGE", page)
    values = {"other": OTHER, "leaf": merkle.leaf_hash(OTHER)}
    found: list[tuple[str, list[str]]] = []

    for sql, _ in CASES:
        async with restored(db):
            await change(db, sql, **{name: v for name, v in values.items() if f":{name}" in sql})
            found.append((sql, await findings(log)))

    assert found == CASES
    assert await findings(log) == []


async def test_two_leaves_that_changed_places_are_both_named(db: Database, log: Ledger) -> None:
    for old, new in ((16, 99), (17, 16), (99, 17)):
        await change(db, "UPDATE ledger_leaf SET idx = :new WHERE idx = :old", old=old, new=new)

    assert await findings(log) == [f"ledger_leaf 16 to 17: {NOT_OURS}"]


async def test_a_leaf_whose_whole_path_was_rebuilt_is_still_named(
    db: Database, log: Ledger
) -> None:
    forged = commitments(SIZE)
    forged[17] = OTHER
    hashes = [merkle.leaf_hash(each) for each in forged]
    peaks, nodes = merkle.grow(0, [], hashes)
    path = [node for node in nodes if node[1] == 17 >> node[0]]

    await change(
        db,
        "UPDATE ledger_leaf SET commitment = :c, hash = :h WHERE idx = 17",
        c=OTHER,
        h=hashes[17],
    )
    for level, index, value in path:
        sql = "UPDATE ledger_node SET hash = :h WHERE level = :level AND idx = :idx"
        await change(db, sql, h=value, level=level, idx=index)
    await change(db, "UPDATE ledger_head SET peaks = :peaks", peaks=b"".join(peaks))

    assert await findings(log) == [
        f"ledger_head 1: {NOT_OURS}",
        f"ledger_leaf 17: {NOT_OURS}",
        *(f"ledger_node {level}:{index}: {NOT_OURS}" for level, index, _ in path),
    ]


async def test_a_log_cut_back_to_an_older_state_is_given_away_by_its_checkpoints(
    db: Database, ledger: Ledger
) -> None:
    await append(db, ledger, 5)
    await ledger.checkpoint()
    async with db.read() as tx:
        old = await tx.one("SELECT size, peaks, checkpoints, seal FROM ledger_head")
    assert old
    await append(db, ledger, 3, 5)
    await ledger.checkpoint()

    await change(db, "DELETE FROM ledger_leaf WHERE idx >= 5")
    await change(db, "DELETE FROM ledger_node WHERE idx >= 5 >> CAST(level AS INTEGER)")
    await change(
        db,
        "UPDATE ledger_head SET size = :a, peaks = :b, checkpoints = :c, seal = :d",
        **dict(zip("abcd", old, strict=True)),
    )

    assert await findings(ledger) == [f"ledger_checkpoint 1: {ADDED}"]


async def test_a_house_that_rewrites_its_own_past_contradicts_what_it_signed(
    db: Database, log: Ledger, clock: StoppedClock, keys: Keys
) -> None:
    """Whoever has the keys can seal anything; what was signed before still stands against it."""
    async with db.read() as tx:
        signed = await tx.all(
            "SELECT number, size, root, note, signed_at, seal FROM ledger_checkpoint"
        )
        head = await tx.one("SELECT size, peaks, checkpoints, seal FROM ledger_head")
    assert head
    async with db.begin() as tx:
        for table in ("leaf", "node", "checkpoint", "head"):
            await tx.run(f"DELETE FROM ledger_{table}")
    await append(db, log, SIZE, 1000)
    for number, size, *rest in signed:
        await change(
            db,
            "INSERT INTO ledger_checkpoint (number, size, root, note, signed_at, seal)"
            " VALUES (:n, :s, :a, :b, :c, :d)",
            n=number,
            s=size,
            **dict(zip("abcd", rest, strict=True)),
        )

    found = await findings(log)

    for number, size in ((1, 1), (4, 43)):
        said = (
            f"ledger_checkpoint {number}: its root is not that of the first {size} leaves: byte 0"
        )
        assert any(each.startswith(said) for each in found)


async def test_with_another_key_nothing_is_as_it_was_written(
    db: Database, log: Ledger, clock: StoppedClock, keys: Keys, tmp_path: Any
) -> None:
    other = Ledger(db=db, clock=clock, keys=Keys(tmp_path / "other keys"))

    found = await findings(other)

    assert f"ledger_leaf 0 to 42: {NOT_OURS}" in found
    assert f"ledger_checkpoint 0 to 4: {NOT_OURS}" in found
    assert len(found) < 12


@pytest.mark.parametrize("database_url", [""])  # PostgreSQL itself refuses them
async def test_values_of_a_kind_that_has_no_business_there_are_named(
    db: Database, log: Ledger
) -> None:
    await change(db, "UPDATE ledger_leaf SET commitment = 'text' WHERE idx = 3")
    await change(db, "UPDATE ledger_leaf SET hash = 7 WHERE idx = 4")
    await change(db, "UPDATE ledger_node SET idx = 'text' WHERE level = 1 AND idx = 5")
    await change(db, "UPDATE ledger_node SET level = 'text' WHERE level = 1 AND idx = 6")
    await change(db, "UPDATE ledger_checkpoint SET signed_at = 'text', note = 5 WHERE size = 8")

    assert await findings(log) == [
        f"ledger_checkpoint 2: {NOT_OURS}",
        "ledger_leaf 3 to 4: its hash is not that of its commitment",
        f"ledger_node 1:5 to 1:6: {MISSING}",
        f"ledger_node 1:text: {ADDED}",
        f"ledger_node text:6: {ADDED}",
    ]


@pytest.mark.parametrize("database_url", [""])  # PostgreSQL itself refuses such text
async def test_a_row_that_the_database_cannot_read_is_a_finding_not_a_crash(
    db: Database, log: Ledger
) -> None:
    await change(db, "UPDATE ledger_checkpoint SET note = CAST(x'ff' AS TEXT) WHERE size = 8")

    assert any("cannot read" in finding for finding in await findings(log))


@given(
    rows=st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=8),
    nodes=st.sets(
        st.sampled_from([(1, n) for n in range(21)] + [(2, n) for n in range(10)]), max_size=6
    ),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_rows_altered_together_are_exactly_the_ones_named(
    db: Database, log: Ledger, rows: set[int], nodes: set[tuple[int, int]]
) -> None:
    async with restored(db):
        async with db.begin() as tx:
            for row in rows:
                sql = "UPDATE ledger_leaf SET commitment = :other WHERE idx = :row"
                await tx.run(sql, other=OTHER, row=row)
            for level, index in nodes:
                sql = "UPDATE ledger_node SET hash = :other WHERE level = :level AND idx = :idx"
                await tx.run(sql, other=OTHER, level=level, idx=index)

        named: set[tuple[str, str]] = set()
        for finding in await log.verify():
            first, _, last = finding.row.partition(" to ")
            level, _, start = first.rpartition(":")
            end = (last or first).rpartition(":")[2]
            for place in range(int(start), int(end) + 1):
                named.add((finding.table, f"{level}:{place}" if level else str(place)))

        assert named == {("ledger_leaf", str(row)) for row in rows} | {
            ("ledger_node", f"{level}:{index}") for level, index in nodes
        }


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (b"abc", ""),
        (b"abd", "byte 2 is 0x64, should be 0x63"),
        (b"ab", "byte 2 is missing, should be 0x63"),
        (b"abcd", "byte 3 is 0x64, should not be there"),
        (b"", "byte 0 is missing, should be 0x61"),
    ],
)
def test_the_first_bad_byte_is_named(stored: bytes, words: str) -> None:
    assert audit.first_bad_byte(stored, b"abc") == words


async def test_of_a_run_of_altered_nodes_the_first_one_s_bad_byte_is_named(
    db: Database, log: Ledger
) -> None:
    right = next(value for level, index, value in NODES if (level, index) == (1, 3))
    altered = right[:5] + bytes([right[5] ^ 1]) + right[6:]
    sql = "UPDATE ledger_node SET hash = :altered WHERE level = 1 AND idx IN (3, 4)"
    await change(db, sql, altered=altered)

    assert await findings(log) == [
        "ledger_node 1:3 to 1:4: its hash is not that of the two below it:"
        f" in 1:3, byte 5 is 0x{altered[5]:02x}, should be 0x{right[5]:02x}"
    ]
