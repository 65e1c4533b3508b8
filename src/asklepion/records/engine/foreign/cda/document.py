"""A whole C-CDA document: header, sections, entries, narrative.

Source: HL7 C-CDA R2.1, and https://build.fhir.org/ig/HL7/ccda-on-fhir
"""

from collections.abc import Callable, Iterator
from hashlib import sha256

from ..model import Foreign, Gathering, Ids, Unreadable, pruned
from ..times import zone_of
from . import acts, header, medicines, observed, problems
from .narrative import div_of
from .reading import Reading, act_in, is_a, organization, related
from .values import Json, Texts, code_of, identifier
from .xml import Node, parse

ENTRIES_MOST = 20_000

Reader = Callable[[Reading, Node], list[Json]]


def _observed(category: str) -> Reader:
    def read(reading: Reading, node: Node) -> list[Json]:
        if node.tag == "organizer":
            return observed.panel(reading, node, category)
        return observed.observation(reading, node, category)

    return read


READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (  # by the entry's templates, first that fits
    (("3", "4"), problems.conditions),
    (("30", "7"), problems.allergies),
    (("16", "42"), medicines.medicine),
    (("52", "120"), medicines.immunization),
    (("1",), observed.report),
    (("2",), _observed("laboratory")),
    (("26",), observed.vitals),
    (("27",), _observed("vital-signs")),
    (("49",), acts.encounter),
    (("78", "85", "38", "200", "501"), _observed("social-history")),
    (("66", "67", "69", "74", "75", "127", "128"), _observed("survey")),
    (("12", "13", "14"), acts.procedure),
    (("39", "40", "41", "44"), acts.request),
    (("121",), acts.goal),
    (("45",), acts.family),
    (("50", "43"), acts.supply),
    (("202",), acts.written),
    (("60",), acts.coverage),
    (("500",), acts.team),
)
SECTIONS: dict[str, str] = {  # the category of observations that name no template, by section
    "30954-2": "laboratory",
    "8716-3": "vital-signs",
    "29762-2": "social-history",
    "47420-5": "survey",
    "10190-7": "survey",
    "29545-1": "exam",
    "10210-3": "exam",
}


def read_document(text: bytes, ids: Ids) -> Foreign:
    """One C-CDA document in FHIR: what its entries say, its narrative, and itself as it came.

    Args:
        ids: gives the id of something from what it is called.

    Raises:
        Unreadable: it is no CDA document, or of nobody.
    """
    root = parse(text)
    if root.tag != "ClinicalDocument":
        raise Unreadable("is XML, but no clinical document (CDA)")
    roles = root.each("recordTarget", "patientRole")
    if len(roles) != 1:
        raise Unreadable("is a clinical document of nobody, or of several people")
    own = root.one("id")
    known = identifier(own)
    document = f"{known.get('system', '')}|{known['value']}" if known else sha256(text).hexdigest()
    at = root.one("effectiveTime")
    gathering = Gathering(ids, header.whose(roles[0]) or document)
    reading = Reading(
        to=gathering,
        texts=Texts(root),
        document=document,
        zone=zone_of(at.get("value")) if at is not None else "",
    )
    reading.date = reading.point(at)
    return _read(reading, root, roles[0], text)


def _read(reading: Reading, root: Node, role: Node, text: bytes) -> Foreign:
    subject = reading.to.subject["reference"]
    reading.to.resources[subject] = {}  # first, though it is read later
    parts = {
        "authors": header.authors(reading, root),
        "custodian": organization(
            reading,
            root.one("custodian", "assignedCustodian", "representedCustodianOrganization"),
        ),
    }
    who = header.patient_of(reading, role)
    del reading.to.resources[subject]
    others = dict(reading.to.resources)
    reading.to.resources.clear()
    whose = reading.to.subject["reference"].removeprefix("Patient/")
    reading.to.resources[subject] = pruned({**who, "id": whose})
    reading.to.resources.update(others)
    reading.encounter = header.visit(reading, root)
    sections = _sections(reading, root)
    document = header.keep_original(reading, root, text, parts)
    _compose(reading, root, parts, sections)
    header.provenance(reading, root, document, parts)
    return Foreign(patient=subject, resources=reading.to.resources, notes=reading.to.notes)


