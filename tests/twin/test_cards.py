from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.twin import ckd_epi_2021, prevent
from asklepion.twin.engine.card_egfr import egfr_card
from asklepion.twin.engine.card_news2 import news2_card
from asklepion.twin.engine.card_prevent import BOUNDED, intervals, prevent_cards
from asklepion.twin.engine.chart import Chart
from asklepion.twin.engine.prevent import OUTCOMES, Factors, risks
from asklepion.twin.engine.spread import SPREADS
from asklepion.twin.model import Bedside, Sex
from asklepion.twin.wire import Card
from tests.conftest import NOON

from .build import (
    DAY,
    MINUTE,
    answered,
    chart,
    concept,
    condition,
    examined,
    lab,
    measured,
    medicine,
    observation,
    patient,
    pressure,
    quantity,
    well,
)

HOUR = timedelta(hours=1)


def news2_of(*resources: dict[str, Any], bedside: Bedside | None = None) -> Card:
    return news2_card(chart(patient(), *resources), NOON, bedside or Bedside())


def prevent_of(*resources: dict[str, Any]) -> Card:
    return prevent_cards(chart(patient(), *resources), NOON)[0]


def needs(card: Card) -> dict[str, str]:
    """What a card needs, and why what is there will not do."""
    return {need.key: need.why_key.rpartition(".")[2] for need in card.missing}


def inputs(card: Card) -> dict[str, object]:
    return {one.key: one.value for one in card.inputs}


def limits(card: Card) -> set[str]:
    return {one.key.removeprefix("twin.limit.") for one in card.limits}


def all_cards(of: Chart) -> list[Card]:
    return [news2_card(of, NOON, Bedside()), egfr_card(of, NOON), *prevent_cards(of, NOON)]


def without(resources: list[dict[str, Any]], *codes: str) -> list[dict[str, Any]]:
    return [r for r in resources if r["code"]["coding"][0]["code"] not in codes]


# What holds of every card


def assert_whole(card: Card) -> None:
    assert card.title_key == f"twin.card.{card.id}.title"
    assert card.source.citation
    assert card.source.url.startswith("https://")
    assert card.horizon.key
    assert card.limits
    assert card.inputs
    if card.state == "computed":
        assert card.value is not None
        assert card.interval is not None
        assert card.interval.low <= card.value <= card.interval.high
        assert card.interval.meaning_key
        assert card.as_of
        assert card.missing == []
        for part in card.parts:
            assert part.interval.low <= part.value <= part.interval.high
    else:
        assert card.missing
        assert (card.value, card.interval, card.band, card.as_of) == (None, None, None, None)
        assert (card.parts, card.would_change) == ([], [])


@pytest.mark.parametrize(
    "resources", [[], well(), examined(), [*well(), *examined()], [condition("22298006", "MI")]]
)
def test_no_number_stands_without_inputs_horizon_interval_source_and_limits(
    resources: list[dict[str, Any]],
) -> None:
    for card in all_cards(chart(patient(), *resources)):
        assert_whole(card)


def test_of_somebody_unknown_nothing_can_be_told_and_everything_is_asked_for() -> None:
    cards = all_cards(Chart())

    assert {card.state for card in cards} == {"cannot"}
    assert set(needs(cards[0])) == {one.key for one in cards[0].inputs}


def test_of_the_dead_nothing_is_predicted() -> None:
    of = chart(patient(deceasedBoolean=True), *well(), *examined())

    for card in all_cards(of):
        assert card.state == "cannot"
        assert needs(card)["deceased"] == "excluded"


# NEWS2


def test_a_full_fresh_set_is_scored_with_the_points_of_each_input() -> None:
    card = news2_of(*without(well(), "8867-4"), measured("8867-4", 112, "/min"))

    assert card.value == 2
    assert card.band is not None
    assert card.band.key == "twin.band.news2.low"
    points = {one.key: one.points for one in card.inputs}
    assert points["heart_rate"] == 2
    assert sum(point or 0 for point in points.values()) == 2
    assert all(one.reference for one in card.inputs)


def test_who_is_well_is_in_the_lowest_band() -> None:
    card = news2_of(*well())

    assert card.value == 0
    assert card.band is not None
    assert card.band.key == "twin.band.news2.zero"


def test_an_input_older_than_half_a_day_is_shown_but_not_used() -> None:
    stale = measured("8867-4", 70, "/min", 12 * HOUR + MINUTE)

    card = news2_of(*without(well(), "8867-4"), stale)

    assert needs(card) == {"heart_rate": "too_old"}
    shown = next(one for one in card.inputs if one.key == "heart_rate")
    assert (shown.value, shown.missing) == (70, True)
    assert shown.at is not None


def test_a_reading_from_tomorrow_is_not_trusted() -> None:
    card = news2_of(*without(well(), "8867-4"), measured("8867-4", 70, "/min", -DAY))

    assert needs(card) == {"heart_rate": "impossible"}


