"""Identity's tables: accounts that close or closed, new invitations, and who did it and why."""

from datetime import datetime
from typing import Any, NamedTuple

from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Step, Tx

from .keys import blob, number, owned_by, text

# Of a closed account: its address is nobody's, and somebody new may speak as the same person.
CLOSED = "closed:"
# That nobody comes in to account {0} at :now, nor goes on with what was opened before.
SHUT = (
    "EXISTS (SELECT 1 FROM identity_closing shut WHERE shut.account = {0}"
    " AND (shut.is_suspended = 1 OR shut.ends_at <= :now))"
)


def _closing(op: Operations) -> None:
    op.create_table(
        "identity_closing",
        text("account", primary_key=True),
        number("is_suspended"),
        text("reason"),
        text("asked_by"),
        number("asked_at"),
        number("ends_at", index=True),  # from then on it is shut
        number("closed_at"),  # 0: what it held is not taken away yet
    )
    op.create_table(  # a credential that was suspended with its account, and stands again with it
        "identity_closing_line",
        text("account", primary_key=True),
        text("issued", primary_key=True),
    )
    op.create_table(
        "identity_return",
        text("account", primary_key=True),
        text("id", unique=True),
        blob("hash", unique=True),
        text("reason"),
        text("asked_by"),
        number("asked_at"),
        number("ready_at"),
        number("expires_at"),
    )
    op.create_table(  # what was done with accounts, as the ledger has it
        "identity_act",
        text("id", primary_key=True),
        text("account", index=True),
        text("kind"),
        text("asked_by"),
        text("reason"),
        number("at"),
        number("leaf"),  # its place in the log
        blob("key"),  # which opens what stands there
    )


MIGRATIONS: tuple[Step, ...] = (_closing,)

OWNED: dict[str, Owned | None] = {
    "identity_closing": owned_by(),
    "identity_closing_line": owned_by(),
    "identity_return": None,  # a backup would bring back one that was stopped since
    "identity_act": Owned(owned_by().owner, remains=("leaf",)),
}


class ClosingRow(NamedTuple):
    """An account that is closing, suspended or closed."""

    account: str
    is_suspended: int
    reason: str
    asked_by: str  # an account
    asked_at: int
    ends_at: int
    closed_at: int


CLOSING = ", ".join(ClosingRow._fields)


async def is_shut(tx: Tx, account: str, now: datetime) -> bool:
    """Whether nobody comes in to an account: it is suspended, or its time is over."""
    row = await tx.one(f"SELECT 1 WHERE {SHUT.format(':account')}", account=account, now=to_us(now))
    return row is not None


async def find(tx: Tx, account: str) -> ClosingRow | None:
    """What is said of an account's closing, if anything."""
    sql = f"SELECT {CLOSING} FROM identity_closing WHERE account = :account"
    row = await tx.one(sql, account=account)
    return None if row is None else ClosingRow(*row)


async def all_of(tx: Tx) -> dict[str, ClosingRow]:
    """Every account that is closing, suspended or closed."""
    rows = await tx.all(f"SELECT {CLOSING} FROM identity_closing")
    return {row[0]: ClosingRow(*row) for row in rows}


async def due(tx: Tx, now: datetime) -> list[ClosingRow]:
    """Accounts whose time is over and that still hold what is to be taken away."""
    sql = f"SELECT {CLOSING} FROM identity_closing WHERE closed_at = 0 AND ends_at <= :now"
    return [ClosingRow(*row) for row in await tx.all(f"{sql} ORDER BY ends_at", now=to_us(now))]


async def add(tx: Tx, row: ClosingRow) -> bool:
    """Begin to close an account; nothing happens where that was begun."""
    names = ", ".join(f":{name}" for name in row._fields)
    sql = f"INSERT INTO identity_closing ({CLOSING}) VALUES ({names}) ON CONFLICT DO NOTHING"
    return await tx.run(sql, **row._asdict()) == 1