def _sections(reading: Reading, root: Node) -> list[Json]:
    body = root.one("component", "structuredBody")
    if body is None:
        reading.section = ""
        reading.note("the document has no sections; it is kept as it came")
        return []
    return [it for node in body.each("component", "section") if (it := _section(reading, node))]


def _section(reading: Reading, node: Node) -> Json | None:
    """One section; nothing where it is empty."""
    title = node.one("title")
    code = node.one("code")
    shown = (title.text() if title is not None else "") or (code.get("displayName") if code else "")
    reading.section = shown or code_of(code) or "section"
    kept: list[Json] = []
    for count, entry in enumerate(_entries(node)):
        if reading.count > ENTRIES_MOST:
            raise Unreadable(f"holds more than {ENTRIES_MOST} entries")
        kept += _entry(reading, entry, code_of(code), count)
    div = div_of(node.one("text"))
    told: Json = {
        "title": shown,
        "code": reading.concept(code),
        "text": {"status": "additional" if kept else "generated", "div": div} if div else None,
        "entry": list({it["reference"]: {"reference": it["reference"]} for it in kept}.values()),
        "section": [
            it for inner in node.each("component", "section") if (it := _section(reading, inner))
        ],
    }
    if not kept and not div and not told["section"]:
        return None
    return {key: value for key, value in told.items() if value}


def _entries(section: Node) -> Iterator[Node]:
    for entry in section.all("entry"):
        yield from act_in(entry)


def _entry(reading: Reading, node: Node, section: str, count: int) -> list[Json]:
    if node.get("nullFlavor") and node.tag != "organizer":
        return []  # says that there is nothing
    for templates, read in READERS:
        if is_a(node, *templates):
            return read(reading, node)
    if found := _by_kind(reading, node, section):
        return found
    reading.note(f"entry {count + 1} ({node.tag}) is kept only in the document")
    return []


def _by_kind(reading: Reading, node: Node, section: str) -> list[Json]:
    """What an entry without a template that we know is, by its class and mood."""
    mood = node.get("moodCode")
    if node.tag == "observation":
        if mood == "GOL":
            return acts.goal(reading, node)
        if mood not in ("", "EVN"):
            return acts.request(reading, node)
        return observed.observation(reading, node, SECTIONS.get(section, ""))
    if node.tag == "organizer":
        if section == "30954-2":
            return observed.report(reading, node)
        return _inside(reading, node, section)
    if node.tag == "procedure":
        return acts.procedure(reading, node)
    if node.tag == "encounter":
        return acts.encounter(reading, node)
    if node.tag == "substanceAdministration":
        is_vaccine = section == "11369-6"
        return (medicines.immunization if is_vaccine else medicines.medicine)(reading, node)
    if node.tag == "supply":
        return acts.supply(reading, node)
    if node.tag == "observationMedia":
        return acts.media(reading, node)
    return _inside(reading, node, section)


def _inside(reading: Reading, node: Node, section: str) -> list[Json]:
    """An act that only holds others: each of them."""
    found: list[Json] = []
    for inner in related(node):
        if is_a(inner, "64", "8", "6", "28", "143"):
            continue
        for templates, read in READERS:
            if is_a(inner, *templates):
                found += read(reading, inner)
                break
        else:
            found += _by_kind(reading, inner, section)
    if not found and node.get("moodCode") in acts.INTENTS and node.one("code") is not None:
        return acts.request(reading, node)
    return found


def _compose(reading: Reading, root: Node, parts: Json, sections: list[Json]) -> None:
    """The document with its narrative, pointing to what its entries became."""
    title = root.one("title")
    shown = title.text() if title is not None else ""
    kind = reading.concept(root.one("code"))
    language = code_of(root.one("languageCode"))
    reading.to.add(
        {
            "resourceType": "Composition",
            "language": language if language.replace("-", "").isalnum() else None,
            "identifier": identifier(root.one("id")),
            "status": "final",
            "type": kind or {"text": shown or "Document"},
            "subject": reading.to.subject,
            "encounter": reading.encounter,
            "date": reading.date or "1900",
            "author": parts["authors"] or [{"display": "Unknown"}],
            "title": shown or (kind or {}).get("text") or "Document",
            "custodian": parts["custodian"] if "reference" in (parts["custodian"] or {}) else None,
            "section": sections,
        },
        f"composition {reading.document}",
    )
