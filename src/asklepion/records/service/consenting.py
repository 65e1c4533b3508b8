"""A Consent in FHIR, and what it comes to: rules that the rest of the room decides by.

Consents are read as IHE's Privacy Consent on FHIR shapes them: one provision, and provisions inside
it that are exceptions to it. What an exception does not say anew it takes from the first. What is
not understood opens nothing: such a Consent is refused with the place named.

Source: https://profiles.ihe.net/ITI/PCF/content.html
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.errors import Incorrect, Unsupported

from ..engine.dates import span_of
from ..engine.labels import LABELS, with_gentler, with_stricter
from ..engine.narrow import Narrow, period_of
from ..model import Act, Category, Permit, Resource
from ..store.permits import ANY_PURPOSE, EVERYBODY, Kind, PermitRow
from .books import CATEGORY_OF
from .deciding import ALL

HOUSE = "https://asklepion.local/fhir"
CATEGORIES = f"{HOUSE}/CodeSystem/record-category"
VISIT = f"{HOUSE}/StructureDefinition/consent-visit"
TYPES = "http://hl7.org/fhir/resource-types"
PRIVACY = ("patient-privacy", "research")
FOR_EVER = to_us(datetime(9999, 1, 1, tzinfo=UTC))
PEOPLE = ("Practitioner/", "PractitionerRole/", "Organization/", "Group/", "CareTeam/")
RELATIVES = ("RelatedPerson/", "Patient/")
ROLE = "role|"  # actor: whoever has this role, as role|system|code
ACTS = {
    "access": Act.ACCESS,
    "use": Act.ACCESS,
    "collect": Act.ACCESS | Act.CORRECT,
    "correct": Act.ACCESS | Act.CORRECT,
    "disclose": Act.ACCESS | Act.DECIDE,
}
UNDERSTOOD = frozenset(
    {"type", "period", "actor", "action", "securityLabel", "purpose", "class", "code"}
    | {"dataPeriod", "data", "provision", "id"}
)
REFERENCE = re.compile(r"[A-Za-z]{1,64}/[A-Za-z0-9\-.]{1,64}")  # as rules compare them
HINT = "Say who, what, until when, and for which purpose, as IHE's Privacy Consent on FHIR does."
MOST_RULES = 500  # of one Consent

HashCode = Callable[[str, str], int]  # system and code to a keyed hash


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What a Consent comes to."""

    rules: list[PermitRow]
    narrow: dict[int, Narrow]  # by part; their rules' `narrow` is filled in when they are kept


NOTHING = Compiled(rules=[], narrow={})
# What she says names what she hides: whoever may see everything else sees it only if she says so.
ALL_BUT_CONSENTS = ALL & ~Category.CONSENTS.bit


def compile_consent(resource: Resource, hash_code: HashCode) -> Compiled:
    """What a Consent comes to that the patient herself wrote; nothing unless it is active.

    Raises:
        Unsupported: it says what cannot be kept.
        Incorrect: it contradicts itself.
    """
    if resource["status"] != "active" or _scope(resource) not in PRIVACY:
        return NOTHING
    root = resource.get("provision")
    if root is None:
        raise Unsupported("The Consent has no provision.", hint=HINT)
    if "modifierExtension" in resource:
        raise Unsupported("Consent.modifierExtension cannot be kept.", hint=HINT)
    _require_plain(resource["patient"]["reference"], "Consent.patient")
    parts = [_Part(resource, 0, root, "Consent.provision", hash_code)]
    for number, inner in enumerate(root.get("provision", ()), start=1):
        where = f"Consent.provision.provision[{number - 1}]"
        if "provision" in inner:
            raise Unsupported(f"{where}.provision is one level too deep.", hint=HINT)
        whole = {**{k: v for k, v in root.items() if k != "provision"}, **inner}
        parts.append(_Part(resource, number, whole, where, hash_code))
    rules = [rule for part in parts for rule in part.rules()]
    if len(rules) > MOST_RULES:
        raise Unsupported("The Consent names too many.", hint=f"At most {MOST_RULES} together.")
    return Compiled(
        rules=[rule._replace(number=number) for number, rule in enumerate(rules)],
        narrow={part.number: part.narrow for part in parts if not part.narrow.asks_nothing},
    )


