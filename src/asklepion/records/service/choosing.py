"""What a patient says in plain parts, as a Consent of FHIR and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from asklepion.kit.clock import from_us, to_iso
from asklepion.kit.errors import HouseError, Incorrect

from ..engine.dates import span_of
from ..engine.labels import ACT_CODES, CONFIDENTIALITY, LABELS, LEVELS
from ..model import Act, Category, Choice, Label, Resource
from .books import CATEGORY_OF, code_of
from .consenting import ACTS, CATEGORIES, ROLE, VISIT, compile_consent, visit_of

SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_REASONS = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
ACTIONS = "http://terminology.hl7.org/CodeSystem/consentaction"
EMERGENCY = "BTG"

Provision = dict[str, Any]


def as_consent(
    choice: Choice,
    *,
    patient: str,
    performer: str,
    at: datetime,
    status: str = "active",
) -> Resource:
    """The Consent that says a choice. https://hl7.org/fhir/R4/consent.html

    Args:
        performer: who says it: the patient, or who may decide in her place.
    """
    is_research = choice.purposes == ("HRESCH",)
    resource: Resource = {
        "resourceType": "Consent",
        "status": status,
        "scope": {
            "coding": [{"system": SCOPES, "code": "research" if is_research else "patient-privacy"}]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": patient},
        "dateTime": to_iso(at),
        "performer": [{"reference": performer}],
        "policyRule": {
            "coding": [{"system": ACT_CODES, "code": "OPTOUT" if choice.is_denial else "OPTIN"}]
        },
        "provision": _provision(choice),
    }
    if choice.visit:
        resource["extension"] = [{"url": VISIT, "valueString": choice.visit}]
    return resource


def _provision(choice: Choice) -> Provision:
    made: Provision = {
        "type": "deny" if choice.is_denial else "permit",
        "period": _span(choice.start, choice.end),
        "actor": [_actor(actor) for actor in choice.actors],
        "action": [
            {"coding": [{"system": ACTIONS, "code": code}]}
            for code, act in (("access", 1), ("correct", 2), ("disclose", 4))
            if choice.acts & act
        ],
        "securityLabel": [_label(label) for label in sorted(choice.labels)],
        "purpose": [{"system": ACT_REASONS, "code": code} for code in choice.purposes],
        "class": [
            {"system": CATEGORIES, "code": code_of(each)} for each in sorted(choice.categories)
        ],
        "dataPeriod": {
            name: value
            for name, value in (("start", choice.made_from), ("end", choice.made_until))
            if value
        },
        "data": [
            *({"meaning": "instance", "reference": {"reference": r}} for r in choice.things),
            *({"meaning": "authoredby", "reference": {"reference": r}} for r in choice.authors),
        ],
        "provision": [*_exceptions(choice)],
    }
    return {name: value for name, value in made.items() if value}


def _exceptions(choice: Choice) -> list[Provision]:
    made: list[Provision] = []
    if choice.but:
        made.append({"type": "permit", "actor": [_actor(actor) for actor in choice.but]})
    if choice.but_emergency:
        purpose = {"system": ACT_REASONS, "code": EMERGENCY}
        made.append({"type": "permit", "purpose": [purpose]})
    return made


def _span(start: datetime | None, end: datetime | None) -> dict[str, str]:
    moments = (("start", start), ("end", end))
    return {name: to_iso(moment) for name, moment in moments if moment}


def _actor(actor: str) -> dict[str, Any]:
    reference: dict[str, Any] = {"reference": actor}
    if actor.startswith(ROLE):
        system, bar, value = actor.removeprefix(ROLE).partition("|")
        if not bar or not value:
            raise Incorrect("A role has no code.", hint="Send it as role|system|code.")
        identifier = {"system": system, "value": value} if system else {"value": value}
        reference = {"type": "PractitionerRole", "identifier": identifier}
    return {"role": {"coding": [{"system": ROLES, "code": "IRCP"}]}, "reference": reference}


def _label(label: Label) -> dict[str, str]:
    return {"system": CONFIDENTIALITY if label in LEVELS else ACT_CODES, "code": label.name}


# And back


def choice_of(resource: Resource) -> Choice | None:
    """What a Consent says, if that is no more than a choice can; nothing else is left out."""
    try:
        compile_consent({**resource, "status": "active"}, lambda system, code: 0)
        choice = _read(resource)
    except (HouseError, KeyError, ValueError):
        return None
    again = _provision(choice)
    held = {k: v for k, v in resource["provision"].items() if k != "id"}
    return choice if _comparable(again) == _comparable(held) else None


def _read(resource: Resource) -> Choice:
    held: Provision = resource["provision"]
    period, data = held.get("period", {}), held.get("data", [])
    inner: list[Provision] = held.get("provision", [])
    return Choice(
        is_denial=held["type"] == "deny",
        actors=_actors(held),
        categories=frozenset[Category](CATEGORY_OF[c["code"]] for c in held.get("class", ())),
        labels=frozenset[Label](
            LABELS[c["system"], c["code"]] for c in held.get("securityLabel", ())
        ),
        things=_named(data, "instance"),
        authors=_named(data, "authoredby"),
        made_from=held.get("dataPeriod", {}).get("start", ""),
        made_until=held.get("dataPeriod", {}).get("end", ""),
        purposes=tuple(p["code"] for p in held.get("purpose", ())),
        start=_moment(period.get("start")),
        end=_moment(period.get("end")),
        visit=visit_of(resource),
        acts=_acts(held),
        but=tuple(actor for each in inner for actor in _actors(each)),
        but_emergency=any(
            p.get("code") == EMERGENCY for each in inner for p in each.get("purpose", ())
        ),
    )


def _actors(provision: Provision) -> tuple[str, ...]:
    found: list[str] = []
    for actor in provision.get("actor", ()):
        told: Mapping[str, Any] = actor["reference"]
        identifier = told.get("identifier", {})
        is_role = "reference" not in told
        role = f"{ROLE}{identifier.get('system', '')}|{identifier.get('value', '')}"
        found.append(role if is_role else told["reference"])
    return tuple(found)


def _named(data: Sequence[Mapping[str, Any]], meaning: str) -> tuple[str, ...]:
    return tuple(each["reference"]["reference"] for each in data if each["meaning"] == meaning)


def _acts(provision: Provision) -> Act:
    acts = Act.ACCESS
    for action in provision.get("action", ()):
        acts |= ACTS[action["coding"][0]["code"]]
    return acts


def _moment(text: str | None) -> datetime | None:
    span = span_of(text) if text else None
    return from_us(span[0]) if span else None


def _comparable(value: Any) -> Any:
    """Without what makes no difference: names of things, order, how an actor takes part."""
    if isinstance(value, dict):
        left_out = ("display", "role", "action", "type" if "identifier" in value else "id")
        return {k: _comparable(v) for k, v in value.items() if k not in left_out}  # pyright: ignore
    if isinstance(value, list):
        return sorted((_comparable(each) for each in value), key=repr)  # pyright: ignore
    return value
