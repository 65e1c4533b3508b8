"""What stands in the access log, as AuditEvents of IHE's Basic Audit Log Patterns.

A line is what was committed to; the AuditEvents are derived from it, always the same ones: the
access as a Create, Read, Query, Update, Delete or Privacy Disclosure; beside it, where a consent
decided, the decision; of a refusal, the decision alone, since nothing was accessed.

Source: IHE ITI BALP 1.1.3, https://profiles.ihe.net/ITI/BALP/
"""

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from asklepion.kit.clock import to_iso

from ..model import AccessEntry

Json = dict[str, Any]

PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
AUTHZ = "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
HL7 = "http://terminology.hl7.org/CodeSystem/"
TYPE, ROLE = HL7 + "audit-entity-type", HL7 + "object-role"
TYPES = "http://hl7.org/fhir/resource-types"
INTERACTION = "http://hl7.org/fhir/restful-interaction"
REASON = HL7 + "v3-ActReason"
PARTICIPATION = HL7 + "v3-ParticipationType"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
OURS = "urn:asklepion:access-action"  # the word of the line itself, as one more subtype
URI = "urn:ietf:rfc:3986"
CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
DECISION = "-decision"  # ends the id of the AuditEvent of a decision

SOURCE, DESTINATION, APPLICATION = (DICOM, "110153"), (DICOM, "110152"), (DICOM, "110150")
RECIPIENT, AUTHOR = (PARTICIPATION, "IRCP"), (PARTICIPATION, "AUT")
CUSTODIAN = (HL7 + "provenance-participant-type", "custodian")
DONE, REFUSED = "0", "8"  # outcome, as the guide's own example of a refusal has it
ELSEWHERE = frozenset({"query", "reason", "client", "interaction"})  # details with a place


class House(NamedTuple):
    """Who keeps the log, as an AuditEvent names it."""

    base: str  # our FHIR address
    name: str  # the origin of our ledger


class Pattern(NamedTuple):
    """What a profile asks for, apart from the parties and the things."""

    profile: str
    interaction: str  # restful-interaction
    action: str
    client: tuple[str, str]
    server: tuple[str, str]
    user: tuple[str, str]


CREATE = Pattern("Create", "create", "C", SOURCE, DESTINATION, AUTHOR)
READ = Pattern("Read", "read", "R", DESTINATION, SOURCE, RECIPIENT)
QUERY = Pattern("Query", "search", "E", SOURCE, DESTINATION, RECIPIENT)
UPDATE = Pattern("Update", "update", "U", SOURCE, DESTINATION, AUTHOR)
DELETE = Pattern("Delete", "delete", "D", APPLICATION, CUSTODIAN, AUTHOR)
SENT = Pattern("PrivacyDisclosure.Source", "read", "R", DESTINATION, SOURCE, RECIPIENT)
TAKEN = Pattern("PrivacyDisclosure.Recipient", "create", "C", SOURCE, DESTINATION, AUTHOR)
OTHER = Pattern("", "", "E", APPLICATION, CUSTODIAN, RECIPIENT)  # what BALP has no profile for
DISCLOSURES = {SENT: ("110106", "Export"), TAKEN: ("110107", "Import")}

PATTERNS = {
    "read": READ,
    "search": QUERY,
    "find": QUERY,
    "write": CREATE,
    "delete": DELETE,
    "erase": DELETE,
    "grant": CREATE,
    "refuse": CREATE,
    "revoke": UPDATE,
    "import": TAKEN,
    "export": SENT,
    "share": SENT,
    "open": SENT,  # a link that she gave away
}
DECIDES = frozenset({"grant", "refuse", "revoke"})  # the patient's own word, under no consent
DECIDED = frozenset(
    {"break-glass", "decide", "review"}
)  # a decision alone: nothing was accessed yet


