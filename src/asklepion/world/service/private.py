"""Speaking privately: a few who stand together, heard by nobody else."""

from itertools import combinations
from math import hypot
from typing import TypeAlias

from asklepion.kit.errors import Conflict, NotFound

from ..engine import FAR_M, MOST_IN_ONE, NEAR_M
from ..model import Ties, is_by_name
from ..wire import AskAside, AskedAside, Code, DeclineAside, JoinAside, LeaveAside
from .gathering import Gathering
from .visit import Visit

FromAsides: TypeAlias = AskAside | JoinAside | DeclineAside | LeaveAside


def may_call(ties: Ties, here: Gathering, one: Visit, other: Visit) -> bool:
    """A child and an adult whom it does not know meet only where they were let in by name."""
    both = (one.account, other.account)
    may = ties.may_approach(*both) and ties.may_approach(*reversed(both))
    return may or is_by_name(here.hall.place)


class PrivateTalk:
    """The verbs of asides: ask, join, decline, leave; and who walks away has left."""

    def __init__(self, ties: Ties) -> None:
        self._ties = ties

    def hear(self, here: Gathering, visit: Visit, message: FromAsides, now: float) -> None:
        """Do what somebody asks, or refuse it."""
        match message:
            case AskAside():
                for slot in dict.fromkeys(message.to[:MOST_IN_ONE]):
                    self._ask(here, visit, slot, now)
            case JoinAside():
                self._join(here, visit, message.aside, now)
            case DeclineAside():
                here.asides.decline(message.aside, visit.slot)
            case LeaveAside():
                here.tell_asides(here.asides.leave(visit.slot))

    def look(self, here: Gathering) -> None:
        """Let those out who have walked away from all others of their aside."""
        is_awaited = here.is_awaited()
        for members in here.asides.all().values():
            if len(members) == 1 and is_awaited:
                continue  # nobody hears them until the others are back
            nearest = dict.fromkeys(members, float("inf"))
            for one, other in combinations(members, 2):
                gap = self._gap(here, one, other)
                nearest[one] = min(nearest[one], gap)
                nearest[other] = min(nearest[other], gap)
            for slot in (slot for slot, gap in nearest.items() if gap > FAR_M):
                here.tell_asides(here.asides.leave(slot))

    def _ask(self, here: Gathering, visit: Visit, slot: int, now: float) -> None:
        other = here.visits.get(slot)
        if not other or other is visit or here.apartness.parts(visit, other):
            return visit.refuse(Code.NOT_HERE, "Nobody else here has that slot.")
        if not visit.asks.spend(now):
            return visit.refuse(Code.TOO_FAST, "Wait a moment before you ask again.")
        members = [here.visits[one] for one in here.asides.members(here.asides.of(visit.slot))]
        if not self._may_meet(here, other, members or [visit]):
            return visit.refuse(Code.FORBIDDEN, "You do not know each other.")
        if self._gap(here, visit.slot, slot) > NEAR_M:
            return visit.refuse(Code.TOO_FAR, f"Stand within {NEAR_M:g} m.")
        if here.asides.of(slot):
            return visit.refuse(Code.IN_ASIDE, "They speak privately already.")
        try:
            aside = here.asides.ask(visit.slot, slot, now)
        except Conflict as error:
            return visit.refuse(Code.ASIDE_FULL, str(error))
        other.tell(AskedAside(aside=aside, slot=visit.slot, name=visit.name))

    def _join(self, here: Gathering, visit: Visit, aside: int, now: float) -> None:
        asides = here.asides
        try:
            by = asides.asker(aside, visit.slot, now)
            there = asides.members(aside) or [by]
            if not self._may_meet(here, visit, [here.visits[one] for one in there]):
                return visit.refuse(Code.FORBIDDEN, "You do not know each other.")
            if len(there) >= MOST_IN_ONE:
                return visit.refuse(Code.ASIDE_FULL, f"At most {MOST_IN_ONE} speak privately.")
            if min(self._gap(here, visit.slot, one) for one in there) > FAR_M:
                return visit.refuse(Code.TOO_FAR, f"Come within {FAR_M:g} m.")
            here.tell_asides(asides.join(aside, visit.slot, now))
        except NotFound as error:
            visit.refuse(Code.ASIDE_OVER, error.message)

    def _may_meet(self, here: Gathering, visit: Visit, others: list[Visit]) -> bool:
        return all(may_call(self._ties, here, visit, other) for other in others)

    def _gap(self, here: Gathering, one: int, other: int) -> float:
        """How far apart two stand along the ground [m]; endlessly, who are gone to each other."""
        if here.apartness.parts(here.visits[one], here.visits[other]):
            return float("inf")
        x, z = here.hall.legs.x, here.hall.legs.z
        return hypot(x[one] - x[other], z[one] - z[other])
