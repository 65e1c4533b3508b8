"""The simulation against published responses; docs/rooms/twin/physiology.md has them in a table."""

import pytest

from asklepion.twin import GlucoseEvent, Patient, Person, glucose_body
from asklepion.twin.engine.physio.fluids import Fluids
from asklepion.twin.engine.physio.glucose import GlucoseBody
from asklepion.twin.model import Cannot

from .runs import GROWN, LARGE, between, bled, body, course, event, until


def test_at_rest_everything_is_as_in_a_healthy_man() -> None:
    (rest,) = course(60)

    assert between(69, rest.heart_rate, 71)
    assert between(117, rest.sbp, 123)
    assert between(73, rest.dbp, 79)
    assert between(4.5, rest.output_l, 6.5)  # 2.6 to 3.4 L/min/m²
    assert between(0, rest.central, 8)
    assert between(38, rest.paco2, 42)
    assert between(85, rest.pao2, 105)
    assert between(36, rest.etco2, 42)
    assert between(200, rest.oxygen_used, 270)
    assert between(5, rest.respiratory_rate * rest.tidal_ml / 1000, 8)


def test_blood_loss_goes_through_the_classes_of_atls() -> None:
    first, second, third, fourth = (bled(share) for share in (0.1, 0.2, 0.3, 0.4))

    assert first.heart_rate < 100  # class I: nothing to see
    assert first.sbp > 110
    assert between(75, second.heart_rate, 120)  # class II: pulse pressure narrows
    assert second.sbp > 95
    assert second.sbp - second.dbp < 36
    assert between(100, third.heart_rate, 140)  # class III: pressure falls
    assert third.sbp < 100
    assert fourth.heart_rate > 130  # class IV: it cannot be held
    assert fourth.mean < 60


def test_standing_up_takes_stroke_volume_and_the_pulse_answers() -> None:
    lying, standing = course(30, event("tilt", degrees=70), 180)

    assert between(10, standing.heart_rate - lying.heart_rate, 25)
    assert between(-12, standing.sbp - lying.sbp, 5)
    assert between(0, standing.dbp - lying.dbp, 12)
    assert between(-0.45, standing.stroke_ml / lying.stroke_ml - 1, -0.20)
    assert between(-0.30, standing.output_l / lying.output_l - 1, -0.05)


@pytest.mark.parametrize(
    ("watts", "pulse", "output", "systolic", "oxygen"),
    [
        (50, (90, 115), (7.5, 11), (125, 155), (850, 1150)),
        (100, (112, 140), (10, 14), (140, 175), (1350, 1700)),
        (150, (135, 165), (12.5, 18), (155, 200), (1850, 2350)),
    ],
)
def test_work_raises_pulse_flow_and_systolic_pressure(
    watts: float,
    pulse: tuple[float, float],
    output: tuple[float, float],
    systolic: tuple[float, float],
    oxygen: tuple[float, float],
) -> None:
    (working,) = course(event("exercise", watts=watts), 200)

    assert between(pulse[0], working.heart_rate, pulse[1])
    assert between(output[0], working.output_l, output[1])
    assert between(systolic[0], working.sbp, systolic[1])
    assert between(oxygen[0], working.oxygen_used, oxygen[1])
    assert between(65, working.dbp, 92)
    assert between(33, working.paco2, 42)


def test_of_half_a_litre_of_crystalloid_a_third_is_left_after_half_an_hour() -> None:
    rest, full = course(1, event("crystalloid", ml=500, seconds=200), 200)
    fluids, blood = Fluids(5000, 735), 5000.0
    for second in range(2400):
        blood += fluids.step(blood, 1.0, 500 / 600 if second < 600 else 0, 0, 0)

    assert between(0.70, (full.blood_ml - rest.blood_ml) / 500, 0.97)
    assert between(0.18, (blood - 5000) / 500, 0.40)
    assert 0 <= full.stroke_ml - rest.stroke_ml < 0.14 * rest.stroke_ml


def test_after_a_loss_tissue_gives_some_millilitres_back_each_minute() -> None:
    fluids, blood = Fluids(5000, 735), 5000.0
    blood += fluids.step(blood, 1.0, 0, 0, 900)
    before = blood
    for _ in range(600):
        blood += fluids.step(blood, 1.0, 0, 0, 0)

    assert between(3, (blood - before) / 10, 8)  # Riddez 1998


def closed(person: Person, *, with_oxygen: bool) -> Patient:
    patient = Patient(body(person))
    if with_oxygen:
        patient.apply(event("oxygen", share=1.0))
        patient.step(150)
    patient.apply(event("obstruct", share=1))
    return patient


def test_without_breath_oxygen_lasts_a_minute_on_air_and_nine_with_it_before() -> None:
    on_air, before = closed(GROWN, with_oxygen=False), closed(GROWN, with_oxygen=True)
    large = closed(LARGE, with_oxygen=True)

    assert between(40, until(on_air, 90), 120)  # Farmery and Roe 1996
    assert between(390, until(before, 90), 620)  # Benumof 1997: about 8 minutes
    assert between(120, until(large, 90), 260)  # Benumof 1997: about 3, 127 kg


