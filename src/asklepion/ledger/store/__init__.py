"""The ledger's tables: leaves, complete subtrees above them, checkpoints, how far it has come."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Row, Serial, Step, Tx

from ..model import HASH_BYTES, CheckpointRow, Head
from . import cosigning, losses, outbox

Node = tuple[int, int]
Span = tuple[int, int]

LOWEST = -(2**63)
AT_ONCE = 1000  # places asked for in one statement


def _create(op: Operations) -> None:
    op.create_table(
        "ledger_leaf",
        sa.Column("idx", Serial, primary_key=True, autoincrement=False),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("number", Serial, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False, unique=True),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", Serial, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.Column("checkpoints", sa.BigInteger, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )


MIGRATIONS: tuple[Step, ...] = (
    _create,
    cosigning.create,
    outbox.create,
    outbox.delay,
    outbox.aim,
    losses.create,
)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {
    **{
        name: Owned()
        for name in (
            "ledger_leaf",
            "ledger_node",
            "ledger_checkpoint",
            "ledger_head",
            "ledger_cosignature",
            "ledger_witness",
        )
    },
    **outbox.OWNED,
    **losses.OWNED,
}


async def head(tx: Tx) -> tuple[Head, bytes] | None:
    """How far the log has come, with the row's seal; nothing before the first leaf."""
    row = await tx.one("SELECT size, peaks, checkpoints, seal FROM ledger_head WHERE id = 1")
    if row is None:
        return None
    size, peaks, checkpoints, seal = row
    joined = _bytes(peaks)
    hashes = tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))
    return Head(size=_int(size), peaks=hashes, checkpoints=_int(checkpoints)), _bytes(seal)


async def keep_head(tx: Tx, head: Head, seal: bytes) -> None:
    """Say how far the log has come now."""
    await tx.run(
        "INSERT INTO ledger_head (id, size, peaks, checkpoints, seal)"
        " VALUES (1, :size, :peaks, :checkpoints, :seal) ON CONFLICT (id) DO UPDATE SET"
        " size = excluded.size, peaks = excluded.peaks, checkpoints = excluded.checkpoints,"
        " seal = excluded.seal",
        size=head.size,
        peaks=b"".join(head.peaks),
        checkpoints=head.checkpoints,
        seal=seal,
    )


async def is_empty(tx: Tx) -> bool:
    """Whether nothing at all was ever kept."""
    row = await tx.one(
        "SELECT EXISTS (SELECT 1 FROM ledger_leaf) OR EXISTS (SELECT 1 FROM ledger_node)"
        " OR EXISTS (SELECT 1 FROM ledger_checkpoint) OR EXISTS (SELECT 1 FROM ledger_head)"
    )
    return not (row and row[0])


async def add_leaves(tx: Tx, leaves: Iterable[tuple[int, bytes, bytes, bytes]]) -> None:
    """Keep leaves: index, commitment, hash, seal."""
    names = ("idx", "commitment", "hash", "seal")
    await tx.many(
        "INSERT INTO ledger_leaf (idx, commitment, hash, seal)"
        " VALUES (:idx, :commitment, :hash, :seal)",
        [dict(zip(names, leaf, strict=True)) for leaf in leaves],
    )


async def add_nodes(tx: Tx, nodes: Iterable[tuple[int, int, bytes, bytes]]) -> None:
    """Keep complete subtrees: level, index, hash, seal."""
    names = ("level", "idx", "hash", "seal")
    await tx.many(
        "INSERT INTO ledger_node (level, idx, hash, seal) VALUES (:level, :idx, :hash, :seal)",
        [dict(zip(names, node, strict=True)) for node in nodes],
    )


async def commitment(tx: Tx, index: int) -> bytes | None:
    """What was committed at one place."""
    row = await tx.one("SELECT commitment FROM ledger_leaf WHERE idx = :idx", idx=index)
    return None if row is None else _bytes(row[0])


