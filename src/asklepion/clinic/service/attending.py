"""Coming into a consulting room, leaving it, and being sent out of it."""

import asyncio
from dataclasses import replace

from asklepion.identity import Caller, Identity, LicenceEnded, Role
from asklepion.kit.clock import Clock
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log

from .. import store
from ..model import ROOMS, Answer, Ask, Visit, VisitChanged
from .keeping import NOTHING_STANDS, Keeping
from .presence import Presence

log = get_log(__name__)

LOOK_S = 1.0  # between two looks into the rooms


class Attending:
    """Who belongs in which room."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        events: Events,
        identity: Identity,
        keeping: Keeping,
        presence: Presence,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._identity = identity
        self._keeping = keeping
        self._presence = presence
        events.on(VisitChanged, self._hear)
        events.on(LicenceEnded, self._hear_licence)

    async def attend(self, caller: Caller, clinician: str, room: str) -> Visit | None:
        """A clinician comes in; returns the visit that goes on there.

        Raises:
            Forbidden: his licence does not stand; but to a visit that goes on he may come back.
            Conflict: another attends this room, or his visit goes on elsewhere.
        """
        async with self._keeping.changing() as tx:
            mine = await store.find_open_of_account(tx, caller.account)
            if mine is None or mine.room != room:  # what ends from now on is heard after this
                await self._identity.credentials.require_licence(caller)
            if mine and mine.room != room:
                raise Conflict("Your visit goes on in another room.", hint="Close it first.")
            visit = await store.find_open_in_room(tx, room)
            await self._give_up_empty_chair(tx, room, visit)
            # Out of a former room he goes by himself, or with the next look into it.
            if not await store.attend(tx, room, clinician, caller.account):
                raise Conflict("Another clinician attends this room.", hint="Take a free one.")
            if visit and visit.clinician is None:
                visit = replace(
                    visit, clinician=clinician, clinician_account=caller.account, why_alone=""
                )
                await self._keeping.keep(tx, visit)
            self._presence.greet(caller.account, room)
        return visit

    async def _give_up_empty_chair(self, tx: Tx, room: str, visit: Visit | None) -> None:
        """A room is kept for one who is gone only while his visit goes on there."""
        _, account = (await store.attendances(tx)).get(room, (None, None))
        is_awaited = visit is not None and visit.clinician_account == account
        if account and not is_awaited and not self._presence.is_there(account, room):
            await store.leave(tx, account)

    async def walk_in(self, caller: Caller, patient: str, room: str) -> Visit:
        """A patient comes in.

        Raises:
            Conflict: the room is taken, or her visit goes on elsewhere.
        """
        async with self._keeping.changing() as tx:
            visit = await store.find_open_of_account(tx, caller.account)
            if visit and visit.room == room:
                return visit
            if visit:
                raise Conflict("Your visit goes on in another room.", hint="Close it first.")
            if await store.find_open_in_room(tx, room):
                raise Conflict("Another visit goes on in this room.", hint="Choose a free room.")
            clinician, account = (await store.attendances(tx)).get(room, (None, None))
            if account and not await self._can_see(account, room):
                clinician, account = None, None  # he becomes hers when he is back
            visit = Visit(
                id=self._ids.new(),
                room=room,
                patient=patient,
                patient_account=caller.account,
                clinician=clinician,
                clinician_account=account,
                opened_at=self._clock.now(),
            )
            await self._keeping.keep(tx, visit)
        return visit

    async def leave(self, caller: Caller) -> None:
        """A clinician attends no room any more.

        Raises:
            Conflict: his visit is still open.
        """
        async with self._keeping.changing() as tx:
            if await store.find_open_of_account(tx, caller.account):
                raise Conflict("Your visit is still open.", hint="Close it first.")
            await store.leave(tx, caller.account)

    async def release(self, caller: Caller, room: str) -> None:
        """Close the visit in a room, whosever it is, and let nobody attend it."""
        async with self._keeping.changing() as tx:
            visit = await store.find_open_in_room(tx, room)
            if visit:
                await self._keeping.end_access(tx, caller, visit, why="room released")
                closed = replace(visit, closed_at=self._clock.now(), **NOTHING_STANDS)
                await self._keeping.keep(tx, closed)
            _, account = (await store.attendances(tx)).get(room, (None, None))
            if account:
                await store.leave(tx, account)

    # Those who are gone, and those who do not belong

    async def mark_leftovers(self) -> None:
        """Nobody is anywhere when the house opens; whoever comes back in time goes on."""
        async with self._keeping.changing() as tx:
            attending = await store.attendances(tx)
        for room, (_, account) in attending.items():
            self._presence.miss(account, room)

    async def look_for_ever(self) -> None:
        """Look into the rooms again and again."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception as error:  # the next look is due in a moment
                log.fault("rooms not looked into", error)

    async def look(self) -> None:
        """End the attendance of who is gone too long, and send out who does not belong."""
        for account, room in self._presence.overdue():
            await self._give_up(account, room)
        await self._end_unlicensed()
        for room in ROOMS:
            await self.clear(room)

    async def _give_up(self, account: str, room: str) -> None:
        """One who is gone attends no more; his visit waits for the next, who sees nothing yet."""
        async with self._keeping.changing() as tx:
            clinician, attending = (await store.attendances(tx)).get(room, ("", ""))
            if attending == account and not self._presence.is_there(account, room):
                await store.leave(tx, account)
                visit = await store.find_open_in_room(tx, room)
                if visit and visit.clinician_account == account:
                    await self._part(tx, visit, await self._caller(account, clinician))
        self._presence.greet(account, room)

    async def _can_see(self, account: str, room: str) -> bool:
        """Whether one who attends a room is there, and may see the next who comes in."""
        is_there = self._presence.is_there(account, room)
        return is_there and bool(await self._identity.credentials.licences.licensed([account]))

    async def _end_unlicensed(self) -> None:
        """Who waits for patients with a licence that ran out waits no more.

        A visit that goes on is not cut off for that: it ends when the two end it.
        """
        async with self._keeping.reading() as tx:
            waiting = [account for _, account in (await store.attendances(tx)).values()]
        if not waiting:
            return
        out = set(waiting) - await self._identity.credentials.licences.licensed(waiting)
        for account in out:
            async with self._keeping.changing() as tx:
                if await store.find_open_of_account(tx, account) is None:
                    await store.leave(tx, account)

    async def _hear_licence(self, event: LicenceEnded) -> None:
        """A licence was revoked or suspended: whatever he was allowed ends, and she is told why."""
        async with self._keeping.changing() as tx:
            rooms = {account: room for room, (_, account) in (await store.attendances(tx)).items()}
            visit = await store.find_open_of_account(tx, event.account)
            await store.leave(tx, event.account)
            if visit and visit.clinician_account == event.account:
                clinician = await self._caller(event.account, visit.clinician or "")
                await self._part(tx, visit, clinician, why_alone="licence")
        if event.account in rooms:
            await self.clear(rooms[event.account])

    async def _part(self, tx: Tx, visit: Visit, clinician: Caller, *, why_alone: str = "") -> None:
        why = "licence ended" if why_alone else "clinician gone"
        await self._keeping.end_access(tx, clinician, visit, why=why)
        nobody = NOTHING_STANDS | {"clinician": None, "clinician_account": None}
        nobody |= {"ask": Ask(), "answer": Answer.OPEN, "why_alone": why_alone}
        alone = replace(visit, **nobody)
        await self._keeping.keep(tx, alone, before=visit)

    async def _caller(self, account: str, clinician: str) -> Caller:
        """Who ends what was given to him by going; also where the account is no more."""
        found = await self._identity.find(account)
        name = found.name if found else ""
        return Caller(
            account=account, name=name, roles=frozenset({Role.CLINICIAN}), person=clinician
        )

    async def clear(self, room: str) -> None:
        """Send out whoever does not belong in a room: the last patient, before the next hears.

        Whoever came in had belonged before: so first who is there, and only then who belongs.
        """
        there = self._presence.accounts_in(room)
        if not there:
            return
        async with self._keeping.reading() as tx:
            visit = await store.find_open_in_room(tx, room)
            _, attending = (await store.attendances(tx)).get(room, (None, None))
        belong = {attending}
        if visit:
            belong |= {visit.patient_account, visit.clinician_account}
        self._presence.send_out(room, there - belong)

    async def _hear(self, event: VisitChanged) -> None:
        await self.clear(event.room)
