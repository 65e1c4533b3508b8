"""Apps that may ask, what people gave them, and the tokens that stand for it."""

import json
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx

from ..model import Account, Client, Grant, Method
from .accounts import ACCOUNT, account_of
from .closing import SHUT

ACCESS, REFRESH = "access", "refresh"  # kinds of tokens


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _moment(name: str, *, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, index=index)


def _bytes(name: str, *, is_key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False, primary_key=is_key)


def _apps(op: Operations) -> None:
    op.create_table(
        "identity_client",
        sa.Column("id", sa.Text, primary_key=True),
        *(_text(name) for name in ("name", "publisher", "method")),
        _bytes("secret"),
        *(_text(name) for name in ("jwks", "jwks_uri", "redirects", "launch_url", "scopes")),
        *(_text(name) for name in ("account", "address")),
        _moment("created_at"),
    )
    op.create_table(
        "identity_grant",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client", sa.Text, nullable=False, index=True),
        sa.Column(
            "account", sa.Text, sa.ForeignKey("identity_account.id"), nullable=False, index=True
        ),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        *(_text(name) for name in ("visit", "encounter", "scopes")),
        _bytes("session"),
        _moment("created_at"),
        _moment("used_at"),  # 0: not yet
        _moment("ends_at", index=True),
    )
    op.create_table(
        "identity_code",
        _bytes("hash", is_key=True),
        sa.Column("grant_id", sa.Text, nullable=False, index=True),
        *(_text(name) for name in ("redirect", "challenge", "nonce")),
        _moment("expires_at"),
        sa.Column("is_used", sa.Integer, nullable=False),
    )
    op.create_table(
        "identity_app_token",
        _bytes("hash", is_key=True),
        sa.Column("grant_id", sa.Text, nullable=False, index=True),
        *(_text(name) for name in ("kind", "scopes")),
        _moment("expires_at", index=True),
        sa.Column("is_used", sa.Integer, nullable=False),  # a refresh token is good once
    )
    op.create_table(
        "identity_launch",
        _bytes("hash", is_key=True),
        *(_text(name) for name in ("client", "account", "patient", "visit", "encounter")),
        _moment("expires_at"),
    )
    op.create_table(  # what was sent in a signed assertion once is not taken again
        "identity_assertion",
        _bytes("hash", is_key=True),
        _moment("expires_at", index=True),
    )
    op.create_table(
        "identity_signing_key",
        sa.Column("kid", sa.Text, primary_key=True),
        _moment("created_at"),
        _bytes("body"),  # sealed
    )


MIGRATIONS: tuple[Step, ...] = (_apps,)

# After a restore people connect their apps again: a backup would make tokens good again that were
# used up or taken back since.
OWNED: dict[str, Owned | None] = {
    "identity_client": Owned(),
    "identity_grant": None,
    "identity_code": None,
    "identity_app_token": None,
    "identity_launch": None,
    "identity_assertion": None,
    "identity_signing_key": Owned(),
}

CLIENT = (
    "c.id, c.name, c.publisher, c.method, c.secret, c.jwks, c.jwks_uri, c.redirects,"
    " c.launch_url, c.scopes, c.account, c.address, c.created_at"
)
GRANT = (
    "g.id, g.client, g.account, g.scopes, g.patient, g.visit, g.encounter, g.session,"
    " g.created_at, g.used_at, g.ends_at"
)


class CodeRow(NamedTuple):
    """One authorization code as it is kept."""

    grant: str
    redirect: str
    challenge: str
    nonce: str
    expires_at: int


class TokenRow(NamedTuple):
    """One token as it is kept."""

    grant: str
    kind: str
    scopes: str
    expires_at: int
    is_used: int


class LaunchRow(NamedTuple):
    """What an app was opened for, from within the house."""

    client: str
    account: str
    patient: str
    visit: str
    encounter: str
    expires_at: int


