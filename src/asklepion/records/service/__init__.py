"""The verbs of the records room."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from asklepion.kit.db import Tx
from asklepion.kit.errors import NotFound
from asklepion.ledger import Finding

from ..model import (
    AccessEntry,
    Act,
    Asking,
    Category,
    Erasure,
    Explained,
    Found,
    Ground,
    Kept,
    Permit,
    Resource,
)
from ..store import access, erasures
from . import capability
from .books import entry_of
from .building import Desks
from .erasing import Forget
from .gathering import Beside, Doubt, Told
from .importing import ImportStep
from .looking import Seen
from .packages import Package, Packages
from .reading import HISTORY_COUNT
from .resealing import Tell
from .searching import Page, Params, Wanted
from .sources import Limits
from .taking import Bring
from .transacting import Manner
from .validating import Question, Verdict

MOST_ACCESSES = 500  # on one page
Remains = Sequence[tuple[bytes, Sequence[Sequence[int]]]]

__all__ = [
    "ImportStep",
    "Limits",
    "Package",
    "Packages",
    "Page",
    "Question",
    "Records",
    "Seen",
    "Verdict",
]


class Records(Desks):
    """Facts about people, released only as they allow."""

    async def start(self) -> None:
        """Read what packages are installed, end what was begun on stored rows, begin to expire."""
        await self._upkeep.start()

    async def stop(self) -> None:
        """End that, once everything handed in is written."""
        await self._upkeep.stop()

    # One resource

    async def create(
        self,
        asking: Asking,
        resource: Resource,
        *,
        id: str | None = None,
        if_none_exist: Params | None = None,
    ) -> Kept:
        """Keep a new resource under an id of ours.

        Args:
            id: chosen by a room of this house, so that what is sent twice is kept once.
            if_none_exist: a search; what it finds is returned instead.

        Raises:
            Unauthenticated, Forbidden: the caller may not.
            Incorrect: it is not FHIR R4; the message names elements, never values.
        """
        return await self._changer.create(asking, resource, id=id, if_none_exist=if_none_exist)

    async def update(
        self,
        asking: Asking,
        resource: Resource,
        *,
        if_match: int | None = None,
        is_new_only: bool = False,
    ) -> Kept:
        """Keep the next version of a resource; the same contents again are no new version.

        Operators and devices may also bring in what was not there.

        Raises:
            NotFound: it is not there, or not for this caller.
            Forbidden: the caller may see it, but not change it.
            Stale: its version is not `if_match` any more; or it is there, and must not be.
        """
        return await self._changer.update(
            asking, resource, if_match=if_match, is_new_only=is_new_only
        )

    async def update_where(
        self, asking: Asking, params: Params, resource: Resource, *, if_match: int | None = None
    ) -> Kept:
        """Keep the next version of what matches a search, or a new resource if nothing does.

        Raises: as `update`; Stale if several match.
        """
        return await self._changer.update_where(asking, params, resource, if_match=if_match)

    async def patch(
        self,
        asking: Asking,
        type: str,
        what: str | Params,
        patch: Any,
        *,
        if_match: int | None = None,
    ) -> Kept:
        """Change parts of a resource that the caller may see.

        Args:
            what: its id, or a search that it alone matches.
            patch: a JSON Patch, or a Parameters resource as FHIRPath Patch has it.

        Raises: as `update`; Incorrect if the patch does not fit.
        """
        by = self._changer
        if isinstance(what, str):
            return await by.patch(asking, type, what, patch, if_match=if_match)
        return await by.patch_where(asking, type, what, patch, if_match=if_match)

    async def delete(
        self, asking: Asking, type: str, id: str, *, if_match: int | None = None
    ) -> None:
        """Delete a resource; its versions stay for those who may see them. Raises as `update`."""
        await self._changer.delete(asking, type, id, if_match=if_match)

    async def delete_where(
        self, asking: Asking, type: str, params: Params, *, if_match: int | None = None
    ) -> int:
        """Delete what matches a search, all or nothing; returns how many.

        Raises: as `update`; Stale if more match than one conditional delete may take.
        """
        return await self._changer.delete_where(asking, type, params, if_match=if_match)

    async def read(self, asking: Asking, type: str, id: str) -> Resource:
        """One resource.

        Raises:
            NotFound: it is not there, or not for this caller.
            Gone: it was deleted.
        """
        return orjson.loads((await self._reader.read(asking, type, id)).body)

    async def vread(self, asking: Asking, type: str, id: str, version: int) -> Resource:
        """One version of a resource. Raises as `read`."""
        return orjson.loads((await self._reader.read(asking, type, id, version)).body)

    async def wrote(self, asking: Asking, type: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these the caller wrote, deleted since or not: so nothing is sent twice.

        It tells nothing of what is in them, nor of what others wrote.
        """
        return await self._reader.wrote(asking, type, ids)

    async def explain(self, asking: Asking, reference: str) -> Explained:
        """Why something is shown to the caller, and, for who decides, to whom else.

        Raises:
            NotFound: it is not there, or not for this caller.
        """
        type, _, id = reference.partition("/")
        return await self._reader.explain(asking, type, id)

    # Many

    async def search(
        self, asking: Asking, type: str, params: Params, *, is_lenient: bool = False
    ) -> Found:
        """One page of what matches and may be seen; nothing else is counted, sorted, included.

        Raises:
            Incorrect: a parameter is not understood, unless the caller is lenient.
            Unsupported: it is understood, but not done here.
        """
        return _found(await self._searcher.search(asking, type, params, is_lenient=is_lenient))

    async def search_all(
        self, asking: Asking, searches: Sequence[tuple[str, Params]]
    ) -> list[Found]:
        """Several searches as one look: the same moment, and one entry in each patient's log.

        What several find is one resource: change none of it.

        Raises: as `search`.
        """
        wanted = [Wanted(type=type, params=params) for type, params in searches]
        read: dict[int, Resource] = {}
        return [_found(page, read) for page in await self._searcher.search_all(asking, wanted)]

    async def look(
        self,
        asking: Asking,
        path: Sequence[str],
        params: Params,
        *,
        base: str,
        is_lenient: bool = False,
    ) -> Seen:
        """What a GET of an address below our FHIR address finds, as stored: for http.py.

        Args:
            path: the parts of the address, such as Patient, 1, _history.
            base: our FHIR address, for links.

        Raises: as `read` and `search`.
        """
        return await self._looker.look(asking, path, params, base=base, is_lenient=is_lenient)

    async def history(
        self,
        asking: Asking,
        type: str | None = None,
        id: str | None = None,
        *,
        count: int = HISTORY_COUNT,
        cursor: str | None = None,
    ) -> Page:
        """Versions, newest first: of one resource, of a type, or of everything.

        Raises:
            NotFound: of one resource, none may be seen.
        """
        return await self._reader.history(asking, type, id, count=count, cursor=cursor)

    async def transact(
        self, asking: Asking, bundle: Resource, *, base: str = "", wants: str = "minimal"
    ) -> dict[str, Any]:
        """Carry out a batch, each entry for itself, or a transaction, all of it or nothing.

        Args:
            base: our FHIR address, for links.
            wants: what each entry that changes something is told: minimal, representation or
                operationoutcome.

        Raises:
            Incorrect: it is neither, or an entry of a transaction is wrong.
            Forbidden, NotFound, Stale: an entry of a transaction may not be carried out.
        """
        manner = Manner(base=base, wants=wants)
        return await self._transactions.transact(asking, bundle, manner)

    async def keep_all(
        self, told: Sequence[Told], beside: Beside | None = None, doubt: Doubt | None = None
    ) -> list[Exception | None]:
        """Keep what many say at the same moment in one transaction, each message for itself.

        Each is decided upon by who says it, and has its own line in the log; a resource that is
        there already stays as it is, said again the same.

        Args:
            told: who says it, and new resources under ids that a room of this house chose.
            beside: a room's own part of that transaction, told what becomes of each message. It is
                done anew for fewer messages where the transaction fails.
            doubt: asked first in that transaction, when nobody can be erased or joined with another
                any more: which messages may not be kept after all, and why.

        Returns:
            For each message nothing, or why it was not kept; as `create` raises it.
        """
        return await self._gatherer.keep_all(told, beside, doubt)

    async def validate(self, asking: Asking, question: "Question") -> "Verdict":
        """What is wrong with a resource, and would refuse it, or should only be told.

        Raises:
            NotFound: it is asked of a resource that is not there, or not for this caller.
            Incorrect: a profile is asked for that is not installed.
        """
        return await self._validator.validate(asking, question)

    def take_in(
        self, asking: Asking, source: Path, *, name: str = ""
    ) -> AsyncGenerator[ImportStep]:
        """Take in a file, a folder or a zip of FHIR R4, step by step; see `ImportStep`."""
        return self._importer.take_in(asking, source, name=name)

    def admitted(self, asking: Asking) -> AbstractContextManager[None]:
        """While this is open, somebody imports one file.

        Raises:
            Forbidden: nothing that they could bring would be taken.
            Busy: they are importing already.
        """
        return self._importer.admitted(asking)

    # Consent

    async def grant(
        self,
        asking: Asking,
        *,
        patient: str,
        actor: str,
        categories: Iterable[Category],
        until: datetime,
        visit: str | None = None,
        purpose: str = "TREAT",
        tx: Tx | None = None,
    ) -> str:
        """Let an actor see some categories until a moment; returns the Consent's id.

        Args:
            tx: a transaction of the room that asks, so that both are kept or neither is.

        Raises:
            Forbidden: somebody else than the patient asks.
            Incorrect: nothing is allowed, to nobody, or only in the past.
        """
        return await self._granter.grant(
            asking,
            patient=patient,
            actor=actor,
            categories=categories,
            until=until,
            visit=visit,
            purpose=purpose,
            tx=tx,
        )

    async def refuse(
        self,
        asking: Asking,
        *,
        patient: str,
        actor: str,
        categories: Iterable[Category],
        visit: str | None = None,
        tx: Tx | None = None,
    ) -> str:
        """Write down that the patient said no; returns the Consent's id. Raises as `grant`."""
        return await self._granter.refuse(
            asking, patient=patient, actor=actor, categories=categories, visit=visit, tx=tx
        )

    async def revoke(self, asking: Asking, consent: str) -> None:
        """Take a consent back: it is over when this returns, also where it was over before.

        Raises:
            NotFound: it is neither the caller's own nor given to the caller.
        """
        await self._granter.end(asking, consent)

    async def end_visit(
        self, asking: Asking, visit: str, *, why: str = "revoked", tx: Tx | None = None
    ) -> int:
        """End everything that was allowed for a visit, whoever wrote it down and however.

        The patient ends what is hers, an actor what was given to him, an operator all of it.

        Args:
            why: what ConsentEnded tells.
            tx: a transaction of the room that asks, so that both are kept or neither is.

        Returns:
            How many consents stood.

        Raises:
            Overtaken: somebody changed one of them at the same moment.
        """
        return await self._granter.end_visit(asking, visit, why=why, tx=tx)

    async def permits(self, asking: Asking, patient: str) -> Permit | None:
        """What the caller may see of this patient now; of herself, everything and always."""
        return await self._granter.permits(asking, patient)

    async def allowed_by(self, asking: Asking) -> dict[str, Permit]:
        """Whoever named the caller, or a group he belongs to, and what he may see of each now.

        It tells nothing of what is there, and is no look: who goes on to look has it written down.
        """
        return await self._granter.allowed_by(asking)

    async def given(self, asking: Asking, patient: str) -> list[Permit]:
        """Everything the patient allows to anybody at present.

        Raises:
            NotFound: somebody else asks.
        """
        return await self._granter.given(asking, patient)

    def watch(self, asking: Asking, patient: str) -> AsyncGenerator[dict[str, Any]]:
        """What is new in one record, as it happens; ends the moment the permit does."""
        return self._watching.watch(asking, patient)

    async def expire(self) -> int:
        """Take away permits whose time is over and tell of it; returns how many."""
        return await self._upkeep.expire()

    # Keys

    async def rotate(self, patient: str, tell: Tell) -> int:
        """Seal everything of one patient under a new key; of the house, where empty.

        Raises:
            NotFound: nothing of this patient is kept.
        """
        return await self._resealer.rotate(patient, tell)

    # Erasure

    async def erase(self, asking: Asking, patient: str, ground: Ground) -> Erasure:
        """Erase a patient, or write down when that may be; by herself or an operator.

        When this says that it is done, her rows and keys are gone, and the ledger says so.

        Raises:
            NotFound: there is no such patient, or somebody else asks.
        """
        return await self._eraser.erase(asking, patient, ground)

    async def cancel_erasure(self, asking: Asking, id: str) -> None:
        """Take back an erasure that is not due yet; by the patient or an operator.

        Raises:
            NotFound: there is none that the caller may know of.
            Conflict: it was carried out.
        """
        await self._eraser.cancel(asking, id)

    async def erasures(self, asking: Asking) -> list[Erasure]:
        """What is due when, and what is done; for operators."""
        return await self._eraser.all(asking)

    async def erasure_receipt(self, id: str) -> dict[str, Any]:
        """The proof that an erasure was carried out; it names nobody.

        Raises:
            NotFound: there is no such erasure, or it is not done.
        """
        return await self._eraser.receipt(id)

    async def carry_out_erasures(self) -> int:
        """Carry out what is due, and end what was begun; returns how many are done now."""
        return await self._eraser.carry_out_due()

    async def sweep(self) -> bool:
        """Rewrite the database's files, if an erasure left traces there; whether all are out."""
        return await self._eraser.sweep()

    async def mend(self, remains: Mapping[str, Remains]) -> int:
        """After a backup was restored: put back the places of what patients had who were erased.

        Args:
            remains: by table; for each patient a mark, and leaf and number of the lines, or the
                leaf of what was signed.
        """
        async with self._db.begin() as tx:
            await erasures.drop_orphans(tx)
            for table in ("records_signed", "identity_act"):
                await self.signed.mend(tx, remains.get(table, []))
            return await self._parts.books.mend(tx, remains.get("records_access", []))

    def also_forget(self, forget: Forget) -> None:
        """Have another room take away what it keeps of a patient who is erased.

        It is called in the same transaction, with the patient's reference.
        """
        self._eraser.also(forget)

    def also_take(self, bring: Bring) -> None:
        """Have another room add what it keeps of a patient to the archive that she takes along."""
        self.taking.also(bring)

    # Proof

    async def accesses(
        self, asking: Asking, patient: str, *, before: int | None = None, count: int = 50
    ) -> list[AccessEntry]:
        """Who looked at this record, newest first; for her and who decides in her place.

        Args:
            before: only entries with a smaller number.

        Raises:
            NotFound: somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        limit = max(1, min(count, MOST_ACCESSES))
        async with self._db.read() as tx:
            found = await access.find_of_patient(tx, patient, before=before, limit=limit)
        return [entry_of(row) for row in await self._parts.books.open(found)]

    async def receipt(
        self, asking: Asking, access_id: str, *, since: int | None = None
    ) -> dict[str, Any]:
        """The proof that one entry stands in the ledger, to be checked offline.

        Args:
            since: how many entries the log had in a receipt that the caller holds already.

        Raises:
            NotFound: there is no such entry about the caller, or no such state of the log.
        """
        asking.caller.require_known()
        async with self._db.read() as tx:
            row = await access.find(tx, access_id)
        if row is None or not await self._parts.releasing.acts(asking, row.patient) & Act.DECIDE:
            raise NotFound("There is no such entry.", hint="Take one from your own list.")
        (opened,) = await self._parts.books.open([row])
        event = orjson.loads(opened.event)
        return await self._ledger.receipt(row.leaf, event, opened.key, since=since)

    async def verify(self) -> list[Finding]:
        """Every access entry that does not match its leaf in the ledger, or is missing; every
        body that does not open where it stands; every erasure that the ledger does not have;
        everything signed that log or chain have otherwise.
        """
        return [
            *await self._parts.books.verify(),
            *await self._resealer.verify(),
            *await self._eraser.verify(),
            *await self._signed.verify(),
        ]

    def capability(
        self, routes: frozenset[tuple[str, str]], socket: str = "", *, root: str = ""
    ) -> dict[str, Any]:
        """The CapabilityStatement.

        Args:
            root: the address of this house.
            routes: method and path, below our FHIR address, of everything that is served.
            socket: where notifications are listened to.
        """
        most = self._changer.deletes_most
        return capability.statement(
            self._clock, routes, deletes_most=most, socket=socket, root=root
        )


def _found(page: Page, read: dict[int, Resource] | None = None) -> Found:
    """A page as it is handed out.

    Args:
        read: what was read of the same look already, by rid.
    """
    known: dict[int, Resource] = {} if read is None else read
    for row in (*page.rows, *page.included):
        if row.rid not in known:
            known[row.rid] = orjson.loads(row.body)
    return Found(
        entries=[known[row.rid] for row in page.rows],
        included=[known[row.rid] for row in page.included],
        total=page.total,
        next=page.next,
        left_out=page.left_out,
    )
