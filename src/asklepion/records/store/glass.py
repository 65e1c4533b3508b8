"""Broken glass: who looked without being allowed because it could not wait."""

from typing import NamedTuple

from asklepion.kit.db import Tx

OPEN, JUSTIFIED, UNJUSTIFIED = "open", "justified", "unjustified"


class GlassRow(NamedTuple):
    """One time, as it is stored; moments are microseconds."""

    id: str
    patient: str
    actor: str
    made_at: int
    until_at: int
    state: str
    body: bytes  # sealed under the patient's key


COLUMNS = ", ".join(GlassRow._fields)


async def keep(tx: Tx, row: GlassRow) -> None:
    """Keep one as it is now."""
    names = GlassRow._fields
    await tx.run(
        f"INSERT INTO records_glass ({COLUMNS}) VALUES ({', '.join(':' + n for n in names)})"
        " ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at, state = excluded.state,"
        " body = excluded.body",
        **row._asdict(),
    )


async def find(tx: Tx, id: str) -> GlassRow | None:
    """One of them."""
    row = await tx.one(f"SELECT {COLUMNS} FROM records_glass WHERE id = :id", id=id)
    return GlassRow(*row) if row else None


async def find_of_patient(tx: Tx, patient: str, limit: int) -> list[GlassRow]:
    """A patient's, newest first."""
    sql = (
        f"SELECT {COLUMNS} FROM records_glass WHERE patient = :patient"
        " ORDER BY id DESC LIMIT :limit"
    )
    rows = await tx.all(sql, patient=patient, limit=limit)
    return [GlassRow(*row) for row in rows]


async def find_in_state(tx: Tx, state: str, *, before: str | None, limit: int) -> list[GlassRow]:
    """Those that wait for somebody's judgement, or have it; newest first.

    Args:
        before: only those with a smaller id.
    """
    sql = (
        f"SELECT {COLUMNS} FROM records_glass WHERE state = :state AND id < :before"
        " ORDER BY id DESC LIMIT :limit"
    )
    rows = await tx.all(sql, state=state, before=before or "~", limit=limit)
    return [GlassRow(*row) for row in rows]


async def count_since(tx: Tx, actor: str, since: int) -> int:
    """How often an account broke the glass since a moment."""
    row = await tx.one(
        "SELECT count(*) FROM records_glass WHERE actor = :actor AND made_at >= :since",
        actor=actor,
        since=since,
    )
    return row[0] if row else 0
