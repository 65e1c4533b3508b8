"""Sends what rooms handed in: each once, in order, whatever stops the house in between.

waiting ──► signed under a number of its own, and kept ──► sent ──► mined ──► done, or refused

What was kept signed is sent again as it is, so that a stop can at most repeat the same transaction;
its number lets the chain take it once.
"""

import asyncio
from collections.abc import Sequence

from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Database
from asklepion.kit.errors import Conflict, HouseError, Incorrect
from asklepion.kit.log import get_log

from ...engine.abi import (
    Transaction,
    address_of,
    contract,
    keccak,
    read_failure,
    sign_transaction,
)
from ...model import Mined, Reverted
from ...store import outbox
from ...store.outbox import DONE, REFUSED, SENT, WAITING, ContractRow, SendingRow, SentRow
from ..chain import Chain
from .fees import Fees, fees_of

log = get_log(__name__)

AT_ONCE = 50  # transactions under way
WAIT_S = 15.0  # for what was just sent
PATIENCE_S = 45.0  # before a higher fee is offered
# What each may burn at most; a call that wants more is not ours.
GAS = {"grant": 250_000, "revoke": 200_000, "anchor": 1_000_000, "status": 200_000}
CARRIED_GAS = 600_000
ALREADY = ("AlreadyGranted", "AlreadyRevoked")
REASONS = {
    "AlreadyGranted": "it was granted already",
    "AlreadyRevoked": "it was revoked already",
    "WrongPeriod": "its time was over",
    "Expired": "its signature came too late",
    "WrongSignature": "not signed by its subject",
    "InvalidAccountNonce": "its number was used",
    "NotGrowing": "the log did not grow",
    "NotConsistent": "the log was forked",
    "NotNewer": "not newer",
}


