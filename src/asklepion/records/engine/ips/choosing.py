"""Which resources belong into which section: what stands now, the newest of what was measured."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..categories import NOTE_REPORTS
from ..dates import span_of
from .lines import code_in, codings_of, moment_of, words_of
from .sections import PREGNANCY, SECTIONS, SMOKING, VITAL_CODES

Json = dict[str, Any]
Judge = Callable[[Json], str]

OPEN = frozenset({"", "active", "recurrence", "relapse"})
DOUBTED = frozenset({"refuted", "entered-in-error"})
REQUESTS = frozenset({"active", "on-hold"})
STATEMENTS = frozenset({"active", "intended", "on-hold", "unknown"})
MEASURED = frozenset({"final", "amended", "corrected", "preliminary"})
REPORTED = MEASURED | {"appended", "partial"}
DONE = frozenset({"completed", "in-progress", "on-hold"})
DIRECTIVES = frozenset({"acd", "dnr", "hcd", "polst", "emrgonly", "adr"})
# How many of the same kind, newest first, so that one sees where a value is going.
DAILY = frozenset({"vitals"})  # of which only the newest of a day counts: devices measure often
OF_A_KIND = {"results": 4, "vitals": 8, "procedures": 1, "past": 1, "social": 1, "pregnancy": 8}


@dataclass
class Chosen:
    """What goes into each section, newest first, and how much was left out as older."""

    of: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    left_out: dict[str, int] = field(default_factory=dict[str, int])


def choose(resources: Iterable[Json]) -> Chosen:
    """Sort a patient's resources into sections, and leave the rest."""
    found: dict[str, list[Json]] = defaultdict(list)
    for resource in resources:
        if key := section_of(resource):
            found[key].append(resource)
    chosen = Chosen()
    for section in SECTIONS:
        newest = sorted(found[section.key], key=_age)
        few = _newest_of_days(newest) if section.key in DAILY else newest
        kept = _few_of_a_kind(few, OF_A_KIND.get(section.key, 0))
        chosen.of[section.key] = kept[: section.most]
        chosen.left_out[section.key] = len(kept) - len(kept[: section.most])
    return chosen


def section_of(resource: Json) -> str:
    """The section that a resource belongs into; none if empty."""
    judge = JUDGES.get(resource["resourceType"])
    return judge(resource) if judge else ""


def _condition(resource: Json) -> str:
    if code_in(resource.get("verificationStatus")) in DOUBTED:
        return ""
    is_over = any(name.startswith("abatement") for name in resource)
    status = code_in(resource.get("clinicalStatus"))
    return "problems" if status in OPEN and not (is_over and not status) else "past"


def _allergy(resource: Json) -> str:
    is_doubted = code_in(resource.get("verificationStatus")) in DOUBTED
    return "" if is_doubted else "allergies"


def _request(resource: Json) -> str:
    is_asked = resource.get("status") in REQUESTS and not resource.get("doNotPerform")
    return "medicines" if is_asked and resource.get("intent") != "proposal" else ""


def _statement(resource: Json) -> str:
    return "medicines" if resource.get("status") in STATEMENTS else ""


def _observation(resource: Json) -> str:
    if resource.get("status") not in MEASURED:
        return ""
    codes = {str(it.get("code", "")) for it in codings_of(resource.get("code"))}
    kinds = {str(it.get("code", "")) for it in codings_of(resource.get("category"))}
    if codes & set(PREGNANCY):
        return "pregnancy"
    if codes & set(SMOKING) or "social-history" in kinds:
        return "social"
    if kinds & {"laboratory", "imaging"}:
        return "results"
    return "vitals" if "vital-signs" in kinds or codes & set(VITAL_CODES) else ""


def _report(resource: Json) -> str:
    codes = {str(it.get("code", "")) for it in codings_of(resource.get("category"))}
    is_note = bool(codes & NOTE_REPORTS)
    return "results" if resource.get("status") in REPORTED and not is_note else ""


def _consent(resource: Json) -> str:
    """A wish for care to come; that somebody may look at a record is none."""
    kinds = {str(it.get("code", "")) for it in codings_of(resource.get("category"))}
    is_wish = bool(kinds & DIRECTIVES) or code_in(resource.get("scope")) == "adr"
    return "directives" if is_wish and resource.get("status") == "active" else ""


def _recommendation(resource: Json) -> str:
    return "plans" if resource.get("recommendation") else ""  # it has no status


def _with_status(key: str, statuses: frozenset[str]) -> Judge:
    def judge(resource: Json) -> str:
        return key if resource.get("status") in statuses else ""

    return judge


JUDGES: dict[str, Judge] = {
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
    "Observation": _observation,
    "DiagnosticReport": _report,
    "Consent": _consent,
    "Flag": _with_status("alerts", frozenset({"active"})),
    "Immunization": _with_status("immunisations", frozenset({"completed"})),
    "Procedure": _with_status("procedures", DONE),
    "DeviceUseStatement": _with_status("devices", frozenset({"active", "on-hold", "intended"})),
    "CarePlan": _with_status("plans", frozenset({"active", "on-hold"})),
    "ImmunizationRecommendation": _recommendation,
}


def _age(resource: Json) -> int:
    """Sorts the newest first; what says no moment comes last."""
    span = span_of(moment_of(resource))
    return -span[1] if span else 0


def _newest_of_days(newest: list[Json]) -> list[Json]:
    kept: dict[tuple[str, str], Json] = {}
    for resource in newest:
        day = moment_of(resource)[:10]
        kind = kind_of(resource) if day else ""
        kept.setdefault((kind or resource["id"], day), resource)
    return list(kept.values())


def _few_of_a_kind(newest: list[Json], most: int) -> list[Json]:
    if not most:
        return newest
    seen: dict[str, int] = defaultdict(int)
    kept: list[Json] = []
    for resource in newest:
        kind = kind_of(resource)
        seen[kind] += 1
        if not kind or seen[kind] <= most:
            kept.append(resource)
    return kept


def kind_of(resource: Json) -> str:
    """What makes two measurements, procedures or problems the same kind."""
    code = resource.get("code")
    codes = [f"{it.get('system', '')}|{it.get('code', '')}" for it in codings_of(code)]
    named = codes[0] if codes else words_of(code)
    return f"{resource['resourceType']} {named}" if named else ""