def events_of(entry: AccessEntry, house: House) -> list[Json]:
    """The AuditEvents of one line: the access, the decision, or both; the access first."""
    if entry.outcome != "permit" or entry.action in DECIDED:
        return [_decision(entry, house, entry.id)]
    events = [_access(entry, house)]
    if entry.consent and entry.action not in DECIDES:
        events.append(_decision(entry, house, entry.id + DECISION))
    return events


def line_of(id: str) -> str:
    """The id of the line that an AuditEvent with this id was derived from."""
    return id.removesuffix(DECISION)


def _pattern(entry: AccessEntry) -> Pattern:
    if entry.action == "write" and entry.detail.get("interaction") == "update":
        return UPDATE
    return PATTERNS.get(entry.action, OTHER)


def _access(entry: AccessEntry, house: House) -> Json:
    pattern = _pattern(entry)
    is_disclosed = pattern in DISCLOSURES and entry.patient
    if is_disclosed:
        code, words = DISCLOSURES[pattern]
        type = _coding(DICOM, code, words)
        first = [_coding(HL7 + "iso-21089-lifecycle", "disclose")]
    else:
        pattern = {SENT: READ, TAKEN: CREATE}.get(pattern, pattern)
        type, first = _coding(HL7 + "audit-event-type", "rest", "Restful Operation"), []
    if pattern.interaction:
        first.append(_coding(INTERACTION, pattern.interaction))
    is_plain = is_disclosed or not entry.patient or not pattern.profile
    event = _event(entry, entry.id, pattern.profile if is_plain else f"Patient{pattern.profile}")
    event |= {
        "type": type,
        "subtype": [*first, _coding(OURS, entry.action)],
        "action": pattern.action,
        "outcome": DONE,
        "agent": [
            {"type": _concept(*pattern.client), **_client(entry), "requestor": False},
            {"type": _concept(*pattern.server), **_server(house), "requestor": False},
            _user(entry, pattern.user),
        ],
        "source": _source(house, "4", "Application Server"),
        "entity": [*_patient(entry), *_things(entry, pattern), *_consents(entry)],
    }
    return event


def _decision(entry: AccessEntry, house: House, id: str) -> Json:
    is_refused = entry.outcome != "permit"
    said = f"{entry.action}: {'refused' if is_refused else 'allowed'}"
    reason = entry.detail.get("reason")
    event = _event(entry, id, "AuthZconsent" if entry.patient else "")
    event |= {
        "type": _coding(DICOM, "110113", "Security Alert"),
        "subtype": [_coding(AUTHZ, "AuthZ-Consent")],
        "action": "E",
        "outcome": REFUSED if is_refused else DONE,
        "outcomeDesc": f"{said}. {reason}" if reason else f"{said}.",
        "agent": [
            {"type": _concept(*APPLICATION), **_client(entry), "requestor": False},
            _user(entry, RECIPIENT),
            {
                "type": _concept(HL7 + "v3-RoleClass", "PROV"),
                "who": {"display": house.name},  # where the account is kept
                "requestor": False,
            },
            {
                "type": _concept(HL7 + "extra-security-role-type", "authserver"),
                "who": _house(house),
                "requestor": False,
            },
        ],
        "source": _source(house, "6", "Security Server"),
        "entity": [*_patient(entry), *(_consents(entry) or [_consent(NO_CONSENT)])],
    }
    return event


NO_CONSENT: Json = {"display": "No consent allows it."}


def _event(entry: AccessEntry, id: str, profile: str) -> Json:
    """What every AuditEvent of a line has."""
    at = to_iso(entry.at)
    meta: Json = {"versionId": "1", "lastUpdated": at}
    if profile:
        meta["profile"] = [PROFILES + profile]
    event: Json = {"resourceType": "AuditEvent", "id": id, "meta": meta, "recorded": at}
    if CODE.fullmatch(entry.purpose):
        event["purposeOfEvent"] = [_concept(REASON, entry.purpose)]
    return event


# The parties


