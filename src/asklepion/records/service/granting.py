"""Allow, refuse, take back: the patient's word as Consents."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, Incorrect

from ..model import Asking, Category, Overtaken, Permit, Resource
from ..store import permits, rows
from ..store.permits import PermitRow
from .books import Entry
from .changing import Changer
from .consenting import ALL, Terms, as_permit, categories_in
from .deciding import PRACTITIONERS, actor_of, me_of
from .parts import Parts
from .searching import not_found
from .writing import State

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
        terms = Terms(
            patient=patient,
            actor=actor,
            categories=sorted(set(categories)),
            purpose=purpose,
            visit=visit,
            start=now,
            end=until,
        )
        return await self._say(asking, terms, "grant", tx)

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
        terms = Terms(
            patient=patient,
            actor=actor,
            categories=sorted(set(categories)),
            purpose="TREAT",
            visit=visit,
            start=self._parts.clock.now(),
            status="rejected",
            type="deny",
        )
        return await self._say(asking, terms, "refuse", tx)

    async def _say(self, asking: Asking, terms: Terms, action: str, tx: Tx | None) -> str:
        asking.caller.require_known()
        if me_of(asking.caller) != terms.patient:
            raise Forbidden("Only the patient may say that.", hint="Sign in as the patient.")
        if not terms.actor.startswith(PRACTITIONERS):
            raise Incorrect("The actor is no practitioner.", hint="Give Practitioner/….")
        if not terms.categories:
            raise Incorrect("No category is named.", hint="Name at least one.")
        said = await self._changer.create(asking, terms.as_resource(), action=action, tx=tx)
        return said.id

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
            (done,) = await parts.writer.keep(tx, herself, [ended], why_ended=why)
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
        mine = bool(patient) and patient == me_of(asking.caller)
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
        stands = standing.permits(patient)
        mask = standing.mask(patient)
        if not mask:
            return None
        first = as_permit(stands[0])
        until = from_us(min(row.until_at for row in stands))
        return replace(first, categories=categories_in(mask), until=until)

    async def given(self, asking: Asking, patient: str) -> list[Permit]:
        """Everything the patient allows to anybody at present; only she may ask.

        Raises:
            NotFound: somebody else asks.
        """
        sight = self._parts.releasing.sight(asking)
        if sight.me != patient:
            raise not_found("Patient")
        async with self._parts.db.read() as tx:
            held = await permits.find_of_patient(tx, patient)
        return [as_permit(row) for row in held if not row.is_denial and row.until_at > sight.at]

    async def is_any_over(self) -> bool:
        """Whether some permit's time is over."""
        async with self._parts.db.read() as tx:
            end = await permits.next_end(tx)
        return end is not None and end <= to_us(self._parts.clock.now())


def _may_end(asking: Asking, row: PermitRow) -> bool:
    caller = asking.caller
    return (
        caller.has(Role.OPERATOR) or me_of(caller) == row.patient or actor_of(caller) == row.actor
    )
