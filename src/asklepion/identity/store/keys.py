"""Identity's tables: passkeys, what they are asked, notices; links.py reads and writes two more."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx

from ..model import Notice, Passkey, Way


def text(name: str, **more: Any) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.Text, nullable=False, **more)


def number(name: str, **more: Any) -> sa.Column[int]:
    """A column of whole numbers, or of moments."""
    return sa.Column(name, sa.BigInteger, nullable=False, **more)


def blob(name: str, **more: Any) -> sa.Column[bytes]:
    """A column of bytes."""
    return sa.Column(name, sa.LargeBinary, nullable=False, **more)


def _keys(op: Operations) -> None:
    for column in (
        text("way", server_default="password"),  # how it was opened
        number("proven_at", server_default="0"),  # when somebody last proved to be themselves
        text("proven_by", server_default=""),
    ):
        op.add_column("identity_session", column)
    op.create_table(
        "identity_passkey",
        text("id", primary_key=True),
        text("account", index=True),
        blob("credential", unique=True),
        blob("handle"),
        blob("public_key"),
        number("algorithm"),
        blob("x"),
        blob("y"),
        number("sign_count"),
        number("is_synced"),
        text("rp"),
        text("name"),
        number("created_at"),
        number("used_at"),  # 0: not yet
    )
    op.create_table(  # what others of the house have somebody sign
        "identity_challenge",
        blob("hash", primary_key=True),
        text("account", index=True),
        number("expires_at", index=True),
    )
    op.create_table(
        "identity_printed",
        text("account", primary_key=True),
        text("id"),
        text("hash"),
        number("created_at"),
    )
    op.create_table(
        "identity_link",
        blob("hash", primary_key=True),
        text("id", unique=True),
        text("kind"),
        text("account", index=True),
        text("state"),
        blob("claim", index=True),
        text("sign"),
        number("expires_at", index=True),
    )
    op.create_table(
        "identity_notice",
        text("id", primary_key=True),
        text("account", index=True),
        text("kind"),
        text("about"),
        number("at"),
        number("is_seen"),
    )


MIGRATIONS: tuple[Step, ...] = (_keys,)


def patient_of(where: str) -> str:
    """SQL for the patient that an account speaks as; nothing where it is no patient's."""
    return (
        "(SELECT CASE WHEN a.person LIKE 'Patient/%'"
        " THEN replace(a.person, ' closed:' || a.id, '') END"  # also of a closed account
        f" FROM identity_account a WHERE {where})"
    )


def owned_by(column: str = "account") -> Owned:
    """Rows that belong to whoever the account in a column speaks as."""
    return Owned(f"coalesce({patient_of(f'a.id = t.{column}')}, '')")


OWNED: dict[str, Owned | None] = {
    "identity_passkey": owned_by(),
    "identity_challenge": None,  # over within minutes
    "identity_printed": owned_by(),
    "identity_link": None,
    "identity_notice": owned_by(),
}

PASSKEY = (
    "id, account, credential, handle, public_key, algorithm, x, y, sign_count, is_synced, rp,"
    " name, created_at, used_at"
)


def _passkey(row: Row) -> Passkey:
    return Passkey(
        id=row[0],
        account=row[1],
        credential=bytes(row[2]),
        handle=bytes(row[3]),
        public_key=bytes(row[4]),
        algorithm=row[5],
        x=bytes(row[6]),
        y=bytes(row[7]),
        sign_count=row[8],
        is_synced=bool(row[9]),
        rp=row[10],
        name=row[11],
        created_at=from_us(row[12]),
        used_at=from_us(row[13]) if row[13] else None,
    )


# Passkeys


def values_of(key: Passkey) -> dict[str, Any]:
    """What is kept of a key, wherever it is kept, by column."""
    return {
        "credential": key.credential,
        "handle": key.handle,
        "public_key": key.public_key,
        "algorithm": key.algorithm,
        "x": key.x,
        "y": key.y,
        "sign_count": key.sign_count,
        "is_synced": int(key.is_synced),
        "rp": key.rp,
        "name": key.name,
    }


async def add_passkey(tx: Tx, key: Passkey) -> bool:
    """Keep a passkey; nothing happens where somebody has it already."""
    rows = await tx.run(
        f"INSERT INTO identity_passkey ({PASSKEY}) VALUES (:id, :account, :credential, :handle,"
        " :public_key, :algorithm, :x, :y, :sign_count, :is_synced, :rp, :name, :created_at, 0)"
        " ON CONFLICT DO NOTHING",
        id=key.id,
        account=key.account,
        **values_of(key),
        created_at=to_us(key.created_at),
    )
    return rows == 1


async def find_credential(tx: Tx, credential: bytes) -> Passkey | None:
    """A passkey as its device calls it."""
    sql = f"SELECT {PASSKEY} FROM identity_passkey WHERE credential = :credential"
    row = await tx.one(sql, credential=credential)
    return None if row is None else _passkey(row)


async def passkeys(tx: Tx, account: str) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    sql = f"SELECT {PASSKEY} FROM identity_passkey WHERE account = :account ORDER BY id"
    return [_passkey(row) for row in await tx.all(sql, account=account)]


async def without_way_in(tx: Tx) -> frozenset[str]:
    """Accounts that have neither a password nor a passkey."""
    rows = await tx.all(
        "SELECT a.id FROM identity_account a WHERE a.password = '' AND a.email NOT LIKE 'closed:%'"
        " AND NOT EXISTS (SELECT 1 FROM identity_passkey k WHERE k.account = a.id)"
    )
    return frozenset(row[0] for row in rows)