def _client(entry: AccessEntry) -> Json:
    """The program; its address is not kept, which is said and not guessed."""
    told = entry.app_name or entry.detail.get("client") or entry.via or "unknown"
    unknown = {"extension": [{"url": ABSENT, "valueCode": "not-asked"}]}
    return {"who": {"display": told}, "network": unknown}


def _server(house: House) -> Json:
    return {"who": _house(house), "network": {"address": house.base, "type": "5"}}


def _user(entry: AccessEntry, role: tuple[str, str]) -> Json:
    who: Json = {}
    if entry.actor_person and REFERENCE.fullmatch(entry.actor_person):
        who["reference"] = entry.actor_person
    who["identifier"] = {"value": entry.actor or "unknown"}
    if entry.actor_name:
        who["display"] = entry.actor_name
    user: Json = {"type": _concept(*role), "who": who, "requestor": True}
    if CODE.fullmatch(entry.purpose):
        user["purposeOfUse"] = [_concept(REASON, entry.purpose)]
    return user


def _house(house: House) -> Json:
    return {"identifier": {"system": URI, "value": house.base}, "display": house.name}


def _source(house: House, code: str, words: str) -> Json:
    types = [_coding(HL7 + "security-source-type", code, words)]
    return {"site": house.name, "observer": _house(house), "type": types}


# The things


def _patient(entry: AccessEntry) -> list[Json]:
    if not entry.patient:
        return []
    return [
        {
            "what": {"reference": entry.patient},
            "type": _coding(TYPE, "1", "Person"),
            "role": _coding(ROLE, "1", "Patient"),
            "detail": [{"type": name, "valueString": text} for name, text in _facts(entry)],
        }
    ]


def _facts(entry: AccessEntry) -> Iterator[tuple[str, str]]:
    """What the line says that has no place of its own in an AuditEvent."""
    yield "line", str(entry.number)
    yield "ledger-index", str(entry.index)
    yield "way", entry.via or "unknown"
    if entry.visit:
        yield "visit", entry.visit
    for type, count in entry.what.items():
        yield f"count.{type}", str(count)
    for category in entry.categories:
        yield "category", category.name.lower()
    for name, text in entry.detail.items():
        if name not in ELSEWHERE and text:
            yield name, text


def _things(entry: AccessEntry, pattern: Pattern) -> list[Json]:
    """The query or the first thing as the profile wants it, then the others."""
    refs: Sequence[str] = entry.refs
    if pattern is QUERY:
        text = entry.detail.get("query") or "The question was not kept."
        first = {
            "type": _coding(TYPE, "2", "System Object"),
            "role": _coding(ROLE, "24", "Query"),
            "query": base64.b64encode(text.encode()).decode(),
        }
    else:
        first = {
            "what": {"reference": refs[0]} if refs else {"display": "nothing"},
            "type": _coding(TYPE, "2", "System Object"),
            "role": _coding(ROLE, "4", "Domain Resource"),
        }
        refs = refs[1:]
    return [first, *({"what": {"reference": it}, "type": _typed(it)} for it in refs)]


def _typed(reference: str) -> Json:
    return _coding(TYPES, reference.partition("/")[0])


def _consents(entry: AccessEntry) -> list[Json]:
    """The consent under which it was; one that was itself written is among the things."""
    if not entry.consent or entry.action in DECIDES:
        return []
    reference = f"Consent/{entry.consent}"
    if REFERENCE.fullmatch(reference):
        return [_consent({"reference": reference})]
    return [_consent({"identifier": {"value": entry.consent}})]  # an emergency is no Consent


def _consent(what: Json) -> Json:
    return {"what": what, "type": _coding(TYPES, "Consent")}


def _coding(system: str, code: str, display: str = "") -> Json:
    coding = {"system": system, "code": code}
    return coding | {"display": display} if display else coding


def _concept(system: str, code: str) -> Json:
    return {"coding": [_coding(system, code)]}
