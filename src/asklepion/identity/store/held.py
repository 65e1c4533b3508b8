"""What people hold: credentials, what they show of them and to whom."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import to_us
from asklepion.kit.db import Step, Tx

from .closing import SHUT
from .keys import blob, number, owned_by, text


def _create(op: Operations) -> None:
    op.create_table(  # the secret from which a person's keys are made
        "identity_holder",
        sa.Column("account", sa.Text, primary_key=True),
        number("created_at"),
        blob("body"),  # sealed
    )
    op.create_table(
        "identity_credential",
        sa.Column("id", sa.Text, primary_key=True),
        text("account", index=True),
        *(text(name) for name in ("kind", "vct", "issuer")),
        text("issued", index=True),  # our own register's line; empty: from elsewhere
        sa.Column("state", sa.BigInteger, nullable=False),
        *(number(name) for name in ("since_at", "until_at", "received_at", "checked_at")),
        blob("body"),  # sealed
    )
    op.create_table(  # a link by which somebody may be shown a part of a credential
        "identity_showing",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        text("account", index=True),
        text("credential", index=True),
        text("paths"),  # JSON: which claims
        *(number(name) for name in ("created_at", "expires_at")),
        sa.Column("opened", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "identity_shown",
        sa.Column("id", sa.Text, primary_key=True),
        text("account", index=True),
        text("credential", index=True),
        number("shown_at"),
        blob("body"),  # sealed
    )


def _note_looks(op: Operations) -> None:
    for column in (
        # When its issuer was last asked; 0: not yet. `checked_at` is when it last answered.
        sa.Column("asked_at", sa.BigInteger, nullable=False, server_default="0"),
        # 1: it was told that its issuer's silence ended it.
        sa.Column("is_told", sa.BigInteger, nullable=False, server_default="0"),
    ):
        op.add_column("identity_credential", column)


MIGRATIONS: tuple[Step, ...] = (_create,)
LATER: tuple[Step, ...] = (_note_looks,)  # after the steps of the other files

OWNED: dict[str, Owned | None] = {
    "identity_holder": owned_by(),
    "identity_credential": owned_by(),
    "identity_showing": None,  # good for minutes
    "identity_shown": owned_by(),
}


class Held(NamedTuple):
    """A credential that somebody holds here."""

    id: str
    account: str
    kind: str
    vct: str
    issuer: str
    issued: str
    state: int
    since_at: int
    until_at: int
    received_at: int
    checked_at: int
    asked_at: int
    is_told: int
    body: bytes


class Showing(NamedTuple):
    """A link by which a part of a credential is shown."""

    hash: bytes
    id: str
    account: str
    credential: str
    paths: str
    created_at: int
    expires_at: int
    opened: int


class Shown(NamedTuple):
    """That something was shown to somebody."""

    id: str
    account: str
    credential: str
    shown_at: int
    body: bytes


class Sealed(NamedTuple):
    """Something of an account's that only its owner's key opens."""

    table: str
    column: str  # its key
    word: str  # in the seal's context
    id: str
    body: bytes


SEALED = (
    ("identity_holder", "account", "holder"),
    ("identity_credential", "id", "credential"),
    ("identity_shown", "id", "shown"),
    ("identity_issued", "id", "issued"),
)
HELD = ", ".join(Held._fields)
SHOWING = ", ".join(Showing._fields)
SHOWN = ", ".join(Shown._fields)


async def find_secret(tx: Tx, account: str) -> bytes | None:
    """The sealed secret of an account's keys."""
    row = await tx.one("SELECT body FROM identity_holder WHERE account = :account", account=account)
    return bytes(row[0]) if row else None


async def add_secret(tx: Tx, account: str, body: bytes, at: datetime) -> None:
    """Keep a new secret; nothing happens where there is one."""
    sql = (
        "INSERT INTO identity_holder (account, created_at, body) VALUES (:account, :at, :body)"
        " ON CONFLICT DO NOTHING"
    )
    await tx.run(sql, account=account, at=to_us(at), body=body)


