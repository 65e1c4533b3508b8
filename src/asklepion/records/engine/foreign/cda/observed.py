"""What was measured, found or asked. Source: C-CDA on FHIR, CF-results, CF-vitals, CF-social."""

from .reading import TERMS, Reading, coded, is_a, is_negated, related, status_of
from .values import Json, absent, amount, code_of, number, period, quantity, span
from .xml import Node

STATUSES = {
    "completed": "final",
    "active": "preliminary",
    "aborted": "cancelled",
    "cancelled": "cancelled",
    "nullified": "entered-in-error",
    "held": "registered",
}
LOINC = "http://loinc.org"
PRESSURE = {"8480-6": "Systolic blood pressure", "8462-4": "Diastolic blood pressure"}
PANEL = {"coding": [{"system": LOINC, "code": "85354-9"}], "text": "Blood pressure"}


def observation(reading: Reading, node: Node, category: str) -> list[Json]:
    """One observation, and those that belong to it."""
    told = _observation(reading, node, category)
    members: list[Json] = []
    for it in related(node):
        if it.tag == "observation" and not is_a(it, "64", "8", "9", "6", "28", "119"):
            members += observation(reading, it, category)
        elif it.tag == "organizer":
            members += panel(reading, it, category)
    if members:
        told["hasMember"] = members
    return [reading.keep(node, told)]


def _observation(reading: Reading, node: Node, category: str) -> Json:
    when = node.one("effectiveTime")
    told: Json = {
        "resourceType": "Observation",
        "status": STATUSES.get(status_of(node), "final" if not status_of(node) else "unknown"),
        "category": [coded("observation-category", category)] if category else None,
        "code": reading.concept(node.one("code")) or _said(reading, node),
        "subject": reading.to.subject,
        "encounter": reading.encounter,
        **_when(reading, when),
        "performer": [p for p in reading.performers(node) if "reference" in p],
        "interpretation": [
            c for it in node.all("interpretationCode") if (c := reading.concept(it))
        ],
        "bodySite": next(
            (c for it in node.all("targetSiteCode") if (c := reading.concept(it))), None
        ),
        "method": next((c for it in node.all("methodCode") if (c := reading.concept(it))), None),
        "referenceRange": _ranges(reading, node),
    }
    told |= values(reading, node)
    if is_negated(node):
        told["valueBoolean"] = False
        if said := _value_text(reading, node):
            told["code"] = {
                **told["code"],
                "text": f"{told['code'].get('text', '')}: {said}".strip(": "),
            }
        told = {k: v for k, v in told.items() if not k.startswith("value") or k == "valueBoolean"}
        told.pop("dataAbsentReason", None)
    return told


def _value_text(reading: Reading, node: Node) -> str:
    value = reading.concept(node.one("value"))
    return value.get("text", "") if value else ""


def _said(reading: Reading, node: Node) -> Json:
    return {"text": reading.texts.of(node.one("text")) or "Unknown"}


def _when(reading: Reading, when: Node | None) -> Json:
    if when is not None and when.one("low") is not None and when.one("high") is not None:
        told = period(when, reading.zone)
        if told and len(told) == 2 and told["start"] != told["end"]:
            return {"effectivePeriod": told}
    at = reading.point(when)
    return {"effectiveDateTime": at} if at else {}


def values(reading: Reading, node: Node) -> Json:
    """The value of an observation, by its type; or why there is none."""
    found = node.all("value")
    if not found:
        return {}
    told = _value(reading, found[0])
    if len(found) > 1:
        rest = [{"code": {"text": "value"}, **v} for it in found[1:] if (v := _value(reading, it))]
        told = {**told, "component": rest} if rest else told
    if told:
        return told
    reason = absent(found[0])
    if reason is None:
        reading.note("has a value of a kind that is not understood")
        return {}
    return {"dataAbsentReason": reason}


def _value(reading: Reading, node: Node) -> Json:
    kind = node.get("type").rpartition(":")[2]
    if kind == "PQ" or (not kind and node.get("unit")):
        told = quantity(node) or (_translated(node))
        return {"valueQuantity": told} if told else {}
    if kind in ("IVL_PQ", "IVL_INT", "IVL_REAL"):
        return _interval(node)
    if kind in ("CD", "CE", "CV", "CO", "CS"):
        coded_value = reading.concept(node)
        return {"valueCodeableConcept": coded_value} if coded_value else {}
    return _simple(reading, node, kind)


