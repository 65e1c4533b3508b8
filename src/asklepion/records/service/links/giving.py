"""The patient's side of links: to make one, to see them, to end one."""

import asyncio
import base64
import secrets
from collections import Counter
from dataclasses import replace
from typing import Any

from asklepion.kit.clock import to_iso, to_us
from asklepion.kit.errors import Conflict, Incorrect, NotFound

from ...engine import category_of
from ...engine.healthlinks import KEY_BYTES, Payload, b64, picture, plain, sealed_under
from ...model import Asking, Resource
from ...store import links
from ...store.links import OPEN, REVOKED, LinkRow
from ...store.rows import NOBODY
from ..deciding import PATIENT
from ..drafting import encode
from ..everything import Everything
from ..parts import Parts
from ..sources import decode
from ..summarising import Summaries
from ..writing import ERASING
from .passcodes import Passcodes
from .sealed import Sealed
from .telling import entry_of, mark_of
from .values import FHIR, KINDS, OPENS_MOST, VIA, Given, Link, Wish, require_possible, told

SECRET_BYTES = 32  # of a link's address, as the standard wants it
OPEN_MOST = 50  # links of one patient that can be opened at the same time
SHOWN_MOST = 200  # links, and openings of each, that are listed
LABEL_MOST = 80
PDF_NAME = "patient-summary.pdf"
RECORD_MOST = 20_000  # resources of a whole record


