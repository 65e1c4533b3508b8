"""A hospital stay of a FHIR record as a row of the table that readmission was learned from."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from asklepion.app import House
from asklepion.records import Category
from asklepion.twin import Cannot, Card, Sex, Why
from asklepion.twin.engine.card_readmission import (
    INPUT_KEYS,
    Discharged,
    input_of,
    readmission_cards,
)
from asklepion.twin.engine.chart import Person
from asklepion.twin.engine.learned import open_model, readmission
from asklepion.twin.engine.learned.from_record import Stays, read_stays, stay_row
from asklepion.twin.engine.texts import KEYS
from tests.conftest import NOON, People

from .build import chart, patient
from .test_service import HER, allow, bring_in, his

SNOMED = "http://snomed.info/sct"
ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
SHE = Person(sex=Sex.FEMALE, born=date(1950, 6, 1))


def encounter(id: str, kind: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """One visit or stay."""
    period = {"start": start, "end": end}
    of = {"resourceType": "Encounter", "id": id, "status": "finished", "class": {"code": kind}}
    return of | {"period": period} | more


def condition(id: str, system: str, code: str, of: str = "now") -> dict[str, Any]:
    """One diagnosis of a stay."""
    return {
        "resourceType": "Condition",
        "id": id,
        "code": {"coding": [{"system": system, "code": code}]},
        "encounter": {"reference": f"Encounter/{of}"},
    }


NOW = encounter(
    "now",
    "IMP",
    "2026-03-01T08:00:00Z",
    "2026-03-06T11:00:00Z",
    diagnosis=[{"condition": {"reference": "Condition/heart"}, "rank": 1}],
    hospitalization={
        "admitSource": {"coding": [{"code": "emd"}]},
        "dischargeDisposition": {"coding": [{"code": "snf"}]},
    },
)
DIABETES = condition("sugar", SNOMED, "44054006")
HEART = condition("heart", ICD_10, "I50.9")


def medicine(name: str) -> dict[str, Any]:
    """One medicine given in the stay."""
    return {
        "medicationCodeableConcept": {"text": name},
        "encounter": {"reference": "urn:uuid:now"},
    }


def test_the_latest_stay_becomes_a_row_and_the_row_a_prediction() -> None:
    before = [
        encounter("a", "IMP", "2025-11-01", "2025-11-04"),
        encounter("b", "EMER", "2025-12-01", "2025-12-01"),
        encounter("c", "AMB", "2026-01-01", "2026-01-01"),
        encounter("old", "IMP", "2024-11-01", "2024-11-04"),
    ]

    told = stay_row(
        Stays(
            person=SHE,
            encounters=[*before, NOW],
            conditions=[DIABETES, HEART],
            medicines=[medicine("Insulin glargine 100 U/mL"), medicine("Furosemide 40 MG")],
            procedures=[{"encounter": {"reference": "Encounter/now"}}],
        )
    )

    assert not isinstance(told, Cannot)
    assert told == {
        "encounter_id": "now",
        "age": "[70-80)",
        "gender": "Female",
        "time_in_hospital": "5",
        "number_diagnoses": "2",
        "diag_1": "428",
        "diag_2": "250",
        "admission_source_id": "7",
        "admission_type_id": "1",
        "discharge_disposition_id": "3",
        "number_inpatient": "1",
        "number_emergency": "1",
        "number_outpatient": "1",
        "num_procedures": "1",
        "num_medications": "2",
        "diabetesMed": "Yes",
        **{key: value for key, value in told.items() if value in ("Steady", "No")},
    }
    assert (told["insulin"], told["metformin"]) == ("Steady", "No")
    model = open_model("readmission")
    rows = readmission.matrix([told], model.facts["tables"])
    assert model.needs(rows[0]) == ()
    assert 0.02 < model.predict(rows).value[0] < 0.6


def test_without_what_the_model_learned_from_it_says_what_is_needed() -> None:
    long = NOW | {"period": {"start": "2026-01-01", "end": "2026-03-06"}}
    asked = {
        "no stay": Stays(person=SHE, encounters=[], conditions=[DIABETES]),
        "no code": Stays(
            person=SHE, encounters=[NOW], conditions=[condition("x", SNOMED, "84114007")]
        ),
        "no diabetes": Stays(person=SHE, encounters=[NOW], conditions=[HEART]),
        "too long": Stays(person=Person(), encounters=[long], conditions=[DIABETES, HEART]),
    }

    told = {name: stay_row(each) for name, each in asked.items()}

    needs = {
        name: [(need.key, need.why) for need in each.needs]
        for name, each in told.items()
        if isinstance(each, Cannot)
    }
    assert needs == {
        "no stay": [("hospital_stay", Why.MISSING)],
        "no code": [("diag_1", Why.MISSING), ("diabetes", Why.OUTSIDE)],
        "no diabetes": [("diabetes", Why.OUTSIDE)],
        "too long": [("age", Why.MISSING), ("time_in_hospital", Why.OUTSIDE)],
    }


def test_who_died_there_does_not_come_back() -> None:
    gone = NOW | {"hospitalization": {"dischargeDisposition": {"coding": [{"code": "exp"}]}}}

    told = stay_row(Stays(person=SHE, encounters=[gone], conditions=[DIABETES, HEART]))

    assert not isinstance(told, Cannot)
    model = open_model("readmission")
    rows = readmission.matrix([told], model.facts["tables"])
    assert [need.key for need in model.needs(rows[0])] == ["not_coming_back"]
    assert np.isnan(model.predict(rows).value[0])


def card(
    *,
    days_ago: float = 5,
    hidden: frozenset[str] = frozenset(),
    born: str = "1967-04-18",
    **more: Any,
) -> Card:
    """The card of a stay that ended so many days ago."""
    end = NOON - timedelta(days=days_ago)
    period = {"start": (end - timedelta(days=4)).isoformat(), "end": end.isoformat()}
    found = {"Encounter": [NOW | {"period": period}], "Condition": [DIABETES, HEART]} | more
    of = chart(patient(birthDate=born), hidden=hidden)
    told = readmission_cards(Discharged(chart=of, found=found, now=NOON))
    assert len(told) == 1
    return told[0]


def missing(told: Card) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in told.missing}


def test_within_thirty_days_of_a_stay_there_is_a_chance_with_reasons_that_add_up() -> None:
    told = card()

    assert told.state == "computed", told.missing
    assert told.value is not None
    assert told.interval is not None
    assert told.interval.low <= told.value <= told.interval.high
    chance = told.value / 100
    score = sum(reason.adds for reason in told.reasons)
    assert score == pytest.approx(np.log(chance / (1 - chance)), abs=1e-3)
    assert {one.key for one in told.inputs} >= {"age", "hospital_days", "hospital_before"}


def test_more_stays_before_mean_a_higher_chance() -> None:
    before = [
        encounter(
            f"b{at}",
            "IMP",
            (NOON - timedelta(days=40 * at + 40)).isoformat(),
            (NOON - timedelta(days=40 * at + 37)).isoformat(),
        )
        for at in range(5)
    ]
    end = NOON - timedelta(days=5)
    period = {"start": (end - timedelta(days=4)).isoformat(), "end": end.isoformat()}

    often = card(Encounter=[NOW | {"period": period}, *before])

    first = card()
    assert first.value is not None
    assert often.value is not None
    assert often.value > first.value


def test_what_never_happened_is_not_counted() -> None:
    end = NOON - timedelta(days=5)
    stay = NOW | {"period": {"start": (end - timedelta(days=4)).isoformat(), "end": str(end)}}
    late = {"start": NOON.isoformat(), "end": (NOON + timedelta(days=3)).isoformat()}
    refuted = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    found = {
        "Encounter": [
            stay,
            encounter("off", "IMP", "2026-02-01", "2026-02-04", status="cancelled"),
            encounter("planned", "EMER", "2026-02-01", "2026-02-01", status="planned"),
            NOW | {"id": "later", "period": late},
        ],
        "Condition": [DIABETES, HEART, condition("no", ICD_10, "C34.1") | refuted],
        "Procedure": [{"encounter": {"reference": "Encounter/now"}, "status": "not-done"}],
        "MedicationRequest": [medicine("Insulin") | {"status": "entered-in-error"}],
    }

    told = stay_row(read_stays(SHE, found, NOON))
    nobody = stay_row(read_stays(SHE, found | {"Condition": [DIABETES | refuted, HEART]}, NOON))

    assert not isinstance(told, Cannot)
    assert (told["encounter_id"], told["number_diagnoses"]) == ("now", "2")
    assert (told["number_inpatient"], told["number_emergency"]) == ("0", "0")
    assert not {"num_procedures", "num_medications", "insulin"} & told.keys()
    assert isinstance(nobody, Cannot)
    assert missing(card(Encounter=[stay | {"status": "in-progress"}]))["hospital_stay"] == "missing"


def test_it_is_not_for_children() -> None:
    told = card(born="2012-04-18")

    assert missing(told) == {"age": "outside"}
    assert [need.low for need in told.missing] == [18]


def test_what_is_over_hidden_or_not_there_is_named_and_not_guessed() -> None:
    assert missing(card(days_ago=40)) == {"hospital_stay": "too_old"}
    assert missing(card(Encounter=[]))["hospital_stay"] == "missing"
    assert missing(card(hidden=frozenset({"hospital_stay"})))["hospital_stay"] == "not_allowed"
    assert missing(card(Condition=[HEART]))["dm"] == "outside"
    assert missing(card(hidden=frozenset({"dm"})))["dm"] == "not_allowed"


def test_every_feature_belongs_to_an_input_that_has_words() -> None:
    for feature in open_model("readmission").keys:
        assert f"twin.input.{input_of(feature)}" in KEYS, feature
    for key in INPUT_KEYS:
        assert f"twin.input.{key}" in KEYS


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_the_card_comes_from_the_record_and_is_silent_where_visits_are_hidden(
    house: House, people: People
) -> None:
    end = NOON - timedelta(days=5)
    stay = NOW | {"status": "finished", "subject": {"reference": HER}}
    stay |= {"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}}
    stay |= {"period": {"start": (end - timedelta(days=4)).isoformat(), "end": end.isoformat()}}
    stay = {
        key: value for key, value in stay.items() if key not in ("diagnosis", "hospitalization")
    }
    ills = [one | {"subject": {"reference": HER}} for one in (HEART, DIABETES)]
    await bring_in(house, people, patient(), stay, *ills)

    await allow(house, people, *Category)
    told = {card.id: card for card in await house.twin.predictions(his(people), HER)}

    assert told["readmission"].state == "asked_first", told["readmission"].missing
    assert any(one.reference == "Encounter/now" for one in told["readmission"].inputs)


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_where_she_hides_her_visits_nothing_is_counted(house: House, people: People) -> None:
    ills = [one | {"subject": {"reference": HER}} for one in (HEART, DIABETES)]
    await bring_in(
        house,
        people,
        patient(),
        *({k: v for k, v in one.items() if k != "encounter"} for one in ills),
    )
    await allow(house, people, *(each for each in Category if each != Category.VISITS))

    told = {card.id: card for card in await house.twin.predictions(his(people), HER)}

    assert missing(told["readmission"])["hospital_stay"] == "not_allowed"
