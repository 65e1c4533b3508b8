"""Medicines and vaccines. Source: C-CDA on FHIR, CF-medications and CF-immunizations."""

from decimal import Decimal

from .reading import Reading, is_a, is_negated, organization, related, status_of
from .values import Json, code_of, identifiers, number, period, quantity, span
from .xml import Node

TAKEN = {
    "active": "active",
    "completed": "completed",
    "aborted": "stopped",
    "suspended": "on-hold",
    "cancelled": "not-taken",
    "held": "on-hold",
    "nullified": "entered-in-error",
}
ASKED = {
    "active": "active",
    "completed": "completed",
    "aborted": "stopped",
    "new": "active",
    "suspended": "on-hold",
    "cancelled": "cancelled",
    "held": "on-hold",
}
PERIODS = {"s": "s", "min": "min", "h": "h", "d": "d", "wk": "wk", "mo": "mo", "a": "a"}
EVENTS = frozenset(
    ["HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV"]
)


def medicine(reading: Reading, node: Node) -> list[Json]:
    """A medicine that is taken, or that shall be taken, and what was handed out of it."""
    code = product(reading, node)
    if code is None:
        reading.note("names no medicine")
        return []
    is_asked = node.get("moodCode") in ("INT", "RQO", "PRP", "PRMS")
    denied = is_negated(node)
    recorder, at = reading.author_of(node)
    told: Json = {
        "medicationCodeableConcept": code,
        "subject": reading.to.subject,
        "reasonCode": [
            c for it in related(node) if is_a(it, "19") and (c := reading.concept(it.one("value")))
        ],
    }
    if is_asked:
        told |= {
            "resourceType": "MedicationRequest",
            "status": ASKED.get(status_of(node), "unknown"),
            "intent": "plan",
            "doNotPerform": True if denied else None,
            "authoredOn": at,
            "requester": recorder,
            "encounter": reading.encounter,
            "dosageInstruction": [d] if (d := _dosage(reading, node, with_bounds=True)) else None,
        }
    else:
        when = next((p for t in node.all("effectiveTime") if (p := _taken(reading, t))), None)
        told |= {
            "resourceType": "MedicationStatement",
            "status": "not-taken" if denied else TAKEN.get(status_of(node), "unknown"),
            "effectivePeriod": when if when and when.keys() != {"at"} else None,
            "effectiveDateTime": when["at"] if when and "at" in when else None,
            "dateAsserted": at,
            "informationSource": recorder if recorder and "reference" in recorder else None,
            "context": reading.encounter,
            "dosage": [d] if (d := _dosage(reading, node)) else None,
        }
    kept = reading.keep(node, told)
    return [kept, *_supplies(reading, node, code)]


def product(reading: Reading, node: Node) -> Json | None:
    """What the medicine or vaccine is."""
    made = node.one("consumable", "manufacturedProduct") or node.one(
        "product", "manufacturedProduct"
    )
    if made is None:
        return None
    material = made.one("manufacturedMaterial") or made.one("manufacturedLabeledDrug")
    if material is None:
        return None
    code = reading.concept(material.one("code"))
    name = material.one("name")
    if code is None and name is not None and name.text():
        code = {"text": name.text()}
    return code or ({"text": text} if (text := reading.texts.of(node.one("text"))) else None)


def _taken(reading: Reading, node: Node) -> Json | None:
    """The time of taking it, where this effectiveTime says that."""
    if node.get("type") not in ("", "IVL_TS", "TS", "SXCM_TS"):
        return None
    if node.get("value"):
        return {"at": at} if (at := reading.point(node)) else None
    return period(node, reading.zone)


def _dosage(reading: Reading, node: Node, *, with_bounds: bool = False) -> Json | None:
    timing = _timing(reading, node, with_bounds)
    needed = [it for it in node.each("precondition", "criterion")]
    reason = next((c for it in needed if (c := reading.concept(it.one("value")))), None)
    rates: Json = {}
    if dose := node.one("doseQuantity"):
        rates |= _amount("dose", dose)
    if rate := node.one("rateQuantity"):
        rates |= _amount("rate", rate)
    most = node.one("maxDoseQuantity")
    told: Json = {
        "text": next((t for it in related(node) if (t := _sig(reading, it))), ""),
        "timing": timing,
        "asNeededBoolean": True if needed and reason is None else None,
        "asNeededCodeableConcept": reason,
        "site": reading.concept(node.one("approachSiteCode")),
        "route": reading.concept(node.one("routeCode")),
        "doseAndRate": [rates] if rates else None,
        "maxDosePerPeriod": _ratio(most) if most else None,
    }
    told = {key: value for key, value in told.items() if value}
    return told or None


def _sig(reading: Reading, node: Node) -> str:
    return reading.texts.of(node.one("text")) if is_a(node, "147") else ""