class Sender:
    """Carries the outbox to one chain."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        chain: Chain,
        name: str,
        key: bytes,
        contracts: dict[str, ContractRow],
    ) -> None:
        self._db = db
        self._clock = clock
        self._chain = chain
        self._name = name
        self._key = key
        self._contracts = contracts
        self._address = address_of(key)

    async def step(self) -> int:
        """Settle what is under way, send what waits; returns how many came to an end."""
        ended = await self._settle()
        left = await self._under_way()
        for row in left:
            await self._urge(row)
        rows = await self._number()
        for row in rows:
            await self._offer(await self._last_form(row))
        if left or rows:
            waits = (self._chain.mined(row.hash, timeout_s=WAIT_S) for row in (*left, *rows))
            for answer in await asyncio.gather(*waits, return_exceptions=True):
                if isinstance(answer, BaseException) and not isinstance(answer, HouseError):
                    raise answer
            ended += await self._settle()
        return ended

    async def _under_way(self) -> list[SendingRow]:
        async with self._db.read() as tx:
            return await outbox.of_state(tx, SENT, AT_ONCE)

    async def _last_form(self, row: SendingRow) -> SentRow:
        async with self._db.read() as tx:
            return (await outbox.sent_of(tx, row.number))[-1]

    # Out

    async def _number(self) -> list[SendingRow]:
        """Sign what waits, and keep it signed."""
        async with self._db.read() as tx:
            if not await outbox.of_state(tx, WAITING, 1):
                return []
        fees, known = await fees_of(self._chain), await self._chain.nonce(self._address)
        numbered: list[SendingRow] = []
        async with self._db.begin() as tx:
            await tx.lock(outbox.LOCK)
            under_way = len(await outbox.of_state(tx, SENT, AT_ONCE))
            waiting = await outbox.of_state(tx, WAITING, AT_ONCE - under_way)
            nonce = max(known, await outbox.next_nonce(tx, self._name))
            for number, row in enumerate(waiting, start=nonce):
                raw = self._signed(row, number, fees)
                row = row._replace(
                    state=SENT, chain=self._name, nonce=number, hash=keccak(raw), why=""
                )
                if not await outbox.keep_sending(tx, row):
                    continue  # withdrawn meanwhile
                at = to_us(self._clock.now())
                await outbox.add_sent(tx, SentRow(row.hash, row.number, raw, str(fees), at))
                numbered.append(row)
        return numbered

    def _signed(self, row: SendingRow, nonce: int, fees: Fees) -> bytes:
        to, gas = self._contracts[row.contract].address, GAS.get(row.kind, CARRIED_GAS)
        chain = self._chain.id
        it = Transaction(chain, nonce, fees.tip, fees.most, gas, to, 0, row.data)
        return sign_transaction(self._key, it)

    async def _offer(self, form: SentRow) -> HouseError | None:
        """Hand a signed transaction to the chain; what became of it is seen later."""
        try:
            await self._chain.send(form.raw)
        except HouseError as error:  # it may be there already
            log.info("transaction not taken", number=form.number, why=error.message)
            return error
        return None

    # What became of it

    async def _settle(self) -> int:
        """Write down what was mined; returns how many that were."""
        ended: list[SendingRow] = []
        for row in await self._under_way():
            async with self._db.read() as tx:
                forms = await outbox.sent_of(tx, row.number)
            mined = await self._mined(forms)
            if mined:
                ended.append(await self._judge(row, mined))
        if ended:
            async with self._db.begin() as tx:
                for row in ended:
                    await outbox.keep_sending(tx, row)
                await outbox.drop_sent(tx, [row.number for row in ended])
        return len(ended)

    async def _mined(self, forms: Sequence[SentRow]) -> Mined | None:
        for form in reversed(forms):
            mined = await self._chain.find(form.hash)
            if mined:
                return mined
        return None

    async def _judge(self, row: SendingRow, mined: Mined) -> SendingRow:
        done = row._replace(state=DONE, hash=mined.transaction, block=mined.block, data=b"")
        if mined.status:
            return done
        name = await self._failure(row)
        why = REASONS.get(name, name)
        earlier = await self._earlier(row) if name in ALREADY else None
        if earlier:  # a backup was put back that did not know of it
            return done._replace(hash=earlier[0], block=earlier[1])
        log.warn("transaction refused", kind=row.kind, number=row.number, why=why)
        return done._replace(state=REFUSED, why=why)

    async def _failure(self, row: SendingRow) -> str:
        """The name of the error by which a contract refused."""
        try:
            to = self._contracts[row.contract].address
            await self._chain.call(to, row.data, sender=self._address)
        except Reverted as error:
            found = read_failure(error.data)
            return found.name if found else "it was refused"
        return "it ran out of gas, or came at the wrong time"

    async def _earlier(self, row: SendingRow) -> tuple[bytes, int] | None:
        """Where the same stands already: transaction and block."""
        if row.kind not in ("grant", "revoke"):
            return None
        event = "Granted" if row.kind == "grant" else "Revoked"
        topics = (contract("Consent").topic(event), row.data[4:36])
        address = self._contracts[row.contract].address
        found = await self._chain.logs(address=address, topics=topics)
        return (found[0].transaction, found[0].block) if found else None

    async def _urge(self, row: SendingRow) -> None:
        """Offer again what nobody mined yet: as it was, for more, or under another number."""
        last = await self._last_form(row)
        now = to_us(self._clock.now())
        is_late = now - last.sent_at >= PATIENCE_S * 1_000_000
        refused = await self._offer(last)
        if not is_late:
            return
        if isinstance(refused, Conflict | Incorrect):  # its number was used by something else
            log.warn("transaction overtaken", number=row.number)
            async with self._db.begin() as tx:
                await outbox.drop_sent(tx, [row.number])
                await outbox.keep_sending(tx, row._replace(state=WAITING, nonce=-1, hash=b""))
            return
        fees = Fees.read(last.fee).raised()
        raw = self._signed(row, row.nonce, fees)
        form = SentRow(keccak(raw), row.number, raw, str(fees), now)
        if form.hash == last.hash:  # it is offered the most already
            return
        async with self._db.begin() as tx:
            await outbox.add_sent(tx, form)
            await outbox.keep_sending(tx, row._replace(hash=form.hash))
        await self._offer(form)
