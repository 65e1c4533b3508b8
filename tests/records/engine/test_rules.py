"""Rules of FHIR R4 beyond structure."""

import time
from typing import Any

import pytest

from asklepion.kit.errors import Incorrect
from asklepion.records.engine import tables, validate
from asklepion.records.engine.fhirpath import compile_path

Json = dict[str, Any]


def observation(**more: Any) -> Json:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "a"}, **more}


def told(resource: Json, *, with_warnings: bool = False) -> list[tuple[str, str]]:
    issues = validate(resource, with_warnings=with_warnings)
    return [(it.path, it.expected.split(":")[0]) for it in issues]


def test_every_invariant_of_r4_can_be_read_and_one_names_an_element_that_is_not_there() -> None:
    lost: list[str] = []
    for path, rows in tables.invariants().items():
        for key, _, says, text in rows:
            assert says
            try:
                if path in tables.nodes():
                    compile_path(text).check(path)
            except Incorrect:
                lost.append(key)

    assert lost == ["cid-0"]  # asks for a name, which ChargeItemDefinition does not have


@pytest.mark.parametrize(
    ("more", "path", "key"),
    [
        (
            {"valueInteger": 1, "dataAbsentReason": {"text": "unknown"}},
            "Observation",
            "obs-6",
        ),
        ({"referenceRange": [{"appliesTo": [{"text": "b"}]}]},
         "Observation.referenceRange[0]", "obs-3"),
        ({"effectivePeriod": {"start": "2026-03", "end": "2026-01-31"}},
         "Observation.effectivePeriod", "per-1"),
        ({"valueQuantity": {"value": 1, "code": "mg"}}, "Observation.valueQuantity", "qty-3"),
        ({"referenceRange": [{"low": {"value": 1, "comparator": "<"}}]},
         "Observation.referenceRange[0].low", "sqty-1"),
        ({"subject": {"reference": "#nobody"}}, "Observation.subject", "ref-1"),
        ({"extension": [{"url": "urn:x"}]}, "Observation.extension[0]", "ext-1"),
        ({"_status": {"extension": [{"url": "urn:x"}]}},
         "Observation.status.extension[0]", "ext-1"),
        ({"method": {"id": "only"}}, "Observation.method", "ele-1"),
        ({"text": {"status": "generated", "div": "<div><script>x()</script></div>"}},
         "Observation.text.div", "txt-1"),
        ({"text": {"status": "generated", "div": "<div onclick='x()'>a</div>"}},
         "Observation.text.div", "txt-1"),
        ({"contained": [{"resourceType": "Patient", "id": "p"}]},
         "Observation.contained[0]", "dom-3"),
        ({"subject": {"reference": "#p"}, "contained": [
            {"resourceType": "Patient", "id": "p", "meta": {"versionId": "1"}}]},
         "Observation.contained[0]", "dom-4"),
        ({"subject": {"reference": "#p"}, "contained": [
            {"resourceType": "Patient", "id": "p", "contact": [{"gender": "male"}]}]},
         "Observation.contained[0].contact[0]", "pat-1"),
    ],
)  # fmt: skip
def test_a_broken_invariant_is_named_with_its_element(more: Json, path: str, key: str) -> None:
    assert (path, key) in told(observation(**more))


def test_a_day_and_a_moment_within_it_are_in_order() -> None:
    period = {"start": "2026-03-01T08:00:00Z", "end": "2026-03-01"}

    assert validate(observation(effectivePeriod=period)) == []


def test_what_the_rules_cannot_tell_is_not_refused() -> None:
    # A reference by identifier only: ref-1 finds neither true nor false.
    assert validate(observation(subject={"display": "her"})) == []


@pytest.mark.parametrize(
    "reference",
    ["Practitioner/1", "https://elsewhere.example/fhir/Practitioner/1", "#d"],
)
def test_a_reference_points_to_a_type_that_its_element_allows(reference: str) -> None:
    contained = [{"resourceType": "Practitioner", "id": "d"}] if reference == "#d" else []
    resource = observation(subject={"reference": reference})
    resource |= {"contained": contained} if contained else {}

    (issue,) = validate(resource)

    assert issue.path == "Observation.subject"
    assert "Device, Group, Location, Patient" in issue.expected


@pytest.mark.parametrize(
    "reference",
    ["Patient/1", "urn:uuid:6a7f3c3e-3b0c-4a3a-9f55-0c2f7c8f9a10", "https://x.example/files/1"],
)
def test_a_reference_that_may_point_where_it_should_is_good(reference: str) -> None:
    assert validate(observation(subject={"reference": reference})) == []


def test_a_reference_by_its_type_alone_must_fit_as_well() -> None:
    resource = observation(subject={"type": "Medication", "identifier": {"value": "1"}})

    assert [it.path for it in validate(resource)] == ["Observation.subject"]


def test_a_code_outside_an_extensible_binding_is_told_and_not_refused() -> None:
    concept = {"coding": [{"system": "urn:mine", "code": "joined"}]}
    patient = {"resourceType": "Patient", "maritalStatus": concept}

    assert validate(patient) == []
    (issue,) = validate(patient, with_warnings=True)
    assert issue.is_warning
    assert (issue.path, issue.code) == ("Patient.maritalStatus", "code-invalid")
    known = {"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}
    concept["coding"].append(known)
    assert validate(patient, with_warnings=True) == []


def test_rules_that_only_warn_do_not_refuse() -> None:
    library = {
        "resourceType": "CodeSystem",
        "status": "draft",
        "content": "complete",
        "name": "a b",
    }

    assert validate(library) == []
    assert told(library, with_warnings=True) == [("CodeSystem", "csd-0")]


def test_rules_see_into_bundles_and_parameters() -> None:
    patient = {"resourceType": "Patient", "contact": [{"gender": "male"}]}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    whole = {"resourceType": "Parameters", "parameter": [{"name": "a", "resource": bundle}]}

    path = "Parameters.parameter[0].resource.entry[0].resource.contact[0]"
    assert told(whole) == [(path, "pat-1")]


def test_a_resource_made_to_cost_much_ends_soon() -> None:
    element = [{"id": f"A.b{n}", "path": f"A.b{n}"} for n in range(4000)]
    hostile = {
        "resourceType": "StructureDefinition", "url": "urn:x", "name": "X", "status": "draft",
        "kind": "resource", "abstract": False, "type": "A", "derivation": "specialization",
        "baseDefinition": "urn:y", "differential": {"element": element},
    }  # fmt: skip
    begin = time.process_time()

    found = validate(hostile, with_warnings=True)

    assert "too-costly" in {it.code for it in found}
    assert time.process_time() - begin < 20
