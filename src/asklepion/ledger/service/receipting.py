"""Receipts: which signed state they rest on, and the proofs that lead there."""

from collections.abc import Mapping, Sequence
from typing import Any

from asklepion.kit.db import Tx
from asklepion.kit.errors import Fault, NotFound

from .. import store
from ..engine import merkle
from ..engine.commitment import commit
from ..engine.receipt import Earlier, make_receipt, make_receipt_1
from ..model import Checkpoint, Event
from ..store import cosigning
from .keeping import AUDIT_HINT, Log

MOST = 2**62  # places that a log can have


class Ledger(Log):
    """The log, and the receipts it gives."""

    async def receipt(
        self,
        index: int,
        event: Event,
        key: bytes,
        *,
        since: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Everything needed to see, without us, that this event stands in the log.

        It rests on the newest state that enough witnesses cosigned, else on the newest one.

        Args:
            since: how many entries the log had in a receipt that whoever asks holds already.
            more: `consent` and `chain`, for their own checks.

        Raises:
            NotFound: the log has no such place, or was never signed at that size.
            Fault: what stands there is not this event, or the log was altered.
        """
        if not 0 <= index < MOST:
            raise NotFound(f"The log has no entry {index}.")
        leaf = merkle.leaf_hash(commit(event, key))
        checkpoint = await self._cosigned(max(index, min(since or 0, MOST) - 1))
        checkpoint = checkpoint or await self.checkpoint()
        if index >= checkpoint.size:
            raise NotFound(f"The log has no entry {index}.")
        async with self._db.read() as tx:
            proof = await self._prove(tx, merkle.inclusion_spans(index, checkpoint.size))
            earlier = None if since is None else await self._earlier(tx, since, checkpoint)
        self._require(index, leaf, proof, checkpoint)
        signed = (checkpoint, self.verifier_key)
        return make_receipt(event, key, index, proof, signed, earlier=earlier, more=more)

    async def receipts(
        self, events: Sequence[tuple[int, Event, bytes]], checkpoint: Checkpoint
    ) -> list[dict[str, Any]]:
        """The receipts, of the first form, of many events under one checkpoint.

        Args:
            events: places, events and keys.

        Raises:
            NotFound: the log had no such place yet.
            Fault: what stands at one is not its event, or the log was altered.
        """
        size = checkpoint.size
        if any(not 0 <= index < size for index, _, _ in events):
            raise NotFound("The log had no such entry yet.")
        wanted = [
            (index, merkle.leaf_hash(commit(event, key)), merkle.inclusion_spans(index, size))
            for index, event, key in events
        ]
        nodes = {node for *_, spans in wanted for span in spans for node in merkle.subtrees(span)}
        async with self._db.read() as tx:
            known = await store.hashes(tx, nodes)
        signed = (checkpoint, self.verifier_key)
        made: list[dict[str, Any]] = []
        for (index, leaf, spans), (_, event, key) in zip(wanted, events, strict=True):
            proof = self._proof(spans, known)
            self._require(index, leaf, proof, checkpoint)
            made.append(make_receipt_1(event, key, index, proof, signed))
        return made

    @staticmethod
    def _require(index: int, leaf: bytes, proof: Sequence[bytes], signed: Checkpoint) -> None:
        if not merkle.is_included(index, signed.size, leaf, proof, signed.root):
            raise Fault(f"Entry {index} of the log is not that of its event.", hint=AUDIT_HINT)

    async def _cosigned(self, above: int) -> Checkpoint | None:
        """The newest state of more entries than these that enough witnesses cosigned, or some."""
        async with self._db.read() as tx:
            for quorum in sorted({self._quorum, 1}, reverse=True):
                size = await cosigning.newest_size(tx, above, quorum)
                found = None if size is None else await store.checkpoint_of_size(tx, size)
                if found:
                    return await self._with_cosignatures(tx, self._ours(found))
        return None

    async def _earlier(self, tx: Tx, since: int, new: Checkpoint) -> Earlier:
        old = await store.checkpoint_of_size(tx, since) if 0 < since <= new.size else None
        if old is None:
            raise NotFound(
                f"No state of {since} entries was ever signed.",
                hint="Give the size that stands in the receipt you hold.",
            )
        proof = await self._prove(tx, merkle.consistency_spans(since, new.size))
        return Earlier(self._as_checkpoint(self._ours(old)), proof)
