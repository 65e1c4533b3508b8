"""The data types of CDA in FHIR: codes, identifiers, names, addresses, moments, amounts.

Source: https://build.fhir.org/ig/HL7/ccda-on-fhir/mappingGuidance.html
"""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ..oids import OID, UCUM, UUID, system_of, unit_of
from ..times import day, moment
from .xml import Node

Json = dict[str, Any]
NULLS = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
REASONS = {
    "UNK": "unknown",
    "ASKU": "asked-unknown",
    "NAV": "temp-unknown",
    "NASK": "not-asked",
    "MSK": "masked",
    "NA": "not-applicable",
    "NINF": "negative-infinity",
    "PINF": "positive-infinity",
    "OTH": "unsupported",
}
CODE = re.compile(r"[^\s]+( [^\s]+)*")
USES = {
    "HP": "home",
    "H": "home",
    "HV": "home",
    "WP": "work",
    "TMP": "temp",
    "MC": "mobile",
    "BAD": "old",
    "PUB": "work",
    "DIR": "work",
}
NAMES = {
    "L": "official",
    "C": "official",
    "P": "nickname",
    "A": "anonymous",
    "ABC": "usual",
    "BR": "maiden",
    "PHON": "usual",
}
SCHEMES = {"tel": "phone", "mailto": "email", "fax": "fax", "http": "url", "https": "url"}
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?([eE][+-]?\d{1,3})?")


class Texts:
    """The narrative of a document by its ids, so that references into it can be read."""

    def __init__(self, root: Node) -> None:
        self._by_id = {node.get("ID"): node for node in root.walk() if node.get("ID")}

    def of(self, node: Node | None) -> str:
        """What an ED says: its own text, or that which it refers to."""
        if node is None:
            return ""
        reference = node.one("reference")
        if reference and reference.get("value").startswith("#"):
            found = self._by_id.get(reference.get("value")[1:])
            if found is not None:
                return found.text()
        return node.text()


def concept(node: Node | None, texts: Texts) -> Json | None:
    """A CodeableConcept: the code, its translations, and what was originally said."""
    if node is None:
        return None
    codings = [coding for each in (node, *node.all("translation")) if (coding := coding_of(each))]
    text = texts.of(node.one("originalText")) or node.get("displayName")
    if not text and codings:
        text = codings[0].get("display", "")
    if not codings and not text:
        return None
    told: Json = {"coding": _distinct(codings), "text": text}
    return {key: value for key, value in told.items() if value}


def _distinct(codings: list[Json]) -> list[Json]:
    seen: dict[tuple[Any, Any], Json] = {}
    for coding in codings:
        seen.setdefault((coding.get("system"), coding["code"]), coding)
    return list(seen.values())


def coding_of(node: Node) -> Json | None:
    """One Coding, where the node has a code."""
    code = " ".join(node.get("code").split())
    if not code or not CODE.fullmatch(code):
        return None
    told = {"system": system_of(node.get("codeSystem")), "code": code}
    told["display"] = " ".join(node.get("displayName").split())
    return {key: value for key, value in told.items() if value}


def code_of(node: Node | None) -> str:
    """The code itself."""
    return "" if node is None else node.get("code")


def said(text: str) -> Json:
    """A concept that is only a text."""
    return {"text": text}


def identifiers(node: Node, tag: str = "id") -> list[Json]:
    """Its identifiers, without those that are null."""
    return [it for each in node.all(tag) if (it := identifier(each))]


