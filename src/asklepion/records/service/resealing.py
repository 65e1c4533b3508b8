"""Many rows sealed anew: what an older program left in the clear, and what had an older key.

Batch by batch, each in a transaction with how far it has come: killed in the midst, it goes on.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import HouseError, NotFound
from asklepion.kit.log import get_log
from asklepion.kit.vault import Vault
from asklepion.ledger import Finding

from ..engine.bodies import is_sealed, key_of
from ..store import sealed
from ..store.rows import NOBODY, UNKNOWN, Row
from ..store.sealed import Place
from .books import Books
from .sealing import HOUSE, Bodies

log = get_log(__name__)

BATCH = 500
SEAL, ROTATE = "seal-", "rotate "  # chores begin with one of these
RESOURCES, VERSIONS, LINES = "res", "hist", "access"
Tell = Callable[[str, int], None]  # what, and how many rows so far
LOCK = "records.reseal"


def _quiet(_what: str, _count: int) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Which rows are meant."""

    chore: str
    part: str
    patients: Sequence[str] | None = None  # of anybody
    key: int | None = None  # with any other key than this; nothing: in the clear

    @property
    def is_plain(self) -> bool:
        """Whether texts in the clear are meant."""
        return self.key is None

    def means(self, blob: bytes) -> bool:
        """Whether this is to be sealed."""
        return bool(blob) and (not is_sealed(blob) if self.is_plain else key_of(blob) != self.key)


class Resealer:
    """Seals stored rows again."""

    def __init__(self, *, db: Database, vault: Vault, bodies: Bodies, books: Books) -> None:
        self._db = db
        self._vault = vault
        self._bodies = bodies
        self._books = books

    async def finish(self, tell: Tell = _quiet) -> int:
        """Do everything that was begun and not ended; returns how many rows were sealed."""
        async with self._db.read() as tx:
            waiting = await sealed.chores(tx)
        count = 0
        for chore, position in sorted(waiting.items()):
            if chore.startswith(SEAL):
                walk = Walk(chore=chore, part=chore.removeprefix(SEAL))
                count += await self._walk(walk, tell, Place(position, -1))
                async with self._db.begin() as tx:
                    await sealed.end_chore(tx, chore)
            elif chore.startswith(ROTATE):
                count += await self._rotate(chore, tell)
        if any(chore.startswith(SEAL) for chore in waiting):
            await self._db.sweep()  # what stood in the clear is still in free pages
            log.info("records sealed", count=count)
        return count

    async def verify(self) -> list[Finding]:
        """Every stored body that does not open where it stands."""
        findings: list[Finding] = []
        for after, table in (
            (sealed.resources_after, "records_res"),
            (sealed.versions_after, "records_hist"),
        ):
            place = Place(-1, -1)
            while True:
                async with self._db.read() as tx:
                    found = await after(tx, place, BATCH)
                if not found:
                    break
                place = Place(found[-1].rid, found[-1].version)
                for row in found:
                    if not await self._opens(row):
                        name = f"{row.reference}/{row.version}"
                        findings.append(Finding(table, name, "does not open where it stands"))
        return findings

    async def _opens(self, row: Row) -> bool:
        try:
            return bool(await self._bodies.open([row]))
        except HouseError:
            return False

    async def rotate(self, patient: str, tell: Tell = _quiet) -> int:
        """Seal everything of one patient, or of the house where empty, under a new key.

        The older key still opens what backups hold; it goes when she is erased.

        Raises:
            NotFound: nothing of this patient is kept.
        """
        owner = patient or HOUSE
        if not await self._vault.known([owner]):
            raise NotFound("There is no such patient.", hint="Give an id such as Patient/1.")
        chore = ROTATE + owner
        async with self._db.begin() as tx:
            is_begun = chore in await sealed.chores(tx)
            await sealed.begin_chore(tx, chore)
        if not is_begun:
            await self._vault.renew(owner)
        return await self._rotate(chore, tell)

    async def _rotate(self, chore: str, tell: Tell) -> int:
        owner = chore.removeprefix(ROTATE)
        key = (await self._vault.current([owner]))[owner].id
        whose = (NOBODY, UNKNOWN) if owner == HOUSE else (owner,)
        count = 0
        for part in (RESOURCES, VERSIONS, LINES):
            walk = Walk(chore=chore, part=part, patients=whose, key=key)
            count += await self._walk(walk, tell)
        async with self._db.begin() as tx:
            await sealed.end_chore(tx, chore)
        log.info("key rotated", count=count)
        return count

    async def _walk(self, walk: Walk, tell: Tell, place: Place = Place(-1, -1)) -> int:  # noqa: B008
        """Every row that is meant, from a place on; returns how many were sealed."""
        step = self._lines if walk.part == LINES else self._rows
        count = 0
        while found := await self._step(walk, step, place):
            place, done = found
            count += done
            tell(walk.part, count)
        return count

    async def _step(self, walk: Walk, step: "Step", place: Place) -> tuple[Place, int] | None:
        async with self._db.begin() as tx:
            await tx.lock(LOCK)
            found = await step(tx, walk, place)
            if found and walk.is_plain:
                whole = found[0].number - (walk.part == VERSIONS)  # it may have more versions
                await sealed.keep_chore(tx, walk.chore, whole)
        return found

    async def _rows(self, tx: Tx, walk: Walk, place: Place) -> tuple[Place, int] | None:
        is_old = walk.part == VERSIONS
        after = sealed.versions_after if is_old else sealed.resources_after
        found: list[Row] = await after(tx, place, BATCH, walk.patients)
        if not found:
            return None
        meant = [row for row in found if walk.means(row.body)]
        texts = meant if walk.is_plain else await self._bodies.open(meant)
        await sealed.keep_bodies(tx, await self._bodies.seal(texts), is_old=is_old)
        return Place(found[-1].rid, found[-1].version), len(meant)

    async def _lines(self, tx: Tx, walk: Walk, place: Place) -> tuple[Place, int] | None:
        found = await sealed.lines_after(tx, place, BATCH, walk.patients)
        if not found:
            return None
        meant = [row for row in found if walk.means(row.event)]
        plain = meant if walk.is_plain else await self._books.open(meant)
        await sealed.keep_lines(tx, await self._books.seal(plain))
        return Place(found[-1].leaf), len(meant)


Step = Callable[[Tx, Walk, Place], Awaitable[tuple[Place, int] | None]]
