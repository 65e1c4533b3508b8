"""Credentials that prove themselves: issue, hold, show, verify, take back."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys

from ...engine.secrets import Tokens
from ...engine.vc.status import Status
from ...model import Account, Caller
from ...store import asking, held, issued
from ..outside import Letter, Reach, Reply, reach
from ..trying import Trying
from .alone import examine_alone, is_paper
from .answering import Answering, Asked, Choice
from .desk import Desk, LicenceEnded, Published, owner_of
from .holding import Holding
from .home import Home
from .issuers import Issuers
from .issuing import CHANGING, Issuing
from .licences import Licences
from .lists import Lists
from .offering import Offered, Offering
from .papers import Papers
from .proving import Proving
from .receiving import Receiving
from .requesting import Request, Requesting
from .values import Card, Line, Link, NewCredential, Told, Verdict

__all__ = [
    "Asked",
    "Card",
    "Choice",
    "Letter",
    "LicenceEnded",
    "Line",
    "Link",
    "NewCredential",
    "Offered",
    "Published",
    "Reach",
    "Reply",
    "Request",
    "Told",
    "Verdict",
    "VerifiableCredentials",
    "examine_alone",
    "is_paper",
]


class VerifiableCredentials:
    """The verbs about credentials, each group under its own name.

    Args:
        address: of this house; empty: as each request calls it, and then others cannot check.
        trusted: issuers elsewhere whose licences count here.
        reach: how other houses are reached.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        tokens: Tokens,
        trying: Trying,
        events: Events | None = None,
        address: str = "",
        trusted: Iterable[str] = (),
        reach: Reach = reach,
    ) -> None:
        self._desk = Desk(
            db=db,
            clock=clock,
            ids=ids,
            keys=keys,
            tokens=tokens,
            trying=trying,
            reach=reach,
            events=events,
            address=address,
            trusted=frozenset(each.strip() for each in trusted if each.strip()),
        )
        self.issuers = Issuers(self._desk)
        self.lists = Lists(self._desk, self.issuers)
        self.holding = Holding(self._desk, self.issuers)
        self.licences = Licences(self._desk, self.issuers, self.lists, self.holding)
        self.issuing = Issuing(self._desk, self.issuers, self.lists, self.holding, self.licences)
        self.proving = Proving(self._desk, self.issuers, self.lists)
        self.papers = Papers(self._desk, self.holding, self.proving, self.lists)
        self.offering = Offering(self._desk, self.issuing, self.holding)
        self.requesting = Requesting(self._desk, self.issuers, self.proving)
        home = Home(self._desk, self.offering, self.requesting)
        self.receiving = Receiving(self._desk, self.holding, self.proving, self.lists, home)
        self.answering = Answering(self._desk, self.issuers, self.holding, home)

    def when_published(self, told: Published) -> None:
        """Call with a status list's address, its epoch and its digest whenever it changed.

        The digest is SHA-256 of its two bits for each entry, unpacked: whoever unpacks the list
        that the house publishes can compare it.
        """
        self._desk.told.append(told)

    async def run(self) -> None:
        """Keep an eye on what others issued, and tell which lists changed, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.licences.run())
            group.create_task(self.lists.run())

    async def require_licence(self, caller: Caller) -> None:
        """Let nobody work as a clinician whose licence does not stand.

        Raises:
            Forbidden: it does not.
        """
        await self.licences.require(caller)

    async def suspend(self, tx: Tx, account: str) -> list[str]:
        """Let nothing stand that says who an account may be in this house; returns which it was."""
        return await self.issuing.mark_all(tx, account, Status.VALID, Status.SUSPENDED)

    async def reinstate(self, tx: Tx, lines: list[str]) -> None:
        """Let stand again what was suspended with an account, unless it was revoked since."""
        await self.issuing.stand_again(tx, lines)

    async def close(self, tx: Tx, account: str) -> None:
        """Revoke what says who an account may be in this house; it holds nothing any more.

        What it learned stays true, and stays in the register with all else.
        """
        had = await self.licences.has_standing(tx, account)
        for state in (Status.VALID, Status.SUSPENDED):
            await self.issuing.mark_all(tx, account, state, Status.REVOKED)
        await held.forget_account(tx, account)
        await asking.forget_account(tx, account)
        if had:
            await self.licences.tell_if_ended(tx, account)

    async def tell_changed(self) -> None:
        """Tell which lists changed by it."""
        await self.lists.tell_noted()

    async def forget(self, tx: Tx, account: str) -> dict[str, int]:
        """Take away all that an account holds and was issued; its places in lists stand no more.

        Returns:
            How many rows of which table.
        """
        await tx.lock(CHANGING)
        changed = await issued.lists_of(tx, account)
        tx.after_commit(lambda: self.lists.note(changed))
        gone: dict[str, int] = {}
        for store in (issued, held, asking):
            gone |= await store.forget_account(tx, account)
        return gone

    async def keep_without_person(self, tx: Tx, account: Account) -> None:
        """Keep what an account holds that speaks for nobody from now on, under its own key.

        It was sealed for the person, whose key is destroyed.
        """
        await tx.lock(CHANGING)
        owner = owner_of(replace(account, person=None))
        for each in await held.sealed(tx, account.id):
            context = f"{each.word} {each.id}"
            text = await self._desk.open(each.body, context)
            if text is not None:
                await held.reseal(tx, each, await self._desk.seal(owner, text, context))
        await asking.forget_account(tx, account.id)
