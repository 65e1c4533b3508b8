"""Blocks, friends, what people set for themselves, and what hosts did. Accounts by id, no names."""

from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.identity import owned_by
from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx

from ..model import Act, Deed, Followers, Self


def _create(op: Operations) -> None:
    op.create_table(
        "world_block",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("other", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("account", "other"),
    )
    op.create_table(
        "world_friend",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("other", sa.Text, nullable=False),
        sa.Column("shows", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("account", "other"),
    )
    op.create_table(
        "world_self",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("bubble", sa.BigInteger),
        sa.Column("followers", sa.Text, nullable=False),
        sa.Column("is_child", sa.BigInteger, nullable=False),
        sa.Column("phrases_only", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "world_act",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("by_account", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger),
        sa.Column("lifted_at", sa.BigInteger),
        sa.Column("lifted_by", sa.Text, nullable=False),
        sa.Column("appeal", sa.Text, nullable=False),
        sa.Column("every_s", sa.BigInteger, nullable=False),
    )
    op.create_index("world_block_other", "world_block", ["other"])
    op.create_index("world_friend_other", "world_friend", ["other"])
    op.create_index("world_act_place", "world_act", ["place", "at"])
    op.create_index("world_act_account", "world_act", ["account"])


def _add_photos(op: Operations) -> None:
    column = sa.Column("in_photos", sa.BigInteger, nullable=False, server_default="1")
    op.add_column("world_self", column)


MIGRATIONS: tuple[Step, ...] = (_create,)
LATER: tuple[Step, ...] = (_add_photos,)  # after those of the other tables
OWNED: dict[str, Owned | None] = {
    "world_block": owned_by(),
    "world_friend": owned_by(),
    "world_self": owned_by(),
    "world_act": owned_by(),
}
PAIRS = {"block": "world_block", "friend": "world_friend"}
ACT = (
    "id, deed, place, account, by_account, reason, at, until_at, lifted_at, lifted_by, appeal,"
    " every_s"
)
SELF = "account, bubble, followers, is_child, phrases_only, in_photos"

# Blocks and friends: from one account to another


async def add_block(tx: Tx, id: str, account: str, other: str, at: datetime) -> None:
    await tx.run(
        "INSERT INTO world_block (id, account, other, at) VALUES (:id, :account, :other, :at)"
        " ON CONFLICT (account, other) DO NOTHING",
        id=id, account=account, other=other, at=to_us(at),
    )  # fmt: skip


async def take_block(tx: Tx, id: str, account: str) -> str | None:
    """Take a block away; whom it was of."""
    sql = "DELETE FROM world_block WHERE id = :id AND account = :account RETURNING other"
    row = await tx.one(sql, id=id, account=account)
    return row[0] if row else None


async def blocks_of(tx: Tx, account: str) -> list[tuple[str, str, datetime]]:
    """Id, whom and since when, the newest first."""
    sql = "SELECT id, other, at FROM world_block WHERE account = :account ORDER BY at DESC, id"
    return [(id, other, from_us(at)) for id, other, at in await tx.all(sql, account=account)]


async def all_blocks(tx: Tx) -> list[tuple[str, str]]:
    return [(a, b) for a, b in await tx.all("SELECT account, other FROM world_block")]


async def add_friend(tx: Tx, id: str, account: str, other: str, at: datetime) -> None:
    await tx.run(
        "INSERT INTO world_friend (id, account, other, shows, at)"
        " VALUES (:id, :account, :other, 0, :at) ON CONFLICT (account, other) DO NOTHING",
        id=id, account=account, other=other, at=to_us(at),
    )  # fmt: skip


async def end_friends(tx: Tx, account: str, other: str) -> None:
    """Take away both directions."""
    await tx.run(
        "DELETE FROM world_friend WHERE (account = :a AND other = :b)"
        " OR (account = :b AND other = :a)",
        a=account, b=other,
    )  # fmt: skip


async def show_friend(tx: Tx, account: str, other: str, *, shows: bool) -> None:
    await tx.run(
        "UPDATE world_friend SET shows = :shows WHERE account = :account AND other = :other",
        shows=int(shows), account=account, other=other,
    )  # fmt: skip


async def friends_around(tx: Tx, account: str) -> list[tuple[str, str, str]]:
    """Id, from whom and to whom, of all that go out from somebody or come to them."""
    sql = (
        "SELECT id, account, other FROM world_friend"
        " WHERE account = :account OR other = :account ORDER BY at, id"
    )
    return [(id, a, b) for id, a, b in await tx.all(sql, account=account)]


async def all_friends(tx: Tx) -> list[tuple[str, str, bool]]:
    rows = await tx.all("SELECT account, other, shows FROM world_friend")
    return [(a, b, bool(shows)) for a, b, shows in rows]


# Selves


async def keep_self(tx: Tx, account: str, mine: Self) -> None:
    await tx.run(
        f"INSERT INTO world_self ({SELF})"
        " VALUES (:account, :bubble, :followers, :is_child, :phrases_only, :in_photos)"
        " ON CONFLICT (account) DO UPDATE SET bubble = excluded.bubble,"
        " followers = excluded.followers, is_child = excluded.is_child,"
        " phrases_only = excluded.phrases_only,"
        " in_photos = excluded.in_photos",
        account=account,
        bubble=None if mine.bubble is None else int(mine.bubble),
        followers=str(mine.followers),
        is_child=int(mine.is_child),
        phrases_only=int(mine.phrases_only),
        in_photos=int(mine.in_photos),
    )


async def all_selves(tx: Tx) -> dict[str, Self]:
    rows = await tx.all(f"SELECT {SELF} FROM world_self")
    return {
        account: Self(
            bubble=None if bubble is None else bool(bubble),
            followers=Followers(followers),
            is_child=bool(is_child),
            phrases_only=bool(phrases_only),
            in_photos=bool(in_photos),
        )
        for account, bubble, followers, is_child, phrases_only, in_photos in rows
    }


# What hosts did


async def keep_act(tx: Tx, act: Act) -> None:
    await tx.run(
        f"INSERT INTO world_act ({ACT}) VALUES (:id, :deed, :place, :account, :by, :reason, :at,"
        " :until, :lifted, :lifted_by, :appeal, :every)"
        " ON CONFLICT (id) DO UPDATE SET lifted_at = excluded.lifted_at,"
        " lifted_by = excluded.lifted_by, appeal = excluded.appeal",
        id=act.id,
        deed=str(act.deed),
        place=act.place,
        account=act.account,
        by=act.by,
        reason=act.reason,
        at=to_us(act.at),
        until=act.until and to_us(act.until),
        lifted=act.lifted_at and to_us(act.lifted_at),
        lifted_by=act.lifted_by,
        appeal=act.appeal,
        every=act.every_s,
    )


async def find_act(tx: Tx, id: str) -> Act | None:
    row = await tx.one(f"SELECT {ACT} FROM world_act WHERE id = :id", id=id)
    return _act(row) if row else None


async def acts_in(tx: Tx, place: str, count: int) -> list[Act]:
    """What was done in a place, the newest first."""
    sql = f"SELECT {ACT} FROM world_act WHERE place = :place ORDER BY at DESC, id DESC LIMIT :n"
    return [_act(row) for row in await tx.all(sql, place=place, n=count)]


async def acts_to(tx: Tx, account: str, count: int) -> list[Act]:
    """What was done to somebody, the newest first."""
    sql = f"SELECT {ACT} FROM world_act WHERE account = :a ORDER BY at DESC, id DESC LIMIT :n"
    return [_act(row) for row in await tx.all(sql, a=account, n=count)]


async def acts_that_may_stand(tx: Tx, now: datetime) -> list[Act]:
    sql = (
        f"SELECT {ACT} FROM world_act WHERE lifted_at IS NULL"
        " AND (until_at IS NULL OR until_at > :now)"
    )
    return [_act(row) for row in await tx.all(sql, now=to_us(now))]


async def forget(tx: Tx, account: str) -> dict[str, int]:
    """Take away all that is kept of somebody; returns how many rows of which table."""
    gone = {
        table: await tx.run(
            f"DELETE FROM {table} WHERE account = :account OR other = :account", account=account
        )
        for table in PAIRS.values()
    }
    for table in ("world_self", "world_act"):
        gone[table] = await tx.run(f"DELETE FROM {table} WHERE account = :a", a=account)
    for column in ("by_account", "lifted_by"):
        sql = f"UPDATE world_act SET {column} = '' WHERE {column} = :account"
        await tx.run(sql, account=account)
    return gone


def _act(row: Row) -> Act:
    id, deed, place, account, by, reason, at, until, lifted, lifted_by, appeal, every = row
    return Act(
        id=id,
        deed=Deed(deed),
        place=place,
        account=account,
        by=by,
        reason=reason,
        at=from_us(at),
        until=None if until is None else from_us(until),
        lifted_at=None if lifted is None else from_us(lifted),
        lifted_by=lifted_by,
        appeal=appeal,
        every_s=every,
    )
