"""Licences: who may work as a clinician here, now."""

import asyncio
from datetime import timedelta
from typing import Any

from asklepion.kit.clock import from_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, Gone, NotFound
from asklepion.kit.log import get_log

from ...engine.vc import sdjwt
from ...engine.vc.errors import Unproven
from ...engine.vc.kinds import MARK, Kind
from ...engine.vc.sdjwt import Path
from ...engine.vc.status import Status
from ...model import Caller
from ...store import closing
from ...store import held as store
from ...store.held import Held
from .desk import Desk, LicenceEnded
from .holding import Holding
from .issuers import Issuers
from .kept import document_in
from .lists import Lists, list_of

log = get_log(__name__)
_Looked = tuple[Held, dict[str, Any]]  # with its claims

LOOK_S = 20.0  # between two looks at what others issued
STALE = timedelta(hours=1)  # for so long another's silence is borne
ASK_S = 20.0  # for one list, or all documents of one issuer
OTHERS = timedelta(minutes=10)  # between two looks at what does not count here
OTHERS_MOST = 50  # of those at one look
ACCOUNTS_MOST = 200
NO_LICENCE = "You have no valid licence here."
HINT = "Ask an operator to issue it, or add it in “My credentials” if another house did."


class Licences:
    """Knows whose licence stands."""

    def __init__(self, desk: Desk, issuers: Issuers, lists: Lists, holding: Holding) -> None:
        self._desk = desk
        self._issuers = issuers
        self._lists = lists
        self._holding = holding

    async def licensed(self, accounts: list[str]) -> set[str]:
        """Those of these accounts that hold a licence which stands now."""
        now = self._desk.clock.now()
        async with self._desk.db.read() as tx:
            found = await store.in_force(tx, Kind.LICENCE, accounts[:ACCOUNTS_MOST], now)
        return {held.account for held in found if self._counts(held)}

    async def has_standing(self, tx: Tx, account: str) -> bool:
        """Whether an account has a licence left that counts here, as this transaction sees it."""
        found = await store.in_force(tx, Kind.LICENCE, [account], self._desk.clock.now())
        return any(self._counts(held) for held in found)

    async def tell_if_ended(self, tx: Tx, account: str) -> None:
        """Tell whoever lets clinicians work when one has no licence left."""
        if self._desk.events and not await self.has_standing(tx, account):
            await self._desk.events.tell(tx, LicenceEnded(account))

    def _counts(self, held: Held) -> bool:
        if held.issued:
            return True
        is_known = self._desk.clock.now() - from_us(held.checked_at) < STALE
        return is_known and self._issuers.is_trusted(held.issuer)

    async def require(self, caller: Caller) -> None:
        """Let nobody work as a clinician whose licence does not stand.

        Raises:
            Forbidden: there is none, it has run out, was suspended or revoked.
        """
        if caller.account not in await self.licensed([caller.account]):
            raise Forbidden(NO_LICENCE, hint=HINT)

    async def mark(self, caller: Caller, account: str, audience: str, nonce: str) -> str:
        """What anybody here may check of a clinician's licence, made for this reader alone.

        The newest licence is shown also where it stands no more, so that one sees why.

        Raises:
            NotFound: there is no such clinician any more, or no licence.
        """
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await store.held_by(tx, account, Kind.LICENCE)
            is_shut = await closing.is_shut(tx, account, self._desk.clock.now())
        standing = [held for held in found if self._stands(held)]
        if not found or is_shut:
            raise NotFound("There is no licence to be checked.")
        held = (standing or found)[0]
        claims = sdjwt.peek(await self._holding.text(held)).claims
        paths: list[Path] = [(name, None) if name == "languages" else (name,) for name in MARK]
        shown = [path for path in paths if path[0] in claims]
        return await self._holding.present(held, shown, audience, nonce)

    def _stands(self, held: Held) -> bool:
        now = self._desk.clock.now()
        is_in_time = from_us(held.since_at) <= now < from_us(held.until_at)
        return held.state == Status.VALID and is_in_time and self._counts(held)

    # What others issued

    async def run(self) -> None:
        """Ask again and again what became of credentials that others issued."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception as error:  # the next look is due in a moment
                log.fault("credentials not looked at", error)

    async def look(self) -> None:
        """Ask their issuers what became of credentials held here; whose licence ended is told.

        What counts here is asked for each time, all of it at once, so that one issuer's silence
        delays no other's word; of what does not count, a little each time.
        """
        now = self._desk.clock.now()
        async with self._desk.db.read() as tx:
            counting = [
                held
                for held in await store.from_elsewhere(tx, now)
                if self._issuers.is_trusted(held.issuer)
            ]
            others = [
                held
                for held in await store.due(tx, now, now - OTHERS, OTHERS_MOST)
                if not self._could_count(held)
            ]
        async with asyncio.TaskGroup() as group:
            lists, papers = await self._sorted([*counting, *others])
            for (issuer, uri), several in lists.items():
                group.create_task(self._look_at(issuer, uri, several))
            for several in papers.values():
                group.create_task(self._look_at_documents(several))

    async def _sorted(
        self, found: list[Held]
    ) -> tuple[dict[tuple[str, str], list[_Looked]], dict[str, list[_Looked]]]:
        """What was found, by issuer and list: each list is asked for once; documents by issuer."""
        lists: dict[tuple[str, str], list[_Looked]] = {}
        papers: dict[str, list[_Looked]] = {}
        for held in found:
            try:
                opened = await self._holding.require_open(held)
                if secured := document_in(opened):
                    papers.setdefault(held.issuer, []).append((held, secured.document))
                    continue
                claims = sdjwt.peek(opened["text"]).claims
            except Gone:  # its key was destroyed
                continue
            except Exception as error:  # of this one; the others are looked at all the same
                log.fault("credential not opened", error, credential=held.id)
                continue
            lists.setdefault((held.issuer, list_of(claims)), []).append((held, claims))
        return lists, papers

    async def _look_at_documents(self, several: list[_Looked]) -> None:
        """Ask what became of one issuer's documents, and keep it; its silence is kept too.

        It has no more time for all of them than others for a list; whoever waits longest is first.
        """
        until = asyncio.get_running_loop().time() + ASK_S
        for held, document in sorted(several, key=lambda looked: looked[0].checked_at):
            try:
                async with asyncio.timeout_at(until):
                    await asyncio.sleep(0)  # where the time is over nobody is asked
                    state = await self._lists.state_of_document(held.issuer, document)
            except (Unproven, TimeoutError) as error:
                log.info("credential not looked at", credential=held.id, why=type(error).__name__)
                await self._keep_silence(held)
            else:
                await self._keep(held, state)

    async def _look_at(self, issuer: str, uri: str, several: list[_Looked]) -> None:
        """Ask for one list, and keep what it says of each; its silence is kept too."""
        why = ""
        try:
            async with asyncio.timeout(ASK_S):
                await self._lists.ask(issuer, uri)
        except TimeoutError:
            why = "timeout"
        except Unproven as error:
            why = error.why
        for held, claims in several:
            state = None if why else await self._state_of(held, claims)
            if state is None:
                log.info("credential not looked at", credential=held.id, why=why)
                await self._keep_silence(held)
            else:
                await self._keep(held, state)

    async def _state_of(self, held: Held, claims: dict[str, Any]) -> Status | None:
        try:
            async with asyncio.timeout(ASK_S):
                return await self._lists.state_of(claims)
        except (Unproven, TimeoutError) as error:
            log.info("credential tells no state", credential=held.id, why=type(error).__name__)
            return None

    async def _keep(self, held: Held, state: Status) -> None:
        async with self._desk.db.begin() as tx:
            await store.change_state(tx, held.id, state, self._desk.clock.now())
            is_end = held.state == Status.VALID and state != Status.VALID and not held.is_told
            if is_end and self._could_count(held):
                await self.tell_if_ended(tx, held.account)

    async def _keep_silence(self, held: Held) -> None:
        """Another's silence is borne for a while; then the licence ended, which is told once."""
        now = self._desk.clock.now()
        is_long = now - from_us(held.checked_at) >= STALE and self._could_count(held)
        async with self._desk.db.begin() as tx:
            await store.note_silence(tx, held.id, now, is_told=is_long)
            if is_long and not held.is_told and held.state == Status.VALID:
                await self.tell_if_ended(tx, held.account)

    def _could_count(self, held: Held) -> bool:
        return held.kind == Kind.LICENCE and self._issuers.is_trusted(held.issuer)
