"""What is written, turned into rules: Consents, representatives, who belongs where, and marks.

In the transaction that writes it, so that a rule and what it says stand or fall together.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from asklepion.identity import Caller
from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Incorrect, Unsupported
from asklepion.kit.events import Events

from ..engine import Indexer, references_in
from ..engine.labels import labels_of
from ..engine.narrow import Narrow, codes_in, period_of
from ..model import Act, ConsentChanged, ConsentEnded, ConsentGranted, Resource
from ..store import permits, rows
from ..store.permits import ANY_PURPOSE, Kind, MarkRow, MemberRow, PermitRow
from ..store.rows import NOBODY, UNKNOWN, Row
from .consenting import FOR_EVER, ROLE, compile_consent
from .deciding import ALL
from .sealing import Bodies
from .signing.keeping import Signer
from .signing.values import Statement, said_in

ADULT_YEARS = 18  # then parents represent nobody any more
# Relationships that let somebody act in a patient's place. Source: HL7 v3 RoleCode
GUARDIANS = frozenset({"GUARD", "HPOWATT", "DPOWATT", "POWATT", "SPOWATT"})
PARENTS = frozenset(
    {"PRN", "MTH", "FTH", "NMTH", "NFTH", "PRNFOST", "MTHFOST", "FTHFOST", "ADOPTP", "ADOPTM"}
    | {"ADOPTF", "STPPRN", "STPMTH", "STPFTH", "GESTM"}
)
EVERYTHING = Act.ACCESS | Act.CORRECT | Act.DECIDE
REFUSED = "rejected"  # status of a Consent by which a patient said no
BATCH = 500  # resources that are looked at together


class Ruler:
    """Keeps the rules as what is written says."""

    def __init__(
        self, *, clock: Clock, events: Events, indexer: Indexer, bodies: Bodies, signer: Signer
    ) -> None:
        self._signer = signer
        self._clock = clock
        self._events = events
        self._indexer = indexer
        self._bodies = bodies

    def hash_code(self, system: str, code: str) -> int:
        """A code as rules hold it: it tells nothing to whoever lacks the key."""
        return self._indexer.keys.coding(0, system, code)

    # Consents

    async def take_consent(
        self,
        tx: Tx,
        resource: Resource,
        *,
        stands: bool,
        why_ended: str = "revoked",
        by: Caller | None = None,
    ) -> None:
        """Put what a Consent comes to in the place of what it came to before; sign it, and tell.

        Args:
            stands: it counts; else it opens nothing.
            by: who says so; nobody where the house does by itself.

        Raises:
            Unsupported, Incorrect: it says what cannot be kept.
        """
        before = await permits.drop(tx, resource["id"])
        found: list[PermitRow] = []
        if stands:
            compiled = compile_consent(resource, self.hash_code)
            narrow = {n: await self._beside(tx, it) for n, it in compiled.narrow.items()}
            texts = {number: it.as_text() for number, it in narrow.items()}
            found = [rule._replace(narrow=texts.get(rule.part, "")) for rule in compiled.rules]
            await permits.add(tx, found)
            if narrow:
                patient: str = resource["patient"]["reference"]
                await self._mark_all(tx, patient, resource["id"], narrow)
        self._sign(tx, resource, found, stands=stands, why=why_ended, by=by)
        await self._tell(tx, before, found, why_ended)

    def _sign(
        self,
        tx: Tx,
        resource: Resource,
        rules: Sequence[PermitRow],
        *,
        stands: bool,
        why: str,
        by: Caller | None,
    ) -> None:
        """Have it signed; a refusal comes to no rules, and is signed as well."""
        if stands and resource["status"] == REFUSED and "provision" in resource:
            rules = compile_consent({**resource, "status": "active"}, self.hash_code).rules
        self._signer.note(
            tx,
            Statement(
                consent=resource["id"],
                patient=resource["patient"]["reference"],
                said=said_in(resource) if rules else None,
                from_at=min((rule.from_at for rule in rules), default=0),
                until_at=max((rule.until_at for rule in rules), default=0),
                by=by,
                why=why,
            ),
        )

    async def _beside(self, tx: Tx, narrow: Narrow) -> Narrow:
        """With what the facts it names refer to."""
        if not narrow.around:
            return narrow
        keys = [self._indexer.key_of(*text.split("/", 1)) for text in narrow.around if "/" in text]
        found = [row for row in (await rows.find(tx, keys)).values() if row.body]
        beside: set[str] = set()
        for row in await self._bodies.open(found):
            beside |= references_in(orjson.loads(row.body))
        return replace(narrow, beside=frozenset(beside))

    async def drop(self, tx: Tx, consent: str, why: str = "revoked") -> None:
        """Take away what a Consent, or what stands for one, came to, and tell."""
        await self._tell(tx, await permits.drop(tx, consent), [], why)

    async def expire(self, tx: Tx) -> int:
        """Take away rules whose time is over, and tell; returns how many."""
        over = await permits.drop_expired(tx, to_us(self._clock.now()))
        await self._tell(tx, over, [], "expired")
        return len(over)

    async def _tell(
        self, tx: Tx, before: Sequence[PermitRow], after: Sequence[PermitRow], why: str
    ) -> None:
        """Who may see less is told that it ended, who may see something that it was granted."""
        actors = {row.actor for row in after if not row.is_denial}
        ended = {
            (r.consent, r.patient, r.actor, r.visit)
            for r in before
            if not r.is_denial and r.actor not in actors
        }
        for consent, patient, actor, visit in sorted(ended):
            event = ConsentEnded(consent, patient, actor, visit or None, why)
            await self._events.tell(tx, event)
        for actor in sorted(actors):
            row = next(r for r in after if r.actor == actor and not r.is_denial)
            granted = ConsentGranted(row.consent, row.patient, actor, row.visit or None)
            await self._events.tell(tx, granted)
        for consent, patient in {(r.consent, r.patient) for r in (*before, *after) if r.is_denial}:
            await self._events.tell(tx, ConsentChanged(consent, patient))

    # Marks

    async def _mark_all(
        self, tx: Tx, patient: str, consent: str, narrow: dict[int, Narrow]
    ) -> None:
        """Mark everything of a patient that narrow parts of one Consent are about."""
        after = 0
        while True:
            found = await permits.versions_about(tx, patient, after=after, limit=BATCH)
            if not found:
                return
            after = max(row.rid for row in found)
            marks: list[MarkRow] = []
            for row in await self._bodies.open([row for row in found if row.body]):
                resource = orjson.loads(row.body)
                marks += [
                    MarkRow(consent, part, row.rid, row.version, patient)
                    for part, it in narrow.items()
                    if self._is_about(it, resource)
                ]
            await permits.mark(tx, marks)

    def _is_about(self, narrow: Narrow, resource: Resource) -> bool:
        found = codes_in(resource, is_denial=narrow.is_denial) if narrow.codes else ()
        return narrow.is_about(resource, {self.hash_code(*coding) for coding in found})

    async def mark_new(
        self, tx: Tx, written: Sequence[tuple[Row, Resource, frozenset[str]]]
    ) -> None:
        """Mark new versions that narrow parts are about.

        Args:
            written: each row with its resource, and everybody it is about.
        """
        patients = sorted({patient for _, _, about in written for patient in about})
        found = await permits.find_narrow(tx, patients) if patients else []
        if not found:
            return
        parts = [(rule, Narrow.read(rule.narrow)) for rule in found]
        numbers = await rows.find(tx, [row.key for row, _, _ in written])
        marks = [
            MarkRow(rule.consent, rule.part, numbers[row.key].rid, row.version, rule.patient)
            for row, resource, about in written
            for rule, narrow in parts
            if rule.patient in about and self._is_about(narrow, resource)
        ]
        await permits.mark(tx, marks)
        # What a named fact refers to may have changed with it.
        changed = {row.reference for row, _, _ in written}
        for consent in {rule.consent for rule, it in parts if it.around & changed}:
            await self._mark_again(tx, consent)

    async def _mark_again(self, tx: Tx, consent: str) -> None:
        key = self._indexer.key_of("Consent", consent)
        row = (await rows.find(tx, [key])).get(key)
        opened = await self._bodies.open([row]) if row and row.body else []
        if not opened:
            return
        try:
            compile_consent(orjson.loads(opened[0].body), self.hash_code)
        except (Unsupported, Incorrect):  # it names somebody who was erased: it stays as it is
            return
        await self.take_consent(tx, orjson.loads(opened[0].body), stands=True)

    # Who stands in for whom, and who belongs where

    async def take(self, tx: Tx, resource: Resource, patient: str) -> None:
        """Keep what any other written resource says about who is who.

        Args:
            patient: whose it is, as the tables say it.
        """
        match resource["resourceType"]:
            case "RelatedPerson":
                await self._take_relative(tx, resource, await self._born(tx, patient))
            case "Patient":
                born = resource.get("birthDate", "")
                for relative in await self._relatives(tx, patient):
                    await self._take_relative(tx, relative, born)
            case "PractitionerRole" | "Group" | "CareTeam":
                source = f"{resource['resourceType']}/{resource['id']}"
                is_of_nobody = patient in (NOBODY, UNKNOWN)  # what was said before is over anyway
                await permits.keep_members(tx, source, _members(resource) if is_of_nobody else [])
            case _:
                pass

    async def forget(self, tx: Tx, row: Row, by: Caller | None = None) -> None:
        """Take away what a deleted resource said about that."""
        if row.type == "Consent":
            await self.drop(tx, row.id)
            self._signer.note(tx, Statement(consent=row.id, patient=row.patient, by=by))
        elif row.type == "RelatedPerson":
            await self.drop(tx, row.reference)
        elif row.type in ("PractitionerRole", "Group", "CareTeam"):
            await permits.keep_members(tx, row.reference, [])

    async def _take_relative(self, tx: Tx, relative: Resource, born: str) -> None:
        reference = f"RelatedPerson/{relative['id']}"
        before = await permits.drop(tx, reference)
        rule = _representative(relative, born, to_us(self._clock.now()))
        after = [rule] if rule else []
        await permits.add(tx, after)
        await self._tell(tx, before, after, "revoked")

    async def _born(self, tx: Tx, patient: str) -> str:
        type, _, id = patient.partition("/")
        key = self._indexer.key_of(type, id)
        row = (await rows.find(tx, [key])).get(key)
        opened = await self._bodies.open([row]) if row and row.body else []
        return orjson.loads(opened[0].body).get("birthDate", "") if opened else ""

    async def _relatives(self, tx: Tx, patient: str) -> list[Resource]:
        found = await rows.find_of_type(tx, patient, "RelatedPerson")
        return [orjson.loads(row.body) for row in await self._bodies.open(found)]

    # Labels

    async def label_some(self, tx: Tx) -> int:
        """Label some versions that an older program kept without; returns how many."""
        found = await permits.unlabelled(tx, BATCH)
        opened = {
            (r.rid, r.version): r for r in await self._bodies.open([r for r in found if r.body])
        }
        labelled: list[Row] = []
        for row in found:
            text = opened.get((row.rid, row.version))
            mask = labels_of(orjson.loads(text.body)) if text else labels_of({})
            labelled.append(row._replace(labels=mask))
        await permits.keep_labels(tx, labelled)
        return len(labelled)


def _representative(relative: Resource, born: str, now: int) -> PermitRow | None:
    """The rule that lets somebody stand in for a patient; None where the relation does not."""
    codes = {c.get("code") for r in relative.get("relationship", ()) for c in r.get("coding", ())}
    if relative.get("active") is False or not codes & (GUARDIANS | PARENTS):
        return None
    span = period_of(relative.get("period", {}))
    start, end = (span[0], min(span[1] + 1, FOR_EVER)) if span else (0, FOR_EVER)
    if not codes & GUARDIANS:
        end = min(end, _grown_up(born))
    if end <= now:
        return None
    reference = f"RelatedPerson/{relative['id']}"
    return PermitRow(
        consent=reference,
        number=0,
        part=0,
        kind=Kind.REPRESENTATIVE,
        patient=relative["patient"]["reference"],
        actor=reference,
        purpose=ANY_PURPOSE,
        is_denial=0,
        is_exception=0,
        categories=ALL,
        types="",
        labels=0,
        narrow="",
        acts=int(EVERYTHING),
        from_at=max(start, 0),
        until_at=end,
        visit="",
    )


def _grown_up(born: str) -> int:
    """When somebody is of age, in microseconds; long ago where nobody knows when she was born."""
    try:
        year, month, day = (int(part) for part in born.split("-"))
        if (month, day) == (2, 29):
            month, day = 3, 1
        return to_us(datetime(year + ADULT_YEARS, month, day, tzinfo=UTC))
    except ValueError:
        return 0


def _members(resource: Resource) -> list[MemberRow]:
    """Who belongs where by what a PractitionerRole, Group or CareTeam of nobody says."""
    source = f"{resource['resourceType']}/{resource['id']}"
    if resource.get("active") is False or resource.get("status") == "inactive":
        return []
    span = period_of(resource.get("period", {}))
    start, end = (max(span[0], 0), min(span[1] + 1, FOR_EVER)) if span else (0, FOR_EVER)
    if resource["resourceType"] == "PractitionerRole":
        member = resource.get("practitioner", {}).get("reference", "")
        belongs = [source, resource.get("organization", {}).get("reference", "")]
        for concept in (*resource.get("code", ()), *resource.get("specialty", ())):
            belongs += [
                f"{ROLE}{c.get('system', '')}|{c['code']}"
                for c in concept.get("coding", ())
                if "code" in c
            ]
        pairs = [(member, it) for it in belongs]
    else:
        field = "member" if resource["resourceType"] == "Group" else "participant"
        pairs = [(_who(it), source) for it in resource.get(field, ()) if not it.get("inactive")]
    return [MemberRow(source, m, it, start, end) for m, it in pairs if m and it]


def _who(member: dict[str, Any]) -> str:
    for name in ("entity", "member"):
        if name in member:
            return str(member[name].get("reference", ""))
    return ""
