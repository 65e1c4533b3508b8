"""Identity's tables: who guards whose way back in; recoveries.py reads and writes two more."""

from datetime import datetime
from typing import NamedTuple

from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import to_us
from asklepion.kit.db import Step, Tx

from .keys import blob, number, owned_by, patient_of, text
from .recoveries import DONE


def _guardians(op: Operations) -> None:
    op.create_table(
        "identity_guardian",
        text("account", primary_key=True),  # whose way back in it is
        text("email", primary_key=True),  # as she wrote it: nobody learns whether it is one here
        text("guardian", index=True),  # the account that accepted; empty: not yet
        number("asked_at"),
        number("accepted_at"),
    )
    op.create_table(
        "identity_guarding",
        text("account", primary_key=True),
        number("threshold"),
        number("rehearsed_at"),
    )
    op.create_table(
        "identity_recovery",
        text("id", primary_key=True),
        text("account", index=True),  # empty: of nobody here
        text("state"),
        blob("code"),  # keyed hash of what she tells her guardians
        blob("claim", unique=True),  # keyed hash: the device that asked is known by this
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
        number("started_at"),
        number("expires_at"),  # until when guardians may agree
        number("ready_at"),  # 0: not enough of them have
    )
    op.create_table(
        "identity_approval",
        text("recovery", primary_key=True),
        text("guardian", primary_key=True),
        text("passkey"),
        blob("x"),
        blob("y"),
        blob("authenticator_data"),
        blob("client_data"),
        blob("signature"),
        number("at"),
    )


MIGRATIONS: tuple[Step, ...] = (_guardians,)

# Who a guardian is goes when she goes, also out of backups; else it is her ward's.
_GUARDIAN, _WARD = patient_of("a.email = t.email"), patient_of("a.id = t.account")

# A recovery that ran when a backup was made does not go on when it is restored.
OWNED: dict[str, Owned | None] = {
    "identity_guardian": Owned(f"coalesce({_GUARDIAN}, {_WARD}, '')"),
    "identity_guarding": owned_by(),
    "identity_recovery": None,
    "identity_approval": None,
}


# Guardians


class GuardianRow(NamedTuple):
    """One guardian, or somebody who was asked to be one."""

    account: str
    email: str
    guardian: str
    name: str  # of whoever accepted
    asked_at: int
    accepted_at: int


GUARDIAN = (
    "g.account, g.email, g.guardian, coalesce(a.name, ''), g.asked_at, g.accepted_at"
    " FROM identity_guardian g LEFT JOIN identity_account a ON a.id = g.guardian"
)


async def add_guardian(tx: Tx, account: str, email: str, at: datetime) -> bool:
    """Keep that somebody is asked; nothing happens where she is already."""
    return await tx.run(
        "INSERT INTO identity_guardian (account, email, guardian, asked_at, accepted_at)"
        " VALUES (:account, :email, '', :at, 0) ON CONFLICT DO NOTHING",
        account=account,
        email=email,
        at=to_us(at),
    ) == 1  # fmt: skip


async def guardians(tx: Tx, account: str) -> list[GuardianRow]:
    """Somebody's guardians, and who was asked, in the order in which they were asked."""
    sql = f"SELECT {GUARDIAN} WHERE g.account = :account ORDER BY g.asked_at, g.email"
    return [GuardianRow(*row) for row in await tx.all(sql, account=account)]


async def accept_guardian(
    tx: Tx, account: str, email: str, guardian: str, at: datetime
) -> bool:  # fmt: skip
    """Keep that whoever was asked at this address accepted; False if nobody was."""
    return await tx.run(
        "UPDATE identity_guardian SET guardian = :guardian, accepted_at = :at"
        " WHERE account = :account AND email = :email AND guardian = ''",
        account=account,
        email=email,
        guardian=guardian,
        at=to_us(at),
    ) == 1  # fmt: skip


async def drop_guardian(tx: Tx, account: str, email: str) -> bool:
    """Somebody is no guardian any more; False where she was none."""
    sql = "DELETE FROM identity_guardian WHERE account = :account AND email = :email"
    return await tx.run(sql, account=account, email=email) == 1


class WardRow(NamedTuple):
    """Somebody who asks, or whose way back in one guards."""

    account: str
    name: str
    email: str  # at which one was asked
    accepted_at: int


