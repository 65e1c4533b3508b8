"""Keeping DICOM objects: read, told whose they are, written as sealed files with their study."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import HouseError

from ...model import Asking, Resource
from ...store import imaging as store
from ...store import rows, search
from ...store.imaging import ImageRow
from ...store.rows import Row
from ..aliases import Aliases
from ..deciding import PATIENT, me_of
from ..parts import Parts
from ..sealing import Texts
from ..searching import ID, Searcher, Wanted
from ..written import State, entries_for
from .files import Files
from .studies import INSTANCES_MOST, Image, study_of, text_of

if TYPE_CHECKING:
    from ...engine.dicom import Facts

VIA = "imaging"
LOCK = "records.imaging"
NOT_KNOWN = "its patient is not known here; say whose it is by `patient`"
SEVERAL = "several patients here have its number; say whose it is by `patient`"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one object."""

    name: str  # of its file, or of its place in what was sent
    state: State
    reason: str = ""  # why it was refused
    sop_class: str = ""
    study: str = ""
    series: str = ""
    instance: str = ""
    reference: str = ""  # ImagingStudy/…


@dataclass(frozen=True, kw_only=True)
class _Object:
    name: str
    raw: bytes
    facts: "Facts"


class Refused(Exception):
    """One object is not kept; says why, and quotes nothing."""


