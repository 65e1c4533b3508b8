"""The data types of HL7 v2 in FHIR. Source: https://build.fhir.org/ig/HL7/v2-to-fhir"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ..oids import CODED, UCUM, system_of, unit_of
from ..times import moment
from .er7 import Value

Json = dict[str, Any]
V2 = "http://terminology.hl7.org/CodeSystem/v2-"
V3 = "http://terminology.hl7.org/CodeSystem/v3-"
CODE = re.compile(r"[^\s]+( [^\s]+)*")
URI = re.compile(r"[^\s]{1,500}")
NAME_USES = {"L": "official", "D": "usual", "M": "maiden", "N": "nickname", "A": "anonymous"}
PLACE_USES = {"H": "home", "B": "work", "O": "work", "C": "temp", "P": "home", "BA": "old"}
PHONE_USES = {"PRN": "home", "ORN": "home", "WPN": "work", "VHN": "home", "NET": ""}
PHONE_KINDS = {
    "PH": "phone",
    "CP": "phone",
    "FX": "fax",
    "BP": "pager",
    "Internet": "email",
    "X.400": "email",
    "TDD": "other",
    "MD": "other",
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """How a sender calls those who give identifiers.

    Args:
        sender: what the sender is called here; in the system of namespaces nobody mapped.
        systems: the systems of its namespaces, such as HOSP to urn:oid:1.2.3.
    """

    sender: str
    systems: Mapping[str, str] = field(default_factory=dict[str, str])

    def system(self, authority: Value) -> str:
        """The system of an assigning authority: an HD of namespace, universal id, and its type."""
        space, universal, kind = (authority.part(n) for n in (1, 2, 3))
        if space in self.systems:
            return self.systems[space]
        if universal in self.systems:
            return self.systems[universal]
        if universal and kind in ("ISO", "UUID", "GUID", "") and (found := system_of(universal)):
            return found
        if universal and kind in ("URI", "URL", "DNS") and URI.fullmatch(universal):
            return universal if ":" in universal else f"http://{universal}"
        return f"urn:hl7v2:{quote(self.sender, safe='')}:{quote(space, safe='')}"


def identifier(value: Value, names: Names) -> Json | None:
    """An Identifier, from a CX."""
    number = value.part(1)
    if not number:
        return None
    kind = value.part(5)
    told: Json = {"system": names.system(value.component(4)), "value": number}
    if kind and CODE.fullmatch(kind):
        told["type"] = {"coding": [{"system": V2 + "0203", "code": kind}]}
    return told


def entity(value: Value, names: Names) -> Json | None:
    """An Identifier, from an EI: a number, and who gave it."""
    number = value.part(1)
    if not number:
        return None
    rest = value.marks.component.join(value.raw.split(value.marks.component)[1:])
    return {"system": names.system(Value(rest, value.marks)), "value": number}


def name(value: Value) -> Json | None:
    """A HumanName, from an XPN."""
    given = [part for n in (2, 3) if (part := value.part(n))]
    told: Json = {
        "use": NAME_USES.get(value.part(7)),
        "family": value.part(1),
        "given": given,
        "suffix": [part for n in (4, 6) if (part := value.part(n))],
        "prefix": [part] if (part := value.part(5)) else [],
    }
    return told if told["family"] or given else None


def person(value: Value) -> tuple[Json | None, str]:
    """A professional's name and number, from an XCN."""
    given = [part for n in (3, 4) if (part := value.part(n))]
    told: Json = {
        "family": value.part(2),
        "given": given,
        "prefix": [part] if (part := value.part(6)) else [],
    }
    return (told if told["family"] or given else None), value.part(1)


def address(value: Value) -> Json | None:
    """An Address, from an XAD."""
    told: Json = {
        "use": PLACE_USES.get(value.part(7)),
        "line": [part for n in (1, 2) if (part := value.part(n))],
        "city": value.part(3),
        "state": value.part(4),
        "postalCode": value.part(5),
        "country": value.part(6),
        "district": value.part(9),
    }
    return told if any(v for k, v in told.items() if k != "use") else None


def telecom(value: Value) -> Json | None:
    """A ContactPoint, from an XTN."""
    kind = PHONE_KINDS.get(value.part(3), "phone")
    number = value.part(12) or value.part(1)
    mail = value.part(4)
    if mail:
        kind, number = "email", mail
    elif not number and value.part(7):
        number = " ".join(part for n in (5, 6, 7) if (part := value.part(n)))
    if not number:
        return None
    use = "mobile" if value.part(3) == "CP" else PHONE_USES.get(value.part(2))
    return {"system": kind, "value": number, "use": use}


def concept(value: Value) -> Json | None:
    """A CodeableConcept, from a CE or CWE: a code, its other code, and what was said."""
    codings: list[Json] = []
    for first in (1, 4):
        code, text, system = (value.part(first + n) for n in range(3))
        if code and CODE.fullmatch(code):
            coding = {"system": system_named(system), "code": code, "display": text}
            codings.append({k: v for k, v in coding.items() if v})
    said = value.part(9) or value.part(2) or ("" if codings else value.part(1))
    told: Json = {"coding": codings, "text": said}
    told = {k: v for k, v in told.items() if v}
    return told or None


def system_named(text: str) -> str:
    """The URI of a code system, from its name in table 0396."""
    if not text:
        return ""
    found = CODED.get(text.upper()) or system_of(text)
    if found:
        return found
    if text.upper().startswith("HL7") and text[3:].isdecimal():
        return f"{V2}{text[3:]}"
    return f"urn:hl7v2:{quote(text, safe='')}"


def unit(value: Value) -> tuple[str, str]:
    """How a unit is written, and its code in UCUM, from a CE or CWE."""
    code, text = value.part(1), value.part(2)
    return text or code, unit_of(code or text)


def quantity(number: Any, value: Value) -> Json:
    """A Quantity of a number in a unit."""
    shown, code = unit(value)
    if not shown:
        return {"value": number}
    told: Json = {"value": number, "unit": shown}
    return told | {"system": UCUM, "code": code} if code and " " not in code else told


def when(value: Value, zone: str) -> str:
    """A moment."""
    return moment(value.part(1), zone)
