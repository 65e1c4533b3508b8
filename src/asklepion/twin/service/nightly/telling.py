"""Tells what was computed overnight: of one patient, or of all whom a clinician may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from asklepion.identity import Caller, Role
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Forbidden, NotFound
from asklepion.records import Asking, Records

from ...engine.card_scores import ASKED_FIRST
from ...engine.estimates import SHARE
from ...engine.fhir import read_name
from ...engine.futures.choices import CARD
from ...engine.night.change import has_changed, rank
from ...engine.night.numbers import Compared, told
from ...store import night as store
from ...wire import Changed, Night, Noted, Overnight, Since
from ..estimating import Estimates, is_asked
from ..looking import Looking
from ..predicting import foretells
from ..sealing import Sealing
from .entries import read_named
from .reading import survey

# Cards that everybody is told; those of learned models are for clinicians.
EVERYBODYS = frozenset({"news2", "egfr", "prevent10", "prevent30"})
CARDS = "risk cards"  # by which way, in her log
LIST = "overnight list"  # by which way, in the log of each who is on it
MOST = 500  # patients on one list
AT_ONCE = 50  # of them in one search


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of a patient."""

    at: str
    before_at: str | None
    found: list[Compared]


class Telling:
    """Hands out what is kept, to whoever may see all that it rests on."""

    def __init__(
        self, *, db: Database, sealing: Sealing, records: Records, estimates: Estimates
    ) -> None:
        self._db = db
        self._sealing = sealing
        self._records = records
        self._looking = Looking(records)
        self._estimates = estimates

    async def read(self, tx: Tx, patient: str) -> Kept | None:
        """What is kept of a patient."""
        blob = await store.find(tx, patient)
        text = blob and await self._sealing.open(blob, _context(patient))
        return msgspec.json.decode(text, type=Kept) if text else None

    async def keep(self, tx: Tx, nights: Mapping[str, bytes], at: datetime) -> None:
        """Keep these in place of what was, each sealed under its patient's key."""
        sealed = {
            patient: await self._sealing.seal(patient, text, _context(patient))
            for patient, text in nights.items()
        }
        await store.keep(tx, sealed, at)

    async def of(self, asking: Asking, patient: str) -> Night:
        """What was computed of her last, and how it changed; as `find` otherwise.

        Raises:
            NotFound: there is no such patient, or something that a number may rest on is closed to
                the caller or was changed since; or nothing was computed.
        """
        asking = replace(asking, via=CARDS)
        if not await self._looking.sees_all(asking, patient):
            await self._records.read(asking, *patient.split("/", 1))  # that somebody tried
        elif night := await self.find(asking, patient):
            return night
        raise NotFound("Nothing was computed overnight.", hint="Read the cards.")

    async def find(self, asking: Asking, patient: str) -> Night | None:
        """What was computed of her last; that somebody looked, and at which entries, is in her log.

        Nothing, and no look, where the caller may not see all, or none was computed that holds.
        """
        asking = replace(asking, via=CARDS)
        if not await self._looking.sees_all(asking, patient):
            return None
        kept = await self._current(patient)
        if kept is None:
            return None
        mine, held = await self._told(asking, patient, kept)
        found = await read_named(self._records, asking, patient, mine)
        if found is None or not await self._looking.sees_all(asking, patient):
            return None
        return Night(
            patient=patient,
            at=kept.at,
            before_at=kept.before_at,
            found=sorted(found, key=rank, reverse=True),
            held=held,
        )

    async def overnight(self, asking: Asking) -> Overnight:
        """Whose numbers changed, of all who named the caller and let him see what they rest on.

        No record is opened for it: of each one looked at it reads who she is, which is a line in
        her log, and what was computed. What waits for the clinician's own estimate does not count.

        Raises:
            Forbidden: the caller is no clinician, or an app.
        """
        asking.caller.require(Role.CLINICIAN)
        if asking.caller.app is not None:
            raise Forbidden("An app is told of one patient at a time.", hint="Name a patient.")
        asking = replace(asking, via=LIST)
        patients, is_whole = await self._open_to(asking)
        names = await self._names(asking, patients)
        nights = {who: kept for who in names if (kept := await self._current(who))}
        still, _ = await self._open_to(asking)  # whoever closed something while we read
        found = [
            changed
            for who, kept in nights.items()
            if who in still and (changed := await self._changed(asking, who, names[who], kept))
        ]
        found.sort(key=lambda one: (rank(one.most), one.patient), reverse=True)
        return Overnight(
            found=found,
            looked_at=len(names),
            outdated=len(names) - len(nights),
            is_whole=is_whole,
        )

    async def _open_to(self, asking: Asking) -> tuple[list[str], bool]:
        """Who may be on the list, of whom something was computed; and whether that is all."""
        permits = await self._records.allowed_by(asking)
        open_ones = [who for who, permit in permits.items() if self._looking.is_all(asking, permit)]
        async with self._db.read() as tx:
            computed = await store.present(tx, open_ones)
        found = [who for who in open_ones if who in computed and who != asking.caller.person]
        return found[:MOST], len(found) <= MOST

    async def _names(self, asking: Asking, patients: Sequence[str]) -> dict[str, str]:
        """What they are called; that somebody looked is in the log of each before this returns."""
        names: dict[str, str] = {}
        for at in range(0, len(patients), AT_ONCE):
            ids = ",".join(who.partition("/")[2] for who in patients[at : at + AT_ONCE])
            params = [("_id", ids), ("_count", str(AT_ONCE))]
            page = await self._records.search(asking, "Patient", params)
            names |= {f"Patient/{one['id']}": read_name(one) for one in page.entries}
        return names

    async def _changed(self, asking: Asking, patient: str, name: str, kept: Kept) -> Changed | None:
        if kept.before_at is None or not any(has_changed(one) for one in kept.found):
            return None
        mine, _ = await self._told(asking, patient, kept)
        found = sorted((one for one in mine if has_changed(one)), key=rank, reverse=True)
        if not found:
            return None
        return Changed(
            patient=patient,
            name=name,
            at=kept.at,
            before_at=kept.before_at,
            most=msgspec.structs.replace(found[0], moved_by=[]),  # that is read with its entries
            more=len(found) - 1,
        )

    async def _current(self, patient: str) -> Kept | None:
        """What is kept, unless it may rest on what was taken back since."""
        async with self._db.read() as tx:
            kept = await self.read(tx, patient)
            if kept is None:
                return None
            at = datetime.fromisoformat(kept.at)
            wanted = survey(at)
            is_changed = await self._records.survey.is_changed(tx, patient, at, wanted)
            return None if is_changed else kept

    async def _told(
        self, asking: Asking, patient: str, kept: Kept
    ) -> tuple[list[Since], list[str]]:
        """What this caller is told, and the titles of cards that wait for her own estimate."""
        mine = [told(one) for one in kept.found if _is_for(asking.caller, one.now)]
        if not is_asked(asking.caller, patient):
            return mine, []
        gates = {one.now.name: gate for one in mine if (gate := _gate(one.now))}
        closed = {
            gate
            for gate in sorted(set(gates.values()))
            if not await self._estimates.opens(asking, patient, gate)
        }
        opened = [one for one in mine if gates.get(one.now.name) not in closed]
        return opened, _titles(mine, closed)


def _is_for(caller: Caller, one: Noted) -> bool:
    return one.kind == "score" or one.name in EVERYBODYS or foretells(caller)


def _gate(one: Noted) -> str:
    """The card for which a clinician says first what she thinks; empty where for none."""
    if one.kind == "card":
        return one.name if one.unit == SHARE else ""
    return CARD if one.name in ASKED_FIRST else ""


def _titles(found: Iterable[Since], closed: set[str]) -> list[str]:
    cards = (one.now for one in found if one.now.kind == "card")
    return sorted(one.title_key for one in cards if one.name in closed)


def _context(patient: str) -> str:
    return f"twin/night/{patient}"
