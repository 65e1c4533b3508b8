"""A hospital stay of a FHIR record as a row of the table that readmission was learned from.

What the record does not say stays unknown in the row; without the stay itself, its days, its first
diagnosis in ICD and diabetes there is no row, but what is needed for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...model import Cannot, Need, Sex, Why, cannot
from ..chart import UNUSABLE, Person, is_refuted
from ..codes import DIABETES, ICD_10
from ..fhir import Resource, codes_of_concept, inner, medicine_of, read_codings, read_moment
from ..fhir import read_text as text_of
from .icd10 import category_of
from .tables import Row

ICD_9 = ("http://hl7.org/fhir/sid/icd-9-cm", "http://terminology.hl7.org/CodeSystem/icd9cm")
INSIDE = frozenset(("IMP", "ACUTE", "NONAC"))
EMERGENCY = "EMER"
OUTSIDE = frozenset(("AMB", "HH", "VR"))
YEAR = timedelta(days=365)
ADULT = 18
LONGEST = 14  # days: no stay of the table was longer
MOST_DIAGNOSES = 16
# https://terminology.hl7.org/CodeSystem-discharge-disposition.html
LEFT_TO = {
    "home": "1",
    "alt-home": "1",
    "other-hcf": "5",
    "hosp": "13",
    "long": "23",
    "aadvice": "7",
    "exp": "11",
    "psy": "28",
    "rehab": "22",
    "snf": "3",
}
# https://terminology.hl7.org/CodeSystem-admit-source.html
CAME_BY = {"emd": "7", "gp": "1", "mp": "1", "hosp-trans": "4", "nursing": "5", "outp": "2"}
DRUGS = (
    "metformin",
    "repaglinide",
    "glimepiride",
    "glipizide",
    "glyburide",
    "pioglitazone",
    "rosiglitazone",
    "insulin",
    "nateglinide",
    "tolbutamide",
    "acarbose",
    "miglitol",
)
OTHER_NAMES = {"glibenclamide": "glyburide"}


@dataclass(frozen=True, kw_only=True)
class Stays:
    """What of a record speaks of stays in hospital; each sequence in any order."""

    person: Person
    encounters: Sequence[Resource] = ()
    conditions: Sequence[Resource] = ()
    procedures: Sequence[Resource] = ()
    medicines: Sequence[Resource] = ()
    laboratory: Sequence[Resource] = ()


def read_stays(person: Person, found: Mapping[str, Sequence[Resource]], now: datetime) -> Stays:
    """What a record speaks of stays that took place: nothing planned, called off or taken back."""
    return Stays(
        person=person,
        encounters=[each for each in found.get("Encounter", ()) if _is_over(each, now)],
        conditions=[each for each in found.get("Condition", ()) if not is_refuted(each)],
        procedures=[
            each for each in found.get("Procedure", ()) if each.get("status") == "completed"
        ],
        medicines=[
            each
            for each in found.get("MedicationRequest", ())
            if each.get("status") not in (*UNUSABLE, "draft")
        ],
    )


def _is_over(encounter: Resource, now: datetime) -> bool:
    last = _end(encounter) or _start(encounter)
    return encounter.get("status") == "finished" and last is not None and last <= now


def latest_stay(encounters: Iterable[Resource]) -> Resource | None:
    """The stay that ended last."""
    ended = [each for each in encounters if _kind(each) in INSIDE and _end(each)]
    return max(ended, key=lambda each: _end(each) or datetime.min, default=None)


def stay_row(told: Stays) -> Row | Cannot:
    """The latest stay as a row, or what is needed for one."""
    stay = latest_stay(told.encounters)
    if stay is None:
        return Cannot((Need(key="hospital_stay", why=Why.MISSING),))
    start, end = _start(stay), _end(stay)
    if start is None or end is None:
        return Cannot((Need(key="time_in_hospital", why=Why.MISSING),))
    mine = [each for each in told.conditions if _is_of(each, stay)]
    ranked = _ranked(stay, mine or list(told.conditions))
    codes = [code for code in map(_icd_9, ranked) if code]
    age = told.person.age_at(end)
    days = max(1, (end.date() - start.date()).days)
    refused = cannot(
        [
            _age_need(age),
            None if codes else Need(key="diag_1", why=Why.MISSING),
            None if _has_diabetes(told.conditions) else Need(key="diabetes", why=Why.OUTSIDE),
            None
            if days <= LONGEST
            else Need(key="time_in_hospital", why=Why.OUTSIDE, low=1, high=LONGEST, unit="d"),
        ]
    )
    if refused is not None or age is None:
        return refused or Cannot(())
    row = {
        "encounter_id": str(stay.get("id", "")),
        "age": f"[{age // 10 * 10}-{age // 10 * 10 + 10})",
        "gender": _gender(told.person),
        "time_in_hospital": str(days),
        "number_diagnoses": str(min(len(ranked), MOST_DIAGNOSES)),
    }
    row |= {f"diag_{at + 1}": code for at, code in enumerate(codes[:3])}
    return row | _ways(stay) | _year_before(told.encounters, stay, start) | _done(told, stay)


def _age_need(age: int | None) -> Need | None:
    if age is None:
        return Need(key="age", why=Why.MISSING)
    return None if age >= ADULT else Need(key="age", why=Why.OUTSIDE, low=ADULT)


def _gender(person: Person) -> str:
    return {Sex.FEMALE: "Female", Sex.MALE: "Male"}.get(person.sex, "") if person.sex else ""


def _kind(encounter: Resource) -> str:
    return str(inner(encounter, "class").get("code", ""))


def _start(encounter: Resource) -> datetime | None:
    return read_moment(inner(encounter, "period").get("start"))


def _end(encounter: Resource) -> datetime | None:
    return read_moment(inner(encounter, "period").get("end"))


def _is_of(resource: Resource, stay: Resource) -> bool:
    told = str(inner(resource, "encounter").get("reference", ""))
    return bool(told) and told.rsplit("/", 1)[-1].rsplit(":", 1)[-1] == str(stay.get("id"))


def _ranked(stay: Resource, conditions: list[Resource]) -> list[Resource]:
    """The conditions, those first that the stay itself ranks."""
    ranks = {
        str(inner(each, "condition").get("reference", "")).rsplit("/", 1)[-1]: each.get("rank", 99)
        for each in stay.get("diagnosis", ())
    }
    return sorted(conditions, key=lambda each: ranks.get(str(each.get("id")), 100))


def _icd_9(condition: Resource) -> str:
    codings = read_codings(inner(condition, "code"))
    for coding in codings:
        if coding.system in ICD_9 or coding.system.endswith("icd-9-cm"):
            return coding.code
    for coding in codings:
        if coding.system in ICD_10:
            return category_of(coding.code)
    return "250" if DIABETES.holds(codings) else ""


def _has_diabetes(conditions: Iterable[Resource]) -> bool:
    return any(
        DIABETES.holds(read_codings(concept), text_of(concept)) or _icd_9(each).startswith("250")
        for each in conditions
        for concept in [inner(each, "code")]
    )


def _ways(stay: Resource) -> dict[str, str]:
    """How she came, and where she went."""
    hospital = inner(stay, "hospitalization")
    came = codes_of_concept(hospital.get("admitSource"))
    left = codes_of_concept(hospital.get("dischargeDisposition"))
    row: dict[str, str] = {}
    for code in sorted(came & CAME_BY.keys()):
        row["admission_source_id"] = CAME_BY[code]
    for code in sorted(left & LEFT_TO.keys()):
        row["discharge_disposition_id"] = LEFT_TO[code]
    if "emd" in came:
        row["admission_type_id"] = "1"  # an emergency
    return row


def _year_before(encounters: Iterable[Resource], stay: Resource, start: datetime) -> dict[str, str]:
    """How often she was in hospital, in an emergency department, or seen, in the year before."""
    counts = {"number_inpatient": 0, "number_emergency": 0, "number_outpatient": 0}
    for each in encounters:
        began = _start(each)
        if began is None or each is stay or not start - YEAR <= began < start:
            continue
        kind = _kind(each)
        counts["number_inpatient"] += kind in INSIDE
        counts["number_emergency"] += kind == EMERGENCY
        counts["number_outpatient"] += kind in OUTSIDE
    return {key: str(count) for key, count in counts.items()}


def _done(told: Stays, stay: Resource) -> dict[str, str]:
    """What was done and given during the stay; where nothing of a kind is told, nothing is said."""
    names = {
        name
        for each in told.medicines
        if _is_of(each, stay) and (name := text_of(medicine_of(each)).lower())
    }
    row = {
        "num_lab_procedures": sum(_is_of(each, stay) for each in told.laboratory),
        "num_procedures": sum(_is_of(each, stay) for each in told.procedures),
        "num_medications": len(names),
    }
    said = {key: str(count) for key, count in row.items() if count}
    if names:
        given = {drug for drug in DRUGS if any(drug in name for name in names)}
        given |= {ours for other, ours in OTHER_NAMES.items() if any(other in n for n in names)}
        said |= {drug: "Steady" if drug in given else "No" for drug in DRUGS}
        said["diabetesMed"] = "Yes" if given else "No"
    return said
