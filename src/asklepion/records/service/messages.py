"""Messages of HL7 v2: who may send them, and taking each in once, before it is acknowledged."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asklepion.identity import Caller, Role
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Gone, HouseError, Incorrect, NotFound
from asklepion.kit.log import get_log

from ..engine.foreign import Foreign, Message, Unreadable, Unsupported, read_er7
from ..engine.foreign.hl7 import INTERNAL, KIND, REQUIRED, WRONG, Verdict, answer
from ..model import Asking, Forgotten, Overtaken
from ..store import letters, rows
from ..store.letters import ReceivedRow, SenderRow
from .deciding import PATIENT
from .parts import Parts
from .sources import Piece
from .translating import Settled, Translator
from .units import Unit, ask, draft_all, units_of
from .written import State, entries_for

log = get_log(__name__)

ATTEMPTS = 3  # at one message, when somebody else changes the same thing
REMEMBERED = timedelta(days=90)  # for so long the same message again is known as such
HELD_MOST = 500  # on one page
NAME_MOST = 200
TAKEN = Verdict("AA")
STRANGE = Verdict("AR", INTERNAL, "The sending application and facility are not registered here.")
HELD = Verdict("AE", INTERNAL, "It asks to merge people: it is held, and an operator decides.")


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Somebody who may send messages, by application and facility (MSH-3, MSH-4)."""

    id: str
    application: str
    facility: str
    name: str  # as patients read it in their logs
    systems: Mapping[str, str]  # of the namespaces of its identifiers
    added_at: datetime

    @property
    def account(self) -> str:
        """As whom it writes."""
        return f"hl7-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A message that was not carried out, and waits for somebody to decide."""

    sender: str
    control: str  # MSH-10
    kind: str
    received_at: datetime


