"""Passkeys: add, use, list, rename, remove; and proofs that somebody signed something."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound, Unauthenticated
from asklepion.kit.log import get_log

from ...engine import passkeys as engine
from ...engine import rules
from ...engine.limits import PER_ACCOUNT, PER_ADDRESS, PER_KEY, neighbourhood
from ...model import Account, Caller, Passkey, Proof, Session, Way
from ...store import accounts, apps, links
from ...store import keys as store
from . import enrolling
from .desk import CHALLENGE, OVER, KeyDesk, device_name

log = get_log(__name__)

Answer = Mapping[str, Any]  # what a browser sent: a PublicKeyCredential as JSON

SIGN_IN, ADD, PROVE = "sign in", "add", "prove"
MOST_PASSKEYS = 20
CHALLENGE_SIZE = 32  # bytes of what others of the house have somebody sign
UNKNOWN = "This passkey is not known here."


class Passkeys:
    """The verbs about passkeys. `here` is the house's address, as `kit.http.root_of` says it."""

    def __init__(self, desk: KeyDesk) -> None:
        self._desk = desk

    # Signing in

    def to_sign_in(self, *, here: str) -> dict[str, Any]:
        """What a browser is asked, to sign in with whichever passkey it has."""
        site = engine.site_of(here)
        return engine.to_get(site, challenge=self._desk.challenge(SIGN_IN))

    async def sign_in(self, answer: Answer, *, here: str, address: str) -> Session:
        """Open a session.

        Args:
            address: where the attempt comes from, for counting failures.

        Raises:
            Unauthenticated: nobody here has that passkey.
            Forbidden: its answer is not good; or it is not good yet.
            Busy: too many attempts with this passkey or from this address.
        """
        desk, credential = self._desk, engine.credential_in(answer)
        own, shared = (PER_KEY, credential.hex()), (PER_ADDRESS, neighbourhood(address))
        await desk.trying.begin(own, shared)
        challenge = engine.challenge_in(answer)
        async with self._answering() as tx:
            key = await store.find_credential(tx, credential)
            recovery = None if key else await enrolling.ready(desk, tx, credential)
            key = key or (recovery and recovery.key)
            if key is None:
                raise Unauthenticated(UNKNOWN, hint="Sign in in another way, and add it.")
            if engine.handle_in(answer) != key.handle:
                raise Forbidden(engine.REFUSED, hint=engine.AGAIN)
            await desk.spend(tx, challenge, SIGN_IN)
            signed = engine.signed(engine.site_of(here), answer, challenge, key)
            account = await accounts.find(tx, key.account)
            if account is None:
                raise Unauthenticated(UNKNOWN)
            if recovery:
                await enrolling.finish(desk, tx, recovery)
            if not await store.note_use(tx, key, signed.sign_count, desk.clock.now()):
                raise Forbidden(engine.REFUSED, hint=engine.AGAIN)
            await desk.trying.succeeded(tx, own, shared)
            session = await desk.open(tx, account, Way.PASSKEY)
        log.info("signed in", account=account.id, by="passkey")
        return session

    @asynccontextmanager
    async def _answering(self) -> AsyncGenerator[Tx]:
        """A transaction; of a copied key its owner is told, although nothing else is kept."""
        try:
            async with self._desk.db.begin() as tx:
                yield tx
        except engine.Copied as error:
            log.warn("a passkey may have been copied", account=error.key.account)
            async with self._desk.db.begin() as tx:
                await self._desk.tell(tx, error.key.account, "passkey-copied", error.key.name)
            raise

    # Adding

    async def to_add(self, caller: Caller, session: bytes, *, here: str) -> dict[str, Any]:
        """What a browser is asked, to make one more passkey for whoever is signed in.

        Raises:
            Forbidden: they did not prove just now that it is really them.
        """
        async with self._desk.db.read() as tx:
            account = await self._desk.account(tx, caller)
            await self._desk.require_fresh(tx, caller, session)
            return await self.to_make(tx, account, ADD, account.id, here=here)

    async def to_make(
        self, tx: Tx, account: Account, purpose: str, about: str, *, here: str
    ) -> dict[str, Any]:
        """What a browser is asked, to make a passkey for an account."""
        known = [key.credential for key in await store.passkeys(tx, account.id)]
        return engine.to_create(
            engine.site_of(here),
            handle=self._desk.handle(account.id),
            name=account.email,
            challenge=self._desk.challenge(purpose, about),
            known=known,
        )

    async def add(
        self, caller: Caller, session: bytes, answer: Answer, *, name: str, here: str
    ) -> Passkey:
        """Keep a new passkey of whoever is signed in.

        Raises:
            Forbidden: they did not prove just now that it is really them; or the question that the
                device answered was another, or somebody else's, or is over.
            Incorrect: it is no passkey that we can use.
            Conflict: somebody has it already, or it is one too many.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.ways")
            account = await self._desk.account(tx, caller)
            await self._desk.require_fresh(tx, caller, session)
            key = await self.keep(tx, account, answer, (ADD, account.id), name=name, here=here)
            await self._desk.tell(tx, account.id, "passkey-added", key.name)
        log.info("passkey added", account=account.id)
        return key

    async def keep(
        self,
        tx: Tx,
        account: Account,
        answer: Answer,
        question: tuple[str, str],
        *,
        name: str,
        here: str,
    ) -> Passkey:
        """Keep a new passkey of an account; `question` is what it was made for, and about whom."""
        key = await self.made(tx, account, answer, question, name=name, here=here)
        if len(await store.passkeys(tx, account.id)) >= MOST_PASSKEYS:
            raise Conflict(f"There are {MOST_PASSKEYS} passkeys.", hint="Remove one first.")
        await enrolling.add(tx, key)
        return key

    async def made(
        self,
        tx: Tx,
        account: Account,
        answer: Answer,
        question: tuple[str, str],
        *,
        name: str,
        here: str,
    ) -> Passkey:
        """A new passkey of an account, checked and not kept yet."""
        desk, challenge, site = self._desk, engine.challenge_in(answer), engine.site_of(here)
        await desk.spend(tx, challenge, *question)
        made = engine.created(site, answer, challenge)
        return enrolling.passkey_of(
            made,
            id=desk.ids.new(),
            account=account.id,
            handle=desk.handle(account.id),
            rp=site.rp,
            name=device_name(name),
            at=desk.clock.now(),
        )

    # Proving once more that it is really them

    async def is_fresh(self, caller: Caller, session: bytes) -> tuple[bool, bool]:
        """Whether the caller proved just now that it is really them; whether by a passkey alone."""
        async with self._desk.db.read() as tx:
            await self._desk.account(tx, caller)
            return await self._desk.freshness(tx, caller, session)

    async def require_fresh(self, caller: Caller, session: bytes) -> None:
        """Let nobody past who did not prove just now that it is really them.

        For others of the house, before something that cannot be undone.

        Args:
            session: as `Identity.kept_session` says it.

        Raises:
            Forbidden: they did not.
        """
        async with self._desk.db.read() as tx:
            await self._desk.require_fresh(tx, caller, session)

    async def to_step_up(self, caller: Caller, *, here: str) -> dict[str, Any]:
        """What a browser is asked, so that whoever is signed in proves it once more.

        Raises:
            Conflict: all their passkeys were made while the house was called otherwise.
        """
        site = engine.site_of(here)
        async with self._desk.db.read() as tx:
            account = await self._desk.account(tx, caller)
            keys = await store.passkeys(tx, account.id)
        known = _made_here(keys, site)
        if keys and not known:
            other = "or come in by your printed code or your guardians"
            raise _made_elsewhere(keys, other)
        challenge = self._desk.challenge(PROVE, account.id)
        return engine.to_get(site, challenge=challenge, known=known)

    async def step_up(self, caller: Caller, session: bytes, answer: Answer, *, here: str) -> None:
        """Take a passkey's answer as proof that it is really them, for ten minutes.

        Raises:
            Forbidden: it is not theirs, or not good.
            Busy: it was wrong too often.
        """
        desk, own = self._desk, (PER_ACCOUNT, caller.account)
        await desk.trying.begin(own)
        challenge = engine.challenge_in(answer)
        async with self._answering() as tx:
            account = await desk.account(tx, caller)
            await desk.spend(tx, challenge, PROVE, account.id)
            await self._by(tx, account, answer, challenge, here=here)
            await desk.trying.succeeded(tx, own)
            await self._mark(tx, session, account, Way.PASSKEY)

    async def step_up_by_password(self, caller: Caller, session: bytes, password: str) -> None:
        """Take the password as proof, where there is no passkey that would be a better one.

        Raises:
            Forbidden: it is wrong.
            Busy: it was wrong too often.
        """
        desk, own = self._desk, (PER_ACCOUNT, caller.account)
        await desk.trying.begin(own)
        async with desk.db.read() as tx:
            account = await desk.account(tx, caller)
            found = await accounts.find_by_email(tx, account.email)
        if not await desk.is_right(rules.typed_password(password), found[1] if found else None):
            raise Forbidden("That is not your password.", hint="Type it again.")
        async with desk.db.begin() as tx:
            await desk.trying.succeeded(tx, own)
            await self._mark(tx, session, account, Way.PASSWORD)

    async def _mark(self, tx: Tx, session: bytes, account: Account, by: Way) -> None:
        """Keep in somebody's own session that they proved who they are; a token's has none."""
        if not await store.prove_session(tx, session, account.id, by, self._desk.clock.now()):
            raise Forbidden("That is no session of yours.", hint="Sign in in this browser.")

    async def _by(
        self, tx: Tx, account: Account, answer: Answer, challenge: bytes, *, here: str
    ) -> tuple[Passkey, engine.Assertion]:
        """Which of an account's passkeys signed a challenge, and what exactly."""
        key = await store.find_credential(tx, engine.credential_in(answer))
        if key is None or key.account != account.id:
            raise Forbidden(engine.REFUSED, hint=engine.AGAIN)
        signed = engine.signed(engine.site_of(here), answer, challenge, key)
        if not await store.note_use(tx, key, signed.sign_count, self._desk.clock.now()):
            raise Forbidden(engine.REFUSED, hint=engine.AGAIN)
        return key, signed

    # For others of the house: somebody signs a given challenge

    async def challenge(
        self, caller: Caller, purpose: str, challenge: bytes, *, here: str
    ) -> dict[str, Any]:
        """What a browser is asked, so that whoever is signed in signs a given challenge.

        Only passkeys count whose signatures anybody can check on the chain too (ES256), and that
        were made under the name by which the house is called now.

        Args:
            purpose: what for; one is never good for another.
            challenge: 32 bytes, such as an EIP-712 digest.

        Raises:
            Conflict: they have no such passkey, or only some that were made elsewhere.
        """
        if len(challenge) != CHALLENGE_SIZE:
            raise Incorrect(f"A challenge has {CHALLENGE_SIZE} bytes.")
        desk, site = self._desk, engine.site_of(here)
        async with desk.db.begin() as tx:
            account = await desk.account(tx, caller)
            known = [key for key in await store.passkeys(tx, account.id) if key.can_sign]
            if not known:
                raise Conflict("You have no passkey that can sign.", hint="Add one first.")
            credentials = _made_here(known, site)
            if not credentials:
                raise _made_elsewhere(known, "or add a passkey at this address")
            kept = self._asked(account, purpose, challenge)
            await store.ask(tx, kept, account.id, desk.clock.now() + CHALLENGE)
        return engine.to_get(site, challenge=challenge, known=credentials)

    async def prove(
        self, caller: Caller, purpose: str, answer: Answer, challenge: bytes, *, here: str
    ) -> Proof:
        """What the caller's passkey signed over this challenge, whole; each question counts once.

        Raises:
            Forbidden: nobody asked the caller for this, or it is over; or the answer is not good.
            Busy: it was wrong too often.
        """
        desk, own = self._desk, (PER_ACCOUNT, caller.account)
        await desk.trying.begin(own)
        async with self._answering() as tx:
            proof = await self.proven(tx, caller, purpose, answer, challenge, here=here)
            await desk.trying.succeeded(tx, own)
        return proof

    async def proven(
        self, tx: Tx, caller: Caller, purpose: str, answer: Answer, challenge: bytes, *, here: str
    ) -> Proof:
        """As `prove`, within a transaction of whoever keeps the proof; failures are not counted."""
        account = await self._desk.account(tx, caller)
        kept = self._asked(account, purpose, challenge)
        if not await store.use_challenge(tx, kept, self._desk.clock.now()):
            raise Forbidden(OVER, hint="Try again.")
        key, signed = await self._by(tx, account, answer, challenge, here=here)
        if not key.can_sign:
            raise Forbidden("That passkey cannot sign for others.", hint="Use another.")
        r, s = engine.halves(signed.signature)
        return Proof(
            passkey=key.id,
            credential=key.credential,
            public_key_x=key.x,
            public_key_y=key.y,
            authenticator_data=signed.authenticator_data,
            client_data_json=signed.client_data_json,
            r=r,
            s=s,
        )

    def _asked(self, account: Account, purpose: str, challenge: bytes) -> bytes:
        return self._desk.tokens.kept(f"asked {purpose}", f"{account.id} {challenge.hex()}")

    async def can_sign(self, account: str) -> bool:
        """Whether somebody has a passkey whose signatures anybody can check."""
        async with self._desk.db.read() as tx:
            return any(key.can_sign for key in await store.passkeys(tx, account))

    async def of(self, account: str) -> list[Passkey]:
        """Somebody's passkeys, the oldest first."""
        async with self._desk.db.read() as tx:
            return await store.passkeys(tx, account)

    # Renaming and removing

    async def rename(self, caller: Caller, id: str, name: str) -> None:
        """Call one of one's own devices otherwise.

        Raises:
            NotFound: there is no such passkey.
            Incorrect: it cannot be called so.
        """
        caller.require_known()
        async with self._desk.db.begin() as tx:
            if not await store.rename_passkey(tx, caller.account, id, device_name(name)):
                raise NotFound("There is no such passkey.")

    async def remove(self, caller: Caller, session: bytes, id: str) -> None:
        """Take one of one's own passkeys away; never the only way in. Other sessions and apps end.

        Raises:
            Forbidden: they did not prove just now that it is really them.
            NotFound: there is no such passkey.
            Conflict: it is the last way in.
        """
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.ways")
            account = await self._desk.account(tx, caller)
            await self._desk.require_fresh(tx, caller, session)
            keys = {key.id: key for key in await store.passkeys(tx, account.id)}
            if id not in keys:
                raise NotFound("There is no such passkey.")
            found = await accounts.find_by_email(tx, account.email)
            if len(keys) == 1 and not (found and found[1]):
                raise Conflict(
                    "That is your only way in.", hint="Add another passkey, or a password, first."
                )
            await store.drop_passkey(tx, account.id, id)
            await accounts.end_sessions(tx, account.id, session)  # one may be on a stolen device
            await apps.end_grants(tx, "account", account.id)
            await links.drop_links(tx, account.id)
            await self._desk.tell(tx, account.id, "passkey-removed", keys[id].name)
        log.info("passkey removed", account=account.id)


def _made_here(keys: Iterable[Passkey], site: engine.Site) -> list[bytes]:
    """Those that work at this address of the house, as their devices call them."""
    return [key.credential for key in keys if key.rp == site.rp]


def _made_elsewhere(keys: Iterable[Passkey], other: str) -> Conflict:
    """Nothing to offer here; `other` is what one can do besides going there."""
    made = ", ".join(sorted({key.rp for key in keys}))
    return Conflict(
        f"Your passkeys were made at {made}, and work there alone.",
        hint=f"Open the house there; {other}.",
    )
