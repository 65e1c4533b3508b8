"""The side of whoever holds a link: its manifest and its files, counted and written down."""

import base64
import hashlib
import hmac
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.errors import Busy, Incorrect, NotFound

from ...engine.healthlinks import b64, plain
from ...store import links
from ...store.links import LOCKED, OPEN, USED, FileRow, LinkRow
from ..parts import Parts
from ..writing import ERASING
from .passcodes import Passcodes
from .sealed import Sealed, recipient_of
from .telling import entry_of, mark_of
from .values import FHIR, TICKET_S, WRONG_MOST, LinkOver, TooOften, WrongPasscode, state_of, unknown

NAME_MOST = 120
EMBEDDED_MOST = 1_000_000  # characters of a file within the manifest, if nobody says otherwise
PACE, PACE_S = 30, 60.0  # requests to one link in so many seconds
PACES_MOST = 4096  # links whose pace is remembered


class Opener:
    """Opens links for whoever holds one."""

    def __init__(self, parts: Parts, sealed: Sealed, passcodes: Passcodes, key: bytes) -> None:
        self._parts = parts
        self._sealed = sealed
        self._passcodes = passcodes
        self._key = key
        self._paces = Paces()

    async def open(
        self, secret: str, *, recipient: str, passcode: str = "", embedded_most: int | None = None
    ) -> dict[str, Any]:
        """The manifest of a link's files; the patient reads that `recipient` opened it.

        Raises:
            NotFound: there is no such link.
            LinkOver: it is over, and why.
            WrongPasscode: as it says; after the last try the link is over.
            TooOften: it was asked for too often.
        """
        row, content = await self._found(secret, is_direct=False)
        files = await self._opened(row, content, recipient, passcode)
        most = EMBEDDED_MOST if embedded_most is None else embedded_most
        at = to_iso(from_us(row.made_at))
        listed: list[dict[str, Any]] = []
        for file in files:
            one = {"contentType": FHIR, "fhirVersion": "4.0.1", "status": "finalized"}
            one |= {"lastUpdated": at}
            if file.size <= most:
                one["embedded"] = (await self._sealed.text(file)).decode()
            else:
                one["location"] = self._ticket(row, file.number)
            listed.append(one)
        return {"files": listed}

    async def open_direct(self, secret: str, *, recipient: str) -> bytes:
        """The one file of a link that has no manifest. Raises as `open`."""
        row, content = await self._found(secret, is_direct=True)
        (file,) = await self._opened(row, content, recipient, "")
        return await self._sealed.text(file)

    async def file(self, secret: str, ticket: str) -> bytes:
        """One file that a manifest named, by the address it was named with.

        Raises:
            NotFound: the address is none of ours, or its time is over, or the link's.
        """
        row = await self._find(secret)
        nothing = NotFound("There is no such file.", hint="Open the link once more.")
        number, until = self._read_ticket(row, ticket)
        now = to_us(self._parts.clock.now())
        if number is None or until <= now or row.until_at <= now or row.state not in (OPEN, USED):
            raise nothing
        async with self._parts.db.read() as tx:
            files = await links.files_of(tx, row.id, number)
        if not files:
            raise nothing
        return await self._sealed.text(files[0])

    async def _find(self, secret: str) -> LinkRow:
        try:
            mark = mark_of(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4)))
        except ValueError:
            mark = mark_of(b"")
        async with self._parts.db.read() as tx:
            row = await links.find(tx, mark=mark)
        if row is None:
            raise unknown()
        self._paces.step(row.id)
        return row

    async def _found(self, secret: str, *, is_direct: bool) -> tuple[LinkRow, dict[str, Any]]:
        row = await self._find(secret)
        self._require_open(row)
        content = await self._sealed.content(row)
        if content["is_direct"] != is_direct:
            raise unknown()
        return row, content

    def _require_open(self, row: LinkRow | None) -> None:
        if row is None:
            raise unknown()
        state = state_of(row, to_us(self._parts.clock.now()))
        if state != OPEN:
            raise LinkOver(state)

    async def _opened(
        self, row: LinkRow, content: dict[str, Any], recipient: str, passcode: str
    ) -> list[FileRow]:
        """Count one opening, write it down, and take the files out; all of it or nothing."""
        name = plain(recipient, NAME_MOST)
        if not name:
            raise Incorrect("Nobody says who opens this.", hint="Send recipient.")
        tried = await self._try(row, content, name, passcode)
        parts, now = self._parts, to_us(self._parts.clock.now())
        opening = await self._sealed.opening(row, name, is_opened=True)
        async with parts.db.begin() as tx:
            await tx.lock(ERASING, shared=True)
            if await links.count_opening(tx, row.id, now, forgiven=tried):
                files = await links.files_of(tx, row.id)
                await links.insert_opening(tx, opening)
                asking = recipient_of(row, name)
                await parts.books.write(tx, [entry_of(asking, "open", row.patient, content)])
                return files
            row_now = await links.find(tx, id=row.id)
        self._require_open(row_now)
        raise Busy("The link was opened by many at once.", hint="Try again.")

    async def _try(self, row: LinkRow, content: dict[str, Any], name: str, passcode: str) -> int:
        """Hold a passcode against the link's; how many tries were counted for it.

        Each counts as wrong before it is looked at, so that many at once gain nothing.
        """
        if not content["hash"]:
            return 0
        if not passcode:
            raise WrongPasscode(WRONG_MOST - row.wrong)
        now = to_us(self._parts.clock.now())
        async with self._parts.db.begin() as tx:
            may_try = await links.count_try(tx, row.id, now, WRONG_MOST)
            row_now = await links.find(tx, id=row.id)
        if not may_try:
            self._require_open(row_now)
            raise LinkOver(LOCKED)
        if await self._passcodes.is_right(content["hash"], passcode):
            return 1
        raise WrongPasscode(await self._count_wrong(row, name))

    async def _count_wrong(self, row: LinkRow, name: str) -> int:
        """Write down that a passcode was wrong; how many tries are left."""
        parts, now = self._parts, to_us(self._parts.clock.now())
        opening = await self._sealed.opening(row, name, is_opened=False)
        async with parts.db.begin() as tx:
            await tx.lock(ERASING, shared=True)
            row_now = await links.find(tx, id=row.id)
            if row_now is None:
                return 0
            if row_now.wrong >= WRONG_MOST:
                await links.end(tx, row.id, LOCKED, now)
            await links.insert_opening(tx, opening)
            entry = entry_of(recipient_of(row, name), "open", row.patient, {}, outcome="deny")
            await parts.books.write(tx, [entry])
        return WRONG_MOST - row_now.wrong

    # Addresses of files

    def _ticket(self, row: LinkRow, number: int) -> str:
        """The last part of a file's address, good for minutes."""
        until = int(self._parts.clock.now().timestamp()) + TICKET_S
        return f"{number}.{until}.{self._signed(row, number, until)}"

    def _read_ticket(self, row: LinkRow, ticket: str) -> tuple[int | None, int]:
        parts = ticket.split(".")
        if len(parts) == 3 and all(it.isascii() and it.isdecimal() for it in parts[:2]):
            number, until = (int(it[:15]) for it in parts[:2])
            signed = self._signed(row, number, until).encode()
            if hmac.compare_digest(parts[2].encode(errors="replace"), signed):
                return number, until * 1_000_000
        return None, 0

    def _signed(self, row: LinkRow, number: int, until: int) -> str:
        text = f"{row.id} {number} {until}".encode()
        return b64(hmac.digest(self._key, text, hashlib.sha256))


class Paces:
    """How often each link is asked for; only the newest are remembered, in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._steps: OrderedDict[str, deque[float]] = OrderedDict()

    def step(self, link: str) -> None:
        """Count one request.

        Raises:
            TooOften: there were too many lately.
        """
        now = self._now()
        steps = self._steps.setdefault(link, deque())
        self._steps.move_to_end(link)
        while len(self._steps) > PACES_MOST:
            self._steps.popitem(last=False)
        while steps and steps[0] <= now - PACE_S:
            steps.popleft()
        if len(steps) >= PACE:
            raise TooOften("This link is asked for too often.", hint="Wait a minute.")
        steps.append(now)
