import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asklepion.records.engine import Indexer, validate
from asklepion.records.engine.tables import Element, nodes, resource_types
from asklepion.records.model import Issue

Json = Any
MISTER = {"resourceType": "Patient", "gender": "mister"}
Damage = Callable[[dict[str, Json], Element], str | None]


def pressure() -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-03-01T12:00:00Z",
        "component": [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
                "valueQuantity": {"value": 120, "unit": "mmHg"},
            }
        ],
    }


def test_a_good_resource_has_no_issues() -> None:
    assert validate(pressure()) == []


def test_every_synthea_entry_is_good(synthea: list[dict[str, Any]]) -> None:
    assert len(synthea) == 11_072
    assert [it for it in synthea if validate(it)] == []


def test_the_examples_of_the_guides_are_good_but_for_three_that_are_not(
    guides: list[dict[str, Any]],
) -> None:
    refused = [it["resourceType"] for it in guides if validate(it)]

    assert len(guides) > 50
    # Two in the shape of R5, and a file name where base64 should be.
    assert sorted(refused) == ["Binary", "ImplementationGuide", "ImplementationGuide"]


@pytest.mark.parametrize(
    ("damage", "path", "code"),
    [
        ({"status": "finished"}, "status", "code-invalid"),
        ({"status": None}, "status", "code-invalid"),
        ({"code": {}}, "code", "structure"),
        ({"mood": "good"}, "mood", "structure"),
        ({"subject": "Patient/1"}, "subject", "structure"),
        ({"category": {"text": "vital"}}, "category", "structure"),
        ({"category": []}, "category", "structure"),
        ({"note": [{"time": "2026-03-01"}]}, "note[0].text", "required"),
        ({"effectiveDateTime": "2023-02-30"}, "effectiveDateTime", "value"),
        ({"effectiveDateTime": "2026-03-01T12:00:00"}, "effectiveDateTime", "value"),
        ({"effectiveInstant": "2026-03-01T12:00:00Z"}, "effectiveInstant", "structure"),
        ({"issued": "2026-03-01"}, "issued", "value"),
        ({"id": "a b"}, "id", "value"),
        ({"valueInteger": 1.5}, "valueInteger", "structure"),
        ({"valueInteger": 2**31}, "valueInteger", "value"),
        ({"valueBoolean": "true"}, "valueBoolean", "structure"),
        ({"valueString": ""}, "valueString", "value"),
        ({"valueString": "a\x00b"}, "valueString", "value"),
        ({"_status": {"id": 5}}, "_status.id", "structure"),
        ({"contained": [{"resourceType": "No"}]}, "contained[0].resourceType", "structure"),
        ({"contained": [MISTER]}, "contained[0].gender", "code-invalid"),
        ({"text": {"status": "generated", "div": "<p>hi</p>"}}, "text.div", "value"),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_told_with_its_place_and_its_code(
    damage: dict[str, Json], path: str, code: str
) -> None:
    issues = validate(pressure() | damage)

    assert (f"Observation.{path}", code) in [(it.path, it.code) for it in issues]


def test_an_element_that_is_missing_is_named() -> None:
    resource = pressure()
    del resource["status"]

    assert validate(resource) == [
        Issue("Observation.status", "to be there: it is mandatory", "required")
    ]


def test_a_mandatory_primitive_may_be_known_by_its_extensions_alone() -> None:
    resource = pressure()
    del resource["status"]
    resource["_status"] = {"extension": [{"url": "http://a.example/why", "valueCode": "unknown"}]}

    assert validate(resource) == []


def test_a_list_of_primitives_may_have_holes_where_extensions_stand() -> None:
    reason = {"url": "https://example.org/why", "valueCode": "unknown"}
    name = {"given": ["Ann", None], "_given": [None, {"extension": [reason]}]}

    assert validate({"resourceType": "Patient", "name": [name]}) == []


def test_a_concept_with_a_required_binding_needs_one_of_its_codes() -> None:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}}
    good = {"coding": [{"code": "x"}, {"system": system, "code": "active"}]}

    assert validate(condition | {"clinicalStatus": good}) == []
    for bad in ({"coding": [{"system": system, "code": "x"}]}, {"coding": [{"code": "active"}]}):
        issues = validate(condition | {"clinicalStatus": bad})
        assert [it.code for it in issues] == ["code-invalid"]
    assert [it.code for it in validate(condition | {"clinicalStatus": {"text": "x"}})] == [
        "required"
    ]


def test_bad_entries_of_a_bundle_are_told_apart() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": pressure(), "request": {"method": "POST", "url": "Observation"}},
            {"resource": pressure() | {"status": "x"}},
            {"resource": {"resourceType": "Parameters", "parameter": [{"name": "a", "part": [
                {"name": "b", "resource": {"resourceType": "Patient", "active": 1}}
            ]}]}},
        ],
    }  # fmt: skip

    paths = [it.path for it in validate(bundle)]

    assert paths == [
        "Bundle.entry[1].resource.status",
        "Bundle.entry[2].resource.parameter[0].part[0].resource.active",
    ]


