"""A Consent in FHIR, and what it comes to: permits that the rest of the room decides by.

What is not understood opens nothing: a Consent that a patient wants to stand, and that says more
than can be kept, is refused with the place named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from asklepion.kit.clock import from_us, to_iso, to_us
from asklepion.kit.errors import Incorrect, Unsupported

from ..engine.dates import span_of
from ..model import Category, Permit, Resource
from ..store.permits import ANY_PURPOSE, EVERYBODY, PermitRow
from .books import CATEGORY_OF, code_of
from .deciding import ALL, PRACTITIONERS

HOUSE = "https://asklepion.local/fhir"
CATEGORIES = f"{HOUSE}/CodeSystem/record-category"
VISIT = f"{HOUSE}/StructureDefinition/consent-visit"
SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ACTIONS = "http://terminology.hl7.org/CodeSystem/consentaction"
PRIVACY = "patient-privacy"
FOR_EVER = to_us(datetime(9999, 1, 1, tzinfo=UTC))
UNDERSTOOD = {"type", "period", "actor", "action", "purpose", "class", "id"}
HINT = "Say who, which categories, until when, and for which purpose; nothing else is kept yet."


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a patient says about one actor."""

    patient: str
    actor: str
    categories: Sequence[Category]
    purpose: str
    visit: str | None
    start: datetime
    end: datetime | None = None
    status: str = "active"
    type: str = "permit"

    def as_resource(self) -> Resource:
        """The Consent. https://hl7.org/fhir/R4/consent.html"""
        period = {"start": to_iso(self.start)} | ({"end": to_iso(self.end)} if self.end else {})
        resource: Resource = {
            "resourceType": "Consent",
            "status": self.status,
            "scope": {"coding": [{"system": SCOPES, "code": PRIVACY}]},
            "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
            "patient": {"reference": self.patient},
            "dateTime": to_iso(self.start),
            "performer": [{"reference": self.patient}],
            "policyRule": {"coding": [{"system": ACT_CODES, "code": "OPTIN"}]},
            "provision": {
                "type": self.type,
                "period": period,
                "actor": [
                    {
                        "role": {"coding": [{"system": ROLES, "code": "IRCP"}]},
                        "reference": {"reference": self.actor},
                    }
                ],
                "action": [{"coding": [{"system": ACTIONS, "code": "access"}]}],
                "purpose": [{"system": ACT_REASONS, "code": self.purpose}],
                "class": [{"system": CATEGORIES, "code": code_of(c)} for c in self.categories],
            },
        }
        if self.visit:
            resource["extension"] = [{"url": VISIT, "valueString": self.visit}]
        return resource


def permits_of(resource: Resource) -> list[PermitRow]:
    """What a Consent comes to that the patient herself wrote; nothing unless it is active.

    Raises:
        Unsupported: it says what cannot be kept.
        Incorrect: it contradicts itself.
    """
    if resource["status"] != "active" or _scope(resource) != PRIVACY:
        return []
    provision = resource.get("provision")
    if provision is None:
        raise Unsupported("The Consent has no provision.", hint=HINT)
    _refuse_unknown(resource, provision)
    is_denial = provision.get("type") == "deny"
    start, end = _period(provision)
    return [
        PermitRow(
            consent=resource["id"],
            actor=actor,
            purpose=purpose,
            patient=resource["patient"]["reference"],
            is_denial=int(is_denial),
            categories=_mask(provision),
            from_at=start,
            until_at=end,
            visit=visit_of(resource),
        )
        for actor in _actors(provision, is_denial)
        for purpose in _purposes(provision)
    ]


def _scope(resource: Resource) -> str:
    return next((c.get("code", "") for c in resource["scope"].get("coding", ())), "")


def _refuse_unknown(resource: Resource, provision: Mapping[str, Any]) -> None:
    unknown = sorted(provision.keys() - UNDERSTOOD)
    if unknown or "modifierExtension" in resource:
        name = f"Consent.provision.{unknown[0]}" if unknown else "Consent.modifierExtension"
        raise Unsupported(f"{name} cannot be kept yet.", hint=HINT)
    if provision.get("type") not in ("permit", "deny"):
        raise Unsupported("Consent.provision.type must be permit or deny.", hint=HINT)
    for action in provision.get("action", ()):
        if not any(c.get("code") in ("access", "use") for c in action.get("coding", ())):
            raise Unsupported("Consent.provision.action must be access.", hint=HINT)


def _period(provision: Mapping[str, Any]) -> tuple[int, int]:
    """First moment and first moment after; a day named as the end still counts."""
    period = provision.get("period", {})
    start = span_of(period["start"]) if "start" in period else (0, 0)
    end = span_of(period["end"]) if "end" in period else (FOR_EVER, FOR_EVER)
    if start is None or end is None or start[0] >= end[0]:
        raise Incorrect("Consent.provision.period ends before it starts.", hint="Turn it round.")
    is_moment = "T" in period.get("end", "T")
    return start[0], end[0] if is_moment else end[1] + 1


def _actors(provision: Mapping[str, Any], is_denial: bool) -> list[str]:
    actors: list[str] = []
    for actor in provision.get("actor", ()):
        reference = actor.get("reference", {}).get("reference", "")
        if not reference.startswith(PRACTITIONERS):
            raise Unsupported("Consent.provision.actor must be a Practitioner.", hint=HINT)
        actors.append(reference)
    if not actors and not is_denial:
        raise Unsupported("A Consent that permits must name its actor.", hint=HINT)
    return list(dict.fromkeys(actors)) or [EVERYBODY]


def _purposes(provision: Mapping[str, Any]) -> list[str]:
    purposes = cast(list[Mapping[str, Any]], provision.get("purpose", []))
    codes = [p["code"] for p in purposes if "code" in p]
    if len(codes) != len(purposes):
        raise Unsupported("Consent.provision.purpose must have codes.", hint=HINT)
    return list(dict.fromkeys(codes)) or [ANY_PURPOSE]


def _mask(provision: Mapping[str, Any]) -> int:
    classes = provision.get("class", ())
    mask = 0
    for coding in classes:
        category = CATEGORY_OF.get(coding.get("code", ""))
        if coding.get("system") != CATEGORIES or category is None:
            raise Unsupported(
                "Consent.provision.class must be of our categories.",
                hint=f"Take codes of {CATEGORIES}: {', '.join(CATEGORY_OF)}.",
            )
        mask |= category.bit
    return mask if classes else ALL


def visit_of(resource: Resource) -> str:
    """The visit a Consent was given in; empty when in none."""
    for extension in resource.get("extension", ()):
        if extension.get("url") == VISIT:
            return str(extension.get("valueString", ""))
    return ""


def mask_of(categories: Iterable[Category]) -> int:
    """These categories as a mask."""
    mask = 0
    for category in categories:
        mask |= category.bit
    return mask


def categories_in(mask: int) -> frozenset[Category]:
    """The categories of a mask."""
    return frozenset(category for category in Category if mask & category.bit)


def as_permit(row: PermitRow) -> Permit:
    """One row as others see it."""
    return Permit(
        consent=row.consent,
        patient=row.patient,
        actor=row.actor,
        categories=categories_in(row.categories),
        until=from_us(row.until_at),
        visit=row.visit or None,
        purpose=row.purpose,
    )
