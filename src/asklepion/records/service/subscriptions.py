"""Subscriptions: made by whoever may see something, told of it as long as that is so.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asklepion.identity import Caller, Role
from asklepion.kit.clock import from_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, Forbidden, Incorrect

from ..model import Asking, Category, Forgotten, Kept, Resource, Stale
from ..store import rows
from ..store import subscriptions as store
from ..store.subscriptions import ACTIVE, OFF, REQUESTED, SubscriptionRow
from .absent import not_found
from .books import Entry
from .deciding import me_of
from .drafting import stamp
from .granting import Granter
from .parts import Parts
from .sealing import Texts
from .searching import Params, Searcher
from .subscribing.ground import Ground, Held
from .subscribing.hearing import Hearing
from .subscribing.hooks import Hooks
from .subscribing.lines import Line, Lines, Token
from .subscribing.notices import WHY, Said, notification, status
from .subscribing.sending import SECOND, Sending, as_text
from .subscribing.wishes import (
    CONTENTS,
    REST_HOOK,
    WEBSOCKET,
    Wish,
    is_same_place,
    read_headers,
    read_wish,
    without_secrets,
)

__all__ = ["Line", "Subscriptions", "Token"]

MOST = 20  # for one account
SEARCHED = ("_id", "status", "type", "criteria", "url", "payload")
EVENTS_MOST = 100  # in one answer to $events
SUBSCRIBERS = (Role.PATIENT, Role.CLINICIAN, Role.OPERATOR)
OUT_OF_THE_ORDINARY = "BTG"  # a purpose that is for one look, not for what comes later


@dataclass(frozen=True, kw_only=True)
class _Mine:
    """One of the caller's own."""

    row: SubscriptionRow
    held: Held


