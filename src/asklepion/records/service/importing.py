"""Import: files in, every entry kept under its own id or refused by name."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from asklepion.identity import Role
from asklepion.kit.errors import Busy, Conflict

from ..engine.foreign import Unreadable
from ..engine.foreign.sheet import Row
from ..model import Asking
from ..store import rows as rows_of
from .deciding import actor_of, me_of
from .parts import Parts
from .pointing import Pointers
from .sources import Letter, Limits, Meter, Piece, Refused, read_path
from .translating import Translator
from .units import Item, Unit, ask, draft_all, units_of
from .written import Done, State, denials_for, entries_for

MANY = 1000  # new resources after which the database counts its rows again
SEVERAL = "holds more than one Patient, so that none can be yours"
NOBODY = "holds no Patient, so that none can be yours"
ATTEMPTS = 3  # at one unit, when somebody else changes the same thing


@dataclass(frozen=True, kw_only=True)
class ImportStep:
    """One thing that happened in an import; the counts are those so far."""

    kind: str  # claimed, refused, noted, progress, done
    file: str = ""
    entry: int = 0  # number of the refused entry in its file; 0 is the whole file
    reference: str = ""  # of the refused entry, as it came; noted: where in a letter
    reason: str = ""  # why it was refused; noted: what was left in the original only
    patient: str = ""  # claimed: the Patient that becomes the caller's own
    entries: int = 0  # seen
    accepted: int = 0  # new, changed and unchanged
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    noted: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    by_type: dict[str, int] = field(default_factory=dict[str, int])  # done: accepted, distinct


@dataclass(kw_only=True)
class Tally:
    """What has become of everything so far."""

    meter: Meter
    states: Counter[str] = field(default_factory=Counter[str])
    refused: int = 0
    noted: int = 0
    seen: dict[str, set[int]] = field(default_factory=dict[str, set[int]])  # keys by type

    def count(self, done: list[Done], unit: Unit) -> None:
        """Count one unit in."""
        for each in done:
            if each.state != State.REFUSED:
                self.states[each.state] += 1
                self.seen.setdefault(each.draft.type, set()).add(each.draft.key)
        self.refused += len(unit.refused)

    def step(self, kind: str, **more: Any) -> ImportStep:
        """How it stands, as one step."""
        new, changed, same = (self.states[s] for s in (State.NEW, State.CHANGED, State.SAME))
        accepted = new + changed + same
        return ImportStep(
            kind=kind,
            entries=accepted + self.refused,
            accepted=accepted,
            new=new,
            changed=changed,
            unchanged=same,
            refused=self.refused,
            noted=self.noted,
            bytes_done=self.meter.done,
            bytes_total=self.meter.total,
            **more,
        )


class Importer:
    """Takes files in."""

    def __init__(self, parts: Parts, limits: Limits, translator: Translator) -> None:
        self._parts = parts
        self._limits = limits
        self._translator = translator
        self._importing: set[str] = set()

    @contextmanager
    def admitted(self, asking: Asking) -> Generator[None]:
        """While this is open, somebody imports one file.

        Raises:
            Forbidden: nothing that they could bring would be taken.
            Busy: they are importing already.
        """
        asking.caller.require(Role.OPERATOR, Role.PATIENT, Role.CLINICIAN)
        account = asking.caller.account
        if account in self._importing:
            raise Busy("Another import of yours is under way.", hint="Wait until it is done.")
        self._importing.add(account)
        try:
            yield
        finally:
            self._importing.discard(account)

    async def take_in(
        self, asking: Asking, source: Path, *, name: str = ""
    ) -> AsyncGenerator[ImportStep]:
        """Take in a file, a folder or a zip; resources keep the ids they come with.

        Each bundle is kept as a whole or, when we are killed, not at all; taking the same in
        again completes it, and adds nothing that is there. A patient without a record may claim
        the one Patient of her file if nobody knows it here: the step `claimed` comes before
        anything is kept, and whoever receives it links the account before asking for the next.

        Raises:
            Unauthenticated: a stranger asks.
        """
        asking.caller.require_known()
        asking = replace(asking, via="import")
        name = name or source.name
        tally = Tally(meter=Meter())
        if _may_claim(asking):
            claim = await self._claim(source, name)
            if isinstance(claim, Refused):
                tally.refused = 1
                yield tally.step("refused", **_where(claim))
                yield tally.step("done")
                return
            asking = replace(asking, caller=replace(asking.caller, person=claim))
            yield tally.step("claimed", patient=claim)
        async for step in self._passes(asking, source, name, tally):
            yield step
        if tally.states[State.NEW] + tally.states[State.CHANGED] >= MANY:
            await self._parts.db.analyze()
        by_type = {type: len(keys) for type, keys in sorted(tally.seen.items())}
        yield tally.step("done", by_type=by_type)

    async def take_rows(
        self, asking: Asking, chunks: Iterator[list[Row]], name: str, size: int
    ) -> AsyncGenerator[ImportStep]:
        """Take in the rows of a table, some of them at a time; ids are theirs already."""
        tally = Tally(meter=Meter(total=size))
        while (rows := await asyncio.to_thread(next, chunks, None)) is not None:
            unit = Unit(file=name)
            known = await self._known([it for row in rows for it in row.resources])
            resources = [(row.number, it) for row in rows for it in row.resources]
            for place, (_, resource) in enumerate(resources):
                if resource["id"] in known:  # came before: what brought it is what undoes it
                    tally.states[State.SAME] += 1
                else:
                    unit.items.append(Item(place, "", resource))
            for row in rows:
                if row.problem:
                    unit.refuse(row.number, "", row.problem)
            await asyncio.to_thread(draft_all, unit, self._parts.drafter, {})
            tally.count(await self.keep(asking, unit), unit)
            for refused in sorted(unit.refused, key=lambda r: r.entry):
                yield tally.step("refused", **_where(refused))
            yield tally.step("progress", file=name)
        by_type = {type: len(keys) for type, keys in sorted(tally.seen.items())}
        yield tally.step("done", by_type=by_type)

    async def _known(self, resources: list[dict[str, Any]]) -> set[str]:
        """The ids of those that are here already."""
        key_of = self._parts.indexer.key_of
        keys = {key_of(it["resourceType"], it["id"]): it["id"] for it in resources}
        async with self._parts.db.read() as tx:
            found = await rows_of.find(tx, list(keys))
        return {keys[key] for key, row in found.items() if not row.deleted}

    async def _passes(
        self, asking: Asking, source: Path, name: str, tally: Tally
    ) -> AsyncGenerator[ImportStep]:
        """Once through everything; then again for what points to what came later."""
        pointers = Pointers(self._parts, asking)
        postponed: set[tuple[str, int]] = set()
        for is_last in (False, True):
            if is_last and not postponed:
                return
            meter = Meter() if is_last else tally.meter
            with closing(read_path(source, name, self._limits, meter)) as pieces:
                async for piece in _in_thread(pieces):
                    if isinstance(piece, Refused):
                        if not is_last:
                            tally.refused += 1
                            yield tally.step("refused", **_where(piece))
                        continue
                    place = (piece.file, piece.first)
                    if is_last and place not in postponed:
                        continue
                    async for step in self._take(asking, piece, pointers, tally, is_last):
                        if step is None:
                            postponed.add(place)
                        else:
                            yield step

    async def _take(
        self, asking: Asking, piece: Piece, pointers: Pointers, tally: Tally, is_last: bool
    ) -> AsyncGenerator[ImportStep | None]:
        """The steps of one piece; nothing but None if it should wait for the others."""
        if isinstance(piece.items[0], Letter):
            try:
                settled = await self._translator.settle(asking, piece.items[0])
            except Unreadable as error:
                tally.refused += 1
                yield tally.step("refused", file=piece.file, reason=str(error))
                return
            piece = replace(piece, items=[settled.bundle])
            tally.noted += len(settled.notes)
            for note in settled.notes:
                where, reason = note.where, note.reason
                yield tally.step("noted", file=piece.file, reference=where, reason=reason)
        units = await asyncio.to_thread(self._units, piece)
        found: list[dict[str, str]] = []
        for unit in units:
            async with self._parts.db.read() as tx:
                found.append(await pointers.resolve(tx, unit.asked) if unit.asked else {})
            if not is_last and unit.asked - found[-1].keys():
                yield None
                return
        for unit, known in zip(units, found, strict=True):
            await asyncio.to_thread(draft_all, unit, self._parts.drafter, known)
            done = await self.keep(asking, unit)
            tally.count(done, unit)
            for refused in sorted(unit.refused, key=lambda r: r.entry):
                yield tally.step("refused", **_where(refused))
            yield tally.step("progress", file=unit.file)

    def _units(self, piece: Piece) -> list[Unit]:
        units = list(units_of(piece, self._parts.drafter))
        for unit in units:
            ask(unit)
        return units

    async def keep(self, asking: Asking, unit: Unit) -> list[Done]:
        """Keep one unit in one transaction, and refuse in it what may not be kept."""
        numbers = list(unit.drafts)
        done: list[Done] = []
        for attempt in range(1, ATTEMPTS + 1):
            try:
                done = await self._write(asking, unit)
                break
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
        for number, each in zip(numbers, done, strict=True):
            if each.state == State.REFUSED:
                unit.refuse(number, each.draft.reference, each.reason)
        return done

    async def _write(self, asking: Asking, unit: Unit) -> list[Done]:
        if not unit.drafts:
            return []
        writer, books = self._parts.writer, self._parts.books
        async with writer.changing() as tx:
            done = await writer.keep(tx, asking, list(unit.drafts.values()), is_import=True)
            if any(each.state != State.SAME for each in done):
                await writer.tell_imported(tx, done)
                entries = entries_for(asking, "import", done)
                await books.write(tx, entries + denials_for(asking, "import", done))
        return done

    async def _claim(self, source: Path, name: str) -> str | Refused:
        """The one Patient in the source, if nobody knows it here."""
        patients = await asyncio.to_thread(self._patients, source, name)
        letter = await self._first_letter(source, name)
        if letter and not patients:
            return await self._claim_letter(letter, name)
        if len(patients) != 1:
            return Refused(file=name, reason=SEVERAL if patients else NOBODY)
        (patient,) = patients
        return await self._claim_patient(patient, name)

    async def _claim_patient(self, patient: str, name: str) -> str | Refused:
        key = self._parts.indexer.key_of("Patient", patient)
        async with self._parts.db.read() as tx:
            if await rows_of.find(tx, [key]) or await rows_of.is_about(tx, f"Patient/{patient}"):
                reason = "is of a Patient who is known here; ask an operator to link your account"
                return Refused(file=name, reference=f"Patient/{patient}", reason=reason)
        return f"Patient/{patient}"

    async def _claim_letter(self, letter: Letter, name: str) -> str | Refused:
        """The patient of the first letter; the others have to agree with her, or are refused."""
        try:
            foreign = await self._translator.read(letter)
        except Unreadable as error:
            return Refused(file=name, reason=str(error))
        if await self._translator.is_known(foreign):
            reason = "is of a Patient who is known here; ask an operator to link your account"
            return Refused(file=name, reason=reason)
        return await self._claim_patient(foreign.patient.removeprefix("Patient/"), name)

    async def _first_letter(self, source: Path, name: str) -> Letter | None:
        def find() -> Letter | None:
            with closing(read_path(source, name, self._limits)) as pieces:
                for piece in pieces:
                    if isinstance(piece, Piece) and isinstance(piece.items[0], Letter):
                        return piece.items[0]
            return None

        return await asyncio.to_thread(find)

    def _patients(self, source: Path, name: str) -> set[str]:
        found: set[str] = set()
        for piece in read_path(source, name, self._limits):
            if isinstance(piece, Piece) and not isinstance(piece.items[0], Letter):
                for unit in units_of(piece, self._parts.drafter):
                    found |= {i.resource["id"] for i in unit.items if _is_patient(i.resource)}
        return found


def _is_patient(resource: dict[str, Any]) -> bool:
    return resource["resourceType"] == "Patient"


def _may_claim(asking: Asking) -> bool:
    caller = asking.caller
    is_nobody = not (me_of(caller) or actor_of(caller) or caller.person)
    return is_nobody and caller.has(Role.PATIENT) and not caller.has(Role.OPERATOR)


def _where(refused: Refused) -> dict[str, Any]:
    return {
        "file": refused.file,
        "entry": refused.entry,
        "reference": refused.reference,
        "reason": refused.reason,
    }


async def _in_thread(pieces: Iterator[Piece | Refused]) -> AsyncGenerator[Piece | Refused]:
    """Each piece as it is read, beside the house's own work."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
