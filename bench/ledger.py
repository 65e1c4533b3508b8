"""How fast is the ledger: adding to it, signing it, proving and checking, auditing all of it?

The peer for adding is the least that could be called a log that shows tampering: a table in which
each row carries the hash of the row before it, in the same database with the same commits.
"""

import asyncio
import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.app import open_house
from asklepion.identity import Caller, Identity, Role
from asklepion.kit.clock import SystemClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.keys import Keys
from asklepion.ledger import (
    MIGRATIONS,
    Ledger,
    commit,
    is_consistent,
    leaf_hash,
    pack_receipt,
    unpack_receipt,
    verify_receipt,
)
from asklepion.ledger.engine import merkle, note
from asklepion.ledger.engine.cosigning import WitnessSigner
from asklepion.ledger.engine.receipt import make_receipt
from asklepion.records import Asking
from asklepion.records.service.books import Books, Entry
from asklepion.settings import Settings

BATCHES, BATCH = 40, 500
COMMITS = 300
PROOFS = 400
KEY = bytes(range(32))
INSERT = "INSERT INTO kit_chain (idx, commitment, hash) VALUES (:idx, :commitment, :hash)"


def tell(
    name: str, value: float, unit: str, peer: str | None = None, peer_value: float = 0
) -> None:
    """Print one result; more is better in all of them."""
    row: dict[str, Any] = {"name": name, "value": round(value, 1), "unit": unit}
    row |= {"higher_is_better": True, "peer": peer}
    row |= {"peer_value": round(peer_value, 1) if peer else None}
    print(json.dumps(row), flush=True)


def event(number: int) -> dict[str, Any]:
    """An invented access."""
    return {"id": str(number), "action": "read", "outcome": "permit", "what": {"Observation": 12}}


def events(count: int) -> list[bytes]:
    """Commitments of so many accesses."""
    return [commit(event(number), KEY) for number in range(count)]


class Chain:
    """The peer: one table, each row's hash over its own commitment and the hash before."""

    def __init__(self) -> None:
        self._size = 0
        self._last = bytes(32)

    async def append(self, tx: Any, commitments: list[bytes]) -> None:
        """Add rows."""
        rows: list[dict[str, Any]] = []
        for commitment in commitments:
            self._last = hashlib.sha256(self._last + commitment).digest()
            rows.append({"idx": self._size, "commitment": commitment, "hash": self._last})
            self._size += 1
        await tx.many(INSERT, rows)


def create_chain(op: Operations) -> None:
    """The peer's table."""
    op.create_table(
        "kit_chain",
        sa.Column("idx", sa.Integer, primary_key=True),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )


async def appends_per_s(
    db: Database, append: Callable[[Any, list[bytes]], Awaitable[Any]], batches: list[list[bytes]]
) -> float:
    """Leaves kept per second, each batch in a commit of its own."""
    begun = time.perf_counter()
    for batch in batches:
        async with db.begin() as tx:
            await append(tx, batch)
    return sum(map(len, batches)) / (time.perf_counter() - begun)


async def bench_appending(db: Database, ledger: Ledger) -> None:
    """In batches, as an import or a busy minute does, and one by one, as a quiet hour does."""
    chain = Chain()
    leaves = events(BATCHES * BATCH)
    batches = [leaves[at : at + BATCH] for at in range(0, len(leaves), BATCH)]
    ours = await appends_per_s(db, ledger.append, batches)
    theirs = await appends_per_s(db, chain.append, batches)
    tell("ledger append in batches", ours, "leaves/s", "hash-chained table", theirs)
    single = [[leaf] for leaf in leaves[:COMMITS]]
    ours = await appends_per_s(db, ledger.append, single)
    theirs = await appends_per_s(db, chain.append, single)
    tell("ledger append one by one", ours, "commits/s", "hash-chained table", theirs)


async def bench_proving(ledger: Ledger) -> None:
    """Receipts made by the house and checked by whoever has one."""
    size = (await ledger.checkpoint()).size
    step = BATCHES * BATCH // PROOFS
    places = [number * step for number in range(PROOFS)]
    begun = time.perf_counter()
    receipts = [await ledger.receipt(place, event(place), KEY) for place in places]
    tell("ledger receipts made", PROOFS / (time.perf_counter() - begun), "receipts/s")
    begun = time.perf_counter()
    holds = [verify_receipt(receipt, trusted=ledger.verifier_key).holds for receipt in receipts]
    tell("ledger receipts verified", PROOFS / (time.perf_counter() - begun), "receipts/s")
    assert all(holds)
    begun = time.perf_counter()
    for place in places:
        await ledger.consistency(place + 1, size)
    tell("ledger consistency proofs made", PROOFS / (time.perf_counter() - begun), "proofs/s")


