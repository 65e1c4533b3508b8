"""Reporting somebody: the last minute of the place is sealed, and who reads it is listed."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, TypeAlias

import msgspec

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
Sealed: TypeAlias = tuple[int, bytes]  # the number of the key, and what it sealed
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
            Busy: the caller reports without end, or the worker of the place does not answer.
        """
        caller.require_known()
        # Also of one who is gone to them by a block: what happened in the last minute happened.
        minute = await self._world.last_minute(caller.account, who)
        if not minute.about:
            raise NotFound("Nobody here is that.", hint="They may have left.")
        parts = msgspec.json.decode(minute.parts, type=dict[str, Doings])
        report = Report(
            id=self._ids.new(),
            number=_number(),
            place=minute.place,
            reporter=caller.account,
            about=minute.about,
            why=why,
            at=self._clock.now(),
        )
        sealed, typed = await self._seal(report.id, parts)
        async with self._db.begin() as tx:
            since = report.at - timedelta(days=1)
            if await store.count_since(tx, caller.account, since) >= A_DAY:
                raise Busy("You have reported a lot today.", hint="Block them, or go home.")
            await store.add(tx, report)
            await store.add_minute(tx, report.id, sealed)
            await store.add_typed(tx, report.id, typed)
        return report

    async def _seal(
        self, report: str, parts: dict[str, Doings]
    ) -> tuple[dict[str, Sealed], dict[tuple[str, str], Sealed]]:
        """The part of each account, and apart from it what it typed for each other."""
        key = (await self._vault.current([HOUSE]))[HOUSE]
        own = {
            account: (
                key.id,
                key.seal(
                    json.dumps(asdict(replace(did, typed=[]))).encode(), _context(report, account)
                ),
            )
            for account, did in parts.items()
        }
        lines: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
        for account, did in parts.items():
            for line in did.typed:
                lines.setdefault((account, line[1]), []).append(line)
        typed = {
            pair: (key.id, key.seal(json.dumps(said).encode(), _context(report, *pair)))
            for pair, said in lines.items()
        }
        return own, typed

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
            typed = await store.typed_in(tx, id)
        keys = await self._vault.by_id({row[-2] for row in (*rows, *typed)})

        def open_part(key: int, sealed: bytes, *accounts: str) -> Any:
            if key not in keys:
                raise Fault("The key of a report is missing.", hint="Restore the keys folder.")
            return json.loads(keys[key].open(sealed, _context(id, *accounts)))

        parts = {account: Doings(**open_part(key, part, account)) for account, key, part in rows}
        for account, speaker, key, sealed in typed:
            lines = open_part(key, sealed, account, speaker)
            parts.setdefault(account, Doings()).typed.extend(lines)
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
        told = Told(about=About.ANSWERED, id=report.number, reason=said, outcome=outcome)
        self._world.tell(report.reporter, told)
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


def _context(report: str, *accounts: str) -> bytes:
    return f"world-minute {report} {' '.join(accounts)}".encode()


def _number() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
