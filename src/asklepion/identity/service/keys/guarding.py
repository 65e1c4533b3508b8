"""Guardians: people whom somebody trusts to let her back in, once enough of them agree."""

from collections.abc import Iterable

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine import rules
from ...model import Account, Caller
from ...store import guardians as store
from ...store import keys, recoveries
from .desk import KeyDesk

log = get_log(__name__)

FEWEST, MOST = 2, 5
RUNNING = "Just now somebody asks to be let back in to your account."


def threshold_of(said: int) -> int:
    """How many guardians must agree."""
    return max(said, FEWEST)


class Guardians:
    """The verbs about guardians."""

    def __init__(self, desk: KeyDesk) -> None:
        self._desk = desk

    async def ask(self, caller: Caller, session: bytes, email: str) -> None:
        """Ask somebody to be a guardian; whether she has an account here is not told.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
            Incorrect: that is no address, or one's own.
            Conflict: there are enough, or she was asked; or a recovery runs.
        """
        desk, email = self._desk, rules.email_of(email)
        async with desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            account = await self._changing(tx, caller, session)
            if email == account.email:
                raise Incorrect("You cannot guard yourself.", hint="Choose somebody you trust.")
            if len(await store.guardians(tx, account.id)) >= MOST:
                raise Conflict(f"There are {MOST} guardians.", hint="Remove one first.")
            if not await store.add_guardian(tx, account.id, email, desk.clock.now()):
                raise Conflict("She was asked already.")
            asked = await desk.find_by_email(tx, email)
            if asked is not None:
                await desk.tell(tx, asked.id, "ward-asks", account.id)
        log.info("guardian asked", account=account.id)

    async def drop(self, caller: Caller, session: bytes, email: str) -> None:
        """Somebody is no guardian of the caller's any more.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
            NotFound: she was none.
            Conflict: a recovery runs.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            account = await self._changing(tx, caller, session)
            email = rules.email_of(email)
            found = await store.guardians(tx, account.id)
            row = next((each for each in found if each.email == email), None)
            if row is None:
                raise NotFound("She is no guardian of yours.")
            await store.drop_guardian(tx, account.id, email)
            await self._desk.tell(tx, account.id, "guardian-removed", row.guardian)
            if row.accepted_at:
                await self._settle(tx, account.id)

    async def need(self, caller: Caller, session: bytes, threshold: int) -> None:
        """Say how many guardians must agree.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
            Incorrect: it is fewer than two, or more than have accepted.
            Conflict: a recovery runs.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            account = await self._changing(tx, caller, session)
            most = max(await store.accepted(tx, account.id), FEWEST)
            if not FEWEST <= threshold <= most:
                raise Incorrect(f"From {FEWEST} to {most} guardians must agree.")
            await store.keep_threshold(tx, account.id, threshold)
            await self._desk.tell(tx, account.id, "threshold-changed", str(threshold))

    async def _changing(self, tx: Tx, caller: Caller, session: bytes) -> Account:
        account = await self._desk.account(tx, caller)
        await self._desk.require_fresh(tx, caller, session)
        await self._require_quiet(tx, account.id)
        return account

    async def _require_quiet(self, tx: Tx, account: str) -> None:
        """Let nobody change who decides while they decide; one whom nobody helped stops nothing."""
        if await recoveries.helped(tx, account, self._desk.clock.now()):
            raise Conflict(RUNNING, hint="End that first, or let it end.")

    async def of(self, caller: Caller) -> tuple[list[store.GuardianRow], int, int]:
        """The caller's guardians, how many must agree, and when the caller last tried it out."""
        async with self._desk.db.read() as tx:
            threshold, rehearsed = await store.guarding(tx, caller.account)
            found = await store.guardians(tx, caller.account)
        return found, threshold_of(threshold), rehearsed

    async def rehearse(self, caller: Caller) -> None:
        """Remember that the caller went through it, with enough guardians who accepted.

        Raises:
            Conflict: too few have.
        """
        async with self._desk.db.begin() as tx:
            await self._desk.account(tx, caller)
            threshold, _ = await store.guarding(tx, caller.account)
            found = await store.guardians(tx, caller.account)
            if sum(each.accepted_at > 0 for each in found) < threshold_of(threshold):
                raise Conflict("Too few of your guardians have accepted.", hint="Ask them.")
            await store.keep_rehearsal(tx, caller.account, self._desk.clock.now())

    # For whoever is asked

    async def wards(self, caller: Caller) -> list[store.WardRow]:
        """Whose way back in the caller guards, or is asked to."""
        async with self._desk.db.read() as tx:
            account = await self._desk.account(tx, caller)
            return await store.wards(tx, account.id, account.email)

    async def accept(self, caller: Caller, session: bytes, ward: str) -> None:
        """Guard somebody's way back in; it takes a passkey, by which one agrees later.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
            NotFound: nobody asked.
            Conflict: the caller has no passkey that can sign; or a recovery runs.
        """
        desk = self._desk
        async with desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            account = await desk.account(tx, caller)
            await desk.require_fresh(tx, caller, session)
            if not any(key.can_sign for key in await keys.passkeys(tx, account.id)):
                raise Conflict("Guardians agree by a passkey.", hint="Add one first.")
            await self._require_quiet(tx, ward)
            at = desk.clock.now()
            if not await store.accept_guardian(tx, ward, account.email, account.id, at):
                raise NotFound("Nobody asked you to.")
            await desk.tell(tx, ward, "guardian-accepted", account.id)
        log.info("guardian accepted", account=ward, guardian=account.id)

    async def leave(self, caller: Caller, ward: str) -> None:
        """Guard somebody no longer, or say no.

        Raises:
            NotFound: nobody asked.
            Conflict: a recovery runs.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            account = await self._desk.account(tx, caller)
            found = await store.wards(tx, account.id, account.email)
            row = next((each for each in found if each.account == ward), None)
            if row is None:
                raise NotFound("Nobody asked you to.")
            if row.accepted_at:
                await self._require_quiet(tx, ward)
            await store.drop_guardian(tx, ward, row.email)
            await self._desk.tell(tx, ward, "guardian-left", account.id)
            if row.accepted_at:
                await self._settle(tx, ward)

    async def _settle(self, tx: Tx, ward: str) -> None:
        """When a guardian went: no more must agree than are left, and the ward is told."""
        left, (needed, _) = await store.accepted(tx, ward), await store.guarding(tx, ward)
        if needed > max(left, FEWEST):
            needed = max(left, FEWEST)
            await store.keep_threshold(tx, ward, needed)
            await self._desk.tell(tx, ward, "threshold-changed", str(needed))
        if left < FEWEST:
            await self._desk.tell(tx, ward, "guardians-few")

    async def guarded(self, tx: Tx, guardian: str) -> list[str]:
        """Whose accounts somebody guards."""
        return await store.guarded(tx, guardian)

    async def lost(self, tx: Tx, wards: Iterable[str], guardian: str = "") -> None:
        """When the account of a guardian is no more: tell those whom it guarded."""
        for ward in wards:
            await self._desk.tell(tx, ward, "guardian-left", guardian)
            await self._settle(tx, ward)

    async def require_guard(self, tx: Tx, guardian: str, ward: str) -> None:
        """Let nobody past who does not guard this account just now."""
        if not await store.guards(tx, guardian, ward):
            raise Forbidden("You are no guardian of hers.")
