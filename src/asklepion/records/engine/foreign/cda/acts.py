"""What was done, is planned, and with what. Source: C-CDA on FHIR, CF-procedures, CF-encounters."""

import base64
from typing import Any

from ..times import instant
from .medicines import medicine
from .problems import conditions
from .reading import (
    TERMS,
    Reading,
    act_in,
    coded,
    is_a,
    is_negated,
    organization,
    related,
    status_of,
)
from .values import (
    Json,
    addresses,
    code_of,
    identifier,
    identifiers,
    names,
    period,
    quantity,
    telecoms,
)
from .xml import Node

DONE = {
    "completed": "completed",
    "active": "in-progress",
    "aborted": "stopped",
    "cancelled": "not-done",
    "suspended": "on-hold",
    "nullified": "entered-in-error",
}
ASKED = {
    "active": "active",
    "completed": "completed",
    "aborted": "revoked",
    "new": "draft",
    "cancelled": "revoked",
    "suspended": "on-hold",
    "held": "on-hold",
}
INTENTS = {"INT": "plan", "RQO": "order", "PRP": "proposal", "PRMS": "plan", "ARQ": "plan"}
CLASSES = frozenset(
    ["AMB", "IMP", "EMER", "FLD", "HH", "ACUTE", "NONAC", "PRENC", "SS", "VR", "OBSENC"]
)
V3_ACT = TERMS + "v3-ActCode"
UDI = "2.16.840.1.113883.3.3719"


def procedure(reading: Reading, node: Node) -> list[Json]:
    """A procedure that was done; one that is planned is asked for."""
    if node.get("moodCode") in INTENTS:
        return request(reading, node)
    status = "not-done" if is_negated(node) else DONE.get(status_of(node), "unknown")
    when = node.one("effectiveTime")
    is_span = when is not None and when.one("high") is not None and when.one("low") is not None
    recorder, _ = reading.author_of(node)
    told: Json = {
        "resourceType": "Procedure",
        "status": status,
        "code": _code(reading, node),
        "subject": reading.to.subject,
        "encounter": reading.encounter,
        "performedPeriod": period(when, reading.zone) if is_span else None,
        "performedDateTime": "" if is_span else reading.point(when),
        "recorder": recorder if recorder and "reference" in recorder else None,
        "performer": [{"actor": who} for who in reading.performers(node)],
        "bodySite": [c for it in node.all("targetSiteCode") if (c := reading.concept(it))],
        "reasonCode": [
            c for it in related(node) if is_a(it, "19") and (c := reading.concept(it.one("value")))
        ],
        "outcome": reading.concept(node.one("value")),
    }
    devices = [d for it in node.all("participant") if (d := device(reading, it))]
    told["focalDevice"] = [{"manipulated": d} for d in devices]
    kept = [reading.keep(node, told), *devices]
    for it in related(node):
        if it.tag == "substanceAdministration":
            kept += medicine(reading, it)
    return kept


def _code(reading: Reading, node: Node) -> Json:
    return reading.concept(node.one("code")) or {
        "text": reading.texts.of(node.one("text")) or "Unknown"
    }


def request(reading: Reading, node: Node) -> list[Json]:
    """Something that is planned or asked for."""
    when = node.one("effectiveTime")
    requester, at = reading.author_of(node)
    told: Json = {
        "resourceType": "ServiceRequest",
        "status": ASKED.get(status_of(node), "unknown"),
        "intent": INTENTS.get(node.get("moodCode"), "plan"),
        "doNotPerform": True if is_negated(node) else None,
        "code": _code(reading, node),
        "subject": reading.to.subject,
        "encounter": reading.encounter,
        "occurrenceDateTime": reading.point(when),
        "authoredOn": at,
        "requester": requester if requester and "reference" in requester else None,
        "bodySite": [c for it in node.all("targetSiteCode") if (c := reading.concept(it))],
        "reasonCode": [
            c for it in related(node) if is_a(it, "19") and (c := reading.concept(it.one("value")))
        ],
    }
    return [reading.keep(node, told)]


