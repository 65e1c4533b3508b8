"""`$summary`: what somebody should know of a patient, from what the caller may see."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from asklepion import __version__
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect, Unsupported

from ..engine.ips import PREGNANCY, SMOKING, VITAL_CODES, Chosen, Issued, choose, document, printed
from ..model import Asking, Resource
from ..store.rows import NOBODY
from .absent import not_found
from .deciding import PATIENT
from .parts import Parts
from .searching import ID, Page, Params, Searcher, Wanted
from .sources import decode

SUMMARY = "$summary"
VIA = "summary"
PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips"
LOINC = "http://loinc.org"
MANY, SOME = "500", "100"  # of a type; of one kind
# How many of one vital sign, measured up to so long ago: however often a device measures, there is
# a course to be seen.
BACK = (("2", 0), ("3", 1), ("3", 30), ("3", 365))  # days

# What is looked for, and what comes along: who did it, with what.
WITHOUT_CODE = (
    ("Condition", MANY, ("asserter",)),
    ("AllergyIntolerance", MANY, ("asserter", "recorder")),
    ("MedicationRequest", MANY, ("medication", "requester")),
    ("MedicationStatement", MANY, ("medication", "source")),
    ("Immunization", MANY, ("performer",)),
    ("Procedure", MANY, ("performer",)),
    ("DiagnosticReport", SOME, ("performer", "specimen")),
    ("DeviceUseStatement", SOME, ("device",)),
    ("Flag", SOME, ("author",)),
    ("CarePlan", SOME, ()),
    ("ImmunizationRecommendation", SOME, ()),
    ("Consent", SOME, ("source-reference",)),
)
ROLES = [
    ("_include:iterate", f"PractitionerRole:{name}") for name in ("practitioner", "organization")
]
WHOSE = ("performer", "device", "specimen", "has-member")
KINDS = (("laboratory", MANY), ("imaging", SOME), ("vital-signs", SOME), ("social-history", SOME))


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What goes into one summary, before it is written in a form."""

    patient: Resource
    chosen: Chosen
    others: dict[str, Resource]
    issued: Issued

    def document(self) -> Resource:
        """The FHIR document."""
        return document(self.patient, self.chosen, self.others, self.issued)

    def printed(self) -> bytes:
        """The PDF."""
        return printed(self.patient, self.chosen, self.others, self.issued)


class Summaries:
    """Makes summaries; what may not be shown is as if it were not known."""

    def __init__(self, parts: Parts, searcher: Searcher) -> None:
        self._parts = parts
        self._searcher = searcher

    async def of(
        self, asking: Asking, id: str, *, base: str, language: str = "", action: str = "read"
    ) -> Summary:
        """What the caller may see of a patient, chosen and in order.

        Args:
            base: our FHIR address.
            language: in which it speaks; empty is the caller's own.
            action: what the patient's log calls it.

        Raises:
            NotFound: there is nothing about her, or nothing for this caller.
        """
        if not ID.fullmatch(id):
            raise not_found("Patient")
        asks = asking if asking.via != "rest" else replace(asking, via=VIA)
        now = self._parts.clock.now()
        pages = await self._searcher.search_all(asks, _wanted(id, now), action=action)
        if not any(page.rows for page in pages):
            raise not_found("Patient")
        issued = Issued(
            id=self._parts.ids.new(),
            at=to_iso(now),
            base=base,
            version=__version__,
            language=language or asking.caller.language,
        )
        return await asyncio.to_thread(_summary, id, pages, issued)

    async def find(self, asking: Asking, identifier: str) -> str:
        """The id of the one patient with an identifier, among those the caller may see.

        Raises:
            NotFound: there is none, or more than one.
        """
        asks = replace(asking, via=VIA)
        page = await self._searcher.search(asks, "Patient", [("identifier", identifier)])
        if len(page.rows) != 1:
            raise not_found("Patient")
        return page.rows[0].id


def require_known(params: Params) -> dict[str, str]:
    """What a `$summary` may be asked with.

    Raises:
        Incorrect: a parameter is not understood.
        Unsupported: another profile than the international one is asked for.
    """
    asked = dict(params)
    if others := asked.keys() - {"identifier", "profile", "_format", "_pretty"}:
        raise Incorrect(
            f"$summary takes identifier and profile; {len(others)} others were sent.",
            hint="Leave the others out.",
        )
    if asked.get("profile", PROFILE).partition("|")[0] != PROFILE:
        raise Unsupported(
            "Only the international summary is made here.", hint=f"Ask for {PROFILE}."
        )
    return asked


def _wanted(id: str, now: datetime) -> list[Wanted]:
    patient = ("patient", f"Patient/{id}")
    found = [Wanted(type="Patient", params=[("_id", id)])]
    for type, most, along in WITHOUT_CODE:
        found.append(Wanted(type=type, params=[patient, ("_count", most), *_along(type, along)]))
    own = [patient, ("_sort", "-date"), *_along("Observation", WHOSE)]
    for kind, most in KINDS:
        params = [*own, ("category", kind), ("_count", most)]
        found.append(Wanted(type="Observation", params=params))
    for code in VITAL_CODES:  # however often a device measures one of them, the others are found
        for most, days in BACK:
            until = [("date", f"lt{to_iso(now - timedelta(days=days))}")] if days else []
            params = [*own, *until, ("code", f"{LOINC}|{code}"), ("_count", most)]
            found.append(Wanted(type="Observation", params=params))
    told = ",".join(f"{LOINC}|{code}" for code in (*SMOKING, *PREGNANCY))
    found.append(Wanted(type="Observation", params=[*own, ("code", told), ("_count", SOME)]))
    return found


def _along(type: str, names: Sequence[str]) -> list[tuple[str, str]]:
    return [("_include", f"{type}:{name}") for name in names] + (ROLES if names else [])


def _summary(id: str, pages: Sequence[Page], issued: Issued) -> Summary:
    first, *others = pages
    herself: Resource = decode(first.rows[0].body) if first.rows else _unknown(id)
    mine: dict[str, Resource] = {}
    along: dict[str, Resource] = {}
    for page in others:
        mine |= {row.reference: decode(row.body) for row in page.rows}
        mine_or_nobodys = [row for row in page.included if row.patient in (NOBODY, PATIENT + id)]
        along |= {row.reference: decode(row.body) for row in mine_or_nobodys}
    along.pop(PATIENT + id, None)
    return Summary(
        patient=herself, chosen=choose(mine.values()), others=along | mine, issued=issued
    )


def _unknown(id: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id}