async def note_use(tx: Tx, key: Passkey, sign_count: int, at: datetime) -> bool:
    """Write down that it signed; False if a key that counts was meanwhile seen further on."""
    rows = await tx.run(
        "UPDATE identity_passkey SET sign_count = :count, used_at = :at WHERE id = :id"
        " AND (is_synced = 1 OR sign_count < :count OR (sign_count = 0 AND :none = 1))",
        id=key.id,
        count=sign_count,
        none=int(sign_count == 0),
        at=to_us(at),
    )
    return rows == 1


async def rename_passkey(tx: Tx, account: str, id: str, name: str) -> bool:
    """Call somebody's device otherwise; False where there is none."""
    sql = "UPDATE identity_passkey SET name = :name WHERE id = :id AND account = :account"
    return await tx.run(sql, id=id, account=account, name=name) == 1


async def drop_passkey(tx: Tx, account: str, id: str) -> bool:
    """Take one of somebody's passkeys away; False where there is none."""
    sql = "DELETE FROM identity_passkey WHERE id = :id AND account = :account"
    return await tx.run(sql, id=id, account=account) == 1


async def drop_passkeys(tx: Tx, account: str, but: str) -> int:
    """Take all of somebody's passkeys away but one."""
    sql = "DELETE FROM identity_passkey WHERE account = :account AND id <> :but"
    return await tx.run(sql, account=account, but=but)


# What others of the house have somebody sign


async def ask(tx: Tx, kept: bytes, account: str, until: datetime) -> None:
    """Keep what somebody is asked to sign."""
    await tx.run(
        "INSERT INTO identity_challenge (hash, account, expires_at) VALUES (:hash, :account, :at)"
        " ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at",
        hash=kept,
        account=account,
        at=to_us(until),
    )


async def use_challenge(tx: Tx, kept: bytes, now: datetime) -> bool:
    """Use up what somebody was asked to sign; False where there is no such question, or no more."""
    sql = "DELETE FROM identity_challenge WHERE hash = :hash AND expires_at > :now"
    return await tx.run(sql, hash=kept, now=to_us(now)) == 1


# Sessions, as far as they say how somebody proved who they are


async def open_session(tx: Tx, kept: bytes, way: Way, at: datetime) -> None:
    """Write down how a session was opened."""
    sql = (
        "UPDATE identity_session SET way = :way, proven_by = :way, proven_at = :at"
        " WHERE hash = :hash"
    )
    await tx.run(sql, hash=kept, way=str(way), at=to_us(at))


async def prove_session(tx: Tx, kept: bytes, account: str, by: Way, at: datetime) -> bool:
    """Write down that somebody proved again who they are; False if that is no session of theirs."""
    sql = (
        "UPDATE identity_session SET proven_at = :at, proven_by = :by"
        " WHERE hash = :hash AND account = :account"
    )
    return await tx.run(sql, hash=kept, account=account, at=to_us(at), by=str(by)) == 1


async def proven(tx: Tx, kept: bytes, account: str) -> tuple[str, datetime] | None:
    """How and when somebody last proved in this session who they are."""
    sql = (
        "SELECT proven_by, proven_at FROM identity_session"
        " WHERE hash = :hash AND account = :account"
    )
    row = await tx.one(sql, hash=kept, account=account)
    return None if row is None else (row[0], from_us(row[1]))


# Notices


async def tell(tx: Tx, account: str, notice: Notice) -> None:
    """Keep what somebody is to be told."""
    await tx.run(
        "INSERT INTO identity_notice (id, account, kind, about, at, is_seen)"
        " VALUES (:id, :account, :kind, :about, :at, 0)",
        id=notice.id,
        account=account,
        kind=notice.kind,
        about=notice.about,
        at=to_us(notice.at),
    )


async def notices(tx: Tx, account: str, most: int) -> list[tuple[Notice, bool]]:
    """What somebody was told, and whether she has seen it; the newest first.

    Of an account that a notice is about, its name is told.
    """
    rows = await tx.all(
        "SELECT n.id, n.kind, coalesce(a.name, n.about), n.at, n.is_seen FROM identity_notice n"
        " LEFT JOIN identity_account a ON a.id = n.about WHERE n.account = :account"
        " ORDER BY n.id DESC LIMIT :most",
        account=account,
        most=most,
    )
    return [
        (Notice(id=row[0], kind=row[1], about=row[2], at=from_us(row[3])), bool(row[4]))
        for row in rows
    ]


async def see_notices(tx: Tx, account: str, until: str) -> None:
    """Write down that she has seen what she was told, up to this one."""
    sql = "UPDATE identity_notice SET is_seen = 1 WHERE account = :account AND id <= :until"
    await tx.run(sql, account=account, until=until)


# Ends


async def end_account(tx: Tx, account: str) -> None:
    """Take away the keys of an account, and what it was told; others keep what they were told."""
    for table in OWNED:
        await tx.run(f"DELETE FROM {table} WHERE account = :account", account=account)


async def forget_the_past(tx: Tx, now: datetime) -> None:
    """Drop what has ended."""
    at = to_us(now)
    await tx.run("DELETE FROM identity_challenge WHERE expires_at <= :at", at=at)
    await tx.run("DELETE FROM identity_link WHERE expires_at <= :at", at=at)
    await tx.run("DELETE FROM identity_assertion WHERE expires_at <= :at", at=at)


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take away everything of an account's keys; returns how many rows of which table."""
    await tx.run("DELETE FROM identity_notice WHERE about = :account", account=account)
    return {
        table: await tx.run(f"DELETE FROM {table} WHERE account = :account", account=account)
        for table in OWNED
    }
