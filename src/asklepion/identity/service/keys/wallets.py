"""External wallets: linked by a signed message (EIP-4361), and a way in if their owner says so."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound, Unauthenticated
from asklepion.kit.log import get_log

from ...engine import siwe
from ...engine.limits import PER_ADDRESS, neighbourhood
from ...model import Caller, Session, Way
from ...store import accounts
from ...store import wallets as store
from .desk import CHALLENGE, KeyDesk

log = get_log(__name__)

LINK, SIGN_IN = "link a wallet", "sign in by a wallet"
STATEMENTS = {
    LINK: "Link this wallet to my account.",
    SIGN_IN: "Let me in to my account.",
}
MOST_CHAIN = 10**15


@dataclass(frozen=True, kw_only=True)
class Wallet:
    """A wallet that somebody linked."""

    address: str
    chain: int
    opens: bool  # whether one may sign in with it
    created_at: datetime
    used_at: datetime | None


class Wallets:
    """The verbs about external wallets. A contract's signature (ERC-1271) is not taken here."""

    def __init__(self, desk: KeyDesk) -> None:
        self._desk = desk

    def message(self, purpose: str, address: str, chain: int, *, account: str, here: str) -> str:
        """What a wallet is to sign.

        Args:
            purpose: LINK or SIGN_IN.
            account: to which it is to be linked; empty for signing in.

        Raises:
            Incorrect: that is no address, or no chain.
        """
        if not 0 < chain < MOST_CHAIN:
            raise Incorrect("That is no chain's number.")
        now, wallet = self._desk.clock.now(), siwe.address_of(address)
        nonce = self._desk.challenge(purpose, f"{wallet.hex()} {chain} {account}").hex()
        told = siwe.Message(
            domain=urlsplit(here).netloc,
            address=wallet,
            statement=STATEMENTS[purpose],
            uri=here,
            chain=chain,
            nonce=nonce,
            issued_at=now,
            expires_at=now + CHALLENGE,
        )
        return siwe.written(told)

    async def link(
        self, caller: Caller, session: bytes, text: str, signature: str, *, here: str
    ) -> None:
        """Keep a wallet as the caller's; it opens nothing until she says so.

        Raises:
            Forbidden: the caller did not prove just now that it is really them; or the message is
                not the one that was asked for, or not signed by that wallet.
            Conflict: somebody linked it already.
        """
        desk = self._desk
        async with desk.db.begin() as tx:
            account = await desk.account(tx, caller)
            await desk.require_fresh(tx, caller, session)
            told = await self._checked(tx, LINK, text, signature, account=account.id, here=here)
            at = to_us(desk.clock.now())
            row = store.WalletRow(told.address, account.id, told.chain, 0, at, 0)
            if not await store.add_wallet(tx, row):
                raise Conflict("That wallet is linked already.")
            await desk.tell(tx, account.id, "wallet-linked", siwe.checksummed(told.address))
        log.info("wallet linked", account=account.id)

    async def sign_in(self, text: str, signature: str, *, here: str, address: str) -> Session:
        """Open a session.

        Raises:
            Unauthenticated: nobody lets that wallet in.
            Forbidden: the message is not the one that was asked for, or not signed by that wallet.
            Busy: too many attempts from this address.
        """
        desk, shared = self._desk, (PER_ADDRESS, neighbourhood(address))
        await desk.trying.begin(shared)
        async with desk.db.begin() as tx:
            told = await self._checked(tx, SIGN_IN, text, signature, account="", here=here)
            row = next(iter(await store.wallets(tx, "address", told.address)), None)
            account = await accounts.find(tx, row.account) if row and row.opens else None
            if row is None or account is None or row.chain != told.chain:
                raise Unauthenticated("That wallet opens nothing here.", hint="Come in otherwise.")
            await desk.trying.forgiven(tx, shared)
            await store.note_use(tx, told.address, desk.clock.now())
            session = await desk.open(tx, account, Way.WALLET)
        log.info("signed in", account=account.id, by="wallet")
        return session

    async def _checked(
        self, tx: Tx, purpose: str, text: str, signature: str, *, account: str, here: str
    ) -> siwe.Message:
        told, now = siwe.read(text), self._desk.clock.now()
        siwe.require(told, domain=urlsplit(here).netloc, now=now)
        about = f"{told.address.hex()} {told.chain} {account}"
        expected = replace(
            told, statement=STATEMENTS[purpose], uri=here, request=None, resources=()
        )
        if told != expected or told.expires_at is None:
            raise Forbidden("That is not the message of this page.", hint="Sign the one shown.")
        if siwe.signer(text, signature) != told.address:
            raise Forbidden("Another wallet signed that.", hint="Sign with the one you chose.")
        await self._desk.spend(tx, _nonce(told.nonce), purpose, about)
        return told

    async def of(self, caller: Caller) -> list[Wallet]:
        """The caller's wallets."""
        async with self._desk.db.read() as tx:
            rows = await store.wallets(tx, "account", caller.account)
        return [
            Wallet(
                address=siwe.checksummed(row.address),
                chain=row.chain,
                opens=bool(row.opens),
                created_at=from_us(row.created_at),
                used_at=from_us(row.used_at) if row.used_at else None,
            )
            for row in rows
        ]

    async def let_open(self, caller: Caller, session: bytes, address: str, opens: bool) -> None:
        """Say whether one may come in with a wallet.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
            NotFound: it is not the caller's.
        """
        async with self._desk.db.begin() as tx:
            await self._desk.require_fresh(tx, caller, session)
            wallet = siwe.address_of(address)
            if not await store.let_open(tx, caller.account, wallet, opens):
                raise NotFound("You have no such wallet.")
            kind = "wallet-opens" if opens else "wallet-closed"
            await self._desk.tell(tx, caller.account, kind, siwe.checksummed(wallet))

    async def unlink(self, caller: Caller, session: bytes, address: str) -> None:
        """Take a wallet away.

        Raises:
            Forbidden: the caller did not prove just now that it is really them.
            NotFound: it is not the caller's.
        """
        async with self._desk.db.begin() as tx:
            await self._desk.require_fresh(tx, caller, session)
            wallet = siwe.address_of(address)
            if not await store.drop_wallet(tx, caller.account, wallet):
                raise NotFound("You have no such wallet.")
            await self._desk.tell(tx, caller.account, "wallet-unlinked", siwe.checksummed(wallet))


def _nonce(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""  # it is none of ours
