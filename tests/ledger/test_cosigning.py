"""The house shows its witnesses each new state; what they put below it travels with it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.errors import Incorrect
from asklepion.kit.keys import Keys
from asklepion.ledger import (
    MIGRATIONS,
    Ledger,
    Witness,
    Witnesses,
    is_consistent,
    open_witness,
    read_witnesses,
    verify_receipt,
)
from asklepion.ledger.engine import note
from asklepion.ledger.engine.cosigning import WitnessKey
from asklepion.ledger.http import witness_app
from asklepion.ledger.service import cosigning
from tests.ledger.test_service import KEY, append, event


@pytest.fixture
async def witness(tmp_path: Path, clock: StoppedClock, ledger: Ledger) -> AsyncGenerator[Witness]:
    async with open_witness(tmp_path / "witness", clock, name="library.example/w") as witness:
        await witness.follow(ledger.verifier_key)
        yield witness


class Roads(httpx.AsyncBaseTransport):
    """The network: each host is a witness, or answers as it is told, or not at all."""

    def __init__(self, **witnesses: Witness) -> None:
        self.apps = {
            name: httpx.ASGITransport(witness_app(each)) for name, each in witnesses.items()
        }
        self.answers: dict[str, httpx.Response] = {}
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        self.asked.append(f"{request.method} {host}{request.url.path}")
        if host in self.answers:
            return self.answers[host]
        if host not in self.apps:
            raise httpx.ConnectError("nobody there")
        return await self.apps[host].handle_async_request(request)


def witnesses_of(
    db: Database, clock: StoppedClock, ledger: Ledger, roads: Roads, keys: dict[str, str]
) -> Witnesses:
    text = ", ".join(f"http://{host} {key}" for host, key in keys.items())
    known = read_witnesses(text)
    return Witnesses(db=db, clock=clock, ledger=ledger, known=known, transport=roads)


@pytest.fixture
def roads(witness: Witness) -> Roads:
    return Roads(one=witness)


@pytest.fixture
def witnesses(
    db: Database, clock: StoppedClock, ledger: Ledger, witness: Witness, roads: Roads
) -> Witnesses:
    return witnesses_of(db, clock, ledger, roads, {"one": witness.key})


async def told(witnesses: Witnesses) -> list[str]:
    return [str(finding) for finding in await witnesses.verify()]


async def test_what_a_witness_cosigned_is_handed_out_with_the_checkpoint(
    db: Database, ledger: Ledger, witness: Witness, witnesses: Witnesses, clock: StoppedClock
) -> None:
    for size in (3, 10, 64):
        await append(db, ledger, size - await ledger.size(), await ledger.size())

        assert await told(witnesses) == []

        checkpoint = await ledger.checkpoint()
        assert checkpoint.size == size
        assert checkpoint.witnesses == (witness.key,)
        key = WitnessKey.read(witness.key)
        assert key.seen_at(checkpoint.note) == int(clock.now().timestamp())
        assert await ledger.cosigned() == checkpoint
        assert await witnesses.silent() == []
    assert await ledger.verify() == []


async def test_an_empty_log_is_shown_to_nobody(witnesses: Witnesses, roads: Roads) -> None:
    assert await told(witnesses) == []
    assert roads.asked == []


async def test_a_receipt_rests_on_the_newest_state_that_a_witness_cosigned(
    db: Database, ledger: Ledger, witness: Witness, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    await told(witnesses)
    await append(db, ledger, 4, 5)

    old = await ledger.receipt(2, event(2), KEY)
    new = await ledger.receipt(7, event(7), KEY)

    verdict = verify_receipt(old, trusted=ledger.verifier_key, witnesses=[witness.key])
    assert [check.state for check in verdict.checks] == ["passed"] * 5
    assert note.read_checkpoint(old["checkpoint"]).size == 5
    assert note.read_checkpoint(new["checkpoint"]).size == 9
    assert new["witnesses"] == []
    bare = verify_receipt(new, trusted=ledger.verifier_key)
    assert bare.holds
    assert bare.checks[-1].state == "not made"
    assert verify_receipt(new, witnesses=[witness.key]).failed == ("witnesses",)


async def test_a_receipt_says_how_the_log_grew_from_one_that_the_patient_holds(
    db: Database, ledger: Ledger, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    held = await ledger.receipt(1, event(1), KEY)
    await append(db, ledger, 6, 5)
    await told(witnesses)

    receipt = await ledger.receipt(9, event(9), KEY, since=5)

    verdict = verify_receipt(receipt, trusted=ledger.verifier_key, held=held)
    growth = next(check for check in verdict.checks if check.name == "growth")
    assert growth.words == "The log only grew: from 5 to 11 entries."
    assert verdict.is_trusted
    plain = await ledger.receipt(9, event(9), KEY)
    assert verify_receipt(plain, held=held).failed == ("growth",)


async def test_a_quorum_is_waited_for_where_it_can_be_had(
    tmp_path: Path, db: Database, clock: StoppedClock, keys: Keys, witness: Witness
) -> None:
    ledger = Ledger(db=db, clock=clock, keys=keys, quorum=2)
    async with open_witness(tmp_path / "two", clock, name="school.example/w") as second:
        await second.follow(ledger.verifier_key)
        roads = Roads(one=witness, two=second)
        both = {"one": witness.key, "two": second.key}
        witnesses = witnesses_of(db, clock, ledger, roads, both)
        await append(db, ledger, 5)
        await told(witnesses)
        await append(db, ledger, 3, 5)
        del roads.apps["two"]
        assert await told(witnesses) == []

        receipt = await ledger.receipt(2, event(2), KEY)
        newer = await ledger.receipt(6, event(6), KEY)

    assert note.read_checkpoint(receipt["checkpoint"]).size == 5
    assert sorted(receipt["witnesses"]) == sorted(both.values())
    assert verify_receipt(receipt, witnesses=[*both.values()]).holds
    assert newer["witnesses"] == [witness.key]
    assert verify_receipt(newer, witnesses=[*both.values()]).failed == ("witnesses",)
    assert verify_receipt(newer, witnesses=[*both.values()], quorum=1).holds
    assert await witnesses.silent() == ["school.example/w"]


async def test_a_witness_that_saw_more_meanwhile_is_asked_from_there(
    db: Database, clock: StoppedClock, ledger: Ledger, witness: Witness, roads: Roads
) -> None:
    here = witnesses_of(db, clock, ledger, roads, {"one": witness.key})
    await append(db, ledger, 5)
    await told(here)
    async with db.begin() as tx:
        await tx.run("DELETE FROM ledger_witness")
    await append(db, ledger, 5, 5)

    assert await told(here) == []

    assert (await witness.followed())[0].size == 10


# Attacks


async def copy(db: Database) -> dict[str, list[Any]]:
    tables = ("leaf", "node", "checkpoint", "head", "cosignature", "witness")
    async with db.read() as tx:
        return {table: await tx.all(f"SELECT * FROM ledger_{table}") for table in tables}


async def put_back(db: Database, rows: dict[str, list[Any]]) -> None:
    async with db.begin() as tx:
        for table, kept in rows.items():
            await tx.run(f"DELETE FROM ledger_{table}")
            for row in kept:
                names = [f"v{n}" for n in range(len(row))]
                sql = f"INSERT INTO ledger_{table} VALUES ({', '.join(':' + n for n in names)})"
                await tx.run(sql, **dict(zip(names, row, strict=True)))


async def test_an_older_backup_put_in_place_of_the_house_is_found_out_by_its_witness(
    db: Database, ledger: Ledger, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    await told(witnesses)
    backup = await copy(db)
    await append(db, ledger, 4, 5)
    assert await told(witnesses) == []

    await put_back(db, backup)

    assert await ledger.verify() == []  # it looks whole to itself
    assert await told(witnesses) == [
        "ledger_witness library.example/w: it refuses this log: it has seen 9 entries, and here"
        " are 5: an older state was put back; it shows a state of 9 entries that this house"
        " itself signed"
    ]


async def test_a_house_that_was_put_back_and_grew_anew_is_found_out_too(
    db: Database, ledger: Ledger, witnesses: Witnesses, witness: Witness
) -> None:
    await append(db, ledger, 5)
    backup = await copy(db)
    await append(db, ledger, 4, 5)
    await told(witnesses)
    await put_back(db, backup)
    await append(db, ledger, 30, 70)  # other events than were there

    (finding,) = await told(witnesses)

    assert "the 9 entries it has seen are not those here: the log was rewritten" in finding
    assert (await witness.followed())[0].size == 9
    assert (await ledger.checkpoint()).witnesses == ()


async def test_a_log_rewritten_at_its_own_size_is_found_out(
    db: Database, ledger: Ledger, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    backup = await copy(db)
    await append(db, ledger, 4, 5)
    await told(witnesses)
    now = await copy(db)
    await put_back(db, backup)
    await append(db, ledger, 4, 70)
    await ledger.checkpoint()
    forged = await copy(db)
    await put_back(db, forged | {table: now[table] for table in ("cosignature", "witness")})

    (finding,) = await told(witnesses)

    assert "the log was rewritten" in finding


async def test_once_the_right_log_is_back_the_witness_is_content_again(
    db: Database, ledger: Ledger, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    backup = await copy(db)
    await append(db, ledger, 4, 5)
    await told(witnesses)
    whole = await copy(db)
    await put_back(db, backup)
    assert await told(witnesses) != []

    await put_back(db, whole)

    assert await told(witnesses) == []


async def test_a_tampered_cosignature_is_not_kept(
    db: Database, ledger: Ledger, witness: Witness, witnesses: Witnesses, roads: Roads
) -> None:
    await append(db, ledger, 5)
    checkpoint = await ledger.checkpoint()
    other = note.Signer(bytes(32), ledger.origin).sign(5, bytes(32)).note
    name = witness.key.split("+")[0]
    for answer in (
        "",
        other.split("\n\n")[1],
        f"{note.DASH} {name} {'A' * 100}\n",
        "x" * 100_000,
    ):
        roads.answers["one"] = httpx.Response(200, text=answer)

        assert await told(witnesses) == []

    assert await witnesses.silent() == ["library.example/w"]
    assert (await ledger.checkpoint()).note == checkpoint.note


async def test_a_kept_cosignature_that_was_altered_is_named_by_the_audit(
    db: Database, ledger: Ledger, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    await told(witnesses)
    (line,) = (await copy(db))["cosignature"][0][2:]
    async with db.begin() as tx:
        await tx.run("UPDATE ledger_cosignature SET line = :line", line=line.replace("A", "B", 1))

    findings = [str(finding) for finding in await ledger.verify()]

    assert findings == ["ledger_cosignature 5: the cosignature of library.example/w is not genuine"]


@pytest.mark.parametrize("status", [200, 301, 404, 403, 409, 429, 500])
async def test_a_witness_that_answers_nonsense_harms_nothing(
    db: Database, ledger: Ledger, witnesses: Witnesses, roads: Roads, status: int
) -> None:
    await append(db, ledger, 5)
    roads.answers["one"] = httpx.Response(status, text="nonsense")

    if status == 409:  # it may say so, though it cannot show why
        (finding,) = await told(witnesses)
        assert "itself signed" not in finding
    else:
        assert await told(witnesses) == []

    assert (await ledger.checkpoint()).size == 5


async def test_a_witness_that_names_another_size_each_time_is_given_up_on(
    db: Database, ledger: Ledger, witnesses: Witnesses, roads: Roads
) -> None:
    class Fickle(httpx.AsyncBaseTransport):
        count = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.count += 1
            return httpx.Response(409, text=f"{self.count % 4 + 1}\n")

    await append(db, ledger, 9)
    fickle: Any = Fickle()
    roads.apps["one"] = fickle

    assert await told(witnesses) == []
    assert fickle.count <= 5


async def test_no_witness_that_does_not_answer_holds_up_the_house_or_the_others(
    db: Database,
    clock: StoppedClock,
    ledger: Ledger,
    witness: Witness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cosigning, "EVERY_S", 0.01)

    class Deaf(Roads):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "deaf":
                await asyncio.sleep(3600)
            return await super().handle_async_request(request)

    keys = {"deaf": str(WitnessKey("deaf.example/w", bytes(32))), "one": witness.key}
    witnesses = witnesses_of(db, clock, ledger, Deaf(one=witness), keys)
    running = asyncio.create_task(witnesses.run())
    for first in range(0, 9, 3):
        await append(db, ledger, 3, first)
        clock.at += cosigning.timedelta(seconds=1)
        async with asyncio.timeout(10):
            while (await witness.followed())[0].size != first + 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_proof_from_an_older_state_leads_to_what_was_cosigned(
    db: Database, ledger: Ledger, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    old = await ledger.checkpoint()
    await append(db, ledger, 5, 5)
    await told(witnesses)
    new = await ledger.cosigned()

    assert new is not None
    proof = await ledger.consistency(old.size, new.size)
    assert is_consistent(old.size, new.size, old.root, new.root, proof)


@pytest.mark.parametrize(
    "text", ["library.example/w", "ftp://x key", "https://x nokey", "https://x"]
)
def test_a_setting_that_cannot_be_read_is_refused_with_advice(text: str) -> None:
    with pytest.raises(Incorrect):
        read_witnesses(text)


async def test_a_house_that_knows_no_witness_of_a_kept_cosignature_still_checks_it(
    tmp_path: Path, db: Database, ledger: Ledger, clock: StoppedClock, witnesses: Witnesses
) -> None:
    await append(db, ledger, 5)
    await told(witnesses)
    alone = Witnesses(db=db, clock=clock, ledger=ledger)

    assert await told(alone) == []
    assert await ledger.verify() == []


async def test_a_database_of_before_the_witnesses_gets_their_tables(
    tmp_path: Path, clock: StoppedClock, keys: Keys
) -> None:
    db = connect_database(f"sqlite:///{tmp_path}/old.sqlite", durable=False)
    await db.migrate({"ledger": MIGRATIONS[:1]}, tmp_path / "backups", clock)
    ledger = Ledger(db=db, clock=clock, keys=keys)
    await append(db, ledger, 3)

    await db.migrate({"ledger": MIGRATIONS}, tmp_path / "backups", clock)

    assert (await ledger.checkpoint()).size == 3
    assert await ledger.verify() == []
    await db.close()
