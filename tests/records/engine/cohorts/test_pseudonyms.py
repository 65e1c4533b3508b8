"""What names a person is gone, and what belongs together stays together."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine.cohorts import Pseudonyms

PATIENT = {
    "resourceType": "Patient",
    "id": "mei",
    "meta": {"source": "urn:clinic"},
    "text": {"status": "generated", "div": "<div>Mei Lin</div>"},
    "identifier": [{"value": "SECRET-1"}],
    "name": [{"family": "Lin"}],
    "telecom": [{"value": "SECRET-2"}],
    "address": [{"line": ["SECRET-3"], "city": "SECRET-4", "country": "CN"}],
    "birthDate": "1980-04-02",
    "gender": "female",
    "contact": [{"name": {"family": "SECRET-5"}}],
    "extension": [{"url": "x", "valueString": "SECRET-6"}],
}


def test_who_she_is_is_gone_and_what_research_asks_is_left() -> None:
    hidden = Pseudonyms(b"k" * 32).hide(PATIENT)

    assert hidden == {
        "resourceType": "Patient",
        "id": Pseudonyms(b"k" * 32).of("Patient/mei"),
        "address": [{"country": "CN"}],
        "birthDate": "1980",
        "gender": "female",
    }


def test_references_lead_to_the_same_pseudonym_and_say_no_name() -> None:
    names = Pseudonyms(b"k" * 32)
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/mei", "display": "Mei Lin", "identifier": {"value": "1"}},
        "asserter": {"reference": "https://elsewhere.example/Patient/mei"},
        "note": [{"text": "Mei said"}],
        "code": {"text": "Hypertension", "coding": [{"code": "38341003", "display": "BP"}]},
    }

    hidden = names.hide(condition)

    assert hidden["subject"] == {"reference": f"Patient/{names.of('Patient/mei')}"}
    assert hidden["asserter"] == {}
    assert hidden["code"] == condition["code"]
    assert "Mei" not in json.dumps(hidden)


def test_narratives_within_a_document_are_gone_as_well() -> None:
    section = {"title": "Problems", "text": {"status": "generated", "div": "<div>Mei</div>"}}
    composition = {"resourceType": "Composition", "id": "c", "section": [section]}

    assert Pseudonyms(b"k" * 32).hide(composition)["section"] == [{"title": "Problems"}]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_two_cohorts_share_no_name(one: bytes, other: bytes) -> None:
    same = Pseudonyms(one).of("Patient/mei") == Pseudonyms(other).of("Patient/mei")

    assert same == (one == other)


def test_no_synthetic_patient_is_named_in_what_is_left(test_data: Path) -> None:
    names = Pseudonyms(b"k" * 32)
    checked = 0
    for file in sorted((test_data / "synthea").rglob("*.json"))[:6]:
        bundle = json.loads(file.read_text())
        resources = [it["resource"] for it in bundle.get("entry", [])]
        for patient in (it for it in resources if it["resourceType"] == "Patient"):
            family = patient["name"][0]["family"]
            hidden = json.dumps([names.hide(it) for it in resources])
            assert family not in hidden
            assert patient["id"] not in hidden
            checked += 1
    assert checked
