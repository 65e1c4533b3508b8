"""Carries what people signed themselves, so that they need no money of the chain: a little of it.

Only to our own contracts, only functions that count by the signature inside, only so many.
"""

from collections import deque
from collections.abc import Awaitable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Busy, Forbidden, Incorrect

from ...engine.abi import ForwardRequestData, contract
from ...store.outbox import CARRIED, ContractRow
from ..chain import Chain
from .sending import CARRIED_GAS

MOST_BYTES = 4096  # of one call
QUOTA = 20  # calls of one account within
WITHIN = timedelta(hours=1)
ACCOUNTS_MOST = 10_000  # remembered at once
# Contract and function; each is worth nothing without a signature of whom it binds.
ALLOWED = {("Consent", "grant"), ("Consent", "revoke"), ("Forwarder", "execute")}
FORWARDED = {("StatusRegistry", "publish")}


class HandIn(Protocol):
    """How a call gets into the outbox."""

    def __call__(
        self, tx: Tx, *, kind: str, key: bytes, contract: str, data: bytes
    ) -> Awaitable[bool]: ...


class Relayer:
    """Takes signed calls from accounts of this house."""

    def __init__(
        self,
        hand_in: HandIn,
        *,
        db: Database,
        clock: Clock,
        chain: Chain,
        contracts: dict[str, ContractRow],
    ) -> None:
        self._hand_in = hand_in
        self._db = db
        self._clock = clock
        self._chain = chain
        self._contracts = contracts
        self._spent: dict[str, deque[datetime]] = {}

    async def carry(self, account: str, to: str, data: bytes) -> bytes:
        """Have a signed call sent; returns the key by which its outcome is asked for.

        Raises:
            Busy: the account has had its share for now.
            Forbidden: it is no call that this house carries.
            Incorrect: it would fail, or is too large.
        """
        self._require_allowed(to, data)
        self._count(account)
        await self._chain.call(
            self._contracts[to].address, data
        )  # nothing is paid for that would fail
        key = sha256(b"carried" + to.encode() + data).digest()
        async with self._db.begin() as tx:
            await self._hand_in(tx, kind=CARRIED, key=key, contract=to, data=data)
        return key

    def _require_allowed(self, to: str, data: bytes) -> None:
        if len(data) > MOST_BYTES:
            raise Incorrect("The call is too large.", hint=f"At most {MOST_BYTES} bytes.")
        found = contract(to).read_call(data) if to in self._contracts else None
        if found is None or (to, found[0]) not in ALLOWED:
            raise _not_carried()
        if to == "Forwarder":
            self._require_forwarded(ForwardRequestData(*found[1][0]))

    def _require_forwarded(self, request: ForwardRequestData) -> None:
        """What a forwarded request itself calls, and what it may take."""
        names = [name for name, row in self._contracts.items() if row.address == request.to]
        called = contract(names[0]).read_call(request.data) if names else None
        is_known = called is not None and (names[0], called[0]) in FORWARDED
        if not is_known or request.value or request.gas > CARRIED_GAS // 2:
            raise _not_carried()

    def _count(self, account: str) -> None:
        now = self._clock.now()
        if len(self._spent) > ACCOUNTS_MOST:
            self._spent = {a: d for a, d in self._spent.items() if d and d[-1] > now - WITHIN}
        spent = self._spent.setdefault(account, deque())
        while spent and spent[0] <= now - WITHIN:
            spent.popleft()
        if len(spent) >= QUOTA:
            raise Busy("You have had much sent already.", hint="Try again in an hour.")
        spent.append(now)


def _not_carried() -> Forbidden:
    return Forbidden(
        "This house does not carry that call.", hint="See docs/rooms/ledger/binding.md."
    )
