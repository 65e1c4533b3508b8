"""What this house issued: its register, and the lists that say what still stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import to_us
from asklepion.kit.db import Step, Tx

from .keys import number, owned_by, text


def _create(op: Operations) -> None:
    op.create_table(
        "identity_generation",  # of the keys by which the house issues
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        number("created_at"),
    )
    op.create_table(
        "identity_list",
        sa.Column("id", sa.Text, primary_key=True),
        number("created_at"),
        sa.Column("epoch", sa.BigInteger, nullable=False),  # grows with every change
        sa.Column("generation", sa.BigInteger, nullable=False),  # of the key that signs it
    )
    op.create_table(  # says of nobody whose it is
        "identity_entry",
        sa.Column("list", sa.Text, primary_key=True),
        sa.Column("entry", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_issued",
        sa.Column("id", sa.Text, primary_key=True),
        *(text(name) for name in ("kind", "list", "issued_by")),
        text("account", index=True),
        text("parent", index=True),  # what this is a copy of, for an app outside
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.Column("state", sa.BigInteger, nullable=False),
        *(number(name) for name in ("since_at", "until_at", "issued_at", "changed_at")),
        sa.Column("body", sa.LargeBinary, nullable=False),  # sealed
    )


MIGRATIONS: tuple[Step, ...] = (_create,)

OWNED: dict[str, Owned | None] = {
    "identity_generation": Owned(),
    "identity_list": Owned(),
    "identity_entry": Owned(),
    "identity_issued": owned_by(),
}


class Issued(NamedTuple):
    """One line of the register."""

    id: str
    kind: str
    list: str
    issued_by: str  # an account
    account: str  # of whom it is about
    parent: str
    entry: int
    state: int
    since_at: int
    until_at: int
    issued_at: int
    changed_at: int
    body: bytes


COLUMNS = ", ".join(Issued._fields)


async def generations(tx: Tx) -> list[int]:
    """The generations of the house's keys, the newest first."""
    sql = "SELECT number FROM identity_generation ORDER BY number DESC"
    return [row[0] for row in await tx.all(sql)]


async def add_generation(tx: Tx, number: int, at: datetime) -> None:
    """Sign with other keys from now on."""
    sql = "INSERT INTO identity_generation (number, created_at) VALUES (:number, :at)"
    await tx.run(f"{sql} ON CONFLICT DO NOTHING", number=number, at=to_us(at))


async def newest_list(tx: Tx, generation: int) -> str | None:
    """The list that entries are added to, under one generation of keys."""
    sql = (
        "SELECT id FROM identity_list WHERE generation = :generation"
        " ORDER BY created_at DESC, id LIMIT 1"
    )
    row = await tx.one(sql, generation=generation)
    return row[0] if row else None


async def add_list(tx: Tx, id: str, generation: int, at: datetime) -> None:
    """Begin another list."""
    sql = (
        "INSERT INTO identity_list (id, created_at, epoch, generation)"
        " VALUES (:id, :at, 0, :generation)"
    )
    await tx.run(sql, id=id, at=to_us(at), generation=generation)


async def find_list(tx: Tx, id: str) -> tuple[int, int] | None:
    """How often a list has changed, and by which keys it is signed; nothing if there is none."""
    row = await tx.one("SELECT epoch, generation FROM identity_list WHERE id = :id", id=id)
    return (row[0], row[1]) if row else None


async def taken(tx: Tx, id: str) -> set[int]:
    """Which entries of a list are somebody's."""
    rows = await tx.all("SELECT entry FROM identity_entry WHERE list = :id", id=id)
    return {row[0] for row in rows}


async def marked(tx: Tx, id: str) -> dict[int, int]:
    """The state of every entry of a list that does not simply stand."""
    sql = "SELECT entry, state FROM identity_entry WHERE list = :id AND state <> 0"
    return {row[0]: row[1] for row in await tx.all(sql, id=id)}


async def add_entry(tx: Tx, list: str, entry: int) -> None:
    """Take an entry of a list."""
    sql = "INSERT INTO identity_entry (list, entry, state) VALUES (:list, :entry, 0)"
    await tx.run(sql, list=list, entry=entry)


