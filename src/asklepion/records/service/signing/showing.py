"""What somebody signed, shown; its receipt; and her passkey's own signature put beside it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asklepion.identity import Caller, Proof
from asklepion.kit.clock import Clock, from_us, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.ledger import Grant, Ledger, Outcome

from ...model import Act, Asking, Choice, Resource
from ...store import signed
from ...store.signed import GRANT, HANDED, REVOKE, SignedRow
from ..choosing import choice_of
from ..consenting import VISIT
from ..releasing import Releasing
from .keeping import PROOF, Signer, sending_key
from .moving import Mover
from .receipts import chain_member, consent_member, proof_text
from .values import Body

PURPOSE = "consent"  # what a passkey is asked to sign for
SHOWN_MOST = 100
NEWEST = 2**62  # beyond every leaf

Ask = Callable[..., Awaitable[dict[str, Any]]]
Prove = Callable[..., Awaitable[Proof]]


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One signature: a beginning or an end."""

    id: str
    leaf: int  # its place in the log
    at: datetime
    by: str  # a name; empty: the house itself
    is_herself: bool  # the patient said it
    is_mine: bool  # the caller did
    has_proof: bool  # whoever said it signed it with a passkey of theirs
    state: str  # unsigned, waiting, recorded or refused
    block: int = -1
    why: str = ""  # of an end; or why the chain refused it


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One thing that was said, from its beginning to its end."""

    consent: str
    choice: Choice | None
    begun: Signed
    ended: Signed | None
    until: datetime
    is_over: bool  # it ended, or its time is over


class Shower:
    """Shows what is signed to those whose it is."""

    def __init__(
        self, *, db: Database, clock: Clock, releasing: Releasing, signer: Signer, ledger: Ledger
    ) -> None:
        self._db = db
        self._clock = clock
        self._releasing = releasing
        self._signer = signer
        self._mover = Mover(db=db, signer=signer)
        self._ledger = ledger
        self._ask: Ask | None = None
        self._prove: Prove | None = None

    def know_passkeys(self, ask: Ask, prove: Prove) -> None:
        """From now on people can sign with their passkeys; called once, when the house opens."""
        self._ask, self._prove = ask, prove

    async def catch_up(self) -> int:
        """Hand to the chain what was said before any was known, or for another; how much."""
        return await self._mover.catch_up()

    async def try_again(self) -> None:
        """What could not be opened once is tried again; when the house opens."""
        await self._signer.try_again()

    async def mend(self, tx: Tx, remains: Sequence[tuple[bytes, Sequence[Sequence[int]]]]) -> None:
        """After a backup was restored: of patients erased since, withdraw what waits.

        Args:
            remains: for each, a mark of the patient, and the leaves of what was signed.
        """
        await self._signer.drop_orphans(tx)
        await self._signer.graves.mend(tx, remains)

    # Shown

    async def of(
        self, asking: Asking, patient: str, *, before: int = NEWEST, count: int = 50
    ) -> list[Shown]:
        """What was signed in a patient's name, newest first; for her and who decides for her.

        Raises:
            NotFound: somebody else asks.
        """
        await self._releasing.require(asking, patient)
        async with self._db.read() as tx:
            begun = await signed.page_of(tx, patient, before, min(count, SHOWN_MOST))
            ended = await signed.ends_of(tx, [row.id for row in begun]) if begun else {}
        rows = [*begun, *ended.values()]
        bodies = {row.id: body for row in rows if (body := await self._signer.open(row))}
        outcomes = await self._outcomes(bodies)
        return [
            self._shown(asking, row, ended.get(row.id), bodies, outcomes)
            for row in begun
            if row.id in bodies
        ]

    async def _outcomes(self, bodies: Mapping[str, Body]) -> dict[bytes, Outcome]:
        keys = [sending_key(body) for body in bodies.values()]
        async with self._db.read() as tx:
            return await self._signer.contracts.outcomes(tx, keys)

    def _shown(
        self,
        asking: Asking,
        row: SignedRow,
        end: SignedRow | None,
        bodies: Mapping[str, Body],
        outcomes: Mapping[bytes, Outcome],
    ) -> Shown:
        body = bodies[row.id]
        said: Resource = body.told["said"]
        now = to_us(self._clock.now())
        return Shown(
            consent=row.consent,
            choice=_choice(said),
            begun=_one(asking, row, body, outcomes),
            ended=_one(asking, end, bodies[end.id], outcomes) if end else None,
            until=from_us(row.until_at),
            is_over=not row.is_open or row.until_at <= now,
        )

    # Proved

    async def receipt(
        self, asking: Asking, consent: str, signature: str = "", since: int | None = None
    ) -> dict[str, Any]:
        """The proof of what was signed about a Consent, to be checked without us.

        Args:
            signature: its id; none for what was signed last. A Consent that changed has several.
            since: how many entries the log had in a receipt that whoever asks holds already.

        Raises:
            NotFound: there is none that the caller may have.
        """
        row = await self._find(asking, consent, signature)
        body = await self._signer.open(row)
        if body is None:
            raise _nothing()
        more: dict[str, Any] = {}
        if body.domain:
            proof = await self._signer.proof(row)
            more["consent"] = consent_member(body, proof)
            outcome = (await self._outcomes({row.id: body})).get(sending_key(body))
            if outcome and outcome.state == "recorded":
                more["chain"] = chain_member(body, outcome)
        return await self._ledger.receipt(row.leaf, body.told, body.key, since=since, more=more)

    async def _all(self, asking: Asking, consent: str) -> list[SignedRow]:
        """Everything that was signed about a Consent of hers, or of whom she decides for."""
        asking.caller.require_known()
        async with self._db.read() as tx:
            rows = await signed.of_consent(tx, consent)
        if not rows or not await self._releasing.acts(asking, rows[-1].patient) & Act.DECIDE:
            raise _nothing()
        return rows

    async def _find(self, asking: Asking, consent: str, signature: str) -> SignedRow:
        rows = await self._all(asking, consent)
        found = [row for row in rows if signature in ("", row.id)]
        if not found:
            raise _nothing()
        return found[-1]

    async def standing(self, asking: Asking, consent: str, signature: str = "") -> dict[str, Any]:
        """What the chain itself says at this moment of what a Consent began.

        Args:
            signature: of the beginning, or of its end; none for what began last.

        Raises:
            NotFound: there is none that the caller may know of.
            Busy: the chain is not open yet.
        """
        rows = await self._all(asking, consent)
        meant = {signature} | {row.ends for row in rows if row.id == signature}
        begun = [row for row in rows if row.act == GRANT and (not signature or row.id in meant)]
        if not begun:
            raise _nothing()
        row = begun[-1]
        body = await self._signer.open(row)
        if body is None or not isinstance(body.act, Grant):
            raise _nothing()
        found = await self._signer.contracts.standing(body.act.record)
        if found is None or not any(found.scope):
            return {"state": "revoked" if found and found.revoked else "unknown"}
        is_ours = (found.subject, found.scope) == (body.act.subject, body.act.scope)
        now = int(self._clock.now().timestamp())
        state = "granted" if found.not_before <= now < found.not_after else "expired"
        if not is_ours:
            state = "other"
        return {"state": "revoked" if found.revoked else state}

    # Signed by passkey

    async def ask(
        self, asking: Asking, consent: str, signature: str = "", *, here: str
    ) -> dict[str, Any]:
        """What the caller's browser is asked, so that she signs what she said with her passkey.

        Raises:
            NotFound: there is nothing of hers to sign.
            Conflict: it is signed already, or she has no passkey that can.
        """
        row, body = await self._mine(asking, consent, signature)
        if self._ask is None or body.domain is None:
            raise Conflict("It cannot be signed yet.", hint="Try again in a moment.")
        digest = body.act.digest(body.domain)
        options = await self._ask(asking.caller, PURPOSE, digest, here=here)
        return {"id": row.id, "options": options}

    async def prove(
        self,
        asking: Asking,
        consent: str,
        answer: Mapping[str, Any],
        signature: str = "",
        *,
        here: str,
    ) -> None:
        """Keep what her passkey signed beside what she said.

        Raises:
            Forbidden: nobody asked her for this, or it is over; or the answer is not good.
            NotFound, Conflict: as `ask`.
        """
        row, body = await self._mine(asking, consent, signature)
        if self._prove is None or body.domain is None:
            raise Conflict("It cannot be signed yet.", hint="Try again in a moment.")
        digest = body.act.digest(body.domain)
        proof = await self._prove(asking.caller, PURPOSE, answer, digest, here=here)
        text = proof_text(proof)
        sealed = await self._signer.seal_for(row.patient, text, PROOF + row.id)
        async with self._db.begin() as tx:
            if not await signed.keep_proof(tx, row.id, sealed):
                raise _signed_already()

    async def _mine(self, asking: Asking, consent: str, signature: str) -> tuple[SignedRow, Body]:
        """What the caller said by a Consent, in her own name or as who decides for her."""
        row = await self._find(asking, consent, signature)
        body = await self._signer.open(row)
        if body is None:
            raise _nothing()
        if not _is_by(asking.caller, body):
            raise Forbidden("Somebody else said that.", hint="They sign it themselves.")
        if row.proof:
            raise _signed_already()
        return row, body


def _one(asking: Asking, row: SignedRow, body: Body, outcomes: Mapping[bytes, Outcome]) -> Signed:
    told = body.told
    outcome = outcomes.get(sending_key(body))
    state = outcome.state if outcome else "waiting" if row.is_handed == HANDED else "unsigned"
    refused = outcome.why if outcome else ""
    return Signed(
        id=row.id,
        leaf=row.leaf,
        at=from_us(row.made_at),
        by=told["by"]["name"],
        is_herself=told["by"]["is_herself"],
        is_mine=_is_by(asking.caller, body),
        has_proof=bool(row.proof),
        state=state,
        block=outcome.block if outcome else -1,
        why=told["why"] if row.act == REVOKE and not refused else refused,
    )


def _is_by(caller: Caller, body: Body) -> bool:
    return bool(caller.account) and body.told["by"]["account"] == caller.account


def _choice(said: Resource) -> Choice | None:
    """The plain words of what was signed, where it says no more than these can."""
    scope = {"coding": [{"code": "patient-privacy"}]}
    visit = said.get("visit")
    extension = [{"url": VISIT, "valueString": visit}] if visit else []
    return choice_of({"scope": scope, **said, "extension": extension})


def _nothing() -> NotFound:
    return NotFound("There is nothing signed of that.", hint="Take it from your own list.")


def _signed_already() -> Conflict:
    return Conflict("It is signed with a passkey already.", hint="Nothing is to be done.")
