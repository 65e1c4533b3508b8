"""Two futures side by side: associations and what trials found, never one for the other."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.records import Category
from asklepion.twin.engine.card_prevent import read_prevent
from asklepion.twin.engine.futures.choices import Choices, make_futures
from asklepion.twin.engine.futures.effects import af_points, effects
from asklepion.twin.engine.futures.trials import TRIALS
from asklepion.twin.engine.prevent import Prevent
from asklepion.twin.wire import Amount, Effect, Future
from tests.conftest import NOON, People

from .build import Resource, chart, condition, examined, lab, measured, medicine, patient, pressure
from .test_service import HER, allow, bring_in, his, record

PATH = "/api/twin/p-1/futures"
LDL = lab("18262-6", 128, "mg/dL")
FIBRILLATION = condition("49436004", "Atrial fibrillation")
FAILURE = condition("84114007", "Heart failure")


@pytest.fixture
def database_url() -> str:
    return ""


def found(*resources: Resource, **person: Any) -> dict[tuple[str, str], Effect]:
    of = chart(patient(**person), *resources)
    reading = read_prevent(of, NOON)
    prevent = reading.result if isinstance(reading.result, Prevent) else None
    told = effects(of, NOON, prevent, reading.person)
    return {(one.treatment, one.outcome): one for one in told}


def refused(effect: Effect) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in effect.missing}


def value(amount: Amount | None) -> float:
    assert amount
    return amount.value


def test_a_statin_takes_the_trials_share_of_the_risk_she_has_without_it() -> None:
    told = found(*examined(), LDL)[("statin_moderate", "ascvd")]

    mmol = 0.30 * 128 * 0.02586
    assert value(told.ratio) == pytest.approx(0.78**mmol)
    without = value(told.baseline)
    assert value(told.then) == pytest.approx(100 * (1 - (1 - without / 100) ** (0.78**mmol)))
    assert value(told.less) == pytest.approx(without - value(told.then))
    assert value(told.treated) == pytest.approx(100 / value(told.less))
    assert {harm.key for harm in told.harms} == {"muscle", "diabetes"}


@given(
    st.floats(60, 250),
    st.floats(130, 200),
    st.floats(130, 320),
    st.booleans(),
)
@settings(max_examples=15)
def test_every_interval_holds_its_number_and_treatment_never_shows_more_harm_than_none(
    ldl: float, systolic: float, total: float, is_old: bool
) -> None:
    born = "1952-03-02" if is_old else "1967-04-18"
    rest = [one for one in examined() if one["id"] not in ("o-85354-9", "o-2093-3")]
    told = found(
        *rest,
        lab("2093-3", total, "mg/dL"),
        lab("18262-6", ldl, "mg/dL"),
        pressure(systolic, 80),
        birthDate=born,
    )

    computed = [one for one in told.values() if one.state == "computed"]
    assert {one.treatment for one in computed} == {
        "statin_moderate",
        "statin_high",
        "pressure_10",
    }
    for one in computed:
        for amount in (one.ratio, one.baseline, one.then, one.less, one.treated):
            assert amount
            assert amount.interval.low <= amount.value + 1e-9
            assert amount.value <= amount.interval.high + 1e-9
        assert value(one.then) < value(one.baseline)
    high, moderate = told[("statin_high", "ascvd")], told[("statin_moderate", "ascvd")]
    assert value(high.then) < value(moderate.then)


def test_a_trial_speaks_only_for_people_like_those_in_it() -> None:
    told = found(*examined(), LDL, medicine("617311", "Atorvastatin 40 MG Oral Tablet"))
    old = found(*examined(), LDL, birthDate="1948-01-01")
    low = [one for one in examined() if one["id"] != "o-85354-9"]

    assert refused(told[("statin_high", "ascvd")]) == {"statin": "excluded"}
    assert refused(old[("statin_high", "ascvd")]) == {"age": "outside"}
    assert refused(found(*examined())[("statin_high", "ascvd")]) == {"ldl_c": "missing"}
    assert refused(found(*low, pressure(118, 70))[("pressure_10", "total_cvd")]) == {
        "sbp": "outside"
    }
    assert refused(found(FAILURE)[("sglt2_reduced", "hf_events")]) == {"lvef": "missing"}
    assert "atrial_fibrillation" in refused(found()[("anticoagulant_af", "af_stroke")])
    assert told[("statin_high", "ascvd")].then is None
    assert all(one.state == "refused" for one in found(deceasedBoolean=True).values())


def test_heart_failure_is_treated_as_in_the_trial_of_its_kind() -> None:
    weak = found(FAILURE, measured("10230-1", 32, "%"))
    stiff = found(FAILURE, measured("10230-1", 55, "%"))

    assert weak[("sglt2_reduced", "hf_events")].state == "computed"
    assert refused(weak[("sglt2_preserved", "hf_events")]) == {"lvef": "outside"}
    one = stiff[("sglt2_preserved", "hf_events")]
    assert value(one.baseline) == 17.1
    # The paper saw 13.8 % of the treated: the ratio of hazards gives nearly that.
    assert value(one.then) == pytest.approx(13.8, abs=0.3)
    # And in DAPA-HF 16.3 %.
    assert value(weak[("sglt2_reduced", "hf_events")].then) == pytest.approx(16.3, abs=0.3)


def test_prediabetes_is_treated_as_in_the_diabetes_prevention_program() -> None:
    told = found(condition("15777000", "Prediabetes"), measured("39156-5", 31, "kg/m2"))

    # The paper saw 4.8 and 7.8 cases in 100 person-years: 13.4 % and 20.9 % in three years.
    lifestyle, metformin = (told[(key, "diabetes")] for key in ("lifestyle_dpp", "metformin_dpp"))
    assert value(lifestyle.then) == pytest.approx(13.4, abs=0.6)
    assert value(metformin.then) == pytest.approx(20.9, abs=0.6)


def test_in_atrial_fibrillation_strokes_fall_from_the_rate_of_her_points() -> None:
    high = condition("38341003", "Hypertension")
    of = chart(patient(birthDate="1950-01-01"), FIBRILLATION, high)
    told = found(FIBRILLATION, high, birthDate="1950-01-01")[("anticoagulant_af", "af_stroke")]
    warned = found(FIBRILLATION, medicine("11289", "Warfarin"))

    assert af_points(of, NOON) == 4  # 76 years, a woman, pressure
    assert value(told.baseline) == 4.8
    assert value(told.then) == pytest.approx(100 * (1 - 0.952**0.36))
    assert refused(warned[("anticoagulant_af", "af_stroke")]) == {"anticoagulant": "excluded"}


def test_ratios_and_their_intervals_are_in_order_and_every_trial_is_named() -> None:
    for trial in TRIALS:
        assert trial.source.url.startswith("https://doi.org/")
        assert trial.harms
        for ratio in trial.ratios:
            assert 0 < ratio.low < ratio.value < ratio.high < 1
            assert ratio.baseline != "arm" or trial.arm


def both(*resources: Resource, a: Choices, b: Choices) -> tuple[Future, Future]:
    told = make_futures(chart(patient(), *resources), HER, NOON, a, b)
    assert told.a
    assert told.b
    return told.a, told.b


def test_a_trials_number_is_the_same_whatever_is_chosen_for_the_equation() -> None:
    alone = Choices(values={}, treatments=["statin_high", "pressure_10"])
    changed = Choices(
        values={"sbp": 120.0, "total_c": 150.0, "smoking": False},
        treatments=["statin_high", "pressure_10"],
    )

    a, b = both(*examined(), LDL, a=alone, b=changed)

    assert a.trials == b.trials
    assert a.association[0].less is None
    assert value(b.association[0].less) > 0
    # A pressure of 120 in the equation is an association, and no medicine's effect.
    assert value(b.association[0].amount) != pytest.approx(value(b.trials[1].then), abs=0.01)
    assert a.simulation is None


def test_what_cannot_be_chosen_is_named() -> None:
    right: dict[str, Any] = {"treatments": []}

    assert Choices(values={"age": 20.0}, **right).wrong() == "age"
    assert Choices(values={"sbp": 60.0}, **right).wrong() == "sbp"
    assert Choices(values={"smoking": 1.0}, **right).wrong() == "smoking"
    assert Choices(values={"sbp": True}, **right).wrong() == "sbp"
    assert Choices(values={}, treatments=["leeches"]).wrong() == "leeches"
    assert Choices(values={"sbp": 120.0, "smoking": False}, **right).wrong() == ""


async def test_futures_are_hers_and_the_doctors_once_she_has_said_what_she_thinks(
    house: House, people: People, stranger: Any, doctor: Any, other_patient: Any, patient: Any
) -> None:
    no_statin = [one for one in record() if one["id"] != "m-617311"]
    await bring_in(house, people, *no_statin, LDL)
    two = {"a": {"choices": {"sbp": 125}}, "b": {"treatments": ["statin_high"]}}
    closed = [
        (await one.post(PATH, json=two)).status_code for one in (stranger, doctor, other_patient)
    ]
    await allow(house, people, *Category)

    own = (await patient.post(PATH, json=two)).json()
    held = (await doctor.post(PATH, json=two)).json()
    await house.twin.estimates.give(his(people), HER, "prevent10", 15)
    shown = (await doctor.post(PATH, json=two)).json()
    bodies: tuple[Any, ...] = (
        {"a": {"choices": {"sbp": 20}}},
        {"a": {"choices": {"sbp": "low"}}},
        {"a": {"treatments": ["leeches"]}},
        {"a": {"choices": {f"x{n}": 1 for n in range(20)}}},
        [],
    )
    wrong = [(await patient.post(PATH, json=body)).status_code for body in bodies]

    assert closed == [401, 404, 404]
    assert (held["state"], held["ask"], held["a"], held["offers"]) == (
        *("asked_first", "prevent10"),
        *(None, []),
    )
    assert shown == own
    assert own["a"]["association"][0]["less"]["value"] > 0
    assert own["b"]["trials"][0]["state"] == "computed"
    assert own["a"]["trials"] == []
    assert {one["key"] for one in own["offers"] if one["tier"] == "trial"} == {
        trial.key for trial in TRIALS
    }
    assert wrong == [400] * 5


@pytest.mark.parametrize("code", ["46635009", "313435000", "23045005", ""])
def test_an_sglt2_inhibitor_is_not_for_type_1_diabetes_however_it_is_called(code: str) -> None:
    her = condition(code or "0", "确诊1型糖尿病" if not code else "Diabetes")

    told = found(*examined(), FAILURE, her)

    assert {
        refused(one).get("type_1_diabetes")
        for (name, _), one in told.items()
        if name.startswith("sglt2")
    } == {"excluded"}
