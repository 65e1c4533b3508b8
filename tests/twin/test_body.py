from datetime import timedelta
from typing import Any

import pytest

from asklepion.twin.engine.body import make_body
from asklepion.twin.engine.organs import ORGANS, places_of
from asklepion.twin.engine.rules import RULES
from asklepion.twin.engine.vitals import LENGTH, make_vitals
from asklepion.twin.model import Sex
from asklepion.twin.wire import Organ
from tests.conftest import NOON

from .build import DAY, MINUTE, chart, concept, condition, lab, measured, patient, pressure, well


def organ(id: str, *resources: dict[str, Any], of: dict[str, Any] | None = None) -> Organ:
    body = make_body(chart(of or patient(), *resources), "Patient/p-1", NOON)
    return next(one for one in body.organs if one.id == id)


def test_where_nothing_is_known_no_organ_has_a_colour() -> None:
    body = make_body(chart(patient()), "Patient/p-1", NOON)

    assert {one.state for one in body.organs} == {"unknown"}
    assert all(not one.findings for one in body.organs)


def test_a_body_has_the_organs_of_its_own_sex() -> None:
    woman = make_body(chart(patient()), "Patient/p-1", NOON)
    man = make_body(chart(patient(gender="male")), "Patient/p-1", NOON)
    unknown = make_body(chart(patient(gender="unknown")), "Patient/p-1", NOON)

    assert "uterus" in {one.id for one in woman.organs}
    assert "prostate" not in {one.id for one in woman.organs}
    assert "prostate" in {one.id for one in man.organs}
    assert {"uterus", "prostate"} <= {one.id for one in unknown.organs}
    assert (woman.sex, man.sex, unknown.sex) == ("female", "male", "unknown")
    assert woman.age == 58


@pytest.mark.parametrize(
    ("resources", "height", "bmi"),
    [
        ([], None, None),
        ([measured("8302-2", 160, "cm")], 1.6, None),
        ([measured("8302-2", 160, "cm"), measured("29463-7", 64, "kg")], 1.6, 25.0),
        ([measured("39156-5", 31, "kg/m2")], None, 31.0),
        ([measured("29463-7", 64, "kg")], None, None),
        ([measured("8302-2", 16, "cm"), measured("29463-7", 64, "kg")], None, None),
        ([measured("39156-5", 31, "kg/m2", ago=800 * DAY)], None, None),
        (
            [
                measured("8302-2", 160, "cm", ago=900 * DAY),
                measured("29463-7", 64, "kg", ago=DAY),
                measured("39156-5", 31, "kg/m2", ago=2 * DAY),
            ],
            1.6,
            25.0,
        ),
    ],
)
def test_a_figure_is_as_she_was_measured(
    resources: list[dict[str, Any]], height: float | None, bmi: float | None
) -> None:
    body = make_body(chart(patient(), *resources), "Patient/p-1", NOON)

    assert (body.height_m, body.bmi) == (height, bmi)


def test_a_child_has_grown_since_last_year() -> None:
    child = patient(birthDate="2018-03-01")
    old, new = (measured("8302-2", 120, "cm", ago=days * DAY) for days in (365, 30))

    assert make_body(chart(child, old), "Patient/p-1", NOON).height_m is None
    assert make_body(chart(child, new), "Patient/p-1", NOON).height_m == 1.2


def test_every_organ_has_a_name_and_no_measure_is_shown_twice() -> None:
    measures = [key for one in ORGANS for key in one.measures]

    assert len(set(measures)) == len(measures)
    assert RULES.keys() <= set(measures)


@pytest.mark.parametrize(
    ("id", "resource", "state"),
    [
        ("kidneys", lab("2160-0", 0.8, "mg/dL"), "calm"),
        ("kidneys", lab("2160-0", 1.3, "mg/dL"), "watch"),
        ("kidneys", lab("2160-0", 3.0, "mg/dL"), "attention"),
        ("kidneys", lab("9318-7", 30, "mg/g"), "watch"),
        ("kidneys", lab("2823-3", 6.5, "mmol/L"), "attention"),
        ("pancreas", lab("4548-4", 5.6, "%"), "calm"),
        ("pancreas", lab("4548-4", 5.7, "%"), "watch"),
        ("pancreas", lab("4548-4", 10.1, "%"), "attention"),
        ("pancreas", lab("15074-8", 2.9, "mmol/L"), "attention"),
        ("vessels", pressure(129, 79), "calm"),
        ("vessels", pressure(130, 79), "watch"),
        ("vessels", pressure(129, 80), "watch"),
        ("vessels", pressure(181, 100), "attention"),
        ("vessels", pressure(90, 50), "attention"),
        ("lungs", measured("59408-5", 96, "%"), "calm"),
        ("lungs", measured("59408-5", 95, "%"), "watch"),
        ("lungs", measured("59408-5", 91, "%"), "attention"),
        ("heart", measured("8867-4", 131, "/min"), "attention"),
        ("heart", lab("10230-1", 40, "%"), "attention"),
        ("blood", lab("718-7", 12.0, "g/dL"), "calm"),
        ("blood", lab("718-7", 119, "g/L"), "watch"),
        ("blood", lab("718-7", 7.9, "g/dL"), "attention"),
        ("liver", lab("1742-6", 41, "U/L"), "watch"),
        ("thyroid", lab("3016-3", 2.0, "m[IU]/L"), "calm"),
        ("body", measured("8310-5", 38.1, "Cel"), "watch"),
        ("body", measured("39156-5", 24.0, "kg/m2"), "calm"),
    ],
)
def test_colour_comes_from_a_stated_rule(id: str, resource: dict[str, Any], state: str) -> None:
    found = organ(id, resource)

    assert found.state == state
    gravest = found.findings[0]
    assert gravest.rule.key.startswith("twin.organ.rule.")
    assert gravest.source is not None
    assert gravest.reference == f"Observation/{resource['id']}"
    assert gravest.at is not None


