"""Somebody alters the log, the chain, or what binds them: the check names what."""

from typing import Any

import pytest

from asklepion.kit.db import Database
from asklepion.kit.errors import Incorrect
from asklepion.ledger import Contracts, EmbeddedChain, Ledger
from tests.ledger.test_service import append

OTHER = bytes(32)


@pytest.fixture
async def bound(at_home: Contracts, db: Database, ledger: Ledger) -> Contracts:
    """Two anchors, two leaves about the chain, and a status digest."""
    await append(db, ledger, 5)
    await at_home.bind()
    await at_home.publish_status("list", 1, b"\1" * 32)
    await append(db, ledger, 6, 5)
    await at_home.bind()
    return at_home


async def findings(contracts: Contracts) -> list[str]:
    return [str(each) for each in (await contracts.audit())[0]]


async def test_what_nobody_touched_has_no_findings(bound: Contracts) -> None:
    assert await findings(bound) == []


CASES: list[tuple[str, str]] = [
    (
        "UPDATE ledger_chain_head SET key = :other WHERE leaf = 5",
        "does not match leaf 5 of the log",
    ),
    ("UPDATE ledger_chain_head SET event = :junk WHERE leaf = 5", "cannot be read"),
    (
        "UPDATE ledger_chain_head SET block = block + 1 WHERE leaf = 5",
        "has columns that contradict its event",
    ),
    (
        "UPDATE ledger_leaf SET commitment = :other WHERE idx = 5",
        "does not match leaf 5 of the log",
    ),
    ("UPDATE ledger_contract SET code = :other WHERE name = 'Anchor'", "lies another code"),
    ("UPDATE ledger_contract SET address = :short WHERE name = 'Anchor'", "lies another code"),
    ("UPDATE ledger_sending SET block = block + 1 WHERE kind = 'status'", "is not in block"),
    ("UPDATE ledger_sending SET hash = :other WHERE kind = 'status'", "is not in block"),
]


@pytest.mark.parametrize(("sql", "what"), CASES)
async def test_an_altered_row_is_named(bound: Contracts, db: Database, sql: str, what: str) -> None:
    values: dict[str, Any] = {"other": OTHER, "junk": b"{", "short": bytes(20)}
    async with db.begin() as tx:
        assert await tx.run(sql, **{n: v for n, v in values.items() if f":{n}" in sql})

    found = await findings(bound)

    assert any(what in each for each in found), found


async def test_a_log_that_was_rewritten_no_longer_fits_what_the_chain_knows(
    bound: Contracts, db: Database
) -> None:
    async with db.begin() as tx:
        await tx.run("UPDATE ledger_leaf SET hash = :other WHERE idx = 4", other=OTHER)

    found = [each for each in await findings(bound) if "chain Anchor 5" in each]

    assert len(found) == 1
    assert "its root is not that of the log's first leaves: byte 0 is 0x" in found[0]


async def test_a_log_that_was_cut_short_is_found_out(bound: Contracts, ledger: Ledger) -> None:
    class Short:
        """The same log with fewer leaves, as an old backup has it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(ledger, name)

        async def size(self) -> int:
            return 7

    bound._ledger = Short()  # pyright: ignore

    assert any("the chain knows" in each for each in await findings(bound))


async def test_a_chain_that_was_made_anew_no_longer_fits_what_the_log_knows(
    bound: Contracts, own: EmbeddedChain
) -> None:
    from dataclasses import replace

    class Other:
        """The same chain with other blocks."""

        def __getattr__(self, name: str) -> Any:
            return getattr(own, name)

        async def block(self, which: int) -> Any:
            found = await own.block(which)
            return found and replace(found, state_root=found.state_root[:31] + b"\xee")

    bound._chain = Other()  # pyright: ignore

    found = [each for each in await findings(bound) if "ledger_chain_head" in each]
    assert len(found) == 2
    assert "of the chain has another state root: byte 31 is 0xee, should be 0x" in found[0]


async def test_a_node_that_gives_few_entries_at_once_is_asked_in_parts(
    bound: Contracts, own: EmbeddedChain, db: Database, ledger: Ledger
) -> None:
    await append(db, ledger, 8, 11)
    await bound.bind()

    class Mean:
        """The same chain, which gives one entry at a time."""

        def __getattr__(self, name: str) -> Any:
            return getattr(own, name)

        async def logs(self, **named: Any) -> Any:
            found = await own.logs(**named)
            if len(found) > 1:
                raise Incorrect("More than 1 log entries match.")
            return found

    bound._chain = Mean()  # pyright: ignore
    async with db.begin() as tx:
        await tx.run("UPDATE ledger_leaf SET hash = :other WHERE idx = 4", other=OTHER)

    (found,) = [each for each in await findings(bound) if "chain Anchor" in each]
    assert "chain Anchor 5: its root is not that of the log's first leaves" in found


async def test_a_part_that_cannot_be_looked_at_hides_none_of_the_others(
    bound: Contracts, own: EmbeddedChain, db: Database
) -> None:
    class Mute:
        """The same chain, which tells nothing of its logs."""

        def __getattr__(self, name: str) -> Any:
            return getattr(own, name)

        async def logs(self, **_: Any) -> Any:
            raise Incorrect("No logs are kept here.")

    bound._chain = Mute()  # pyright: ignore
    async with db.begin() as tx:
        sql = "UPDATE ledger_contract SET code = :other WHERE name = 'Consent'"
        await tx.run(sql, other=OTHER)
        await tx.run("UPDATE ledger_sending SET block = block + 1 WHERE kind = 'status'")

    found = await findings(bound)

    assert len(found) == 3
    assert "chain Anchor all: cannot be looked at: No logs are kept here." in found[1]
