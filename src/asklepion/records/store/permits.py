"""What the patients' Consents come to: who may see which categories of whom, until when."""

from collections.abc import Sequence
from typing import NamedTuple

from asklepion.kit.db import Tx

from .rows import chunks, in_list, in_values

EVERYBODY = "*"  # actor of a denial that names nobody
ANY_PURPOSE = "*"
COLUMNS = "consent, actor, purpose, patient, is_denial, categories, from_at, until_at, visit"


class PermitRow(NamedTuple):
    """One actor, one purpose, of one Consent."""

    consent: str
    actor: str
    purpose: str
    patient: str
    is_denial: int
    categories: int  # mask
    from_at: int
    until_at: int
    visit: str


async def drop(tx: Tx, consent: str) -> list[PermitRow]:
    """Take away what one Consent came to; returns it."""
    sql = f"DELETE FROM records_permit WHERE consent = :consent RETURNING {COLUMNS}"
    return [PermitRow(*row) for row in await tx.all(sql, consent=consent)]


async def add(tx: Tx, rows: Sequence[PermitRow]) -> None:
    """Write what a Consent comes to."""
    names = COLUMNS.split(", ")
    sql = (
        f"INSERT INTO records_permit ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in names)})"
    )
    await tx.many(sql, [row._asdict() for row in rows])


async def drop_expired(tx: Tx, at: int) -> list[PermitRow]:
    """Take away what is over; returns it."""
    sql = f"DELETE FROM records_permit WHERE until_at <= :at RETURNING {COLUMNS}"
    return [PermitRow(*row) for row in await tx.all(sql, at=at)]


async def next_end(tx: Tx) -> int | None:
    """When the next permit or denial ends."""
    row = await tx.one("SELECT min(until_at) FROM records_permit")
    return row[0] if row else None


async def find_standing(tx: Tx, actor: str, patients: Sequence[str], at: int) -> list[PermitRow]:
    """What stands now between an actor and these patients, denials for everybody included."""
    found: list[PermitRow] = []
    for part in chunks(patients):
        sql = (
            f"SELECT {COLUMNS} FROM records_permit WHERE patient IN {in_list('p', len(part))}"
            f" AND actor IN (:actor, '{EVERYBODY}') AND from_at <= :at AND until_at > :at"
            " ORDER BY until_at DESC, consent"
        )
        rows = await tx.all(sql, actor=actor, at=at, **in_values("p", part))
        found += [PermitRow(*row) for row in rows]
    return found


async def find_of_patient(tx: Tx, patient: str) -> list[PermitRow]:
    """Everything a patient's Consents come to at present."""
    sql = (
        f"SELECT {COLUMNS} FROM records_permit WHERE patient = :patient"
        " ORDER BY until_at DESC, consent, actor"
    )
    return [PermitRow(*row) for row in await tx.all(sql, patient=patient)]


async def find_of_visit(tx: Tx, visit: str) -> list[PermitRow]:
    """Everything that was allowed for one visit; what was denied in it stays denied."""
    sql = (
        f"SELECT {COLUMNS} FROM records_permit WHERE visit = :visit AND is_denial = 0"
        " ORDER BY consent, actor"
    )
    return [PermitRow(*row) for row in await tx.all(sql, visit=visit)]


async def find_of_consent(tx: Tx, consent: str) -> list[PermitRow]:
    """What one Consent comes to."""
    sql = f"SELECT {COLUMNS} FROM records_permit WHERE consent = :consent"
    return [PermitRow(*row) for row in await tx.all(sql, consent=consent)]
