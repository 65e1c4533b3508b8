"""Problems and allergies. Source: C-CDA on FHIR, CF-problems and CF-allergies."""

from .reading import Reading, coded, is_a, is_negated, related, status_of
from .values import Json, code_of
from .xml import Node

STATUSES = {  # of a problem or allergy status observation, SNOMED CT
    "55561003": "active",
    "73425007": "inactive",
    "413322009": "resolved",
    "246455001": "recurrence",
    "263855007": "relapse",
    "277022003": "remission",
}
CONCERNS = {
    "active": "active",
    "suspended": "inactive",
    "aborted": "inactive",
    "completed": "inactive",
    "new": "active",
    "held": "inactive",
}
NONE_KNOWN = {  # what is denied altogether, and the code that says so
    "55607006": ("160245001", "No current problems or disability"),
    "404684003": ("160245001", "No current problems or disability"),
    "419199007": ("716186003", "No known allergy"),
    "416098002": ("409137002", "No known drug allergy"),
    "414285001": ("429625007", "No known food allergy"),
    "426232007": ("428607008", "No known environmental allergy"),
}
KINDS: dict[str, tuple[str, str]] = {  # SNOMED CT: type and category
    "419199007": ("allergy", ""),
    "416098002": ("allergy", "medication"),
    "414285001": ("allergy", "food"),
    "426232007": ("allergy", "environment"),
    "232347008": ("allergy", "environment"),
    "59037007": ("intolerance", "medication"),
    "235719002": ("intolerance", "food"),
    "419511003": ("", "medication"),
    "418471000": ("", "food"),
    "418038007": ("", ""),
    "420134006": ("", ""),
}
SEVERITIES = {
    "255604002": "mild",
    "371923003": "mild",
    "6736007": "moderate",
    "371924009": "severe",
    "24484000": "severe",
    "399166001": "severe",
}
CRITICALITIES = {"CRITL": "low", "CRITH": "high", "CRITU": "unable-to-assess"}


def conditions(reading: Reading, act: Node, category: str = "problem-list-item") -> list[Json]:
    """The problems of a concern, or of a problem observation by itself."""
    if act.tag == "observation":
        return [_condition(reading, act, None, category)]
    inner = [it for it in related(act) if it.tag == "observation" and not is_a(it, "64", "143")]
    return [_condition(reading, it, act, category) for it in inner]


def _condition(reading: Reading, node: Node, concern: Node | None, category: str) -> Json:
    value = node.one("value")
    when = node.one("effectiveTime")
    end = when.one("high") if when else None
    status = _status(node, "6", concern)
    if (end is not None and status in ("active", "recurrence", "relapse")) or (
        end is not None and status == "inactive" and end.get("value")
    ):
        status = "resolved"
    recorder, recorded = reading.author_of(node)
    if recorder is None and concern is not None:
        recorder, recorded = reading.author_of(concern)
    code = reading.concept(value) or _told(reading, node)
    denied = is_negated(node)
    if denied and (none := NONE_KNOWN.get(code_of(value))):
        code, denied = _snomed(*none), False
    told: Json = {
        "resourceType": "Condition",
        "clinicalStatus": coded("condition-clinical", status),
        "verificationStatus": coded("condition-ver-status", "refuted" if denied else "confirmed"),
        "category": [coded("condition-category", category)],
        "code": code,
        "subject": reading.to.subject,
        "onsetDateTime": reading.point(when.one("low") or when) if when else "",
        "abatementDateTime": reading.point(end),
        "recordedDate": recorded,
        "recorder": recorder if recorder and "reference" in recorder else None,
        "severity": next(
            (reading.concept(it.one("value")) for it in related(node) if is_a(it, "8")), None
        ),
        "encounter": reading.encounter,
        "bodySite": [s for it in node.all("targetSiteCode") if (s := reading.concept(it))],
    }
    return reading.keep(node, told)


def _told(reading: Reading, node: Node) -> Json:
    text = reading.texts.of(node.one("text"))
    return {"text": text or "Unknown"}


def _status(node: Node, template: str, concern: Node | None) -> str:
    for it in related(node):
        if is_a(it, template, "28") or code_of(it.one("code")) == "33999-4":
            status = STATUSES.get(code_of(it.one("value")))
            if status:
                return status
    return CONCERNS.get(status_of(concern) if concern is not None else "", "active")


def _snomed(code: str, display: str) -> Json:
    return {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": display}]}


def allergies(reading: Reading, act: Node) -> list[Json]:
    """The allergies of a concern, or of an allergy observation by itself."""
    if act.tag == "observation":
        return [_allergy(reading, act, None)]
    inner = [it for it in related(act) if it.tag == "observation" and not is_a(it, "64", "143")]
    return [_allergy(reading, it, act) for it in inner]


def _allergy(reading: Reading, node: Node, concern: Node | None) -> Json:
    value = node.one("value")
    type, category = KINDS.get(code_of(value), ("", ""))
    denied = is_negated(node)
    agent = node.one("participant", "participantRole", "playingEntity")
    code = reading.concept(agent.one("code")) if agent else None
    if code is None and agent is not None and (name := agent.one("name")):
        code = {"text": name.text()} if name.text() else None
    if code is None and denied and (none := NONE_KNOWN.get(code_of(value))):
        code, denied = _snomed(*none), False
    when = node.one("effectiveTime")
    recorder, recorded = reading.author_of(node)
    criticality = next(
        (code_of(it.one("value")) for it in related(node) if code_of(it.one("code")) == "82606-5"),
        "",
    )
    status = _status(node, "28", concern)
    told: Json = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": coded(
            "allergyintolerance-clinical",
            status if status in ("active", "resolved") else "inactive",
        ),
        "verificationStatus": coded(
            "allergyintolerance-verification", "refuted" if denied else "confirmed"
        ),
        "type": type,
        "category": [category] if category else None,
        "criticality": CRITICALITIES.get(criticality),
        "code": code or reading.concept(value) or _told(reading, node),
        "patient": reading.to.subject,
        "onsetDateTime": reading.point(when.one("low") or when) if when else "",
        "recordedDate": recorded,
        "recorder": recorder if recorder and "reference" in recorder else None,
        "reaction": _reactions(reading, node),
    }
    return reading.keep(node, told)


def _reactions(reading: Reading, node: Node) -> list[Json]:
    found: list[Json] = []
    for it in related(node):
        if not is_a(it, "9"):
            continue
        manifestation = reading.concept(it.one("value")) or _told(reading, it)
        severity = next(
            (code_of(inner.one("value")) for inner in related(it) if is_a(inner, "8")), ""
        )
        when = it.one("effectiveTime")
        found.append(
            {
                "manifestation": [manifestation],
                "severity": SEVERITIES.get(severity),
                "onset": reading.point(when),
            }
        )
    return found
