"""Telling: each notification decided afresh, written in the log, then sent, until it arrives."""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from asklepion.kit.errors import HouseError

from ...model import Asking
from ...store import subscriptions as store
from ...store.rows import Row
from ...store.subscriptions import ACTIVE, ERROR, REQUESTED, EventRow, SubscriptionRow
from ..drafting import encode
from .ground import Ground, Held, log
from .hooks import Call, Hooks, NotHeard
from .notices import Said, notification
from .wishes import REST_HOOK, WEBSOCKET, Wish

TICK_S = 0.5  # how often the clock is looked at
AT_ONCE = 8  # calls under way
AT_ONCE_EACH = 2  # of them for one account
FAILS_AT = 3  # failures in a row before it says so itself
ENDS_AT = 30  # and before it is given up: about a day
LONGEST_WAIT_S = 3600
KEPT = 1000  # events that can be asked for again
SECOND = 1_000_000  # µs


@dataclass(frozen=True, kw_only=True)
class Due:
    """One subscription that has something to tell."""

    row: SubscriptionRow
    held: Held
    wish: Wish
    asking: Asking


class Sending:
    """Sends, in one process only."""

    def __init__(self, ground: Ground, hooks: Hooks) -> None:
        self._ground = ground
        self._hooks = hooks
        self._news = asyncio.Event()
        self._busy: dict[str, str] = {}  # account by subscription

    def wake(self) -> None:
        """Look at once, not at the next tick."""
        self._news.set()

    async def run(self) -> None:
        """Send for ever whatever is due."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                try:
                    for row in await self._startable():
                        self._busy[row.id] = row.account
                        tasks.create_task(self._one(row))
                except Exception as error:  # tried again in a moment
                    log.fault("subscriptions not read", error)
                # Not wait_for: in Python 3.11 it may swallow the cancellation that closes us.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self._news.wait()

    async def _startable(self) -> list[SubscriptionRow]:
        """What is due and may begin now, so that no account holds up another."""
        each = Counter(self._busy.values())
        taken: list[SubscriptionRow] = []
        for row in await self._due():
            if len(self._busy) + len(taken) >= AT_ONCE:
                break
            if row.id not in self._busy and each[row.account] < AT_ONCE_EACH:
                each[row.account] += 1
                taken.append(row)
        return taken

    async def _due(self) -> list[SubscriptionRow]:
        async with self._ground.parts.db.read() as tx:
            due = await store.find_due(tx, self._ground.now_at)
        return [row for row in due if row.channel == REST_HOOK or self._is_heard(row)]

    def _is_heard(self, row: SubscriptionRow) -> bool:
        is_over = row.until_at <= self._ground.now_at
        return is_over or self._ground.lines.is_bound(row.id)

    async def _one(self, row: SubscriptionRow) -> None:
        try:
            await self._attend(row)
        except Exception as error:
            log.fault("notification not sent", error, id=row.id)
            await self._failed(row, "endpoint")
        finally:
            del self._busy[row.id]
            self._news.set()

    async def send_due(self) -> int:
        """Attend to everything that is due, once; returns how many that were."""
        due = await self._due()
        for row in due:
            self._busy[row.id] = row.account
            await self._one(row)
        return len(due)

    # One subscription

    async def _attend(self, row: SubscriptionRow) -> None:
        ground = self._ground
        held = await ground.open(row)
        asking = await ground.asking(row, held) if held else None
        wish = await ground.wish(row, held) if held else None
        reason = ""
        if held is None or asking is None or wish is None:
            reason = "account"
        elif row.until_at <= ground.now_at:
            reason = "ended"
        elif not await ground.stands(row.patient, asking):
            reason = "consent"
        if reason or held is None or asking is None or wish is None:
            async with ground.parts.db.begin() as tx:
                return await ground.end(tx, row, reason)
        due = Due(row=row, held=held, wish=wish, asking=asking)
        try:
            if row.status == REQUESTED or row.said_at == 0:
                await self._shake_hands(due)
            elif not await self._tell(due):
                await self._beat(due)
        except NotHeard as error:
            await self._failed(row, error.reason)

    async def _shake_hands(self, due: Due) -> None:
        if not due.wish.is_plain:
            await self._send(due, self._said(due), "handshake", REQUESTED)
        await self._arrived(due.row, [], due.row.number)

    async def _beat(self, due: Due) -> None:
        row = due.row
        is_due = row.heartbeat_us and row.said_at + row.heartbeat_us <= self._ground.now_at
        if is_due and not due.wish.is_plain:
            await self._send(due, self._said(due), "heartbeat", ACTIVE)
            await self._arrived(row, [], row.number)

    async def _tell(self, due: Due) -> bool:
        """Send what waits; whether anything did."""
        row = due.row
        most = 1 if due.wish.is_plain else due.wish.most
        async with self._ground.parts.db.read() as tx:
            waiting = await store.find_waiting(tx, row.id, most)
        if not waiting:
            return False
        released = await self.release(due.asking, due.wish, waiting)
        told, dropped = _once_each(waiting, released)
        events, number = await self._numbered(row, told, dropped)
        if not events:
            return True
        pairs = [(event, released[event.position]) for event in events]
        if due.wish.is_plain:
            await self._send_plain(due, pairs[0][1])
        else:
            said = self._said(due, pairs, number)
            await self._send(due, said, "event-notification", ACTIVE)
        await self._arrived(row, events, number)
        return True

    async def release(
        self, asking: Asking, wish: Wish, events: Sequence[EventRow]
    ) -> dict[int, Row]:
        """Those resources, by their events' positions, that match and may be shown now.

        Each is decided at this moment, and is in its patient's log before this returns.
        """
        ground, parts = self._ground, self._ground.parts
        sight = parts.releasing.sight(asking)
        matched: dict[int, Row] = {}
        async with parts.db.read() as tx:
            for event in events:
                key = ground.key_of(event)
                row = await ground.matching(tx, wish, sight, key, event.reference)
                if row:
                    matched[event.position] = row
            found = list({row.rid: row for row in matched.values()}.values())
            first = await parts.releasing.weigh(tx, asking, sight, found)
            # What would not be told is not asked for either.
            weighed = await parts.releasing.weigh(tx, asking, sight, first.allowed)
        if not weighed.allowed:
            return {}
        opened = {row.rid: row for row in await parts.releasing.release("read", weighed)}
        return {position: opened[row.rid] for position, row in matched.items() if row.rid in opened}

    async def _numbered(
        self, row: SubscriptionRow, told: Sequence[EventRow], dropped: Sequence[EventRow]
    ) -> tuple[list[EventRow], int]:
        """Events with their numbers, kept before they are sent, and the last number given.

        What is dropped never had one that anybody knows of, or was told of while it could be seen.
        """
        number, numbered = row.number, list[EventRow]()
        for event in told:
            number += 0 if event.number else 1
            numbered.append(event if event.number else event._replace(number=number))
        async with self._ground.parts.db.begin() as tx:
            await store.drop_events(tx, [event.position for event in dropped])
            new = {e.position: e.number for e, old in zip(numbered, told, strict=True) if e != old}
            await store.number_events(tx, new)
            if not await store.change(tx, row, number=number):
                raise NotHeard("endpoint")  # its owner changed it meanwhile
        return sorted(numbered, key=lambda event: event.number), number

    # Sent

    def _said(
        self, due: Due, events: Sequence[tuple[EventRow, Row]] = (), number: int | None = None
    ) -> Said:
        return Said(
            row=due.row._replace(reason=""),
            wish=due.wish,
            base=due.held.base,
            at=self._ground.parts.clock.now(),
            events=events,
            number=due.row.number if number is None else number,
        )

    async def _send(self, due: Due, said: Said, kind: str, state: str) -> None:
        text = as_text(said, kind, state)
        if due.row.channel == WEBSOCKET:
            if not self._ground.lines.say(due.row.id, text.decode()):
                raise NotHeard("")
            return
        call = Call(
            method="POST",
            url=due.wish.endpoint,
            headers=due.held.headers,
            content=text,
            mime=due.wish.mime,
            timeout_s=due.wish.timeout_s,
        )
        await self._hooks.call(call)

    async def _send_plain(self, due: Due, of: Row) -> None:
        """As R4 has it: a ping, or the resource put beneath the endpoint."""
        if due.row.channel == WEBSOCKET:
            if not self._ground.lines.say(due.row.id, f"ping {due.row.id}"):
                raise NotHeard("")
            return
        wish = due.wish
        url = f"{wish.endpoint.rstrip('/')}/{of.reference}" if wish.mime else wish.endpoint
        call = Call(
            method="PUT" if wish.mime else "POST",
            url=url,
            headers=due.held.headers,
            content=of.body if wish.mime else b"",
            mime=wish.mime,
            timeout_s=wish.timeout_s,
        )
        await self._hooks.call(call)

    async def _arrived(self, row: SubscriptionRow, events: Sequence[EventRow], number: int) -> None:
        ground = self._ground
        async with ground.parts.db.begin() as tx:
            await store.mark_told(tx, [event.position for event in events])
            values = {"status": ACTIVE, "reason": "", "failures": 0, "due_at": 0}
            await store.change(tx, row, said_at=ground.now_at, **values)
            await store.drop_old(tx, row.id, number - KEPT)

    async def _failed(self, row: SubscriptionRow, reason: str) -> None:
        """Wait longer each time; say so after a few, give up after many."""
        if not reason:  # nobody listens: it waits for whoever comes
            return
        failures = row.failures + 1
        is_first = row.said_at == 0  # the handshake itself
        has_failed = is_first or failures >= FAILS_AT or row.status == ERROR
        wait_s = min(2 ** min(failures, 20), LONGEST_WAIT_S)
        due_at = self._ground.now_at + wait_s * SECOND
        async with self._ground.parts.db.begin() as tx:
            if failures >= ENDS_AT:
                return await self._ground.end(tx, row, reason)
            status = ERROR if has_failed else row.status
            values = {"status": status, "reason": reason if has_failed else ""}
            await store.change(tx, row, failures=failures, due_at=due_at, **values)
        log.info("notification not taken", id=row.id, failures=failures, reason=reason)


def _once_each(
    waiting: Sequence[EventRow], released: dict[int, Row]
) -> tuple[list[EventRow], list[EventRow]]:
    """What is told, each resource once, and what is not told at all."""
    told: list[EventRow] = []
    dropped: list[EventRow] = []
    known: set[str] = set()
    for event in waiting:
        is_again = event.reference in known and not event.number
        if event.position not in released or is_again:
            dropped.append(event)
        else:
            known.add(event.reference)
            told.append(event)
    return told, dropped


def as_text(said: Said, kind: str, state: str) -> bytes:
    """One notification as it is sent."""
    try:
        return encode(notification(said, kind, state, str(uuid.uuid4()), str(uuid.uuid4())))
    except HouseError as error:
        raise NotHeard("endpoint") from error