def goal(reading: Reading, node: Node) -> list[Json]:
    """A goal."""
    when = node.one("effectiveTime")
    low = when.one("low") if when is not None else None
    who, at = reading.author_of(node)
    told: Json = {
        "resourceType": "Goal",
        "lifecycleStatus": {"completed": "completed", "aborted": "cancelled"}.get(
            status_of(node), "active"
        ),
        "description": _code(reading, node),
        "subject": reading.to.subject,
        "startDate": reading.point(low if low is not None else when)[:10],
        "expressedBy": who
        if who and who.get("reference", "").startswith("Practitioner/")
        else None,
        "statusDate": at[:10],
    }
    value = reading.concept(node.one("value"))
    if amount := quantity(node.one("value")):
        code = reading.concept(node.one("code"))
        told["target"] = [{"measure": code, "detailQuantity": amount}] if code else None
    elif value:
        told["note"] = [{"text": value["text"]}] if value.get("text") else None
    return [reading.keep(node, told)]


def encounter(reading: Reading, node: Node) -> list[Json]:
    """A visit that took place; one that is planned is asked for."""
    if node.get("moodCode") in INTENTS:
        return request(reading, node)
    diagnoses: list[Json] = []
    for it in related(node):
        if is_a(it, "80"):
            for inner in related(it):
                if inner.tag == "observation":
                    diagnoses += conditions(reading, inner, "encounter-diagnosis")
        elif it.tag == "observation" and is_a(it, "4"):
            diagnoses += conditions(reading, it, "encounter-diagnosis")
    told = encounter_of(reading, node)
    told["diagnosis"] = [{"condition": d} for d in diagnoses]
    told["reasonCode"] = [
        c for it in related(node) if is_a(it, "19") and (c := reading.concept(it.one("value")))
    ]
    return [reading.keep(node, told), *diagnoses]


def encounter_of(reading: Reading, node: Node) -> Json:
    """What an encounter of a header or an entry says of itself."""
    code = node.one("code")
    type = reading.concept(code)
    places = [
        it.one("participantRole") for it in node.all("participant") if it.get("typeCode") == "LOC"
    ]
    facility = node.one("location", "healthCareFacility")
    found = [location(reading, it) for it in [*places, facility] if it is not None]
    end = node.one("sdtc:dischargeDispositionCode") or node.one("dischargeDispositionCode")
    leave = reading.concept(end)
    return {
        "resourceType": "Encounter",
        "identifier": identifiers(node),
        "status": {"active": "in-progress", "cancelled": "cancelled", "aborted": "cancelled"}.get(
            status_of(node), "finished"
        ),
        "class": _class(code),
        "type": [type] if type else None,
        "subject": reading.to.subject,
        "period": period(node.one("effectiveTime"), reading.zone),
        "participant": [{"individual": who} for who in reading.performers(node)],
        "location": [{"location": it} for it in found if it],
        "hospitalization": {"dischargeDisposition": leave} if leave else None,
    }


def _class(code: Node | None) -> Json:
    for it in [code, *code.all("translation")] if code is not None else []:
        if it.get("codeSystem") == "2.16.840.1.113883.5.4" and it.get("code") in CLASSES:
            return {"system": V3_ACT, "code": it.get("code")}
    return {"system": TERMS + "v3-NullFlavor", "code": "UNK"}


def location(reading: Reading, node: Node) -> Json | None:
    """A reference to a place."""
    entity = node.one("playingEntity") or node.one("location")
    named = entity.one("name") if entity is not None else None
    name = named.text() if named is not None else ""
    kind = reading.concept(node.one("code"))
    own = identifiers(node)
    if not name and not own and not kind:
        return None
    places = addresses(node) or (addresses(entity) if entity is not None else [])
    told: Json = {
        "resourceType": "Location",
        "identifier": own,
        "name": name or (kind or {}).get("text") or "Unnamed",
        "type": [kind] if kind else None,
        "telecom": telecoms(node),
        "address": {k: v for k, v in places[0].items() if k != "use"} if places else None,
    }
    reference = reading.to.add(told, f"{own} {name} {kind}", is_shared=True)
    return {**reference, "display": name} if name else reference


