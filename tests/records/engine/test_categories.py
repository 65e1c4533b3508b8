from typing import Any

import pytest

from asklepion.records.engine import category_of
from asklepion.records.engine.categories import BY_TYPE
from asklepion.records.engine.tables import compartment
from asklepion.records.model import Category


def observation(category: str = "", code: str = "") -> dict[str, Any]:
    it: dict[str, Any] = {"resourceType": "Observation"}
    if category:
        it["category"] = [{"text": "no code"}, {"coding": [{"code": category}]}]
    if code:
        it["code"] = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return it


@pytest.mark.parametrize(
    ("resource", "category"),
    [
        ({"resourceType": "Patient"}, Category.DEMOGRAPHICS),
        (observation("vital-signs"), Category.VITALS),
        (observation("laboratory"), Category.LABORATORY),
        (observation("social-history"), Category.SOCIAL),
        (observation(code="8867-4"), Category.VITALS),
        (observation(code="718-7"), Category.OTHER),
        ({"resourceType": "MedicationRequest"}, Category.MEDICINES),
        ({"resourceType": "DocumentReference"}, Category.NOTES),
        ({"resourceType": "DiagnosticReport"}, Category.LABORATORY),
        (
            {"resourceType": "DiagnosticReport", "category": [{"coding": [{"code": "RAD"}]}]},
            Category.IMAGING,
        ),
        ({"resourceType": "Consent"}, Category.CONSENTS),
        ({"resourceType": "Organization"}, Category.OTHER),
    ],
)
def test_a_fact_is_named_as_the_patient_would(resource: dict[str, Any], category: Category) -> None:
    assert category_of(resource) == category


def test_what_lies_in_a_patients_compartment_has_a_word_of_its_own() -> None:
    without = set(compartment()) - set(BY_TYPE) - {"Observation", "DiagnosticReport"}

    # About the record itself, or about groups: nothing a patient would look for by a word.
    assert without == {
        *("AuditEvent", "Basic", "Group", "List", "MeasureReport", "Provenance"),
        "ResearchSubject",
    }
