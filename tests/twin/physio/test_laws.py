"""What must hold for every body and whatever happens to it."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.twin import (
    Cannot,
    Event,
    GlucoseEvent,
    Patient,
    Person,
    Rest,
    Sex,
    fit,
    glucose_body,
    simulate,
    simulate_glucose,
)
from asklepion.twin.engine.physio.blood_gas import oxygen_content, oxygen_pressure, saturation
from asklepion.twin.engine.physio.drugs import DRUGS, Dose
from asklepion.twin.engine.physio.lungs import Airway, Blood

from .runs import GROWN, between, bled, body, event

MANY = [
    event("bleed", at=0, ml_min=120, seconds=40),
    event("crystalloid", at=5, ml=300, seconds=30),
    event("blood", at=10, ml=100, seconds=20),
    event("tilt", at=12, degrees=60),
    event("exercise", at=15, watts=60),
    event("infuse", "noradrenaline", at=20, per_min=5),
    event("obstruct", at=30, share=0.4),
]


def test_no_blood_and_no_water_is_made_or_lost() -> None:
    patient = Patient(body())
    for it in MANY:
        patient.apply(it)
    patient.step(60)

    assert abs(patient.fluids.balance(patient.circulation.blood_ml)) < 1e-6
    assert patient.fluids.bled == pytest.approx(80, abs=0.5)
    assert patient.fluids.infused == pytest.approx(300, abs=0.5)


def test_oxygen_and_carbon_dioxide_are_neither_made_nor_lost() -> None:
    gas, blood = Patient(body()).gas, Blood(flow=90, volume=5000, haemoglobin=14.7)
    held, co2 = gas.oxygen_held(blood), gas.co2
    stored = (gas.fast_ml_mmhg + 5000 * 0.0065) * gas.tissue_co2
    stored += gas.slow_ml_mmhg * gas.muscle_co2
    for second in range(600):
        air = Airway(ventilation=0 if second > 300 else 90, is_open=second < 450)
        gas.step(air, blood, 260, 210)

    came = gas.inspired_total - gas.used_total
    now = (gas.fast_ml_mmhg + 5000 * 0.0065) * gas.tissue_co2 + gas.slow_ml_mmhg * gas.muscle_co2
    assert gas.oxygen_held(blood) - held == pytest.approx(came, abs=1e-6)
    assert now - stored + gas.co2 - co2 == pytest.approx(gas.made_co2 - gas.expired_co2, abs=1e-6)


@pytest.mark.parametrize("kind", ["none", "type1", "type2"])
def test_no_glucose_is_made_or_lost(kind: str) -> None:
    made = glucose_body(Person(diabetes=kind))
    assert not isinstance(made, Cannot)
    before = made.gp + made.gt
    made.apply(GlucoseEvent(at=0, kind="meal", values={"carbs_g": 60}))
    made.apply(GlucoseEvent(at=0, kind="insulin", values={"units": 2}))
    made.advance(240)
    books = made.books

    came = books.made + books.absorbed - books.used - books.excreted
    eaten = made.stomach + made.ground + made.gut + books.absorbed / made.it.f
    assert made.gp + made.gt - before == pytest.approx(came, abs=1e-6)
    assert eaten == pytest.approx(books.eaten, abs=1e-6)


@pytest.mark.parametrize("drug", DRUGS)
def test_no_drug_is_made_or_lost(drug: str) -> None:
    dose = Dose(DRUGS[drug].kinetics(GROWN), rate=1.0)
    dose.bolus(10)
    for _ in range(600):
        dose.step(0.5)

    assert sum(dose.amounts) + dose.gone == pytest.approx(dose.given, rel=1e-9)
    assert min(dose.amounts) >= 0


def test_the_same_input_gives_the_same_bits() -> None:
    first, second = (simulate(GROWN, MANY, 60) for _ in range(2))

    assert first == second


def test_steps_of_any_length_lead_to_the_same_place() -> None:
    coarse, fine = Patient(body()), Patient(body())
    for patient in (coarse, fine):
        patient.apply(event("tilt", degrees=60))
    coarse.step(6)
    for _ in range(600):
        fine.step(0.01)

    assert fine.vitals == coarse.vitals
    assert fine.take_trace() == coarse.take_trace()
    assert len(coarse.take_trace()) == 0  # taken is taken


def test_more_blood_lost_is_never_a_higher_pressure() -> None:
    means = [bled(share).mean for share in (0, 0.1, 0.2, 0.3, 0.4)]

    assert means == sorted(means, reverse=True)


def test_more_insulin_is_never_more_glucose() -> None:
    def curve(amount: float) -> list[float | None]:
        meal = GlucoseEvent(at=0, kind="meal", values={"carbs_g": 50})
        given = GlucoseEvent(at=0, kind="insulin", values={"units": amount})
        return simulate_glucose(Person(diabetes="type1"), [meal, given], 300).values["glucose"]

    curves = [curve(amount) for amount in (0, 1, 3, 8)]

    for less, more in pairwise(curves):
        assert all(b <= a + 1e-9 for a, b in zip(less, more, strict=True) if a and b)


def test_a_loss_beyond_what_can_be_borne_ends_in_a_standstill_and_in_no_nonsense() -> None:
    curves = simulate(GROWN, [event("bleed", ml_min=1500, seconds=600)], 240)

    assert curves.stopped_at is not None
    assert between(60, curves.stopped_at, 240)
    assert curves.values["heart_rate"][-1] == 0
    assert min(v for v in curves.values["blood_ml"] if v is not None) > 1000


PEOPLE = [
    (Person(weight_kg=70, height_cm=155, age=46, sex=Sex.FEMALE), (51, 111, 59, 91, 24)),
    (Person(weight_kg=133, height_cm=163, age=90, sex=Sex.FEMALE), (64, 123, 76, 88, 16)),
    (Person(weight_kg=46, height_cm=188, age=78, sex=Sex.FEMALE), (77, 136, 98, 98, 15)),
    (Person(weight_kg=142, height_cm=193, age=23), (90, 130, 99, 98, 12)),
    (Person(weight_kg=60, height_cm=160, age=70), (105, 95, 55, 95, 20)),
    (Person(weight_kg=80, height_cm=180, age=55), (58, 172, 84, 96, 13)),
]


def test_rest_is_what_was_measured_and_stays_so() -> None:
    for person, (pulse, sbp, dbp, spo2, rate) in PEOPLE:
        rest = Rest(heart_rate=pulse, sbp=sbp, dbp=dbp, spo2=spo2, respiratory_rate=rate)
        patient = Patient(body(person, rest))
        patient.step(30)
        shown = patient.vitals

        assert abs(shown.heart_rate - pulse) < 2
        assert abs(shown.sbp - sbp) < 4
        assert abs(shown.dbp - dbp) < 4
        assert abs(shown.spo2 - spo2) < 1
        assert abs(shown.respiratory_rate - rate) < 1
        assert between(38.5, shown.paco2, 41.5)


def test_what_cannot_be_fitted_is_named() -> None:
    nothing = fit(GROWN, Rest(sbp=120))
    odd = fit(GROWN, Rest(heart_rate=300, sbp=120, dbp=115))

    assert isinstance(nothing, Cannot)
    assert [need.key for need in nothing.needs] == ["heart_rate", "dbp"]
    assert isinstance(odd, Cannot)
    assert [need.key for need in odd.needs] == ["heart_rate", "dbp"]


@given(
    pressure=st.floats(1, 600), co2=st.floats(10, 90), hb=st.floats(5, 20), warm=st.floats(34, 41)
)
def test_oxygen_in_blood_grows_with_its_pressure_and_can_be_read_back(
    pressure: float, co2: float, hb: float, warm: float
) -> None:
    content = oxygen_content(pressure, co2, hb, warm)

    assert oxygen_content(pressure + 1, co2, hb, warm) > content
    assert oxygen_pressure(content, co2, hb, warm) == pytest.approx(pressure, abs=0.01)
    assert saturation(pressure, co2 + 5, warm) < saturation(pressure, co2, warm)  # Bohr


@pytest.mark.parametrize(
    ("oxygen", "saturated"), [(10, 9.6), (27, 50.3), (40, 74.9), (60, 90.6), (100, 97.7)]
)
def test_saturation_is_as_severinghaus_published(oxygen: float, saturated: float) -> None:
    assert 100 * saturation(oxygen) == pytest.approx(saturated, abs=0.4)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Person(weight_kg=12), "weight_kg"),
        (lambda: Person(diabetes="often"), "kind of diabetes"),
        (lambda: event("sneeze"), "no such event"),
        (lambda: event("bleed", ml_min=-1, seconds=60), "another number"),
        (lambda: event("bleed", ml_min=100), "another number"),
        (lambda: event("bleed", ml_min=float("nan"), seconds=60), "another number"),
        (lambda: event("tilt", degrees=10, force=1), "no such number"),
        (lambda: event("bolus", "aspirin", amount=1), "no such drug"),
        (lambda: event("bolus", "propofol", amount=9000), "more propofol"),
        (lambda: Event(at=-1, kind="tilt", values={"degrees": 10}), "outside"),
        (lambda: GlucoseEvent(at=0, kind="meal", values={}), "other numbers"),
        (lambda: GlucoseEvent(at=0, kind="meal", values={"carbs_g": 9e9}), "another number"),
        (lambda: simulate(GROWN, [], 1e9), "too long"),
        (lambda: simulate_glucose(GROWN, [], 1), "too short"),
        (lambda: simulate(GROWN, [event("breathe")] * 41, 10), "too many"),
        (lambda: simulate(GROWN, [], 10, rest=Rest()), "Nobody fits"),
        (lambda: simulate_glucose(GROWN, [], 60, fasting_mg_dl=400), "Nobody fits"),
    ],
)
def test_what_makes_no_sense_is_refused_in_clear_words(wrong: Any, said: str) -> None:
    with pytest.raises(Incorrect, match=said):
        wrong()
