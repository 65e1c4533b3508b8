import asyncio
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Fault, Incorrect, NotFound
from asklepion.kit.keys import Keys
from asklepion.ledger import Ledger, commit, is_consistent, verify_receipt
from asklepion.ledger.engine.merkle import EMPTY_ROOT
from asklepion.ledger.service import auditing
from tests.ledger.engine.test_merkle import plain_root

KEY = bytes(range(32))


def event(number: int) -> dict[str, Any]:
    return {"id": str(number), "action": "read"}


def commitments(count: int, first: int = 0) -> list[bytes]:
    return [commit(event(number), KEY) for number in range(first, first + count)]


async def append(db: Database, ledger: Ledger, count: int, first: int = 0) -> list[int]:
    async with db.begin() as tx:
        return await ledger.append(tx, commitments(count, first))


def root_of(count: int) -> bytes:
    return plain_root([sha256(b"\0" + each).digest() for each in commitments(count)])


async def test_leaves_get_the_next_places(db: Database, ledger: Ledger) -> None:
    assert await append(db, ledger, 3) == [0, 1, 2]
    assert await append(db, ledger, 0) == []
    assert await append(db, ledger, 2, 3) == [3, 4]

    assert await ledger.size() == 5
    assert await ledger.leaf(4) == commitments(1, 4)[0]
    assert await ledger.leaf(5) is None


async def test_an_empty_log_has_a_signed_state_too(ledger: Ledger) -> None:
    checkpoint = await ledger.checkpoint()

    assert (checkpoint.size, checkpoint.root) == (0, EMPTY_ROOT)
    assert await ledger.verify() == []


async def test_the_root_that_is_signed_is_that_of_the_definition(
    db: Database, ledger: Ledger
) -> None:
    size = 0
    for count in (1, 2, 1, 7, 30, 64, 9):
        await append(db, ledger, count, size)
        size += count

        checkpoint = await ledger.checkpoint()

        assert (checkpoint.size, checkpoint.root) == (size, root_of(size))


async def test_a_transaction_that_is_taken_back_leaves_no_trace(
    db: Database, ledger: Ledger
) -> None:
    await append(db, ledger, 5)

    with pytest.raises(KeyError):
        async with db.begin() as tx:
            assert await ledger.append(tx, commitments(20, 100)) == list(range(5, 25))
            raise KeyError

    assert await append(db, ledger, 4, 5) == [5, 6, 7, 8]
    assert (await ledger.checkpoint()).root == root_of(9)
    assert await ledger.verify() == []


async def test_two_appends_in_one_transaction_follow_each_other(
    db: Database, ledger: Ledger
) -> None:
    async with db.begin() as tx:
        first = await ledger.append(tx, commitments(3))
        second = await ledger.append(tx, commitments(4, 3))

    assert first + second == list(range(7))
    assert (await ledger.checkpoint()).root == root_of(7)


async def test_many_who_append_at_once_never_share_a_place(db: Database, ledger: Ledger) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(append(db, ledger, 3, 3 * n)) for n in range(20)]
        for _ in range(5):
            group.create_task(ledger.checkpoint())

    assert sorted(place for task in tasks for place in task.result()) == list(range(60))
    assert await ledger.verify() == []


async def test_an_audit_sees_one_moment_while_others_append_and_sign(
    db: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "PAGE", 8)  # many statements, with others' commits between them
    await append(db, ledger, 40)

    async def work() -> None:
        for number in range(20):
            await append(db, ledger, 3, 40 + 3 * number)
            await ledger.checkpoint()

    working = asyncio.create_task(work())
    while not working.done():
        assert await ledger.verify() == []
    await working

    assert await ledger.size() == 100


async def test_a_large_batch_is_one_tree_like_any_other(db: Database, ledger: Ledger) -> None:
    await append(db, ledger, 3)
    await append(db, ledger, 1500, 3)

    assert (await ledger.checkpoint()).root == root_of(1503)
    assert await ledger.verify() == []


@pytest.mark.parametrize("count", [1, 1000])
async def test_appending_takes_the_same_few_statements_for_one_and_for_a_thousand(
    db: Database, ledger: Ledger, count: int
) -> None:
    await append(db, ledger, 5)
    async with db.begin() as tx:
        counted = CountedTx(tx)
        await ledger.append(cast(Tx, counted), commitments(count, 5))

    assert counted.statements <= 5


