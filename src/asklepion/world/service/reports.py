"""Reporting somebody: the last minute of the place is sealed, and who reads it is listed."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from asklepion.identity import Caller, Role
from asklepion.kit.backup import HOUSE
from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.errors import Busy, Conflict, Fault, Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids
from asklepion.kit.vault import Vault

from ..engine import Doings
from ..model import Act, Deed, Outcome, Report, Why
from ..store import people as acts
from ..store import reports as store
from ..wire import About, Told
from .order import LISTED, LONGEST_REASON
from .visit import tidy
from .world import World

A_DAY = 10  # reports of one person
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What was sealed, opened: by account."""

    report: Report
    parts: dict[str, Doings]


class Reports:
    """The verbs of reporting."""

    def __init__(self, *, db: Database, clock: Clock, ids: Ids, vault: Vault, world: World) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._world = world

    async def report(self, caller: Caller, who: str, why: Why) -> Report:
        """Report somebody who is here; gives the number under which it is looked into.

        Raises:
            NotFound: nobody here is that.
            Busy: the caller reports without end.
        """
        caller.require_known()
        mine = self._world.visit_of(caller.account)
        here = mine.gathering if mine else None
        # Also of one who is gone to them by a block: what happened in the last minute happened.
        around = here.visits.values() if here else ()
        other = next((visit for visit in around if visit.who == who), None)
        if not here or not other or other is mine:
            raise NotFound("Nobody here is that.", hint="They may have left.")
        parts = here.ring.parts(self._world.time(), caller.account)
        report = Report(
            id=self._ids.new(),
            number=_number(),
            place=here.hall.place.id,
            reporter=caller.account,
            about=other.account,
            why=why,
            at=self._clock.now(),
        )
        sealed = await self._seal(report.id, parts)
        async with self._db.begin() as tx:
            since = report.at - timedelta(days=1)
            if await store.count_since(tx, caller.account, since) >= A_DAY:
                raise Busy("You have reported a lot today.", hint="Block them, or go home.")
            await store.add(tx, report)
            await store.add_minute(tx, report.id, sealed)
        return report

    async def _seal(self, report: str, parts: dict[str, Doings]) -> dict[str, tuple[int, bytes]]:
        key = (await self._vault.current([HOUSE]))[HOUSE]
        return {
            account: (key.id, key.seal(json.dumps(asdict(did)).encode(), _context(report, account)))
            for account, did in parts.items()
        }

    async def all(self, caller: Caller) -> list[Report]:
        """Every report, the newest first, without what was sealed: for operators."""
        caller.require(Role.OPERATOR)
        async with self._db.read() as tx:
            return await store.newest(tx, LISTED)

    async def mine(self, caller: Caller) -> list[Report]:
        """What the caller reported, and what became of it."""
        caller.require_known()
        async with self._db.read() as tx:
            return await store.by(tx, caller.account, LISTED)

    async def open(self, caller: Caller, id: str) -> Minute:
        """The sealed minute. That it was read stands in the list before it is.

        Raises:
            Forbidden: the caller is no operator, or a party in it.
            NotFound: there is no such report.
        """
        report = await self._read(caller, id)
        async with self._db.begin() as tx:
            act = Act(
                id=self._ids.new(),
                deed=Deed.READ,
                place=report.place,
                account="",
                by=caller.account,
                reason=report.number,
                at=self._clock.now(),
            )
            await acts.keep_act(tx, act)
            rows = await store.minute_of(tx, id)
        keys = await self._vault.by_id({key for _, key, _ in rows})
        parts: dict[str, Doings] = {}
        for account, key, sealed in rows:
            if key not in keys:
                raise Fault("The key of a report is missing.", hint="Restore the keys folder.")
            opened = keys[key].open(sealed, _context(id, account))
            parts[account] = Doings(**json.loads(opened))
        return Minute(report=report, parts=parts)

    async def answer(self, caller: Caller, id: str, outcome: Outcome, words: str) -> Report:
        """Say what became of it; the reporter hears.

        Raises:
            Forbidden: the caller is no operator, or a party in it.
            NotFound: there is no such report.
            Conflict: it was answered already.
        """
        report = await self._read(caller, id)
        said = tidy(words)
        if outcome is Outcome.OPEN or len(said) > LONGEST_REASON:
            raise Incorrect("That is no answer.", hint=f"At most {LONGEST_REASON} characters.")
        if report.outcome is not Outcome.OPEN:
            raise Conflict("It was answered already.")
        after = replace(report, outcome=outcome, answer=said, answered_at=self._clock.now())
        async with self._db.begin() as tx:
            await store.answer(tx, after)
        if visit := self._world.visit_of(report.reporter):
            visit.tell(Told(about=About.ANSWERED, id=report.number, reason=said, outcome=outcome))
        return after

    async def _read(self, caller: Caller, id: str) -> Report:
        caller.require(Role.OPERATOR)
        async with self._db.read() as tx:
            report = await store.find(tx, id)
        if report is None:
            raise NotFound("There is no such report.")
        if caller.account in (report.reporter, report.about):
            raise Forbidden("You are a party in it.", hint="Another operator reads it.")
        return report


def _context(report: str, account: str) -> bytes:
    return f"world-minute {report} {account}".encode()


def _number() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
