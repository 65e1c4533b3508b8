"""Allow, refuse, take back: the patient's word as Consents."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from asklepion.identity import AccountClosed, Caller, Role
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, Incorrect

from ..engine.labels import names_of
from ..model import Act, Asking, Category, Choice, Kept, Overtaken, Permit, Resource, Said
from ..store import Sight, permits, rows, search
from ..store.permits import Kind, PermitRow
from .absent import not_found
from .books import Entry, code_of
from .changing import Changer
from .choosing import as_consent, choice_of
from .consenting import ALL, as_permit, categories_in, first_of_each
from .deciding import PRACTITIONERS, RELATIVES, Standing, actor_of, me_of
from .parts import Parts
from .written import State

ATTEMPTS = 5  # at a change that somebody else makes as well
UNTIL_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)


class Granter:
    """What a patient says about who may see her record."""

    def __init__(self, parts: Parts, changer: Changer) -> None:
        self._parts = parts
        self._changer = changer

    async def grant(
        self,
        asking: Asking,
        *,
        patient: str,
        actor: str,
        categories: Iterable[Category],
        until: datetime,
        visit: str | None = None,
        purpose: str = "TREAT",
        tx: Tx | None = None,
    ) -> str:
        """Let one actor see some categories until a moment; returns the Consent's id.

        Args:
            tx: a transaction that is open already; what is said is kept or forgotten with it.

        Raises:
            Forbidden: somebody else than the patient asks.
            Incorrect: nothing is allowed, to nobody, or only in the past.
        """
        now = self._parts.clock.now()
        if until <= now:
            raise Incorrect("The end lies in the past.", hint="Allow until some time from now.")
        choice = Choice(
            actors=(actor,),
            categories=frozenset(categories),
            purposes=(purpose,),
            start=now,
            end=until,
            visit=visit or "",
        )
        require_one(choice)
        return (await self.say(asking, patient, choice, action="grant", tx=tx)).id

    async def refuse(
        self,
        asking: Asking,
        *,
        patient: str,
        actor: str,
        categories: Iterable[Category],
        visit: str | None = None,
        tx: Tx | None = None,
    ) -> str:
        """Write down that the patient said no; returns the Consent's id."""
        choice = Choice(
            is_denial=True,
            actors=(actor,),
            categories=frozenset(categories),
            purposes=("TREAT",),
            start=self._parts.clock.now(),
            visit=visit or "",
        )
        require_one(choice)
        said = await self.say(asking, patient, choice, action="refuse", status="rejected", tx=tx)
        return said.id

    async def say(
        self,
        asking: Asking,
        patient: str,
        choice: Choice,
        *,
        action: str = "grant",
        status: str = "active",
        tx: Tx | None = None,
    ) -> Kept:
        """Keep what a patient, or who may decide in her place, says about her record.

        Raises:
            Forbidden: somebody else asks.
            Incorrect: it lies in the past, or names somebody who cannot be meant.
        """
        asking.caller.require_known()
        await self.require_decides(asking, patient)
        now = self._parts.clock.now()
        if choice.end is not None and choice.end <= now:
            raise Incorrect("The end lies in the past.", hint="Choose some time from now.")
        consent = as_consent(
            replace(choice, start=choice.start or now),
            patient=patient,
            performer=asking.caller.person or patient,
            at=now,
            status=status,
        )
        return await self._changer.create(asking, consent, action=action, tx=tx)

    async def decides(self, asking: Asking, patient: str) -> bool:
        """Whether the caller is this patient, or may decide in her place."""
        return bool(await self._parts.releasing.acts(asking, patient) & Act.DECIDE)

    async def require_decides(self, asking: Asking, patient: str) -> None:
        """Let nobody past but the patient and those who may decide in her place.

        Raises:
            Forbidden: it is somebody else.
        """
        if not await self.decides(asking, patient):
            raise Forbidden("Only the patient may say that.", hint="Sign in as the patient.")

    async def end(self, asking: Asking, consent: str) -> None:
        """Let a consent end now; nothing happens where it has ended already.

        Raises:
            NotFound: there is none of this patient, or none given to this actor.
        """
        asking.caller.require_known()
        for attempt in range(ATTEMPTS):
            resource = await self._find(asking, consent)
            try:
                async with self._parts.writer.changing() as tx:
                    return await self._end(tx, asking, [resource], "revoked")
            except Overtaken:  # another path may have ended it at this very moment: look again
                if attempt + 1 == ATTEMPTS:
                    raise

    async def hear_closed(self, event: AccountClosed) -> None:
        """An account was closed: what was allowed to it alone ends, and not what it allowed.

        Whoever speaks as the same person later is not allowed it by that.
        """
        if not event.person or event.person.startswith("Patient/"):
            return  # as a relative she may have been allowed something: it is hers by her record
        house = Caller(account="house", name="house", roles=frozenset({Role.OPERATOR}))
        asking = Asking(caller=house, purpose="HOPERAT", via="account")
        for attempt in range(ATTEMPTS):
            try:
                async with self._parts.writer.changing() as tx:
                    ending = await self._bodies(tx, await permits.given_to_alone(tx, event.person))
                    return await self._end(tx, asking, ending, "account closed")
            except Overtaken:
                if attempt + 1 == ATTEMPTS:
                    raise

    async def end_visit(
        self, asking: Asking, visit: str, *, why: str = "revoked", tx: Tx | None = None
    ) -> int:
        """Let everything end that was allowed for a visit; returns how many consents that were.

        The patient ends what is hers, an actor what was given to him, an operator all of it.
        """
        asking.caller.require_known()
        async with self._parts.writer.changing(tx) as inside:
            standing = await permits.find_of_visit(inside, visit)
            consents = sorted({row.consent for row in standing if _may_end(asking, row)})
            ending = await self._bodies(inside, consents)
            await self._end(inside, asking, ending, why)
        return len(consents)

    async def _end(self, tx: Tx, asking: Asking, consents: list[Resource], why: str) -> None:
        """Whoever may end one does so in the patient's name; the log says who it was."""
        parts = self._parts
        entries: list[Entry] = []
        for resource in consents:
            if resource["status"] != "active":
                continue
            patient: str = resource["patient"]["reference"]
            ended = parts.drafter.draft({**resource, "status": "inactive"})
            caller = replace(asking.caller, person=patient, roles=frozenset({Role.PATIENT}))
            herself = replace(asking, caller=caller)
            (done,) = await parts.writer.keep(tx, herself, [ended], why_ended=why, by=asking.caller)
            if done.state == State.CHANGED:
                entry = Entry(
                    asking=asking, action="revoke", patient=patient, consent=resource["id"]
                )
                entry.add("Consent", ended.reference, Category.CONSENTS)
                await parts.writer.tell_kept(tx, [done])
                entries.append(entry)
        await parts.books.write(tx, entries)

    async def _bodies(self, tx: Tx, consents: list[str]) -> list[Resource]:
        keys = [self._parts.indexer.key_of("Consent", consent) for consent in consents]
        found = [row for row in (await rows.find(tx, keys)).values() if row.body]
        opened = [await self._parts.writer.look(row) for row in found]
        return [orjson.loads(row.body) for row in opened if row]

    async def _find(self, asking: Asking, consent: str) -> Resource:
        async with self._parts.db.read() as tx:
            found = await self._bodies(tx, [consent])
        resource: dict[str, Any] = found[0] if found else {}
        actors = resource.get("provision", {}).get("actor", ())
        named = {actor.get("reference", {}).get("reference") for actor in actors}
        patient = resource.get("patient", {}).get("reference", "")
        mine = await self.decides(asking, patient)
        given_to_me = bool(actor_of(asking.caller)) and actor_of(asking.caller) in named
        if not (mine or given_to_me):
            raise not_found("Consent")
        return resource

    async def permits(self, asking: Asking, patient: str) -> Permit | None:
        """What the caller may see of this patient now; of herself, everything and always."""
        sight = self._parts.releasing.sight(asking)
        if sight.me == patient:
            return Permit(
                consent="",
                patient=patient,
                actor=patient,
                categories=categories_in(ALL),
                until=UNTIL_ALWAYS,
                visit=None,
                purpose=asking.purpose,
            )
        async with self._parts.db.read() as tx:
            standing = await self._parts.releasing.standing(tx, sight, [patient])
        return _open(standing, patient)

    async def allowed_by(self, asking: Asking) -> dict[str, Permit]:
        """Whoever named the caller, or a group he belongs to, and what he may see of each now.

        It tells nothing of what is there, and is no look: who goes on to look has it written down.
        Neither those who let every clinician look are among them, nor emergencies.
        """
        sight = self._parts.releasing.sight(asking)
        if not sight.actor:
            return {}
        async with self._parts.db.read() as tx:
            patients = await permits.find_patients_of(tx, sight.actor, sight.at)
            standing = await self._parts.releasing.standing(tx, sight, patients)
        found = {patient: _open(standing, patient) for patient in patients}
        return {patient: permit for patient, permit in found.items() if permit}

    async def given(self, asking: Asking, patient: str) -> list[Permit]:
        """Everything the patient allows to anybody at present; for her, and who decides for her.

        Raises:
            NotFound: somebody else asks.
        """
        sight = self._parts.releasing.sight(asking)
        await self._parts.releasing.require(asking, patient)
        async with self._parts.db.read() as tx:
            held = await permits.find_of_patient(tx, patient)
        stands = [row for row in held if not row.is_denial and row.until_at > sight.at]
        return [as_permit(row) for row in first_of_each(stands)]

    async def said(self, asking: Asking, patient: str) -> list[Said]:
        """Every Consent of a patient's, newest first; for herself, and who decides in her place.

        Raises:
            NotFound: somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        now = to_us(self._parts.clock.now())
        async with self._parts.db.read() as tx:
            found = await rows.find_of_type(tx, patient, "Consent")
            weighed = await self._parts.releasing.weigh(
                tx, asking, self._parts.releasing.sight(asking), found, [patient]
            )
            standing = {
                row.consent
                for row in await permits.find_of_patient(tx, patient)
                if row.until_at > now
            }
        opened = await self._parts.releasing.release("read", weighed)
        return [
            Said(
                consent=row.id,
                version=row.version,
                at=from_us(row.updated_at),
                stands=row.id in standing,
                choice=choice_of(orjson.loads(row.body)),
            )
            for row in sorted(opened, key=lambda row: (row.updated_at, row.rid), reverse=True)
        ]

    async def represents(self, asking: Asking) -> dict[str, Act]:
        """The patients in whose place the caller may do something, and what."""
        asking.caller.require_known()
        actor = actor_of(asking.caller)
        now = to_us(self._parts.clock.now())
        if not actor.startswith(RELATIVES):
            return {}
        async with self._parts.db.read() as tx:
            found = await permits.find_of_actor(tx, actor, (Kind.CONSENT, Kind.REPRESENTATIVE), now)
        acts: dict[str, Act] = {}
        for row in found:
            acts[row.patient] = acts.get(row.patient, Act(0)) | Act(row.acts)
        return acts

    async def sensitive(self, asking: Asking, patient: str) -> dict[str, int]:
        """How many of her facts are delicate about what, so that she can say who may see them."""
        await self._parts.releasing.require(asking, patient)
        async with self._parts.db.read() as tx:
            found = await permits.count_labels(tx, patient)
        counts: dict[str, int] = {}
        for mask, category, count in found:
            for name in names_of(mask) if category != Category.CONSENTS else ():
                counts[name] = counts.get(name, 0) + count
        return counts

    async def preview(
        self, asking: Asking, patient: str, actor: str, purpose: str
    ) -> dict[str, tuple[int, int]]:
        """What somebody would see of a patient now: by category, how many and out of how many.

        Raises:
            NotFound: somebody else than the patient or who decides for her asks.
        """
        await self._parts.releasing.require(asking, patient)
        now = self._parts.clock.now()
        is_clinician = actor.startswith(PRACTITIONERS)
        sight = Sight(actor=actor, purpose=purpose, at=to_us(now), is_clinician=is_clinician)
        counts: dict[str, tuple[int, int]] = {}
        async with self._parts.db.read() as tx:
            found = await search.count_seen(tx, sight, patient)
        for category, seen, whole in found:
            counts[code_of(category)] = (seen, whole)
        return counts

    async def is_any_over(self) -> bool:
        """Whether some permit's time is over."""
        async with self._parts.db.read() as tx:
            end = await permits.next_end(tx)
        return end is not None and end <= to_us(self._parts.clock.now())


def _open(standing: Standing, patient: str) -> Permit | None:
    """What is open of a patient; nothing where nothing is."""
    stands = standing.permits(patient)
    mask = standing.mask(patient)
    if not mask:
        return None
    first = as_permit(stands[0])
    until = from_us(min(row.until_at for row in stands))
    partial = categories_in(mask & ~standing.whole(patient))
    return replace(first, categories=categories_in(mask), until=until, partial=partial)


def _may_end(asking: Asking, row: PermitRow) -> bool:
    caller = asking.caller
    return (
        caller.has(Role.OPERATOR) or me_of(caller) == row.patient or actor_of(caller) == row.actor
    )


def require_one(choice: Choice) -> None:
    """Somebody and something are named.

    Raises:
        Incorrect: they are not.
    """
    if not all(actor.startswith(PRACTITIONERS) for actor in choice.actors):
        raise Incorrect("The actor is no practitioner.", hint="Give Practitioner/….")
    if not choice.categories:
        raise Incorrect("No category is named.", hint="Name at least one.")
