"""Who a message is about, and in which visit: PID, PD1, NK1, PV1, PV2, DG1, AL1.

Source: https://build.fhir.org/ig/HL7/v2-to-fhir
"""

from dataclasses import dataclass

from ..model import Gathering
from ..times import day
from . import values
from .er7 import Message, Segment, Value
from .values import V2, V3, Json, Names

GENDERS = {"M": "male", "F": "female", "O": "other", "A": "other", "N": "other", "U": "unknown"}
MARITAL = {
    "A": "L",
    "B": "U",
    "C": "C",
    "D": "D",
    "E": "L",
    "G": "T",
    "I": "I",
    "M": "M",
    "P": "T",
    "R": "T",
    "S": "S",
    "U": "U",
    "W": "W",
    "N": "A",
}
CLASSES = {"I": "IMP", "O": "AMB", "E": "EMER", "P": "PRENC", "R": "AMB", "B": "IMP", "N": "AMB"}
EVENTS = {
    "A01": "in-progress",
    "A02": "in-progress",
    "A03": "finished",
    "A04": "in-progress",
    "A05": "planned",
    "A11": "cancelled",
    "A13": "in-progress",
}
SEVERITIES = {"SV": "severe", "MO": "moderate", "MI": "mild"}
ALLERGIES = {
    "DA": "medication",
    "FA": "food",
    "EA": "environment",
    "AA": "environment",
    "PA": "environment",
    "LA": "environment",
    "MA": "medication",
}


@dataclass(kw_only=True)
class Reading:
    """One message while it is read."""

    to: Gathering
    names: Names
    message: Message
    zone: str

    def when(self, segment: Segment, number: int) -> str:
        """A moment in a field."""
        return values.when(segment.one(number), self.zone)

    def clinician(self, value: Value) -> Json | None:
        """A reference to a professional, who is kept beside."""
        called, number = values.person(value)
        if called is None and not number:
            return None
        own = [{"system": self.names.system(value.component(9)), "value": number}] if number else []
        who: Json = {
            "resourceType": "Practitioner",
            "identifier": own,
            "name": [called] if called else [],
        }
        seed = f"{own[0]['system']}|{number}" if own else repr(called)
        shown = " ".join([*called["given"], called["family"]]) if called else ""
        reference = self.to.add(who, seed, is_shared=True)
        return {**reference, "display": shown.strip()} if shown.strip() else reference


def identifiers_of(pid: Segment, names: Names) -> list[Json]:
    """By what a patient is known: PID-3, and the older fields beside it."""
    found = [it for v in pid.all(3) if (it := values.identifier(v, names))]
    if not found:
        found = [it for n in (2, 4) for v in pid.all(n) if (it := values.identifier(v, names))]
    if number := pid.text(19):
        found.append({"system": "http://hl7.org/fhir/sid/us-ssn", "value": number})
    return found


def patient_of(reading: Reading, pid: Segment) -> Json:
    """The patient as the message knows her."""
    message = reading.message
    died, is_dead = reading.when(pid, 29), pid.text(30)
    marital = MARITAL.get(pid.text(16))
    language = pid.text(15)
    doctor = message.find("PD1")
    told: Json = {
        "resourceType": "Patient",
        "identifier": identifiers_of(pid, reading.names),
        "name": [it for v in pid.all(5) if (it := values.name(v))],
        "birthDate": day(pid.text(7)),
        "gender": GENDERS.get(pid.text(8)),
        "address": [it for v in pid.all(11) if (it := values.address(v))],
        "telecom": [it for n in (13, 14) for v in pid.all(n) if (it := values.telecom(v))],
        "communication": [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": language}]}}
        ]
        if language.replace("-", "").isalnum()
        else None,
        "maritalStatus": {"coding": [{"system": V3 + "MaritalStatus", "code": marital}]}
        if marital
        else None,
        "deceasedDateTime": died,
        "deceasedBoolean": is_dead == "Y" if is_dead in ("Y", "N") and not died else None,
        "multipleBirthBoolean": {"Y": True, "N": False}.get(pid.text(24)),
        "contact": [it for nk1 in message.every("NK1") if (it := _relative(nk1))],
        "generalPractitioner": [d for v in doctor.all(4) if (d := reading.clinician(v))]
        if doctor
        else None,
    }
    return told


def _relative(nk1: Segment) -> Json | None:
    called = next((it for v in nk1.all(2) if (it := values.name(v))), None)
    kin = values.concept(nk1.one(3))
    phones = [it for n in (5, 6) for v in nk1.all(n) if (it := values.telecom(v))]
    place = next((it for v in nk1.all(4) if (it := values.address(v))), None)
    if not (called or phones or place):
        return None
    return {
        "relationship": [kin] if kin else None,
        "name": called,
        "telecom": phones,
        "address": place,
    }


