"""The world's tables: places that people make, every version that was shown, and their models."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step, Tx


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _number(name: str, **more: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, **more)


def _create(op: Operations) -> None:
    op.create_table(
        "world_place",
        _text("id", primary_key=True),
        _text("account"),  # who made it; empty once that account is closed
        _text("editors"),  # roles, by spaces, that may edit it besides
        _text("draft"),  # the place file as it was saved last
        _number("revision"),  # of the draft
        _number("shown"),  # the version that visitors see; 0: none
        _number("changed_at"),
        _number("archived_at"),  # 0: it is there
    )
    op.create_table(
        "world_place_version",
        _text("place", primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        _text("account"),
        _number("made_at"),
        _text("note"),
        _text("changes"),  # JSON: how many of each part came and went
        _text("body"),
    )
    op.create_table(
        "world_asset",
        _text("place", primary_key=True),
        _text("hash", primary_key=True),  # SHA-256 of its bytes, which lie sealed in a file
        _text("name"),
        _number("size"),
        _number("triangles"),
        _number("stored_at"),
    )


MIGRATIONS: tuple[Step, ...] = (_create,)

# Whose the rows of each table are, for backups: places are the house's, and hold nobody's data.
OWNED: dict[str, Owned | None] = {
    "world_place": Owned(),
    "world_place_version": Owned(),
    "world_asset": Owned(),
}


class PlaceRow(NamedTuple):
    """A place that somebody makes."""

    id: str
    account: str
    editors: str
    draft: str
    revision: int
    shown: int
    changed_at: int
    archived_at: int


class VersionRow(NamedTuple):
    """One version of a place that was shown."""

    place: str
    number: int
    account: str
    made_at: int
    note: str
    changes: str
    body: str


class AssetRow(NamedTuple):
    """One model that came with a place."""

    place: str
    hash: str
    name: str
    size: int
    triangles: int
    stored_at: int


def _columns(kind: type[PlaceRow] | type[VersionRow] | type[AssetRow]) -> str:
    return ", ".join(kind._fields)


def _values(kind: type[PlaceRow] | type[VersionRow] | type[AssetRow]) -> str:
    return ", ".join(f":{name}" for name in kind._fields)


async def add(tx: Tx, row: PlaceRow) -> None:
    """Keep a new place."""
    sql = f"INSERT INTO world_place ({_columns(PlaceRow)}) VALUES ({_values(PlaceRow)})"
    await tx.run(sql, **row._asdict())


async def find(tx: Tx, id: str) -> PlaceRow | None:
    """One place, archived or not."""
    row = await tx.one(f"SELECT {_columns(PlaceRow)} FROM world_place WHERE id = :id", id=id)
    return PlaceRow._make(row) if row else None


async def all_places(tx: Tx) -> list[PlaceRow]:
    """Every place, archived or not, the oldest first."""
    rows = await tx.all(f"SELECT {_columns(PlaceRow)} FROM world_place ORDER BY id")
    return [PlaceRow._make(row) for row in rows]


async def standing_ids(tx: Tx) -> set[str]:
    """The places that are not archived."""
    rows = await tx.all("SELECT id FROM world_place WHERE archived_at = 0")
    return {str(row[0]) for row in rows}


async def archived_ids(tx: Tx) -> list[str]:
    """The places that are archived, the longest ago first."""
    sql = "SELECT id FROM world_place WHERE archived_at > 0 ORDER BY archived_at, id"
    return [str(row[0]) for row in await tx.all(sql)]


async def drop(tx: Tx, id: str) -> None:
    """Take a place away for good, with its versions and what it holds of models."""
    await tx.run("DELETE FROM world_place WHERE id = :id", id=id)
    for table in ("world_place_version", "world_asset"):
        await tx.run(f"DELETE FROM {table} WHERE place = :id", id=id)


async def changed_since(tx: Tx, moment: int) -> list[PlaceRow]:
    """The places at which something was done after a moment."""
    sql = f"SELECT {_columns(PlaceRow)} FROM world_place WHERE changed_at > :moment"
    return [PlaceRow._make(row) for row in await tx.all(sql, moment=moment)]


async def change(tx: Tx, row: PlaceRow, *, revision: int) -> bool:
    """Keep a place as it is now, if its draft still is of that revision; whether it was."""
    told = row._asdict() | {"expected": revision}
    del told["account"]
    count = await tx.run(
        "UPDATE world_place SET editors = :editors, draft = :draft, revision = :revision,"
        " shown = :shown, changed_at = :changed_at, archived_at = :archived_at"
        " WHERE id = :id AND revision = :expected",
        **told,
    )
    return count == 1


async def add_version(tx: Tx, row: VersionRow) -> None:
    """Keep a version that is shown from now on."""
    columns, values = _columns(VersionRow), _values(VersionRow)
    sql = f"INSERT INTO world_place_version ({columns}) VALUES ({values})"
    await tx.run(sql, **row._asdict())


async def versions_of(tx: Tx, place: str) -> list[VersionRow]:
    """Every version of a place, the newest first."""
    sql = (
        f"SELECT {_columns(VersionRow)} FROM world_place_version"
        " WHERE place = :place ORDER BY number DESC"
    )
    return [VersionRow._make(row) for row in await tx.all(sql, place=place)]


async def find_version(tx: Tx, place: str, number: int) -> VersionRow | None:
    """One version of a place."""
    sql = (
        f"SELECT {_columns(VersionRow)} FROM world_place_version"
        " WHERE place = :place AND number = :number"
    )
    row = await tx.one(sql, place=place, number=number)
    return VersionRow._make(row) if row else None


async def drop_versions(tx: Tx, place: str, before: int) -> None:
    """Forget the versions of a place with lower numbers."""
    sql = "DELETE FROM world_place_version WHERE place = :place AND number < :before"
    await tx.run(sql, place=place, before=before)


async def keep_asset(tx: Tx, row: AssetRow) -> None:
    """Let a model belong to a place."""
    await tx.run(
        f"INSERT INTO world_asset ({_columns(AssetRow)}) VALUES ({_values(AssetRow)})"
        " ON CONFLICT (place, hash) DO UPDATE SET name = excluded.name",
        **row._asdict(),
    )


async def assets_of(tx: Tx, place: str) -> list[AssetRow]:
    """The models of a place, by name."""
    sql = f"SELECT {_columns(AssetRow)} FROM world_asset WHERE place = :place ORDER BY name, hash"
    return [AssetRow._make(row) for row in await tx.all(sql, place=place)]


async def asset_bytes(tx: Tx) -> int:
    """How many bytes all models of all places have."""
    row = await tx.one("SELECT COALESCE(SUM(size), 0) FROM world_asset")
    return int(row[0]) if row else 0


async def drop_asset(tx: Tx, place: str, hash: str) -> None:
    """Let a model belong to a place no more."""
    sql = "DELETE FROM world_asset WHERE place = :place AND hash = :hash"
    await tx.run(sql, place=place, hash=hash)


async def asset_hashes(tx: Tx) -> set[str]:
    """The models that belong to any place."""
    return {str(row[0]) for row in await tx.all("SELECT DISTINCT hash FROM world_asset")}


async def forget_account(tx: Tx, account: str) -> None:
    """Let what an account made stay without saying whose it was."""
    for table in ("world_place", "world_place_version"):
        await tx.run(f"UPDATE {table} SET account = '' WHERE account = :account", account=account)
