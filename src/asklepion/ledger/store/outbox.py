"""What is to go on the chain, in the order in which it was handed in, and what became of it.

A row is written in the transaction of what it is about. It holds nothing but what the chain shows.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Serial, Tx

WAITING, SENT, DONE, REFUSED = 0, 1, 2, 3
TABLES = ("ledger_contract", "ledger_sending", "ledger_sent", "ledger_chain_head")
OWNED: dict[str, Owned | None] = {name: Owned() for name in TABLES}
CARRIED = "carried"  # a kind: what somebody else signed
LOCK = "ledger.sending"  # held while it is decided what is sent
AT_ONCE = 500  # keys asked for in one statement


def create(op: Operations) -> None:
    """The tables; a step of the room's migrations."""
    op.create_table(
        "ledger_contract",  # what this house deployed, or will at this very address
        sa.Column("chain", sa.Text, primary_key=True),  # its id and first block
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),  # keccak-256 of what lies there
        sa.Column("block", sa.BigInteger, nullable=False),  # -1: not yet
        sa.Column("nonce", sa.BigInteger, nullable=False),  # of the transaction that creates it
        sa.Column("is_ours", sa.Integer, nullable=False),  # of the chain that is used now
    )
    op.create_table(
        "ledger_sending",
        sa.Column("number", Serial, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("chain", sa.Text, nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("ledger_sending_state", "ledger_sending", ["state", "number"])
    op.create_table(
        "ledger_sent",  # each signed form of what is under way; none of them once it is mined
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("fee", sa.Text, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ledger_sent_number", "ledger_sent", ["number"])
    op.create_table(
        "ledger_chain_head",  # leaves that say how far the chain had come
        sa.Column("leaf", Serial, primary_key=True, autoincrement=False),
        sa.Column("chain", sa.Text, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("event", sa.LargeBinary, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
    )


def delay(op: Operations) -> None:
    """Some things are not sent at once; a step of the room's migrations."""
    op.add_column(
        "ledger_sending", sa.Column("due_at", sa.BigInteger, nullable=False, server_default="0")
    )


def aim(op: Operations) -> None:
    """What is signed counts on one chain only; a step of the room's migrations."""
    op.add_column(
        "ledger_sending", sa.Column("made_for", sa.Text, nullable=False, server_default="")
    )
    ours = "SELECT min(chain) FROM ledger_contract WHERE is_ours = 1"
    op.execute(
        f"UPDATE ledger_sending SET made_for = coalesce(({ours}), '') WHERE kind <> 'status'"
    )


class ContractRow(NamedTuple):
    """Where a contract lies."""

    chain: str
    name: str
    address: bytes
    code: bytes
    block: int
    nonce: int
    is_ours: int


class SendingRow(NamedTuple):
    """One thing to be sent, and how far it is."""

    number: int
    kind: str
    key: bytes
    contract: str
    data: bytes
    state: int
    made_at: int
    chain: str = ""
    nonce: int = -1
    hash: bytes = b""
    block: int = -1
    why: str = ""
    due_at: int = 0  # not sent before; 0: at once [microseconds since 1970]
    made_for: str = ""  # the chain it counts on; empty: on any


class SentRow(NamedTuple):
    """One signed transaction."""

    hash: bytes
    number: int
    raw: bytes
    fee: str
    sent_at: int


class HeadRow(NamedTuple):
    """One leaf about the chain."""

    leaf: int
    chain: str
    block: int
    event: bytes
    key: bytes


CONTRACT, SENDING, SENT_ONE, HEAD = (
    ", ".join(kind._fields) for kind in (ContractRow, SendingRow, SentRow, HeadRow)
)


# Contracts


async def contracts(tx: Tx) -> list[ContractRow]:
    """Those of the chain that is used now."""
    rows = await tx.all(f"SELECT {CONTRACT} FROM ledger_contract WHERE is_ours = 1 ORDER BY name")
    return [ContractRow(*row) for row in rows]


async def contracts_of(tx: Tx, chain: str) -> list[ContractRow]:
    """Those of one chain."""
    sql = f"SELECT {CONTRACT} FROM ledger_contract WHERE chain = :chain ORDER BY name"
    return [ContractRow(*row) for row in await tx.all(sql, chain=chain)]


async def use_chain(tx: Tx, chain: str) -> None:
    """From now on this chain is the one that is used."""
    sql = "UPDATE ledger_contract SET is_ours = CASE WHEN chain = :chain THEN 1 ELSE 0 END"
    await tx.run(sql, chain=chain)


async def keep_contract(tx: Tx, row: ContractRow) -> None:
    """Keep where a contract lies, or that it is there now."""
    names = ContractRow._fields
    await tx.run(
        f"INSERT INTO ledger_contract ({CONTRACT}) VALUES ({', '.join(':' + n for n in names)})"
        " ON CONFLICT (chain, name) DO UPDATE SET address = excluded.address,"
        " code = excluded.code, block = excluded.block, is_ours = excluded.is_ours",
        **row._asdict(),
    )


# What is to be sent


async def add(tx: Tx, row: SendingRow) -> bool:
    """Hand something in; nothing happens where its key is known. Says whether it is new."""
    names = SendingRow._fields[1:]
    sql = (
        f"INSERT INTO ledger_sending ({', '.join(names)}) VALUES"
        f" ({', '.join(':' + n for n in names)}) ON CONFLICT (key) DO NOTHING"
    )
    return await tx.run(sql, **{name: getattr(row, name) for name in names}) == 1


async def withdraw(tx: Tx, keys: Collection[bytes]) -> int:
    """Take back what was handed in and not yet sent; waits for whoever is numbering it."""
    await tx.lock(LOCK)
    sql = f"DELETE FROM ledger_sending WHERE key = :key AND state = {WAITING}"
    return sum([await tx.run(sql, key=key) for key in keys])


async def waiting_of(tx: Tx, kind: str) -> list[bytes]:
    """The keys of everything of a kind that waits."""
    sql = f"SELECT key FROM ledger_sending WHERE kind = :kind AND state = {WAITING}"
    return [key for (key,) in await tx.all(sql, kind=kind)]


async def forget_done(tx: Tx, keys: Collection[bytes]) -> int:
    """Keep no more of these than the chain itself does."""
    sql = f"DELETE FROM ledger_sending WHERE key = :key AND state IN ({DONE}, {REFUSED})"
    return sum([await tx.run(sql, key=key) for key in keys])


async def of_keys(tx: Tx, keys: Collection[bytes]) -> dict[bytes, SendingRow]:
    """What became of these."""
    found: dict[bytes, SendingRow] = {}
    wanted = list(keys)
    for at in range(0, len(wanted), AT_ONCE):
        values = {f"k{n}": key for n, key in enumerate(wanted[at : at + AT_ONCE])}
        names = ", ".join(f":{name}" for name in values)
        rows = await tx.all(
            f"SELECT {SENDING} FROM ledger_sending WHERE key IN ({names})", **values
        )
        found |= {row[2]: SendingRow(*row) for row in rows}
    return found


async def of_state(tx: Tx, state: int, limit: int) -> list[SendingRow]:
    """What is in this state, oldest first."""
    sql = f"SELECT {SENDING} FROM ledger_sending WHERE state = :state ORDER BY number LIMIT :limit"
    return [SendingRow(*row) for row in await tx.all(sql, state=state, limit=limit)]


HERE = "made_for IN ('', :chain)"


async def due(tx: Tx, chain: str, now: int, limit: int) -> list[SendingRow]:
    """What waits and may be sent to a chain at this moment, oldest first."""
    sql = (
        f"SELECT {SENDING} FROM ledger_sending WHERE state = {WAITING} AND due_at <= :now"
        f" AND {HERE} ORDER BY number LIMIT :limit"
    )
    return [SendingRow(*row) for row in await tx.all(sql, chain=chain, now=now, limit=limit)]


async def missed(tx: Tx, chain: str, before: int) -> list[SendingRow]:
    """What had a moment of its own and was not sent then."""
    sql = (
        f"SELECT {SENDING} FROM ledger_sending WHERE state = {WAITING}"
        f" AND due_at > 0 AND due_at < :before AND {HERE} ORDER BY number"
    )
    return [SendingRow(*row) for row in await tx.all(sql, chain=chain, before=before)]


async def next_due(tx: Tx, now: int) -> int | None:
    """The moment at which the next of what is not due yet will be."""
    sql = f"SELECT min(due_at) FROM ledger_sending WHERE state = {WAITING} AND due_at > :now"
    row = await tx.one(sql, now=now)
    return row[0] if row else None


# When another chain is used than before


async def turn_to(tx: Tx, chain: str) -> None:
    """Take back what was sent to any other chain and is not mined there, as far as one knows."""
    elsewhere = f"state = {SENT} AND chain <> :chain"
    await tx.run(
        "DELETE FROM ledger_sent WHERE number IN"
        f" (SELECT number FROM ledger_sending WHERE {elsewhere})",
        chain=chain,
    )
    await tx.run(
        f"UPDATE ledger_sending SET state = {WAITING}, chain = '', nonce = -1, hash = :none"
        f" WHERE {elsewhere}",
        chain=chain,
        none=b"",
    )
    waits = f"state = {WAITING} AND made_for NOT IN ('', :chain)"
    await tx.run(f"DELETE FROM ledger_sending WHERE {waits} AND kind = 'anchor'", chain=chain)
    await tx.run(  # others signed it, and must sign it anew
        f"UPDATE ledger_sending SET state = {REFUSED}, why = :why"
        f" WHERE {waits} AND kind = '{CARRIED}'",
        chain=chain,
        why="it was signed for another chain",
    )


async def stranded(tx: Tx, chain: str) -> set[bytes]:
    """The keys of what waits for any other chain."""
    sql = f"SELECT key FROM ledger_sending WHERE state = {WAITING} AND made_for NOT IN ('', :chain)"
    return {key for (key,) in await tx.all(sql, chain=chain)}


async def readdress(tx: Tx, key: bytes, chain: str, data: bytes) -> bool:
    """What waits for another chain is signed anew for this one; says whether it waited still."""
    await tx.lock(LOCK)
    sql = (
        "UPDATE ledger_sending SET made_for = :chain, data = :data"
        f" WHERE key = :key AND state = {WAITING}"
    )
    return await tx.run(sql, key=key, chain=chain, data=data) == 1


# What became of it


async def done_after(tx: Tx, number: int, limit: int) -> list[SendingRow]:
    """The next that came to an end, in order."""
    sql = (
        f"SELECT {SENDING} FROM ledger_sending WHERE number > :number"
        f" AND state IN ({DONE}, {REFUSED}) ORDER BY number LIMIT :limit"
    )
    return [SendingRow(*row) for row in await tx.all(sql, number=number, limit=limit)]


async def counts(tx: Tx, chain: str, now: int) -> dict[int, tuple[int, int]]:
    """How many are in each state, without what is not due yet, or waits for another chain.

    Returns:
        Their number, and since when the oldest is, by state.
    """
    sql = (
        "SELECT state, count(*), min(CASE WHEN due_at > 0 THEN due_at ELSE made_at END)"
        f" FROM ledger_sending WHERE state <> {WAITING} OR (due_at <= :now AND {HERE})"
        " GROUP BY state"
    )
    rows = await tx.all(sql, chain=chain, now=now)
    return {state: (count, oldest) for state, count, oldest in rows}


async def later(tx: Tx, now: int) -> int:
    """How many are not due yet."""
    sql = f"SELECT count(*) FROM ledger_sending WHERE state = {WAITING} AND due_at > :now"
    row = await tx.one(sql, now=now)
    return row[0] if row else 0


async def keep_sending(tx: Tx, row: SendingRow) -> bool:
    """Keep how far something is; says whether it is there still."""
    count = await tx.run(
        "UPDATE ledger_sending SET state = :state, chain = :chain, nonce = :nonce, hash = :hash,"
        " block = :block, why = :why, data = :data, due_at = :due_at,"
        " made_for = :made_for WHERE number = :number",
        **{
            n: v
            for n, v in row._asdict().items()
            if n not in ("kind", "key", "contract", "made_at")
        },
    )
    return count == 1


async def add_sent(tx: Tx, row: SentRow) -> None:
    """Keep a signed transaction before it leaves the house."""
    values = ", ".join(":" + name for name in SentRow._fields)
    await tx.run(
        f"INSERT INTO ledger_sent ({SENT_ONE}) VALUES ({values})"
        " ON CONFLICT (hash) DO UPDATE SET sent_at = excluded.sent_at",
        **row._asdict(),
    )


async def sent_of(tx: Tx, number: int) -> list[SentRow]:
    """Every signed form of one thing, newest last."""
    sql = f"SELECT {SENT_ONE} FROM ledger_sent WHERE number = :number ORDER BY sent_at, hash"
    return [SentRow(*row) for row in await tx.all(sql, number=number)]


async def drop_sent(tx: Tx, numbers: Sequence[int]) -> None:
    """They are mined: their signed forms are not needed any more."""
    rows = [{"number": number} for number in numbers]
    await tx.many("DELETE FROM ledger_sent WHERE number = :number", rows)


async def next_nonce(tx: Tx) -> int:
    """The number after the highest of those under way."""
    row = await tx.one(f"SELECT max(nonce) FROM ledger_sending WHERE state = {SENT}")
    return 0 if row is None or row[0] is None else row[0] + 1


async def done_since(tx: Tx, chain: str, nonce: int) -> list[SendingRow]:
    """What came to an end on a chain under this number or a later one, in order."""
    sql = (
        f"SELECT {SENDING} FROM ledger_sending WHERE chain = :chain AND nonce >= :nonce"
        f" AND state IN ({DONE}, {REFUSED}) ORDER BY number"
    )
    return [SendingRow(*row) for row in await tx.all(sql, chain=chain, nonce=nonce)]


async def is_under_way(tx: Tx, kind: str) -> bool:
    """Whether anything of this kind waits, or was sent and is not mined."""
    sql = (
        f"SELECT 1 FROM ledger_sending WHERE state IN ({WAITING}, {SENT}) AND kind = :kind LIMIT 1"
    )
    return await tx.one(sql, kind=kind) is not None


async def is_done_after(tx: Tx, chain: str, block: int) -> bool:
    """Whether anything that was sent came to an end in a block after this one."""
    sql = "SELECT 1 FROM ledger_sending WHERE chain = :chain AND block > :block LIMIT 1"
    return await tx.one(sql, chain=chain, block=block) is not None


# Leaves about the chain


async def add_head(tx: Tx, row: HeadRow) -> None:
    """Keep what a leaf about the chain says."""
    values = ", ".join(":" + name for name in HeadRow._fields)
    await tx.run(f"INSERT INTO ledger_chain_head ({HEAD}) VALUES ({values})", **row._asdict())


async def newest_head(tx: Tx, chain: str) -> HeadRow | None:
    """The last leaf about a chain."""
    sql = f"SELECT {HEAD} FROM ledger_chain_head WHERE chain = :chain ORDER BY leaf DESC LIMIT 1"
    row = await tx.one(sql, chain=chain)
    return HeadRow(*row) if row else None


async def heads_after(tx: Tx, leaf: int, limit: int) -> list[HeadRow]:
    """The next leaves about the chain."""
    sql = f"SELECT {HEAD} FROM ledger_chain_head WHERE leaf > :leaf ORDER BY leaf LIMIT :limit"
    return [HeadRow(*row) for row in await tx.all(sql, leaf=leaf, limit=limit)]


async def head_leaves(tx: Tx, low: int, high: int) -> set[int]:
    """Which leaves from one place up to, and without, another are about the chain."""
    sql = "SELECT leaf FROM ledger_chain_head WHERE leaf >= :low AND leaf < :high"
    return {leaf for (leaf,) in await tx.all(sql, low=low, high=high)}


async def heads_since(tx: Tx, leaf: int) -> int:
    """How many leaves about a chain there are from this one on."""
    row = await tx.one("SELECT count(*) FROM ledger_chain_head WHERE leaf >= :leaf", leaf=leaf)
    return row[0] if row else 0