class _Part:
    """One provision, with what it takes from the one around it."""

    def __init__(
        self,
        resource: Resource,
        number: int,
        provision: Mapping[str, Any],
        where: str,
        hash_code: HashCode,
    ) -> None:
        unknown = sorted(provision.keys() - UNDERSTOOD)
        if unknown:
            raise Unsupported(f"{where}.{unknown[0]} cannot be kept.", hint=HINT)
        if provision.get("type") not in ("permit", "deny"):
            raise Unsupported(f"{where}.type must be permit or deny.", hint=HINT)
        self._resource = resource
        self.number = number
        self._provision = provision
        self._where = where
        self._is_denial = provision["type"] == "deny"
        self.narrow = self._narrow(hash_code)

    def rules(self) -> list[PermitRow]:
        """One for each actor and purpose."""
        start, end = _period(self._provision, self._where)
        mask, types = self._classes()
        actors, acts = self._actors(), self._acts()
        if acts != Act.ACCESS and not all(actor.startswith(RELATIVES) for actor in actors):
            raise Unsupported(
                f"{self._where}.action may only be access here.",
                hint="Only a RelatedPerson or a Patient can be let write or decide in her place.",
            )
        return [
            PermitRow(
                consent=self._resource["id"],
                number=0,
                part=self.number,
                kind=Kind.CONSENT,
                patient=self._resource["patient"]["reference"],
                actor=actor,
                purpose=purpose,
                is_denial=int(self._is_denial),
                is_exception=int(self.number > 0),
                categories=mask,
                types=types,
                labels=self._labels(),
                narrow="",
                acts=int(acts),
                from_at=start,
                until_at=end,
                visit=visit_of(self._resource),
            )
            for actor in actors
            for purpose in self._purposes()
        ]

    def _actors(self) -> list[str]:
        actors: list[str] = []
        for actor in self._provision.get("actor", ()):
            told = actor.get("reference", {})
            reference: str = told.get("reference", "")
            identifier: Mapping[str, Any] = told.get("identifier", {})
            if reference.startswith((*PEOPLE, *RELATIVES)):
                _require_plain(reference, f"{self._where}.actor")
                actors.append(reference)
            elif not reference and "value" in identifier:
                actors.append(f"{ROLE}{identifier.get('system', '')}|{identifier['value']}")
            else:
                raise Unsupported(
                    f"{self._where}.actor must be somebody of this house.",
                    hint=f"Refer to one of {', '.join((*PEOPLE, *RELATIVES))}, or to a role by"
                    " system and value of its code.",
                )
        return list(dict.fromkeys(actors)) or [EVERYBODY]

    def _acts(self) -> Act:
        acts = Act.ACCESS
        for action in self._provision.get("action", ()):
            codes = [c.get("code") for c in action.get("coding", ()) if c.get("code") in ACTS]
            if not codes:
                raise Unsupported(
                    f"{self._where}.action is unknown.", hint=f"Take one of {', '.join(ACTS)}."
                )
            acts |= ACTS[codes[0]]
        return acts

    def _purposes(self) -> list[str]:
        purposes = cast(list[Mapping[str, Any]], self._provision.get("purpose", []))
        codes = [p["code"] for p in purposes if "code" in p]
        if len(codes) != len(purposes):
            raise Unsupported(f"{self._where}.purpose must have codes.", hint=HINT)
        return list(dict.fromkeys(codes)) or [ANY_PURPOSE]

    def _classes(self) -> tuple[int, str]:
        """Categories as a mask, and types of resources."""
        classes = self._provision.get("class", ())
        mask, types = 0, list[str]()
        for coding in classes:
            category = CATEGORY_OF.get(coding.get("code", ""))
            if coding.get("system") == TYPES and coding.get("code", "").isalpha():
                types.append(coding["code"])
            elif coding.get("system") == CATEGORIES and category is not None:
                mask |= category.bit
            else:
                raise Unsupported(
                    f"{self._where}.class is neither a type of FHIR nor one of our categories.",
                    hint=f"Take codes of {TYPES} or {CATEGORIES}: {', '.join(CATEGORY_OF)}.",
                )
        whole = ALL if self._is_denial else ALL_BUT_CONSENTS
        return (mask if classes else whole), (f"|{'|'.join(types)}|" if types else "")

    def _labels(self) -> int:
        mask = 0
        for coding in self._provision.get("securityLabel", ()):
            label = LABELS.get((coding.get("system", ""), coding.get("code", "")))
            if label is None:
                raise Unsupported(
                    f"{self._where}.securityLabel is unknown here.",
                    hint="Take a level of v3-Confidentiality or a sensitivity of v3-ActCode:"
                    f" {', '.join(code for _, code in LABELS)}.",
                )
            mask |= label.bit
        return with_stricter(mask) if self._is_denial else with_gentler(mask)

    def _narrow(self, hash_code: HashCode) -> Narrow:
        things: dict[str, set[str]] = {"instance": set(), "around": set(), "authoredby": set()}
        for each in self._provision.get("data", ()):
            reference = each.get("reference", {}).get("reference", "")
            if not reference:
                raise Unsupported(f"{self._where}.data must have references.", hint=HINT)
            _require_plain(reference, f"{self._where}.data")
            is_around = each.get("meaning") in ("related", "dependents")
            things["around" if is_around else each["meaning"]].add(reference)
        codings = [
            (coding.get("system", ""), coding["code"])
            for concept in self._provision.get("code", ())
            for coding in concept.get("coding", ())
            if "code" in coding
        ]
        if self._provision.get("code") and not codings:
            raise Unsupported(f"{self._where}.code must have codes.", hint=HINT)
        return Narrow(
            is_denial=self._is_denial,
            codes=frozenset(hash_code(system, code) for system, code in codings),
            instances=frozenset(things["instance"]),
            around=frozenset(things["around"]),
            authors=frozenset(things["authoredby"]),
            span=period_of(self._provision.get("dataPeriod", {})),
        )