def test_no_issue_ever_repeats_a_value() -> None:
    secret = "Wanda Secret 1970"
    resource: dict[str, Json] = {"resourceType": "Patient", "id": secret, "active": secret}
    resource |= {"gender": secret, "birthDate": secret, "name": secret, "photo": [secret]}
    resource |= {"contact": [{"name": {"family": [secret]}}], "multipleBirthInteger": secret}

    issues = validate(resource)

    assert len(issues) == 8
    assert not any("secret" in f"{it.path} {it.expected}".lower() for it in issues)


@pytest.mark.parametrize("resource", [{}, {"resourceType": 5}, {"resourceType": "Resource"}])
def test_without_a_type_it_is_nothing(resource: dict[str, Json]) -> None:
    assert [it.path for it in validate(resource)] == ["resourceType"]


def test_deep_nests_long_lists_and_long_texts_end_soon() -> None:
    deep: dict[str, Json] = {"url": "a", "valueBoolean": True}
    within: dict[str, Json] = {"resourceType": "Patient"}
    for _ in range(400):
        deep = {"url": "a", "extension": [deep]}
        within = {"resourceType": "Patient", "contained": [within]}

    assert validate({"resourceType": "Patient", "extension": [deep]}) == []
    assert "within each other" in validate(within)[0].expected
    assert "within each other" in validate({"resourceType": "Patient", "item": [deep]})[0].expected
    assert len(validate({"resourceType": "Patient", "name": [5] * 10_000})) == 50
    (first,) = validate({"resourceType": "Patient", "name": [5] * 4_000_000})
    assert first.path == "Patient.name[0]"
    assert validate({"resourceType": "Binary", "contentType": "a/b", "data": "AAAA" * 10**6}) == []
    assert len(validate({"resourceType": "Patient", "language": "a " * 10**6})) == 1


# ------------------------------------------------------------------ damage done at random


def without(node: dict[str, Json], element: Element) -> str | None:
    if element.least and element.name in node and "_" + element.name not in node:
        del node[element.name]
        return element.name
    return None


def unknown(node: dict[str, Json], _: Element) -> str | None:
    node["unheardOf"] = "x"
    return "unheardOf"


def list_for_one(node: dict[str, Json], element: Element) -> str | None:
    if element.name in node and not element.is_many:
        node[element.name] = [node[element.name]]
        return element.name
    return None


def one_for_list(node: dict[str, Json], element: Element) -> str | None:
    if element.name in node and element.is_many:
        node[element.name] = node[element.name][0]
        return element.name
    return None


def wrong_type(node: dict[str, Json], element: Element) -> str | None:
    if isinstance(node.get(element.name), str):
        node[element.name] = 17
    elif isinstance(node.get(element.name), int | float):
        node[element.name] = "17"
    else:
        return None
    return element.name


def impossible_date(node: dict[str, Json], element: Element) -> str | None:
    if element.name in node and element.types[0] in ("date", "dateTime", "instant"):
        node[element.name] = "2023-02-30" + str(node[element.name])[10:]
        return element.name
    return None


def wrong_code(node: dict[str, Json], element: Element) -> str | None:
    if element.binding and isinstance(node.get(element.name), str):
        node[element.name] = "no-such-code"
        return element.name
    return None


def second_choice(node: dict[str, Json], element: Element) -> str | None:
    if not element.name.endswith("[x]") or len(element.types) < 2:
        return None
    stem = element.name[:-3]
    there = [key for key in node if key.startswith(stem) and key[len(stem) :][:1].isupper()]
    kinds = [kind.split(":")[0] for kind in element.types]
    others = {stem + kind[0].upper() + kind[1:]: kind for kind in kinds} if there else {}
    good = {"string": "x", "boolean": True, "dateTime": "2020", "Period": {"start": "2020"}}
    for key, kind in others.items():
        if key not in node and kind in good:
            node[key] = good[kind]
            return key
    return None


def places(node: Json, type: str) -> Iterator[tuple[dict[str, Json], Element]]:
    """Every element there is, with the definition of what may stand in it."""
    for element in nodes().get(type, []):
        yield node, element
        if len(element.types) == 1 and element.name in node:
            inner = element.types[0].split(":")[0].removeprefix("@")
            values = node[element.name] if element.is_many else [node[element.name]]
            for value in values:
                if isinstance(value, dict) and inner != "Resource":
                    yield from places(value, inner)


@pytest.mark.parametrize(
    "damage",
    [
        *(without, unknown, list_for_one, one_for_list),
        *(wrong_type, impossible_date, wrong_code, second_choice),
    ],
    ids=lambda it: it.__name__,
)
def test_damage_anywhere_is_found(
    damage: Damage, synthea: list[dict[str, Any]], guides: list[dict[str, Any]]
) -> None:
    chance = random.Random(2)
    resources = [it for it in guides if not validate(it)] + chance.sample(synthea, 400)
    done = 0
    for resource in resources:
        candidate = copy.deepcopy(resource)
        spots = list(places(candidate, candidate["resourceType"]))
        chance.shuffle(spots)
        name = next((found for node, it in spots if (found := damage(node, it))), None)
        if name is not None:
            done += 1
            assert any(name in it.path for it in validate(candidate)), (name, candidate)

    assert done >= 40


def test_every_type_can_be_validated_and_indexed(indexer: Indexer) -> None:
    assert len(resource_types()) == 146
    for type in resource_types():
        validate({"resourceType": type})
        indexer.index({"resourceType": type, "id": "1"})
