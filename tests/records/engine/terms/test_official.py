"""R4's own value sets come to what HL7 published them to come to."""

import json
import tarfile
from pathlib import Path

import pytest

from asklepion.kit.errors import HouseError
from asklepion.records.engine.terms import Coding, Terms, expand, is_member

# Published with fewer codes than their definitions hold: cut off, or against other code systems.
PUBLISHED_OTHERWISE = {
    "http://hl7.org/fhir/ValueSet/c80-doc-typecodes",
    "http://hl7.org/fhir/ValueSet/detectedissue-category",
    "http://hl7.org/fhir/ValueSet/diagnostic-service-sections",
    "http://hl7.org/fhir/ValueSet/observation-interpretation",
    "http://hl7.org/fhir/ValueSet/patient-contactrelationship",
    "http://hl7.org/fhir/ValueSet/relatedperson-relationshiptype",
    "http://hl7.org/fhir/ValueSet/security-labels",
    "http://terminology.hl7.org/ValueSet/v2-0487",
    "http://terminology.hl7.org/ValueSet/v2-0916",
    "http://terminology.hl7.org/ValueSet/v3-ActPharmacySupplyType",
}
CACHE = Path(__file__).parents[4] / ".cache" / "fhir" / "hl7.fhir.r4.expansions-4.0.1.tgz"


def published() -> dict[str, set[tuple[str, str]]]:
    if not CACHE.exists():
        pytest.skip("HL7's expansions are not here: python tools/fhir_tables.py fetches them")
    found: dict[str, set[tuple[str, str]]] = {}
    with tarfile.open(CACHE) as archive:
        for member in archive:
            if member.name.endswith(".json") and "ValueSet-" in member.name:
                it = json.load(archive.extractfile(member))  # pyright: ignore
                found[it["url"]] = {
                    (code["system"].partition("|")[0], code["code"])
                    for code in it["expansion"].get("contains", [])
                }
    return found


def test_they_are_expanded_as_published_but_for_codes_that_are_no_answer() -> None:
    terms = Terms()
    same, unknowable, other = 0, 0, set[str]()

    for url, wanted in published().items():
        value_set = terms.definition("ValueSet", url)
        try:
            members, _ = expand(terms, value_set or {"compose": {"include": [{"system": url}]}})
        except HouseError:
            unknowable += 1
            continue
        codes = {(it.system.partition("|")[0], it.code): it for it in members}
        odd = {key for key, it in codes.items() if it.is_abstract or it.is_inactive}
        if codes.keys() - odd == wanted - odd:
            same += 1
        else:
            other.add(url)

    assert other == PUBLISHED_OTHERWISE
    assert (same, unknowable) == (482, 61)


def test_whatever_is_expanded_is_a_member_and_what_is_not_is_none() -> None:
    terms = Terms()

    for url in ("administrative-gender", "coverage-type", "observation-status", "marital-status"):
        value_set = terms.definition("ValueSet", f"http://hl7.org/fhir/ValueSet/{url}")
        assert value_set is not None
        members, systems = expand(terms, value_set)
        assert members
        for it in members:
            assert is_member(terms, value_set, Coding(it.system, it.code)) is not None
        for system in systems:
            assert is_member(terms, value_set, Coding(system, "no-such-code")) is None


def test_chinese_names_are_told_where_r4_has_them() -> None:
    system = Terms().system("http://hl7.org/fhir/resource-types")
    assert system is not None
    concept = system.find("Account")
    assert concept is not None

    assert {"language": "zh", "value": "账户"} in concept.names