def device(reading: Reading, participant: Node) -> Json | None:
    """A device that somebody has: from a participant that is a product."""
    role = participant.one("participantRole")
    if role is None or (role.get("classCode") != "MANU" and not is_a(role, "37", "311")):
        return None
    playing = role.one("playingDevice")
    kind = reading.concept(playing.one("code")) if playing is not None else None
    own = identifiers(role)
    udi = next((it for it in role.all("id") if it.get("root") == UDI and it.get("extension")), None)
    if kind is None and not own:
        return None
    model = playing.one("manufacturerModelName") if playing is not None else None
    maker = role.one("scopingEntity")
    desc = maker.one("desc") if maker is not None else None
    told: Json = {
        "resourceType": "Device",
        "identifier": own,
        "udiCarrier": [{"carrierHRF": udi.get("extension")}] if udi is not None else None,
        "status": "active",
        "manufacturer": desc.text() if desc is not None else "",
        "modelNumber": model.text() if model is not None else "",
        "type": kind,
        "patient": reading.to.subject,
    }
    return reading.to.add(told, f"{own} {kind}")


def supply(reading: Reading, node: Node) -> list[Json]:
    """Something that is not a medicine: a device in use, or one that is asked for."""
    found = [d for it in node.all("participant") if (d := device(reading, it))]
    if node.get("moodCode") in INTENTS or not found:
        code = reading.concept(
            node.one("product", "manufacturedProduct", "manufacturedMaterial", "code")
        )
        amount = quantity(node.one("quantity"))
        if code is None and not found:
            reading.note("names no product")
            return []
        if code and amount:
            told = {
                "resourceType": "SupplyRequest",
                "status": {"completed": "completed", "aborted": "cancelled"}.get(
                    status_of(node), "active"
                ),
                "itemCodeableConcept": code,
                "quantity": amount,
                "deliverTo": reading.to.subject,
                "occurrenceDateTime": reading.point(node.one("effectiveTime")),
            }
            return [reading.keep(node, told), *found]
        if code and not found:
            return [
                reading.keep(
                    node, {"resourceType": "Device", "type": code, "patient": reading.to.subject}
                )
            ]
    return found


def family(reading: Reading, node: Node) -> list[Json]:
    """What one relative had."""
    subject = node.one("subject", "relatedSubject")
    who = reading.concept(subject.one("code")) if subject is not None else None
    person = subject.one("subject") if subject is not None else None
    sex = code_of(person.one("administrativeGenderCode")) if person is not None else ""
    dead = person.one("sdtc:deceasedInd") if person is not None else None
    name = names(person) if person is not None else []
    told: Json = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": reading.to.subject,
        "name": " ".join([*name[0].get("given", []), name[0].get("family", "")]).strip()
        if name
        else "",
        "relationship": who or {"text": "Unknown"},
        "sex": coded_sex(sex),
        "bornDate": reading.point(person.one("birthTime"))[:10] if person is not None else "",
        "deceasedBoolean": dead.get("value") == "true"
        if dead is not None and dead.get("value")
        else None,
        "condition": [_familial(reading, it) for it in related(node) if it.tag == "observation"],
    }
    return [reading.keep(node, told)]


def coded_sex(code: str) -> Json | None:
    """A sex as FamilyMemberHistory has it."""
    told = {"M": "male", "F": "female", "UN": "other"}.get(code)
    if told is None:
        return None
    return {"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": told}]}