def _require_plain(reference: str, where: str) -> None:
    """Raises Unsupported for what no rule would ever meet, such as one version of something."""
    if not REFERENCE.fullmatch(reference):
        raise Unsupported(f"{where} is no plain reference.", hint="Write it as Practitioner/1.")


def _scope(resource: Resource) -> str:
    return next((c.get("code", "") for c in resource["scope"].get("coding", ())), "")


def _period(provision: Mapping[str, Any], where: str) -> tuple[int, int]:
    """First moment and first moment after; a day named as the end still counts."""
    period = provision.get("period", {})
    start = span_of(period["start"]) if "start" in period else (0, 0)
    end = span_of(period["end"]) if "end" in period else (FOR_EVER, FOR_EVER)
    if start is None or end is None or start[0] >= end[0]:
        raise Incorrect(f"{where}.period ends before it starts.", hint="Turn it round.")
    is_moment = "T" in period.get("end", "T")
    return start[0], end[0] if is_moment else end[1] + 1


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
    """One rule as others see it."""
    return Permit(
        consent=row.consent,
        patient=row.patient,
        actor=row.actor,
        categories=categories_in(row.categories),
        until=from_us(row.until_at),
        visit=row.visit or None,
        purpose=row.purpose,
    )


def first_of_each(rows: Sequence[PermitRow]) -> list[PermitRow]:
    """One rule of each Consent and actor, in their order."""
    return list({(row.consent, row.actor): row for row in reversed(rows)}.values())[::-1]