async def hashes(tx: Tx, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """The hashes of some leaves (level 0) and nodes; those that are missing are left out."""
    levels: dict[int, list[int]] = {}
    for level, index in sorted(set(nodes)):
        levels.setdefault(level, []).append(index)
    found: dict[Node, bytes] = {}
    for level, indexes in levels.items():
        table = "ledger_node WHERE level = :level AND" if level else "ledger_leaf WHERE"
        for at in range(0, len(indexes), AT_ONCE):
            part = indexes[at : at + AT_ONCE]
            values = {f"i{n}": index for n, index in enumerate(part)}
            names = ", ".join(f":{name}" for name in values)
            values |= {"level": level} if level else {}
            rows = await tx.all(f"SELECT idx, hash FROM {table} idx IN ({names})", **values)
            found |= {(level, index): _bytes(value) for index, value in rows}
    return found


async def newest_checkpoint(tx: Tx) -> tuple[CheckpointRow, bytes] | None:
    """The checkpoint that was signed last, with its seal."""
    row = await tx.one(f"SELECT {CHECKPOINT} FROM ledger_checkpoint ORDER BY number DESC LIMIT 1")
    return None if row is None else _checkpoint(row)


async def checkpoint_of_size(tx: Tx, size: int) -> tuple[CheckpointRow, bytes] | None:
    """The checkpoint of one size, with its seal."""
    sql = f"SELECT {CHECKPOINT} FROM ledger_checkpoint WHERE size = :size"
    row = await tx.one(sql, size=size)
    return None if row is None else _checkpoint(row)


async def add_checkpoint(tx: Tx, row: CheckpointRow, seal: bytes) -> None:
    """Keep a signed checkpoint."""
    await tx.run(
        f"INSERT INTO ledger_checkpoint ({CHECKPOINT})"
        " VALUES (:number, :size, :root, :note, :signed_at, :seal)",
        number=row.number,
        size=row.size,
        root=row.root,
        note=row.note,
        signed_at=row.signed_at,
        seal=seal,
    )


# What the audit reads: it must take whatever somebody may have put there.


async def extent(tx: Tx, column: str) -> tuple[int, int]:
    """How many rows there are, and the highest place: of `leaves`, or of `checkpoints`."""
    table, place = {
        "leaves": ("ledger_leaf", "idx"),
        "checkpoints": ("ledger_checkpoint", "number"),
    }[column]
    row = await tx.one(f"SELECT count(*), max({place}) FROM {table} WHERE {place} >= 0")
    return (row[0], -1 if row[1] is None else row[1]) if row else (0, -1)


async def leaves(tx: Tx, span: Span) -> dict[int, tuple[bytes, bytes, bytes]]:
    """The leaves of a span: commitment, hash and seal by index."""
    rows = await tx.all(
        "SELECT idx, commitment, hash, seal FROM ledger_leaf WHERE idx >= :low AND idx < :high",
        low=span[0],
        high=span[1],
    )
    return {index: (_bytes(c), _bytes(h), _bytes(s)) for index, c, h, s in rows}


async def nodes(tx: Tx, level: int, span: Span) -> dict[Node, tuple[bytes, bytes]]:
    """The nodes of a span of one level: hash and seal by level and index."""
    rows = await tx.all(
        "SELECT idx, hash, seal FROM ledger_node"
        " WHERE level = :level AND idx >= :low AND idx < :high",
        level=level,
        low=span[0],
        high=span[1],
    )
    return {(level, index): (_bytes(h), _bytes(s)) for index, h, s in rows}


async def checkpoints_of_sizes(tx: Tx, above: int, up_to: int) -> list[tuple[CheckpointRow, bytes]]:
    """The checkpoints of some sizes."""
    sql = f"SELECT {CHECKPOINT} FROM ledger_checkpoint WHERE size > :above AND size <= :up_to"
    rows = await tx.all(sql, above=above, up_to=up_to)
    return [_checkpoint(row) for row in rows]


async def checkpoints_after(tx: Tx, number: int, count: int) -> list[tuple[CheckpointRow, bytes]]:
    """The next checkpoints in the order of their numbers."""
    sql = f"SELECT {CHECKPOINT} FROM ledger_checkpoint WHERE number > :number"
    rows = await tx.all(f"{sql} ORDER BY number LIMIT :count", number=number, count=count)
    return [_checkpoint(row) for row in rows]


async def stray_leaves(tx: Tx, size: int, after: int, count: int) -> list[int]:
    """Places of leaves that a log of this size does not have."""
    rows = await tx.all(
        "SELECT idx FROM ledger_leaf WHERE idx > :after AND (idx < 0 OR idx >= :size)"
        " ORDER BY idx LIMIT :count",
        size=size,
        after=after,
        count=count,
    )
    return [row[0] for row in rows]


async def stray_nodes(tx: Tx, level: Any, span: Span, page: Span) -> list[Any]:
    """Places of nodes of a level outside a span; `page` is how many to skip and to take."""
    rows = await tx.all(
        "SELECT idx FROM ledger_node WHERE level = :level AND (idx < :low OR idx >= :high)"
        " ORDER BY idx LIMIT :count OFFSET :skip",
        level=level,
        low=span[0],
        high=span[1],
        skip=page[0],
        count=page[1],
    )
    return [row[0] for row in rows]


async def levels(tx: Tx) -> Sequence[Any]:
    """Every level that some node has."""
    return [row[0] for row in await tx.all("SELECT DISTINCT level FROM ledger_node ORDER BY level")]


async def stray_heads(tx: Tx) -> list[int]:
    """Ids of head rows beside the one there is."""
    return [row[0] for row in await tx.all("SELECT id FROM ledger_head WHERE id <> 1")]


CHECKPOINT = "number, size, root, note, signed_at, seal"


def _checkpoint(row: Row) -> tuple[CheckpointRow, bytes]:
    number, size, root, note, signed_at, seal = row
    checkpoint = CheckpointRow(
        number=number,
        size=_int(size),
        root=_bytes(root),
        note=note if isinstance(note, str) else "",
        signed_at=_int(signed_at),
    )
    return checkpoint, _bytes(seal)


def _bytes(value: Any) -> bytes:
    """SQLite keeps a value of any kind in any column: what is not bytes cannot be right."""
    return value if isinstance(value, bytes) else b"\xff"


def _int(value: Any) -> int:
    return value if isinstance(value, int) else -1
