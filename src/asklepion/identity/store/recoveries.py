"""How somebody comes back in through her guardians, in the tables that guardians.py makes."""

from datetime import datetime
from typing import NamedTuple

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Tx

from ..model import Passkey
from .keys import values_of

OPEN, WAITING, DONE, CANCELLED = "open", "waiting", "done", "cancelled"
RUNS = f"('{OPEN}', '{WAITING}')"


class Recovery(NamedTuple):
    """How somebody comes back in through her guardians."""

    id: str
    account: str
    state: str
    code: bytes
    claim: bytes
    key: Passkey  # the new one
    expires_at: datetime
    ready_at: datetime | None


RECOVERY = (
    "id, account, state, code, claim, expires_at, ready_at, credential, handle, public_key,"
    " algorithm, x, y, sign_count, is_synced, rp, name, started_at"
)


def _recovery(row: Row) -> Recovery:
    id, account = row[0], row[1]
    key = Passkey(
        id=id,
        account=account,
        credential=bytes(row[7]),
        handle=bytes(row[8]),
        public_key=bytes(row[9]),
        algorithm=row[10],
        x=bytes(row[11]),
        y=bytes(row[12]),
        sign_count=row[13],
        is_synced=bool(row[14]),
        rp=row[15],
        name=row[16],
        created_at=from_us(row[17]),
    )
    return Recovery(
        id=id,
        account=account,
        state=row[2],
        code=bytes(row[3]),
        claim=bytes(row[4]),
        key=key,
        expires_at=from_us(row[5]),
        ready_at=from_us(row[6]) if row[6] else None,
    )


async def add_recovery(tx: Tx, recovery: Recovery) -> bool:
    """Keep that somebody asks to come back in; nothing happens where the key is known."""
    key = recovery.key
    rows = await tx.run(
        f"INSERT INTO identity_recovery ({RECOVERY}) VALUES (:id, :account, :state, :code, :claim,"
        " :expires_at, 0, :credential, :handle, :public_key, :algorithm, :x, :y, :sign_count,"
        " :is_synced, :rp, :name, :started_at) ON CONFLICT DO NOTHING",
        id=recovery.id,
        account=recovery.account,
        state=recovery.state,
        code=recovery.code,
        claim=recovery.claim,
        expires_at=to_us(recovery.expires_at),
        **values_of(key),
        started_at=to_us(key.created_at),
    )
    return rows == 1


async def find_recovery(tx: Tx, column: str, value: str | bytes) -> Recovery | None:
    """A recovery by its id, claim, or the credential of its new key."""
    sql = f"SELECT {RECOVERY} FROM identity_recovery WHERE {column} = :value"
    row = await tx.one(sql, value=value)
    return None if row is None else _recovery(row)


async def find_told(tx: Tx, account: str, code: bytes) -> Recovery | None:
    """The newest recovery of an account whose code this is."""
    row = await tx.one(
        f"SELECT {RECOVERY} FROM identity_recovery WHERE account = :account AND code = :code"
        " ORDER BY id DESC LIMIT 1",
        account=account,
        code=code,
    )
    return None if row is None else _recovery(row)


async def helped(tx: Tx, account: str, now: datetime) -> list[Recovery]:
    """How somebody asks to come back in just now, where a guardian has agreed; the oldest first.

    Anybody may ask in her name: whatever nobody agreed to is not read.
    """
    rows = await tx.all(
        f"SELECT {RECOVERY} FROM identity_recovery WHERE id IN (SELECT r.id"
        " FROM identity_guardian g JOIN identity_approval p ON p.guardian = g.guardian"
        " JOIN identity_recovery r ON r.id = p.recovery AND r.account = g.account"
        " WHERE g.account = :account AND g.accepted_at > 0"
        f" AND r.state IN {RUNS} AND r.expires_at > :now) ORDER BY id",
        account=account,
        now=to_us(now),
    )
    return [_recovery(row) for row in rows]


class AskingRow(NamedTuple):
    """Somebody whom one guards, and in whose name somebody asks to be let back in."""

    account: str
    name: str
    started_at: int  # the newest
    agreed: int  # to how many of these one has agreed


async def asking(tx: Tx, guardian: str, now: datetime) -> list[AskingRow]:
    """In whose names it is asked, of those whom one guards: once each, however often it is."""
    rows = await tx.all(
        "SELECT g.account, a.name, max(r.started_at), count(p.recovery) FROM identity_guardian g"
        " JOIN identity_account a ON a.id = g.account"
        f" JOIN identity_recovery r ON r.account = g.account AND r.state IN {RUNS}"
        " AND r.expires_at > :now"
        " LEFT JOIN identity_approval p ON p.recovery = r.id AND p.guardian = g.guardian"
        " WHERE g.guardian = :guardian AND g.accepted_at > 0"
        " GROUP BY g.account, a.name ORDER BY g.account",
        guardian=guardian,
        now=to_us(now),
    )
    return [AskingRow(*row) for row in rows]


async def cancel_all(tx: Tx, account: str) -> None:
    """Nobody goes on asking to come back in to this account."""
    sql = f"UPDATE identity_recovery SET state = '{CANCELLED}' WHERE account = :account"
    await tx.run(f"{sql} AND state IN {RUNS}", account=account)


async def move_recovery(
    tx: Tx, id: str, old: str, new: str, *, ready: datetime | None, until: datetime
) -> bool:
    """Bring a recovery from one state to the next; False if somebody was faster."""
    return await tx.run(
        "UPDATE identity_recovery SET state = :new, ready_at = :ready, expires_at = :until"
        " WHERE id = :id AND state = :old",
        id=id,
        old=old,
        new=new,
        ready=to_us(ready) if ready else 0,
        until=to_us(until),
    ) == 1  # fmt: skip


class ApprovalRow(NamedTuple):
    """That a guardian agreed, whole: it can be checked without us."""

    recovery: str
    guardian: str
    passkey: str
    x: bytes
    y: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes  # r and s
    at: int


async def add_approval(tx: Tx, row: ApprovalRow) -> bool:
    """Keep that a guardian agreed; nothing happens where she has already."""
    return await tx.run(
        "INSERT INTO identity_approval (recovery, guardian, passkey, x, y, authenticator_data,"
        " client_data, signature, at) VALUES (:recovery, :guardian, :passkey, :x, :y,"
        " :authenticator_data, :client_data, :signature, :at) ON CONFLICT DO NOTHING",
        **row._asdict(),
    ) == 1  # fmt: skip


async def approvals(tx: Tx, recovery: str) -> list[ApprovalRow]:
    """Who agreed and is still a guardian, the first of them first."""
    rows = await tx.all(
        "SELECT p.recovery, p.guardian, p.passkey, p.x, p.y, p.authenticator_data, p.client_data,"
        " p.signature, p.at FROM identity_approval p"
        " JOIN identity_recovery r ON r.id = p.recovery"
        " JOIN identity_guardian g ON g.account = r.account AND g.guardian = p.guardian"
        " WHERE p.recovery = :recovery AND g.accepted_at > 0 ORDER BY p.at, p.guardian",
        recovery=recovery,
    )
    return [
        ApprovalRow._make((*row[:3], *(bytes(each) for each in row[3:8]), row[8])) for row in rows
    ]  # fmt: skip
