"""Plans of what is measured at home: kept in the record, and weighed against what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.records import Asking, Records

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
    weigh,
)
from ..model import KINDS

VIA = "plans"
LOOKS_BACK = timedelta(days=14)
LOOKS_AHEAD = timedelta(days=8)  # so that a plan of one day a week has a next time
MOST_PLANS = 20
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
        return await self._weigh(asking, patient, plans)

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
        open = [(plan, s) for plan, those in slots.items() for s in those if s.opens_at <= now]
        searches = [("Observation", _within(plan, slot, patient)) for plan, slot in open]
        answers = await self._records.search_all(asking, searches) if searches else []
        done: dict[Plan, dict[datetime, bool]] = {plan: {} for plan in plans}
        for (plan, slot), answer in zip(open, answers, strict=True):
            done[plan][slot.due_at] = bool(answer.entries)
        return [
            Planned(
                plan=plan,
                adherence=weigh(slots[plan], done[plan], now),
                days=LOOKS_BACK // timedelta(days=1),
            )
            for plan in plans
        ]

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


def _within(plan: Plan, slot: Slot, patient: str) -> list[tuple[str, str]]:
    """Whether anything of the kind was measured in a slot's time."""
    codes = ",".join(code.code for code in codes_of(KINDS[plan.kind]))
    return [
        ("code", codes),
        ("patient", patient),
        ("date", f"ge{to_iso(slot.opens_at)}"),
        ("date", f"lt{to_iso(slot.closes_at)}"),
        ("status:not", "entered-in-error,cancelled"),
        ("_count", "1"),
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