async def suspend(tx: Tx, account: str) -> bool:
    """Let nobody in from now on; False if nobody could before."""
    sql = "UPDATE identity_closing SET is_suspended = 1 WHERE account = :account"
    return await tx.run(f"{sql} AND is_suspended = 0", account=account) == 1


async def begin_anew(tx: Tx, ends: datetime) -> list[ClosingRow]:
    """Let everybody whose account closes have until then; returns these, as they are now."""
    sql = f"UPDATE identity_closing SET ends_at = :ends WHERE closed_at = 0 RETURNING {CLOSING}"
    return [ClosingRow(*row) for row in await tx.all(sql, ends=to_us(ends))]


async def finish(tx: Tx, account: str, at: datetime) -> bool:
    """Keep that it is closed; False if it was before, or was called off."""
    sql = "UPDATE identity_closing SET closed_at = :at WHERE account = :account AND closed_at = 0"
    return await tx.run(sql, account=account, at=to_us(at)) == 1


async def drop(tx: Tx, account: str, now: datetime) -> bool:
    """Call it off; False where there is nothing to call off any more."""
    sql = "DELETE FROM identity_closing WHERE account = :account AND ends_at > :now"
    return await tx.run(sql, account=account, now=to_us(now)) == 1


async def keep_lines(tx: Tx, account: str, lines: list[str]) -> None:
    """Remember which credentials were suspended with an account."""
    sql = "INSERT INTO identity_closing_line (account, issued) VALUES (:account, :issued)"
    await tx.many(
        f"{sql} ON CONFLICT DO NOTHING", [{"account": account, "issued": line} for line in lines]
    )


async def take_lines(tx: Tx, account: str) -> list[str]:
    """Which these were; they are forgotten with it."""
    sql = "DELETE FROM identity_closing_line WHERE account = :account RETURNING issued"
    return sorted(row[0] for row in await tx.all(sql, account=account))


async def mark_account(tx: Tx, account: str) -> None:
    """Let the address of a closed account be nobody's, and another speak as its person."""
    await tx.run(
        f"UPDATE identity_account SET email = '{CLOSED}' || id, password = '',"
        f" person = person || ' {CLOSED}' || id WHERE id = :account AND email <> '{CLOSED}' || id",
        account=account,
    )


async def formerly(tx: Tx, person: str) -> list[str]:
    """The closed accounts that spoke as a person."""
    sql = f"SELECT id FROM identity_account WHERE person = :person || ' {CLOSED}' || id ORDER BY id"
    return [row[0] for row in await tx.all(sql, person=person)]


async def follow(tx: Tx, old: str, new: str) -> None:
    """Let closed accounts that spoke as one person have spoken as another."""
    await tx.run(
        f"UPDATE identity_account SET person = :new || ' {CLOSED}' || id"
        f" WHERE person = :old || ' {CLOSED}' || id",
        old=old,
        new=new,
    )


async def operators(tx: Tx, but: str) -> list[str]:
    """Operators who can come in and go on to, without one."""
    rows = await tx.all(
        "SELECT a.id FROM identity_account a WHERE a.roles LIKE '% operator %' AND a.id <> :but"
        " AND NOT EXISTS (SELECT 1 FROM identity_closing c WHERE c.account = a.id)"
        " AND (a.password <> '' OR EXISTS"
        " (SELECT 1 FROM identity_passkey k WHERE k.account = a.id)) ORDER BY a.id",
        but=but,
    )
    return [row[0] for row in rows]


async def operators_to_tell(tx: Tx, but: str, now: datetime) -> list[str]:
    """Every operator whose account is not closed, without one; also who closes or is suspended."""
    rows = await tx.all(
        "SELECT a.id FROM identity_account a WHERE a.roles LIKE '% operator %' AND a.id <> :but"
        " AND NOT EXISTS (SELECT 1 FROM identity_closing c WHERE c.account = a.id"
        " AND (c.closed_at > 0 OR c.ends_at <= :now)) ORDER BY a.id",
        but=but,
        now=to_us(now),
    )
    return [row[0] for row in rows]


