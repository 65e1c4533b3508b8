"""A hospital stay of a FHIR record as a row of the table that readmission was learned from."""

from datetime import date
from typing import Any

import numpy as np

from asklepion.twin import Cannot, Sex, Why
from asklepion.twin.engine.chart import Person
from asklepion.twin.engine.learned import open_model, readmission
from asklepion.twin.engine.learned.from_record import Stays, stay_row

SNOMED = "http://snomed.info/sct"
ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
HER = Person(sex=Sex.FEMALE, born=date(1950, 6, 1))


def encounter(id: str, kind: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """One visit or stay."""
    period = {"start": start, "end": end}
    return {"resourceType": "Encounter", "id": id, "class": {"code": kind}, "period": period} | more


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
            person=HER,
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
        "no stay": Stays(person=HER, encounters=[], conditions=[DIABETES]),
        "no code": Stays(
            person=HER, encounters=[NOW], conditions=[condition("x", SNOMED, "84114007")]
        ),
        "no diabetes": Stays(person=HER, encounters=[NOW], conditions=[HEART]),
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

    told = stay_row(Stays(person=HER, encounters=[gone], conditions=[DIABETES, HEART]))

    assert not isinstance(told, Cannot)
    model = open_model("readmission")
    rows = readmission.matrix([told], model.facts["tables"])
    assert [need.key for need in model.needs(rows[0])] == ["not_coming_back"]
    assert np.isnan(model.predict(rows).value[0])