class Messages:
    """Takes messages in."""

    def __init__(self, parts: Parts, translator: Translator) -> None:
        self._parts = parts
        self._translator = translator

    # Who may send

    async def allow(
        self,
        asking: Asking,
        *,
        application: str,
        facility: str,
        name: str,
        systems: Mapping[str, str] | None = None,
    ) -> Sender:
        """Let somebody send messages; by an operator.

        Args:
            systems: the systems of its identifiers' namespaces, such as HOSP: urn:oid:1.2.3.

        Raises:
            Forbidden: somebody else asks.
            Incorrect: a name is empty or too long, or a system no URI.
            Conflict: there is one of this application and facility.
        """
        asking.caller.require(Role.OPERATOR)
        for text in (application, name, facility):
            if len(text) > NAME_MOST or not text.isprintable():
                raise Incorrect("A name is too long.", hint=f"At most {NAME_MOST} characters.")
        if not application.strip() or not name.strip():
            raise Incorrect("The sender has no name.", hint="Give its application and a name.")
        for system in (systems or {}).values():
            if ":" not in system or any(c.isspace() for c in system):
                raise Incorrect("A system is no URI.", hint="Such as HOSP=urn:oid:1.2.3.")
        row = SenderRow(
            id=self._parts.ids.new(),
            application=application.strip(),
            facility=facility.strip(),
            name=name.strip(),
            systems=json.dumps(dict(systems or {})),
            added_at=to_us(self._parts.clock.now()),
        )
        async with self._parts.db.begin() as tx:
            await letters.forget_received(tx, row.added_at - int(REMEMBERED.total_seconds() * 1e6))
            if not await letters.add_sender(tx, row):
                raise Conflict("This sender is registered already.", hint="Remove it first.")
        return _sender(row)

    async def remove(self, asking: Asking, id: str) -> None:
        """Take no more messages of a sender; by an operator.

        Raises:
            Forbidden: somebody else asks.
            NotFound: there is no such sender.
        """
        asking.caller.require(Role.OPERATOR)
        async with self._parts.db.begin() as tx:
            if not await letters.drop_sender(tx, id):
                raise NotFound("There is no such sender.", hint="asklepion hl7 list")

    async def senders(self, asking: Asking) -> list[Sender]:
        """Everybody who may send; for operators."""
        asking.caller.require(Role.OPERATOR)
        async with self._parts.db.read() as tx:
            return [_sender(row) for row in await letters.senders(tx)]

    async def held(self, asking: Asking) -> list[Held]:
        """What waits for a decision, newest first; for operators."""
        asking.caller.require(Role.OPERATOR)
        async with self._parts.db.read() as tx:
            found = await letters.held(tx, HELD_MOST)
        return [
            Held(
                sender=row.sender,
                control=row.control,
                kind=row.kind,
                received_at=from_us(row.received_at),
            )
            for row in found
        ]

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away what names a patient who is erased."""
        return Forgotten(rows=await letters.forget(tx, patient))

    # What is sent

    async def receive(self, text: bytes) -> bytes:
        """Take one message in, and say what became of it: AA only once it is kept for good."""
        message: Message | None = None
        try:
            message = await asyncio.to_thread(read_er7, text)
            verdict = await self._receive(message, text)
        except Unreadable as error:
            verdict = Verdict("AR", WRONG, f"It {error}.")
        except Exception as error:
            log.fault("message not taken", error)
            verdict = Verdict("AE", INTERNAL, "Something went wrong on our side; send it again.")
        if not verdict.is_taken:
            log.info("message refused", code=verdict.code, error=verdict.error)
        at = self._parts.clock.now()
        id = self._parts.ids.new().replace("-", "")[-20:]  # as long as MSH-10 may be
        return answer(verdict, message, id=id, at=at)

    async def _receive(self, message: Message, text: bytes) -> Verdict:
        async with self._parts.db.read() as tx:
            row = await letters.find_sender(tx, *message.sender)
            if row is None:
                return STRANGE
            known = await letters.find_received(tx, row.id, self._digest(text))
        if known:
            return TAKEN if known.state == "kept" else HELD
        if not message.control:
            return Verdict("AE", REQUIRED, "It has no number (MSH-10).")
        try:
            foreign = await asyncio.to_thread(self._translator.read_er7, message, row)
        except Unsupported as error:
            if error.is_merge:
                return await self._hold(message, text, row)
            return Verdict("AR", KIND, f"It {error}.")
        except Unreadable as error:
            return Verdict("AE", REQUIRED, f"It {error}.")
        return await self._take(message, text, row, foreign)

    async def _hold(self, message: Message, text: bytes, row: SenderRow) -> Verdict:
        async with self._parts.db.begin() as tx:
            await letters.keep_received(tx, self._received(message, text, row, "", "held"))
        log.info("merge held", sender=row.id)
        return HELD

    async def _take(
        self, message: Message, text: bytes, row: SenderRow, foreign: Foreign
    ) -> Verdict:
        asking = _asking(_sender(row))
        for _ in range(ATTEMPTS):
            try:
                settled = await self._translator.settle_read(asking, foreign)
            except Unreadable as error:
                return Verdict("AE", WRONG, f"It {error}.")
            units = await asyncio.to_thread(self._units, settled)
            if refused := next((r for unit in units for r in unit.refused), None):
                return Verdict("AE", WRONG, refused.reason)
            received = self._received(message, text, row, settled.patient, "kept")
            try:
                return await self._keep(asking, settled, units, received)
            except Conflict:
                continue
            except HouseError as error:
                return Verdict("AE", INTERNAL, error.message)
        return Verdict("AE", INTERNAL, "Somebody changes the same; send it again.")

    def _units(self, settled: Settled) -> list[Unit]:
        drafter = self._parts.drafter
        units = list(units_of(Piece(file="message", items=[settled.bundle]), drafter))
        for unit in units:
            ask(unit)
            draft_all(unit, drafter, {})
        return units

    async def _keep(
        self, asking: Asking, settled: Settled, units: Sequence[Unit], received: ReceivedRow
    ) -> Verdict:
        """Everything of one message, and that it came, in one transaction."""
        writer, books = self._parts.writer, self._parts.books
        drafts = [draft for unit in units for draft in unit.drafts.values()]
        async with writer.changing() as tx:
            if await letters.find_received(tx, received.sender, received.digest):
                return TAKEN
            await self._require_unchanged(tx, settled)
            done = await writer.keep(tx, asking, drafts)
            for each in done:
                if each.state == State.REFUSED:
                    raise Gone(f"A {each.draft.type} cannot be kept.")
            await letters.keep_received(tx, received)
            if any(each.state != State.SAME for each in done):
                await writer.tell_imported(tx, done)
                await books.write(tx, entries_for(asking, "import", done))
        return TAKEN

    async def _require_unchanged(self, tx: Tx, settled: Settled) -> None:
        """The Patient is as she was when the message was read against her."""
        key = self._parts.indexer.key_of("Patient", settled.patient.removeprefix(PATIENT))
        row = (await rows.find(tx, [key])).get(key)
        version = 0 if row is None or row.deleted else row.version
        if version != settled.version:
            raise Overtaken("The patient was changed meanwhile.", hint="Try again.")

    def _digest(self, text: bytes) -> bytes:
        return self._translator.id_for(f"message {hashlib.sha256(text).hexdigest()}").encode()

    def _received(
        self, message: Message, text: bytes, row: SenderRow, patient: str, state: str
    ) -> ReceivedRow:
        return ReceivedRow(
            sender=row.id,
            digest=self._digest(text),
            control=message.control[:NAME_MOST],
            patient=patient,
            kind="^".join(message.kind)[:NAME_MOST],
            state=state,
            received_at=to_us(self._parts.clock.now()),
        )


def _sender(row: SenderRow) -> Sender:
    return Sender(
        id=row.id,
        application=row.application,
        facility=row.facility,
        name=row.name,
        systems=letters.systems_of(row),
        added_at=from_us(row.added_at),
    )


def _asking(sender: Sender) -> Asking:
    """A sender writes as an operator's import does, and under its own name; it reads nothing."""
    roles = frozenset({Role.OPERATOR})
    caller = Caller(account=sender.account, name=sender.name, roles=roles)
    return Asking(caller=caller, purpose="TREAT", via="hl7")
