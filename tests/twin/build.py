"""FHIR resources of an invented patient, as short as a test wants them."""

from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import to_iso
from asklepion.twin.engine.chart import (
    Chart,
    read_conditions,
    read_medicines,
    read_person,
    read_readings,
)
from tests.conftest import NOON

Resource = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def patient(**more: Any) -> Resource:
    """A woman of 58."""
    return {
        "resourceType": "Patient",
        "id": "p-1",
        "gender": "female",
        "birthDate": "1967-04-18",
        **more,
    }


def concept(code: str, text: str = "", system: str = SNOMED) -> Resource:
    text = text or f"name of {code}"
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def observation(
    id: str, code: str, ago: timedelta = MINUTE, *, category: str = "vital-signs", **value: Any
) -> Resource:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "code": concept(code, f"name of {code}", LOINC),
        "subject": {"reference": "Patient/p-1"},
        "effectiveDateTime": to_iso(NOON - ago),
        **value,
    }


def measured(
    code: str, value: float, unit: str, ago: timedelta = MINUTE, category: str = "vital-signs"
) -> Resource:
    return observation(
        f"o-{code}", code, ago, category=category, valueQuantity=quantity(value, unit)
    )


def quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def pressure(systolic: float, diastolic: float, ago: timedelta = MINUTE, id: str = "") -> Resource:
    parts = [
        {"code": concept(code, system=LOINC), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
    ]
    return observation(id or "o-85354-9", "85354-9", ago, component=parts)


def lab(code: str, value: float, unit: str, ago: timedelta = 21 * DAY) -> Resource:
    return measured(code, value, unit, ago, "laboratory")


def answered(code: str, answer: str, ago: timedelta = MINUTE, system: str = SNOMED) -> Resource:
    return observation(f"o-{code}", code, ago, valueCodeableConcept=concept(answer, system=system))


def condition(code: str, text: str, *, status: str = "active", **more: Any) -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"c-{code}",
        "clinicalStatus": concept(status, system=CLINICAL),
        "code": concept(code, text),
        "subject": {"reference": "Patient/p-1"},
        "onsetDateTime": "2020-05-01",
        **more,
    }


def medicine(code: str, text: str, *, status: str = "active", **more: Any) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": f"m-{code}",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": concept(
            code, text, "http://www.nlm.nih.gov/research/umls/rxnorm"
        ),
        "subject": {"reference": "Patient/p-1"},
        "authoredOn": "2021-02-03",
        **more,
    }


def well() -> list[Resource]:
    """A full set of vital signs of somebody who is well, a minute old."""
    return [
        measured("8867-4", 70, "/min"),
        measured("9279-1", 16, "/min"),
        measured("59408-5", 98, "%"),
        measured("8310-5", 36.8, "Cel"),
        pressure(121, 78),
        answered("80288-4", "248234008"),
        observation("o-3151-8", "3151-8", valueQuantity=quantity(0, "L/min")),
    ]


def examined() -> list[Resource]:
    """What PREVENT needs, three weeks old."""
    ago = 21 * DAY
    return [
        pressure(138, 85, ago),
        measured("39156-5", 26.9, "kg/m2", ago),
        lab("2093-3", 196, "mg/dL"),
        lab("2085-9", 49, "mg/dL"),
        lab("2160-0", 0.97, "mg/dL"),
        observation(
            "o-72166-2",
            "72166-2",
            ago,
            category="social-history",
            valueCodeableConcept=concept("266919005"),
        ),
    ]


def chart(*resources: Resource, hidden: frozenset[str] = frozenset()) -> Chart:
    """What the twin would read of these."""
    of: dict[str, list[Resource]] = {}
    for resource in resources:
        of.setdefault(resource["resourceType"], []).append(resource)
    readings, unreadable = read_readings(of.get("Observation", []))
    return Chart(
        person=read_person(of.get("Patient", [{}])[0]),
        readings=readings,
        unreadable=unreadable,
        conditions=read_conditions(of.get("Condition", [])),
        medicines=read_medicines(of.get("MedicationRequest", [])),
        hidden=hidden,
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
