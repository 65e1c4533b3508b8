"""Signs each beginning and each end of what is said, in the transaction that keeps it.

Consent ──► (end of the transaction) ──► row, leaf of the log, and what the chain is to be told

Each has a key of its own, derived from a key of the patient's: whoever destroys hers destroys it,
and with the salt and the key of the leaf everything that could make the same again. Nobody waits
for the chain: what is handed in is sent when it can be.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from asklepion.kit.clock import Clock, to_iso, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Fault
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log
from asklepion.kit.vault import DataKey, Vault
from asklepion.ledger import (
    Contracts,
    Grant,
    Ledger,
    PairwiseDomain,
    Revoke,
    commit_text,
    pairwise_address,
    pairwise_key,
    pairwise_sign,
)

from ...engine.bodies import key_of, open_sealed, seal
from ...model import Forgotten
from ...store import signed
from ...store.signed import GRANT, HANDED, REVOKE, UNHANDED, SignedRow
from ..sealing import require_destroyed
from .graves import Graves
from .values import Body, Statement, grant_event, revoke_event, said_in, scope_of, speaker

log = get_log(__name__)

__all__ = ["Signer", "said_in"]

SECOND = 1_000_000  # [microseconds]
DAY_S = 86400
DEADLINE_S = 90 * DAY_S  # for how long a signature may be brought to the chain
SPREAD_S = 12 * 3600  # over which the ends that an erasure makes are sent
SEED_BYTES = 16
RANDOM_BYTES = 12  # of a record's name on the chain; its subject's address follows
PROOF = "proof/"  # context of what a passkey signed
NO_LEAF = -(2**62)  # before every place in the log
CATCH_UP = 100  # rows handed to the chain at once
LOCK = "records.signed"  # held while a row is signed later


class Signer:
    """Keeps what is signed."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        vault: Vault,
        ledger: Ledger,
        contracts: Contracts,
        graves: Graves,
    ) -> None:
        self.contracts = contracts
        self.graves = graves
        self._db = db
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._ledger = ledger
        self._pending: WeakKeyDictionary[Tx, dict[str, Statement]] = WeakKeyDictionary()

    # Said in a transaction

    def note(self, tx: Tx, statement: Statement) -> None:
        """What a Consent says now; the last word in a transaction is the one that is signed."""
        if tx not in self._pending:
            self._pending[tx] = {}
            tx.at_end(lambda: self._sign(tx))
        self._pending[tx][statement.consent] = statement

    async def _sign(self, tx: Tx) -> None:
        """Sign what is otherwise than before; the last thing in a transaction, as the log asks."""
        statements = self._pending.pop(tx)
        standing = await signed.open_of(tx, statements)
        if not standing and not any(each.said for each in statements.values()):
            return
        domain = await self.contracts.domain(tx)
        made: list[tuple[SignedRow, Body]] = []
        closed: list[str] = []
        for consent, statement in statements.items():
            row = standing.get(consent)
            before = await self.open(row) if row else None
            if row and before:
                if _is_same(statement, row, before):
                    continue
                closed.append(row.id)
                if before.domain is None and domain:  # its beginning goes to the chain first
                    before = await self._hand_in_late(tx, row.id, domain) or before
                made.append(await self._ended(tx, row, before, statement, domain))
            if statement.said:
                made.append(await self._begun(statement, domain))
        await self._keep(tx, made)
        await signed.close(tx, closed)

    async def _begun(
        self, statement: Statement, domain: PairwiseDomain | None
    ) -> tuple[SignedRow, Body]:
        said = statement.said or {}
        now, id = self._clock.now(), self._ids.new()
        owner = (await self._vault.current([statement.patient]))[statement.patient]
        seed, salt = secrets.token_bytes(SEED_BYTES), secrets.token_bytes(32)
        key = _key_of(owner, seed)
        subject = pairwise_address(key)
        start = _begin_s(statement, to_us(now) // SECOND)
        grant = Grant(
            record=secrets.token_bytes(RANDOM_BYTES) + subject,
            subject=subject,
            scope=scope_of(said, salt),
            not_before=start,
            not_after=max(statement.until_at // SECOND, start + 1),
            nonce=0,
            deadline=_deadline_s(to_us(now)),
        )
        head = {
            "kind": "consent",
            "id": id,
            "act": GRANT,
            "at": to_iso(now),
            "by": speaker(statement.by, statement.patient),
        }
        event = grant_event(head, said, grant)
        body = Body(event=event, key=_secret(), salt=salt, seed=seed, seed_key=owner.id)
        return self._row(statement, "", _signed(body, key, domain), owner)

    async def _ended(
        self,
        tx: Tx,
        row: SignedRow,
        before: Body,
        statement: Statement,
        domain: PairwiseDomain | None,
    ) -> tuple[SignedRow, Body]:
        now, id = self._clock.now(), self._ids.new()
        domain = await self._where(tx, before, domain)
        owner = await self._owner(before)
        key = _key_of(owner, before.seed)
        grant = before.act
        revoke = Revoke(
            record=grant.record,
            subject=grant.subject,
            nonce=end_nonce(before, domain),
            deadline=_deadline_s(to_us(now)),
        )
        head = {
            "kind": "consent",
            "id": id,
            "act": REVOKE,
            "ends": row.id,
            "at": to_iso(now),
            "why": "changed" if statement.said else statement.why,
            "by": speaker(statement.by, row.patient),
        }
        event = revoke_event(head, revoke)
        body = replace(before, event=event, key=_secret(), salt=b"", domain=None, signature=b"")
        of = Statement(consent=row.consent, patient=row.patient, until_at=row.until_at)
        return self._row(of, row.id, _signed(body, key, domain), owner)

    async def _where(
        self, tx: Tx, begun: Body, domain: PairwiseDomain | None
    ) -> PairwiseDomain | None:
        """For which contract an end is signed: for that of its beginning, if on another chain."""
        return begun.domain if await self._elsewhere(tx, begun) else domain

    async def _elsewhere(self, tx: Tx, body: Body) -> str:
        """The other chain on which this begins what it begins, or began what it ends."""
        return await self.contracts.elsewhere(tx, key_for(GRANT, body.act.record))

    def _row(self, of: Statement, ends: str, body: Body, owner: DataKey) -> tuple[SignedRow, Body]:
        told = body.told
        id, act = told["id"], told["act"]
        row = SignedRow(
            id=id,
            patient=of.patient,
            consent=of.consent,
            act=act,
            ends=ends,
            is_open=int(act == GRANT),
            made_at=to_us(self._clock.now()),
            until_at=of.until_at,
            leaf=-1,
            is_handed=int(body.domain is not None),
            body=seal(owner, body.as_text(), context_of(id)),
        )
        return row, body

    async def _keep(self, tx: Tx, made: Sequence[tuple[SignedRow, Body]]) -> None:
        commitments = [commit_text(body.event, body.key) for _, body in made]
        leaves = await self._ledger.append(tx, commitments)
        rows = [row._replace(leaf=leaf) for (row, _), leaf in zip(made, leaves, strict=True)]
        await signed.insert(tx, rows)
        for row, body in secrets.SystemRandom().sample(made, len(made)):  # the order tells nothing
            if row.is_handed:
                await self._hand_in(tx, row.act, body)

    async def _hand_in(self, tx: Tx, act: str, body: Body) -> None:
        data = body.act.call(body.signature)
        chain = await self._elsewhere(tx, body) if act == REVOKE else ""
        await self.contracts.hand_in(
            tx, kind=act, key=sending_key(body), contract="Consent", data=data, chain=chain
        )

    # What is sealed

    async def open(self, row: SignedRow) -> Body | None:
        """What was signed; nothing where the patient's key was destroyed.

        Raises:
            Fault: it was altered or put in another's place, or its key is lost.
        """
        text = await self.text(row.body, context_of(row.id))
        return Body.read(text) if text is not None else None

    async def text(self, blob: bytes, context: str) -> bytes | None:
        """A sealed text of this table."""
        number = key_of(blob)
        key = (await self._vault.by_id([number])).get(number)
        if key is None:
            require_destroyed(self._vault, number)
            return None
        return open_sealed(key, blob, context)

    async def proof(self, row: SignedRow) -> dict[str, Any] | None:
        """What a passkey signed, where one did."""
        text = await self.text(row.proof, PROOF + row.id) if row.proof else None
        return orjson.loads(text) if text else None

    async def seal_for(self, patient: str, text: bytes, context: str) -> bytes:
        """A text as it is kept in this table."""
        key = (await self._vault.current([patient]))[patient]
        return seal(key, text, context)

    async def _owner(self, body: Body) -> DataKey:
        """The patient's key that a pairwise one was derived from."""
        key = (await self._vault.by_id([body.seed_key])).get(body.seed_key)
        if key is None:
            raise Fault(
                "A key that a consent was signed with is missing.",
                hint="Restore the keys folder from your backup of it.",
            )
        return key

    # Later

    async def catch_up(self) -> int:
        """Sign and hand in what was said before any chain was known; returns how much."""
        async with self._db.read() as tx:
            waiting = await signed.unhanded(tx, CATCH_UP)
            domain = await self.contracts.domain(tx) if waiting else None
        if not waiting or domain is None:
            return 0
        for row in waiting:
            try:
                await self._catch_up(row.id, domain)
            except (Fault, ValueError, KeyError, TypeError) as error:  # it holds up no other
                log.fault("consent not handed in", error, id=row.id)
                async with self._db.begin() as tx:
                    await signed.mark_unreadable(tx, row.id)
        return len(waiting)

    async def _catch_up(self, id: str, domain: PairwiseDomain) -> None:
        async with self._db.begin() as tx:
            await self._hand_in_late(tx, id, domain)

    async def _hand_in_late(self, tx: Tx, id: str, domain: PairwiseDomain) -> Body | None:
        """Sign and hand in what was not yet; returns it as it is now, if it can be read."""
        await tx.lock(LOCK)
        row = await signed.find(tx, id)
        body = await self.open(row) if row else None
        if row is None or row.is_handed != UNHANDED:
            return body
        if body is None:
            await signed.mark_unreadable(tx, id)
            return None
        row, body = await self.sign_anew(row, body, domain)
        await signed.keep_handed(tx, row)
        await self._hand_in(tx, row.act, body)
        return body

    async def sign_anew(
        self, row: SignedRow, body: Body, domain: PairwiseDomain
    ) -> tuple[SignedRow, Body]:
        """The same, signed for this contract; its key is made again from hers."""
        owner = await self._owner(body)
        body = _signed(body, _key_of(owner, body.seed), domain)
        return row._replace(body=seal(owner, body.as_text(), context_of(row.id))), body

    async def try_again(self) -> None:
        """What could not be opened once is tried again; when the house opens."""
        async with self._db.begin() as tx:
            await signed.try_unreadable(tx)

    async def drop_orphans(self, tx: Tx) -> int:
        """After a backup was restored: withdraw what waits of patients erased since."""
        unknown = set(await self.contracts.waiting(tx, GRANT))
        leaf = NO_LEAF
        while unknown and (page := await signed.after(tx, leaf, CATCH_UP)):
            leaf = page[-1].leaf
            bodies = [await self.open(row) for row in page]
            unknown -= {sending_key(body) for body in bodies if body}
        ends = [key_for(REVOKE, key[-32:]) for key in unknown]
        return await self.contracts.withdraw(tx, [*unknown, *ends])

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """End what stands on the chain, then take everything of an erased patient away."""
        now = to_us(self._clock.now())
        domain = await self.contracts.domain(tx)
        rows = await signed.of_patient(tx, patient)
        bodies = [(row, body) for row in rows if (body := await self.open(row))]
        handed = {row.id: sending_key(body) for row, body in bodies if row.is_handed == HANDED}
        outcomes = await self.contracts.outcomes(tx, list(handed.values()))
        for row, body in bodies:
            if row.act != GRANT or row.is_handed != HANDED or domain is None:
                continue
            if await self.contracts.withdraw(tx, [handed[row.id]]):  # the chain never hears of it
                await self.contracts.withdraw(tx, [key_for(REVOKE, body.act.record)])
            elif row.is_open and row.until_at > now:  # else it has ended, or runs out by itself
                await self._end_unheard(tx, body, domain, now)
        done = [key for key, it in outcomes.items() if it.state != "waiting"]
        await self.contracts.forget(tx, done)
        leaves = tuple(row.leaf for row in rows)
        return Forgotten(rows={"records_signed": await signed.destroy(tx, patient)}, leaves=leaves)

    async def _end_unheard(self, tx: Tx, body: Body, domain: PairwiseDomain, now: int) -> None:
        """End something on the chain of which nothing stays here."""
        key = _key_of(await self._owner(body), body.seed)
        grant, chain = body.act, await self._elsewhere(tx, body)
        domain = body.domain if chain and body.domain else domain
        revoke = Revoke(
            record=grant.record,
            subject=grant.subject,
            nonce=end_nonce(body, domain),
            deadline=_deadline_s(now),
        )
        data = revoke.call(pairwise_sign(key, revoke.digest(domain)))
        name = key_for(REVOKE, grant.record)
        await self.contracts.hand_in(
            tx,
            kind=REVOKE,
            key=name,
            contract="Consent",
            data=data,
            within_s=SPREAD_S,
            chain=chain,
        )


def _is_same(statement: Statement, row: SignedRow, before: Body) -> bool:
    """Whether a Consent says what is signed already."""
    return (
        statement.said is not None
        and statement.patient == row.patient
        and before.told["said"] == statement.said
    )


def _signed(body: Body, key: bytes, domain: PairwiseDomain | None) -> Body:
    """The same, signed for its contract, if that is known yet."""
    return body.signed(domain, pairwise_sign(key, body.act.digest(domain))) if domain else body


def end_nonce(begun: Body, domain: PairwiseDomain | None) -> int:
    """The number of an end's signature: the second of its key, or the first on another chain."""
    return 1 if begun.domain == domain else 0


def _deadline_s(now: int) -> int:
    """Until when a signature counts: to whole days, so that many share it."""
    return -(-(now // SECOND + DEADLINE_S) // DAY_S) * DAY_S


def _begin_s(statement: Statement, now_s: int) -> int:
    """From when it counts: to the day, where that is past, since the chain knew nothing before."""
    start = statement.from_at // SECOND
    return start - start % DAY_S if start <= now_s else start


def _secret() -> bytes:
    return secrets.token_bytes(32)


def _key_of(owner: DataKey, seed: bytes) -> bytes:
    return pairwise_key(owner.derive(b"consent " + seed))


def sending_key(body: Body) -> bytes:
    """By what the outcome of one is asked for."""
    told = body.told
    return key_for(told["act"], bytes.fromhex(told[told["act"]]["record"][2:]))


def key_for(act: str, record: bytes) -> bytes:
    """The same from its parts."""
    return act.encode().ljust(8, b"\0") + record


def context_of(id: str) -> str:
    """What a sealed body is bound to."""
    return f"signed/{id}"