async def _insert(tx: Tx, table: str, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    await tx.run(f"INSERT INTO {table} ({names}) VALUES ({places})", **values)


async def keep(tx: Tx, held: Held) -> None:
    """Keep a new credential."""
    await _insert(tx, "identity_credential", held._asdict())


async def find(tx: Tx, account: str, id: str) -> Held | None:
    """One credential of an account."""
    sql = f"SELECT {HELD} FROM identity_credential WHERE id = :id AND account = :account"
    row = await tx.one(sql, id=id, account=account)
    return Held(*row) if row else None


async def held_by(tx: Tx, account: str, kind: str = "") -> list[Held]:
    """All that an account holds, or what it holds of a kind, the newest first."""
    sql = (
        f"SELECT {HELD} FROM identity_credential WHERE account = :account"
        " AND (:kind = '' OR kind = :kind) ORDER BY received_at DESC, id DESC"
    )
    return [Held(*row) for row in await tx.all(sql, account=account, kind=kind)]


async def in_force(tx: Tx, kind: str, accounts: list[str], now: datetime) -> list[Held]:
    """Credentials of a kind that stand as far as is known, of any of these accounts.

    With a suspended or closed account nothing stands that it holds.
    """
    names = {f"a{number}": account for number, account in enumerate(accounts)}
    if not names:
        return []
    among = ", ".join(f":{name}" for name in names)
    sql = (
        f"SELECT {HELD} FROM identity_credential WHERE kind = :kind AND state = 0"
        f" AND since_at <= :now AND until_at > :now AND account IN ({among})"
        f" AND NOT {SHUT.format('identity_credential.account')}"
    )
    return [Held(*row) for row in await tx.all(sql, kind=kind, now=to_us(now), **names)]


async def from_elsewhere(tx: Tx, now: datetime) -> list[Held]:
    """Licences that are no line of our register and that have not run out."""
    sql = (
        f"SELECT {HELD} FROM identity_credential WHERE kind = 'licence' AND issued = ''"
        " AND until_at > :now"
    )
    return [Held(*row) for row in await tx.all(sql, now=to_us(now))]


async def due(tx: Tx, now: datetime, asked_before: datetime, count: int) -> list[Held]:
    """Whatever is no line of our register and was not asked for lately, the longest ago first."""
    sql = (
        f"SELECT {HELD} FROM identity_credential WHERE issued = '' AND until_at > :now"
        " AND state <> 1 AND asked_at <= :before ORDER BY asked_at, id LIMIT :count"
    )
    rows = await tx.all(sql, now=to_us(now), before=to_us(asked_before), count=count)
    return [Held(*row) for row in rows]


async def change_state(tx: Tx, id: str, state: int, at: datetime) -> None:
    """Keep what an issuer said of a credential."""
    sql = (
        "UPDATE identity_credential SET state = :state, checked_at = :at, asked_at = :at,"
        " is_told = 0 WHERE id = :id"
    )
    await tx.run(sql, id=id, state=state, at=to_us(at))


async def note_silence(tx: Tx, id: str, at: datetime, *, is_told: bool) -> None:
    """Keep that its issuer was asked and said nothing, and whether that is told as its end."""
    sql = "UPDATE identity_credential SET asked_at = :at, is_told = :told WHERE id = :id"
    await tx.run(sql, id=id, at=to_us(at), told=int(is_told))


async def follow_issued(tx: Tx, issued: str, state: int, at: datetime) -> list[str]:
    """Keep what became of a line of the register; returns the accounts that hold it."""
    sql = (
        "UPDATE identity_credential SET state = :state, checked_at = :at WHERE issued = :issued"
        " RETURNING account"
    )
    return [row[0] for row in await tx.all(sql, issued=issued, state=state, at=to_us(at))]


async def drop(tx: Tx, account: str, id: str) -> bool:
    """Take a credential away, with the links that show it; what was shown stays told."""
    sql = "DELETE FROM identity_credential WHERE id = :id AND account = :account"
    is_gone = await tx.run(sql, id=id, account=account) == 1
    if is_gone:
        await tx.run("DELETE FROM identity_showing WHERE credential = :id", id=id)
    return is_gone


async def add_showing(tx: Tx, showing: Showing) -> None:
    """Keep a link."""
    await _insert(tx, "identity_showing", showing._asdict())


async def open_showing(tx: Tx, kept: bytes, now: datetime) -> Showing | None:
    """A link that is still good; it counts as opened once more."""
    sql = (
        "UPDATE identity_showing SET opened = opened + 1 WHERE hash = :hash AND expires_at > :now"
        f" AND NOT {SHUT.format('identity_showing.account')} RETURNING {SHOWING}"
    )
    rows = await tx.all(sql, hash=kept, now=to_us(now))
    return Showing(*rows[0]) if rows else None


async def showings(tx: Tx, account: str, now: datetime) -> list[Showing]:
    """The links of an account that are still good, the newest first."""
    sql = (
        f"SELECT {SHOWING} FROM identity_showing WHERE account = :account AND expires_at > :now"
        " ORDER BY created_at DESC"
    )
    return [Showing(*row) for row in await tx.all(sql, account=account, now=to_us(now))]


async def end_showing(tx: Tx, account: str, id: str) -> bool:
    """Take a link back."""
    sql = "DELETE FROM identity_showing WHERE id = :id AND account = :account"
    return await tx.run(sql, id=id, account=account) == 1


async def drop_showings(tx: Tx, account: str) -> None:
    """Take every link of an account back."""
    await tx.run("DELETE FROM identity_showing WHERE account = :account", account=account)


async def add_shown(tx: Tx, shown: Shown) -> None:
    """Keep that something was shown."""
    await _insert(tx, "identity_shown", shown._asdict())


async def shown_by(tx: Tx, account: str, count: int) -> list[Shown]:
    """What an account showed, the newest first."""
    sql = (
        f"SELECT {SHOWN} FROM identity_shown WHERE account = :account"
        " ORDER BY shown_at DESC, id DESC LIMIT :count"
    )
    return [Shown(*row) for row in await tx.all(sql, account=account, count=count)]


async def sealed(tx: Tx, account: str) -> list[Sealed]:
    """All that is sealed of what an account holds, showed and was issued."""
    return [
        Sealed(table, column, word, row[0], bytes(row[1]))
        for table, column, word in SEALED
        for row in await tx.all(
            f"SELECT {column}, body FROM {table} WHERE account = :account", account=account
        )
    ]


async def reseal(tx: Tx, old: Sealed, body: bytes) -> None:
    """Keep the same under another seal."""
    sql = f"UPDATE {old.table} SET body = :body WHERE {old.column} = :id"
    await tx.run(sql, id=old.id, body=body)


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take away all that an account holds and showed."""
    tables = ("identity_holder", "identity_credential", "identity_showing", "identity_shown")
    return {
        table: await tx.run(f"DELETE FROM {table} WHERE account = :account", account=account)
        for table in tables
    }


async def forget_the_past(tx: Tx, now: datetime) -> None:
    """Drop links that are over."""
    await tx.run("DELETE FROM identity_showing WHERE expires_at <= :now", now=to_us(now))
