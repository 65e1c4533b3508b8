"""Keeping order: what hosts may do to others; it is told to them, kept, and lifted again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asklepion.identity import Caller, Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids

from ..model import Access, Act, Deed, Place, Right, lifted, rights_of
from ..store import people as store
from ..wire import About, Code, Told
from .passing import Decided, Lifted
from .presence import Afar
from .visit import Visit, tidy
from .world import World

LONGEST_REASON = 300
LISTED = 200
MOST_MINUTES = 60 * 24 * 365
MOST_SLOW_S = 300
MUTE_MINUTES = 10


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a host wants done.

    Args:
        who: stands for whom, as the place tells it; of slow mode, nobody.
        minutes: how long; none: a ban until it is lifted, a mute for ten minutes.
        every_s: of slow mode, one line in so many seconds.
    """

    deed: Deed
    who: str = ""
    reason: str = ""
    minutes: int | None = None
    every_s: int = 0


class Order:
    """The verbs of hosts."""

    def __init__(self, *, db: Database, clock: Clock, ids: Ids, world: World) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._world = world
        self._ties = world.ties

    async def act(self, caller: Caller, place: str, wish: Wish) -> Act:
        """Do it, keep it, and tell whom it concerns what was done and why.

        Raises:
            Forbidden: the caller is no host there, or the other is one too.
            NotFound: there is no such place, or nobody there is that.
            Incorrect: something about it cannot be.
        """
        here = self._require_host(caller, place)
        whom = None if wish.deed is Deed.SLOW else self._whom(caller, here, wish)
        act = self._written(caller, here, wish, whom.account if whom else "")
        async with self._db.begin() as tx:
            if act.deed is not Deed.KICK:
                await self._end_former(tx, act)
            await store.keep_act(tx, act)
        self._take_effect(act, whom)
        return act

    def _written(self, caller: Caller, here: Place, wish: Wish, account: str) -> Act:
        now, reason = self._clock.now(), tidy(wish.reason)
        if len(reason) > LONGEST_REASON or (account and not reason):
            hint = f"Say why, in at most {LONGEST_REASON} characters."
            raise Incorrect("Whoever it is done to is told why.", hint=hint)
        if wish.deed is Deed.READ or (
            wish.deed is Deed.SLOW and not 0 < wish.every_s <= MOST_SLOW_S
        ):
            raise Incorrect("That cannot be done.", hint=f"Slow mode: 1 to {MOST_SLOW_S} seconds.")
        return Act(
            id=self._ids.new(),
            deed=wish.deed,
            place=here.id,
            account=account,
            by=caller.account,
            reason=reason,
            at=now,
            until=_end_of(wish, now),
            every_s=wish.every_s if wish.deed is Deed.SLOW else 0,
        )

    def _whom(self, caller: Caller, here: Place, wish: Wish) -> Visit | Afar:
        found = next((v for v in self._world.visits_in(here.id) if v.who == wish.who), None)
        if found is None:
            raise NotFound("Nobody here is that.", hint="They may have left.")
        if found.account == caller.account:
            raise Incorrect("Nobody does that to themselves.")
        if found.is_host and not caller.has(Role.OPERATOR):
            raise Forbidden("They are a host too.", hint="Ask an operator.")
        return found

    async def _end_former(self, tx: Tx, act: Act) -> None:
        """The newest of a kind counts alone."""
        for former in list(self._ties.acts.values()):
            if (former.deed, former.place, former.account) == (act.deed, act.place, act.account):
                await store.keep_act(tx, lifted(former, act.at, act.by))

    def _take_effect(self, act: Act, whom: Visit | Afar | None) -> None:
        if act.stands(act.at):
            self._world.tie(Decided(act=act))
        if whom is None:
            for visit in self._world.visits_in(act.place):
                self._world.stand_again(visit)
            return
        whom.tell(_told(act))
        if act.deed is Deed.MUTE:
            self._world.stand_again(whom)
        else:
            code = Code.BANNED if act.deed is Deed.BAN else Code.KICKED
            self._world.expel(whom.account, act.place, code)

    async def lift(self, caller: Caller, id: str) -> Act:
        """Take back what a host did.

        Raises:
            NotFound: there is no such act, or the caller is no host where it was done.
            Conflict: it does not hold any more.
        """
        act = await self._read(caller, id)
        now = self._clock.now()
        if not act.stands(now):
            raise Conflict("It does not hold any more.")
        after = lifted(act, now, caller.account)
        async with self._db.begin() as tx:
            await store.keep_act(tx, after)
        self._world.tie(Lifted(act=act))
        for visit in self._world.visits_in(act.place):
            if act.account in ("", visit.account):
                self._world.stand_again(visit)
        self._world.tell(act.account, _told(act, About.LIFTED))
        return after

    async def appeal(self, caller: Caller, id: str, words: str) -> None:
        """Say, once, why what was done to oneself was wrong; the hosts of the place read it.

        Raises:
            NotFound: nothing of that id was done to the caller.
            Conflict: it was said already.
        """
        caller.require_known()
        said = tidy(words)
        if not 0 < len(said) <= LONGEST_REASON:
            raise Incorrect("Say why.", hint=f"In at most {LONGEST_REASON} characters.")
        async with self._db.begin() as tx:
            act = await store.find_act(tx, id)
            if act is None or act.account != caller.account:
                raise NotFound("Nothing of that kind was done to you.")
            if act.appeal:
                raise Conflict("You said so already.", hint="A host will read it.")
            await store.keep_act(tx, replace(act, appeal=said))
        if id in self._ties.acts:
            self._ties.acts[id] = replace(act, appeal=said)

    async def acts(self, caller: Caller, place: str) -> list[Act]:
        """What hosts did in a place, the newest first: for its hosts."""
        here = self._require_host(caller, place)
        async with self._db.read() as tx:
            return await store.acts_in(tx, here.id, LISTED)

    async def mine(self, caller: Caller) -> list[Act]:
        """What hosts did to the caller."""
        caller.require_known()
        async with self._db.read() as tx:
            return await store.acts_to(tx, caller.account, LISTED)

    def present(self, caller: Caller, place: str) -> list[Visit | Afar]:
        """Everybody in a place, also those who are gone to the host: order comes first.

        Whoever is not there sees nobody: who is where is nobody's business.
        """
        here = self._world.visits_in(self._require_host(caller, place).id)
        return here if any(visit.account == caller.account for visit in here) else []

    def _require_host(self, caller: Caller, place: str) -> Place:
        here = self._world.read_place(caller, place)
        if Right.MODERATE not in rights_of(here, caller):
            raise Forbidden("You are no host there.", hint="Ask an operator.")
        is_there = caller.account in self._world.accounts_in(here.id)
        if here.access is Access.GUARDED and not is_there:
            raise Forbidden("You are not there.", hint="Whoever is in it keeps order in it.")
        return here

    async def _read(self, caller: Caller, id: str) -> Act:
        caller.require_known()
        async with self._db.read() as tx:
            act = await store.find_act(tx, id)
        if act is None:
            raise NotFound("There is no such act.")
        self._require_host(caller, act.place)
        return act


def _end_of(wish: Wish, now: datetime) -> datetime | None:
    if wish.minutes is not None and not 0 < wish.minutes <= MOST_MINUTES:
        raise Incorrect("Nothing lasts so long.", hint=f"1 to {MOST_MINUTES} minutes.")
    if wish.deed is Deed.KICK:
        return now
    minutes = MUTE_MINUTES if wish.deed is Deed.MUTE and not wish.minutes else wish.minutes
    return now + timedelta(minutes=minutes) if minutes else None


def _told(act: Act, about: About | None = None) -> Told:
    until = to_iso(act.until) if act.until and act.stands(act.at) and not about else ""
    about = about or About(act.deed)
    return Told(about=about, id=act.id, place=act.place, reason=act.reason, until=until)
