"""What is signed and not yet on the chain: what it tells, and what becomes of it."""

from typing import Any

import pytest

from asklepion.app import House
from asklepion.kit.db import Tx
from asklepion.ledger import PairwiseDomain
from asklepion.ledger.store import outbox
from asklepion.records import Asking, Ground
from asklepion.records.service.signing import keeping
from asklepion.records.store.signed import SignedRow
from tests.test_signed import PATIENT, allow, bound, carried, her, known, parts, states, told

__all__ = ["her"]  # a fixture

DAY = 86_400


async def test_nothing_said_at_one_moment_is_told_by_its_second(house: House, her: Asking) -> None:
    await bound(house)
    consent = await allow(house, her)
    grant, _ = parts(await carried(house, "grant"))
    await house.records.revoke(her, consent)
    revoke, _ = parts(await carried(house, "revoke"))

    assert (grant[3] % DAY, grant[6] % DAY, revoke[3] % DAY) == (0, 0, 0)
    assert grant[6] >= house.clock.now().timestamp() + 90 * DAY


async def test_what_is_withdrawn_while_it_is_being_numbered_is_not_sent(
    house: House, her: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(house)
    await allow(house, her)
    read = outbox.due

    async def withdrawn(tx: Tx, chain: str, now: int, limit: int) -> list[outbox.SendingRow]:
        rows = await read(tx, chain, now, limit)
        if limit > 1:  # an erasure elsewhere is kept at this moment
            await outbox.withdraw(tx, [row.key for row in rows])
        return rows

    monkeypatch.setattr(outbox, "due", withdrawn)
    await house.contracts.bind()

    assert await told(house, "Granted") == []


async def test_a_withdrawal_waits_for_whoever_is_sending(
    house: House, her: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(house)
    locks: list[str] = []

    async def lock(self: Tx, name: str) -> None:
        locks.append(name)

    monkeypatch.setattr(Tx, "lock", lock)
    async with house.db.begin() as tx:
        await house.contracts.withdraw(tx, [b"none"])

    assert locks == ["ledger.sending"]


async def test_a_restored_backup_sends_nothing_of_whoever_was_erased_since(
    house: House, her: Asking
) -> None:
    await bound(house)
    await allow(house, her)
    async with house.db.read() as tx:
        waiting = await outbox.of_state(tx, outbox.WAITING, 9)
    await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
    async with house.db.begin() as tx:
        for row in waiting:  # as the backup has them, which holds no key of hers
            await outbox.add(tx, row)

    await house.records.mend({})
    await house.contracts.bind()

    assert await told(house, "Granted") == []


async def test_a_restored_backup_sends_what_others_said(house: House, her: Asking) -> None:
    await bound(house)
    await allow(house, her)

    await house.records.mend({})
    await bound(house)

    assert await states(house, her) == [("recorded", None)]


async def test_an_end_counts_on_another_chain_than_its_beginning(
    house: House, her: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(house)
    old, new = await allow(house, her), await allow(house, her)
    await house.records.revoke(her, old)
    (same, _) = parts(await carried(house, "revoke"))
    contract, domain = await known(house)

    async def elsewhere(tx: Tx) -> PairwiseDomain:
        return PairwiseDomain(domain.chain + 1, contract)

    monkeypatch.setattr(house.contracts, "domain", elsewhere)
    await house.records.revoke(her, new)
    (other, _) = parts(await carried(house, "revoke"))

    assert (same[2], other[2]) == (1, 0)


@pytest.mark.parametrize("body", [b"", bytes(50)])
async def test_what_cannot_be_opened_holds_up_nothing_else(
    house: House, her: Asking, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await allow(house, her)
    await allow(house, her)
    async with house.db.begin() as tx:
        await tx.run("UPDATE records_signed SET is_handed = 0")
        if body:
            sql = "UPDATE records_signed SET body = :body WHERE consent = :first"
            await tx.run(sql, body=body, first=first)
    read = keeping.Signer.open

    async def destroyed(self: Any, row: SignedRow) -> Any:
        return None if row.consent == first and not body else await read(self, row)

    monkeypatch.setattr(keeping.Signer, "open", destroyed)
    await house.contracts.bind()
    rounds = 0
    while await house.records.signed.catch_up():
        rounds += 1
        assert rounds < 3
    await house.contracts.bind()

    assert len(await told(house, "Granted")) == 1