class Giver:
    """Makes links, lists them and ends them."""

    def __init__(
        self,
        parts: Parts,
        summaries: Summaries,
        everything: Everything,
        sealed: Sealed,
        passcodes: Passcodes,
    ) -> None:
        self._parts = parts
        self._summaries = summaries
        self._everything = everything
        self._sealed = sealed
        self._passcodes = passcodes

    async def give(self, asking: Asking, patient: str, wish: Wish, *, house: str) -> Given:
        """Make a link to what the patient has at present; the key is told this once.

        Args:
            house: our address, such as https://house.example.

        Raises:
            NotFound: somebody else asks.
            Incorrect: the wish cannot be met as it stands.
            Conflict: there are too many open links.
        """
        await self._parts.releasing.require(asking, patient)
        require_possible(wish, self._parts.clock.now())
        asks = replace(asking, via=VIA)
        secret, key = secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(KEY_BYTES)
        payload = Payload(
            url=f"{house}/api/records/shl/{b64(secret)}",
            key=key,
            until_s=int(wish.until.timestamp()),
            label=plain(wish.label, LABEL_MOST),
            has_passcode=bool(wish.passcode),
            is_direct=wish.is_direct,
        )
        shlink = payload.link()
        files, content = await self._files(asks, patient, wish, house)
        sealed = await asyncio.to_thread(
            lambda: [sealed_under(key, text, FHIR).encode() for text in files]
        )
        hashed = await self._passcodes.hashed(wish.passcode) if wish.passcode else ""
        link = await self._keep(asks, patient, wish, secret, sealed, content | {"hash": hashed})
        url = f"{house}/share#{shlink}"
        return Given(link=link, shlink=shlink, url=url, qr=await asyncio.to_thread(picture, url))

    async def _files(
        self, asking: Asking, patient: str, wish: Wish, house: str
    ) -> tuple[list[bytes], dict[str, Any]]:
        """The files in the clear, and what is told of them to the patient."""
        id, base = patient.removeprefix(PATIENT), f"{house}/fhir/R4"
        made = await self._summaries.of(
            asking, id, base=base, language=wish.language, action="share"
        )
        document = await asyncio.to_thread(made.document)
        inside = [entry["resource"] for entry in document["entry"]]
        files: list[Resource] = []
        if "summary" in wish.kinds:
            files.append(document)
        if "pdf" in wish.kinds:
            files.append(_enclosed(document, await asyncio.to_thread(made.printed), patient))
        if "record" in wish.kinds:
            record = await self._record(asking, id, base)
            files.append(record)
            inside = [entry["resource"] for entry in record["entry"]]
        content = {
            "label": plain(wish.label, LABEL_MOST),
            "kinds": [kind for kind in KINDS if kind in wish.kinds],
            "is_direct": wish.is_direct,
            "what": Counter(it["resourceType"] for it in inside),
            "categories": sorted({category_of(it).value for it in inside}),
        }
        return await asyncio.to_thread(lambda: [encode(it) for it in files]), content

    async def _record(self, asking: Asking, id: str, base: str) -> Resource:
        """Everything of hers; of others nothing, also where she may see it."""
        found: dict[str, Resource] = {}
        patient = PATIENT + id
        cursor: str | None = ""
        while cursor is not None:
            params = [("_count", "1000"), *([("_cursor", cursor)] if cursor else [])]
            page = await self._everything.of(asking, id, params)
            hers = [it for it in (*page.rows, *page.included) if it.patient in (NOBODY, patient)]
            found |= {it.reference: decode(it.body) for it in hers}
            cursor = page.next
            if len(found) > RECORD_MOST:
                raise Incorrect(
                    f"The record has more than {RECORD_MOST} entries.",
                    hint="Share the summary, or export the record as a file.",
                )
        entries = [{"fullUrl": f"{base}/{name}", "resource": it} for name, it in found.items()]
        at = to_iso(self._parts.clock.now())
        return {
            "resourceType": "Bundle", "type": "collection", "timestamp": at, "entry": entries
        }  # fmt: skip

    async def _keep(
        self,
        asking: Asking,
        patient: str,
        wish: Wish,
        secret: bytes,
        files: list[bytes],
        content: dict[str, Any],
    ) -> Link:
        parts, now = self._parts, to_us(self._parts.clock.now())
        id = parts.ids.new()
        row = LinkRow(
            id=id,
            mark=mark_of(secret),
            patient=patient,
            state=OPEN,
            made_at=now,
            until_at=to_us(wish.until),
            ended_at=0,
            opens_most=wish.opens_most or OPENS_MOST,
            opens=0,
            wrong=0,
            body=await self._sealed.link(patient, id, content),
        )
        held = [await self._sealed.file(patient, id, n, it) for n, it in enumerate(files)]
        async with parts.db.begin() as tx:
            await tx.lock(ERASING, shared=True)
            await tx.lock(f"records.links {patient}")
            if await links.count_open(tx, patient, now) >= OPEN_MOST:
                raise Conflict(
                    f"There are {OPEN_MOST} open links already.", hint="End one that is not needed."
                )
            await links.insert(tx, row, held)
            await parts.books.write(tx, [entry_of(asking, "share", patient, content)])
        return told(row, content, now)

    async def list(self, asking: Asking, patient: str) -> list[Link]:
        """Every link that a patient made, newest first, with who opened it.

        Raises:
            NotFound: somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        now = to_us(self._parts.clock.now())
        async with self._parts.db.read() as tx:
            rows = await links.find_of_patient(tx, patient, SHOWN_MOST)
            opened = {row.id: await links.openings_of(tx, row.id, SHOWN_MOST) for row in rows}
        found: list[Link] = []
        for row in rows:
            content = await self._sealed.content(row)
            openings = [await self._sealed.opened(it) for it in opened[row.id]]
            found.append(replace(told(row, content, now), openings=tuple(openings)))
        return found

    async def end(self, asking: Asking, patient: str, id: str) -> None:
        """End a link: its files are gone when this returns, also where it was over before.

        Raises:
            NotFound: it is not the patient's, or somebody else asks.
        """
        await self._parts.releasing.require(asking, patient)
        async with self._parts.db.begin() as tx:
            row = await links.find(tx, id=id)
            if row is None or row.patient != patient:
                raise NotFound("There is no such link.", hint="See your list of links.")
            if await links.end(tx, id, REVOKED, to_us(self._parts.clock.now())):
                entry = entry_of(replace(asking, via=VIA), "unshare", patient, {})
                await self._parts.books.write(tx, [entry])


def _enclosed(document: Resource, pdf: bytes, patient: str) -> Resource:
    """A PDF as FHIR: a manifest names no other kind of file."""
    attachment = {
        "contentType": "application/pdf",
        "language": document["language"],
        "data": base64.b64encode(pdf).decode(),
        "title": PDF_NAME,
        "creation": document["timestamp"],
    }
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": document["entry"][0]["resource"]["type"],
        "subject": {"reference": patient},
        "date": document["timestamp"],
        "content": [{"attachment": attachment}],
    }