def _client(row: Row) -> Client:
    return Client(
        id=row[0],
        name=row[1],
        publisher=row[2],
        method=Method(row[3]),
        secret=bytes(row[4]),
        jwks=row[5],
        jwks_uri=row[6],
        redirects=tuple(json.loads(row[7])),
        launch_url=row[8],
        scopes=tuple(row[9].split()),
        account=row[10],
        address=row[11],
        created_at=from_us(row[12]),
    )


def _grant(row: Row) -> Grant:
    return Grant(
        id=row[0],
        client=row[1],
        account=row[2],
        scopes=tuple(row[3].split()),
        patient=row[4],
        visit=row[5],
        encounter=row[6],
        session=bytes(row[7]),
        created_at=from_us(row[8]),
        used_at=from_us(row[9]) if row[9] else None,
        ends_at=from_us(row[10]),
    )


# Apps


async def add_client(tx: Tx, client: Client) -> None:
    """Keep a new app."""
    await tx.run(
        "INSERT INTO identity_client (id, name, publisher, method, secret, jwks, jwks_uri,"
        " redirects, launch_url, scopes, account, address, created_at) VALUES (:id, :name,"
        " :publisher, :method, :secret, :jwks, :jwks_uri, :redirects, :launch_url, :scopes,"
        " :account, :address, :created_at)",
        id=client.id,
        name=client.name,
        publisher=client.publisher,
        method=str(client.method),
        secret=client.secret,
        jwks=client.jwks,
        jwks_uri=client.jwks_uri,
        redirects=json.dumps(client.redirects),
        launch_url=client.launch_url,
        scopes=" ".join(client.scopes),
        account=client.account,
        address=client.address,
        created_at=to_us(client.created_at),
    )


async def find_client(tx: Tx, id: str) -> Client | None:
    """An app by its id."""
    row = await tx.one(f"SELECT {CLIENT} FROM identity_client c WHERE c.id = :id", id=id)
    return None if row is None else _client(row)


async def all_clients(tx: Tx) -> list[Client]:
    """Every app, the newest first."""
    rows = await tx.all(f"SELECT {CLIENT} FROM identity_client c ORDER BY c.id DESC")
    return [_client(row) for row in rows]


async def drop_client(tx: Tx, id: str) -> bool:
    """Take an app away with everything that it was given; its own account stays."""
    await tx.run("DELETE FROM identity_launch WHERE client = :id", id=id)
    await end_grants(tx, "client", id)
    return await tx.run("DELETE FROM identity_client WHERE id = :id", id=id) == 1


# What was given


async def add_grant(tx: Tx, grant: Grant) -> None:
    """Keep what was given."""
    await tx.run(
        "INSERT INTO identity_grant (id, client, account, scopes, patient, visit, encounter,"
        " session, created_at, used_at, ends_at) VALUES (:id, :client, :account, :scopes,"
        " :patient, :visit, :encounter, :session, :created_at, 0, :ends_at)",
        id=grant.id,
        client=grant.client,
        account=grant.account,
        scopes=" ".join(grant.scopes),
        patient=grant.patient,
        visit=grant.visit,
        encounter=grant.encounter,
        session=grant.session,
        created_at=to_us(grant.created_at),
        ends_at=to_us(grant.ends_at),
    )


async def find_grant(tx: Tx, id: str) -> Grant | None:
    """What was given, by its id."""
    row = await tx.one(f"SELECT {GRANT} FROM identity_grant g WHERE g.id = :id", id=id)
    return None if row is None else _grant(row)


async def grants_of(tx: Tx, account: str, now: datetime) -> list[tuple[Grant, Client]]:
    """What somebody gave and still stands, with the app, the newest first."""
    rows = await tx.all(
        f"SELECT {CLIENT}, {GRANT} FROM identity_grant g JOIN identity_client c ON c.id = g.client"
        " WHERE g.account = :account AND g.ends_at > :now ORDER BY g.id DESC",
        account=account,
        now=to_us(now),
    )
    return [(_grant(row[13:]), _client(row[:13])) for row in rows]


