"""Who sends us messages, which of them we took, and by what numbers patients are known."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values


def letters(op: Operations) -> None:
    """The three tables."""
    op.create_table(  # a keyed hash of an identifier that an operator or a sender vouched for
        "records_alias",
        sa.Column("k", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("patient", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("records_alias_patient", "records_alias", ["patient"])
    op.create_table(
        "records_sender",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("facility", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("systems", sa.Text, nullable=False),  # JSON: namespace to system
        sa.Column("added_at", sa.BigInteger, nullable=False),
    )
    op.create_index("records_sender_of", "records_sender", ["application", "facility"], unique=True)
    op.create_table(  # messages that were dealt with, so that a second time they are not
        "records_received",
        sa.Column("sender", sa.Text, primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),  # keyed, of the whole message
        sa.Column("control", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),  # such as ADT^A40
        sa.Column("state", sa.Text, nullable=False),  # kept or held
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("records_received_at", "records_received", ["received_at"])
    op.create_index("records_received_patient", "records_received", ["patient"])


class SenderRow(NamedTuple):
    """A sender as it is stored."""

    id: str
    application: str
    facility: str
    name: str
    systems: str
    added_at: int


class ReceivedRow(NamedTuple):
    """A message that was dealt with."""

    sender: str
    digest: bytes
    control: str
    patient: str
    kind: str
    state: str
    received_at: int


SENDER = ", ".join(SenderRow._fields)
RECEIVED = ", ".join(ReceivedRow._fields)


async def add_sender(tx: Tx, row: SenderRow) -> bool:
    """Let a sender in; false where there is one of this application and facility."""
    names = ", ".join(f":{name}" for name in SenderRow._fields)
    sql = f"INSERT INTO records_sender ({SENDER}) VALUES ({names}) ON CONFLICT DO NOTHING"
    return await tx.run(sql, **row._asdict()) == 1


async def drop_sender(tx: Tx, id: str) -> bool:
    """Let a sender in no more."""
    return await tx.run("DELETE FROM records_sender WHERE id = :id", id=id) == 1


async def senders(tx: Tx) -> list[SenderRow]:
    """Everybody who is let in."""
    sql = f"SELECT {SENDER} FROM records_sender ORDER BY application, facility"
    return [SenderRow(*row) for row in await tx.all(sql)]


async def find_sender(tx: Tx, application: str, facility: str) -> SenderRow | None:
    """The sender of this application and facility."""
    sql = (
        f"SELECT {SENDER} FROM records_sender"
        " WHERE application = :application AND facility = :facility"
    )
    row = await tx.one(sql, application=application, facility=facility)
    return SenderRow(*row) if row else None


def systems_of(row: SenderRow) -> dict[str, str]:
    """The systems of a sender's namespaces."""
    return json.loads(row.systems)


async def find_received(tx: Tx, sender: str, digest: bytes) -> ReceivedRow | None:
    """What became of a message, if it came before."""
    sql = f"SELECT {RECEIVED} FROM records_received WHERE sender = :sender AND digest = :digest"
    row = await tx.one(sql, sender=sender, digest=digest)
    return ReceivedRow(*row) if row else None


async def keep_received(tx: Tx, row: ReceivedRow) -> None:
    """Write down what became of a message."""
    names = ", ".join(f":{name}" for name in ReceivedRow._fields)
    sql = f"INSERT INTO records_received ({RECEIVED}) VALUES ({names}) ON CONFLICT DO NOTHING"
    await tx.run(sql, **row._asdict())


async def held(tx: Tx, limit: int) -> list[ReceivedRow]:
    """Messages that wait for somebody to decide, newest first."""
    sql = (
        f"SELECT {RECEIVED} FROM records_received WHERE state = 'held'"
        " ORDER BY received_at DESC LIMIT :limit"
    )
    return [ReceivedRow(*row) for row in await tx.all(sql, limit=limit)]


async def forget_received(tx: Tx, before: int) -> int:
    """Forget messages that came before a moment; those that are held stay."""
    sql = "DELETE FROM records_received WHERE received_at < :before AND state <> 'held'"
    return await tx.run(sql, before=before)


async def keep_aliases(tx: Tx, rows: Sequence[tuple[int, str]]) -> None:
    """Write by what patients are known."""
    sql = "INSERT INTO records_alias (k, patient) VALUES (:k, :patient) ON CONFLICT DO NOTHING"
    await tx.many(sql, [{"k": k, "patient": patient} for k, patient in rows])


async def known_as(tx: Tx, keys: Sequence[int]) -> set[str]:
    """The patients who are known by any of these."""
    found: set[str] = set()
    for part in chunks(keys):
        sql = f"SELECT DISTINCT patient FROM records_alias WHERE k IN {in_list('k', len(part))}"
        found |= {row[0] for row in await tx.all(sql, **in_values("k", part))}
    return found


async def forget(tx: Tx, patient: str) -> dict[str, int]:
    """Take away what names a patient; returns how many rows of which table."""
    counts: dict[str, int] = {}
    for table in ("records_alias", "records_received"):
        counts[table] = await tx.run(f"DELETE FROM {table} WHERE patient = :p", p=patient)
    return counts
