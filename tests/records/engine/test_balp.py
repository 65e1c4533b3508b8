"""AuditEvents derived from lines of the access log keep IHE's profiles."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine import validate
from asklepion.records.engine.balp import (
    DECIDED,
    DECISION,
    PATTERNS,
    PROFILES,
    House,
    events_of,
    line_of,
)
from asklepion.records.engine.profiles import Library, keeps
from asklepion.records.model import AccessEntry, Category

Json = dict[str, Any]

HOUSE = House("https://here.example/fhir/R4", "here.example")
LINE = AccessEntry(
    id="01960000-0000-7000-8000-000000000001",
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    action="search",
    outcome="permit",
    actor="account-amara",
    actor_name="Amara",
    actor_person="Practitioner/amara",
    patient="Patient/mei",
    purpose="TREAT",
    visit="visit-1",
    via="risk cards",
    consent="consent-1",
    what={"Observation": 2},
    categories=(Category.VITALS,),
    refs=("Observation/pulse-1", "Observation/pulse-2"),
    detail={"query": "Observation?patient=Patient/mei"},
    index=7,
    number=3,
)
ACTIONS = (*PATTERNS, *sorted(DECIDED), "something new")
VARIANTS: tuple[Json, ...] = (
    {},
    {"refs": (), "what": {}, "detail": {}},
    {"consent": "glass/1"},
    {"consent": None, "visit": None, "categories": ()},
    {"actor_person": None, "actor_name": "", "via": ""},
    {"purpose": "no  code"},
    {"detail": {"reason": "unconscious", "client": "An app", "interaction": "update", "x": "y"}},
)


@pytest.fixture(scope="session")
def balp(guides: list[Json]) -> Library:
    kinds = ("StructureDefinition", "ValueSet", "CodeSystem")
    return Library([it for it in guides if it["resourceType"] in kinds])


def bad(event: Json, library: Library) -> list[str]:
    issues = validate(event)
    for url in event["meta"].get("profile", []):
        profile = library.profile(url)
        assert profile is not None, url
        issues += keeps(event, profile, library)
    return [f"{it.path}: {it.expected}" for it in issues]


def profiles_of(line: AccessEntry) -> list[str]:
    events = events_of(line, HOUSE)
    return [it["meta"]["profile"][0].removeprefix(PROFILES) for it in events]


@pytest.mark.parametrize("outcome", ["permit", "deny"])
@pytest.mark.parametrize("action", ACTIONS)
def test_every_line_keeps_the_profile_that_it_names(
    balp: Library, action: str, outcome: str
) -> None:
    for more, patient in product(VARIANTS, ("Patient/mei", "")):
        line = replace(LINE, action=action, outcome=outcome, patient=patient, **more)
        for event in events_of(line, HOUSE):
            assert bad(event, balp) == []
            assert "profile" in event["meta"] or action == "something new" or not patient


def test_a_line_is_told_by_the_pattern_that_fits_it() -> None:
    told = {action: profiles_of(replace(LINE, action=action, consent=None)) for action in PATTERNS}

    assert told == {
        "read": ["PatientRead"],
        "search": ["PatientQuery"],
        "find": ["PatientQuery"],
        "write": ["PatientCreate"],
        "delete": ["PatientDelete"],
        "erase": ["PatientDelete"],
        "grant": ["PatientCreate"],
        "refuse": ["PatientCreate"],
        "revoke": ["PatientUpdate"],
        "import": ["PrivacyDisclosure.Recipient"],
        "export": ["PrivacyDisclosure.Source"],
        "share": ["PrivacyDisclosure.Source"],
        "open": ["PrivacyDisclosure.Source"],
    }
    changed = replace(LINE, action="write", consent=None, detail={"interaction": "update"})
    assert profiles_of(changed) == ["PatientUpdate"]


def test_what_a_consent_allowed_is_an_access_and_a_decision() -> None:
    access, decision = events_of(LINE, HOUSE)

    assert (access["id"], decision["id"]) == (LINE.id, LINE.id + DECISION)
    assert {line_of(it["id"]) for it in (access, decision)} == {LINE.id}
    assert decision["meta"]["profile"] == [f"{PROFILES}AuthZconsent"]
    assert decision["outcome"] == "0"
    assert decision["entity"][-1]["what"] == {"reference": "Consent/consent-1"}


def test_what_was_refused_is_a_decision_alone() -> None:
    (decision,) = events_of(replace(LINE, outcome="deny", consent=None), HOUSE)

    assert (decision["id"], decision["outcome"]) == (LINE.id, "8")
    assert decision["entity"][-1]["what"] == {"display": "No consent allows it."}


def test_a_break_of_the_glass_says_why() -> None:
    line = replace(LINE, action="break-glass", purpose="BTG", detail={"reason": "unconscious"})

    (decision,) = events_of(line, HOUSE)

    assert decision["outcomeDesc"] == "break-glass: allowed. unconscious"
    assert decision["purposeOfEvent"][0]["coding"][0]["code"] == "BTG"


def test_the_question_is_told_as_it_was_asked() -> None:
    query = next(it["query"] for it in events_of(LINE, HOUSE)[0]["entity"] if "query" in it)

    assert base64.b64decode(query).decode() == "Observation?patient=Patient/mei"


def test_nothing_of_a_line_is_lost() -> None:
    whole = str(events_of(replace(LINE, detail={"policy": "v3"}), HOUSE)[0])

    for said in (LINE.actor, LINE.actor_name, LINE.via, LINE.visit, *LINE.refs, "vitals", "v3"):
        assert str(said) in whole


@given(
    st.sampled_from(ACTIONS),
    st.text(max_size=20),
    st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=3),
)
def test_the_same_line_is_always_told_the_same(
    action: str, purpose: str, detail: dict[str, str]
) -> None:
    line = replace(LINE, action=action, purpose=purpose, detail=detail)

    assert events_of(line, HOUSE) == events_of(replace(line), HOUSE)