class Subscriptions:
    """The verbs.

    Args:
        texts: seals what they say.
        hooks: how endpoints are called.
    """

    def __init__(
        self, parts: Parts, *, texts: Texts, searcher: Searcher, granter: Granter, hooks: Hooks
    ) -> None:
        self._parts = parts
        self._hooks = hooks
        self._lines = Lines(parts.clock)
        self._ground = Ground(
            parts, texts=texts, searcher=searcher, granter=granter, lines=self._lines
        )
        self._hearing = Hearing(self._ground)
        self._sending = Sending(self._ground, hooks)

    def know_callers(self, find: Callable[[str], Awaitable[Caller | None]]) -> None:
        """Have somebody say who an account is now; without that, nobody is told anything."""
        self._ground.callers = find

    async def run(self) -> None:
        """Send for ever; in one process of the house only."""
        await self._sending.run()

    async def send_due(self) -> int:
        """Attend to what is due now, once; returns how many subscriptions that were."""
        return await self._sending.send_due()

    # Made and changed

    async def create(self, asking: Asking, resource: Resource, *, base: str) -> Kept:
        """Keep a new one of the caller's own.

        Args:
            base: our FHIR address, as the caller calls it.

        Raises:
            Forbidden: the account cannot subscribe to anything.
            NotFound: it is about a patient who is not there, or has allowed the caller nothing.
            Incorrect, Unsupported: it asks for something that is not done.
            Busy: the account has too many.
        """
        self._require_subscriber(asking)
        at = self._ground.now_at
        row = SubscriptionRow(
            id=self._parts.ids.new(),
            account=asking.caller.account,
            patient="",
            owner="",
            status=REQUESTED,
            channel="",
            version=1,
            made_at=at,
            changed_at=at,
            until_at=0,
            number=0,
            failures=0,
            due_at=0,
            said_at=0,
            heartbeat_us=0,
            reason="",
            body=b"",
        )
        return await self._keep(asking, row, resource, base)

    async def update(
        self, asking: Asking, resource: Resource, *, base: str, if_match: int | None = None
    ) -> Kept:
        """Keep the next version of one of the caller's own; what failed is tried anew.

        Raises: as `create`; NotFound where it is none of the caller's, Stale where it is not the
            version that was meant.
        """
        self._require_subscriber(asking)
        mine = await self._mine(asking, str(resource.get("id", "")))
        if if_match is not None and if_match != mine.row.version:
            raise Stale("It was changed meanwhile.", hint="Read it again and repeat the change.")
        row = mine.row._replace(
            version=mine.row.version + 1,
            changed_at=self._ground.now_at,
            status=REQUESTED,
            failures=0,
            due_at=0,
            reason="",
        )
        return await self._keep(asking, row, resource, base, mine)

    async def _keep(
        self,
        asking: Asking,
        row: SubscriptionRow,
        resource: Resource,
        base: str,
        before: _Mine | None = None,
    ) -> Kept:
        resource = {k: v for k, v in resource.items() if k not in ("error", "meta")}
        wish, resource = await self._wish(asking, {**resource, "id": row.id})
        headers = self._headers(resource, wish, before)
        row = self._as_wished(asking, row, resource, wish)
        held = Held(
            resource=without_secrets(resource),
            headers=headers,
            purpose=asking.purpose,
            visit=asking.visit,
            base=base,
        )
        row = await self._ground.seal(row, held)
        async with self._parts.db.begin() as tx:
            await tx.lock("records.subscriptions")
            others = await store.find_of_account(tx, row.account)
            now = next((each for each in others if each.id == row.id), None)
            if (now.version if now else 0) != row.version - 1:
                raise Stale("It was changed meanwhile.", hint="Read it again, then repeat.")
            if now is None and len(others) >= MOST:
                raise Busy("The account has too many subscriptions.", hint="Delete one first.")
            await store.keep(tx, row._replace(number=now.number if now else 0))
            if row.status == OFF:
                await store.drop_waiting(tx, row.id)
            await self._parts.books.write(tx, [self._line(asking, "write", row)])
        self._lines.cut(row.id)
        self._sending.wake()
        return self._kept(row, held, is_new=before is None)

    async def _wish(self, asking: Asking, resource: Resource) -> tuple[Wish, Resource]:
        self._parts.drafter.draft(resource)  # raises where it is not FHIR R4
        wish = read_wish(resource, self._ground.now_at)
        if len(wish.patients) > 1:
            raise Incorrect("It names several patients.", hint="Make one for each of them.")
        for patient in wish.patients:
            if not await self._ground.stands(patient, asking):
                raise not_found("Patient")
        await self._ground.compile(wish, asking)
        if wish.channel == REST_HOOK and not self._hooks.may_call(wish.endpoint):
            raise Incorrect(
                "The endpoint may not be called from here.",
                hint="Give an https address on the internet, or ask an operator to allow its host.",
            )
        return wish, resource

    def _headers(
        self, resource: Resource, wish: Wish, before: _Mine | None
    ) -> list[tuple[str, str]]:
        """A secret goes to no other place than the one it was given for."""
        known: Sequence[tuple[str, str]] = before.held.headers if before else ()
        old = before.held.resource["channel"].get("endpoint", "") if before else ""
        is_same = bool(old) and bool(wish.endpoint) and is_same_place(old, wish.endpoint)
        return read_headers(resource["channel"], known if is_same else ())

    def _as_wished(
        self, asking: Asking, row: SubscriptionRow, resource: Resource, wish: Wish
    ) -> SubscriptionRow:
        patient = next(iter(wish.patients), "") or me_of(asking.caller)
        is_off = resource["status"] == OFF
        is_socket = wish.channel == WEBSOCKET
        return row._replace(
            patient=patient,
            owner=patient,
            status=OFF if is_off else ACTIVE if is_socket else REQUESTED,
            channel=wish.channel,
            until_at=wish.until_at,
            said_at=self._ground.now_at if is_socket else 0,
            heartbeat_us=wish.heartbeat_s * SECOND,
        )

    async def delete(self, asking: Asking, id: str) -> None:
        """Take one of the caller's own away, with what it told.

        Raises:
            NotFound: it is none of the caller's.
        """
        mine = await self._mine(asking, id)
        async with self._parts.db.begin() as tx:
            await store.drop(tx, [id])
            await self._parts.books.write(tx, [self._line(asking, "delete", mine.row)])
        self._lines.cut(id)

    # Looked at

    async def read(self, asking: Asking, id: str) -> Kept:
        """One of the caller's own, without the secrets in its headers.

        Raises:
            NotFound: it is none of the caller's.
        """
        mine = await self._mine(asking, id)
        return self._kept(mine.row, mine.held)

    async def search(self, asking: Asking, params: Params) -> list[Kept]:
        """The caller's own that match.

        Raises:
            Incorrect: a parameter is not known here.
        """
        for name, _ in params:
            if name not in SEARCHED:
                raise Incorrect(
                    "Subscriptions are not searched by that.", hint=f"Take {', '.join(SEARCHED)}."
                )
        found = [self._kept(mine.row, mine.held) for mine in await self._all_mine(asking)]
        return [each for each in found if all(_matches(each, *pair) for pair in params)]

    async def statuses(
        self, asking: Asking, ids: Sequence[str] = (), states: Sequence[str] = ()
    ) -> list[tuple[str, dict[str, Any]]]:
        """Where the caller's own stand: their ids, and Parameters as $status has them."""
        return [
            (mine.row.id, status(said, "query-status", mine.row.status))
            for mine in await self._all_mine(asking)
            if (not ids or mine.row.id in ids) and (not states or mine.row.status in states)
            if (said := await self._said(mine))
        ]

    async def events(
        self, asking: Asking, id: str, first: int = 1, last: int | None = None, content: str = ""
    ) -> dict[str, Any]:
        """What was told, or was tried to be, as far as it may still be seen: a Bundle.

        Raises:
            NotFound: it is none of the caller's.
            Incorrect: there is no such content.
        """
        if content not in ("", *CONTENTS):
            raise Incorrect("The content is unknown.", hint=f"Take {', '.join(CONTENTS)}.")
        mine = await self._mine(asking, id)
        said = await self._said(mine)
        if said is None:
            raise not_found("Subscription")
        until = mine.row.number if last is None else last
        async with self._parts.db.read() as tx:
            found = await store.find_numbered(tx, id, first, until, EVENTS_MOST)
        as_made = replace(asking, purpose=mine.held.purpose, visit=mine.held.visit)
        released = await self._sending.release(as_made, said.wish, found)
        events = [(each, released[each.position]) for each in found if each.position in released]
        told = replace(said, events=events, content=content or said.wish.content or "id-only")
        ids = self._parts.ids
        return notification(told, "query-event", mine.row.status, ids.new(), ids.new())

    async def _said(self, mine: _Mine) -> Said | None:
        wish = await self._ground.wish(mine.row, mine.held)
        if wish is None:
            return None
        return Said(
            row=mine.row,
            wish=wish,
            base=mine.held.base,
            at=self._parts.clock.now(),
            number=mine.row.number,
        )

    # Sockets

    async def token(self, asking: Asking, ids: Sequence[str] = ()) -> Token:
        """A token for the caller's own with a websocket, or for some of them.

        Raises:
            NotFound: one is none of the caller's, or has no websocket, or there is none.
        """
        mine = [each.row.id for each in await self._all_mine(asking) if _is_on_socket(each.row)]
        wanted = [id for id in mine if not ids or id in ids]
        if not wanted or set(ids) - set(wanted):
            raise not_found("Subscription")
        return self._lines.token(asking.caller.account, tuple(wanted))

    def line(self) -> Line:
        """A socket that was opened; it listens for nothing yet."""
        return Line()

    def forget_line(self, line: Line) -> None:
        """That socket was closed."""
        self._lines.forget(line)

    async def bind(self, line: Line, text: str) -> bool:
        """Let a socket listen for what a token is for, and greet it; false where it is not good."""
        token = self._lines.take(text)
        if token is None:
            return False
        for id in token.subscriptions:
            async with self._parts.db.read() as tx:
                row = await store.find(tx, id)
            held = await self._ground.open(row) if row else None
            if row is None or held is None or not _is_on_socket(row):
                continue
            if not self._lines.bind(line, token.account, id):
                return False
            said = await self._said(_Mine(row=row, held=held))
            if said and said.wish.is_plain:
                line.say(f"bound {id}")
            elif said:
                line.say(as_text(said, "handshake", row.status).decode())
        self._sending.wake()
        return True

    # Forgotten

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what is about somebody who is erased, hers and others'."""
        ids, events = await store.forget(tx, patient)
        named = await store.shared_references(tx)
        keys = {self._parts.indexer.key_of(*each.split("/", 1)): each for each in named}
        kept = await rows.find(tx, list(keys)) if keys else {}
        gone = [reference for key, reference in keys.items() if key not in kept]
        events += await store.forget_references(tx, gone)
        tx.after_commit(lambda: self._ground.forget(ids))
        return Forgotten(
            rows={"records_subscription": len(ids), "records_subscription_event": events}
        )

    # Whose

    def _require_subscriber(self, asking: Asking) -> None:
        asking.caller.require(*SUBSCRIBERS)
        if asking.purpose == OUT_OF_THE_ORDINARY:
            raise Forbidden("Nobody subscribes in an emergency.", hint="Read what you need now.")

    async def _mine(self, asking: Asking, id: str) -> _Mine:
        found = [mine for mine in await self._all_mine(asking) if mine.row.id == id]
        if not found:
            raise not_found("Subscription")
        return found[0]

    async def _all_mine(self, asking: Asking) -> list[_Mine]:
        asking.caller.require_known()
        async with self._parts.db.read() as tx:
            found = await store.find_of_account(tx, asking.caller.account)
        opened = [(row, await self._ground.open(row)) for row in found]
        return [_Mine(row=row, held=held) for row, held in opened if held]

    def _line(self, asking: Asking, action: str, row: SubscriptionRow) -> Entry:
        entry = Entry(asking=asking, action=action, patient=row.patient)
        entry.add("Subscription", f"Subscription/{row.id}", Category.OTHER)
        return entry

    def _kept(self, row: SubscriptionRow, held: Held, *, is_new: bool = False) -> Kept:
        resource = {**held.resource, "status": row.status}
        if row.reason:
            resource["error"] = WHY[row.reason]
        at = from_us(row.changed_at)
        return Kept(
            type="Subscription",
            id=row.id,
            version=row.version,
            at=at,
            is_new=is_new,
            resource=stamp(resource, row.version, at),
        )


def _is_on_socket(row: SubscriptionRow) -> bool:
    return row.channel == WEBSOCKET and row.status != OFF


def _matches(kept: Kept, name: str, value: str) -> bool:
    channel = kept.resource["channel"]
    held = {
        "_id": kept.id,
        "status": kept.resource["status"],
        "type": channel["type"],
        "criteria": kept.resource["criteria"],
        "url": channel.get("endpoint", ""),
        "payload": channel.get("payload", ""),
    }
    return held[name] in value.split(",")
