"""The header of a document: whose it is, who wrote and keeps it, in which visit."""

import base64
from typing import Any

from ..times import instant
from .acts import encounter_of
from .reading import TERMS, Reading, organization, practitioner
from .values import (
    Json,
    addresses,
    code_of,
    date_of,
    identifier,
    identifiers,
    names,
    period,
    telecoms,
)
from .xml import Node

GENDERS = {"M": "male", "F": "female", "UN": "other", "OTH": "other"}
XML = "text/xml"


def patient_of(reading: Reading, role: Node) -> Json:
    """The patient as the document knows her."""
    person = role.one("patient") or Node("patient", {})
    gender = code_of(person.one("administrativeGenderCode"))
    dead_at = person.one("sdtc:deceasedTime")
    is_dead = person.one("sdtc:deceasedInd")
    marital = reading.concept(person.one("maritalStatusCode"))
    return {
        "resourceType": "Patient",
        "identifier": identifiers(role),
        "name": names(person),
        "telecom": telecoms(role),
        "gender": GENDERS.get(gender, "unknown") if gender else None,
        "birthDate": date_of(person.one("birthTime")),
        "deceasedDateTime": reading.point(dead_at),
        "deceasedBoolean": _deceased(is_dead, dead_at),
        "address": addresses(role),
        "maritalStatus": marital,
        "contact": _guardians(reading, person),
        "communication": _languages(person),
        "managingOrganization": _only_reference(
            organization(reading, role.one("providerOrganization"))
        ),
    }


def _deceased(told: Node | None, at: Node | None) -> bool | None:
    if told is None or not told.get("value") or (at is not None and at.get("value")):
        return None
    return told.get("value") == "true"


def _only_reference(found: Json | None) -> Json | None:
    return found if found and "reference" in found else None


def _guardians(reading: Reading, person: Node) -> list[Json]:
    found: list[Json] = []
    for it in person.all("guardian"):
        inner = it.one("guardianPerson")
        own = names(inner) if inner is not None else []
        kind = reading.concept(it.one("code"))
        place = addresses(it)
        told: Json = {
            "relationship": [kind] if kind else None,
            "name": own[0] if own else None,
            "telecom": telecoms(it),
            "address": place[0] if place else None,
        }
        told = {k: v for k, v in told.items() if v}
        if told.keys() & {"name", "telecom", "address"}:
            found.append(told)
    return found


def _languages(person: Node) -> list[Json]:
    found: list[Json] = []
    for it in person.all("languageCommunication"):
        code = code_of(it.one("languageCode"))
        if not code:
            continue
        preferred = it.one("preferenceInd")
        language = {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}
        is_preferred = preferred is not None and preferred.get("value") == "true"
        found.append({"language": language, "preferred": True if is_preferred else None})
    return found


def whose(role: Node) -> str:
    """What the patient of a document is called: by an identifier, else by name and birth."""
    for each in role.all("id"):
        if each.get("root") and not each.is_null:
            return f"{each.get('root')}|{each.get('extension')}"
    person = role.one("patient")
    if person is None:
        return ""
    called = [n.text().lower() for n in person.all("name")[:1]]
    return f"{called} {date_of(person.one('birthTime'))}" if called else ""


def visit(reading: Reading, root: Node) -> Json | None:
    """The visit that the document belongs to."""
    node = root.one("componentOf", "encompassingEncounter")
    if node is None:
        return None
    told = encounter_of(reading, node)
    who = practitioner(reading, node.one("responsibleParty", "assignedEntity"))
    people = [
        practitioner(reading, it.one("assignedEntity")) for it in node.all("encounterParticipant")
    ]
    told["participant"] = [{"individual": it} for it in [who, *people] if it]
    if told["period"] is None and not told["identifier"]:
        return None
    return reading.keep(node, told)


def authors(reading: Reading, root: Node) -> list[Json]:
    """Who wrote the document."""
    found = [practitioner(reading, it.one("assignedAuthor")) for it in root.all("author")]
    return [it for it in found if it]


def keep_original(reading: Reading, root: Node, text: bytes, parts: Json) -> Json:
    """The document itself, as it came, and what tells of it; returns a reference to that.

    Args:
        parts: authors and custodian.
    """
    binary = {
        "resourceType": "Binary",
        "contentType": XML,
        "securityContext": reading.to.subject,
        "data": base64.b64encode(text).decode(),
    }
    held = reading.to.add(binary, f"original {reading.document}")
    service = root.one("documentationOf", "serviceEvent", "effectiveTime")
    title = root.one("title")
    told: Json = {
        "resourceType": "DocumentReference",
        "masterIdentifier": identifier(root.one("id")),
        "status": "current",
        "docStatus": "final",
        "type": reading.concept(root.one("code")),
        "subject": reading.to.subject,
        "date": _instant(root),
        "author": parts["authors"],
        "custodian": parts["custodian"],
        "securityLabel": _label(root),
        "content": [
            {
                "attachment": {
                    "contentType": XML,
                    "url": held["reference"],
                    "size": len(text),
                    "title": title.text() if title is not None else "",
                }
            }
        ],
        "context": {
            "encounter": [reading.encounter] if reading.encounter else None,
            "period": period(service, reading.zone),
        },
    }
    return reading.to.add(told, f"document {reading.document}")


def _instant(root: Node) -> str:
    at = root.one("effectiveTime")
    return instant(at.get("value")) if at is not None else ""


def _label(root: Node) -> list[Json] | None:
    code = code_of(root.one("confidentialityCode"))
    if code not in ("R", "V"):
        return None
    return [{"coding": [{"system": TERMS + "v3-Confidentiality", "code": code}]}]


def provenance(reading: Reading, root: Node, document: Json, parts: Json) -> None:
    """Where all of it comes from."""
    who: list[Any] = parts["authors"] or [{"display": "Unknown"}]
    told: Json = {
        "resourceType": "Provenance",
        "target": [
            {"reference": reference}
            for reference, resource in reading.to.resources.items()
            if resource["resourceType"] not in SHARED and reference != document["reference"]
        ]
        or [document],
        "recorded": _instant(root) or "1900-01-01T00:00:00Z",
        "activity": {"coding": [{"system": TERMS + "v3-DataOperation", "code": "CREATE"}]},
        "agent": [
            {
                "type": {
                    "coding": [{"system": TERMS + "provenance-participant-type", "code": "author"}]
                },
                "who": it,
            }
            for it in who
        ],
        "entity": [{"role": "source", "what": document}],
    }
    reading.to.add(told, f"provenance {reading.document}")


SHARED = frozenset({"Practitioner", "Organization", "Location", "Binary"})
