"""Whether everything that is signed is as it was written, and as log and chain have it."""

from typing import Any

from asklepion.kit.db import Database
from asklepion.kit.errors import HouseError
from asklepion.ledger import Finding, Grant, Ledger, commit_text, look_at_consent

from ...store import signed
from ...store.signed import GRANT, SignedRow
from .keeping import Signer, sending_key
from .receipts import consent_member
from .values import Body

PAGE = 500
TABLE = "records_signed"


class Checker:
    """Looks at every row again."""

    def __init__(self, *, db: Database, signer: Signer, ledger: Ledger) -> None:
        self._db = db
        self._signer = signer
        self._ledger = ledger

    async def verify(self) -> list[Finding]:
        """Every row that is not as it was written."""
        findings: list[Finding] = []
        after = -(2**62)
        while True:
            async with self._db.read() as tx:
                page = await signed.after(tx, after, PAGE)
                begun = {row.id: row for row in page if row.act == GRANT}
                ended = await signed.ends_of(tx, list(begun)) if begun else {}
            if not page:
                return findings + await self._signer.graves.verify()
            after = page[-1].leaf
            for row in page:
                what = await self._whats_wrong(row, row.id in ended)
                if what:
                    findings.append(Finding(TABLE, row.id, what))

    async def _whats_wrong(self, row: SignedRow, is_ended: bool) -> str:
        """What is wrong with one row; empty when nothing is."""
        try:
            body = await self._signer.open(row)
            if body is None:
                return "cannot be opened"
            proof = await self._signer.proof(row)
            if commit_text(body.event, body.key) != await self._ledger.leaf(row.leaf):
                return f"does not match leaf {row.leaf} of the ledger"
            what = _contradiction(row, body, is_ended) or _unsigned(body, proof)
        except (HouseError, ValueError, KeyError, TypeError):
            return "is not as it was written"
        try:
            return what or await self._on_chain(row, body)
        except HouseError:  # nobody answers; that is told of the chain itself
            return ""

    async def _on_chain(self, row: SignedRow, body: Body) -> str:
        """What the chain has, where it was told and one is open here."""
        async with self._db.read() as tx:
            key = sending_key(body)
            outcome = (await self._signer.contracts.outcomes(tx, [key])).get(key)
            if body.domain != await self._signer.contracts.domain(tx):
                return ""  # it was put on a chain that was used before
        if outcome is None or outcome.state != "recorded" or not self._signer.contracts.is_open:
            return ""
        act = body.act
        found = await self._signer.contracts.standing(act.record)
        if found is None or found.subject != act.subject:
            return "is not on the chain, though it was put there"
        if isinstance(act, Grant) and found.scope != act.scope:
            return "is on the chain with another scope"
        if not isinstance(act, Grant) and not found.revoked:
            return "is not revoked on the chain, though that was put there"
        return ""


def _contradiction(row: SignedRow, body: Body, is_ended: bool) -> str:
    told, act = body.told, body.act
    if (told["id"], told["act"], told.get("ends", "")) != (row.id, row.act, row.ends):
        return "has columns that contradict its event"
    if row.act == GRANT and bool(row.is_open) == is_ended:
        return "is not open and closed as its end says"
    if isinstance(act, Grant) and told["said"]["id"] != row.consent:
        return "is of another Consent than it says"
    return ""


def _unsigned(body: Body, proof: dict[str, Any] | None) -> str:
    """Why a signature does not count; empty where it does, or where there is none yet."""
    if body.domain is None:
        return ""
    state, words = look_at_consent(consent_member(body, proof), body.told)
    return "" if state == "passed" else words
