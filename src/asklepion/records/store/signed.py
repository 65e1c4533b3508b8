"""What people said about their records, signed: each beginning and each end, under their key.

In the clear stand whose it is, which Consent, when, and its place in the ledger.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Serial, Tx
from asklepion.kit.lists import chunks, in_list, in_values

GRANT, REVOKE = "grant", "revoke"
UNHANDED, HANDED, UNREADABLE = 0, 1, 2  # to the chain
OWNED: dict[str, Owned | None] = {
    "records_signed": Owned("t.patient", remains=("leaf",)),
    "records_signed_gone": Owned("''"),
}


def create(op: Operations) -> None:
    """The table; a step of the room's migrations."""

    def column(name: str, kind: Any) -> sa.Column[Any]:
        return sa.Column(name, kind, nullable=False)

    op.create_table(
        "records_signed",
        sa.Column("id", sa.Text, primary_key=True),
        column("patient", sa.Text),
        column("consent", sa.Text),
        column("act", sa.Text),
        column("ends", sa.Text),  # of an end: what began
        column("is_open", sa.Integer),  # it began, and no end of it is signed
        column("made_at", sa.BigInteger),
        column("until_at", sa.BigInteger),
        column("leaf", sa.BigInteger),
        column("is_handed", sa.Integer),  # to the chain
        column("body", sa.LargeBinary),
        column("proof", sa.LargeBinary),  # her passkey's own signature; empty: none
    )
    op.create_index("records_signed_patient", "records_signed", ["patient", "leaf"])
    op.create_index("records_signed_consent", "records_signed", ["consent"])
    op.create_index("records_signed_handed", "records_signed", ["is_handed", "leaf"])


