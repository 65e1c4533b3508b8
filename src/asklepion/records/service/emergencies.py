"""Breaking the glass: to look where nothing was allowed, because it cannot wait.

who ─► why, for how long ─► one transaction: a rule that ends by itself, a line in her list, and
                            the event that tells her ─► afterwards somebody judges it

It opens what the patient's Consents leave open to an emergency: a denial that names no purpose, and
makes no exception for one, stands. Source: 45 CFR 164.312(a)(2)(ii); IHE PCF, break-glass
"""

import re
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, Conflict, Forbidden, Incorrect, NotFound

from ..engine import compile_search
from ..engine.bodies import seal
from ..model import Act, Asking, Breaking, GlassBroken
from ..store import Blind, glass, permits, rows, search
from ..store.glass import JUSTIFIED, OPEN, UNJUSTIFIED, GlassRow
from ..store.permits import EMERGENCY, Kind, PermitRow
from .absent import not_found
from .books import Entry
from .consenting import ALL_BUT_CONSENTS
from .deciding import actor_of
from .parts import Parts
from .ruling import Ruler
from .sealing import Lines
from .searching import ID

LONGEST = timedelta(hours=4)
REASON_LEAST, REASON_MOST = 10, 1000  # characters
MOST_A_DAY = 50  # by one account: more is no emergency
PAGE_MOST = 200
HOUR = timedelta(hours=1)
FINDS_AN_HOUR = 60  # by one account
GLASS = "glass/"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")  # of birth: a year, or all days before one, is no person


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Whom somebody looks for in an emergency: an id, or what is known of her."""

    id: str = ""
    identifier: str = ""  # system|value
    family: str = ""
    given: str = ""
    born: str = ""


class Emergencies:
    """Who looked in an emergency, and what came of it.

    Args:
        group: Group/… whose members alone may break the glass; empty lets every clinician.
    """

    def __init__(self, parts: Parts, lines: Lines, ruler: Ruler, *, group: str = "") -> None:
        self._parts = parts
        self._lines = lines
        self._ruler = ruler
        self._group = group
        self._sought: dict[str, deque[datetime]] = {}  # when each account looked for somebody

    async def open(self, asking: Asking, patient: str, reason: str, lasting: timedelta) -> Breaking:
        """Break the glass: the caller sees this patient's record until it is over.

        What is asked for with the purpose BTG is open from now on. She is told at once.

        Raises:
            Forbidden: the caller is no clinician, or not one who may.
            Incorrect: no reason is given, or it shall last too long.
            NotFound: there is no such patient.
            Busy: the account did so too often today.
        """
        reason = reason.strip()
        if not REASON_LEAST <= len(reason) <= REASON_MOST:
            hint = f"Write {REASON_LEAST} to {REASON_MOST} characters; the patient will read it."
            raise Incorrect("The reason is missing or too long.", hint=hint)
        if not timedelta(0) < lasting <= LONGEST:
            raise Incorrect("It may last four hours at most.", hint="Choose a shorter time.")
        actor = self._actor(asking)
        parts, now = self._parts, self._parts.clock.now()
        asking = replace(asking, purpose=EMERGENCY, via="emergency")
        made = Breaking(
            id=parts.ids.new(),
            patient=patient,
            actor=asking.caller.account,
            actor_name=asking.caller.name,
            actor_person=actor,
            reason=reason,
            at=now,
            until=now + lasting,
            state=OPEN,
        )
        async with parts.writer.changing() as tx:
            refused = await self._why_not(tx, asking, actor, patient)
            entry = Entry(asking=asking, action="break-glass", patient=patient)
            if not refused:
                await self._keep(tx, made)
                await permits.add(tx, [_rule(made)])
                await parts.events.tell(tx, GlassBroken(made.id, patient, made.actor))
                entry.consent = GLASS + made.id
                entry.detail["reason"] = reason
                entry.detail["until"] = made.until.isoformat()
                await parts.books.write(tx, [entry])
        if refused:
            known = not isinstance(refused, NotFound)
            entry = replace(entry, outcome="deny", patient=patient if known else "")
            await parts.books.keep([entry])
            raise refused
        return made

    def _actor(self, asking: Asking) -> str:
        asking.caller.require(Role.CLINICIAN)
        actor = actor_of(asking.caller)
        if not actor:
            raise Forbidden("This account speaks as no practitioner.", hint="Ask an operator.")
        return actor

    async def _why_not(
        self, tx: Tx, asking: Asking, actor: str, patient: str
    ) -> Forbidden | NotFound | Busy | None:
        now = to_us(self._parts.clock.now())
        if self._group and not await permits.is_member(tx, actor, self._group, now):
            return Forbidden("You may not break the glass.", hint="Ask who is on emergency duty.")
        if not await rows.is_about(tx, patient):
            return not_found("Patient")
        day = now - int(timedelta(days=1).total_seconds() * 1e6)
        if await glass.count_since(tx, asking.caller.account, day) >= MOST_A_DAY:
            return Busy("You broke the glass too often today.", hint="Ask an operator.")
        return None

    async def find(self, asking: Asking, sought: Sought) -> str:
        """The one patient whom what is known of her fits: a clinician may ask that, to help her.

        Every attempt is a line in the log of whom it finds.

        Raises:
            NotFound: it fits nobody, or several.
            Incorrect: too little is known.
            Busy: the account looked too often within the hour.
        """
        self._actor(asking)
        self._require_seldom(asking)
        parts = self._parts
        if sought.id and not ID.fullmatch(sought.id):
            raise not_found("Patient")
        params = _params(sought)
        async with parts.db.read() as tx:
            found = await self._ids(tx, params) if params else [sought.id]
            about = [f"Patient/{id}" for id in found if await rows.is_about(tx, f"Patient/{id}")]
        asking = replace(asking, purpose=EMERGENCY, via="emergency")
        entry = Entry(asking=asking, action="find", patient=about[0] if len(about) == 1 else "")
        await parts.books.keep([entry])
        if len(about) != 1:
            raise NotFound(
                "Nobody, or more than one, is known by that.", hint="Give more of what you know."
            )
        return about[0]

    def _require_seldom(self, asking: Asking) -> None:
        """Nobody fishes for people: counted in this process, for each account."""
        now = self._parts.clock.now()
        moments = self._sought.setdefault(asking.caller.account, deque())
        while moments and moments[0] <= now - HOUR:
            moments.popleft()
        if len(moments) >= FINDS_AN_HOUR:
            raise Busy("You looked for too many people.", hint="Wait, or ask an operator.")
        moments.append(now)

    async def _ids(self, tx: Tx, params: list[tuple[str, str]]) -> list[str]:
        """Ids of patients that a search fits; nothing else of them leaves."""
        indexer, now = self._parts.indexer, self._parts.clock.now()
        query = compile_search("Patient", [*params, ("_count", "2")], indexer=indexer, now=now)
        page, _, _ = await search.find_page(tx, query, Blind())
        return [row.id for row in page]

    async def end(self, asking: Asking, id: str) -> None:
        """End it before its time; by who opened it, the patient, or an operator.

        Raises:
            NotFound: there is none that the caller may know of.
        """
        row = await self._find(asking, id)
        parts = self._parts
        now = to_us(parts.clock.now())
        async with parts.writer.changing() as tx:
            await self._ruler.drop(tx, GLASS + id)
            await glass.keep(tx, row._replace(until_at=min(row.until_at, now)))
            entry = Entry(asking=asking, action="revoke", patient=row.patient, consent=GLASS + id)
            await parts.books.write(tx, [entry])

    async def of_patient(self, asking: Asking, patient: str) -> list[Breaking]:
        """Every time somebody did so, newest first; for the patient and who decides for her.

        Raises:
            NotFound: somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        async with self._parts.db.read() as tx:
            found = await glass.find_of_patient(tx, patient, PAGE_MOST)
        return await self._open(found)

    async def mine(self, asking: Asking) -> list[Breaking]:
        """Those of the caller's that are open now."""
        actor = self._actor(asking)
        now = to_us(self._parts.clock.now())
        async with self._parts.db.read() as tx:
            rules = await permits.find_of_actor(tx, actor, (Kind.GLASS,), now)
            ids = [rule.consent.removeprefix(GLASS) for rule in rules]
            found = [row for id in ids if (row := await glass.find(tx, id))]
        return await self._open(found)

    async def to_judge(
        self, asking: Asking, *, state: str = OPEN, before: str | None = None, count: int = 50
    ) -> list[Breaking]:
        """Those that wait for a judgement, or have it; for operators, who judge.

        Raises:
            Forbidden: somebody else asks.
            Incorrect: there is no such state.
        """
        asking.caller.require(Role.OPERATOR)
        if state not in (OPEN, JUSTIFIED, UNJUSTIFIED):
            raise Incorrect("There is no such state.", hint=f"{OPEN}, {JUSTIFIED}, {UNJUSTIFIED}.")
        limit = max(1, min(count, PAGE_MOST))
        async with self._parts.db.read() as tx:
            found = await glass.find_in_state(tx, state, before=before, limit=limit)
        asking = replace(asking, via="emergency review")
        patients = sorted({row.patient for row in found})
        entries = [Entry(asking=asking, action="review", patient=it) for it in patients]
        if entries:  # each patient can see who read why somebody looked
            await self._parts.books.keep(entries)
        return await self._open(found)

    async def judge(self, asking: Asking, id: str, *, is_justified: bool, remark: str) -> Breaking:
        """Say whether it was justified; the patient reads it.

        Raises:
            Forbidden: somebody else than an operator, or who did it himself.
            Conflict: it was judged already.
            Incorrect: the remark is missing or too long.
        """
        asking.caller.require(Role.OPERATOR)
        remark = remark.strip()
        if not REASON_LEAST <= len(remark) <= REASON_MOST:
            hint = f"Write {REASON_LEAST} to {REASON_MOST} characters; the patient will read it."
            raise Incorrect("The remark is missing or too long.", hint=hint)
        row = await self._find(asking, id)
        if row.actor == asking.caller.account:
            raise Forbidden("Nobody judges himself.", hint="Ask another operator.")
        (before,) = await self._open([row])
        if row.state != OPEN:
            raise Conflict("It was judged already.", hint="Read what was said.")
        judged = replace(
            before,
            state=JUSTIFIED if is_justified else UNJUSTIFIED,
            reviewer=asking.caller.name,
            remark=remark,
            reviewed_at=self._parts.clock.now(),
        )
        async with self._parts.writer.changing() as tx:
            again = await glass.find(tx, id)
            if again is None or again.state != OPEN:
                raise Conflict("It was judged already.", hint="Read what was said.")
            await self._keep(tx, judged)
            entry = Entry(asking=asking, action="review", patient=row.patient, consent=GLASS + id)
            entry.detail["judgement"] = judged.state
            await self._parts.books.write(tx, [entry])
        return judged

    async def _find(self, asking: Asking, id: str) -> GlassRow:
        asking.caller.require_known()
        async with self._parts.db.read() as tx:
            row = await glass.find(tx, id)
        nowhere = NotFound("There is no such emergency.", hint="Check its id.")
        if row is None:
            raise nowhere
        is_his = row.actor == asking.caller.account or asking.caller.has(Role.OPERATOR)
        if not is_his and not await self._parts.releasing.acts(asking, row.patient) & Act.DECIDE:
            raise nowhere
        return row

    # As it is stored

    async def _keep(self, tx: Tx, made: Breaking) -> None:
        keys = await self._lines.keys({made.patient})
        body = orjson.dumps(
            {
                "actor_name": made.actor_name,
                "actor_person": made.actor_person,
                "reason": made.reason,
                "reviewer": made.reviewer,
                "remark": made.remark,
                "reviewed_at": to_us(made.reviewed_at) if made.reviewed_at else None,
            }
        )
        await glass.keep(
            tx,
            GlassRow(
                id=made.id,
                patient=made.patient,
                actor=made.actor,
                made_at=to_us(made.at),
                until_at=to_us(made.until),
                state=made.state,
                body=seal(keys[made.patient], body, GLASS + made.id),
            ),
        )

    async def _open(self, found: list[GlassRow]) -> list[Breaking]:
        texts = await self._lines.open([(row.body, GLASS + row.id) for row in found])
        now = to_us(self._parts.clock.now())
        opened: list[Breaking] = []
        for row, text in zip(found, texts, strict=True):
            if text is None:  # she was erased at this moment
                continue
            held = orjson.loads(text)
            at = held["reviewed_at"]
            opened.append(
                Breaking(
                    id=row.id,
                    patient=row.patient,
                    actor=row.actor,
                    actor_name=held["actor_name"],
                    actor_person=held["actor_person"],
                    reason=held["reason"],
                    at=from_us(row.made_at),
                    until=from_us(row.until_at),
                    state="over" if row.state == OPEN and row.until_at <= now else row.state,
                    reviewer=held["reviewer"],
                    remark=held["remark"],
                    reviewed_at=from_us(at) if at is not None else None,
                )
            )
        return opened