async def wards(tx: Tx, guardian: str, email: str) -> list[WardRow]:
    """Whose way back in somebody guards, or is asked to."""
    rows = await tx.all(
        "SELECT g.account, a.name, g.email, g.accepted_at FROM identity_guardian g"
        " JOIN identity_account a ON a.id = g.account"
        " WHERE g.guardian = :guardian OR (g.guardian = '' AND g.email = :email)"
        " ORDER BY g.asked_at, g.account",
        guardian=guardian,
        email=email,
    )
    return [WardRow(*row) for row in rows]


async def guards(tx: Tx, guardian: str, account: str) -> bool:
    """Whether one guards the other's way back in."""
    sql = (
        "SELECT 1 FROM identity_guardian WHERE account = :account AND guardian = :guardian"
        " AND accepted_at > 0"
    )
    return await tx.one(sql, account=account, guardian=guardian) is not None


async def accepted(tx: Tx, account: str) -> int:
    """How many guard somebody's way back in."""
    sql = "SELECT count(*) FROM identity_guardian WHERE account = :account AND accepted_at > 0"
    row = await tx.one(sql, account=account)
    return row[0] if row else 0


async def guarded(tx: Tx, guardian: str) -> list[str]:
    """Whose accounts somebody guards."""
    sql = "SELECT account FROM identity_guardian WHERE guardian = :guardian ORDER BY account"
    return [row[0] for row in await tx.all(sql, guardian=guardian)]


async def guarding(tx: Tx, account: str) -> tuple[int, int]:
    """How many must agree, and when she last tried it out; 0 where nothing was said."""
    sql = "SELECT threshold, rehearsed_at FROM identity_guarding WHERE account = :account"
    row = await tx.one(sql, account=account)
    return (0, 0) if row is None else (row[0], row[1])


async def keep_threshold(tx: Tx, account: str, threshold: int) -> None:
    """Keep how many must agree."""
    await tx.run(
        "INSERT INTO identity_guarding (account, threshold, rehearsed_at)"
        " VALUES (:account, :threshold, 0)"
        " ON CONFLICT (account) DO UPDATE SET threshold = excluded.threshold",
        account=account,
        threshold=threshold,
    )


async def keep_rehearsal(tx: Tx, account: str, at: datetime) -> None:
    """Keep that somebody tried out how she comes back in."""
    await tx.run(
        "INSERT INTO identity_guarding (account, threshold, rehearsed_at) VALUES (:account, 0, :at)"
        " ON CONFLICT (account) DO UPDATE SET rehearsed_at = excluded.rehearsed_at",
        account=account,
        at=to_us(at),
    )


# Ends


async def forget_the_past(tx: Tx, now: datetime) -> None:
    """Drop recoveries that nobody can go on with; those that were carried out stay as proof."""
    over = f"SELECT id FROM identity_recovery WHERE expires_at <= :at AND state <> '{DONE}'"
    await tx.run(f"DELETE FROM identity_approval WHERE recovery IN ({over})", at=to_us(now))
    sql = f"DELETE FROM identity_recovery WHERE expires_at <= :at AND state <> '{DONE}'"
    await tx.run(sql, at=to_us(now))


async def end_account(tx: Tx, account: str, email: str) -> None:
    """Let nobody guard an account, and it nobody; how somebody came back in stays as proof."""
    guarding = "account = :id OR guardian = :id OR (guardian = '' AND email = :email)"
    sql = f"DELETE FROM identity_guardian WHERE {guarding}"
    await tx.run(sql, id=account, email=email)
    await tx.run("DELETE FROM identity_guarding WHERE account = :id", id=account)


async def forget_account(tx: Tx, account: str, email: str) -> dict[str, int]:
    """Take away who guards an account, and whom it guards; returns how many rows of which table."""
    hers = "(SELECT id FROM identity_recovery WHERE account = :id)"
    guarding = "account = :id OR guardian = :id OR (guardian = '' AND email = :email)"
    return {
        "identity_approval": await tx.run(
            f"DELETE FROM identity_approval WHERE guardian = :id OR recovery IN {hers}", id=account
        ),
        "identity_recovery": await tx.run(
            "DELETE FROM identity_recovery WHERE account = :id", id=account
        ),
        "identity_guardian": await tx.run(
            f"DELETE FROM identity_guardian WHERE {guarding}", id=account, email=email
        ),
        "identity_guarding": await tx.run(
            "DELETE FROM identity_guarding WHERE account = :id", id=account
        ),
    }
