"""Which places of the ledger this room has rows for."""

from asklepion.kit.db import Tx

TABLES = ("records_access", "records_erasure", "records_signed", "records_signed_gone")


async def places(tx: Tx, low: int, high: int) -> set[int]:
    """The leaves from one place up to, and without, another that some row here is about."""
    found: set[int] = set()
    for table in TABLES:
        sql = f"SELECT leaf FROM {table} WHERE leaf >= :low AND leaf < :high"
        found |= {leaf for (leaf,) in await tx.all(sql, low=low, high=high)}
    return found