# New invitations to an account that somebody cannot get in to


class ReturnRow(NamedTuple):
    """A new invitation to an account that was in use."""

    account: str
    id: str
    reason: str
    asked_by: str
    asked_at: int
    ready_at: int
    expires_at: int


RETURN = ", ".join(ReturnRow._fields)


async def add_return(tx: Tx, row: ReturnRow, kept: bytes) -> bool:
    """Keep a new invitation; nothing happens where there is one."""
    names = ", ".join(f":{name}" for name in row._fields)
    return await tx.run(
        f"INSERT INTO identity_return (hash, {RETURN}) VALUES (:hash, {names})"
        " ON CONFLICT DO NOTHING",
        hash=kept,
        **row._asdict(),
    ) == 1  # fmt: skip


async def find_return(
    tx: Tx, column: str, value: str | bytes, now: datetime
) -> ReturnRow | None:  # fmt: skip
    """A new invitation that is not over, by its account or hash."""
    sql = f"SELECT {RETURN} FROM identity_return WHERE {column} = :value AND expires_at > :now"
    row = await tx.one(sql, value=value, now=to_us(now))
    return None if row is None else ReturnRow(*row)


async def returns(tx: Tx, now: datetime) -> dict[str, ReturnRow]:
    """Every new invitation that is not over, by account."""
    rows = await tx.all(f"SELECT {RETURN} FROM identity_return WHERE expires_at > :now",
                        now=to_us(now))  # fmt: skip
    return {row[0]: ReturnRow(*row) for row in rows}


async def drop_return(tx: Tx, account: str) -> bool:
    """Let a new invitation be good no more; False where there was none."""
    sql = "DELETE FROM identity_return WHERE account = :account"
    return await tx.run(sql, account=account) == 1


# What was done


class ActRow(NamedTuple):
    """Something that was done with an account."""

    id: str
    account: str
    kind: str
    asked_by: str
    reason: str
    at: int
    leaf: int
    key: bytes

    def told(self) -> dict[str, Any]:
        """As it stands in the ledger."""
        return {
            "kind": self.kind,
            "id": self.id,
            "account": self.account,
            "by": self.asked_by,
            "reason": self.reason,
            "at": to_iso(from_us(self.at)),
        }


ACT = ", ".join(ActRow._fields)


async def add_act(tx: Tx, row: ActRow) -> None:
    """Keep what was done."""
    names = ", ".join(f":{name}" for name in row._fields)
    await tx.run(f"INSERT INTO identity_act ({ACT}) VALUES ({names})", **row._asdict())


async def acts(tx: Tx, account: str = "") -> list[ActRow]:
    """What was done with an account, or with all of them, in the order in which it was."""
    sql = f"SELECT {ACT} FROM identity_act WHERE :account = '' OR account = :account"
    rows = await tx.all(f"{sql} ORDER BY at, leaf, id", account=account)
    return [ActRow._make(row) for row in rows]


async def places(tx: Tx, low: int, high: int) -> set[int]:
    """The places in the ledger from one up to, and without, another that an act here is about."""
    sql = "SELECT leaf FROM identity_act WHERE leaf >= :low AND leaf < :high"
    return {leaf for (leaf,) in await tx.all(sql, low=low, high=high)}


# Ends


async def forget_the_past(tx: Tx, now: datetime) -> None:
    """Drop new invitations that are over."""
    await tx.run("DELETE FROM identity_return WHERE expires_at <= :now", now=to_us(now))


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take away what is said of an account; returns how many rows of which table."""
    return {
        table: await tx.run(f"DELETE FROM {table} WHERE account = :account", account=account)
        for table in OWNED
    }