def test_a_value_in_the_unit_of_something_else_is_not_read() -> None:
    card = news2_of(*without(well(), "8310-5"), measured("8310-5", 36.8, "kPa"))

    assert needs(card) == {"temperature_c": "unit"}


def test_a_temperature_in_fahrenheit_is_read_as_celsius() -> None:
    card = news2_of(*without(well(), "8310-5"), measured("8310-5", 98.6, "[degF]"))

    assert inputs(card)["temperature_c"] == pytest.approx(37.0)


def test_oxygen_that_flows_counts_two_points() -> None:
    flows = observation("o-3151-8", "3151-8", valueQuantity=quantity(2, "L/min"))

    assert news2_of(*without(well(), "3151-8"), flows).value == 2


def test_what_nobody_measured_can_be_told_at_the_bedside() -> None:
    vitals = without(well(), "80288-4", "3151-8")

    alone = news2_of(*vitals)
    told = news2_of(*vitals, bedside=Bedside(acvpu="C", supplemental_o2=False))

    assert needs(alone) == {"supplemental_o2": "missing", "acvpu": "missing"}
    assert told.value == 3
    assert told.band is not None
    assert told.band.key == "twin.band.news2.low_medium"


def test_the_second_scale_is_used_only_when_asked_for() -> None:
    vitals = [*without(well(), "59408-5"), measured("59408-5", 90, "%")]

    first, second = (news2_of(*vitals, bedside=Bedside(spo2_scale=scale)) for scale in (1, 2))

    assert (first.value, second.value) == (3, 0)
    assert "news2.scale2" in limits(second)


def test_the_interval_is_what_measurement_allows() -> None:
    card = news2_of(*well())

    # A saturation of 98 may be 95 (one point); 36.8 degrees, 121 mmHg, 70 and 16 a minute move
    # within their bands.
    assert card.interval is not None
    assert (card.interval.low, card.interval.high) == (0, 1)


def test_each_input_that_scores_says_what_the_score_would_be_without_it() -> None:
    card = news2_of(*without(well(), "8867-4", "80288-4"), measured("8867-4", 112, "/min"),
                    answered("80288-4", "300202002"))  # fmt: skip

    assert card.value == 5
    assert {(change.key, change.value_then) for change in card.would_change} == {
        ("heart_rate", 3),
        ("acvpu", 2),
    }
    assert card.change_key == "twin.card.change.association"


def test_a_child_and_a_pregnant_woman_are_not_scored() -> None:
    child = chart(patient(birthDate="2012-01-01"), *well())
    pregnant = chart(patient(), *well(), condition("72892002", "Normal pregnancy"))

    assert needs(news2_card(child, NOON, Bedside())) == {"age": "outside"}
    assert needs(news2_card(pregnant, NOON, Bedside())) == {"pregnancy": "excluded"}


def test_a_pregnancy_that_is_over_is_no_reason() -> None:
    over = condition("72892002", "Normal pregnancy", abatementDateTime="2021-01-01")

    assert news2_of(*well(), over).state == "computed"


def test_what_the_patient_has_not_allowed_is_said_and_not_guessed() -> None:
    of = chart(patient(), hidden=frozenset({"heart_rate", "spo2"}))

    found = needs(news2_card(of, NOON, Bedside()))

    assert found["heart_rate"] == found["spo2"] == "not_allowed"
    assert found["sbp"] == "missing"


# Kidneys


def test_the_rate_is_that_of_the_equation_at_the_age_of_the_sample() -> None:
    card = egfr_card(chart(patient(), lab("2160-0", 0.97, "mg/dL", 3650 * DAY)), NOON)

    expected = ckd_epi_2021(creatinine=0.97, age=48, sex="female")
    assert card.value == pytest.approx(expected.value)  # type: ignore[union-attr] # pyright: ignore
    assert inputs(card)["age"] == 48
    assert "old" in limits(card)


@pytest.mark.parametrize(
    ("code", "value", "unit"), [("14682-9", 85.748, "umol/L"), ("38483-4", 0.97, "mg/dL")]
)
def test_creatinine_may_come_in_either_unit(code: str, value: float, unit: str) -> None:
    card = egfr_card(chart(patient(), lab(code, value, unit)), NOON)

    assert inputs(card)["creatinine"] == pytest.approx(0.97)


def test_the_interval_of_the_rate_is_where_the_measured_one_would_lie() -> None:
    card = egfr_card(chart(patient(), lab("2160-0", 0.97, "mg/dL")), NOON)

    assert card.value is not None
    assert card.interval is not None
    # An estimate within 30 % of the measured rate: 0.7 m <= e <= 1.3 m, so e/1.3 <= m <= e/0.7.
    assert card.interval.low * 1.3 == pytest.approx(card.value)
    assert card.interval.high * 0.7 == pytest.approx(card.value)
    assert card.interval.params == {"share": 85}


