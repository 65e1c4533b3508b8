"""A witness: it cosigns a log's newest state once it has seen that the log only grew.

It needs no house: a folder of its own holds its key and what it saw. https://c2sp.org/tlog-witness
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx, connect_database
from asklepion.kit.errors import (
    Conflict,
    Forbidden,
    HouseError,
    Incorrect,
    NotFound,
    Unsupported,
)
from asklepion.kit.keys import Keys
from asklepion.kit.log import get_log

from ..engine import merkle, note
from ..engine.cosigning import Request, WitnessSigner
from ..model import Checkpoint, Followed
from ..store import witnessing as store

log = get_log(__name__)


class Stale(Conflict):
    """The witness last saw the log at another size than it was asked to go on from."""

    def __init__(self, size: int, message: str) -> None:
        super().__init__(message, hint="Prove that the log grew from that size.")
        self.size = size


class Witness:
    """Follows some logs, and cosigns what grew from what it saw before."""

    def __init__(self, *, db: Database, clock: Clock, signer: WitnessSigner) -> None:
        self._db = db
        self._clock = clock
        self._signer = signer

    @property
    def key(self) -> str:
        """Its public key, as `name+hash+key`."""
        return str(self._signer.key)

    async def follow(self, verifier: str) -> Followed:
        """Follow the log that signs with this key, from its first checkpoint on.

        Raises:
            Incorrect: the key cannot be read.
            Conflict: a log of this name is followed with another key.
        """
        key = note.Verifier.read(verifier.strip())
        async with self._db.begin() as tx:
            found = await store.find(tx, key.name)
            if found and found.verifier != str(key):
                raise Conflict(
                    f"The log {key.name} is followed with another key.",
                    hint="Ask its house whether it really has a new one; then forget it first.",
                )
            found = found or Followed(origin=key.name, verifier=str(key))
            await store.keep(tx, found)
        return found

    async def forget(self, origin: str) -> None:
        """Follow a log no more, and forget what was seen of it.

        Raises:
            NotFound: it is not followed.
        """
        async with self._db.begin() as tx:
            if not await store.drop(tx, origin):
                raise NotFound(f"No log {origin} is followed.")

    async def followed(self) -> list[Followed]:
        """Every log that is followed, with the last that was seen of it."""
        async with self._db.read() as tx:
            return await store.everything(tx)

    async def seen(self, origin: str) -> Followed:
        """The last that was seen of a log: for whoever must prove that it was rolled back.

        Raises:
            NotFound: it is not followed, or nothing of it was seen yet.
        """
        async with self._db.read() as tx:
            found = await store.find(tx, origin)
        if found is None or not found.note:
            raise NotFound("Nothing was seen of such a log.")
        return found

    async def add_checkpoint(self, body: bytes) -> str:
        """Look at a checkpoint; returns the cosignature, a line of a signed note.

        What was seen is on the disk before the cosignature leaves, and nobody else's request is
        looked at in between.

        Raises:
            Incorrect: it is no request, or its sizes contradict each other.
            NotFound: the log is not followed.
            Forbidden: the log has not signed it.
            Stale: the log was last seen at another size, or this one has another root.
            Unsupported: the proof does not lead from what was seen to this checkpoint.
        """
        request = Request.read(body)
        checkpoint = request.checkpoint
        async with self._db.begin() as tx:
            known = await self._known(tx, checkpoint)
            if request.old > checkpoint.size:
                raise Incorrect("The old size is larger than the checkpoint's.")
            try:
                _look(request, known)
            except HouseError as error:
                sizes = {"known": known.size, "asked": checkpoint.size}
                log.warn("checkpoint refused", why=type(error).__name__, **sizes)
                raise
            at_s = int(self._clock.now().timestamp())
            line = self._signer.cosign(checkpoint.note, at_s)
            seen = f"{checkpoint.note}{line}"
            await store.keep(
                tx,
                replace(known, size=checkpoint.size, root=checkpoint.root, note=seen, seen_at=at_s),
            )
        return line

    @staticmethod
    async def _known(tx: Tx, checkpoint: Checkpoint) -> Followed:
        known = await store.find(tx, checkpoint.origin)
        if known is None:
            raise NotFound("This witness does not follow that log.")
        if not note.is_signed_by(checkpoint.note, note.Verifier.read(known.verifier)):
            raise Forbidden("The checkpoint is not signed with the key that this log is known by.")
        return known


def _look(request: Request, known: Followed) -> None:
    """Whether the checkpoint is what was seen before, grown."""
    old, new = request.old, request.checkpoint
    if old != known.size:
        raise Stale(known.size, f"The log was last seen with {known.size} entries, not {old}.")
    if known.note and old == new.size and known.root != new.root:
        raise Stale(known.size, f"Another root was seen for a log of {old} entries.")
    if old == 0:
        is_grown = not request.proof and (new.size > 0 or new.root == merkle.EMPTY_ROOT)
    else:
        is_grown = merkle.is_consistent(old, new.size, known.root, new.root, request.proof)
    if not is_grown:
        raise Unsupported("The proof does not lead from what was seen before to this checkpoint.")


@asynccontextmanager
async def open_witness(folder: Path, clock: Clock, *, name: str = "") -> AsyncGenerator[Witness]:
    """The witness that lives in a folder; a new one, with a new key, where there is none.

    Args:
        name: what a new one calls itself; made from its key where empty.

    Raises:
        Conflict: it has another name already.
    """
    seed = Keys(folder / "keys").key("witness")
    db = connect_database(f"sqlite:///{folder}/witness.sqlite")
    try:
        await db.migrate({"witness": store.MIGRATIONS}, folder / "backups", clock)
        async with db.begin() as tx:
            known = await store.name(tx)
            if known is None:
                known = WitnessSigner(seed, name).key.name
                await store.keep_name(tx, known)
        if name not in ("", known):
            raise Conflict(
                f"This witness is called {known} already.",
                hint="Leave --name out, or give the witness another folder.",
            )
        yield Witness(db=db, clock=clock, signer=WitnessSigner(seed, known))
    finally:
        await db.close()
