"""Printed codes and one-time links, in the tables that keys.py makes."""

from datetime import datetime
from typing import NamedTuple

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx

# The printed code


class PrintedRow(NamedTuple):
    """A printed code as it is kept."""

    id: str
    hash: str
    created_at: int


async def keep_printed(tx: Tx, account: str, row: PrintedRow) -> None:
    """Keep a new code in place of any before."""
    await tx.run(
        "INSERT INTO identity_printed (account, id, hash, created_at) VALUES (:account, :id, :hash,"
        " :created_at) ON CONFLICT (account) DO UPDATE SET id = excluded.id, hash = excluded.hash,"
        " created_at = excluded.created_at",
        account=account,
        **row._asdict(),
    )


async def printed(tx: Tx, account: str) -> PrintedRow | None:
    """Somebody's code, if there is one."""
    sql = "SELECT id, hash, created_at FROM identity_printed WHERE account = :account"
    row = await tx.one(sql, account=account)
    return None if row is None else PrintedRow(*row)


async def use_printed(tx: Tx, account: str, id: str) -> bool:
    """Use a code up; False if it was used, or another made, meanwhile."""
    sql = "DELETE FROM identity_printed WHERE account = :account AND id = :id"
    return await tx.run(sql, account=account, id=id) == 1


async def drop_printed(tx: Tx, account: str) -> None:
    """Let no printed code of an account's be good any more."""
    await tx.run("DELETE FROM identity_printed WHERE account = :account", account=account)


# One-time links


class LinkRow(NamedTuple):
    """A one-time link as it is kept."""

    id: str
    kind: str
    account: str
    state: str
    claim: bytes  # keyed hash: whoever opened it is known by this
    sign: str  # what both devices show
    expires_at: int


LINK = "id, kind, account, state, claim, sign, expires_at"


async def add_link(tx: Tx, kept: bytes, link: LinkRow) -> None:
    """Keep a new link, in place of any of its kind that the account had."""
    sql = "DELETE FROM identity_link WHERE account = :account AND kind = :kind"
    await tx.run(sql, account=link.account, kind=link.kind)
    await tx.run(
        f"INSERT INTO identity_link (hash, {LINK}) VALUES (:hash, :id, :kind, :account, :state,"
        " :claim, :sign, :expires_at)",
        hash=kept,
        **link._asdict(),
    )


async def find_link(tx: Tx, column: str, value: str | bytes, now: datetime) -> LinkRow | None:
    """A link that is still good, by its hash, id or claim."""
    sql = f"SELECT {LINK} FROM identity_link WHERE {column} = :value AND expires_at > :now"
    row = await tx.one(sql, value=value, now=to_us(now))
    return None if row is None else LinkRow._make((*row[:4], bytes(row[4]), *row[5:]))


async def move_link(tx: Tx, id: str, old: str, new: str, claim: bytes, sign: str) -> bool:
    """Bring a link from one state to the next; False if somebody was faster."""
    return await tx.run(
        "UPDATE identity_link SET state = :new, claim = :claim, sign = :sign"
        " WHERE id = :id AND state = :old",
        id=id,
        old=old,
        new=new,
        claim=claim,
        sign=sign,
    ) == 1  # fmt: skip


async def drop_link(tx: Tx, id: str) -> bool:
    """Use a link up; False if somebody did already."""
    return await tx.run("DELETE FROM identity_link WHERE id = :id", id=id) == 1


async def drop_links(tx: Tx, account: str) -> None:
    """Let none of an account's links be good any more."""
    await tx.run("DELETE FROM identity_link WHERE account = :account", account=account)
