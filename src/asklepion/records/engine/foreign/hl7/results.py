"""Results and documents: OBR, OBX, NTE, TXA. Source: https://build.fhir.org/ig/HL7/v2-to-fhir"""

import base64
import re
from collections.abc import Iterator

from ...categories import VITAL_SIGNS
from ..cda.values import number
from ..oids import LOINC
from ..times import instant, moment
from . import values
from .er7 import Segment, Value
from .people import Reading, visit_number
from .values import V2, V3, Json

REPORTS = {
    "F": "final",
    "P": "preliminary",
    "C": "corrected",
    "A": "partial",
    "X": "cancelled",
    "I": "registered",
    "R": "preliminary",
    "O": "registered",
    "S": "registered",
}
STATUSES = {
    "F": "final",
    "P": "preliminary",
    "C": "corrected",
    "X": "cancelled",
    "I": "registered",
    "R": "preliminary",
    "S": "preliminary",
    "U": "final",
    "D": "entered-in-error",
    "W": "entered-in-error",
    "O": "registered",
    "N": "registered",
    "B": "amended",
}
DOCUMENTS = {"AU": "final", "LA": "final", "AV": "final"}
IMAGING = frozenset(
    ["RAD", "RUS", "CUS", "CT", "CTH", "NMR", "NMS", "VUS", "XRC", "OUS", "RX", "PHY", "MRI"]
)
RANGE = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(?:-|~|–|—|to)\s*([+-]?\d+(?:\.\d+)?)\s*")
LIMIT = re.compile(r"\s*(<=|>=|<|>|≤|≥)\s*([+-]?\d+(?:\.\d+)?)\s*")
FLAGS = frozenset(
    [
        "H",
        "HH",
        "L",
        "LL",
        "N",
        "A",
        "AA",
        "<",
        ">",
        "S",
        "R",
        "I",
        "MS",
        "VS",
        "POS",
        "NEG",
        "IND",
        "DET",
        "ND",
        "U",
        "D",
        "B",
        "W",
        "HX",
        "LX",
        "HU",
        "LU",
        "RR",
        "WR",
        "NR",
        "SDD",
        "SYN-R",
    ]
)
SIGNS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">="}
KINDS = {
    "PDF": "application/pdf",
    "JPEG": "image/jpeg",
    "JPG": "image/jpeg",
    "PNG": "image/png",
    "RTF": "text/rtf",
    "HTML": "text/html",
    "TIFF": "image/tiff",
    "XML": "text/xml",
}


class Order:
    """One OBR with the observations and words below it."""

    def __init__(self, obr: Segment | None) -> None:
        self.obr = obr
        self.orc: Segment | None = None
        self.notes: list[str] = []
        self.results: list[tuple[Segment, list[str]]] = []


def orders(reading: Reading) -> Iterator[Order]:
    """The orders of a message, each with what stands below it."""
    order: Order | None = None
    orc: Segment | None = None
    for segment in reading.message.segments:
        if segment.name == "ORC":
            orc = segment
        elif segment.name == "OBR":
            if order:
                yield order
            order, orc = Order(segment), None if orc is None else orc
            order.orc, orc = orc, None
        elif segment.name == "OBX":
            order = order or Order(None)
            order.results.append((segment, []))
        elif segment.name == "NTE" and order:
            said = "\n".join(text for v in segment.all(3) if (text := v.text.strip()))
            into = order.results[-1][1] if order.results else order.notes
            into += [said] if said else []
    if order:
        yield order


