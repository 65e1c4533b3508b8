"""What the patient asks of her access log, and what operators may know of it."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass

from asklepion.identity import Role
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.errors import NotFound
from asklepion.ledger import Ledger

from ...engine.balp import House
from ...model import AccessEntry, Asking
from ...store import access
from ...store.rows import Row
from ..absent import not_found
from ..deciding import PATIENT, me_of
from ..parts import Parts
from ..searching import Page, Params, Searcher
from .exporting import Exporter, ExportFile
from .grouping import Folding, Grouped, Tally, key_of
from .reading import EVERYTHING, MOST, LineReader, Wish, day_of
from .searching import EventSearcher

DAYS_MOST = 366
MINUTE_US, DAY_US = 60_000_000, 86_400_000_000
ODD_DAYS = 7  # of the log are looked through for unusual accounts
ODD_LINES = 20_000  # of it at most
ODD_LEAST = 5  # refusals that are nothing unusual
ODD_TIMES = 3  # the median of all accounts that were refused anything


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """How often one account was refused or broke the glass; nothing of any patient."""

    account: str
    name: str
    denials: int
    breaks: int
    is_unusual: bool


class Audit:
    """The access log as it is read."""

    def __init__(self, parts: Parts, searcher: Searcher, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._lines = LineReader(parts)
        self._events = EventSearcher(parts, searcher, self._lines)
        self._exporter = Exporter(parts, ledger)

    # Grouped, for people

    async def grouped(
        self,
        asking: Asking,
        patient: str,
        *,
        wish: Wish = EVERYTHING,
        before: int | None = None,
        count: int = 30,
        zone_min: int = 0,
    ) -> Grouped:
        """Lines of whole days, newest first; what is the same on one day is one group.

        Args:
            before: only lines with a smaller number.
            count: how many groups are enough.
            zone_min: how far the reader's clock is ahead of UTC [minutes].

        Raises:
            NotFound: somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        folding, read, last, last_day = Folding(), 0, 0, ""
        pages = self._lines.newest_first(patient, before=before, since=wish.since, until=wish.until)
        async for page in pages:
            for entry in page:
                day = day_of(entry, zone_min)
                if len(folding) >= count and day != last_day:
                    return Grouped(groups=folding.groups, next=last)
                last, last_day = entry.number, day
                if wish.takes(entry):
                    folding.add(day, entry)
            read += len(page)
            if read >= MOST:
                return Grouped(groups=folding.groups, next=last, is_cut=True)
        return Grouped(groups=folding.groups, next=None)

    async def alike(
        self,
        asking: Asking,
        patient: str,
        id: str,
        *,
        before: int | None = None,
        count: int = 50,
        zone_min: int = 0,
    ) -> tuple[list[AccessEntry], int | None]:
        """The lines of one group, newest first, and where they go on.

        Args:
            id: of any line of the group.

        Raises:
            NotFound: there is no such line, or somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        one = await self._lines.one(id)
        if one is None or one.patient != patient:
            raise NotFound("There is no such entry.", hint="Take one from your own list.")
        start = (to_us(one.at) // MINUTE_US + zone_min) // 1440 * 1440 - zone_min
        since = start * MINUTE_US
        found: list[AccessEntry] = []
        read, key = 0, key_of(one)
        pages = self._lines.newest_first(patient, before=before, since=since, until=since + DAY_US)
        async for page in pages:
            for entry in page:
                if key_of(entry) == key:
                    found.append(entry)
                    if len(found) == count:
                        return found, entry.number
            read += len(page)
            if read >= MOST:
                return found, page[-1].number
        return found, None

    async def tally(
        self, asking: Asking, patient: str, *, days: int = 30, zone_min: int = 0
    ) -> Tally:
        """How often each account looked on each of the last days.

        Raises:
            NotFound: somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        since = self._lines.days_ago(max(1, min(days, DAYS_MOST)))
        async with self._parts.db.read() as tx:
            rows = await access.tally(tx, patient, since=since, offset=zone_min * MINUTE_US)
            newest: dict[str, int] = {}
            for actor, _, _, number in rows:
                newest[actor] = max(number, newest.get(actor, 0))
            found = await access.find_numbered(tx, patient, sorted(newest.values()))
        return Tally(
            counts={
                (from_us(day * DAY_US).date().isoformat(), actor): count
                for actor, day, count, _ in rows
            },
            actors={entry.actor: entry for entry in await self._lines.open(found)},
        )

    # As FHIR

    def answers(self, asking: Asking, params: Params) -> bool:
        """Whether a search for AuditEvents is the patient's question about herself."""
        me = me_of(asking.caller)
        named = [value for name, value in params if name.partition(":")[0] == "patient"]
        return bool(me and named) and all(it in (me, me.removeprefix(PATIENT)) for it in named)

    async def search(
        self, asking: Asking, params: Params, *, base: str, is_lenient: bool = False
    ) -> Page:
        """AuditEvents about the caller: those of the log and those brought from elsewhere.

        Raises:
            Incorrect, Unsupported: a parameter is not understood, or not done here.
        """
        me = me_of(asking.caller)
        await self._parts.releasing.require(asking, me)
        return await self._events.search(asking, me, params, self.house(base), is_lenient)

    async def read(self, asking: Asking, id: str, *, base: str) -> Row:
        """One AuditEvent of the log, as a row that may be shown.

        Raises:
            NotFound: there is none, or not for this caller.
        """
        asking.caller.require_known()
        row = await self._events.read(asking, id, self.house(base))
        if row is None or row.patient != me_of(asking.caller):
            raise not_found("AuditEvent")
        return row

    # To take along

    async def export(
        self, asking: Asking, patient: str, *, base: str = ""
    ) -> AsyncGenerator[ExportFile]:
        """The files of an export, in pieces: all pieces of one file follow each other.

        Args:
            base: our FHIR address, as the AuditEvents name it.

        Raises:
            NotFound: somebody else asks.
            Busy: it is being taken along already.
        """
        await self._parts.releasing.require(asking, patient)
        self._exporter.require_room(patient)
        return self._exporter.export(asking, patient, self.house(base))

    # For operators

    async def oddities(self, asking: Asking) -> list[Oddity]:
        """Who was refused, or broke the glass, and how often in a week; most first.

        Patients are not among them, and nothing tells whose records it was.

        Raises:
            Forbidden: somebody else than an operator asks.
        """
        asking.caller.require(Role.OPERATOR)
        lines = await self._recent()
        names = {entry.actor: entry.actor_name for entry in reversed(lines)}
        denials = _count(lines, lambda entry: entry.outcome != "permit")
        breaks = _count(lines, lambda entry: entry.action == "break-glass")
        usual = sorted(denials.values())[(len(denials) - 1) // 2] if denials else 0
        most = max(ODD_LEAST, ODD_TIMES * usual)
        found = [
            Oddity(
                account=account,
                name=names[account],
                denials=denials.get(account, 0),
                breaks=breaks.get(account, 0),
                is_unusual=denials.get(account, 0) > most or account in breaks,
            )
            for account in denials.keys() | breaks.keys()
        ]
        return sorted(found, key=lambda it: (-it.breaks, -it.denials, it.account))

    async def _recent(self) -> list[AccessEntry]:
        """The lines of a week, of people who are no patients."""
        since, before = self._lines.days_ago(ODD_DAYS), 1 << 62
        found: list[AccessEntry] = []
        for _ in range(ODD_LINES // 250):
            async with self._parts.db.read() as tx:
                rows = await access.find_recent(tx, since=since, before=before, limit=250)
            found += await self._lines.open(rows)
            if len(rows) < 250:
                break
            before = rows[-1].leaf
        return [it for it in found if it.via != "device" and not _is_patient(it)]

    def house(self, base: str) -> House:
        """As what we stand in AuditEvents."""
        return House(base or f"https://{self._ledger.origin}/fhir/R4", self._ledger.origin)


def _is_patient(entry: AccessEntry) -> bool:
    return (entry.actor_person or "").startswith(PATIENT)


def _count(lines: list[AccessEntry], is_one: Callable[[AccessEntry], bool]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for entry in lines:
        if is_one(entry):
            counts[entry.actor] = counts.get(entry.actor, 0) + 1
    return counts
