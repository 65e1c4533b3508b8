"""Come back in through one's guardians: ask, be agreed to, wait, come in with the new passkey.

ask (a new passkey, a code to tell) ──► guardians sign ──► enough: the delay, she is told
    ──► nobody objects ──► she signs in with the new passkey; the old ones and all sessions end
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.kit.log import get_log

from ...engine import passkeys as engine
from ...engine.codes import TOLD, digest_of, new_code, typed
from ...engine.limits import PER_ADDRESS, PER_ASKING, PER_CODE, neighbourhood
from ...model import Caller, Proof
from ...store import closing, guardians
from ...store import recoveries as store
from ..credentials import as_typed
from . import enrolling
from .desk import KeyDesk, device_name
from .guarding import Guardians, threshold_of
from .passkeys import Answer, Passkeys

log = get_log(__name__)

RECOVER = "recover"  # what a new passkey is made for, and what guardians sign
CODE, CLAIM = "recovery code", "recovery claim"
GROUP = 4
AGREEING = timedelta(days=7)  # how long guardians may take
COMING = timedelta(days=7)  # and how long she may, once it is good
OVER = "That request is over."


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody who asks to be let back in is given; both are shown this once."""

    code: str  # to tell her guardians
    claim: str  # by which this device asks how far it is
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a request is."""

    id: str
    state: str  # open, waiting, ready, cancelled, done
    agreed: int
    needed: int
    started_at: datetime
    ready_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Wish:
    """That somebody whom one guards asks; which request is hers, her code says."""

    ward: str
    name: str
    started_at: datetime  # the newest, where several ask in her name
    is_agreed: bool


class Recovering:
    """The verbs about coming back in through guardians."""

    def __init__(self, desk: KeyDesk, passkeys: Passkeys, guardians: Guardians) -> None:
        self._desk = desk
        self._passkeys = passkeys
        self._guardians = guardians

    @property
    def delay_h(self) -> float:
        """Between the last guardian's yes and the new key's being good [h]."""
        return self._desk.delay / timedelta(hours=1)

    # Whoever asks

    async def to_ask(self, email: str, *, here: str) -> dict[str, Any]:
        """What the browser is asked, so that there is a new passkey; alike for every address."""
        desk, email = self._desk, as_typed(email)
        async with desk.db.read() as tx:
            account = await desk.find_by_email(tx, email)
        return engine.to_create(
            engine.site_of(here),
            handle=desk.handle(account.id if account else f"nobody {email}"),
            name=email,
            challenge=desk.challenge(RECOVER, email),
        )

    async def ask(self, email: str, answer: Answer, *, name: str, here: str, address: str) -> Asked:
        """Ask to be let back in with a new passkey; answered alike for every address.

        Args:
            address: where it comes from, for counting.

        Raises:
            Incorrect: it is no passkey that we can use.
            Busy: it was asked too often.
        """
        desk, email, site = self._desk, as_typed(email), engine.site_of(here)
        where = neighbourhood(address)  # nobody else's asking keeps her from it
        await desk.trying.begin((PER_ASKING, f"{email} {where}"), (PER_ADDRESS, where))
        code, claim, now = new_code(TOLD, GROUP), desk.tokens.new(), desk.clock.now()
        challenge = engine.challenge_in(answer)
        async with desk.db.begin() as tx:
            account = await desk.find_by_email(tx, email)
            await desk.spend(tx, challenge, RECOVER, email)
            made = engine.created(site, answer, challenge)
            key = enrolling.passkey_of(
                made,
                id=desk.ids.new(),
                account=account.id if account else "",
                handle=desk.handle(account.id if account else f"nobody {email}"),
                rp=site.rp,
                name=device_name(name),
                at=now,
            )
            recovery = store.Recovery(
                id=key.id,
                account=key.account,
                state=store.OPEN,
                code=desk.kept(CODE, typed(code)),
                claim=desk.kept(CLAIM, claim),
                key=key,
                expires_at=now + AGREEING,
                ready_at=None,
            )
            if not await store.add_recovery(tx, recovery):
                raise Conflict("That passkey is known here already.", hint="Use another device.")
        log.info("recovery asked", account=key.account or None)
        return Asked(code=code, claim=claim, expires_at=recovery.expires_at)

    async def look(self, claim: str) -> Progress:
        """How far a request is, for the device that asked.

        Raises:
            NotFound: there is none, or it is long over.
        """
        async with self._desk.db.read() as tx:
            found = await store.find_recovery(tx, "claim", self._desk.kept(CLAIM, claim))
            if found is None or found.expires_at <= self._desk.clock.now():
                raise NotFound(OVER, hint="Ask again.")
            return await self._progress(tx, found)

    async def _progress(self, tx: Tx, found: store.Recovery) -> Progress:
        threshold, _ = await guardians.guarding(tx, found.account)
        agreed = len(await store.approvals(tx, found.id))
        is_ready = found.ready_at is not None and found.ready_at <= self._desk.clock.now()
        return Progress(
            id=found.id,
            state="ready" if found.state == store.WAITING and is_ready else found.state,
            agreed=agreed,
            # Before anybody helped, nothing is told that only a real account could tell.
            needed=threshold_of(threshold) if agreed else threshold_of(0),
            started_at=found.key.created_at,
            ready_at=found.ready_at,
            expires_at=found.expires_at,
        )

    # Whose account it is

    async def running(self, caller: Caller) -> list[Progress]:
        """Who asks just now to be let in to the caller's account, with a guardian's help."""
        async with self._desk.db.read() as tx:
            found = await store.helped(tx, caller.account, self._desk.clock.now())
            return [await self._progress(tx, each) for each in found]

    async def cancel(self, caller: Caller, id: str) -> None:
        """Object: the request is over, whoever agreed.

        Raises:
            NotFound: there is no such request about the caller's account.
        """
        caller.require_known()
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            found = await store.find_recovery(tx, "id", id)
            runs = found and found.state in (store.OPEN, store.WAITING)
            if found is None or not runs or found.account != caller.account:
                raise NotFound(OVER)
            await store.move_recovery(
                tx,
                id,
                found.state,
                store.CANCELLED,
                ready=found.ready_at,
                until=found.expires_at,
            )
            await self._desk.tell(tx, caller.account, "recovery-cancelled")
        log.info("recovery cancelled", account=caller.account)

    # Guardians

    async def wishes(self, caller: Caller) -> list[Wish]:
        """In whose names it is asked to be let back in, of those whom the caller guards."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await store.asking(tx, caller.account, self._desk.clock.now())
        return [
            Wish(
                ward=each.account,
                name=each.name,
                started_at=from_us(each.started_at),
                is_agreed=each.agreed > 0,
            )
            for each in found
        ]

    async def to_agree(self, caller: Caller, ward: str, code: str, *, here: str) -> dict[str, Any]:
        """What a guardian's browser is asked, so that she signs that she agrees.

        Args:
            code: which the guardian heard from whom she guards.

        Raises:
            Forbidden: the caller is no guardian of hers, or that is not the code.
            NotFound: the request is over.
            Busy: the code was wrong too often.
        """
        desk, own = self._desk, (PER_CODE, caller.account)
        await desk.trying.begin(own)
        async with desk.db.begin() as tx:
            recovery = await self._open(tx, caller, ward, code)
            await desk.trying.succeeded(tx, own)
        return await self._passkeys.challenge(caller, RECOVER, self._digest(recovery), here=here)

    async def agree(
        self, caller: Caller, ward: str, code: str, answer: Answer, *, here: str
    ) -> Progress:
        """Keep that a guardian agreed, with what she signed; with the last one, the delay begins.

        Raises:
            Forbidden: the caller is no guardian of hers, or that is not the code, or the answer
                is not good.
            NotFound: the request is over.
            Conflict: this guardian agreed already.
        """
        desk, own = self._desk, (PER_CODE, caller.account)
        await desk.trying.begin(own)
        async with desk.db.begin() as tx:
            await tx.lock("identity.guardians")
            recovery = await self._open(tx, caller, ward, code)
            digest = self._digest(recovery)
            proof = await self._passkeys.proven(tx, caller, RECOVER, answer, digest, here=here)
            if not await store.add_approval(tx, self._row(caller, recovery, proof)):
                raise Conflict("You agreed already.")
            await desk.trying.succeeded(tx, own)
            await desk.tell(tx, recovery.account, "recovery-agreed", caller.account)
            recovery = await self._count(tx, recovery)
            progress = await self._progress(tx, recovery)
        log.info("guardian agreed", account=recovery.account, guardian=caller.account)
        return progress

    async def _open(self, tx: Tx, caller: Caller, ward: str, code: str) -> store.Recovery:
        """The request that a code belongs to: anybody may ask in her name, and knows it not."""
        await self._guardians.require_guard(tx, caller.account, ward)
        found = await store.find_told(tx, ward, self._desk.kept(CODE, typed(code)))
        if found is None:
            raise Forbidden("That is not her code.", hint="Ask her for it, in person or by phone.")
        now = self._desk.clock.now()
        if found.state != store.OPEN or found.expires_at <= now:
            raise NotFound(OVER, hint="She can ask again.")
        if await closing.is_shut(tx, ward, now):
            raise NotFound(OVER, hint="An operator of this house can tell why.")
        return found

    async def _count(self, tx: Tx, recovery: store.Recovery) -> store.Recovery:
        """Begin the delay once enough guardians have agreed."""
        threshold, _ = await guardians.guarding(tx, recovery.account)
        if len(await store.approvals(tx, recovery.id)) < threshold_of(threshold):
            return recovery
        ready = self._desk.clock.now() + self._desk.delay
        until = ready + COMING
        await store.move_recovery(
            tx, recovery.id, store.OPEN, store.WAITING, ready=ready, until=until
        )
        await self._desk.tell(tx, recovery.account, "recovery-waiting", to_iso(ready))
        return recovery._replace(state=store.WAITING, ready_at=ready, expires_at=until)

    def _row(self, caller: Caller, recovery: store.Recovery, proof: Proof) -> store.ApprovalRow:
        return store.ApprovalRow(
            recovery=recovery.id,
            guardian=caller.account,
            passkey=proof.passkey,
            x=proof.public_key_x,
            y=proof.public_key_y,
            authenticator_data=proof.authenticator_data,
            client_data=proof.client_data_json,
            signature=proof.r + proof.s,
            at=to_us(self._desk.clock.now()),
        )

    @staticmethod
    def _digest(recovery: store.Recovery) -> bytes:
        return digest_of(
            recovery.account,
            recovery.id,
            credential=recovery.key.credential,
            key=recovery.key.public_key,
            until=to_iso(recovery.expires_at),
        )