def test_carbon_dioxide_rises_fast_in_the_first_minute_of_apnoea_and_then_slowly() -> None:
    patient = closed(GROWN, with_oxygen=True)
    start = patient.vitals.paco2
    patient.step(60)
    first = patient.vitals.paco2
    patient.step(180)

    assert between(7, first - start, 16)
    assert between(2.5, (patient.vitals.paco2 - first) / 3, 4.5)


def test_breathing_twice_as_much_as_needed_halves_carbon_dioxide() -> None:
    rest, soon, late = course(1, event("hyperventilate", l_min=12), 120, 500)

    assert between(25, soon.paco2, 34)
    assert between(16, late.paco2, 25)
    assert late.paco2 < soon.paco2 < rest.paco2


def test_noradrenaline_raises_pressure_and_the_reflex_slows_the_heart() -> None:
    rest, on = course(30, event("infuse", "noradrenaline", per_min=7), 300)

    assert between(8, on.mean - rest.mean, 25)
    assert between(-22, on.heart_rate - rest.heart_rate, -4)


def test_propofol_lowers_pressure_and_stops_breath_for_a_while() -> None:
    rest, soon, later = course(30, event("bolus", "propofol", amount=140), 75, 525)
    (old,) = course(
        event("bolus", "propofol", amount=140), 120, person=Person(age=80, weight_kg=70)
    )

    assert between(-0.35, soon.sbp / rest.sbp - 1, -0.10)
    assert soon.respiratory_rate * soon.tidal_ml < 0.3 * rest.respiratory_rate * rest.tidal_ml
    assert abs(later.sbp - rest.sbp) < 12
    assert old.sbp < soon.sbp


def test_remifentanil_slows_breath_and_raises_carbon_dioxide() -> None:
    rest, on = course(30, event("infuse", "remifentanil", per_min=7), 480)

    assert on.respiratory_rate < 0.8 * rest.respiratory_rate
    assert between(2.5, on.paco2 - rest.paco2, 15)


def test_a_beta_blocker_slows_the_heart_more_in_work_than_at_rest() -> None:
    given = event("bolus", "metoprolol", amount=10)
    rest, calm, working = course(30, given, 360, event("exercise", watts=100), 150)
    (free,) = course(event("exercise", watts=100), 150)

    assert between(3, rest.heart_rate - calm.heart_rate, 15)
    assert between(12, free.heart_rate - working.heart_rate, 35)


def test_rocuronium_stops_breath_within_two_minutes_and_a_ventilator_takes_over() -> None:
    given = event("bolus", "rocuronium", amount=42)
    stopped, ventilated = course(
        *(given, 100, event("ventilate", rate=14, tidal_ml=450), 300)
    )  # fmt: skip

    assert stopped.respiratory_rate == 0
    assert stopped.etco2 is None
    assert ventilated.spo2 > 96
    assert between(34, ventilated.paco2, 46)


def glucose(kind: str, *events: GlucoseEvent, hours: float = 6) -> list[float]:
    """Glucose [mg/dL] every 30 minutes."""
    made = glucose_body(Person(diabetes=kind))
    assert not isinstance(made, Cannot)
    return sugar(made, *events, hours=hours)


def sugar(made: GlucoseBody, *events: GlucoseEvent, hours: float) -> list[float]:
    shown: list[float] = []
    for minute in range(0, round(hours * 60) + 1, 30):
        for it in events:
            if it.at == minute:
                made.apply(it)
        shown.append(made.glucose)
        made.advance(30)
    return shown


def meal(grams: float) -> GlucoseEvent:
    return GlucoseEvent(at=0, kind="meal", values={"carbs_g": grams})


def units(amount: float) -> GlucoseEvent:
    return GlucoseEvent(at=0, kind="insulin", values={"units": amount})


def test_75_g_of_glucose_tell_the_healthy_from_those_with_type_2_diabetes() -> None:
    healthy, ill = glucose("none", meal(75)), glucose("type2", meal(75))

    assert between(130, max(healthy), 185)
    assert healthy[4] < 140  # at two hours: the line of the WHO
    assert between(80, healthy[8], 100)
    assert ill[4] > 200
    assert between(240, max(ill), 340)


def test_in_type_1_diabetes_a_missed_bolus_raises_and_too_much_insulin_lowers_glucose() -> None:
    steady = glucose("type1")
    missed, taken = glucose("type1", meal(60)), glucose("type1", meal(60), units(6))
    overdose = glucose("type1", units(10))

    assert max(steady) - min(steady) < 0.5
    assert between(220, max(missed), 340)
    assert max(missed) - max(taken) > 40
    assert between(70, min(taken), 180)
    assert min(overdose) < 54  # level 2 hypoglycaemia


def test_an_hour_of_work_lowers_glucose_in_type_1_diabetes() -> None:
    work = GlucoseEvent(at=0, kind="exercise", values={"watts": 75})
    rest = GlucoseEvent(at=60, kind="exercise", values={"watts": 0})
    shown = glucose("type1", work, rest)

    assert between(20, shown[0] - shown[2], 70)


def test_metformin_lowers_fasting_glucose_by_some_tenths() -> None:
    taken = glucose("type2", GlucoseEvent(at=0, kind="metformin", values={}), hours=12)

    assert between(0.08, 1 - taken[-1] / taken[0], 0.30)  # Hundal 2000: 25 %