def test_the_card_says_which_creatinine_would_mean_another_category() -> None:
    card = egfr_card(chart(patient(), lab("2160-0", 1.3, "mg/dL")), NOON)

    assert card.band is not None
    assert card.band.key == "twin.band.kdigo.g3a"
    for change, name in zip(card.would_change, ("G2", "G3b"), strict=True):
        then = ckd_epi_2021(creatinine=float(change.to), age=58, sex="female")
        assert then.category == name  # type: ignore[union-attr] # pyright: ignore
        assert change.value_then == pytest.approx(then.value)  # type: ignore[union-attr] # pyright: ignore


def test_a_creatinine_below_what_the_assay_sees_is_no_number() -> None:
    below = lab("2160-0", 0.2, "mg/dL")
    below["valueQuantity"]["comparator"] = "<"

    assert needs(egfr_card(chart(patient(), below), NOON)) == {"creatinine": "unit"}


def test_a_result_entered_in_error_counts_for_nothing() -> None:
    wrong = lab("2160-0", 9.7, "mg/dL") | {"status": "entered-in-error"}

    card = egfr_card(chart(patient(), wrong, lab("2160-0", 0.97, "mg/dL", 30 * DAY)), NOON)

    assert inputs(card)["creatinine"] == 0.97


# PREVENT


def test_the_risks_are_those_of_the_equation() -> None:
    card = prevent_of(*examined())

    egfr = inputs(card)["egfr"]
    expected = prevent(
        age=58,
        sex="female",
        sbp=138,
        bp_tx=False,
        total_c=196,
        hdl_c=49,
        statin=False,
        dm=False,
        smoking=False,
        egfr=float(str(egfr)),
        bmi=26.9,
    )
    found = {"total_cvd": card.value} | {part.key: part.value for part in card.parts}
    for outcome in OUTCOMES:
        assert found[outcome] == pytest.approx(100 * getattr(expected, outcome))


def test_what_the_record_says_of_illness_and_medicine_goes_in() -> None:
    card = prevent_of(
        *examined(),
        condition("44054006", "Type 2 diabetes mellitus"),
        medicine("617311", "Atorvastatin 40 MG Oral Tablet"),
        medicine("308136", "amLODIPine 2.5 MG Oral Tablet"),
    )

    known = inputs(card)
    assert (known["dm"], known["statin"], known["bp_tx"]) == (True, True, True)


def test_prediabetes_is_no_diabetes_and_a_stopped_medicine_is_none() -> None:
    card = prevent_of(
        *examined(),
        condition("15777000", "Prediabetes"),
        medicine("617311", "Atorvastatin 40 MG Oral Tablet", status="stopped"),
    )

    known = inputs(card)
    assert (known["dm"], known["statin"]) == (False, False)


@pytest.mark.parametrize(
    ("code", "text"),
    [("22298006", "Myocardial infarction"), ("88805009", "Chronic congestive heart failure")],
)
def test_after_an_event_there_is_no_first_one_to_predict(code: str, text: str) -> None:
    healed = condition(code, text, status="resolved")

    assert needs(prevent_of(*examined(), healed)) == {"prior_cvd": "excluded"}


def test_a_family_history_is_not_her_own() -> None:
    card = prevent_of(*examined(), condition("430091005", "Family history of stroke"))

    assert inputs(card)["prior_cvd"] is False


def test_the_pressures_of_a_month_count_as_one() -> None:
    more = [pressure(140, 80, (21 + day) * DAY, f"o-{day}") for day in (1, 2)]
    long_ago = pressure(200, 80, 200 * DAY, "o-old")

    card = prevent_of(*examined(), *more, long_ago)

    assert inputs(card)["sbp"] == pytest.approx((138 + 140 + 140) / 3)


def test_a_recent_sugar_and_albumin_choose_the_larger_model() -> None:
    more = [lab("4548-4", 6.9, "%"), lab("9318-7", 41, "mg/g")]

    card, plain = prevent_of(*examined(), *more), prevent_of(*examined())

    assert {"hba1c", "uacr"} <= inputs(card).keys()
    assert not {"hba1c", "uacr"} & inputs(plain).keys()
    assert card.value != plain.value


def test_an_optional_result_outside_its_range_is_left_out() -> None:
    card = prevent_of(*examined(), lab("4548-4", 2.5, "%"))

    assert card.state == "computed"
    assert "hba1c" not in inputs(card)


def test_a_reported_filtration_serves_where_there_is_no_creatinine() -> None:
    reported = lab("33914-3", 64, "mL/min/{1.73_m2}")

    card = prevent_of(*without(examined(), "2160-0"), reported)

    assert inputs(card)["egfr"] == 64
    assert "prevent.other_egfr" in limits(card)


