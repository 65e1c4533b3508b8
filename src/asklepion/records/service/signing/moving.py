"""After a change of chain: what waited for the old one is signed anew for the one that is used now.

A signature names its chain and contract, so that it counts nowhere else. The event in the log stays
as it is, and with it record, scope and time: only the signature is another.
"""

from asklepion.kit.db import Database
from asklepion.kit.errors import Fault
from asklepion.kit.log import get_log

from ...store import signed
from ...store.signed import HANDED, REVOKE
from .keeping import CATCH_UP, LOCK, NO_LEAF, Signer, end_nonce, sending_key

log = get_log(__name__)


class Mover:
    """Brings what is signed to the chain that is used."""

    def __init__(self, *, db: Database, signer: Signer) -> None:
        self._db = db
        self._signer = signer
        self._left: set[bytes] = set()  # what only the old chain can take

    async def catch_up(self) -> int:
        """Hand in what was said before any chain was known, or waits for another; how much."""
        return await self._signer.catch_up() + await self._move()

    async def _move(self) -> int:
        async with self._db.read() as tx:
            stranded = await self._signer.contracts.stranded(tx)
        wanted, moved, leaf = stranded - self._left, 0, NO_LEAF
        while wanted:
            async with self._db.read() as tx:
                page = await signed.after(tx, leaf, CATCH_UP)
            if not page:
                break
            leaf = page[-1].leaf
            for row in page:
                if row.is_handed == HANDED:
                    moved += await self._move_one(row.id, wanted)
        self._left = stranded
        if moved:
            log.info("signed anew for another chain", count=moved)
        return moved

    async def _move_one(self, id: str, wanted: set[bytes]) -> bool:
        signer = self._signer
        try:
            async with self._db.begin() as tx:
                await tx.lock(LOCK)
                row, domain = await signed.find(tx, id), await signer.contracts.domain(tx)
                body = await signer.open(row) if row else None
                if row is None or body is None or domain is None:
                    return False
                key = sending_key(body)
                if key not in wanted:
                    return False
                if row.act == REVOKE:  # one of what stands on the old chain ends it there
                    begun = await signed.find(tx, row.ends)
                    before = await signer.open(begun) if begun else None
                    if before is None or body.act.nonce != end_nonce(before, domain):
                        return False
                row, anew = await signer.sign_anew(row, body, domain)
                if not await signer.contracts.readdress(tx, key, anew.act.call(anew.signature)):
                    return False
                await signed.keep_moved(
                    tx, row if body.domain == domain else row._replace(proof=b"")
                )
                return True
        except (Fault, ValueError, KeyError, TypeError) as error:  # it holds up no other
            log.fault("consent not signed anew", error, id=id)
            return False
