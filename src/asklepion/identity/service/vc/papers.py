"""Taking in a credential that comes as a file, from wherever it was issued."""

from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect
from asklepion.kit.log import get_log

from ...engine.vc import documents
from ...engine.vc.documents import Secured
from ...engine.vc.status import Status
from ...model import Account, Caller
from ...store import accounts
from ...store import held as store
from .desk import Desk
from .examining import CREDENTIAL, PRESENTATION
from .holding import Holding
from .issuing import CHANGING
from .kept import document_in
from .lists import Lists
from .proving import Proving
from .values import Card, Verdict

log = get_log(__name__)

HELD_MOST = 50  # credentials of one account, before another file is kept
NOTHING = "The file proves nothing, so it is not kept."
HINTS = {
    "sd-jwt": "Its issuer can offer it to you instead: it is made for a key that you have here.",
    PRESENTATION: "It is what somebody showed once. Take the credential itself.",
}


class Papers:
    """Holds documents for people, once they are proven."""

    def __init__(self, desk: Desk, holding: Holding, proving: Proving, lists: Lists) -> None:
        self._desk = desk
        self._holding = holding
        self._proving = proving
        self._lists = lists

    async def keep(self, caller: Caller, text: str) -> Card:
        """Look at a document, and hold it as it is if it is proven and stands.

        Raises:
            Incorrect: it proves nothing, or is none that can be held as a file.
            Conflict: it is held already, is somebody else's, or there are very many.
        """
        caller.require_known()
        verdict = await self._proving.examine(text)
        if verdict.form != CREDENTIAL:
            raise Incorrect("That file cannot be kept.", hint=HINTS[verdict.form])
        if not verdict.holds:
            raise Incorrect(NOTHING, hint=_failed(verdict))
        secured, id = documents.read(text), self._desk.ids.new()
        async with self._desk.db.begin() as tx:
            await tx.lock(CHANGING)
            account = await accounts.find(tx, caller.account)
            if account is None:
                raise Forbidden("Only people hold credentials.")
            await self._require_new(tx, account, secured)
            issued = await self._line(tx, account, secured)
            held = await self._holding.keep_document(
                tx, account, id=id, text=text.strip(), issued=issued
            )
        log.info("credential taken in", credential=id)
        return await self._holding.card(held)

    async def _require_new(self, tx: Tx, account: Account, secured: Secured) -> None:
        found = await store.held_by(tx, account.id)
        if len(found) >= HELD_MOST:
            hint = "Remove some that you need no more."
            raise Conflict("You hold very many credentials.", hint=hint)
        for held in found:
            if held.issuer != secured.who:
                continue
            known = document_in(await self._holding.open(held) or {})
            if known and known.document == secured.document:
                raise Conflict("You hold this credential already.")

    async def _line(self, tx: Tx, account: Account, secured: Secured) -> str:
        """The line of our own register that this is, if it was issued to the same account."""
        line = await self._lists.line_of_document(tx, secured.who, secured.document)
        if line is None:
            return ""
        if line.account != account.id:
            raise Conflict("This house issued that to somebody else.", hint="Ask for your own.")
        if line.state != Status.VALID:  # since it was looked at
            raise Incorrect(NOTHING, hint="It does not stand any more.")
        return line.parent or line.id


def _failed(verdict: Verdict) -> str:
    return next(
        (check.words for check in verdict.checks if check.state == "failed" and check.words),
        "Its issuer could not be asked; try again later.",
    )
