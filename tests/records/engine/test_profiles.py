"""Profiles: what implementation guides ask beyond R4."""

import json
from pathlib import Path
from typing import Any

import pytest

from asklepion.records.engine import validate
from asklepion.records.engine.profiles import Library, keeps
from asklepion.records.model import Issue

Json = dict[str, Any]

URL = "https://guide.example/StructureDefinition/"
LOINC = "http://loinc.org"


def definition(name: str, type: str, *elements: Json, **more: Any) -> Json:
    """A profile by its differential; ids are paths with slices in them."""
    return {
        "resourceType": "StructureDefinition",
        "url": URL + name,
        "type": type,
        "baseDefinition": f"http://hl7.org/fhir/StructureDefinition/{type}",
        "differential": {"element": list(elements)},
    } | more


def coding(code: str, system: str = LOINC) -> Json:
    return {"coding": [{"system": system, "code": code}]}


PULSE = definition(
    "pulse",
    "Observation",
    {"id": "Observation", "constraint": [
        {"key": "p-1", "severity": "error", "human": "a unit, or why not",
         "expression": "value.ofType(Quantity).unit.exists() or dataAbsentReason.exists()",
         "source": URL + "pulse"}]},
    {"id": "Observation.code", "patternCodeableConcept": coding("8867-4")},
    {"id": "Observation.status", "fixedCode": "final"},
    {"id": "Observation.subject", "min": 1,
     "type": [{"code": "Reference", "targetProfile": [URL + "person"]}]},
    {"id": "Observation.value[x]", "type": [{"code": "Quantity"}]},
    {"id": "Observation.bodySite", "max": "0"},
    {"id": "Observation.method", "binding": {"strength": "required", "valueSet": "urn:vs:methods"}},
    {"id": "Observation.interpretation",
     "binding": {"strength": "extensible", "valueSet": "urn:vs:methods"}},
    {"id": "Observation.note.text", "maxLength": 5},
)  # fmt: skip
PERSON = definition("person", "Patient", {"id": "Patient.birthDate", "min": 1})
METHODS = {
    "resourceType": "ValueSet",
    "url": "urn:vs:methods",
    "compose": {
        "include": [{"system": "urn:cs"}],
        "exclude": [{"system": "urn:cs", "concept": [{"code": "old"}]}],
    },
}
CODES = {
    "resourceType": "CodeSystem",
    "url": "urn:cs",
    "content": "complete",
    "concept": [{"code": "palpation", "concept": [{"code": "wrist"}]}, {"code": "old"}],
}


def pulse(**more: Any) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coding("8867-4"),
        "subject": {"reference": "Patient/1"},
        "valueQuantity": {"value": 60, "unit": "/min"},
    } | more


def issues(resource: Json, *definitions: Json, warns: bool = False) -> list[Issue]:
    """What a resource does not keep of the first of some profiles."""
    assert validate(resource) == []
    library = Library(definitions)
    profile = library.profile(definitions[0]["url"])
    assert profile is not None
    return list(keeps(resource, profile, library, with_warnings=warns))


def told(resource: Json, *definitions: Json) -> list[tuple[str, str]]:
    return [(it.path, it.code) for it in issues(resource, *definitions)]


def test_what_keeps_a_profile_has_no_issues() -> None:
    resource = pulse(method=coding("wrist", "urn:cs"), note=[{"text": "calm"}])

    assert issues(resource, PULSE, PERSON, METHODS, CODES) == []


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ({"status": "amended"}, "Observation.status", "value"),
        ({"code": coding("1-1")}, "Observation.code", "value"),
        ({"subject": {"reference": "Group/1"}}, "Observation.subject", "value"),
        ({"bodySite": {"text": "arm"}}, "Observation.bodySite", "structure"),
        ({"method": coding("old", "urn:cs")}, "Observation.method", "code-invalid"),
        ({"method": coding("wrist", "urn:other")}, "Observation.method", "code-invalid"),
        ({"note": [{"text": "ok"}, {"text": "too long"}]}, "Observation.note[1].text", "value"),
        ({"valueQuantity": {"value": 60}}, "Observation", "invariant"),
    ],
)
def test_what_does_not_keep_it_is_named_with_its_element(more: Json, path: str, code: str) -> None:
    assert told(pulse(**more), PULSE, PERSON, METHODS, CODES) == [(path, code)]


def test_a_missing_element_and_a_wrong_type_of_value_are_named() -> None:
    resource = pulse(valueString="sixty", dataAbsentReason={"text": "a"})
    del resource["subject"], resource["valueQuantity"], resource["dataAbsentReason"]

    found = told(resource, PULSE, PERSON)

    assert ("Observation.subject", "required") in found
    assert ("Observation.valueString", "structure") in found