def identifier(node: Node | None) -> Json | None:
    """One identifier: a system and a value, or the root itself as a URI."""
    if node is None or not node.get("root"):
        return None
    root, extension = node.get("root"), node.get("extension")
    if node.is_null and not extension:
        return None
    if extension:
        system = system_of(root)
        return {"system": system, "value": extension} if system else {"value": extension}
    if OID.fullmatch(root):
        return {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{root}"}
    if UUID.fullmatch(root):
        return {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{root.lower()}"}
    return {"value": root}


def seed_of(node: Node) -> str:
    """What something is called by its own identifiers; empty where it has none."""
    for each in node.all("id"):
        if each.get("root") and not each.is_null:
            return f"{each.get('root').lower()}|{each.get('extension')}"
    return ""


def name(node: Node) -> Json | None:
    """A HumanName."""
    parts = {tag: [t for n in node.all(tag) if (t := n.text())] for tag in NAME_PARTS}
    told: Json = {
        "use": next((NAMES[use] for use in node.get("use").split() if use in NAMES), None),
        "family": " ".join(parts["family"]),
        "given": parts["given"],
        "prefix": parts["prefix"],
        "suffix": parts["suffix"],
    }
    if not told["family"] and not told["given"]:
        told["text"] = node.text()
    told["period"] = period(node.one("validTime"))
    told = {key: value for key, value in told.items() if value}
    return told if told.keys() & {"family", "given", "text"} else None


NAME_PARTS = ("given", "family", "prefix", "suffix")


def names(node: Node) -> list[Json]:
    """Its names."""
    return [it for each in node.all("name") if (it := name(each))]


def addresses(node: Node) -> list[Json]:
    """Its addresses."""
    return [it for each in node.all("addr") if (it := _address(each))]


def _address(node: Node) -> Json | None:
    def part(tag: str) -> str:
        return next((t for n in node.all(tag) if (t := n.text())), "")

    told: Json = {
        "use": next((use for u in node.get("use").split() if (use := USES.get(u))), None),
        "line": [t for n in node.all("streetAddressLine") if (t := n.text())],
        "city": part("city"),
        "district": part("county"),
        "state": part("state"),
        "postalCode": part("postalCode"),
        "country": part("country"),
        "period": period(node.one("useablePeriod")),
    }
    if told["use"] == "mobile":
        told["use"] = None
    told = {key: value for key, value in told.items() if value}
    if told.keys() <= {"use", "period"}:
        text = node.text()
        return {**told, "text": text} if text else None
    return told


def telecoms(node: Node) -> list[Json]:
    """Its phones, addresses on the net, and the like."""
    return [it for each in node.all("telecom") if (it := _telecom(each))]


def _telecom(node: Node) -> Json | None:
    value = node.get("value")
    if not value:
        return None
    scheme, mark, rest = value.partition(":")
    known = SCHEMES.get(scheme.lower()) if mark else None
    use = next((use for u in node.get("use").split() if (use := USES.get(u))), None)
    told: Json = {
        "system": known or ("phone" if not mark else "other"),
        "value": rest.strip() if known in ("phone", "email", "fax") else value,
        "use": use,
    }
    told = {key: value for key, value in told.items() if value}
    return told if told.get("value") else None


def point(node: Node | None, zone: str = "") -> str:
    """The moment that a TS or an IVL means, or begins at."""
    if node is None:
        return ""
    if node.get("value"):
        return moment(node.get("value"), zone)
    for tag in ("low", "center", "high"):
        inner = node.one(tag)
        if inner is not None and (told := moment(inner.get("value"), zone)):
            return told
    return ""


def date_of(node: Node | None) -> str:
    """The day that it means."""
    return "" if node is None else day(node.get("value"))


def period(node: Node | None, zone: str = "") -> Json | None:
    """A Period, from an interval; also where it is only a moment."""
    if node is None:
        return None
    low, high = node.one("low"), node.one("high")
    start = moment(low.get("value"), zone) if low else ""
    end = moment(high.get("value"), zone) if high else ""
    if not start and not end:
        start = end = moment(node.get("value"), zone)
    if start and end and _is_after(start, end):
        end = ""
    told = {"start": start, "end": end}
    return {key: value for key, value in told.items() if value} or None


def _is_after(start: str, end: str) -> bool:
    if "T" in start and "T" in end:
        return datetime.fromisoformat(start) > datetime.fromisoformat(end)
    least = min(len(start), len(end), 10)
    return start[:least] > end[:least]


def number(text: str) -> Decimal | None:
    """A number as it is written; nothing where it is none."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    try:
        return Decimal(text.strip().removeprefix("+"))
    except InvalidOperation:
        return None


def quantity(node: Node | None) -> Json | None:
    """A Quantity in UCUM, as far as the unit is that."""
    if node is None:
        return None
    value = number(node.get("value"))
    return None if value is None else amount(value, node.get("unit"))


def amount(value: Decimal, unit: str) -> Json:
    """A Quantity of a number and a unit as it is written."""
    code = unit_of(unit) if unit and unit != "1" else ""
    if not code:
        return {"value": value}
    told: Json = {"value": value, "unit": unit}
    if CODE.fullmatch(code) and " " not in code:
        told |= {"system": UCUM, "code": code}
    return told


def span(node: Node | None) -> Json | None:
    """A Range, from an interval of amounts."""
    if node is None:
        return None
    told = {"low": quantity(node.one("low")), "high": quantity(node.one("high"))}
    return {key: value for key, value in told.items() if value} or None


def absent(node: Node | None) -> Json | None:
    """Why something is missing, as a concept."""
    flavor = node.get("nullFlavor") if node is not None else ""
    if not flavor:
        return None
    return {"coding": [{"system": ABSENT, "code": REASONS.get(flavor, "unknown")}]}
