"""Plans of what is measured at home: kept in the record, and weighed against what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.records import Asking, Found, Records

from ..engine.plans import (
    CATEGORY,
    Adherence,
    Plan,
    Slot,
    codes_of,
    make_care_plan,
    read_care_plan,
    require_plan,
    require_zone,
    slots_of,
    span_of,
    weigh,
)
from ..model import KINDS

VIA = "plans"
LOOKS_BACK = timedelta(days=14)
LOOKS_AHEAD = timedelta(days=8)  # so that a plan of one day a week has a next time
MOST_PLANS = 20
MOST_READ = 1000  # readings of a kind that are read at once
GONE = "There is no such plan."


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan and how it fares, as the caller may see it."""

    plan: Plan
    adherence: Adherence
    days: int  # over which it is counted


class Plans:
    """What is to be measured when. The record holds it; here is only the counting."""

    def __init__(self, *, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def look(self, asking: Asking, patient: str) -> list[Planned]:
        """A patient's plans and how each fares: two looks at her record.

        Raises:
            NotFound: there is no such patient, or none that the caller may know of.
        """
        asking = replace(asking, via=VIA)
        await self._require_known(asking, patient)
        whose = ("patient", patient)
        params = [("status", "active"), ("category", f"{CATEGORY['system']}|{CATEGORY['code']}")]
        found = await self._records.search(
            asking, "CarePlan", [*params, whose, ("_count", str(MOST_PLANS))]
        )
        plans = [plan for one in found.entries for plan in read_care_plan(one)]
        return await self._weigh(asking, patient, plans[:MOST_PLANS])

    def today(self, zone: str) -> date:
        """The day it is now in a time zone.

        Raises:
            Incorrect: there is no such zone.
        """
        require_zone(zone)
        return self._clock.now().astimezone(ZoneInfo(zone)).date()

    async def _require_known(self, asking: Asking, patient: str) -> None:
        if await self._records.permits(asking, patient) is None:
            # Records says no in its own words, and writes down that somebody tried.
            await self._records.read(asking, *patient.split("/", 1))

    async def _weigh(self, asking: Asking, patient: str, plans: Sequence[Plan]) -> list[Planned]:
        now = self._clock.now()
        slots = {plan: slots_of(plan, now - LOOKS_BACK, now + LOOKS_AHEAD) for plan in plans}
        open: dict[str, set[Slot]] = {plan.kind: set() for plan in plans}
        for plan, those in slots.items():
            open[plan.kind] |= {slot for slot in those if slot.opens_at <= now}
        kept = await self._kept(asking, patient, {kind: s for kind, s in open.items() if s})
        return [
            Planned(
                plan=plan,
                adherence=weigh(
                    slots[plan], {s.due_at: s in kept.get(plan.kind, ()) for s in slots[plan]}, now
                ),
                days=LOOKS_BACK // timedelta(days=1),
            )
            for plan in plans
        ]

    async def _kept(
        self, asking: Asking, patient: str, open: Mapping[str, set[Slot]]
    ) -> dict[str, set[Slot]]:
        """The slots of each kind in whose time something was measured: one search a kind.

        Where that does not bring everything, since a sensor measured all day, each slot that is
        still empty is asked for by itself.
        """
        kinds = [*open]
        searches = [_within(kind, _whole(open[kind]), patient, MOST_READ) for kind in kinds]
        kept: dict[str, set[Slot]] = {}
        unsure: list[tuple[str, Slot]] = []
        for kind, answer in zip(kinds, await self._search(asking, searches), strict=True):
            spans = [span for one in answer.entries if (span := span_of(one))]
            kept[kind] = {
                slot
                for slot in open[kind]
                if any(end >= slot.opens_at and at < slot.closes_at for at, end in spans)
            }
            if answer.next:
                unsure += [(kind, slot) for slot in sorted(open[kind] - kept[kind], key=_due)]
        searches = [_within(kind, slot, patient, 1) for kind, slot in unsure]
        for (kind, slot), answer in zip(unsure, await self._search(asking, searches), strict=True):
            if answer.entries:
                kept[kind].add(slot)
        return kept

    async def _search(
        self, asking: Asking, searches: Sequence[list[tuple[str, str]]]
    ) -> Sequence[Found]:
        if not searches:
            return []
        return await self._records.search_all(asking, [("Observation", one) for one in searches])

    async def make(self, asking: Asking, patient: str, plan: Plan) -> str:
        """Plan something; returns the plan's id. By herself, or a clinician with her consent.

        Raises:
            Forbidden: the caller may not.
            Incorrect: it cannot be planned so, or there are too many plans.
        """
        asking = replace(asking, via=VIA)
        asking.caller.require_known()
        require_plan(plan)
        if len(await self.look(asking, patient)) >= MOST_PLANS:
            raise Incorrect("There are too many plans.", hint="End one first.")
        plan = replace(plan, author=asking.caller.person or "")
        resource = make_care_plan(plan, patient, self._clock.now())
        if plan.author:
            resource["author"]["display"] = asking.caller.name
        return (await self._records.create(asking, resource)).id

    async def end(self, asking: Asking, patient: str, id: str) -> None:
        """End a plan: it stays in the record as what was planned.

        Raises:
            NotFound: there is none, or none that the caller may see.
            Forbidden: it is another's.
        """
        asking = replace(asking, via=VIA)
        asking.caller.require_known()
        resource = await self._records.read(asking, "CarePlan", id)
        if resource.get("subject", {}).get("reference") != patient or not read_care_plan(resource):
            raise NotFound(GONE)
        await self._records.update(asking, resource | {"status": "revoked"})


def _due(slot: Slot) -> datetime:
    return slot.due_at


def _whole(slots: set[Slot]) -> Slot:
    """The time from the first of them to the last."""
    opens_at = min(slot.opens_at for slot in slots)
    return Slot(opens_at, opens_at, max(slot.closes_at for slot in slots))


def _within(kind: str, slot: Slot, patient: str, most: int) -> list[tuple[str, str]]:
    """What of a kind was measured in a slot's time."""
    codes = ",".join(code.code for code in codes_of(KINDS[kind]))
    return [
        ("code", codes),
        ("patient", patient),
        ("date", f"ge{to_iso(slot.opens_at)}"),
        ("date", f"lt{to_iso(slot.closes_at)}"),
        ("status:not", "entered-in-error,cancelled"),
        ("_count", str(most)),
    ]


def view_of(one: Planned) -> Mapping[str, object]:
    """A plan as it travels."""
    plan, fares = one.plan, one.adherence
    over = fares.done + fares.missed
    return {
        "id": plan.id,
        "kind": plan.kind,
        "times": [f"{at:%H:%M}" for at in plan.times],
        "days": sorted(plan.days),
        "start": plan.start.isoformat(),
        "until": plan.until and plan.until.isoformat(),
        "zone": plan.zone,
        "author": plan.author,
        "author_name": plan.author_name,
        "done": fares.done,
        "missed": fares.missed,
        "share": round(fares.done / over, 3) if over else None,
        "over_days": one.days,
        "silent_since": fares.last_missed_at and to_iso(fares.last_missed_at),
        "due_at": fares.now and to_iso(fares.now.due_at),
        "closes_at": fares.now and to_iso(fares.now.closes_at),
        "next_at": fares.next and to_iso(fares.next.due_at),
    }