def test_a_profile_of_another_type_is_not_kept() -> None:
    assert told({"resourceType": "Basic", "code": {"text": "a"}}, PULSE) == [("Basic", "structure")]


def test_an_extensible_binding_only_warns() -> None:
    resource = pulse(interpretation=[coding("x", "urn:mine")])

    assert issues(resource, PULSE, PERSON, METHODS, CODES) == []
    (issue,) = issues(resource, PULSE, PERSON, METHODS, CODES, warns=True)
    assert (issue.path, issue.is_warning) == ("Observation.interpretation[0]", True)


def test_a_binding_whose_codes_nobody_here_knows_refuses_nothing() -> None:
    compose: Json = {"include": [{"system": "urn:cs", "filter": [{"op": "is-a"}]}]}
    filtered: Json = METHODS | {"compose": compose}

    assert issues(pulse(method=coding("any", "urn:x")), PULSE, PERSON, filtered) == []
    assert issues(pulse(method=coding("any", "urn:x")), PULSE, PERSON) == []


def test_a_profile_without_a_snapshot_counts_with_what_it_is_based_on() -> None:
    calm = definition("calm", "Observation",
        {"id": "Observation.value[x].value", "min": 1}, baseDefinition=URL + "pulse",
    )  # fmt: skip

    assert told(pulse(status="amended"), calm, PULSE, PERSON) == [("Observation.status", "value")]


# ------------------------------------------------------------------ slices


def sliced(kind: str, path: str, rules: str, *elements: Json, on: str = "category") -> Json:
    slicing = {"discriminator": [{"type": kind, "path": path}], "rules": rules}
    return definition(
        "sliced", "Observation", {"id": f"Observation.{on}", "slicing": slicing}, *elements
    )


VITAL = {"id": "Observation.category:vital", "min": 1, "max": "1"}


@pytest.mark.parametrize(
    "profile",
    [
        sliced("pattern", "$this", "closed",
               VITAL | {"patternCodeableConcept": coding("v", "urn:k")}),
        sliced("value", "coding.code", "closed", VITAL,
               {"id": "Observation.category:vital.coding.code", "fixedCode": "v"}),
        sliced("value", "coding.code", "closed",
               VITAL | {"patternCodeableConcept": coding("v", "urn:k")}),
    ],
)  # fmt: skip
def test_slices_are_told_apart_by_value(profile: Json) -> None:
    vital, other = coding("v", "urn:k"), coding("other", "urn:k")

    assert told(pulse(category=[vital]), profile) == []
    assert told(pulse(category=[vital, other]), profile) == [
        ("Observation.category[1]", "structure")
    ]
    assert told(pulse(category=[vital, vital]), profile) == [("Observation.category", "structure")]
    assert ("Observation.category", "required") in told(pulse(category=[other]), profile)


def test_slices_are_told_apart_by_existence() -> None:
    profile = sliced("exists", "valueInteger", "open",
        {"id": "Observation.component:measured", "min": 1},
        {"id": "Observation.component:measured.value[x]", "min": 1},
        {"id": "Observation.component:measured.interpretation", "min": 1},
        on="component",
    )  # fmt: skip
    profile["differential"]["element"][0]["slicing"]["discriminator"][0]["path"] = "value"
    with_value = {"code": {"text": "a"}, "valueInteger": 1}

    assert told(pulse(component=[with_value]), profile) == [
        ("Observation.component[0].interpretation", "required")
    ]
    assert told(pulse(component=[{"code": {"text": "a"}}]), profile) == [
        ("Observation.component", "required")
    ]


