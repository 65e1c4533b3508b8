"""The access log: what is written in it, how many entries share one commit, how it is checked."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asklepion.kit.clock import Clock, from_us, to_iso, to_us
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Busy, HouseError
from asklepion.kit.ids import Ids
from asklepion.kit.log import get_log
from asklepion.ledger import Finding, Ledger, canonical, commit, commit_text

from ..engine.bodies import seal
from ..model import AccessEntry, Asking, Category
from ..store import access, erasures, sealed
from ..store.access import WHOLE_HOUSE, AccessHead, AccessRow
from ..store.rows import Row
from ..store.sealed import Place
from .deciding import PATIENT
from .sealing import Lines

log = get_log(__name__)

MOST_REFS = 20  # resources named in one entry
MOST_DETAIL = 2000  # characters of one further fact
KEY_BYTES = 32
PAGE = 1000  # entries checked at a time
SPAN = 4 * PAGE  # leaves read with them; other rooms' leaves lie between
TABLE, HEADS = "records_access", "records_access_head"


@dataclass(kw_only=True)
class Entry:
    """One line to be written about one patient, or about nobody."""

    asking: Asking
    action: str
    outcome: str = "permit"
    patient: str = ""
    consent: str | None = None
    visit: str | None = None
    what: Counter[str] = field(default_factory=Counter[str])
    categories: set[int] = field(default_factory=set[int])
    refs: list[str] = field(default_factory=list[str])
    detail: dict[str, str] = field(default_factory=dict[str, str])  # further facts: query, reason

    def add(self, type: str, reference: str, category: int) -> None:
        """Count one resource in."""
        self.what[type] += 1
        self.categories.add(category)
        if len(self.refs) < MOST_REFS:
            self.refs.append(reference)

    def add_row(self, row: Row) -> None:
        """Count one row in."""
        self.add(row.type, row.reference, row.category)


CATEGORY_OF = {category.name.lower(): category for category in Category}
CODE_OF = {category.value: code for code, category in CATEGORY_OF.items()}


def code_of(category: int) -> str:
    """A category as a word in the log and in Consents, such as care_plans."""
    return CODE_OF[category]


class Books:
    """Writes the access log: with a change in its transaction, or many readings in one."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        ledger: Ledger,
        lines: Lines,
        seal_key: bytes,
    ) -> None:
        self._db = db
        self._lines = lines
        self._clock = clock
        self._ids = ids
        self._ledger = ledger
        self._seal_key = seal_key
        self._waiting: list[tuple[Sequence[Entry], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Return once these are written; everybody who waits at the same time shares one commit."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_waiting())
        await kept

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    async with self._db.begin() as tx:
                        await self.write(tx, [entry for entries, _ in batch for entry in entries])
                except asyncio.CancelledError:
                    _settle((kept for _, kept in batch), Busy("The house is closing."))
                    raise
                except Exception as error:
                    _settle((kept for _, kept in batch), error)
                else:
                    _settle((kept for _, kept in batch), None)
        finally:
            self._writing = None

    async def stop(self) -> None:
        """Wait until what was handed in is written."""
        if self._writing:
            await self._writing

    async def write(self, tx: Tx, entries: Sequence[Entry]) -> None:
        """Write entries and their commitments; the last thing in a transaction."""
        if not entries:
            return
        await tx.lock("records.access")
        now = self._clock.now()
        at = to_iso(now)
        heads = await access.find_heads(tx, sorted({e.patient for e in entries} | {WHOLE_HOUSE}))
        numbers = {patient: head.number for patient, head in heads.items()}
        made: list[tuple[Entry, dict[str, Any], bytes, bytes]] = []
        for entry in entries:
            for patient in (entry.patient, WHOLE_HOUSE):
                numbers[patient] = numbers.get(patient, 0) + 1
            event = self._event(entry, numbers[entry.patient], at)
            made.append((entry, event, canonical(event), secrets.token_bytes(KEY_BYTES)))
        commitments = [commit_text(text, key) for *_, text, key in made]
        leaves = await self._ledger.append(tx, commitments)
        rows = [
            AccessRow(
                id=event["id"],
                leaf=leaf,
                patient=entry.patient,
                number=event["number"],
                actor=entry.asking.caller.account,
                made_at=to_us(now),
                event=text,
                key=key,
            )
            for (entry, event, text, key), leaf in zip(made, leaves, strict=True)
        ]
        last = {row.patient: row.leaf for row in rows} | {WHOLE_HOUSE: leaves[-1]}
        written = await self.seal(rows)
        await access.insert(tx, written, [self._head(p, numbers[p], last[p]) for p in last])

    def _event(self, entry: Entry, number: int, at: str) -> dict[str, Any]:
        asking = entry.asking
        app = asking.caller.app
        through = {"app": app.client, "app_name": app.name} if app else {}
        return {
            **through,
            "id": self._ids.new(),
            "number": number,
            "at": at,
            "action": entry.action,
            "outcome": entry.outcome,
            "actor": asking.caller.account,
            "actor_name": asking.caller.name,
            "actor_person": asking.caller.person,
            "patient": entry.patient,
            "purpose": asking.purpose,
            "visit": entry.visit,
            "via": asking.via,
            "consent": entry.consent,
            "what": dict(sorted(entry.what.items())),
            "categories": [code_of(category) for category in sorted(entry.categories)],
            "refs": entry.refs,
            "detail": {name: text[:MOST_DETAIL] for name, text in entry.detail.items()},
        }

    def _head(self, patient: str, number: int, leaf: int) -> AccessHead:
        text = f"{number} {leaf} {patient}".encode()
        seal = hmac.digest(self._seal_key, text, hashlib.sha256)
        return AccessHead(patient, number, leaf, seal)

    async def seal(self, rows: Sequence[AccessRow]) -> list[AccessRow]:
        """Entries as they are stored: event and key together, under the key of their patient."""
        owners = [row.patient or _who_looked(row) for row in rows]
        keys = await self._lines.keys(set(owners))
        return [
            row._replace(event=seal(keys[owner], row.key + row.event, _context(row.id)), key=b"")
            for row, owner in zip(rows, owners, strict=True)
        ]

    async def open(self, rows: Sequence[AccessRow]) -> list[AccessRow]:
        """Entries with their event and key as they were committed to.

        Raises:
            Fault: one was altered.
        """
        rows = [row for row in rows if row.event]  # an erasure leaves none
        texts = await self._lines.open([(row.event, _context(row.id)) for row in rows])
        return [
            row._replace(event=text[KEY_BYTES:], key=text[:KEY_BYTES])
            for row, text in zip(rows, texts, strict=True)
            if text is not None
        ]

    # What an erasure leaves

    async def bury(self, tx: Tx, patient: str, accounts: Sequence[str], name: str) -> int:
        """Leave of a patient's lines nothing but their places in the ledger; returns how many.

        Args:
            accounts: hers; lines about nobody that name her as who looked go as well.
            name: under which what is left of her list is counted.
        """
        await tx.lock("records.access")
        found = await erasures.lines_of(tx, patient, accounts)
        left = [self._left(row, name if row.patient == patient else row.patient) for row in found]
        head = (await access.find_heads(tx, [patient])).get(patient)
        kept = self._head(name, head.number, head.leaf) if head else None
        await erasures.bury(tx, left, kept, patient)
        return len(left)

    def _left(self, row: AccessRow, patient: str) -> AccessRow:
        text = f"erased {row.leaf} {row.number} {patient}".encode()
        seal = hmac.digest(self._seal_key, text, hashlib.sha256)
        return AccessRow(f"erased-{row.leaf}", row.leaf, patient, row.number, "", 0, b"", seal)

    async def mend(self, tx: Tx, remains: Sequence[tuple[bytes, Sequence[Sequence[int]]]]) -> int:
        """Put the places of lines back whose patients were erased since a backup was made.

        Args:
            remains: for each, a mark of the patient, and leaf and number of the lines.
        """
        names: dict[bytes, str] = {}
        heads: dict[str, tuple[int, int]] = {}
        left: list[AccessRow] = []
        for mark, places in remains:
            name = names.setdefault(mark, f"erased-{self._ids.new()}")
            for leaf, number in places:
                row = AccessRow("", leaf, name, number, "", 0, b"", b"")
                left.append(self._left(row, name))
                heads[name] = max(heads.get(name, (0, 0)), (number, leaf))
        await access.insert(tx, left, [self._head(n, *place) for n, place in heads.items()])
        place = Place(-1)
        while page := await sealed.lines_after(tx, place, PAGE, [""]):
            place = Place(page[-1].leaf)
            lost = [row for row in page if row.event and not await self.open([row])]
            await erasures.bury(tx, [self._left(row, "") for row in lost], None, "")
            left += lost
        return len(left)

    # How it is checked

    async def verify(self) -> list[Finding]:
        """Compare every entry with its leaf in the ledger, and count that none is missing."""
        findings: list[Finding] = []
        after = -1
        while True:
            async with self._db.read() as tx:
                page = await access.find_after(tx, after, PAGE)
            if not page:
                break
            after = page[-1].leaf
            leaves = await self._ledger.leaves(page[0].leaf, page[0].leaf + SPAN)
            for row in page:
                leaf = leaves.get(row.leaf)
                if leaf is None and row.leaf >= page[0].leaf + SPAN:
                    leaf = await self._ledger.leaf(row.leaf)
                what = await self._whats_wrong(row, leaf)
                if what:
                    findings.append(Finding(TABLE, row.id, what))
        return findings + await self._verify_heads()

    async def _whats_wrong(self, row: AccessRow, leaf: bytes | None) -> str:
        if not row.event:
            return "" if row == self._left(row, row.patient) else "is not what an erasure leaves"
        try:
            opened = await self.open([row])
        except HouseError:
            return "cannot be opened"
        if row.key or not opened:
            return "is not as it was written"
        return _whats_wrong(opened[0], leaf)

    async def _verify_heads(self) -> list[Finding]:
        async with self._db.read() as tx:
            heads = {head.patient: head for head in await access.all_heads(tx)}
            counts = await access.counts(tx)
        total = sum(count for count, *_ in counts.values())
        last = max((leaf for _, _, leaf in counts.values()), default=-1)
        if total:
            counts[WHOLE_HOUSE] = (total, total, last)
        findings: list[Finding] = []
        for patient in sorted(heads.keys() | counts.keys()):
            head = heads.get(patient)
            count, number, leaf = counts.get(patient, (0, 0, -1))
            name = patient or "(nobody)"
            if head is None or head != self._head(patient, head.number, head.leaf):
                findings.append(Finding(HEADS, name, "is missing or not as it was written"))
            elif (head.number, head.number, head.leaf) != (count, number, leaf):
                what = f"counts {head.number} entries up to leaf {head.leaf}, but {count} are there"
                findings.append(Finding(HEADS, name, what))
        return findings


def _settle(waiting: Iterable[asyncio.Future[None]], error: Exception | None) -> None:
    for kept in waiting:
        if kept.done():  # whoever waited has gone
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)


def _who_looked(row: AccessRow) -> str:
    """The patient who looked at what is nobody's: that she did goes with her."""
    person = json.loads(row.event)["actor_person"] or ""
    return person if person.startswith(PATIENT) else ""


def _context(id: str) -> str:
    return f"access/{id}"


def _whats_wrong(row: AccessRow, leaf: bytes | None) -> str:
    """What is wrong with one entry; empty when nothing is."""
    try:
        event = json.loads(row.event)
        if leaf is None or commit(event, row.key) != leaf:
            return f"does not match leaf {row.leaf} of the ledger"
        beside = (event["id"], event["patient"], event["number"], event["actor"])
        if beside != (row.id, row.patient, row.number, row.actor):
            return "has columns that contradict its event"
        if to_iso(from_us(row.made_at)) != event["at"]:
            return "has a moment that contradicts its event"
    except (ValueError, KeyError, TypeError, HouseError):
        return "cannot be read"
    return ""


def entry_of(row: AccessRow) -> AccessEntry:
    """One stored entry as it is shown."""
    return entry_from(json.loads(row.event), row.leaf)


def entry_from(event: dict[str, Any], index: int) -> AccessEntry:
    """What was committed to, at its place in the ledger, as it is shown."""
    return AccessEntry(
        id=event["id"],
        number=event["number"],
        at=datetime.fromisoformat(event["at"]),
        app=event.get("app"),
        app_name=event.get("app_name"),
        action=event["action"],
        outcome=event["outcome"],
        actor=event["actor"],
        actor_name=event["actor_name"],
        actor_person=event["actor_person"],
        patient=event["patient"],
        purpose=event["purpose"],
        visit=event["visit"],
        via=event["via"],
        consent=event["consent"],
        what=event["what"],
        categories=tuple(CATEGORY_OF[code] for code in event["categories"]),
        refs=tuple(event["refs"]),
        detail=event.get("detail", {}),  # lines of older programs have none
        index=index,
    )
