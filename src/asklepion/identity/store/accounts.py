"""Identity's tables: accounts, sessions, failed attempts, the opening of the house."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Serial, Step, Tx

from ..model import Account, Role
from .closing import CLOSED, SHUT


def _create(op: Operations) -> None:
    op.create_table(
        "identity_account",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),  # one space before and after each
        sa.Column("person", sa.Text, unique=True),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_session",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column(
            "account", sa.Text, sa.ForeignKey("identity_account.id"), nullable=False, index=True
        ),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_attempt",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("since_at", sa.BigInteger, nullable=False, index=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_opening",
        sa.Column("id", Serial, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


MIGRATIONS: tuple[Step, ...] = (_create,)

# A closed account is still hers whom it spoke as.
_PATIENT = (
    "CASE WHEN {0}.person LIKE 'Patient/%'"
    " THEN replace({0}.person, ' closed:' || {0}.id, '') ELSE '' END"
)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {
    "identity_account": Owned(_PATIENT.format("t")),
    "identity_session": Owned(
        f"(SELECT {_PATIENT.format('a')} FROM identity_account a WHERE a.id = t.account)"
    ),
    "identity_attempt": None,  # forgotten within hours
    "identity_opening": Owned(),
}

ACCOUNT = "a.id, a.email, a.name, a.roles, a.person, a.language, a.created_at"


def account_of(row: Row) -> Account:
    """An account from the columns that ACCOUNT names."""
    id, email, name, roles, person, language, created_at = row
    is_closed = email.startswith(CLOSED)
    return Account(
        id=id,
        email="" if is_closed else email,
        name=name,
        roles=frozenset(Role(role) for role in roles.split()),
        person=None if is_closed else person,
        language=language,
        is_closed=is_closed,
        created_at=from_us(created_at),
    )


def _roles(roles: Iterable[Role]) -> str:
    return f" {' '.join(sorted(roles))} "


async def add_account(tx: Tx, account: Account, password: str) -> bool:
    """Keep a new account; nothing happens where its address or person has one already."""
    rows = await tx.run(
        "INSERT INTO identity_account"
        " (id, email, password, name, roles, person, language, created_at) VALUES"
        " (:id, :email, :password, :name, :roles, :person, :language, :created_at)"
        " ON CONFLICT DO NOTHING",
        id=account.id,
        email=account.email,
        password=password,
        name=account.name,
        roles=_roles(account.roles),
        person=account.person,
        language=account.language,
        created_at=to_us(account.created_at),
    )
    return rows == 1


async def find(tx: Tx, account: str) -> Account | None:
    """An account by its id."""
    row = await tx.one(f"SELECT {ACCOUNT} FROM identity_account a WHERE a.id = :id", id=account)
    return None if row is None else account_of(row)


async def find_by_email(tx: Tx, email: str) -> tuple[Account, str | None] | None:
    """An account by its e-mail address, with its password's hash, if it has one."""
    row = await tx.one(
        f"SELECT a.password, {ACCOUNT} FROM identity_account a WHERE a.email = :email", email=email
    )
    return None if row is None else (account_of(row[1:]), row[0] or None)


async def find_by_person(tx: Tx, person: str) -> Account | None:
    """The account that speaks as a person."""
    sql = f"SELECT {ACCOUNT} FROM identity_account a WHERE a.person = :person"
    row = await tx.one(sql, person=person)
    return None if row is None else account_of(row)


async def accounts(tx: Tx, after: str, count: int) -> list[Account]:
    """Accounts in the order in which they were made."""
    rows = await tx.all(
        f"SELECT {ACCOUNT} FROM identity_account a WHERE a.id > :after ORDER BY a.id LIMIT :count",
        after=after,
        count=count,
    )
    return [account_of(row) for row in rows]


async def has_operator(tx: Tx) -> bool:
    """Whether anybody runs this house yet."""
    sql = "SELECT 1 FROM identity_account WHERE roles LIKE '% operator %'"
    return await tx.one(f"{sql} AND email NOT LIKE '{CLOSED}%' LIMIT 1") is not None


async def change_account(tx: Tx, account: str, *, name: str, language: str) -> None:
    """Keep another name and language."""
    await tx.run(
        "UPDATE identity_account SET name = :name, language = :language WHERE id = :id",
        id=account,
        name=name,
        language=language,
    )


async def change_password(tx: Tx, account: str, password: str) -> None:
    """Keep the hash of another password."""
    sql = "UPDATE identity_account SET password = :password WHERE id = :id"
    await tx.run(sql, id=account, password=password)


async def link_person(tx: Tx, account: str, person: str) -> bool:
    """Say whom an account speaks as, once; nothing happens where either is taken."""
    rows = await tx.run(
        "UPDATE identity_account SET person = :person WHERE id = :id AND person IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM identity_account WHERE person = :person)",
        id=account,
        person=person,
    )
    return rows == 1


async def move_person(tx: Tx, account: str, person: str) -> None:
    """Let an account speak as another person than before."""
    sql = "UPDATE identity_account SET person = :person WHERE id = :id"
    await tx.run(sql, id=account, person=person)


