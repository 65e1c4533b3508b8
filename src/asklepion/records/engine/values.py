"""From values in a resource to what is compared: codes, words, spans of time, amounts, targets."""

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, cast

from .dates import BEGINNING, END, Span, span_of
from .words import normalise

Json = Any

UCUM = "http://unitsofmeasure.org"
CURRENCIES = "urn:iso:std:iso:4217"


Coding = tuple[str, str]  # system and code; either may be empty


def codings_of(value: Json, end: str) -> list[Coding]:
    """The systems and codes a token is asked for by."""
    if isinstance(value, dict):
        it = cast(dict[str, Any], value)
        if end == "CodeableConcept":
            return [(c.get("system", ""), c.get("code", "")) for c in it.get("coding", ())]
        if end == "ContactPoint":
            return [(it.get("use", ""), it.get("value", ""))]
        name = {"Coding": "code", "Identifier": "value"}.get(end)
        return [(it.get("system", ""), it.get(name, ""))] if name else []
    if isinstance(value, bool):
        return [("", "true" if value else "false")]
    return [("", value)] if isinstance(value, str) else []


def texts_of(value: Json, end: str) -> Iterator[str]:
    """What people read where a token stands: displays and texts."""
    if not isinstance(value, dict):
        return
    it = cast(dict[str, Any], value)
    codings: list[Any] = it.get("coding", []) if end == "CodeableConcept" else []
    if end == "Coding":
        codings = [it]
    elif end == "Identifier":
        it = it.get("type", {})
        codings = it.get("coding", [])
    yield from _strings([it.get("text"), [each.get("display") for each in codings]])


def types_of(identifier: Json) -> Iterator[Coding]:
    """The types of an identifier."""
    for coding in identifier.get("type", {}).get("coding", ()):
        yield coding.get("system", ""), coding.get("code", "")


def roots_of(uri: str) -> Iterator[str]:
    """What a URI lies below: its beginnings that end with a slash, but for the host's own."""
    head, mark, rest = uri.partition("://")
    if not mark:
        return
    parts = rest.split("/")
    for number in range(1, len(parts)):
        yield f"{head}://{'/'.join(parts[:number])}/"


def point_of(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Where a place lies on a sphere of radius 1: x to 0° east, y to 90° east, z to the north."""
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def strings_of(value: Json, end: str) -> Iterator[tuple[str, str]]:
    """Words to compare and the text they came from, for every part of a text, name or address."""
    for text in _texts(value, end):
        words = normalise(text)
        if words:
            yield words, text


def _texts(value: Json, end: str) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif end == "HumanName":
        parts = ("text", "family", "given", "prefix", "suffix")
        yield from _strings(value.get(part) for part in parts)
        yield from _whole_names(value)
    elif end == "Address":
        parts = ("text", "line", "city", "district", "state", "postalCode", "country")
        yield from _strings(value.get(part) for part in parts)


def _whole_names(name: dict[str, Any]) -> Iterator[str]:
    """Both orders of a full name; Chinese ones are written without a space."""
    family, given = name.get("family"), " ".join(_strings([name.get("given")]))
    if family and given:
        yield f"{given} {family}"
        yield f"{family} {given}"
        if not family.isascii():
            yield family + given


def _strings(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (text for text in cast(list[Any], value) if isinstance(text, str))


def spans_of(values: list[Json], end: str) -> Iterator[Span]:
    """The spans of time that values of a date parameter cover."""
    for value in values:
        if isinstance(value, str):
            span = span_of(value)
        elif end == "Timing":
            span = _timing(value)
        else:
            span = _period(value)
        if span is not None:
            yield span


def _period(period: dict[str, Any]) -> Span | None:
    if "start" not in period and "end" not in period:
        return None
    start = span_of(period["start"]) if "start" in period else (BEGINNING, BEGINNING)
    end = span_of(period["end"]) if "end" in period else (END, END)
    return (start[0], end[1]) if start and end else None


def _timing(timing: dict[str, Any]) -> Span | None:
    """The outer limits: https://hl7.org/fhir/R4/search.html#date"""
    spans = [span_of(event) for event in timing.get("event", ()) if event]
    bounds = timing.get("repeat", {}).get("boundsPeriod")
    if bounds:
        spans.append(_period(bounds))
    known = [span for span in spans if span]
    return (min(lo for lo, _ in known), max(hi for _, hi in known)) if known else None


def numbers_of(value: Json, end: str) -> Iterator[tuple[float, list[str]]]:
    """Amounts, each with the forms of its unit; a range counts by both its ends."""
    if not isinstance(value, dict):
        yield _amount(value), []
        return
    it = cast(dict[str, Any], value)
    if end == "Range":
        for limit in ("low", "high"):
            if limit in it:
                yield from numbers_of(it[limit], "Quantity")
    elif end == "Money" and "value" in it:
        currency = it.get("currency")
        yield _amount(it["value"]), [currency, f"{CURRENCIES}|{currency}"] if currency else []
    elif end != "SampledData" and "value" in it:
        yield _amount(it["value"]), units_of(it)


def _amount(number: int | float | Decimal) -> float:
    try:
        return float(number)
    except OverflowError:  # more than 308 digits
        return math.inf if number > 0 else -math.inf


def units_of(quantity: dict[str, Any]) -> list[str]:
    """The forms a unit is asked for: its code and its text; with the system if it is not UCUM."""
    code, unit, system = (quantity.get(key) for key in ("code", "unit", "system"))
    forms = [it for it in dict.fromkeys((code, unit)) if it]
    if system and system != UCUM and code:
        forms.append(f"{system}|{code}")
    return forms


def reference_of(value: Json, end: str, base: str) -> Iterator[str]:
    """What a reference points to: Type/id here, or an address elsewhere; nothing for #contained."""
    if end == "canonical":
        url = value.partition("#")[0]
        yield url
        if "|" in url:
            yield url.partition("|")[0]
        return
    if end == "Reference":
        value = value.get("reference")
    elif end == "Attachment":
        value = value.get("url")
    elif end == "Resource":
        value = f"{value.get('resourceType')}/{value['id']}" if "id" in value else None
    if isinstance(value, str) and not value.startswith("#"):
        yield value.removeprefix(base).partition("/_history/")[0]


def uris_of(value: Json, end: str) -> Iterator[str]:
    """A URI; a canonical one also without its version."""
    yield value
    if end == "canonical" and "|" in value:
        yield value.partition("|")[0]