class CountedTx:
    """Counts the statements on their way into a transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.statements = 0

    def __getattr__(self, name: str) -> Any:
        self.statements += 1
        return getattr(self._tx, name)


async def test_what_is_no_commitment_is_refused(db: Database, ledger: Ledger) -> None:
    async with db.begin() as tx:
        with pytest.raises(Incorrect, match="32"):
            await ledger.append(tx, [bytes(32), bytes(31)])


async def test_a_checkpoint_stays_the_same_until_the_log_grows(
    db: Database, ledger: Ledger, clock: StoppedClock
) -> None:
    await append(db, ledger, 2)
    first = await ledger.checkpoint()
    clock.at += timedelta(hours=1)

    again = await ledger.checkpoint()
    await append(db, ledger, 1, 2)
    grown = await ledger.checkpoint()

    assert again == first
    assert (grown.size, grown.signed_at) == (3, clock.at)


async def test_a_checkpoint_may_be_as_old_as_the_asker_allows(
    db: Database, ledger: Ledger, clock: StoppedClock
) -> None:
    await append(db, ledger, 1)
    await ledger.checkpoint()
    await append(db, ledger, 1, 1)

    young = await ledger.checkpoint(not_older_than=timedelta(seconds=1))
    clock.at += timedelta(seconds=1)
    old = await ledger.checkpoint(not_older_than=timedelta(seconds=1))

    assert (young.size, old.size) == (1, 2)


@pytest.mark.parametrize("size", [1, 2, 7, 8, 50])
async def test_every_receipt_holds_offline(db: Database, ledger: Ledger, size: int) -> None:
    await append(db, ledger, size)

    for index in range(size):
        receipt = await ledger.receipt(index, event(index), KEY)
        verdict = verify_receipt(receipt, trusted=ledger.verifier_key)
        assert verdict.is_trusted, verdict


async def test_there_is_no_receipt_for_what_is_not_there(db: Database, ledger: Ledger) -> None:
    await append(db, ledger, 3)

    for index in (-1, 3, 2**70):
        with pytest.raises(NotFound):
            await ledger.receipt(index, event(0), KEY)


async def test_a_receipt_is_never_made_for_another_event(db: Database, ledger: Ledger) -> None:
    await append(db, ledger, 3)

    with pytest.raises(Fault, match="Entry 1"):
        await ledger.receipt(1, event(2), KEY)


async def test_old_and_new_states_are_proved_to_be_one_log(db: Database, ledger: Ledger) -> None:
    roots = [EMPTY_ROOT]
    for number in range(20):
        await append(db, ledger, 1, number)
        roots.append((await ledger.checkpoint()).root)

    for new in range(1, 21):
        for old in range(1, new + 1):
            proof = await ledger.consistency(old, new)
            assert is_consistent(old, new, roots[old], roots[new], proof)


@pytest.mark.parametrize("sizes", [(0, 1), (2, 1), (1, 4), (-1, 2)])
async def test_sizes_that_were_never_there_are_refused(
    db: Database, ledger: Ledger, sizes: tuple[int, int]
) -> None:
    await append(db, ledger, 3)

    with pytest.raises(Incorrect, match="proof"):
        await ledger.consistency(*sizes)


async def test_the_log_goes_on_after_a_restart_under_the_same_key(
    db: Database, ledger: Ledger, clock: StoppedClock, tmp_path: Path
) -> None:
    await append(db, ledger, 5)

    later = Ledger(db=db, clock=clock, keys=Keys(tmp_path / "keys"))
    await append(db, later, 5, 5)

    assert later.verifier_key == ledger.verifier_key
    assert (await later.checkpoint()).root == root_of(10)


async def test_a_log_may_have_a_name_of_its_own(
    db: Database, clock: StoppedClock, keys: Keys
) -> None:
    ledger = Ledger(db=db, clock=clock, keys=keys, origin="clinic.example/log")

    assert (await ledger.checkpoint()).note.startswith("clinic.example/log\n0\n")


async def test_nothing_is_built_upon_a_head_that_was_altered(db: Database, ledger: Ledger) -> None:
    await append(db, ledger, 5)
    async with db.begin() as tx:
        await tx.run("UPDATE ledger_head SET size = 4")

    with pytest.raises(Fault, match="head"):
        await append(db, ledger, 1, 5)


async def test_an_altered_checkpoint_is_not_handed_out(db: Database, ledger: Ledger) -> None:
    await append(db, ledger, 5)
    await ledger.checkpoint()
    async with db.begin() as tx:
        await tx.run("UPDATE ledger_checkpoint SET note = 'forged'")

    with pytest.raises(Fault, match="checkpoint"):
        await ledger.checkpoint()
