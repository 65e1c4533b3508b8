"""Sends what rooms handed in: each once, in order, whatever stops the house in between.

waiting ──► signed under a number of its own, and kept ──► sent ──► mined ──► done, or refused

What was kept signed is sent again as it is, so that a stop can at most repeat the same transaction;
its number lets the chain take it once. A refusal to take it says nothing: only where the chain has
its number used for good, and none of its signed forms, it gets another, and so does all that
follows, so that nothing comes before what it builds upon. Older forms are kept until one is mined.
"""

import asyncio
import secrets

from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import HouseError, Incorrect
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
from .searching import search_logs

log = get_log(__name__)

AT_ONCE = 50  # transactions under way
WAIT_S = 15.0  # for what was just sent
PATIENCE_S = 45.0  # before a higher fee is offered
MISSED_S = 600  # after its moment something is not sent any more, but gets another
AGAIN_S = 2 * 3600  # within which that is
SECOND = 1_000_000  # [microseconds]
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
        await self._close_ranks()
        left = [await self._urge(row) for row in await self._under_way()]
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

    async def take_over(self) -> None:
        """Begin on this chain, whichever was used before."""
        async with self._db.begin() as tx:
            await tx.lock(outbox.LOCK)
            await outbox.turn_to(tx, self._name)

    async def recall(self) -> int:
        """Have sent again what the chain has no more: it may be older than the database.

        A backup copies the chain first, so that no log comes back older than what it anchored.
        """
        used = await self._chain.settled_nonce(self._address)
        async with self._db.read() as tx:
            rows = await outbox.done_since(tx, self._name, used)
        lost = [row for row in rows if await self._chain.find(row.hash) is None]
        if not lost:
            return 0
        log.warn("transactions gone from the chain", count=len(lost))
        async with self._db.begin() as tx:
            await tx.lock(outbox.LOCK)
            rows = [*lost, *await outbox.of_state(tx, SENT, AT_ONCE)]
            for row in rows:
                again = row._replace(state=WAITING, nonce=-1, hash=b"", block=-1, why="")
                await outbox.keep_sending(tx, again)
            await outbox.drop_sent(tx, [row.number for row in rows])
        return len(lost)

    async def _under_way(self) -> list[SendingRow]:
        async with self._db.read() as tx:
            return await outbox.of_state(tx, SENT, AT_ONCE)

    async def _forms(self, row: SendingRow) -> list[SentRow]:
        async with self._db.read() as tx:
            return await outbox.sent_of(tx, row.number)

    async def _last_form(self, row: SendingRow) -> SentRow:
        return next(form for form in await self._forms(row) if form.hash == row.hash)

    # Out

    async def _number(self) -> list[SendingRow]:
        """Sign what waits, and keep it signed."""
        async with self._db.read() as tx:
            if not await outbox.due(tx, self._name, to_us(self._clock.now()), 1):
                return []
        fees, known = await fees_of(self._chain), await self._chain.nonce(self._address)
        numbered: list[SendingRow] = []
        async with self._db.begin() as tx:
            await tx.lock(outbox.LOCK)
            under_way = len(await outbox.of_state(tx, SENT, AT_ONCE))
            now = to_us(self._clock.now())
            await self._spread_anew(tx, now)
            waiting = await outbox.due(tx, self._name, now, AT_ONCE - under_way)
            nonce = max(known, await outbox.next_nonce(tx))
            for number, row in enumerate(waiting, start=nonce):
                raw = self._signed(row, number, fees)
                row = row._replace(
                    state=SENT, chain=self._name, nonce=number, hash=keccak(raw), why=""
                )
                if not await outbox.keep_sending(tx, row):
                    continue  # withdrawn meanwhile
                await outbox.add_sent(tx, SentRow(row.hash, row.number, raw, str(fees), now))
                numbered.append(row)
        return numbered

    async def _spread_anew(self, tx: Tx, now: int) -> None:
        """What had its moment while nothing could be sent gets another: else it goes together."""
        for row in await outbox.missed(tx, self._name, now - MISSED_S * SECOND):
            due_at = now + secrets.randbelow(AGAIN_S * SECOND)
            await outbox.keep_sending(tx, row._replace(due_at=due_at))

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
        rows = await self._under_way()
        used = await self._chain.settled_nonce(self._address) if rows else 0
        for row in rows:
            mined = await self._mined(row, used)
            if mined:
                ended.append(await self._judge(row, mined))
        if ended:
            async with self._db.begin() as tx:
                for row in ended:
                    await outbox.keep_sending(tx, row)
                await outbox.drop_sent(tx, [row.number for row in ended])
        return len(ended)

    async def _mined(self, row: SendingRow, used: int) -> Mined | None:
        """What became of it for good; a failure counts only once its last number is used."""
        failed: Mined | None = None
        for form in reversed(await self._forms(row)):
            mined = await self._chain.find(form.hash)
            if mined is None or not await self._chain.is_settled(mined):
                continue
            if not mined.status:
                failed = failed or mined
            else:
                return mined
        return failed if row.nonce < used else None

    async def _judge(self, row: SendingRow, mined: Mined) -> SendingRow:
        done = row._replace(state=DONE, hash=mined.transaction, block=mined.block)
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
        at = self._contracts[row.contract]
        found = search_logs(self._chain, address=at.address, topics=topics, first=at.block)
        try:
            async for each in found:
                return each.transaction, each.block
        except HouseError as error:  # it stands there all the same; only where is not known
            log.warn("transaction not found again", number=row.number, why=error.message)
        return None

    # What nobody mined yet

    async def _urge(self, row: SendingRow) -> SendingRow:
        """Offer it again: as it was, or for more."""
        if await self._is_found(row):  # it waits for more blocks upon it
            return row
        last = await self._last_form(row)
        refused = await self._offer(last)
        if not self._is_late(last) or isinstance(refused, Incorrect):
            return row  # what lacks money or room does not get there for more of it
        fees = Fees.read(last.fee).raised()
        if str(fees) != last.fee:
            async with self._db.begin() as tx:
                row = await self._sign_anew(tx, row, row.nonce, fees)
            await self._offer(await self._last_form(row))
        return row

    async def _close_ranks(self) -> None:
        """Number anew all from the first whose number others used, or that has a gap before it."""
        used = await self._chain.settled_nonce(self._address)
        next_one = await self._chain.nonce(self._address)
        rows = await self._under_way()
        lost = [row for row in rows if not await self._is_found(row)]
        first = min((row.nonce for row in lost), default=0)
        stray = [row for row in lost if row.nonce < used or first > next_one]
        if not stray or not self._is_late(await self._last_form(stray[0])):
            return
        since = min(row.number for row in stray)
        log.warn("transactions overtaken", number=since, used=used, next=next_one)
        fees = await fees_of(self._chain)
        async with self._db.begin() as tx:
            await tx.lock(outbox.LOCK)
            moved = [row for row in lost if row.number >= since]
            for nonce, row in enumerate(moved, start=next_one):
                await self._sign_anew(tx, row, nonce, fees)

    async def _sign_anew(self, tx: Tx, row: SendingRow, nonce: int, fees: Fees) -> SendingRow:
        """Keep another form of it beside those that it had: any of them may be mined yet."""
        raw, now = self._signed(row, nonce, fees), to_us(self._clock.now())
        row = row._replace(nonce=nonce, hash=keccak(raw))
        await outbox.add_sent(tx, SentRow(row.hash, row.number, raw, str(fees), now))
        await outbox.keep_sending(tx, row)
        return row

    async def _is_found(self, row: SendingRow) -> bool:
        """Whether one of its forms lies in a block, however new."""
        for form in reversed(await self._forms(row)):
            if await self._chain.find(form.hash):
                return True
        return False

    def _is_late(self, form: SentRow) -> bool:
        return to_us(self._clock.now()) - form.sent_at >= PATIENCE_S * 1_000_000