class Keeping:
    """Keeps objects."""

    def __init__(
        self, parts: Parts, *, texts: Texts, searcher: Searcher, files: Files, aliases: Aliases
    ) -> None:
        self._parts = parts
        self._aliases = aliases
        self._texts = texts
        self._searcher = searcher
        self._files = files

    async def keep(
        self,
        asking: Asking,
        objects: Sequence[tuple[str, bytes]],
        patient: str = "",
        study: str = "",
    ) -> list[Outcome]:
        """Keep objects, each for itself.

        Args:
            objects: their names and what they are.
            patient: Patient/…: whose they are, where they do not say it in a way known here.
            study: the UID of the study that they must belong to, where it is not empty.

        Raises:
            Unauthenticated, Forbidden: the account may bring nothing.
        """
        asking.caller.require(Role.OPERATOR, Role.PATIENT)
        asking = replace(asking, via=VIA)
        outcomes: dict[int, Outcome] = {}
        groups: dict[tuple[str, str], list[tuple[int, _Object]]] = {}
        for number, (name, raw) in enumerate(objects):
            try:
                held = _Object(name=name, raw=raw, facts=await self._read(raw))
                if study not in ("", held.facts.study):
                    raise Refused("it belongs to another study")
                whose = await self._whose(asking, held.facts, patient)
                groups.setdefault((whose, held.facts.study), []).append((number, held))
            except Refused as error:
                outcomes[number] = Outcome(name=name, state=State.REFUSED, reason=str(error))
        for (whose, uid), group in groups.items():
            held = [each for _, each in group]
            done = await self._keep_group(asking, whose, uid, held)
            outcomes |= {number: each for (number, _), each in zip(group, done, strict=True)}
        return [outcomes[number] for number in range(len(objects))]

    async def _read(self, raw: bytes) -> "Facts":
        from ...engine import dicom

        try:
            return await asyncio.to_thread(dicom.read_facts, raw)
        except dicom.NotRead as error:
            raise Refused(str(error)) from error

    # Whose

    async def _whose(self, asking: Asking, facts: "Facts", patient: str) -> str:
        """The patient an object is kept for."""
        if not asking.caller.has(Role.OPERATOR):
            return self._own(asking, patient)
        async with self._parts.db.read() as tx:
            if patient:
                return await self._known(tx, patient)
            return await self._by_identifier(tx, asking, facts)

    def _own(self, asking: Asking, patient: str) -> str:
        """Whoever is no operator brings what is her own."""
        me = me_of(asking.caller)
        if not me:
            raise Refused("your account has no record yet; bring that first")
        if patient not in ("", me):
            raise Refused("it is not about you; ask an operator")
        return me

    async def _known(self, tx: Tx, patient: str) -> str:
        id = patient.removeprefix(PATIENT)
        key = self._parts.indexer.key_of("Patient", id)
        row = (await rows.find(tx, [key])).get(key) if ID.fullmatch(id) else None
        if row is None or row.deleted or row.id != id:
            raise Refused("there is no such patient here")
        return row.reference

    async def _by_identifier(self, tx: Tx, asking: Asking, facts: "Facts") -> str:
        if not facts.patient_id:
            raise Refused("it names no patient; say whose it is by `patient`")
        number = _as_token(facts.patient_id)
        is_system = ":" in facts.issuer and " " not in facts.issuer
        value = f"{_as_token(facts.issuer)}|{number}" if is_system else number
        sight = self._parts.releasing.sight(asking)
        wanted = Wanted(type="Patient", params=[("identifier", value)])
        query = await self._searcher.compile(tx, wanted, sight)
        rids = await store.find_patients(tx, query)
        found = [
            row.reference
            for row in await self._parts.releasing.look(
                list((await search.find_rows(tx, rids)).values())
            )
            if await self._is_vouched(tx, row, facts.patient_id)
        ]
        if len(found) != 1:
            raise Refused(SEVERAL if found else NOT_KNOWN)
        return found[0]

    async def _is_vouched(self, tx: Tx, row: Row, number: str) -> bool:
        """Whether somebody else than the patient said that it is her number."""
        held: Resource = orjson.loads(row.body)
        same = [it for it in held.get("identifier", ()) if it.get("value") == number]
        return row.reference in await self._aliases.find(tx, same)

    # Kept

    async def _keep_group(
        self, asking: Asking, patient: str, study: str, group: Sequence[_Object]
    ) -> list[Outcome]:
        """Objects of one study in one transaction; their files are there before it ends."""
        written: list[str] = []
        try:
            async with self._parts.writer.changing() as tx:
                await tx.lock(LOCK)
                ids = await self._new_ones(tx, patient, group)
            for held, id in zip(group, ids, strict=True):
                if isinstance(id, str) and id:
                    written.append(id)
                    await self._files.write(id, patient, held.raw)
            return await self._keep_rows(asking, patient, study, group, ids)
        except (Refused, HouseError) as error:
            self._files.forget(written)
            reason = error.message if isinstance(error, HouseError) else str(error)
            return [_outcome(held, State.REFUSED, reason) for held in group]
        except BaseException:
            self._files.forget(written)
            raise

    async def _new_ones(
        self, tx: Tx, patient: str, group: Sequence[_Object]
    ) -> list[str | Outcome]:
        """An id for each object that is new; for the others what becomes of them."""
        ids: list[str | Outcome] = []
        seen: set[str] = set()
        for held in group:
            known = await store.find_instance(tx, patient, held.facts.instance)
            if known and await self._is_same(known, held.raw):
                same = _outcome(held, State.SAME)
                ids.append(replace(same, reference=f"ImagingStudy/{known.resource}"))
            elif known or held.facts.instance in seen:
                reason = "another object with its UID is kept already"
                ids.append(_outcome(held, State.REFUSED, reason))
            else:
                seen.add(held.facts.instance)
                ids.append(self._parts.ids.new())
        return ids

    async def _keep_rows(
        self,
        asking: Asking,
        patient: str,
        study: str,
        group: Sequence[_Object],
        ids: Sequence[str | Outcome],
    ) -> list[Outcome]:
        new = [(held, id) for held, id in zip(group, ids, strict=True) if isinstance(id, str)]
        if not new:
            return [id for id in ids if isinstance(id, Outcome)]
        parts = self._parts
        async with parts.writer.changing() as tx:
            await tx.lock(LOCK)
            resource = await store.find_study(tx, patient, study) or parts.ids.new()
            before = await self._before(tx, resource, patient)
            facts = [held.facts for held, _ in new]
            draft = parts.drafter.draft(study_of(resource, patient, facts, before))
            if draft.resource["numberOfInstances"] > INSTANCES_MOST:
                raise Refused("its study holds more objects than one may")
            (done,) = await parts.writer.keep(tx, asking, [draft])
            if done.state == State.REFUSED:
                raise Refused(done.reason)
            await store.add(tx, [await self._row(h, id, patient, resource) for h, id in new])
            await parts.writer.tell_kept(tx, [done])
            await parts.books.write(tx, entries_for(asking, "import", [done]))
        reference = f"ImagingStudy/{resource}"
        return [
            id if isinstance(id, Outcome) else _outcome(held, State.NEW, reference=reference)
            for held, id in zip(group, ids, strict=True)
        ]

    async def _before(self, tx: Tx, resource: str, patient: str) -> Resource | None:
        key = self._parts.indexer.key_of("ImagingStudy", resource)
        row = (await rows.find(tx, [key])).get(key)
        opened = await self._parts.writer.look(row) if row and row.body else None
        if opened is None or opened.patient != patient:
            return None
        held: Resource = orjson.loads(opened.body)
        return {name: value for name, value in held.items() if name != "meta"}

    async def _row(self, held: _Object, id: str, patient: str, resource: str) -> ImageRow:
        facts = held.facts
        text = text_of(facts, _digest(held.raw))
        body = await self._texts.seal(patient, text, _context(id))
        return ImageRow(
            id=id,
            patient=patient,
            resource=resource,
            study=facts.study,
            series=facts.series,
            instance=facts.instance,
            series_number=facts.series_number,
            number=facts.number,
            frames=facts.frames,
            size=len(held.raw),
            stored_at=to_us(self._parts.clock.now()),
            body=body,
        )

    async def _is_same(self, row: ImageRow, raw: bytes) -> bool:
        held = await self._opened(row)
        return held is not None and hmac.compare_digest(held["digest"], _digest(raw))

    async def _opened(self, row: ImageRow) -> Resource | None:
        text = await self._texts.open(row.body, _context(row.id))
        return orjson.loads(text) if text else None

    async def open(self, found: Sequence[ImageRow]) -> list[Image]:
        """What objects say of themselves; without those whose key was destroyed meanwhile."""
        opened = [(row, await self._opened(row)) for row in found]
        return [Image(row=row, said=held["facts"]) for row, held in opened if held]


def _outcome(held: _Object, state: State, reason: str = "", reference: str = "") -> Outcome:
    facts = held.facts
    return Outcome(
        name=held.name,
        state=state,
        reason=reason,
        sop_class=facts.sop_class,
        study=facts.study,
        series=facts.series,
        instance=facts.instance,
        reference=reference,
    )


def _digest(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def _context(id: str) -> str:
    return f"image-facts/{id}"


def _as_token(text: str) -> str:
    """A text as a search takes it literally."""
    for sign in "\\,|$":
        text = text.replace(sign, f"\\{sign}")
    return text
