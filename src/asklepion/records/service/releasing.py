"""The one way out: decide, write it down, only then hand over."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx

from ..engine.question import Question, in_words
from ..model import Act, Asking
from ..store import Sight, permits, rows
from ..store.rows import SEVERAL, Row
from .absent import not_found
from .books import Books, Entry
from .deciding import Standing, Thing, sight_of
from .scoping import Scoping
from .sealing import Bodies


class Releasing:
    """Stands between what was found and whoever asked."""

    def __init__(
        self, *, db: Database, clock: Clock, books: Books, bodies: Bodies, scoping: Scoping
    ) -> None:
        self.scoping = scoping
        self._db = db
        self._clock = clock
        self._books = books
        self._bodies = bodies

    def sight(self, asking: Asking, act: str = "s") -> Sight:
        """What the caller may see, for a search to keep to.

        Args:
            act: what an app does with it, as scopes call it: c, r, u, d or s.

        Raises:
            Unauthenticated: a stranger asks.
        """
        asking.caller.require_known()
        scope = self.scoping.narrowing(asking.caller, act)
        return replace(sight_of(asking, self._clock.now()), scope=scope)

    async def acts(self, asking: Asking, patient: str) -> Act:
        """What the caller may do in a patient's place; of herself, everything.

        Raises:
            Unauthenticated: a stranger asks.
        """
        sight = self.sight(asking)
        if patient and sight.me == patient:
            return Act.ACCESS | Act.CORRECT | Act.DECIDE
        async with self._db.read() as tx:
            return (await self.standing(tx, sight, [patient])).acts(patient)

    async def require(self, asking: Asking, patient: str, act: Act = Act.DECIDE) -> None:
        """Let nobody past but the patient, and those who may do this in her place.

        Raises:
            Unauthenticated: a stranger asks.
            NotFound: somebody else asks.
        """
        if not await self.acts(asking, patient) & act:
            raise not_found("Patient")

    async def standing(self, tx: Tx, sight: Sight, patients: Iterable[str]) -> Standing:
        """The permits between the caller and these patients, as they are in this transaction."""
        about = sorted(set(patients) - {""})
        if not sight.actor or not about:
            return Standing(sight)
        rules = await permits.find_standing(
            tx, sight.actor, about, sight.at, is_clinician=sight.is_clinician
        )
        return Standing(sight, rules)

    async def consider(
        self, tx: Tx, sight: Sight, found: Sequence[Row], patients: Iterable[str] = ()
    ) -> tuple[dict[tuple[int, int], Thing], Standing]:
        """What is to be decided about each row, and the rules to decide by.

        Args:
            patients: whom to look up besides those that the rows are about.
        """
        things = await self.things(tx, found)
        about = {patient for thing in things.values() for patient in thing.patients}
        standing = await self.standing(tx, sight, about | set(patients))
        if things and standing.asks_marks:
            marks = await permits.find_marks(tx, [row.rid for row in found])
            things = {
                key: replace(thing, marks=marks.get(key, thing.marks))
                for key, thing in things.items()
            }
        return things, standing

    async def things(self, tx: Tx, found: Sequence[Row]) -> dict[tuple[int, int], Thing]:
        several = [row.rid for row in found if row.patient == SEVERAL]
        parties = await rows.find_parties(tx, several) if several else {}
        return {
            (row.rid, row.version): Thing(
                row.type,
                row.patient,
                row.category,
                row.author,
                parties.get(row.rid, frozenset()) if row.patient == SEVERAL else frozenset(),
                row.labels,
            )
            for row in found
        }

    async def weigh(
        self, tx: Tx, asking: Asking, sight: Sight, found: Sequence[Row], asked: Sequence[str] = ()
    ) -> "Weighed":
        """Look up what deciding about these rows needs.

        Args:
            asked: patients whom the request named.
        """
        things, standing = await self.consider(tx, sight, found, asked)
        outside = await self.scoping.outside(tx, sight.scope, found, self.look)
        return Weighed(asking, standing, found, things, tuple(asked), outside)

    async def release(
        self, action: str, weighed: "Weighed", questions: Sequence[Question] = ()
    ) -> list[Row]:
        """Those rows that may leave, opened; the access is in the log before this returns.

        Everything that shows a body to anybody comes through here: a row is sealed before.

        Args:
            questions: the searches that found them.
        """
        entries = weighed.entries(action)
        if questions:
            is_veiled = len({entry.patient for entry in entries}) > 1
            words = in_words(questions, is_veiled=is_veiled)
            for entry in entries:
                entry.detail["query"] = words
        await self._books.keep(entries)
        return await self._bodies.open(weighed.allowed)

    async def release_many(self, action: str, weighed: Sequence["Weighed"]) -> list[Row]:
        """As `release`, of several patients at once: all lines are written in one go."""
        await self._books.keep([entry for one in weighed for entry in one.entries(action)])
        return await self._bodies.open([row for one in weighed for row in one.allowed])

    async def hand_on(self, weighed: "Weighed") -> list[Row]:
        """Those rows that may leave, opened, where their entries are in the log already.

        For what is sent piece by piece: all of it was written down before the first piece.
        """
        return await self._bodies.open(weighed.allowed)

    async def look(self, found: Sequence[Row]) -> list[Row]:
        """Rows with their texts, to order or to search by; nothing of them is handed out."""
        return await self._bodies.open(found)


class Weighed:
    """Rows, each decided upon, and the entries that say so."""

    def __init__(
        self,
        asking: Asking,
        standing: Standing,
        found: Sequence[Row],
        things: dict[tuple[int, int], Thing],
        asked: tuple[str, ...],
        outside: frozenset[tuple[int, int]] = frozenset(),
    ) -> None:
        self.standing = standing
        self._asking = asking
        self._asked = asked
        self._things = things
        decided = [
            (row, (row.rid, row.version) not in outside and standing.sees(self.thing(row)))
            for row in found
        ]
        self.allowed = [row for row, is_seen in decided if is_seen]
        self.denied = [row for row, is_seen in decided if not is_seen]

    def thing(self, row: Row) -> Thing:
        """What was decided about this row."""
        return self._things[row.rid, row.version]

    def entries(self, action: str) -> list[Entry]:
        """One entry for each patient concerned, or a single one about nobody.

        A request costs the same whether something was hidden from it or nothing was there.
        """
        made: dict[tuple[str, str], Entry] = {}
        for outcome, group in (("permit", self.allowed), ("deny", self.denied)):
            for row in group:
                for patient in self.thing(row).patients:
                    self._entry(made, action, outcome, patient, row).add_row(row)
        for patient in self._asked:
            if not any(known == patient for known, _ in made):
                is_open = self.standing.mask(patient) != 0
                self._entry(made, action, "permit" if is_open else "deny", patient)
        if not made:
            made["", "permit"] = Entry(asking=self._asking, action=action)
        first = next(iter(made.values()))
        for row in self.allowed:
            if not self.thing(row).patients:  # about nobody: goes with the first
                first.add_row(row)
        return list(made.values())

    def _entry(
        self,
        made: dict[tuple[str, str], Entry],
        action: str,
        outcome: str,
        patient: str,
        row: Row | None = None,
    ) -> Entry:
        entry = made.get((patient, outcome))
        if entry is None:
            permit = self._permit(patient, row) if outcome == "permit" else None
            entry = made[patient, outcome] = Entry(
                asking=self._asking,
                action=action,
                outcome=outcome,
                patient=patient,
                consent=permit.consent if permit else None,
                visit=(permit.visit or None) if permit else None,
            )
        return entry

    def _permit(self, patient: str, row: Row | None) -> Any:
        if patient == self.standing.sight.me:
            return None
        if row is None:
            return next(iter(self.standing.permits(patient)), None)
        return self.standing.permit_for(patient, self.thing(row))