def _simple(reading: Reading, node: Node, kind: str) -> Json:
    text = reading.texts.of(node) or node.get("value")
    if kind in ("INT", "REAL", "MO"):
        value = number(node.get("value"))
        if value is None:
            return {}
        if kind == "INT" and value == value.to_integral() and abs(value) < 2**31:
            return {"valueInteger": int(value)}
        return {"valueQuantity": {"value": value}}
    if kind == "BL":
        return {"valueBoolean": node.get("value") == "true"} if node.get("value") else {}
    if kind in ("TS", "IVL_TS"):
        at = reading.point(node)
        return {"valueDateTime": at} if at else {}
    if kind.startswith("RTO"):
        top, bottom = quantity(node.one("numerator")), quantity(node.one("denominator"))
        return {"valueRatio": {"numerator": top, "denominator": bottom}} if top and bottom else {}
    return {"valueString": text} if text else {}


def _translated(node: Node) -> Json | None:
    return next((q for it in node.all("translation") if (q := quantity(it))), None)


def _interval(node: Node) -> Json:
    low, high = (it if it is not None and it.get("value") else None for it in _ends(node))
    if low is not None and high is not None:
        told = span(node)
        return {"valueRange": told} if told and len(told) == 2 else {}
    one = low if low is not None else high
    if one is None or (value := number(one.get("value"))) is None:
        return {}
    is_open = one.get("inclusive").lower() == "false"
    sign = (">" if low is not None else "<") + ("" if is_open else "=")
    return {"valueQuantity": {**amount(value, one.get("unit")), "comparator": sign}}


def _ends(node: Node) -> tuple[Node | None, Node | None]:
    return node.one("low"), node.one("high")


def _ranges(reading: Reading, node: Node) -> list[Json]:
    found: list[Json] = []
    for it in node.each("referenceRange", "observationRange"):
        value = it.one("value")
        told: Json = {"text": reading.texts.of(it.one("text"))}
        if value is not None:
            told |= span(value) or {}
            if not told["text"] and not told.keys() & {"low", "high"}:
                told["text"] = value.text()
        if meaning := reading.concept(it.one("interpretationCode")):
            told["type"] = meaning
        told = {key: inner for key, inner in told.items() if inner}
        if told.keys() & {"text", "low", "high"}:
            found.append(told)
    return found


def report(reading: Reading, node: Node) -> list[Json]:
    """A result organizer: a report, and the results in it."""
    members: list[Json] = []
    for it in related(node):
        if it.tag == "observation" and not is_a(it, "64"):
            members += observation(reading, it, "laboratory")
        elif it.tag == "organizer":
            members += report(reading, it)
        elif it.tag == "procedure":
            continue  # the specimen's collection: it stands in the narrative
    when = node.one("effectiveTime")
    told: Json = {
        "resourceType": "DiagnosticReport",
        "status": {"completed": "final", "active": "partial"}.get(
            status_of(node), STATUSES.get(status_of(node), "unknown")
        ),
        "category": [{"coding": [{"system": TERMS + "v2-0074", "code": "LAB"}]}],
        "code": reading.concept(node.one("code")) or {"text": "Results"},
        "subject": reading.to.subject,
        "encounter": reading.encounter,
        **_when(reading, when),
        "performer": [p for p in reading.performers(node) if "reference" in p],
        "result": [m for m in members if m["reference"].startswith("Observation/")],
    }
    return [reading.keep(node, told), *members]


def vitals(reading: Reading, node: Node) -> list[Json]:
    """A vital signs organizer: its signs; the two pressures of one moment as one."""
    signs = [it for it in related(node) if it.tag == "observation" and not is_a(it, "64")]
    halves = {code_of(it.one("code")): it for it in signs if code_of(it.one("code")) in PRESSURE}
    found: list[Json] = []
    if len(halves) == 2:
        told = [_observation(reading, halves[code], "vital-signs") for code in PRESSURE]
        moments = {t.get("effectiveDateTime", "") for t in told}
        if len(moments) == 1 and all("valueQuantity" in t for t in told):
            found.append(_pressure(reading, halves["8480-6"], told))
            signs = [it for it in signs if it not in halves.values()]
    for it in signs:
        found += observation(reading, it, "vital-signs")
    return found


def _pressure(reading: Reading, node: Node, halves: list[Json]) -> Json:
    parts = [
        {"code": half["code"], "valueQuantity": half["valueQuantity"], **_more(half)}
        for half in halves
    ]
    whole = {k: v for k, v in halves[0].items() if k not in ("valueQuantity", *MORE)}
    return reading.keep(node, {**whole, "code": PANEL, "component": parts})


MORE = ("interpretation", "referenceRange")


def _more(half: Json) -> Json:
    return {key: half[key] for key in MORE if half.get(key)}


def panel(reading: Reading, node: Node, category: str) -> list[Json]:
    """Any other organizer of observations: each of them."""
    found: list[Json] = []
    for it in related(node):
        if it.tag == "organizer":
            found += panel(reading, it, category)
        elif it.tag == "observation" and not is_a(it, "64"):
            found += observation(reading, it, category)
    return found
