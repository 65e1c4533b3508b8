"""The International Patient Summary, from resources alone."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine import validate
from asklepion.records.engine.fhirpath.xhtml import is_safe
from asklepion.records.engine.ips import Issued, choose, document, line_of, printed, say
from asklepion.records.engine.ips.shaping import shaped
from asklepion.records.engine.ips.words import says

from ..people import LOINC, MEI, SNOMED, condition, observation, patient

Json = dict[str, Any]
ISSUED = Issued(
    id="0195c9a0-0000-7000-8000-000000000001", at="2026-03-01T12:00:00.000Z",
    base="https://house.example/fhir/R4", version="1",
)  # fmt: skip


def made(*resources: Json, language: str = "en", others: dict[str, Json] | None = None) -> Json:
    issued = Issued(**{**vars(ISSUED), "language": language})
    mine = {f"{it['resourceType']}/{it['id']}": it for it in resources}
    return document(patient(MEI), choose(resources), mine | (others or {}), issued)


def sections(bundle: Json) -> dict[str, Json]:
    held = bundle["entry"][0]["resource"]["section"]
    return {it["code"]["coding"][0]["code"]: it for it in held}


def entries(bundle: Json) -> dict[str, list[str]]:
    return {
        code: [it["reference"] for it in section.get("entry", [])]
        for code, section in sections(bundle).items()
    }


def with_status(id: str, clinical: str, verified: str = "confirmed") -> Json:
    return condition(id, code=id) | {
        "clinicalStatus": {"coding": [{"code": clinical}]},
        "verificationStatus": {"coding": [{"code": verified}]},
    }


def test_of_nothing_the_three_sections_that_must_be_there_say_that_nothing_is_available() -> None:
    bundle = made()

    assert validate(bundle) == []
    assert list(sections(bundle)) == ["11450-4", "48765-2", "10160-0"]
    for section in sections(bundle).values():
        assert section["emptyReason"]["coding"][0]["code"] == "unavailable"
        assert "entry" not in section
        assert "No information is available." in section["text"]["div"]


def test_problems_are_what_stands_and_past_ones_what_is_over() -> None:
    found = entries(made(
        with_status("now", "active"), with_status("again", "recurrence"),
        with_status("over", "resolved"), with_status("calm", "remission"),
        with_status("never", "active", "refuted"),
        with_status("typo", "active", "entered-in-error"),
        condition("unsaid", code="unsaid"),
    ))  # fmt: skip

    assert sorted(found["11450-4"]) == ["Condition/again", "Condition/now", "Condition/unsaid"]
    assert sorted(found["11348-0"]) == ["Condition/calm", "Condition/over"]


@pytest.mark.parametrize(
    ("more", "is_in"),
    [({}, True), ({"status": "on-hold"}, True), ({"status": "stopped"}, False),
     ({"status": "completed"}, False), ({"doNotPerform": True}, False),
     ({"intent": "proposal"}, False)],
)  # fmt: skip
def test_medicines_are_those_that_are_taken_now(more: Json, is_in: bool) -> None:
    request = {
        "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "Metformin"}, "subject": {"reference": MEI},
    } | more  # fmt: skip

    assert entries(made(request))["10160-0"] == (["MedicationRequest/m"] if is_in else [])


def test_of_what_is_measured_often_the_newest_stand_first_and_few_of_a_kind() -> None:
    pulses = [observation(f"p{n:02}", value=60 + n, at=f"2026-01-{n + 1:02}") for n in range(20)]
    labs = [
        observation(f"l{n}", kind="laboratory", at=f"202{n}-01-01")
        | {"code": {"coding": [{"system": LOINC, "code": "718-7"}]}}
        for n in range(6)
    ]

    found = entries(made(*pulses, *labs))

    assert found["8716-3"] == [f"Observation/p{n}" for n in range(19, 11, -1)]
    assert found["30954-2"] == [f"Observation/l{n}" for n in range(5, 1, -1)]


def test_what_was_cancelled_or_wrong_is_not_shown() -> None:
    for status in ("entered-in-error", "cancelled", "registered", "unknown"):
        assert "8716-3" not in entries(made(observation("p") | {"status": status}))


def test_that_somebody_may_look_is_no_wish_for_care_to_come() -> None:
    consent: Json = {
        "resourceType": "Consent", "id": "c", "status": "active", "patient": {"reference": MEI},
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": LOINC, "code": "59284-0"}]}],
    }  # fmt: skip
    wish = consent | {"id": "w", "category": [{"coding": [{"code": "dnr"}]}]}

    assert entries(made(consent, wish))["42348-3"] == ["Consent/w"]


def test_what_leads_out_of_the_summary_is_cut_and_what_is_missing_is_said_to_be_unknown() -> None:
    pulse = observation("p", kind="laboratory") | {
        "encounter": {"reference": "Encounter/secret"},
        "performer": [{"reference": "Practitioner/gone", "display": "Dr Okafor"}],
        "basedOn": [{"reference": "ServiceRequest/1"}, {"display": "a wish"}],
        "text": {"status": "generated", "div": "<div>more than asked</div>"},
        "meta": {"profile": ["https://x"], "tag": [{"code": "t"}], "security": [{"code": "R"}]},
    }
    del pulse["effectiveDateTime"]

    kept = shaped(pulse, {"Observation/p", MEI})

    assert "Encounter/secret" not in str(kept)
    assert kept["performer"] == [{"display": "Dr Okafor", "type": "Practitioner"}]
    assert kept["basedOn"] == [{"display": "a wish"}]
    assert kept["meta"] == {"security": [{"code": "R"}]}
    assert "text" not in kept
    assert kept["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown"
    assert kept["subject"] == {"reference": MEI}
    assert validate(kept) == []


def test_somebody_of_whom_nothing_is_known_is_said_to_be_unknown() -> None:
    kept = shaped({"resourceType": "Patient", "id": "mei"}, set())

    assert validate(kept) == []
    assert kept["name"][0]["_text"]["extension"][0]["valueCode"] == "unknown"
    assert kept["_birthDate"]["extension"][0]["valueCode"] == "unknown"


def test_it_is_written_in_chinese_where_that_is_read() -> None:
    bundle = made(with_status("now", "recurrence"), language="zh-CN")
    section = sections(bundle)["11450-4"]

    assert section["title"] == "当前健康问题"
    assert 'lang="zh-CN"' in section["text"]["div"]
    assert "复发" in section["text"]["div"]
    assert bundle["language"] == "zh-CN"


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(what=words, value=words)
def test_whatever_a_record_says_its_narrative_is_safe_and_well_formed(
    what: str, value: str
) -> None:
    seen = observation("p") | {"code": {"text": what}, "valueString": value}
    del seen["valueQuantity"]

    for language in ("en", "zh-CN"):
        for section in sections(made(seen, language=language)).values():
            assert is_safe(section["text"]["div"])
            ElementTree.fromstring(section["text"]["div"])


@given(what=words)
def test_whatever_a_record_says_it_can_be_printed(what: str) -> None:
    held = condition("c") | {"code": {"text": what}}
    issued = Issued(**{**vars(ISSUED), "language": "zh-CN"})

    pdf = printed(patient(MEI, what), choose([held]), {}, issued)

    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


@given(value=st.floats(-1e9, 1e9, allow_nan=False) | st.integers(-(10**9), 10**9))
def test_a_number_is_shown_as_people_write_it(value: float) -> None:
    shown = line_of(observation("p", value=value), {}, "en").details.split(" ")[0]

    assert "e" not in shown.lower()
    assert float(shown) == pytest.approx(value, rel=1e-3)


def test_a_line_says_what_it_was_how_much_where_it_is_expected_and_when() -> None:
    sodium = observation("s", kind="laboratory", value=140) | {
        "code": {"coding": [{"system": LOINC, "code": "2951-2", "display": "Sodium"}]},
        "valueQuantity": {"value": 164.28633591091844, "unit": "mmol/L"},
        "referenceRange": [{"low": {"value": 135, "unit": "mmol/L"}, "high": {"value": 145}}],
    }
    allergy = {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": MEI},
        "code": {"coding": [{"system": SNOMED, "code": "91936005", "display": "Penicillin"}]},
        "criticality": "high", "reaction": [{"manifestation": [{"text": "Hives"}]}],
    }  # fmt: skip

    assert line_of(sodium, {}, "en") == (
        "Sodium", "164.3 mmol/L; expected 135 mmol/L – 145", "2026-03-01"
    )  # fmt: skip
    assert line_of(allergy, {}, "en") == ("Penicillin", "high risk; Hives", "")


def test_every_word_is_there_in_both_languages() -> None:
    assert says("problems")
    assert say("older", "en", n=3) == "3 older entries are not listed."
    assert say("older", "zh-CN", n=3) == "另有 3 条较早的记录未列出。"
