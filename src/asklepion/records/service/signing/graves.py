"""What an erasure leaves of what was signed: its place in the log, sealed, and nothing else.

Without it nobody could tell what was erased from what somebody took away. It is neither said whose
it was, nor kept what could make its commitment again.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from asklepion.kit.db import Database, Tx
from asklepion.ledger import Finding

from ...store import signed
from ...store.signed import GoneRow

PAGE = 1000
TABLE = "records_signed_gone"


class Graves:
    """Keeps these places.

    Args:
        seal_key: not in the database, so that no row can be added there unseen.
    """

    def __init__(self, db: Database, seal_key: bytes) -> None:
        self._db = db
        self._seal_key = seal_key

    async def bury(self, tx: Tx, leaves: Iterable[int]) -> None:
        """Remember the places of what is erased."""
        await signed.bury(tx, [self._row(leaf) for leaf in leaves])

    async def mend(self, tx: Tx, remains: Sequence[tuple[bytes, Sequence[Sequence[int]]]]) -> None:
        """The same of whoever was erased since a backup was made."""
        await self.bury(tx, [leaf for _, places in remains for (leaf,) in places])

    async def verify(self) -> list[Finding]:
        """Every row that no erasure left there."""
        findings: list[Finding] = []
        after = -(2**63)
        while True:
            async with self._db.read() as tx:
                page = await signed.gone_after(tx, after, PAGE)
            if not page:
                return findings
            after = page[-1].leaf
            wrong = [row for row in page if row != self._row(row.leaf)]
            findings += [
                Finding(TABLE, str(r.leaf), "is not what an erasure leaves") for r in wrong
            ]

    def _row(self, leaf: int) -> GoneRow:
        return GoneRow(leaf, hmac.digest(self._seal_key, b"erased %d" % leaf, hashlib.sha256))
