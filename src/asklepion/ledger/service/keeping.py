"""Append, sign, prove, verify."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from asklepion.kit.clock import Clock, from_us, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Fault, Incorrect, NotFound
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log

from .. import store
from ..engine import audit, merkle, note
from ..engine.seal import Seals
from ..engine.tiles import Tile, bundle
from ..model import HASH_BYTES, Checkpoint, CheckpointRow, Finding, Head
from ..store import cosigning
from .auditing import Auditor, Places

log = get_log(__name__)

HEAVY = 1000  # leaves whose hashes take longer than a frame
AUDIT_HINT = "Run `asklepion verify --all`, and compare with a backup."


class Log:
    """An append-only log of commitments whose growth can be proved to anybody.

    Args:
        origin: the name of this log in its checkpoints; made from its key where empty.
        quorum: how many witnesses are to have cosigned what a receipt rests on.
    """

    def __init__(
        self, *, db: Database, clock: Clock, keys: Keys, origin: str = "", quorum: int = 1
    ) -> None:
        self._quorum = max(1, quorum)
        self._db = db
        self._clock = clock
        self._seals = Seals(keys.key("ledger-seal"))
        self._signer = note.Signer(keys.key("ledger-signing"), origin)
        self._places: list[Places] = []

    @property
    def origin(self) -> str:
        """The log's name in its checkpoints."""
        return self._signer.verifier.name

    @property
    def verifier_key(self) -> str:
        """The public key of the checkpoints, as `name+hash+key`. https://c2sp.org/signed-note"""
        return str(self._signer.verifier)

    def know(self, places: Places) -> None:
        """A room says which leaves it has rows for; the audit then names those that nobody has.

        Args:
            places: answers with the leaves from one place up to, and without, another.
        """
        self._places.append(places)

    async def append(self, tx: Tx, commitments: Sequence[bytes]) -> list[int]:
        """Add leaves inside the caller's transaction; kept or forgotten with it.

        Until that transaction ends nobody else can append: do it last, and with many at once.

        Returns:
            The places of the leaves, from 0.

        Raises:
            Incorrect: something is not a commitment.
            Fault: the stored log was altered, so that nothing may be built upon it.
        """
        if any(len(each) != HASH_BYTES for each in commitments):
            raise Incorrect(f"A commitment does not have {HASH_BYTES} bytes.")
        if not commitments:
            return []
        await tx.lock("ledger")
        head = await self._head(tx)
        if len(commitments) < HEAVY:
            rows = self._rows(head, commitments)
        else:
            rows = await asyncio.to_thread(self._rows, head, commitments)
        leaves, nodes, grown = rows
        await store.add_leaves(tx, leaves)
        await store.add_nodes(tx, nodes)
        await store.keep_head(tx, grown, self._seals.head(grown))
        return list(range(head.size, grown.size))

    async def size(self) -> int:
        """How many leaves there are."""
        async with self._db.read() as tx:
            return (await self._head(tx)).size

    async def leaf(self, index: int) -> bytes | None:
        """The commitment at one place, or nothing."""
        async with self._db.read() as tx:
            return await store.commitment(tx, index)

    async def leaves(self, first: int, end: int) -> dict[int, bytes]:
        """The commitments from one place up to, and without, another, by place."""
        async with self._db.read() as tx:
            found = await store.leaves(tx, (first, end))
        return {index: commitment for index, (commitment, *_) in found.items()}

    async def checkpoint(self, *, not_older_than: timedelta = timedelta(0)) -> Checkpoint:
        """The newest checkpoint; a new one is signed if the log grew.

        Args:
            not_older_than: a checkpoint of this age will do even if the log grew since.
        """
        async with self._db.read() as tx:
            newest, is_current = await self._newest(tx)
            if newest and (is_current or self._age(newest) < not_older_than):
                return await self._with_cosignatures(tx, newest)
        async with self._db.begin() as tx:
            await tx.lock("ledger")
            return self._as_checkpoint(await self._sign(tx))

    async def cosigned(self) -> Checkpoint | None:
        """The newest checkpoint that enough witnesses cosigned, if any."""
        async with self._db.read() as tx:
            size = await cosigning.newest_size(tx, -1, self._quorum)
            found = None if size is None else await store.checkpoint_of_size(tx, size)
            return await self._with_cosignatures(tx, self._ours(found)) if found else None

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """Hashes that prove that the log of `new` leaves begins with the whole one of `old`.

        Raises:
            Incorrect: the sizes are not 0 < old <= new <= the log's own.
        """
        async with self._db.read() as tx:
            size = (await self._head(tx)).size
            if not 0 < old <= new <= size:
                raise Incorrect(
                    f"No proof leads from {old} to {new} leaves of a log of {size}.",
                    hint="Ask for sizes with 0 < old <= new <= the log's own.",
                )
            return await self._prove(tx, merkle.consistency_spans(old, new))

    async def root(self, size: int) -> bytes:
        """The root of the first leaves.

        Raises:
            Incorrect: the log has not so many.
            Fault: a row that it needs is missing.
        """
        async with self._db.read() as tx:
            if not 0 < size <= (await self._head(tx)).size:
                raise Incorrect(f"The log never had {size} leaves.")
            return (await self._prove(tx, [(0, size)]))[0]

    async def tile(self, asked: Tile) -> bytes:
        """The hashes of one tile, one after the other.

        Raises:
            NotFound: the log is not so large yet.
            Fault: a row is missing.
        """
        first, end = asked.span
        wanted = [(asked.tree_level, index) for index in range(first, end)]
        async with self._db.read() as tx:
            await self._require_tile(tx, asked)
            known = await store.hashes(tx, wanted)
        if len(known) != len(wanted):
            raise Fault("A row that the tile needs is missing.", hint=AUDIT_HINT)
        return b"".join(known[node] for node in wanted)

    async def entries(self, asked: Tile) -> bytes:
        """The commitments of one bundle: without their keys they say nothing.

        Raises:
            NotFound: the log is not so large yet.
            Fault: a row is missing.
        """
        async with self._db.read() as tx:
            await self._require_tile(tx, asked)
            found = await store.leaves(tx, asked.span)
        if len(found) != asked.width:
            raise Fault("A row that the bundle needs is missing.", hint=AUDIT_HINT)
        return bundle(found[index][0] for index in range(*asked.span))

    async def _require_tile(self, tx: Tx, asked: Tile) -> None:
        if not asked.is_within((await self._head(tx)).size):
            raise NotFound("The log is not so large yet.", hint="Read its checkpoint first.")

    async def verify(self) -> list[Finding]:
        """Look at every stored row again; an empty list says that all is as it was written."""
        findings = audit.Findings()
        async with self._db.read() as tx:
            try:
                await Auditor(tx, self._seals, self._signer.verifier, findings, self._places).run()
            except DBAPIError as error:
                log.fault("ledger not readable", error)
                findings.tell("ledger", "*", "the database cannot read some of its rows")
        found = findings.all()
        log.info("ledger verified", findings=len(found))
        return found

    # How the log is kept

    def _rows(self, head: Head, commitments: Sequence[bytes]) -> tuple[Any, Any, Head]:
        hashes = [merkle.leaf_hash(each) for each in commitments]
        peaks, nodes = merkle.grow(head.size, head.peaks, hashes)
        seals = self._seals
        leaves = [
            (index, commitment, value, seals.leaf(index, commitment))
            for index, (commitment, value) in enumerate(
                zip(commitments, hashes, strict=True), start=head.size
            )
        ]
        sealed = [(level, index, h, seals.node(level, index, h)) for level, index, h in nodes]
        size = head.size + len(leaves)
        return leaves, sealed, replace(head, size=size, peaks=tuple(peaks))

    async def _head(self, tx: Tx) -> Head:
        found = await store.head(tx)
        if found is None and await store.is_empty(tx):
            return Head()
        if found is None or found[1] != self._seals.head(found[0]):
            raise Fault("The ledger's head is not as this house wrote it.", hint=AUDIT_HINT)
        return found[0]

    async def _newest(self, tx: Tx) -> tuple[CheckpointRow | None, bool]:
        """The newest checkpoint, and whether the log has not grown since."""
        head = await self._head(tx)
        found = await store.newest_checkpoint(tx)
        if found is None:
            return None, False
        row = self._ours(found)
        return row, row.size == head.size

    def _ours(self, found: tuple[CheckpointRow, bytes]) -> CheckpointRow:
        row, seal = found
        if seal != self._seals.checkpoint(row):
            raise Fault("A checkpoint is not as this house wrote it.", hint=AUDIT_HINT)
        return row

    def _age(self, row: CheckpointRow) -> timedelta:
        return self._clock.now() - from_us(row.signed_at)

    async def _sign(self, tx: Tx) -> CheckpointRow:
        newest, is_current = await self._newest(tx)
        if newest and is_current:  # somebody else was quicker
            return newest
        head = await self._head(tx)
        root = merkle.fold(head.peaks)
        row = CheckpointRow(
            number=head.checkpoints,
            size=head.size,
            root=root,
            note=self._signer.sign(head.size, root).note,
            signed_at=to_us(self._clock.now()),
        )
        grown = replace(head, checkpoints=head.checkpoints + 1)
        await store.add_checkpoint(tx, row, self._seals.checkpoint(row))
        await store.keep_head(tx, grown, self._seals.head(grown))
        return row

    def _as_checkpoint(self, row: CheckpointRow) -> Checkpoint:
        return Checkpoint(
            origin=self.origin,
            size=row.size,
            root=row.root,
            note=row.note,
            signed_at=from_us(row.signed_at),
        )

    async def _with_cosignatures(self, tx: Tx, row: CheckpointRow) -> Checkpoint:
        found = await cosigning.cosignatures(tx, row.size)
        whole = row.note + "".join(each.line for each in found)
        keys = tuple(each.witness for each in found)
        return replace(self._as_checkpoint(row), note=whole, witnesses=keys)

    async def _prove(self, tx: Tx, spans: Iterable[merkle.Span]) -> list[bytes]:
        spans = list(spans)
        known = await store.hashes(tx, [node for span in spans for node in merkle.subtrees(span)])
        return self._proof(spans, known)

    @staticmethod
    def _proof(spans: Iterable[merkle.Span], known: Mapping[merkle.Node, bytes]) -> list[bytes]:
        try:
            return merkle.prove(spans, known.__getitem__)
        except KeyError as error:
            raise Fault("A row that the proof needs is missing.", hint=AUDIT_HINT) from error
