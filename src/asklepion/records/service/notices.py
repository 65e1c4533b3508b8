"""What a patient is to know at once, wherever in the house she is."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from asklepion.kit.errors import Busy

from ..model import Act, Asking, GlassBroken
from .deciding import me_of
from .granting import Granter
from .parts import Parts

MOST_WAITING = 100  # notices that a slow reader may be behind; then the oldest are left out
MOST_STREAMS = 16  # open at once for one account
MOST_PATIENTS = 200  # in whose place one account is told
TICK_S = 15.0  # so often a quiet stream shows that it is alive

Notice = dict[str, Any]


class Bell:
    """One open stream: what it has still to tell, oldest first."""

    def __init__(self) -> None:
        self.has_rung = asyncio.Event()
        self._waiting: list[GlassBroken] = []

    def ring(self, event: GlassBroken) -> None:
        """Something happened that it may have to tell."""
        self._waiting = [*self._waiting, event][-MOST_WAITING:]
        self.has_rung.set()

    def take(self) -> list[GlassBroken]:
        """What happened since the last time."""
        waiting, self._waiting = self._waiting, []
        self.has_rung.clear()
        return waiting


class Notices:
    """Tells the patient, and who may decide in her place, that somebody broke the glass."""

    def __init__(self, parts: Parts, granter: Granter) -> None:
        self._granter = granter
        self._bells: dict[str, set[Bell]] = {}  # by patient
        self._streams: dict[str, int] = {}  # by account
        parts.events.on(GlassBroken, self._hear)

    async def _hear(self, event: GlassBroken) -> None:
        for bell in self._bells.get(event.patient, ()):
            bell.ring(event)

    async def watch(self, asking: Asking) -> AsyncGenerator[Notice]:
        """Notices as they come, after one that it is listening; between them, quiet ones.

        Who may decide for whom is asked at the beginning and again before each is told.

        Raises:
            Unauthenticated: a stranger asks.
            Busy: the account listens too often at once.
        """
        asking.caller.require_known()
        account = asking.caller.account
        if self._streams.get(account, 0) >= MOST_STREAMS:
            raise Busy("Too many streams are open.", hint="Close some of your windows.")
        bell = Bell()
        self._streams[account] = self._streams.get(account, 0) + 1
        patients: list[str] = []
        try:
            patients = await self._patients(asking)
            for patient in patients:
                self._bells.setdefault(patient, set()).add(bell)
            yield {"kind": "listening"}
            while True:
                for notice in await self._told(asking, bell):
                    yield notice
        finally:
            self._forget(account, patients, bell)

    async def _told(self, asking: Asking, bell: Bell) -> list[Notice]:
        """What there is to tell next; waits for it, but not for ever."""
        try:
            async with asyncio.timeout(TICK_S):
                await bell.has_rung.wait()
        except TimeoutError:
            return [{"kind": "quiet"}]
        return [
            {"kind": "emergency", "id": event.id, "patient": event.patient}
            for event in bell.take()
            if await self._granter.decides(asking, event.patient)
        ]

    async def _patients(self, asking: Asking) -> list[str]:
        me = me_of(asking.caller)
        represented = await self._granter.represents(asking)
        others = sorted(it for it, acts in represented.items() if acts & Act.DECIDE and it != me)
        return [*([me] if me else []), *others][:MOST_PATIENTS]

    def _forget(self, account: str, patients: list[str], bell: Bell) -> None:
        self._streams[account] -= 1
        if not self._streams[account]:
            del self._streams[account]
        for patient in patients:
            bells = self._bells.get(patient)
            if bells is None:
                continue
            bells.discard(bell)
            if not bells:
                del self._bells[patient]