async def find_entry(tx: Tx, list: str, entry: int) -> int | None:
    """The state of an entry; nothing if it is nobody's."""
    sql = "SELECT state FROM identity_entry WHERE list = :list AND entry = :entry"
    row = await tx.one(sql, list=list, entry=entry)
    return row[0] if row else None


async def mark_entry(tx: Tx, list: str, entry: int, state: int) -> None:
    """Say what became of an entry; the list has changed with it."""
    sql = "UPDATE identity_entry SET state = :state WHERE list = :list AND entry = :entry"
    await tx.run(sql, list=list, entry=entry, state=state)
    await tx.run("UPDATE identity_list SET epoch = epoch + 1 WHERE id = :list", list=list)


async def keep(tx: Tx, issued: Issued) -> None:
    """Keep a new line of the register."""
    values: dict[str, Any] = issued._asdict()
    names = ", ".join(f":{name}" for name in values)
    await tx.run(f"INSERT INTO identity_issued ({COLUMNS}) VALUES ({names})", **values)


async def find(tx: Tx, id: str) -> Issued | None:
    """One line of the register."""
    row = await tx.one(f"SELECT {COLUMNS} FROM identity_issued WHERE id = :id", id=id)
    return Issued(*row) if row else None


async def find_by_entry(tx: Tx, list: str, entry: int) -> Issued | None:
    """The line whose state stands in one place of a list."""
    sql = f"SELECT {COLUMNS} FROM identity_issued WHERE list = :list AND entry = :entry"
    row = await tx.one(sql, list=list, entry=entry)
    return Issued(*row) if row else None


async def family(tx: Tx, id: str) -> list[Issued]:
    """A line with every copy that was made of it."""
    sql = f"SELECT {COLUMNS} FROM identity_issued WHERE id = :id OR parent = :id"
    return [Issued(*row) for row in await tx.all(sql, id=id)]


async def held_in(tx: Tx, account: str, kinds: Sequence[str], state: int) -> list[Issued]:
    """An account's lines of some kinds in a state, without their copies."""
    names = {f"k{number}": str(kind) for number, kind in enumerate(kinds)}
    among = ", ".join(f":{name}" for name in names)
    sql = (
        f"SELECT {COLUMNS} FROM identity_issued WHERE account = :account AND parent = ''"
        f" AND state = :state AND kind IN ({among}) ORDER BY id"
    )
    return [Issued(*row) for row in await tx.all(sql, account=account, state=state, **names)]


async def change_state(tx: Tx, id: str, state: int, at: datetime) -> None:
    """Say what became of a line."""
    sql = "UPDATE identity_issued SET state = :state, changed_at = :at WHERE id = :id"
    await tx.run(sql, id=id, state=state, at=to_us(at))


async def register(tx: Tx, before: str, count: int, issued_by: str | None) -> list[Issued]:
    """Lines without their copies, the newest first; of one issuer, or of all."""
    sql = (
        f"SELECT {COLUMNS} FROM identity_issued WHERE parent = '' AND (:all = 1 OR issued_by = :by)"
        " AND (:before = '' OR id < :before) ORDER BY id DESC LIMIT :count"
    )
    by = issued_by or ""
    rows = await tx.all(sql, all=int(issued_by is None), by=by, before=before, count=count)
    return [Issued(*row) for row in rows]


async def lists_of(tx: Tx, account: str) -> set[str]:
    """The lists in which something of an account's has a place."""
    sql = "SELECT DISTINCT list FROM identity_issued WHERE account = :account"
    return {row[0] for row in await tx.all(sql, account=account)}


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take away all that was issued to an account; its entries stay, and stand no more."""
    sql = "SELECT list, entry FROM identity_issued WHERE account = :account"
    for list, entry in await tx.all(sql, account=account):
        await mark_entry(tx, list, entry, 1)
    gone = "DELETE FROM identity_issued WHERE account = :account"
    return {"identity_issued": await tx.run(gone, account=account)}