async def prolong_grant(tx: Tx, id: str, until: datetime) -> None:
    """Let what was given stand until then."""
    sql = "UPDATE identity_grant SET ends_at = :until WHERE id = :id"
    await tx.run(sql, id=id, until=to_us(until))


async def note_use(tx: Tx, id: str, at: datetime) -> None:
    """Write down that it was used."""
    sql = "UPDATE identity_grant SET used_at = :at WHERE id = :id"
    await tx.run(sql, id=id, at=to_us(at))


async def end_grant(tx: Tx, id: str) -> None:
    """End one grant, with every code and token of it."""
    await end_grants(tx, "id", id)


async def end_grants(tx: Tx, column: str, value: str | bytes, client: str = "") -> int:
    """End every grant with this value in a column: id, client, account, patient or session.

    Args:
        client: only of this app.
    """
    of_client = " AND client = :client" if client else ""
    which = f"WHERE {column} = :value{of_client}"
    values = {"value": value} | ({"client": client} if client else {})
    inside = f"(SELECT id FROM identity_grant {which})"
    for table in ("identity_app_token", "identity_code"):
        await tx.run(f"DELETE FROM {table} WHERE grant_id IN {inside}", **values)
    return await tx.run(f"DELETE FROM identity_grant {which}", **values)


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take away what an account gave; returns how many rows of which table."""
    launches = "DELETE FROM identity_launch WHERE account = :account"
    return {
        "identity_launch": await tx.run(launches, account=account),
        "identity_grant": await end_grants(tx, "account", account),
    }


async def forget_patient(tx: Tx, patient: str) -> dict[str, int]:
    """Take away what was given about a patient, by whomever."""
    launches = "DELETE FROM identity_launch WHERE patient = :patient"
    return {
        "identity_launch": await tx.run(launches, patient=patient),
        "identity_grant": await end_grants(tx, "patient", patient),
    }


# Codes


async def add_code(tx: Tx, kept: bytes, code: CodeRow) -> None:
    """Keep a code's hash."""
    await tx.run(
        "INSERT INTO identity_code (hash, grant_id, redirect, challenge, nonce, expires_at,"
        " is_used) VALUES (:hash, :grant, :redirect, :challenge, :nonce, :expires_at, 0)",
        hash=kept,
        **code._asdict(),
    )


async def use_code(tx: Tx, kept: bytes) -> tuple[CodeRow, bool] | None:
    """A code, and whether this is its first use; nothing if there is none."""
    sql = "UPDATE identity_code SET is_used = 1 WHERE hash = :hash AND is_used = 0"
    is_first = await tx.run(sql, hash=kept) == 1
    row = await tx.one(
        "SELECT grant_id, redirect, challenge, nonce, expires_at FROM identity_code"
        " WHERE hash = :hash",
        hash=kept,
    )
    return None if row is None else (CodeRow(*row), is_first)


# Tokens


async def add_token(tx: Tx, kept: bytes, token: TokenRow) -> None:
    """Keep a token's hash."""
    await tx.run(
        "INSERT INTO identity_app_token (hash, grant_id, kind, scopes, expires_at, is_used)"
        " VALUES (:hash, :grant, :kind, :scopes, :expires_at, :is_used)",
        hash=kept,
        **token._asdict(),
    )


async def find_token(tx: Tx, kept: bytes) -> TokenRow | None:
    """A token by its hash."""
    row = await tx.one(
        "SELECT grant_id, kind, scopes, expires_at, is_used FROM identity_app_token"
        " WHERE hash = :hash",
        hash=kept,
    )
    return None if row is None else TokenRow(*row)


async def use_token(tx: Tx, kept: bytes) -> bool:
    """Use a refresh token up; False if somebody did already."""
    sql = "UPDATE identity_app_token SET is_used = 1 WHERE hash = :hash AND is_used = 0"
    return await tx.run(sql, hash=kept) == 1


async def drop_token(tx: Tx, kept: bytes) -> None:
    """Take one token away."""
    await tx.run("DELETE FROM identity_app_token WHERE hash = :hash", hash=kept)