def visit_number(reading: Reading) -> Json | None:
    """The identifier of the visit that a message belongs to."""
    pv1 = reading.message.find("PV1")
    if pv1 is None:
        return None
    found = values.identifier(pv1.one(19), reading.names)
    pid = reading.message.find("PID")
    return found or (values.identifier(pid.one(18), reading.names) if pid else None)


def encounter(reading: Reading, event: str) -> Json | None:
    """The visit of an ADT; nothing where the message names none. Returns a reference."""
    pv1 = reading.message.find("PV1")
    number = visit_number(reading)
    if pv1 is None or number is None:
        if pv1 is not None and pv1.text(2) not in ("", "N"):
            reading.to.note("PV1", "names no visit number (PV1-19): the visit is not kept")
        return None
    ended = reading.when(pv1, 45)
    status = EVENTS.get(event, "finished" if ended else "in-progress")
    kind = CLASSES.get(pv1.text(2))
    pv2 = reading.message.find("PV2")
    reason = values.concept(pv2.one(3)) if pv2 else None
    told: Json = {
        "resourceType": "Encounter",
        "identifier": [number],
        "status": status,
        "class": {"system": V3 + "ActCode", "code": kind}
        if kind
        else {"system": V3 + "NullFlavor", "code": "UNK"},
        "subject": reading.to.subject,
        "period": {"start": reading.when(pv1, 44), "end": ended if status == "finished" else ""},
        "participant": _participants(reading, pv1),
        "location": [{"location": it} for it in [_place(reading, pv1.one(3))] if it],
        "reasonCode": [reason] if reason else None,
        "serviceType": values.concept(pv1.one(10)),
        "hospitalization": _leave(pv1),
        "diagnosis": [
            {"condition": it}
            for dg1 in reading.message.every("DG1")
            if (it := _diagnosis(reading, dg1))
        ],
    }
    return reading.to.add(told, f"{number['system']}|{number['value']}")


def _participants(reading: Reading, pv1: Segment) -> list[Json]:
    found: list[Json] = []
    for field, code in ((7, "ATND"), (8, "REF"), (9, "CON"), (17, "ADM")):
        for value in pv1.all(field):
            if who := reading.clinician(value):
                kind = {"coding": [{"system": V3 + "ParticipationType", "code": code}]}
                found.append({"type": [kind], "individual": who})
    return found


def _place(reading: Reading, value: Value) -> Json | None:
    parts = [part for n in (4, 1, 2, 3) if (part := value.part(n))]
    if not parts:
        return None
    shown = " ".join(parts)
    told: Json = {"resourceType": "Location", "name": shown}
    seed = f"{reading.names.sender} {shown}"
    return {**reading.to.add(told, seed, is_shared=True), "display": shown}


def _leave(pv1: Segment) -> Json | None:
    code = pv1.text(36)
    if not code or not values.CODE.fullmatch(code):
        return None
    return {"dischargeDisposition": {"coding": [{"system": V2 + "0112", "code": code}]}}


def _diagnosis(reading: Reading, dg1: Segment) -> Json | None:
    code = values.concept(dg1.one(3)) or ({"text": text} if (text := dg1.text(4)) else None)
    if code is None:
        return None
    told: Json = {
        "resourceType": "Condition",
        "clinicalStatus": _status("condition-clinical", "active"),
        "verificationStatus": _status("condition-ver-status", "confirmed"),
        "category": [_status("condition-category", "encounter-diagnosis")],
        "code": code,
        "subject": reading.to.subject,
        "onsetDateTime": reading.when(dg1, 5),
        "recordedDate": reading.when(dg1, 19),
    }
    number = visit_number(reading) or {"value": ""}
    return reading.to.add(told, f"{number['value']} {code.get('coding', code)}")


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def allergy(reading: Reading, al1: Segment) -> None:
    """An allergy of an ADT."""
    code = values.concept(al1.one(3))
    if code is None:
        reading.to.note("AL1", "names no substance")
        return
    category = ALLERGIES.get(al1.text(2))
    shown = [{"text": text} for v in al1.all(5) if (text := v.part(1))]
    told: Json = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": _status("allergyintolerance-clinical", "active"),
        "verificationStatus": _status("allergyintolerance-verification", "confirmed"),
        "type": "allergy",
        "category": [category] if category else None,
        "code": code,
        "patient": reading.to.subject,
        "onsetDateTime": reading.when(al1, 6),
        "reaction": [{"manifestation": shown, "severity": SEVERITIES.get(al1.text(4))}]
        if shown
        else None,
    }
    reading.to.add(told, f"{code.get('coding', code)}")