async def unlink_person(tx: Tx, account: str, roles: Iterable[Role]) -> None:
    """Let an account speak as nobody, in the roles that are left to it."""
    sql = "UPDATE identity_account SET person = NULL, roles = :roles WHERE id = :id"
    await tx.run(sql, id=account, roles=_roles(roles))


async def drop_account(tx: Tx, account: str) -> dict[str, int]:
    """Take an account away with its sessions; returns how many rows of which table."""
    sessions = "DELETE FROM identity_session WHERE account = :id"
    accounts = "DELETE FROM identity_account WHERE id = :id"
    return {
        "identity_session": await tx.run(sessions, id=account),
        "identity_account": await tx.run(accounts, id=account),
    }


async def add_session(
    tx: Tx, kept: bytes, kind: str, account: str, lasts: tuple[datetime, datetime]
) -> None:
    """Keep a session's or token's hash; `lasts` is from when and until when."""
    await tx.run(
        "INSERT INTO identity_session (hash, kind, account, created_at, expires_at)"
        " VALUES (:hash, :kind, :account, :created_at, :expires_at)",
        hash=kept,
        kind=kind,
        account=account,
        created_at=to_us(lasts[0]),
        expires_at=to_us(lasts[1]),
    )


async def find_session(
    tx: Tx, kept: bytes, now: datetime
) -> tuple[Account, datetime, datetime] | None:
    """Whose session it is, since when and until when; nothing if it has ended."""
    row = await tx.one(
        f"SELECT s.created_at, s.expires_at, {ACCOUNT} FROM identity_session s"
        " JOIN identity_account a ON a.id = s.account WHERE s.hash = :hash AND s.expires_at > :now"
        f" AND NOT {SHUT.format('a.id')}",
        hash=kept,
        now=to_us(now),
    )
    return None if row is None else (account_of(row[2:]), from_us(row[0]), from_us(row[1]))


async def prolong_session(tx: Tx, kept: bytes, until: datetime) -> None:
    """Let a session last longer."""
    sql = "UPDATE identity_session SET expires_at = :until WHERE hash = :hash"
    await tx.run(sql, hash=kept, until=to_us(until))


async def end_session(tx: Tx, kept: bytes) -> None:
    """End one session."""
    await tx.run("DELETE FROM identity_session WHERE hash = :hash", hash=kept)


async def end_sessions(tx: Tx, account: str, but: bytes) -> None:
    """End every session and token of an account but one."""
    sql = "DELETE FROM identity_session WHERE account = :account AND hash <> :but"
    await tx.run(sql, account=account, but=but)


async def forget_the_past(tx: Tx, now: datetime, attempts_since: datetime) -> None:
    """Drop sessions that have ended and attempts that do not count any more."""
    await tx.run("DELETE FROM identity_session WHERE expires_at <= :now", now=to_us(now))
    sql = "DELETE FROM identity_attempt WHERE since_at <= :since"
    await tx.run(sql, since=to_us(attempts_since))


async def count_attempt(
    tx: Tx, kept: bytes, now: datetime, since: datetime
) -> tuple[int, datetime]:
    """Count one attempt as a failure; those begun before `since` do not count any more.

    Returns:
        How many there are now, and when the first of them was.
    """
    row = await tx.one(
        "INSERT INTO identity_attempt AS a (hash, failures, since_at) VALUES (:hash, 1, :now)"
        " ON CONFLICT (hash) DO UPDATE SET"
        " failures = CASE WHEN a.since_at <= :since THEN 1 ELSE a.failures + 1 END,"
        " since_at = CASE WHEN a.since_at <= :since THEN excluded.since_at ELSE a.since_at END"
        " RETURNING failures, since_at",
        hash=kept,
        now=to_us(now),
        since=to_us(since),
    )
    assert row is not None
    return row[0], from_us(row[1])


async def forgive(tx: Tx, kept: bytes, failures: int) -> None:
    """Take back some failures."""
    sql = "UPDATE identity_attempt SET failures = failures - :failures WHERE hash = :hash"
    await tx.run(sql, hash=kept, failures=failures)


async def forget_attempts(tx: Tx, kept: bytes) -> None:
    """Take back all failures."""
    await tx.run("DELETE FROM identity_attempt WHERE hash = :hash", hash=kept)


async def keep_opening(tx: Tx, kept: bytes, until: datetime) -> None:
    """Keep the one-time token that makes the first operator, in place of any before."""
    await tx.run(
        "INSERT INTO identity_opening (id, hash, expires_at) VALUES (1, :hash, :until)"
        " ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at",
        hash=kept,
        until=to_us(until),
    )


async def is_opening(tx: Tx, kept: bytes, now: datetime) -> bool:
    """Whether this is the one-time token, still good."""
    sql = "SELECT 1 FROM identity_opening WHERE hash = :hash AND expires_at > :now"
    return await tx.one(sql, hash=kept, now=to_us(now)) is not None


async def end_opening(tx: Tx) -> None:
    """The one-time token is used up."""
    await tx.run("DELETE FROM identity_opening")