def report(reading: Reading, order: Order, place: int) -> None:
    """One order: a report, and its results."""
    obr = order.obr
    number_of = _order_number(reading, order)
    seed = f"{number_of['system']}|{number_of['value']}" if number_of else ""
    seed = seed or f"{reading.message.sender} {reading.message.control} {place}"
    code = values.concept(obr.one(4)) if obr else None
    section = obr.text(24) if obr else ""
    at = (reading.when(obr, 7) or reading.when(obr, 8)) if obr else ""
    results = [
        it
        for obx, notes in order.results
        if (it := _result(reading, obx, notes, seed, section, at))
    ]
    if obr is None:
        return
    told: Json = {
        "resourceType": "DiagnosticReport",
        "identifier": [number_of] if number_of else None,
        "status": REPORTS.get(obr.text(25), "unknown"),
        "category": [{"coding": [{"system": V2 + "0074", "code": section or "LAB"}]}],
        "code": code or {"text": "Results"},
        "subject": reading.to.subject,
        "encounter": _visit(reading),
        "effectiveDateTime": at,
        "issued": instant(obr.text(22), reading.zone),
        "resultsInterpreter": [it for v in obr.all(32) if (it := reading.clinician(_named(v)))],
        "result": [it for it in results if it["reference"].startswith("Observation/")],
        "conclusion": "\n".join(order.notes),
    }
    reading.to.add(told, f"{seed} {(code or {}).get('coding', code)}")


def _named(value: Value) -> Value:
    """An NDL holds its person in the first component."""
    inner = value.component(1)
    return inner if inner.part(2) else value


def _order_number(reading: Reading, order: Order) -> Json | None:
    for segment in (order.obr, order.orc):
        for field in (3, 2):
            if segment and (found := values.entity(segment.one(field), reading.names)):
                return found
    return None


def _visit(reading: Reading) -> Json | None:
    number_of = visit_number(reading)
    return {"type": "Encounter", "identifier": number_of} if number_of else None


def _result(
    reading: Reading, obx: Segment, notes: list[str], seed: str, section: str, at: str
) -> Json | None:
    code = values.concept(obx.one(3))
    if code is None:
        reading.to.note("OBX-3", "names nothing that was observed")
        return None
    own = f"{seed} {code.get('coding', code)} {obx.text(4)}"
    kind = obx.text(2)
    if kind == "ED":
        return _document(reading, obx, code, own, at)
    status = STATUSES.get(obx.text(11), "unknown")
    unit = obx.one(6)
    told: Json = {
        "resourceType": "Observation",
        "status": status,
        "category": [_category(code, section)],
        "code": code,
        "subject": reading.to.subject,
        "encounter": _visit(reading),
        "effectiveDateTime": reading.when(obx, 14) or at,
        "interpretation": [it for v in obx.all(8) if (it := _flag(v))],
        "method": values.concept(obx.one(17)),
        "referenceRange": [it] if (it := _range(obx.text(7), unit)) else None,
        "note": [{"text": text} for text in notes],
        "performer": [it for v in obx.all(16) if (it := reading.clinician(v))],
    }
    value = _value(reading, obx, kind, unit)
    if not value and status not in ("registered", "cancelled"):
        value = {"dataAbsentReason": _absent()}
    return reading.to.add(told | value, own)


def _absent() -> Json:
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    return {"coding": [{"system": system, "code": "unknown"}]}


def _category(code: Json, section: str) -> Json:
    codes = {c["code"] for c in code.get("coding", ()) if c.get("system") == LOINC}
    if codes & VITAL_SIGNS:
        kind = "vital-signs"
    else:
        kind = "imaging" if section in IMAGING else "laboratory"
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {"coding": [{"system": system, "code": kind}]}


def _flag(value: Value) -> Json | None:
    code = value.part(1)
    if code in FLAGS:
        return {"coding": [{"system": V3 + "ObservationInterpretation", "code": code}]}
    return {"text": code} if code else None


def _value(reading: Reading, obx: Segment, kind: str, unit: Value) -> Json:
    found = obx.all(5)
    if not found:
        return {}
    first = found[0]
    if kind in ("NM", "SN"):
        return _number(first, kind, unit)
    if kind in ("CE", "CWE", "CNE", "IS", "ID", "CF"):
        coded = values.concept(first)
        return {"valueCodeableConcept": coded} if coded else {}
    if kind in ("DT", "TS", "DTM"):
        at = moment(first.part(1), reading.zone)
        return {"valueDateTime": at} if at else {"valueString": first.part(1)}
    if kind == "RP":
        reading.to.note("OBX-5", "refers to a file elsewhere, which was not fetched")
        return {}
    said = "\n".join(v.text for v in found).strip()
    return {"valueString": said} if said else {}