def _amount(what: str, node: Node) -> Json:
    if ranged := span(node):
        return {f"{what}Range": ranged}
    single = quantity(node)
    return {f"{what}Quantity": single} if single else {}


def _ratio(node: Node) -> Json | None:
    top, bottom = quantity(node.one("numerator")), quantity(node.one("denominator"))
    return {"numerator": top, "denominator": bottom} if top and bottom else None


def _timing(reading: Reading, node: Node, with_bounds: bool) -> Json | None:
    """How often: from a PIVL_TS or EIVL_TS; a named moment stays an event."""
    repeat: Json = {}
    for when in node.all("effectiveTime"):
        kind = when.get("type")
        if kind == "PIVL_TS":
            repeat |= _periodic(when)
        elif kind == "EIVL_TS":
            code = code_of(when.one("event"))
            if code in EVENTS:
                repeat["when"] = [code]
        elif with_bounds and (told := period(when, reading.zone)):
            repeat["boundsPeriod"] = told
    return {"repeat": repeat} if repeat else None


def _periodic(node: Node) -> Json:
    every = node.one("period")
    if every is None:
        return {}
    low, high = every.one("low"), every.one("high")
    first = low if low is not None else every
    value, unit = number(first.get("value")), PERIODS.get(first.get("unit"))
    if value is None or unit is None or value <= 0:
        return {}
    told: Json = {"frequency": 1, "period": value, "periodUnit": unit}
    if (
        high is not None
        and (most := number(high.get("value")))
        and high.get("unit") == first.get("unit")
    ):
        told["periodMax"] = most
    return told


def _supplies(reading: Reading, node: Node, code: Json) -> list[Json]:
    found: list[Json] = []
    for it in related(node):
        if it.tag != "supply":
            continue
        amount = quantity(it.one("quantity"))
        own = product(reading, it) or code
        if is_a(it, "18") or it.get("moodCode") == "EVN":
            told: Json = {
                "resourceType": "MedicationDispense",
                "status": {"active": "in-progress", "aborted": "stopped"}.get(
                    status_of(it), "completed"
                ),
                "medicationCodeableConcept": own,
                "subject": reading.to.subject,
                "quantity": amount,
                "whenHandedOver": reading.point(it.one("effectiveTime")),
            }
        else:
            repeat = it.one("repeatNumber")
            count = number(repeat.get("value")) if repeat else None
            is_count = count is not None and count == count.to_integral() and 0 <= count < 1000
            told = {
                "resourceType": "MedicationRequest",
                "status": ASKED.get(status_of(it), "unknown"),
                "intent": "order",
                "medicationCodeableConcept": own,
                "subject": reading.to.subject,
                "dispenseRequest": {
                    "quantity": amount,
                    "validityPeriod": period(it.one("effectiveTime"), reading.zone),
                    "numberOfRepeatsAllowed": int(count)
                    if count is not None and is_count
                    else None,
                },
            }
        found.append(reading.keep(it, told))
    return found


def immunization(reading: Reading, node: Node) -> list[Json]:
    """A vaccination, given or not; one that is planned is asked for as a medicine."""
    if node.get("moodCode") not in ("", "EVN"):
        return medicine(reading, node)
    code = product(reading, node)
    if code is None:
        reading.note("names no vaccine")
        return []
    when = next((t for n in node.all("effectiveTime") if (t := reading.point(n))), "")
    material = node.one("consumable", "manufacturedProduct", "manufacturedMaterial")
    maker = node.one("consumable", "manufacturedProduct", "manufacturerOrganization")
    lot = material.one("lotNumberText") if material else None
    why = next((it for it in related(node) if is_a(it, "53")), None)
    repeat = node.one("repeatNumber")
    dose = number(repeat.get("value")) if repeat else None
    status = "not-done" if is_negated(node) else "completed"
    told: Json = {
        "resourceType": "Immunization",
        "status": "entered-in-error" if status_of(node) == "nullified" else status,
        "statusReason": reading.concept(why.one("code"))
        if why is not None and status == "not-done"
        else None,
        "vaccineCode": code,
        "patient": reading.to.subject,
        "encounter": reading.encounter,
        "occurrenceDateTime": when,
        "occurrenceString": "" if when else "unknown",
        "lotNumber": lot.text() if lot else "",
        "manufacturer": organization(reading, maker),
        "site": reading.concept(node.one("approachSiteCode")),
        "route": reading.concept(node.one("routeCode")),
        "doseQuantity": quantity(node.one("doseQuantity")),
        "performer": [{"actor": who} for who in reading.performers(node)],
        "protocolApplied": [{"doseNumberPositiveInt": int(dose)}]
        if dose is not None and dose == Decimal(int(dose)) and 0 < dose < 100
        else None,
        "identifier": identifiers(node),
    }
    return [reading.keep(node, told)]