async def find_access(
    tx: Tx, kept: bytes, now: datetime
) -> tuple[Account, Grant, Client, str] | None:
    """Whose access token it is, what was given to which app, and the token's own scopes."""
    row = await tx.one(
        f"SELECT t.scopes, {GRANT}, {CLIENT}, {ACCOUNT} FROM identity_app_token t"
        " JOIN identity_grant g ON g.id = t.grant_id JOIN identity_client c ON c.id = g.client"
        " JOIN identity_account a ON a.id = g.account"
        f" WHERE t.hash = :hash AND t.kind = '{ACCESS}' AND t.expires_at > :now"
        f" AND g.ends_at > :now AND NOT {SHUT.format('a.id')}",
        hash=kept,
        now=to_us(now),
    )
    if row is None:
        return None
    return account_of(row[25:]), _grant(row[1:12]), _client(row[12:25]), row[0]


async def has_session(tx: Tx, kept: bytes, now: datetime) -> bool:
    """Whether a session still lasts."""
    sql = "SELECT 1 FROM identity_session WHERE hash = :hash AND expires_at > :now"
    return await tx.one(sql, hash=kept, now=to_us(now)) is not None


# Launches, assertions, keys


async def add_launch(tx: Tx, kept: bytes, launch: LaunchRow) -> None:
    """Keep what an app was opened for."""
    await tx.run(
        "INSERT INTO identity_launch (hash, client, account, patient, visit, encounter,"
        " expires_at) VALUES (:hash, :client, :account, :patient, :visit, :encounter,"
        " :expires_at)",
        hash=kept,
        **launch._asdict(),
    )


async def find_launch(tx: Tx, kept: bytes, now: datetime) -> LaunchRow | None:
    """What an app was opened for, if that is still to be used."""
    row = await tx.one(
        "SELECT client, account, patient, visit, encounter, expires_at FROM identity_launch"
        " WHERE hash = :hash AND expires_at > :now",
        hash=kept,
        now=to_us(now),
    )
    return None if row is None else LaunchRow(*row)


async def drop_launch(tx: Tx, kept: bytes) -> bool:
    """Use a launch up; False if somebody did already."""
    return await tx.run("DELETE FROM identity_launch WHERE hash = :hash", hash=kept) == 1


async def is_new_assertion(tx: Tx, kept: bytes, until: datetime) -> bool:
    """Keep that an assertion was sent; False if it was sent before."""
    sql = (
        "INSERT INTO identity_assertion (hash, expires_at) VALUES (:hash, :until)"
        " ON CONFLICT DO NOTHING"
    )
    return await tx.run(sql, hash=kept, until=to_us(until)) == 1


async def signing_keys(tx: Tx) -> list[tuple[str, bytes]]:
    """Id and sealed body of each key, the newest first."""
    sql = "SELECT kid, body FROM identity_signing_key ORDER BY created_at DESC, kid"
    return [(row[0], bytes(row[1])) for row in await tx.all(sql)]


async def add_signing_key(tx: Tx, kid: str, at: datetime, body: bytes) -> None:
    """Keep a new key."""
    sql = "INSERT INTO identity_signing_key (kid, created_at, body) VALUES (:kid, :at, :body)"
    await tx.run(sql, kid=kid, at=to_us(at), body=body)


async def forget_the_past(tx: Tx, now: datetime) -> None:
    """Drop what has ended. Used codes and refresh tokens stay as long as what they were for."""
    at = to_us(now)
    over = "SELECT id FROM identity_grant WHERE ends_at <= :at"
    for table in ("identity_code", "identity_app_token"):
        await tx.run(f"DELETE FROM {table} WHERE grant_id IN ({over})", at=at)
    for sql in (
        "DELETE FROM identity_app_token WHERE expires_at <= :at",
        "DELETE FROM identity_launch WHERE expires_at <= :at",
        "DELETE FROM identity_assertion WHERE expires_at <= :at",
        "DELETE FROM identity_grant WHERE ends_at <= :at",
    ):
        await tx.run(sql, at=at)