def test_a_man_is_anaemic_sooner_than_a_woman() -> None:
    result = lab("718-7", 12.5, "g/dL")

    assert organ("blood", result).state == "calm"
    assert organ("blood", result, of=patient(gender="male")).state == "watch"


def test_the_laboratory_s_own_range_goes_before_ours() -> None:
    own = lab("1742-6", 45, "U/L") | {"referenceRange": [{"high": {"value": 55, "unit": "U/L"}}]}

    found = organ("liver", own)

    assert found.state == "calm"
    assert found.findings[0].rule.key == "twin.organ.rule.own.at_most"
    assert found.findings[0].rule.params == {"high": 55, "unit": "U/L"}


def test_an_old_value_is_shown_without_colour() -> None:
    found = organ("lungs", measured("59408-5", 88, "%", 2 * DAY))

    assert found.state == "unknown"
    assert found.findings[0].value == 88
    assert found.findings[0].rule.key == "twin.organ.rule.old"


def test_an_active_condition_is_worth_watching_and_a_severe_one_needs_attention() -> None:
    asthma = condition("195967001", "Asthma")
    severe = asthma | {"severity": concept("24484000", "Severe")}
    over = condition("195967001", "Asthma", status="resolved")

    assert organ("lungs", asthma).state == "watch"
    assert organ("lungs", severe).state == "attention"
    assert organ("lungs", over).findings == []


def test_a_pregnancy_is_no_illness() -> None:
    found = organ("uterus", condition("72892002", "Normal pregnancy"))

    assert found.state == "calm"
    assert found.findings[0].text == "Normal pregnancy"


def test_the_gravest_finding_comes_first_and_colours_the_organ() -> None:
    found = organ("pancreas", condition("44054006", "Type 2 diabetes mellitus"),
                  lab("4548-4", 11, "%"), lab("2345-7", 100, "mg/dL"))  # fmt: skip

    assert [finding.state for finding in found.findings] == ["attention", "watch", "calm"]
    assert found.state == "attention"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Hypertension", ["vessels"]),
        ("Chronic congestive heart failure (disorder)", ["heart"]),
        ("Atrial Fibrillation", ["heart"]),
        ("Heartburn", ["oesophagus"]),
        ("Diabetic retinopathy", ["eyes", "pancreas"]),
        ("Prediabetes", ["pancreas"]),
        ("Pulmonary emphysema (disorder)", ["lungs"]),
        ("Acute bronchitis (disorder)", ["lungs"]),
        ("Viral sinusitis (disorder)", ["airways"]),
        ("Alzheimer's disease (disorder)", ["brain"]),
        ("Malignant tumor of colon", ["intestines"]),
        ("Polyp of colon", ["intestines"]),
        ("Fracture subluxation of wrist", ["skeleton"]),
        ("Osteoarthritis of knee", ["skeleton"]),
        ("Escherichia coli urinary tract infection", ["bladder"]),
        ("Anemia (disorder)", ["blood"]),
        ("Preeclampsia", ["uterus"]),
        ("Body mass index 30+ - obesity (finding)", ["body"]),
        ("Chronic pain", ["body"]),
    ],
)
def test_a_condition_lies_where_its_words_say(text: str, places: list[str]) -> None:
    (said,) = chart(patient(), condition("0", text)).conditions

    assert places_of(said, Sex.FEMALE) == places


@pytest.mark.parametrize(
    ("code", "place"), [("I10", "vessels"), ("E11.9", "pancreas"), ("J45.9", "lungs")]
)
def test_a_condition_without_words_we_know_lies_where_its_icd_10_chapter_says(
    code: str, place: str
) -> None:
    coded = condition(code, "高血压") | {
        "code": concept(code, "?", "http://hl7.org/fhir/sid/icd-10")
    }
    (said,) = chart(patient(), coded).conditions

    assert places_of(said, Sex.FEMALE) == [place]


# Vital signs


def test_each_vital_sign_comes_with_its_course_oldest_first() -> None:
    pulses = [measured("8867-4", 60 + n, "/min", (n + 1) * MINUTE) for n in range(LENGTH + 5)]

    vitals = {one.key: one for one in make_vitals(chart(patient(), *well()[1:], *pulses), NOON)}

    assert vitals.keys() == {
        "heart_rate",
        "respiratory_rate",
        "spo2",
        "temperature_c",
        "sbp",
        "dbp",
    }
    heart = vitals["heart_rate"]
    assert heart.latest.value == 60
    assert len(heart.series) == LENGTH
    assert heart.series[-1] == heart.latest
    assert [point.at for point in heart.series] == sorted(point.at for point in heart.series)
    assert heart.state == "calm"


def test_a_vital_sign_that_was_never_measured_is_not_shown() -> None:
    assert make_vitals(chart(patient()), NOON) == []


def test_yesterday_s_pulse_says_nothing_of_today() -> None:
    (heart,) = make_vitals(
        chart(patient(), measured("8867-4", 70, "/min", timedelta(hours=25))), NOON
    )

    assert heart.state == "unknown"
