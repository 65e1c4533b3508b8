"""Offers to apps outside, and what others were asked to show here. All of it ends within a day."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import to_us
from asklepion.kit.db import Step, Tx

from .keys import blob, number, text


def _create(op: Operations) -> None:
    op.create_table(
        "identity_offer",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("code", sa.LargeBinary, nullable=False, unique=True),  # keyed hash
        blob("pin"),  # keyed hash
        *(text(name) for name in ("account", "issued", "kind")),
        *(number(name) for name in ("tries", "is_used")),
        number("expires_at", index=True),
    )
    op.create_table(
        "identity_offer_token",
        blob("hash", primary_key=True),
        text("offer"),
        number("expires_at", index=True),
    )
    op.create_table(
        "identity_request",
        sa.Column("id", sa.Text, primary_key=True),
        *(text(name) for name in ("account", "nonce", "state", "client", "query")),
        number("created_at"),
        number("expires_at", index=True),
        number("answered_at"),  # 0: not yet
        blob("body"),  # sealed: what was shown
    )


MIGRATIONS: tuple[Step, ...] = (_create,)

OWNED: dict[str, Owned | None] = {
    "identity_offer": None,  # good for minutes
    "identity_offer_token": None,
    "identity_request": None,  # a day
}


class Offer(NamedTuple):
    """A credential that an app outside may fetch, once."""

    id: str
    code: bytes
    pin: bytes
    account: str
    issued: str
    kind: str
    tries: int
    is_used: int
    expires_at: int


class Request(NamedTuple):
    """What somebody is asked to show."""

    id: str
    account: str  # who asks
    nonce: str
    state: str
    client: str
    query: str  # JSON
    created_at: int
    expires_at: int
    answered_at: int
    body: bytes


OFFER = ", ".join(Offer._fields)
REQUEST = ", ".join(Request._fields)


async def _insert(tx: Tx, table: str, values: dict[str, Any]) -> None:
    places = ", ".join(f":{name}" for name in values)
    await tx.run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", **values)


async def add_offer(tx: Tx, offer: Offer) -> None:
    """Keep an offer."""
    await _insert(tx, "identity_offer", offer._asdict())


async def try_offer(tx: Tx, code: bytes, now: datetime) -> Offer | None:
    """An offer by its code, one more attempt counted; nothing if it is used or over."""
    sql = (
        "UPDATE identity_offer SET tries = tries + 1 WHERE code = :code AND is_used = 0"
        f" AND expires_at > :now RETURNING {OFFER}"
    )
    rows = await tx.all(sql, code=code, now=to_us(now))
    return Offer(*rows[0]) if rows else None


async def use_offer(tx: Tx, id: str) -> bool:
    """Use an offer up; False if somebody did already."""
    sql = "UPDATE identity_offer SET is_used = 1 WHERE id = :id AND is_used = 0"
    return await tx.run(sql, id=id) == 1


async def add_token(tx: Tx, kept: bytes, offer: str, until: datetime) -> None:
    """Keep the token for which an offer's code was exchanged."""
    await _insert(
        tx, "identity_offer_token", {"hash": kept, "offer": offer, "expires_at": to_us(until)}
    )


async def find_token(tx: Tx, kept: bytes, now: datetime) -> Offer | None:
    """The offer that a token is for."""
    names = ", ".join(f"o.{name}" for name in Offer._fields)
    sql = (
        f"SELECT {names} FROM identity_offer_token t JOIN identity_offer o ON o.id = t.offer"
        " WHERE t.hash = :hash AND t.expires_at > :now"
    )
    row = await tx.one(sql, hash=kept, now=to_us(now))
    return Offer(*row) if row else None


async def use_token(tx: Tx, kept: bytes) -> bool:
    """Use a token up; False if somebody did already."""
    return await tx.run("DELETE FROM identity_offer_token WHERE hash = :hash", hash=kept) == 1


async def add_request(tx: Tx, request: Request) -> None:
    """Keep what is asked."""
    await _insert(tx, "identity_request", request._asdict())


async def find_request(tx: Tx, id: str, now: datetime) -> Request | None:
    """What is asked, while it is not over."""
    sql = f"SELECT {REQUEST} FROM identity_request WHERE id = :id AND expires_at > :now"
    row = await tx.one(sql, id=id, now=to_us(now))
    return Request(*row) if row else None


async def answer_request(tx: Tx, id: str, body: bytes, at: datetime, until: datetime) -> bool:
    """Keep the answer, once; False if there was one already."""
    sql = (
        "UPDATE identity_request SET body = :body, answered_at = :at, expires_at = :until"
        " WHERE id = :id AND answered_at = 0"
    )
    return await tx.run(sql, id=id, body=body, at=to_us(at), until=to_us(until)) == 1


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take away what an account offered and asked."""
    tokens = (
        "DELETE FROM identity_offer_token WHERE offer IN"
        " (SELECT id FROM identity_offer WHERE account = :account)"
    )
    return {
        "identity_offer_token": await tx.run(tokens, account=account),
        "identity_offer": await tx.run(
            "DELETE FROM identity_offer WHERE account = :account", account=account
        ),
        "identity_request": await tx.run(
            "DELETE FROM identity_request WHERE account = :account", account=account
        ),
    }


async def forget_the_past(tx: Tx, now: datetime) -> None:
    """Drop what is over."""
    for table in ("identity_offer_token", "identity_offer", "identity_request"):
        await tx.run(f"DELETE FROM {table} WHERE expires_at <= :now", now=to_us(now))