def test_slices_of_a_choice_are_told_apart_by_type() -> None:
    profile = definition("typed", "Observation",
        {"id": "Observation.value[x]",
         "slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}},
        {"id": "Observation.value[x]:valueQuantity", "min": 0, "type": [{"code": "Quantity"}]},
        {"id": "Observation.value[x]:valueQuantity.code", "min": 1},
    )  # fmt: skip

    assert told(pulse(), profile) == [("Observation.valueQuantity.code", "required")]
    text = pulse(valueString="a")
    del text["valueQuantity"]
    assert told(text, profile) == []


def test_a_choice_may_be_named_by_one_of_its_types() -> None:
    profile = definition("q", "Observation", {"id": "Observation.valueQuantity.code", "min": 1})

    assert told(pulse(), profile) == [("Observation.valueQuantity.code", "required")]


def test_extensions_are_told_apart_by_their_address() -> None:
    extension = definition("tribe", "Extension",
        {"id": "Extension.url", "fixedUri": URL + "tribe"},
        {"id": "Extension.value[x]", "min": 1, "type": [{"code": "string"}]},
    )  # fmt: skip
    profile = definition("p", "Patient",
        {"id": "Patient.extension:tribe", "min": 1, "type": [
            {"code": "Extension", "profile": [URL + "tribe"]}]},
    )  # fmt: skip
    good = {"url": URL + "tribe", "valueString": "a"}
    bad = {"url": URL + "tribe", "valueInteger": 1}

    def of(*extensions: Json) -> list[tuple[str, str]]:
        patient = {"resourceType": "Patient", "extension": list(extensions)}
        return told(patient, profile, extension)

    assert of({"url": "urn:other", "valueInteger": 1}, good) == []
    assert of(bad) == [("Patient.extension[0].valueInteger", "structure")]
    assert of({"url": "urn:other", "valueInteger": 1}) == [("Patient.extension", "required")]


def test_slices_are_told_apart_by_the_profile_of_what_is_referred_to() -> None:
    profile = definition("doc", "Bundle",
        {"id": "Bundle.entry", "slicing": {
            "discriminator": [{"type": "type", "path": "resource"},
                              {"type": "profile", "path": "resource"}], "rules": "open"}},
        {"id": "Bundle.entry:person", "min": 1},
        {"id": "Bundle.entry:person.resource", "type": [
            {"code": "Patient", "profile": [URL + "person"]}]},
    )  # fmt: skip

    def bundle(person: Json) -> Json:
        entry = {"resource": {"resourceType": "Patient"} | person}
        return {"resourceType": "Bundle", "type": "collection", "entry": [entry]}

    assert told(bundle({"birthDate": "1980"}), profile, PERSON) == []
    assert told(bundle({}), profile, PERSON) == [
        ("Bundle.entry", "required"),
        ("Bundle.entry[0].resource.birthDate", "required"),  # why it is not one
    ]


def test_profiles_that_lead_back_to_themselves_end() -> None:
    section = definition("loop", "Questionnaire",
        {"id": "Questionnaire.contained", "type": [
            {"code": "Questionnaire", "profile": [URL + "loop"]}]},
    )  # fmt: skip
    inner = {"resourceType": "Questionnaire", "id": "q", "status": "draft"}
    outer = inner | {"id": "o", "contained": [inner], "derivedFrom": ["#q"]}

    assert told(outer, section) == []


def test_the_examples_of_a_real_guide_keep_its_profiles(test_data: Path) -> None:
    files = sorted((test_data / "fhir" / "balp" / "resources").glob("*.json"))
    resources = [json.loads(it.read_text(encoding="utf-8-sig")) for it in files]
    kinds = ("StructureDefinition", "ValueSet", "CodeSystem")
    library = Library(it for it in resources if it["resourceType"] in kinds)
    checked = 0

    for resource in resources:
        for url in resource.get("meta", {}).get("profile", []):
            profile = library.profile(url)
            assert profile is not None
            assert list(keeps(resource, profile, library)) == []
            checked += 1

    assert checked == 46


def test_an_example_of_a_real_guide_that_lost_something_does_not_keep_it(test_data: Path) -> None:
    folder = test_data / "fhir" / "balp" / "resources"
    definitions = [
        json.loads(it.read_text(encoding="utf-8-sig"))
        for it in folder.glob("StructureDefinition-*.json")
    ]
    library = Library(definitions)
    event = json.loads((folder / "AuditEvent-ex-auditBasicReadServer.json").read_text())
    profile = library.profile(event["meta"]["profile"][0])
    assert profile is not None
    agents = event["agent"]

    for lost in (0, 1):  # client and server; the user may be missing
        event["agent"] = agents[:lost] + agents[lost + 1 :]
        found = list(keeps(event, profile, library))
        assert any(it.path.startswith("AuditEvent.agent") for it in found)


def test_of_many_that_are_of_no_slice_none_is_taken_for_one() -> None:
    many = definition("many", "Bundle",
        {"id": "Bundle.entry",
         "slicing": {"discriminator": [{"type": "profile", "path": "resource"}], "rules": "open"}},
        {"id": "Bundle.entry:pulse", "max": "1"},
        {"id": "Bundle.entry:pulse.resource",
         "type": [{"code": "Observation", "profile": [URL + "pulse"]}]},
    )  # fmt: skip
    others = [{"resource": pulse(status="amended", id=f"o-{n}")} for n in range(30)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": others}

    assert told(bundle, many, PULSE, PERSON) == []
