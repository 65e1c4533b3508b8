"""Holding credentials for people: their keys, their cards, what they show and to whom."""

import json
from datetime import timedelta
from typing import Any, cast

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Gone, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine.vc import did, documents, pairwise, sdjwt
from ...engine.vc.did import Jwk
from ...engine.vc.kinds import Kind, kind_of
from ...engine.vc.readings import LONGEST_TYPE, claims_of, kind_of_document, type_of
from ...engine.vc.sdjwt import Path
from ...engine.vc.status import Status
from ...model import Account, Caller
from ...store import accounts
from ...store import held as store
from ...store.held import Held
from .desk import Desk, new_secret, owner_of
from .issuers import Issuers
from .kept import Opened, claims_in, is_document, paths_shown
from .values import Card, Link, Told

log = get_log(__name__)

SHOWING = "showing"  # a kind of token
MINUTES = (5, 10, 60, 24 * 60)  # how long a link may be good
HISTORY_MOST = 100
LONGEST_ISSUER = 500  # characters
FOREVER = 4_102_444_800  # 2100: of what says no end
NO_CREDENTIAL = "There is no such credential."


class Holding:
    """Keeps credentials sealed, and shows what their holder chooses."""

    def __init__(self, desk: Desk, issuers: Issuers) -> None:
        self._desk = desk
        self._issuers = issuers

    # Keys

    async def key(self, tx: Tx, account: Account, relation: str) -> Jwk:
        """The private key by which an account is known in one relation, and in no other."""
        context = f"holder {account.id}"
        sealed = await store.find_secret(tx, account.id)
        if sealed is None:
            body = await self._desk.seal(owner_of(account), new_secret(), context)
            await store.add_secret(tx, account.id, body, self._desk.clock.now())
            sealed = await store.find_secret(tx, account.id)
        secret = await self._desk.open(sealed or b"", context)
        if secret is None:
            raise Gone("What this account holds is gone for good.")
        return pairwise.p256(secret, relation)

    @staticmethod
    def subject(key: Jwk) -> str:
        """The holder's name in this relation."""
        return did.did_of(pairwise.public(key))

    # Keeping

    async def keep(
        self, tx: Tx, account: Account, *, id: str, text: str, issued: str = "", file: Any = None
    ) -> Held:
        """Keep a credential for its holder.

        Args:
            id: its own, which is also the relation of its key.
            issued: our register's line, if this house issued it.
            file: the same in a form that can be taken along.
        """
        claims = sdjwt.peek(text).claims
        facts = {
            "kind": kind_of(claims.get("vct")) or "",
            "vct": str(claims.get("vct", ""))[:LONGEST_TYPE],
            "issuer": str(claims.get("iss", ""))[:LONGEST_ISSUER],
            "since_at": _us(claims.get("nbf", claims.get("iat", 0))),
            "until_at": _us(claims.get("exp", FOREVER)),
        }
        opened = {"text": text, "file": file}
        return await self._keep(tx, account, id=id, issued=issued, opened=opened, facts=facts)

    async def keep_document(
        self, tx: Tx, account: Account, *, id: str, text: str, issued: str = ""
    ) -> Held:
        """Keep a credential that is a document, as it is."""
        secured = documents.read(text)
        since, until = documents.period_of(secured.document)
        facts = {
            "kind": kind_of_document(secured.document) or "",
            "vct": type_of(secured.document),
            "issuer": secured.who[:LONGEST_ISSUER],
            "since_at": _us(since or 0),
            "until_at": _us(FOREVER if until is None else until),
        }
        claims = claims_of(secured.document)
        opened = {"text": text, "file": None, "is_document": True, "claims": claims}
        return await self._keep(tx, account, id=id, issued=issued, opened=opened, facts=facts)

    async def _keep(
        self,
        tx: Tx,
        account: Account,
        *,
        id: str,
        issued: str,
        opened: Opened,
        facts: dict[str, Any],
    ) -> Held:
        now, body = to_us(self._desk.clock.now()), json.dumps(opened).encode()
        held = Held(
            id=id,
            account=account.id,
            issued=issued,
            state=Status.VALID,
            received_at=now,
            checked_at=now,
            asked_at=now,
            is_told=0,
            body=await self._desk.seal(owner_of(account), body, f"credential {id}"),
            **facts,
        )
        await store.keep(tx, held)
        return held

    async def open(self, held: Held) -> Opened | None:
        """What stands in a credential; nothing if its key was destroyed."""
        body = await self._desk.open(held.body, f"credential {held.id}")
        return None if body is None else json.loads(body)

    async def require_open(self, held: Held) -> Opened:
        """What stands in a credential.

        Raises:
            Gone: its key was destroyed.
        """
        opened = await self.open(held)
        if opened is None:
            raise Gone("This credential is gone for good.")
        return opened

    async def text(self, held: Held) -> str:
        """The text of a credential.

        Raises:
            Gone: its key was destroyed.
        """
        return (await self.require_open(held))["text"]

    # What its holder sees

    async def cards(self, caller: Caller) -> list[Card]:
        """All that somebody holds, the newest first."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await store.held_by(tx, caller.account)
        cards: list[Card] = []
        for held in found:
            opened = await self.open(held)
            if opened is not None:
                cards.append(await self._card(held, opened))
        return cards

    async def card(self, held: Held) -> Card:
        """One credential as its holder sees it."""
        return await self._card(held, await self.require_open(held))

    async def _card(self, held: Held, opened: Opened) -> Card:
        is_here = await self._issuers.is_own(held.issuer)
        now = to_us(self._desk.clock.now())
        state = Status(held.state).name.lower()
        if held.state == Status.VALID and now >= held.until_at:
            state = "expired"
        elif held.state == Status.VALID and now < held.since_at:
            state = "early"
        return Card(
            id=held.id,
            kind=Kind(held.kind) if held.kind else None,
            vct=held.vct,
            issuer=held.issuer,
            is_here=is_here,
            is_trusted=is_here or self._issuers.is_trusted(held.issuer),
            claims=claims_in(opened),
            state=state,
            since=from_us(held.since_at),
            until=from_us(held.until_at),
            received_at=from_us(held.received_at),
            has_file=is_document(opened) or opened["file"] is not None,
            is_document=is_document(opened),
        )

    async def find(self, caller: Caller, id: str) -> Held:
        """One of the caller's own credentials.

        Raises:
            NotFound: it is not theirs, or there is none.
        """
        caller.require_known()
        async with self._desk.db.read() as tx:
            held = await store.find(tx, caller.account, id)
        if held is None:
            raise NotFound(NO_CREDENTIAL)
        return held

    async def file(self, caller: Caller, id: str) -> Any:
        """A credential in the form that can be taken along: JSON, or the text of a document.

        Raises:
            NotFound: there is none.
        """
        opened = await self.open(await self.find(caller, id)) or {}
        found = opened.get("text") if is_document(opened) else opened.get("file")
        if found is None:
            raise NotFound("There is no file of this credential.")
        await self.tell(caller.account, id, to="", how="file", names=())
        return found

    async def drop(self, caller: Caller, id: str) -> None:
        """Hold a credential no more; what it says stays true, and its issuer may issue it again.

        Raises:
            NotFound: it is not theirs, or there is none.
        """
        caller.require_known()
        async with self._desk.db.begin() as tx:
            if not await store.drop(tx, caller.account, id):
                raise NotFound(NO_CREDENTIAL)
        log.info("credential dropped", credential=id)

    # Showing

    async def present(self, held: Held, paths: list[Path], audience: str, nonce: str) -> str:
        """A part of a credential, bound by its holder's key to one reader and one question."""
        async with self._desk.db.begin() as tx:
            account = await accounts.find(tx, held.account)
            if account is None:
                raise NotFound(NO_CREDENTIAL)
            key = await self.key(tx, account, held.id)
        binding = {"audience": audience, "nonce": nonce, "now_s": self._desk.now_s}
        return sdjwt.present(await self.text(held), paths, key=key, **binding)

    async def link(
        self, caller: Caller, id: str, names: list[str], minutes: int, *, whole: bool = False
    ) -> Link:
        """A link by which whoever has it is shown some claims for a while, afresh each time.

        Args:
            whole: all of it is shown: a document hides nothing, and nothing of it can be chosen.

        Raises:
            NotFound: it is not the caller's, or there is none.
            Incorrect: it has no such claims, or the time is none of those there are.
        """
        held = await self.find(caller, id)
        paths = paths_shown(await self.require_open(held), names, whole=whole)
        if minutes not in MINUTES:
            raise Incorrect("A link is good for 5, 10, 60 or 1440 minutes.")
        now, token = self._desk.clock.now(), self._desk.tokens.new()
        showing = store.Showing(
            hash=self._desk.tokens.kept(SHOWING, token),
            id=self._desk.ids.new(),
            account=caller.account,
            credential=id,
            paths=json.dumps(paths),
            created_at=to_us(now),
            expires_at=to_us(now + timedelta(minutes=minutes)),
            opened=0,
        )
        async with self._desk.db.begin() as tx:
            await store.forget_the_past(tx, now)
            await store.add_showing(tx, showing)
        await self.tell(caller.account, id, to="", how="link", names=tuple(names))
        return _link(showing, token)

    async def links(self, caller: Caller) -> list[Link]:
        """The links that are still good."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await store.showings(tx, caller.account, self._desk.clock.now())
        return [_link(showing) for showing in found]

    async def end_link(self, caller: Caller, id: str) -> None:
        """Take a link back, at once.

        Raises:
            NotFound: it is not the caller's, or is over.
        """
        caller.require_known()
        async with self._desk.db.begin() as tx:
            if not await store.end_showing(tx, caller.account, id):
                raise NotFound("There is no such link.")

    async def open_link(self, token: str, audience: str, nonce: str) -> str:
        """What a link shows, made for this reader and this question; a document as it is.

        Raises:
            Gone: it is over, taken back, or never was.
        """
        kept = self._desk.tokens.kept(SHOWING, token)
        async with self._desk.db.begin() as tx:
            showing = await store.open_showing(tx, kept, self._desk.clock.now())
            held = showing and await store.find(tx, showing.account, showing.credential)
        if showing is None or held is None:
            raise Gone("This link is over.", hint="Ask whoever gave it to you for a new one.")
        opened = await self.require_open(held)
        if is_document(opened):
            return opened["text"]
        paths = [tuple(path) for path in cast(list[list[Any]], json.loads(showing.paths))]
        return await self.present(held, paths, audience, nonce)

    async def tell(
        self, account: str, credential: str, *, to: str, how: str, names: tuple[str, ...]
    ) -> None:
        """Write down that something was shown, sealed, for its holder alone."""
        async with self._desk.db.begin() as tx:
            found = await accounts.find(tx, account)
            if found is None:
                return
            id, now = self._desk.ids.new(), to_us(self._desk.clock.now())
            text = json.dumps({"to": to[:500], "how": how, "names": names}).encode()
            body = await self._desk.seal(owner_of(found), text, f"shown {id}")
            await store.add_shown(tx, store.Shown(id, account, credential, now, body))

    async def history(self, caller: Caller) -> list[Told]:
        """What somebody showed, to whom and when, the newest first."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await store.shown_by(tx, caller.account, HISTORY_MOST)
        told: list[Told] = []
        for each in found:
            body = await self._desk.open(each.body, f"shown {each.id}")
            if body is not None:
                words: dict[str, Any] = json.loads(body)
                told.append(
                    Told(
                        id=each.id,
                        credential=each.credential,
                        at=from_us(each.shown_at),
                        to=words["to"],
                        how=words["how"],
                        names=tuple(words["names"]),
                    )
                )
        return told


def _link(showing: store.Showing, token: str = "") -> Link:
    paths = cast(list[list[Any]], json.loads(showing.paths))
    return Link(
        id=showing.id,
        credential=showing.credential,
        names=tuple(dict.fromkeys(str(path[0]) for path in paths)),
        expires_at=from_us(showing.expires_at),
        opened=showing.opened,
        token=token,
    )


def _us(seconds: Any) -> int:
    """A moment as a column keeps it, never beyond what a database counts."""
    number = seconds if isinstance(seconds, int | float) else 0
    return int(min(max(number, 0), FOREVER) * 1_000_000)
