"""Issuing: licences and memberships by operators, badges by educators; and taking them back."""

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine import rules
from ...engine.vc import integrity, pairwise, sdjwt
from ...engine.vc.did import Jwk
from ...engine.vc.kinds import VCTS, Kind, claims_of, hidden, open_badge
from ...engine.vc.status import Status
from ...model import Account, Caller, Role
from ...store import accounts, held
from ...store import issued as store
from ...store.issued import Issued
from .desk import Desk, owner_of
from .holding import Holding
from .issuers import Issuers
from .licences import Licences
from .lists import Lists
from .values import Line, NewCredential

log = get_log(__name__)

# Who may issue what; an operator may also take back what others issued.
MAY = {Kind.LICENCE: Role.OPERATOR, Kind.MEMBERSHIP: Role.OPERATOR, Kind.BADGE: Role.EDUCATOR}
LONGEST = timedelta(days=366 * 20)
DECOYS = 3  # digests of nothing in each credential
PAGE = 200
CHANGING = "identity.issued"  # a lock: what becomes of a line becomes of its copies


class Issuing:
    """Makes credentials, keeps the register, and says what became of each."""

    def __init__(
        self, desk: Desk, issuers: Issuers, lists: Lists, holding: Holding, licences: Licences
    ) -> None:
        self._desk = desk
        self._issuers = issuers
        self._lists = lists
        self._holding = holding
        self._licences = licences

    async def issue(self, caller: Caller, new: NewCredential, *, here: str = "") -> Line:
        """Issue a credential to somebody, and hold it for them.

        Args:
            here: the address of this house, as it is called.

        Raises:
            Forbidden: the caller may not issue such.
            NotFound: there is no such account.
            Incorrect: something about it cannot be.
        """
        caller.require(MAY[new.kind])
        here = self._desk.address or here
        since = new.since or self._desk.clock.now()
        if not since < new.until <= since + LONGEST:
            raise Incorrect("The end lies before the beginning, or too far off.")
        async with self._desk.db.begin() as tx:
            account = await self._whom(tx, new)
            claims = claims_of(new.kind, new.told, account.name)
            line = await self._enter(tx, caller, new, account, claims)
            key = pairwise.public(await self._holding.key(tx, account, line.id))
            text = await self.sign(line, claims, key, here)
            file = await self._badge(line, claims, key, here) if new.kind == Kind.BADGE else None
            await self._holding.keep(tx, account, id=line.id, text=text, issued=line.id, file=file)
        log.info("credential issued", id=line.id, kind=new.kind, by=caller.account)
        return await self._line(line, account)

    async def _enter(
        self, tx: Tx, caller: Caller, new: NewCredential, account: Account, claims: dict[str, Any]
    ) -> Issued:
        """Write a new line into the register, with a random place in a list."""
        id, now = self._desk.ids.new(), self._desk.clock.now()
        list, entry = await self._lists.take(tx)
        line = Issued(
            id=id,
            kind=new.kind,
            list=list,
            issued_by=caller.account,
            account=account.id,
            parent="",
            entry=entry,
            state=Status.VALID,
            since_at=to_us((new.since or now).replace(microsecond=0)),
            until_at=to_us(new.until.replace(microsecond=0)),
            issued_at=to_us(now),
            changed_at=to_us(now),
            body=await self._sealed(account, id, claims),
        )
        await store.keep(tx, line)
        return line

    async def _whom(self, tx: Tx, new: NewCredential) -> Account:
        if new.account:
            account = await accounts.find(tx, new.account)
        else:
            found = await accounts.find_by_email(tx, rules.email_of(new.email))
            account = found[0] if found else None
        if account is None or account.is_closed:
            raise NotFound("There is no such account.", hint="Let them in first.")
        if new.kind == Kind.LICENCE and Role.CLINICIAN not in account.roles:
            hint = "Give the account that role first."
            raise Conflict("Only clinicians hold licences.", hint=hint)
        return account

    async def _sealed(self, account: Account, id: str, claims: dict[str, Any]) -> bytes:
        text = json.dumps(claims).encode()
        return await self._desk.seal(owner_of(account), text, f"issued {id}")

    async def opened(self, line: Issued) -> dict[str, Any] | None:
        """What stands in a credential that was issued; nothing if its key was destroyed."""
        body = await self._desk.open(line.body, f"issued {line.id}")
        return None if body is None else json.loads(body)

    async def sign(self, line: Issued, claims: dict[str, Any], key: Jwk, here: str) -> str:
        """A credential about whoever holds a key, signed by the house."""
        issuer, kid, signer = await self._issuers.signer()
        told = {
            "iss": issuer,
            "iat": line.issued_at // 1_000_000,
            "nbf": line.since_at // 1_000_000,
            "exp": line.until_at // 1_000_000,
            "vct": VCTS[Kind(line.kind)],
            "cnf": {"jwk": key},
            "status": self._lists.claim(line.list, line.entry, here),
            **hidden(claims),
        }
        return sdjwt.issue({"kid": kid}, told, signer, decoys=DECOYS)

    async def _badge(self, line: Issued, claims: dict[str, Any], key: Jwk, here: str) -> Any:
        """The badge with its proof in it, to be taken along as a file."""
        issuer, method, signer = await self._issuers.signer("ed25519")
        now = to_iso(self._desk.clock.now())
        document = open_badge(
            id=line.id,
            issuer={"id": issuer, "name": here or "Asklepion"},
            subject=self._holding.subject(key),
            claims=claims,
            since=to_iso(from_us(line.since_at)),
            until=to_iso(from_us(line.until_at)),
            status=self._lists.entries(line.list, line.entry, here) if here else [],
        )
        if not here:  # nobody outside could ask a house without an address
            document.pop("credentialStatus")
        proof = {"created": now, "verificationMethod": method, "proofPurpose": "assertionMethod"}
        return integrity.sign(document, proof, signer)

    async def copy(self, tx: Tx, line: Issued, account: Account) -> Issued:
        """Another line of the register for the same, to be held in an app outside."""
        claims, now = await self.opened(line), to_us(self._desk.clock.now())
        if claims is None or line.state != Status.VALID or now >= line.until_at:
            raise Conflict("This credential does not stand any more.", hint="Ask for a new one.")
        list, entry = await self._lists.take(tx)
        id = self._desk.ids.new()
        body = await self._sealed(account, id, claims)
        copy = line._replace(
            id=id, list=list, entry=entry, parent=line.id, issued_at=now, changed_at=now, body=body
        )
        await store.keep(tx, copy)
        return copy

    # The register

    async def register(self, caller: Caller, *, before: str = "") -> list[Line]:
        """What was issued, the newest first: all of it for operators, for educators their own.

        Raises:
            Forbidden: the caller is neither.
        """
        caller.require(Role.OPERATOR, Role.EDUCATOR)
        by = None if caller.has(Role.OPERATOR) else caller.account
        lines: list[Line] = []
        async with self._desk.db.read() as tx:
            for line in await store.register(tx, before, PAGE, by):
                account = await accounts.find(tx, line.account)
                if account is not None:
                    copies = len(await store.family(tx, line.id)) - 1
                    lines.append(replace(await self._line(line, account), copies=copies))
        return lines

    async def change(self, caller: Caller, id: str, state: Status) -> Line:
        """Revoke for good, suspend, or let stand again; with every copy in apps outside.

        Raises:
            Forbidden: neither an operator nor who issued it asks.
            NotFound: there is no such line.
            Conflict: it was revoked; that is for good.
        """
        caller.require(Role.OPERATOR, Role.EDUCATOR)
        async with self._desk.db.begin() as tx:
            await tx.lock(CHANGING)
            line = await store.find(tx, id)
            account = line and await accounts.find(tx, line.account)
            if line is None or account is None or line.parent:
                raise NotFound("Nothing of that name was issued.")
            if not caller.has(Role.OPERATOR) and line.issued_by != caller.account:
                raise Forbidden("Only who issued it changes it.", hint="Ask an operator.")
            if line.state == Status.REVOKED and state != Status.REVOKED:
                raise Conflict("It was revoked, which is for good.", hint="Issue a new one.")
            changed = await self._mark(tx, line, state)
            if line.kind == Kind.LICENCE:
                await self._licences.tell_if_ended(tx, line.account)
        for list in changed:
            await self._lists.tell(list)
        log.info("credential changed", id=id, state=state.name, by=caller.account)
        return await self._line(line._replace(state=state), account)

    async def mark_all(self, tx: Tx, account: str, old: Status, new: Status) -> list[str]:
        """Change the state of an account's licences and memberships; returns which had another."""
        await tx.lock(CHANGING)
        found = await store.held_in(tx, account, (Kind.LICENCE, Kind.MEMBERSHIP), old)
        for line in found:
            changed = await self._mark(tx, line, new)
            tx.after_commit(partial(self._lists.note, changed))
        return [line.id for line in found]

    async def stand_again(self, tx: Tx, lines: list[str]) -> None:
        """Let those of these lines stand again that are suspended."""
        await tx.lock(CHANGING)
        for id in lines:
            line = await store.find(tx, id)
            if line and line.state == Status.SUSPENDED:
                changed = await self._mark(tx, line, Status.VALID)
                tx.after_commit(partial(self._lists.note, changed))

    async def _mark(self, tx: Tx, line: Issued, state: Status) -> set[str]:
        now = self._desk.clock.now()
        family = await store.family(tx, line.id)
        for each in family:
            await store.mark_entry(tx, each.list, each.entry, state)
            await store.change_state(tx, each.id, state, now)
        await held.follow_issued(tx, line.id, state, now)
        return {each.list for each in family}

    async def _line(self, line: Issued, account: Account) -> Line:
        return Line(
            id=line.id,
            kind=Kind(line.kind),
            account=line.account,
            name=account.name,
            claims=await self.opened(line) or {},
            state=Status(line.state),
            since=from_us(line.since_at),
            until=from_us(line.until_at),
            issued_at=from_us(line.issued_at),
        )