def test_a_reported_filtration_that_is_newer_than_her_creatinine_counts() -> None:
    reported = lab("33914-3", 38, "mL/min/{1.73_m2}", 2 * DAY)

    assert inputs(prevent_of(*examined(), reported))["egfr"] == 38

    older = lab("33914-3", 38, "mL/min/{1.73_m2}", 900 * DAY)
    assert inputs(prevent_of(*examined(), older))["egfr"] != 38


def test_a_filtration_without_the_body_surface_is_in_another_unit() -> None:
    card = prevent_of(*without(examined(), "2160-0"), lab("33914-3", 64, "mL/min"))

    assert needs(card) == {"egfr": "unit"}


def test_old_results_speak_for_their_own_day() -> None:
    old = [r | {"effectiveDateTime": "2019-06-01T08:00:00Z"} for r in examined()]

    card = prevent_of(*old)

    assert card.as_of is not None
    assert card.as_of.startswith("2019-06-01")
    assert inputs(card)["age"] == 52
    assert "old" in limits(card)


def test_results_too_far_apart_are_not_mixed() -> None:
    card = prevent_of(*without(examined(), "2093-3"), lab("2093-3", 196, "mg/dL", 2200 * DAY))

    assert needs(card) == {"total_c": "too_old"}


def test_thirty_years_are_told_to_the_young_alone() -> None:
    _, young = prevent_cards(chart(patient(), *examined()), NOON)
    _, old = prevent_cards(chart(patient(birthDate="1960-01-01"), *examined()), NOON)

    assert young.state == "computed"
    assert young.band is None
    assert needs(old) == {"age": "outside"}


def test_guidelines_name_the_band() -> None:
    low = prevent_of(*examined())
    high = prevent_of(*without(examined(), "72166-2"), pressure(178, 90, id="o-now"),
                      observation("o-s", "72166-2", valueCodeableConcept=concept("449868002")),
                      condition("44054006", "Diabetes"))  # fmt: skip

    for card, name, ascvd in ((low, "below", "borderline"), (high, "above", "high")):
        assert card.band is not None
        assert card.band.key == f"twin.band.prevent.total_cvd.{name}"
        assert card.parts[0].band is not None
        assert card.parts[0].band.key == f"twin.band.prevent.ascvd.{ascvd}"
        assert [part.band for part in card.parts[1:]] == [None, None, None]


def test_what_people_can_change_is_computed_again() -> None:
    smoker = observation("o-s", "72166-2", valueCodeableConcept=concept("449868002"))

    card = prevent_of(*without(examined(), "72166-2"), smoker)

    assert card.value is not None
    changes = {change.key: change for change in card.would_change}
    assert set(changes) == {"smoking", "sbp", "total_c"}
    assert changes["smoking"].to is False
    assert changes["smoking"].to_key == "twin.input.value.no"
    assert changes["sbp"].to == 130
    assert all(change.value_then < card.value for change in changes.values())


def test_hidden_conditions_are_not_taken_for_health() -> None:
    of = chart(patient(), *examined(), hidden=frozenset({"dm", "prior_cvd", "pregnancy"}))

    card = prevent_cards(of, NOON)[0]

    assert needs(card) == {"dm": "not_allowed", "prior_cvd": "not_allowed"}


factors = st.builds(
    Factors,
    age=st.integers(30, 59),
    sex=st.sampled_from(list(Sex)),
    sbp=st.floats(90, 200),
    total_c=st.floats(130, 320),
    hdl_c=st.floats(20, 100),
    egfr=st.floats(15, 140),
    bmi=st.floats(18.5, 39.9),
    bp_tx=st.booleans(),
    statin=st.booleans(),
    dm=st.booleans(),
    smoking=st.booleans(),
    hba1c=st.one_of(st.none(), st.floats(3, 15)),
    uacr=st.one_of(st.none(), st.floats(0.1, 25_000)),
)


@given(person=factors, years=st.sampled_from([10, 30]), at=st.lists(st.floats(0, 1), min_size=7))
def test_nobody_within_the_errors_of_measurement_falls_outside_the_interval(
    person: Factors, years: int, at: list[float]
) -> None:
    found = intervals(person, years, risks(person, years).model)

    moved: dict[str, float] = {}
    for (key, bounds), share in zip(BOUNDED.items(), at, strict=False):
        value = getattr(person, key)
        if value is not None:
            low, high = (bounds.hold(edge) for edge in SPREADS[key].around(value))
            moved[key] = low + share * (high - low)
    truth = risks(replace(person, **moved), years)
    for outcome in OUTCOMES:
        risk = 100 * getattr(truth, outcome)
        assert found[outcome].low - 1e-9 <= risk <= found[outcome].high + 1e-9