def _number(value: Value, kind: str, unit: Value) -> Json:
    if kind == "NM":
        single = number(value.part(1))
        if single is not None:
            return {"valueQuantity": values.quantity(single, unit)}
        return {"valueString": value.part(1)} if value.part(1) else {}
    sign, mark = value.part(1), value.part(3)
    low, high = number(value.part(2)), number(value.part(4))
    if low is not None and high is not None and mark in ("-", ":", "/"):
        two = [values.quantity(n, unit) for n in (low, high)]
        if mark == "-":
            return {"valueRange": {"low": two[0], "high": two[1]}}
        return {"valueRatio": {"numerator": {"value": low}, "denominator": {"value": high}}}
    if low is None:
        return {"valueString": value.text} if value.text else {}
    told = values.quantity(low, unit)
    if sign in SIGNS:
        told["comparator"] = SIGNS[sign]
    return {"valueQuantity": told}


def _range(text: str, unit: Value) -> Json | None:
    if not text:
        return None
    if match := RANGE.fullmatch(text):
        low, high = (number(part) for part in match.groups())
        if low is not None and high is not None and low <= high:
            return {"low": values.quantity(low, unit), "high": values.quantity(high, unit)}
    if match := LIMIT.fullmatch(text):
        limit = number(match[2])
        side = "high" if match[1] in ("<", "<=", "≤") else "low"
        if limit is not None:
            return {side: values.quantity(limit, unit), "text": text}
    return {"text": text}


def _encapsulated(reading: Reading, value: Value) -> tuple[str, str] | None:
    """Kind and base64 of an ED: source, type, subtype, encoding, the data."""
    subtype, encoding = value.part(3), value.part(4)
    kind = KINDS.get(subtype.upper()) or (subtype if "/" in subtype else "application/octet-stream")
    if encoding.lower() != "base64":
        said = value.part(5)
        return (
            ("text/plain; charset=utf-8", base64.b64encode(said.encode()).decode())
            if said
            else None
        )
    data = "".join(value.part(5).split())
    try:
        base64.b64decode(data, validate=True)
    except ValueError:
        reading.to.note("OBX-5", "holds a file that is damaged")
        return None
    return (kind, data) if data else None


def _document(reading: Reading, obx: Segment, code: Json, seed: str, at: str) -> Json | None:
    held = _encapsulated(reading, obx.one(5))
    if held is None:
        return None
    told: Json = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": code,
        "subject": reading.to.subject,
        "date": instant(obx.text(14), reading.zone) or (at if "T" in at else ""),
        "content": [{"attachment": {"contentType": held[0], "data": held[1]}}],
    }
    return reading.to.add(told, seed)


def document(reading: Reading, txa: Segment) -> None:
    """The document of an MDM: a text in lines, or files."""
    unique = values.entity(txa.one(12), reading.names)
    lines: list[str] = []
    files: list[tuple[str, str]] = []
    for obx in reading.message.every("OBX"):
        if obx.text(2) == "ED":
            files += [it] if (it := _encapsulated(reading, obx.one(5))) else []
        else:
            lines += [v.text for v in obx.all(5)]
    said = "\n".join(lines).strip()
    if said:
        plain = base64.b64encode(said.encode()).decode()
        files.insert(0, ("text/plain; charset=utf-8", plain))
    if not files:
        reading.to.note("OBX", "the document is empty")
        return
    at = instant(txa.text(4) or txa.text(6), reading.zone)
    told: Json = {
        "resourceType": "DocumentReference",
        "masterIdentifier": unique,
        "status": "superseded" if txa.text(19) == "OB" else "current",
        "docStatus": DOCUMENTS.get(txa.text(17), "preliminary"),
        "type": values.concept(txa.one(2)),
        "subject": reading.to.subject,
        "date": at,
        "author": [it for v in txa.all(9) if (it := reading.clinician(v))],
        "content": [{"attachment": {"contentType": kind, "data": data}} for kind, data in files],
        "context": {"encounter": [visit]} if (visit := _visit(reading)) else None,
    }
    reading.to.add(told, f"{unique}" if unique else f"{reading.message.control}")
