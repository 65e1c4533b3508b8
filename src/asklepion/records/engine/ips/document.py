"""The summary as a FHIR document. https://hl7.org/fhir/uv/ips/STU2/StructureDefinition-Bundle-uv-ips.html"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from .choosing import Chosen
from .lines import line_of, words_of
from .sections import LOINC, SECTIONS, Section
from .shaping import references_of, shaped
from .words import say

Json = dict[str, Any]

PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/{}-uv-ips"
EMPTY: Json = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/list-empty-reason",
            "code": "unavailable",
            "display": "Unavailable",
        }
    ]
}
CARE: Json = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActClass", "code": "PCPR"}]
}
XHTML = "http://www.w3.org/1999/xhtml"
MAKER = "asklepion"  # id of the Device that is this program
STEPS = 4  # that others are followed from one to the next


@dataclass(frozen=True, kw_only=True)
class Issued:
    """By whom, when and in which language a summary is made."""

    id: str  # a UUID
    at: str  # a FHIR instant
    base: str  # our FHIR address
    version: str  # of this program
    house: str = "Asklepion"
    language: str = "en"


def document(patient: Json, chosen: Chosen, others: Mapping[str, Json], issued: Issued) -> Json:
    """A document of everything that was chosen.

    Args:
        patient: at least her id; what is missing is said to be unknown.
        others: by reference, whom and what the chosen may point to.
    """
    mine = [it for section in SECTIONS for it in chosen.of.get(section.key, [])]
    along = _along([patient, *mine], others)
    maker = _maker(issued)
    entries = [patient, *mine, *along, maker]
    present = {f"{it['resourceType']}/{it['id']}" for it in entries}
    composition = _composition(patient, chosen, others, issued)
    whole = [composition, *(shaped(it, present) for it in entries)]
    return {
        "resourceType": "Bundle",
        "id": issued.id,
        "meta": {"profile": [PROFILE.format("Bundle")]},
        "language": issued.language,
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{issued.id}"},
        "type": "document",
        "timestamp": issued.at,
        "entry": [
            {"fullUrl": f"{issued.base}/{it['resourceType']}/{it['id']}", "resource": it}
            for it in whole
        ],
    }


def _along(chosen: Iterable[Json], others: Mapping[str, Json]) -> list[Json]:
    """What the chosen point to, and what that points to."""
    found: dict[str, Json] = {}
    known = {f"{it['resourceType']}/{it['id']}" for it in chosen}
    waiting = list(chosen)
    for _ in range(STEPS):
        named = [it for one in waiting for it in references_of(one)]
        wanted = [it for it in dict.fromkeys(named) if it in others and it not in found]
        waiting = [others[it] for it in wanted if it not in known]
        found |= {f"{it['resourceType']}/{it['id']}": it for it in waiting}
    return list(found.values())


def _maker(issued: Issued) -> Json:
    return {
        "resourceType": "Device",
        "id": MAKER,
        "deviceName": [{"name": issued.house, "type": "user-friendly-name"}],
        "version": [{"value": issued.version}],
    }


def _composition(patient: Json, chosen: Chosen, others: Mapping[str, Json], issued: Issued) -> Json:
    language = issued.language
    sections = [
        _section(section, chosen, others, language)
        for section in SECTIONS
        if section.is_required or chosen.of.get(section.key)
    ]
    lines = [say("title", language), named(patient, language), born(patient, language)]
    lines += [say("issued", language, when=issued.at[:16].replace("T", " "), house=issued.house)]
    lines += [say("not-for", language), say("own-words", language)]
    return {
        "resourceType": "Composition",
        "id": issued.id,
        "meta": {"profile": [PROFILE.format("Composition")]},
        "language": language,
        "text": _text("".join(f"<p>{escape(it)}</p>" for it in lines), language),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{issued.id}"},
        "status": "final",
        "type": {
            "coding": [{"system": LOINC, "code": "60591-5", "display": "Patient summary Document"}]
        },
        "subject": {"reference": f"Patient/{patient['id']}"},
        "date": issued.at,
        "author": [{"reference": f"Device/{MAKER}", "display": issued.house}],
        "title": say("title", language),
        "event": [{"code": [CARE], "period": {"end": issued.at}}],
        "section": sections,
    }


def _section(section: Section, chosen: Chosen, others: Mapping[str, Json], language: str) -> Json:
    entries = chosen.of.get(section.key, [])
    made: Json = {
        "title": say(section.key, language),
        "code": {"coding": [{"system": LOINC, "code": section.code, "display": section.display}]},
    }
    if not entries:  # the same whether nothing is known or nothing may be shown
        nothing = say("nothing", language)
        return made | {
            "text": _text(f"<p>{escape(nothing)}</p>", language),
            "emptyReason": EMPTY | {"text": nothing},
        }
    table = _table(entries, others, language)
    if more := chosen.left_out.get(section.key, 0):
        table += f"<p>{escape(say('older', language, n=more))}</p>"
    references = [{"reference": f"{it['resourceType']}/{it['id']}"} for it in entries]
    return made | {"text": _text(table, language), "entry": references}


def _table(entries: list[Json], others: Mapping[str, Json], language: str) -> str:
    heads = "".join(f"<th>{escape(say(it, language))}</th>" for it in ("what", "details", "when"))
    lines = [line_of(it, others, language) for it in entries]
    rows = ["".join(f"<td>{escape(part)}</td>" for part in line) for line in lines]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _text(inner: str, language: str) -> Json:
    plain = "".join(it for it in inner if it >= " " or it in "\n\t")  # as XML wants it
    div = f'<div xmlns="{XHTML}" xml:lang="{language}" lang="{language}">{plain}</div>'
    return {"status": "generated", "div": div}


def named(patient: Json, language: str) -> str:
    """A patient's name in words."""
    for name in patient.get("name") or ():
        parts = [*(name.get("prefix") or ()), *(name.get("given") or ()), name.get("family", "")]
        words = name.get("text") or " ".join(filter(None, parts))
        if words:
            return str(words)
    return say("unnamed", language)


def born(patient: Json, language: str) -> str:
    """When she was born, and of which sex, in words."""
    day = patient.get("birthDate") or say("unknown", language)
    sex = say(patient.get("gender") or "unknown", language)
    return f"{say('born', language)}: {day} · {say('sex', language)}: {sex}"


def numbers(patient: Json) -> list[str]:
    """The numbers she is known by, each with what it is a number of."""
    found: list[str] = []
    for held in patient.get("identifier") or ():
        if held.get("value"):
            of = words_of(held.get("type")) or ""
            found.append(f"{of} {held['value']}".strip())
    return found