def _params(sought: Sought) -> list[tuple[str, str]]:
    """A search for exactly one person; nobody may fish with it."""
    if sought.id:
        return []
    if sought.identifier:
        system, _, value = sought.identifier.partition("|")
        if not (system and value):  # a system alone would find whoever is the only one in it
            raise Incorrect("The identifier is not whole.", hint="Write system|value.")
        return [("identifier", sought.identifier.replace(",", "\\,"))]
    if not (sought.family.strip() and DAY.fullmatch(sought.born)):
        hint = "Give an identifier, or family name and birth date as 1980-04-02."
        raise Incorrect("Too little is known to look for her.", hint=hint)
    params = [("family", sought.family), ("birthdate", sought.born)]
    params += [("given", sought.given)] if sought.given else []
    return [(name, value.replace(",", "\\,")) for name, value in params]


def _rule(made: Breaking) -> PermitRow:
    return PermitRow(
        consent=GLASS + made.id,
        number=0,
        part=0,
        kind=Kind.GLASS,
        patient=made.patient,
        actor=made.actor_person,
        purpose=EMERGENCY,
        is_denial=0,
        is_exception=0,
        categories=ALL_BUT_CONSENTS,
        types="",
        labels=0,
        narrow="",
        acts=int(Act.ACCESS),
        from_at=to_us(made.at),
        until_at=to_us(made.until),
        visit="",
    )
