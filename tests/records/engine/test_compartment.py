from typing import Any

import pytest

from asklepion.records.engine import may_be_personal, patients_of


def test_a_patient_lies_in_her_own_compartment() -> None:
    assert patients_of({"resourceType": "Patient", "id": "1"}) == {"Patient/1"}


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "subject": {"reference": "Patient/1"}},
        {"resourceType": "Observation", "performer": [{"reference": "Patient/1"}]},
        {"resourceType": "Condition", "subject": {"reference": "Patient/1/_history/3"}},
        {"resourceType": "Claim", "patient": {"reference": "Patient/1"}},
        {"resourceType": "Group", "member": [{"entity": {"reference": "Patient/1"}}]},
        {"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/1"}}]},
        {"resourceType": "AuditEvent", "entity": [{"what": {"reference": "Patient/1"}}]},
        {"resourceType": "Task", "for": {"reference": "Patient/1"}},
        {"resourceType": "Device", "patient": {"reference": "Patient/1"}},
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}]},
    ],
    ids=lambda it: it["resourceType"],
)
def test_what_is_about_her_lies_in_it(resource: dict[str, Any]) -> None:
    assert patients_of(resource) == {"Patient/1"}


def test_what_two_patients_share_lies_in_both() -> None:
    letter = {
        "resourceType": "Communication",
        "subject": {"reference": "Patient/1"},
        "recipient": [{"reference": "Patient/2"}, {"reference": "Practitioner/3"}],
    }

    assert patients_of(letter) == {"Patient/1", "Patient/2"}


@pytest.mark.parametrize(
    "address", ["https://x.example/R4/Patient/1", "//x/Patient/1", "x/Patient/1", "Patient/1/2"]
)
def test_a_patient_of_another_server_is_not_ours_of_the_same_id(address: str) -> None:
    assert patients_of({"resourceType": "Claim", "patient": {"reference": address}}) == set()


def test_who_only_gave_care_is_no_patient() -> None:
    seen = {
        "resourceType": "Observation",
        "subject": {"reference": "Group/1"},
        "performer": [{"reference": "Practitioner/1"}],
    }

    assert patients_of(seen) == set()


def test_what_may_be_about_somebody_yet_unknown_is_told_from_what_is_about_nobody() -> None:
    assert all(map(may_be_personal, ("Observation", "Binary", "Task", "Patient", "Bundle")))
    assert not any(map(may_be_personal, ("Organization", "Practitioner", "Location", "ValueSet")))


def test_everything_of_a_synthea_patient_is_hers(synthea: list[dict[str, Any]]) -> None:
    shared = {"Organization", "Practitioner"}

    for resource in synthea:
        subject: Any = resource.get("subject") or resource.get("patient") or {"reference": ""}
        her = {"reference": str(subject["reference"]).replace("urn:uuid:", "Patient/")}
        about = {**resource, "subject": her, "patient": her}
        assert bool(patients_of(about)) == (resource["resourceType"] not in shared)
