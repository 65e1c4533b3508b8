"""Identity's table of external wallets."""

from datetime import datetime
from typing import NamedTuple

from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import to_us
from asklepion.kit.db import Step, Tx

from .keys import blob, number, owned_by, text


def _wallets(op: Operations) -> None:
    op.create_table(
        "identity_wallet",
        blob("address", primary_key=True),
        text("account", index=True),
        number("chain"),
        number("opens"),  # whether one may sign in with it
        number("created_at"),
        number("used_at"),  # 0: not yet
    )


MIGRATIONS: tuple[Step, ...] = (_wallets,)
OWNED: dict[str, Owned | None] = {"identity_wallet": owned_by()}


class WalletRow(NamedTuple):
    """A wallet that somebody linked."""

    address: bytes
    account: str
    chain: int
    opens: int
    created_at: int
    used_at: int


WALLET = "address, account, chain, opens, created_at, used_at"


async def add_wallet(tx: Tx, row: WalletRow) -> bool:
    """Keep a wallet; nothing happens where somebody has it already."""
    return await tx.run(
        f"INSERT INTO identity_wallet ({WALLET}) VALUES (:address, :account, :chain, :opens,"
        " :created_at, :used_at) ON CONFLICT DO NOTHING",
        **row._asdict(),
    ) == 1  # fmt: skip


async def wallets(tx: Tx, column: str, value: str | bytes) -> list[WalletRow]:
    """Wallets by their account or address."""
    sql = f"SELECT {WALLET} FROM identity_wallet WHERE {column} = :value ORDER BY created_at"
    return [WalletRow(bytes(row[0]), *row[1:]) for row in await tx.all(sql, value=value)]


async def let_open(tx: Tx, account: str, address: bytes, opens: bool) -> bool:
    """Say whether one may sign in with a wallet; False where it is not hers."""
    sql = (
        "UPDATE identity_wallet SET opens = :opens WHERE address = :address AND account = :account"
    )
    return await tx.run(sql, address=address, account=account, opens=int(opens)) == 1


async def close(tx: Tx, account: str) -> None:
    """Let none of somebody's wallets open anything."""
    await tx.run("UPDATE identity_wallet SET opens = 0 WHERE account = :account", account=account)


async def note_use(tx: Tx, address: bytes, at: datetime) -> None:
    """Write down that somebody signed in with it."""
    sql = "UPDATE identity_wallet SET used_at = :at WHERE address = :address"
    await tx.run(sql, address=address, at=to_us(at))


async def drop_wallet(tx: Tx, account: str, address: bytes) -> bool:
    """Take a wallet away; False where it is not hers."""
    sql = "DELETE FROM identity_wallet WHERE address = :address AND account = :account"
    return await tx.run(sql, address=address, account=account) == 1


async def forget_account(tx: Tx, account: str) -> dict[str, int]:
    """Take an account's wallets away; returns how many rows of which table."""
    sql = "DELETE FROM identity_wallet WHERE account = :account"
    return {"identity_wallet": await tx.run(sql, account=account)}
