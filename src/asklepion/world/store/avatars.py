"""The avatars that people brought, in the world's tables; their bytes lie sealed in files."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step, Tx


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _create(op: Operations) -> None:
    op.create_table(
        "world_avatar",
        _text("id", primary_key=True),
        _text("account"),
        _text("patient"),  # whom the account spoke as, if a patient
        _text("name"),
        _text("about"),  # JSON: authors and licence, as its file has them
        _number("size"),
        _number("triangles"),
        _number("height_mm"),
        _number("is_worn"),
        _number("stored_at"),
        _number("dropped_at"),  # 0: it is there
    )
    op.create_index("world_avatar_account", "world_avatar", ["account"])
    op.create_index("world_avatar_patient", "world_avatar", ["patient"])


MIGRATIONS: tuple[Step, ...] = (_create,)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {"world_avatar": Owned("t.patient")}


class AvatarRow(NamedTuple):
    """One avatar as it is kept."""

    id: str
    account: str
    patient: str
    name: str
    about: str
    size: int
    triangles: int
    height_mm: int
    is_worn: int
    stored_at: int
    dropped_at: int


FIELDS = ", ".join(AvatarRow._fields)


async def add(tx: Tx, row: AvatarRow) -> None:
    """Write down an avatar whose file is there."""
    values = ", ".join(f":{name}" for name in AvatarRow._fields)
    await tx.run(f"INSERT INTO world_avatar ({FIELDS}) VALUES ({values})", **row._asdict())


async def find(tx: Tx, id: str) -> AvatarRow | None:
    """One avatar, dropped or not."""
    row = await tx.one(f"SELECT {FIELDS} FROM world_avatar WHERE id = :id", id=id)
    return AvatarRow._make(row) if row else None


async def avatars_of(tx: Tx, account: str) -> list[AvatarRow]:
    """Those of an account, dropped or not, the oldest first."""
    sql = f"SELECT {FIELDS} FROM world_avatar WHERE account = :account ORDER BY stored_at, id"
    return [AvatarRow._make(row) for row in await tx.all(sql, account=account)]


async def worn_by(tx: Tx, account: str) -> str:
    """The id of the avatar that an account wears; empty where it wears none."""
    sql = (
        "SELECT id FROM world_avatar WHERE account = :account AND is_worn = 1 AND dropped_at = 0"
        " ORDER BY id LIMIT 1"
    )
    row = await tx.one(sql, account=account)
    return str(row[0]) if row else ""


async def wear(tx: Tx, account: str, id: str) -> None:
    """Let an account wear this one of its own, and no other; empty: none."""
    sql = "UPDATE world_avatar SET is_worn = CASE WHEN id = :id THEN 1 ELSE 0 END"
    await tx.run(f"{sql} WHERE account = :account", account=account, id=id)


async def set_dropped(tx: Tx, id: str, moment: int) -> None:
    """Put an avatar away, or (0) take it out again."""
    sql = "UPDATE world_avatar SET dropped_at = :moment WHERE id = :id"
    await tx.run(sql, moment=moment, id=id)


async def purge(tx: Tx, before: int) -> list[str]:
    """Drop for good what was put away before a moment; returns the ids."""
    sql = "DELETE FROM world_avatar WHERE dropped_at > 0 AND dropped_at < :before RETURNING id"
    return [str(row[0]) for row in await tx.all(sql, before=before)]


async def drop(tx: Tx, ids: Sequence[str]) -> None:
    """Drop these for good."""
    await tx.many("DELETE FROM world_avatar WHERE id = :id", [{"id": id} for id in ids])


async def all_ids(tx: Tx) -> set[str]:
    """Every avatar, dropped or not."""
    return {str(row[0]) for row in await tx.all("SELECT id FROM world_avatar")}


async def forget_account(tx: Tx, account: str) -> list[str]:
    """Drop those of an account for good; returns the ids."""
    sql = "DELETE FROM world_avatar WHERE account = :account RETURNING id"
    return [str(row[0]) for row in await tx.all(sql, account=account)]


async def forget_patient(tx: Tx, patient: str) -> list[str]:
    """Drop those of a patient for good; returns the ids."""
    sql = "DELETE FROM world_avatar WHERE patient = :patient RETURNING id"
    return [str(row[0]) for row in await tx.all(sql, patient=patient)]


async def hand_over(tx: Tx, old: str, new: str, only: Sequence[str] | None) -> list[str]:
    """Let avatars of one patient be another's; returns their ids."""
    rows = await tx.all("SELECT id FROM world_avatar WHERE patient = :old ORDER BY id", old=old)
    chosen = [str(row[0]) for row in rows if only is None or row[0] in only]
    sql = "UPDATE world_avatar SET patient = :new WHERE id = :id"
    await tx.many(sql, [{"new": new, "id": id} for id in chosen])
    return chosen