async def bench_checking(db: Database, ledger: Ledger) -> None:
    """Signing new states, checking that one follows from another, and the audit of every row."""
    old = await ledger.checkpoint()
    begun = time.perf_counter()
    for number in range(COMMITS):
        async with db.begin() as tx:
            await ledger.append(tx, [commit(event(number), KEY)])
        await ledger.checkpoint()
    tell("ledger append and sign", COMMITS / (time.perf_counter() - begun), "checkpoints/s")
    new = await ledger.checkpoint()
    proof = await ledger.consistency(old.size, new.size)
    begun = time.perf_counter()
    for _ in range(PROOFS):
        assert is_consistent(old.size, new.size, old.root, new.root, proof)
    tell("ledger consistency verified", PROOFS / (time.perf_counter() - begun), "proofs/s")
    begun = time.perf_counter()
    assert await ledger.verify() == []
    tell("ledger audited", new.size / (time.perf_counter() - begun), "leaves/s")


# Access events end to end


ACCESSES, TOGETHER = 2000, (50, 200, 500)
PATIENT = "Patient/bench"
DOCTOR = Asking(
    caller=Caller(
        account="d", name="Doctor", roles=frozenset({Role.CLINICIAN}), person="Practitioner/d"
    ),
    visit="visit-1",
    via="risk cards",
)
CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")


def access() -> Entry:
    """A look at twelve observations, as the request that looked hands it in."""
    entry = Entry(asking=DOCTOR, action="search", patient=PATIENT, consent="consent-1")
    for number in range(12):
        entry.add("Observation", f"Observation/0196{number:04}-bench", 1)
    entry.detail["query"] = f"Observation?patient={PATIENT}&code=8480-6,8462-4&_count=12"
    return entry


async def bench_accesses() -> None:
    """Sealed under her key, committed, appended, and on the disk; so many share one commit.

    Per second of CPU, which is what one core can do; and on the wall, with the disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "house")
        async with open_house(settings, serving=False) as house:
            await house.records.update(CONSOLE, {"resourceType": "Patient", "id": "bench"})
            books = house.records._parts.books  # pyright: ignore[reportPrivateUsage]
            await accesses_per_s(books, 50)
            for together in TOGETHER:
                runs = [await accesses_per_s(books, together) for _ in range(5)]
                cpu, wall = map(statistics.median, zip(*runs, strict=True))
                tell(f"access events, {together} to a commit", cpu, "events/s of CPU")
                tell(f"access events, {together} to a commit, wall", wall, "events/s")


async def accesses_per_s(books: Books, together: int) -> tuple[float, float]:
    """Events kept per second of CPU, and per second."""
    entries = [access() for _ in range(ACCESSES)]
    cpu, wall = time.process_time(), time.perf_counter()
    for at in range(0, ACCESSES, together):
        await asyncio.gather(*(books.keep([entry]) for entry in entries[at : at + together]))
    return ACCESSES / (time.process_time() - cpu), ACCESSES / (time.perf_counter() - wall)


# Receipts of a large log


LEAVES = 1_000_000


def bench_large() -> None:
    """Proofs from a log of a million entries, checked; and as the text of a code."""
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(LEAVES)]
    index = LEAVES // 2 + 12_345
    leaves[index] = leaf_hash(commit(event(index), KEY))
    peaks, nodes = merkle.grow(0, [], leaves)
    known = {(0, n): leaf for n, leaf in enumerate(leaves)}
    known |= {(level, n): value for level, n, value in nodes}
    signer, witness = note.Signer(KEY), WitnessSigner(KEY)
    bare = signer.sign(LEAVES, merkle.fold(peaks))
    signed = replace(
        bare, note=bare.note + witness.cosign(bare.note, 1), witnesses=(str(witness.key),)
    )
    proof = merkle.prove(merkle.inclusion_spans(index, LEAVES), known.__getitem__)
    receipt = make_receipt(event(index), KEY, index, proof, (signed, str(signer.verifier)))
    begun = time.process_time()
    for _ in range(PROOFS):
        assert verify_receipt(receipt, witnesses=[str(witness.key)]).holds
    rate = PROOFS / (time.process_time() - begun)
    tell("receipts of a million entries verified, one witness", rate, "receipts/s of CPU")
    (text,) = pack_receipt(receipt)
    begun = time.process_time()
    for _ in range(PROOFS):
        unpack_receipt(pack_receipt(receipt))
    rate = PROOFS / (time.process_time() - begun)
    tell(f"codes of {len(text)} signs written and read", rate, "receipts/s of CPU")


async def main() -> None:
    """All of it, on a fresh SQLite file that waits for the disk at every commit."""
    await bench_accesses()
    bench_large()
    with tempfile.TemporaryDirectory() as folder:
        clock = SystemClock()
        db = connect_database(f"sqlite:///{folder}/ledger.sqlite")
        steps = {"ledger": MIGRATIONS, "kit": (create_chain,)}
        await db.migrate(steps, Path(folder), clock)
        ledger = Ledger(db=db, clock=clock, keys=Keys(Path(folder) / "keys"))
        await bench_appending(db, ledger)
        await bench_proving(ledger)
        await bench_checking(db, ledger)
        await db.close()


if __name__ == "__main__":
    asyncio.run(main())