def remember(op: Operations) -> None:
    """What an erasure leaves of each; a step of the room's migrations."""
    op.create_table(
        "records_signed_gone",
        sa.Column("leaf", Serial, primary_key=True, autoincrement=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    op.create_index("records_signed_leaf", "records_signed", ["leaf"])


class SignedRow(NamedTuple):
    """One thing that was signed; moments are microseconds."""

    id: str
    patient: str
    consent: str
    act: str
    ends: str
    is_open: int
    made_at: int
    until_at: int
    leaf: int
    is_handed: int
    body: bytes
    proof: bytes = b""


NAMES = SignedRow._fields
COLUMNS = ", ".join(NAMES)


async def insert(tx: Tx, rows: Sequence[SignedRow]) -> None:
    """Keep what was signed."""
    values = ", ".join(":" + name for name in NAMES)
    sql = f"INSERT INTO records_signed ({COLUMNS}) VALUES ({values})"
    await tx.many(sql, [row._asdict() for row in rows])


async def close(tx: Tx, ids: Sequence[str]) -> None:
    """Their ends are signed now."""
    sql = "UPDATE records_signed SET is_open = 0 WHERE id = :id"
    await tx.many(sql, [{"id": id} for id in ids])


async def open_of(tx: Tx, consents: Collection[str]) -> dict[str, SignedRow]:
    """What began with each Consent and did not end."""
    found: dict[str, SignedRow] = {}
    for part in chunks(sorted(consents)):
        sql = (
            f"SELECT {COLUMNS} FROM records_signed"
            f" WHERE consent IN {in_list('c', len(part))} AND is_open = 1 ORDER BY leaf"
        )
        rows = await tx.all(sql, **in_values("c", part))
        found |= {row.consent: row for row in (SignedRow(*each) for each in rows)}
    return found


async def find(tx: Tx, id: str) -> SignedRow | None:
    """One of them."""
    row = await tx.one(f"SELECT {COLUMNS} FROM records_signed WHERE id = :id", id=id)
    return SignedRow(*row) if row else None


async def of_consent(tx: Tx, consent: str) -> list[SignedRow]:
    """Everything that was signed about one Consent, oldest first."""
    sql = f"SELECT {COLUMNS} FROM records_signed WHERE consent = :consent ORDER BY leaf"
    return [SignedRow(*row) for row in await tx.all(sql, consent=consent)]


async def of_patient(tx: Tx, patient: str) -> list[SignedRow]:
    """Everything that was signed in one patient's name, oldest first."""
    sql = f"SELECT {COLUMNS} FROM records_signed WHERE patient = :patient ORDER BY leaf"
    return [SignedRow(*row) for row in await tx.all(sql, patient=patient)]


async def page_of(tx: Tx, patient: str, before: int, limit: int) -> list[SignedRow]:
    """What one patient's beginnings were, newest first."""
    sql = (
        f"SELECT {COLUMNS} FROM records_signed WHERE patient = :patient AND act = '{GRANT}'"
        " AND leaf < :before ORDER BY leaf DESC LIMIT :limit"
    )
    return [SignedRow(*r) for r in await tx.all(sql, patient=patient, before=before, limit=limit)]


async def ends_of(tx: Tx, ids: Collection[str]) -> dict[str, SignedRow]:
    """How these ended, where they did."""
    found: dict[str, SignedRow] = {}
    for part in chunks(sorted(ids)):
        sql = f"SELECT {COLUMNS} FROM records_signed WHERE ends IN {in_list('i', len(part))}"
        rows = await tx.all(sql, **in_values("i", part))
        found |= {row.ends: row for row in (SignedRow(*each) for each in rows)}
    return found


async def unhanded(tx: Tx, limit: int) -> list[SignedRow]:
    """What the chain has not been handed yet, oldest first."""
    sql = f"SELECT {COLUMNS} FROM records_signed WHERE is_handed = 0 ORDER BY leaf LIMIT :limit"
    return [SignedRow(*row) for row in await tx.all(sql, limit=limit)]


async def after(tx: Tx, leaf: int, limit: int) -> list[SignedRow]:
    """The next in the order of their leaves."""
    sql = f"SELECT {COLUMNS} FROM records_signed WHERE leaf > :leaf ORDER BY leaf LIMIT :limit"
    return [SignedRow(*row) for row in await tx.all(sql, leaf=leaf, limit=limit)]


async def keep_handed(tx: Tx, row: SignedRow) -> None:
    """The chain was handed it; its body says what was signed."""
    sql = "UPDATE records_signed SET is_handed = 1, body = :body WHERE id = :id"
    await tx.run(sql, body=row.body, id=row.id)


async def keep_moved(tx: Tx, row: SignedRow) -> None:
    """It is signed for another chain; what a passkey signed for the old one may be gone."""
    sql = "UPDATE records_signed SET body = :body, proof = :proof WHERE id = :id"
    await tx.run(sql, body=row.body, proof=row.proof, id=row.id)


async def mark_unreadable(tx: Tx, id: str) -> None:
    """It cannot be handed to the chain, since it cannot be opened."""
    sql = f"UPDATE records_signed SET is_handed = {UNREADABLE} WHERE id = :id"
    await tx.run(sql, id=id)


async def try_unreadable(tx: Tx) -> int:
    """What could not be opened may be again, where a lost key was brought back."""
    sql = f"UPDATE records_signed SET is_handed = {UNHANDED} WHERE is_handed = {UNREADABLE}"
    return await tx.run_long(sql)


async def keep_proof(tx: Tx, id: str, proof: bytes) -> bool:
    """Keep a passkey's signature; the first stays. Says whether it was the first."""
    sql = "UPDATE records_signed SET proof = :proof WHERE id = :id AND length(proof) = 0"
    return await tx.run(sql, proof=proof, id=id) == 1


async def destroy(tx: Tx, patient: str) -> int:
    """Take everything of a patient away."""
    return await tx.run_long("DELETE FROM records_signed WHERE patient = :patient", patient=patient)


# What an erasure leaves


class GoneRow(NamedTuple):
    """The place in the log of something that was signed and erased."""

    leaf: int
    seal: bytes


async def bury(tx: Tx, rows: Sequence[GoneRow]) -> None:
    """Remember the places of what is erased."""
    sql = "INSERT INTO records_signed_gone VALUES (:leaf, :seal) ON CONFLICT (leaf) DO NOTHING"
    await tx.many(sql, [row._asdict() for row in rows])


async def gone_after(tx: Tx, leaf: int, limit: int) -> list[GoneRow]:
    """The next of these places."""
    sql = "SELECT leaf, seal FROM records_signed_gone WHERE leaf > :leaf ORDER BY leaf LIMIT :limit"
    return [GoneRow(*row) for row in await tx.all(sql, leaf=leaf, limit=limit)]