def _familial(reading: Reading, node: Node) -> Json:
    told: Json = {"code": reading.concept(node.one("value")) or _code(reading, node)}
    for it in related(node):
        age = quantity(it.one("value")) if is_a(it, "31") else None
        if age and age.get("code") in ("a", "mo", "wk", "d"):
            told["onsetAge"] = age
        if is_a(it, "47"):
            told["contributedToDeath"] = True
    if "onsetAge" not in told and (at := reading.point(node.one("effectiveTime"))):
        told["onsetString"] = at
    return told


def written(reading: Reading, node: Node) -> list[Json]:
    """A note, as a document."""
    text = node.one("text")
    if text is None:
        return []
    kind, data = _attachment(reading, text)
    if not data:
        return []
    code = node.one("code")
    codes = code.all("translation") if code is not None else []
    type = next((c for it in codes if (c := reading.concept(it))), None) or reading.concept(code)
    who, at = reading.author_of(node)
    when = reading.point(node.one("effectiveTime"))
    told: Json = {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final" if status_of(node) == "completed" else None,
        "type": type,
        "subject": reading.to.subject,
        "date": instant_of(reading, node) or None,
        "author": [who] if who else None,
        "content": [{"attachment": {"contentType": kind, "data": data, "creation": at or when}}],
    }
    return [reading.keep(node, told)]


def instant_of(reading: Reading, node: Node) -> str:
    """When its author wrote it, to the second."""
    author = node.one("author", "time")
    return instant(author.get("value"), reading.zone) if author is not None else ""


def _attachment(reading: Reading, text: Node) -> tuple[str, str]:
    if text.get("representation") == "B64":
        data = "".join(text.text().split())
        try:
            base64.b64decode(data, validate=True)
        except ValueError:
            reading.note("holds a file that is damaged")
            return "", ""
        return text.get("mediaType") or "application/octet-stream", data
    words = reading.texts.of(text)
    return "text/plain; charset=utf-8", base64.b64encode(words.encode()).decode() if words else ""


def media(reading: Reading, node: Node) -> list[Json]:
    """A picture or sound inside the document."""
    value = node.one("value")
    if value is None or value.get("representation") != "B64":
        reading.note("refers to a file outside the document")
        return []
    kind, data = _attachment(reading, value)
    if not data:
        return []
    told: Json = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": reading.to.subject,
        "content": [{"attachment": {"contentType": kind, "data": data}}],
    }
    return [reading.keep(node, told)]


def coverage(reading: Reading, node: Node) -> list[Json]:
    """Who pays: each policy of a coverage activity."""
    found: list[Json] = []
    for it in related(node):
        payer = next((p.one("assignedEntity") for p in it.all("performer")), None)
        org = (
            organization(reading, payer.one("representedOrganization"))
            if payer is not None
            else None
        )
        holder = next(
            (p.one("participantRole") for p in it.all("participant") if p.get("typeCode") == "COV"),
            None,
        )
        member = identifier(holder.one("id")) if holder is not None else None
        if org is None and member is None:
            continue
        told: Json = {
            "resourceType": "Coverage",
            "status": "active",
            "type": reading.concept(it.one("code")),
            "subscriberId": member["value"] if member else "",
            "beneficiary": reading.to.subject,
            "relationship": reading.concept(holder.one("code")) if holder is not None else None,
            "payor": [org or {"display": "Unknown"}],
        }
        found.append(reading.keep(it, told))
    return found


def team(reading: Reading, node: Node) -> list[Json]:
    """The people who care for the patient."""
    members: list[dict[str, Any]] = []
    for it in [inner for part in node.all("component") for inner in act_in(part)]:
        for who in reading.performers(it):
            role = reading.concept(it.one("performer", "sdtc:functionCode"))
            members.append({"role": [role] if role else None, "member": who})
    if not members:
        return []
    told: Json = {
        "resourceType": "CareTeam",
        "status": "active" if status_of(node) == "active" else "inactive",
        "subject": reading.to.subject,
        "period": period(node.one("effectiveTime"), reading.zone),
        "participant": members,
    }
    return [reading.keep(node, told)]


def category_of(code: str) -> Json:
    """The category of an observation."""
    return coded("observation-category", code)
