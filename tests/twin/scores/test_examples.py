"""Numbers that stand in the papers, in their supplements and in worked examples."""

import math
from typing import Any

import pytest

from asklepion.twin import SCORES, Why, answer

from .people import WELL, estimate, points, refused, risk


@pytest.mark.parametrize(
    ("sex", "race", "percent"),
    [
        ("female", "white", 2.1),
        ("female", "black", 3.0),
        ("male", "white", 5.3),
        ("male", "black", 6.1),
    ],
)
def test_the_examples_of_the_2013_guideline(sex: str, race: str, percent: float) -> None:
    found = risk("PCE", sex=sex, race=race)

    # The guideline rounds the sum to two decimals before it goes on, and cuts the percentage.
    assert 100 * found.share == pytest.approx(percent, abs=0.1)


@pytest.mark.parametrize(
    ("region", "sex", "percent"),
    [
        ("low", "male", 6.3),
        ("low", "female", 4.3),
        ("moderate", "male", 8.1),
        ("moderate", "female", 5.2),
        ("high", "male", 8.8),
        ("high", "female", 7.1),
        ("very high", "female", 14.1),
    ],
)
def test_the_examples_of_score2(region: str, sex: str, percent: float) -> None:
    person: dict[str, Any] = {
        "region": region, "age": 50, "sex": sex, "smoker": True, "sbp": 140,
        "total_chol_mmol_l": 6.3, "hdl_mmol_l": 1.4,
    }  # fmt: skip

    told = answer(SCORES["SCORE2"], person)

    assert told["risk_percent"] == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(("sex", "percent"), [("male", 18.6), ("female", 15.2)])
def test_the_examples_of_score2_op(sex: str, percent: float) -> None:
    person: dict[str, Any] = {
        "region": "Low", "age": 75, "sex": sex, "smoker": True, "sbp": 140, "diabetes": 0,
        "total_chol_mmol_l": 5.5, "hdl_mmol_l": 1.3,
    }  # fmt: skip

    told = answer(SCORES["SCORE2-OP"], person)

    assert told["risk_percent"] == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(
    ("region", "sex", "onset", "hba1c", "egfr", "percent"),
    [
        ("low", "male", 60, 50, 90, 8.4),
        ("low", "female", 60, 50, 90, 6.1),
        ("very high", "male", 60, 50, 90, 20.3),
        ("moderate", "female", 50, 70, 60, 12.7),
        ("very high", "female", 50, 70, 60, 34.0),
    ],
)
def test_the_examples_of_score2_diabetes(
    region: str, sex: str, onset: int, hba1c: int, egfr: int, percent: float
) -> None:
    person: dict[str, Any] = {
        "region": region, "age": 60, "sex": sex, "smoker": False, "sbp": 140, "diabetes": True,
        "total_chol_mmol_l": 5.5, "hdl_mmol_l": 1.3, "age_at_diabetes": onset,
        "hba1c_mmol_mol": hba1c, "egfr": egfr,
    }  # fmt: skip

    told = answer(SCORES["SCORE2-Diabetes"], person)

    assert told["risk_percent"] == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize(
    ("sex", "bilirubin", "sodium", "inr", "creatinine", "albumin", "score"),
    [
        ("male", 2.5, 131, 1, 1.2, 3.8, 16),
        ("female", 2.5, 131, 1, 1.2, 3.8, 17),
        ("male", 6, 131, 1.5, 1.5, 3.5, 25),
        ("male", 6, 131, 1.5, 1.5, 2.2, 26),
        ("male", 12, 128, 2.2, 2.8, 2.0, 38),
        ("female", 12, 128, 2.2, 2.8, 2.0, 39),
    ],
)
def test_the_examples_of_meld_3(
    sex: str,
    bilirubin: float,
    sodium: float,
    inr: float,
    creatinine: float,
    albumin: float,
    score: int,
) -> None:
    found = estimate(
        "MELD-3.0",
        sex=sex,
        bilirubin=bilirubin,
        sodium=sodium,
        inr=inr,
        creatinine=creatinine,
        albumin=albumin,
    )

    assert found.value == score


def test_meld_and_meld_na_of_one_person() -> None:
    person = {"creatinine": 1.9, "bilirubin": 4.2, "inr": 1.2}

    assert estimate("MELD-original", **person).value == pytest.approx(20.0391626, abs=1e-6)
    assert estimate("MELD-Na-UNOS", **person, sodium=125).value == 28


def test_ukeld_in_the_units_of_its_country() -> None:
    found = estimate(
        "UKELD", inr=1.0, bilirubin=(212, "umol/L"), creatinine=(54, "umol/L"), sodium=126
    )

    assert found.value == pytest.approx(63.22, abs=0.005)


@pytest.mark.parametrize(("creatinine", "whole"), [(1.3, 9), (1.68, 11)])  # 8.94 and 11.39
def test_up_to_eleven_sodium_changes_no_meld(creatinine: float, whole: int) -> None:
    low = estimate("MELD-Na-UNOS", creatinine=creatinine, sodium=125)

    assert low.value == estimate("MELD-Na-UNOS", creatinine=creatinine, sodium=137).value == whole


def test_the_meld_is_a_whole_number_before_sodium_is_added() -> None:
    found = estimate("MELD-Na-UNOS", creatinine=2.49, sodium=125)  # 15.16, hence 15

    assert found.more["score_unrounded"] == pytest.approx(15 + 1.32 * 12 - 0.033 * 15 * 12)


def test_the_mild_and_the_gravest_of_p_possum() -> None:
    best = risk("P-POSSUM").more
    worst = risk(
        "P-POSSUM", age=80, cardiac="failure", respiratory="rest", ecg="abnormal", sbp=80,
        heart_rate=130, haemoglobin=8, leukocytes=25, urea=20, sodium=120, potassium=6.5, gcs=6,
        severity="major_plus", procedures=3, blood_loss=1500, soiling="free",
        malignancy="distant", urgency="immediate",
    ).more  # fmt: skip

    assert (best["physiological_score"], best["operative_score"]) == (12, 6)
    assert best["mortality_percent"] == pytest.approx(0.22, abs=0.005)
    assert best["morbidity_percent"] == pytest.approx(5.47, abs=0.005)
    assert (worst["physiological_score"], worst["operative_score"]) == (88, 48)
    assert worst["mortality_percent"] == pytest.approx(100, abs=0.001)


@pytest.mark.parametrize(
    ("changes", "log_odds"),
    [
        ({}, -5.25 + 1.0 - 5.17),
        ({"asa_class": "3", "age": 70, "procedure": "aortic"}, -5.25 + 1.4 - 1.92 + 1.60),
        ({"asa_class": "5", "function": "total", "creatinine": 2}, -5.25 + 1 + 1.03 + 0.61),
        ({"asa_class": "4", "function": "partial", "creatinine": None}, -5.25 + 1 - 0.95 + 0.55),
        ({"asa_class": "2", "creatinine": 1.5, "procedure": "vein"}, -5.25 + 1 - 3.29 - 1.09),
    ],
)
def test_guptas_log_odds_is_a_sum_of_published_weights(
    changes: dict[str, Any], log_odds: float
) -> None:
    share = risk("Gupta-MICA", **changes).share

    assert math.log(share / (1 - share)) == pytest.approx(log_odds)


@pytest.mark.parametrize("unit", ["umol/L", "mmol/L"])
def test_133_micromoles_of_creatinine_are_guptas_edge_and_raise_nothing(unit: str) -> None:
    scale = 1 if unit == "umol/L" else 1000
    usual = risk("Gupta-MICA").share

    assert risk("Gupta-MICA", creatinine=(133 / scale, unit)).share == usual
    assert risk("Gupta-MICA", creatinine=(134 / scale, unit)).share > usual


def test_a_mean_pressure_is_rounded_as_the_chart_of_apache_has_it() -> None:
    assert points("APACHE-II", sbp=109, dbp=50).parts["map"] == 0  # 69.7, hence 70
    assert points("APACHE-II", sbp=108, dbp=50).parts["map"] == 2  # 69.3


def test_small_formulas_by_hand() -> None:
    assert estimate("HOMA-IR", glucose=(5, "mmol/L"), insulin=9).value == pytest.approx(2.0, 0.001)
    assert estimate("LDL-Friedewald").value == 130
    assert estimate("QTc-Fridericia").value == 400
    assert estimate("QTc-Fridericia", heart_rate=120).value == pytest.approx(400 * 2 ** (1 / 3))
    assert estimate("FIB-4").value == 1.0
    assert estimate("Cockcroft-Gault").value == 90
    assert estimate("CKD-EPI-2009", creatinine=(120, "umol/L"), age=45.2, sex="M").value == (
        pytest.approx(62.5, abs=0.05)
    )


@pytest.mark.parametrize(
    ("weight", "height", "sex", "used"),
    [
        (48, 163, "male", 48),  # thin: as it is
        (60, 160, "female", 52.38),  # usual: the ideal, which is less
        (109, 188, "male", 92.94),  # heavy: the ideal and 0.4 of the rest
    ],
)
def test_a_told_height_adjusts_the_weight_of_the_clearance(
    weight: float, height: float, sex: str, used: float
) -> None:
    found = estimate("Cockcroft-Gault", weight=weight, height=height, sex=sex)

    assert found.more["weight_used"] == pytest.approx(used, abs=0.01)


def test_whoever_smokes_at_fifty_has_the_risk_of_the_adult_treatment_panel() -> None:
    # Its point table gives a man of 50 with cholesterol 200, HDL 50, 120 mmHg who smokes
    # 6 + 3 + 3 + 0 + 0 = 12 points: 10 %; without smoking 9 points: 5 %.
    assert risk("Framingham-hard-CHD", smoker=True).share == pytest.approx(0.10, abs=0.015)
    assert risk("Framingham-hard-CHD").share == pytest.approx(0.05, abs=0.015)


def test_chronic_illness_counts_less_before_elective_surgery() -> None:
    assert points("APACHE-II", chronic_illness=True, surgery="emergency").total == 5
    assert points("APACHE-II", chronic_illness=True, surgery="elective").total == 2


def test_in_acute_renal_failure_creatinine_counts_twice() -> None:
    assert points("APACHE-II", creatinine=2, acute_renal_failure=True).total == 6


@pytest.mark.parametrize(("gradient", "total"), [(199, 0), (200, 2), (349, 2), (350, 3), (500, 4)])
def test_from_half_oxygen_on_the_gradient_counts(gradient: float, total: int) -> None:
    assert points("APACHE-II", fio2=50, aa_gradient=gradient, pao2=None).total == total


def test_without_the_gradient_high_oxygen_cannot_be_scored() -> None:
    assert refused("APACHE-II", fio2=(0.6, "1")).for_want_of(Why.MISSING) == ("aa_gradient",)


@pytest.mark.parametrize(("pao2", "total"), [(42, 2), (41.9, 3), (21, 3), (20.9, 4)])
def test_only_with_support_does_breathing_have_three_or_four_points(
    pao2: float, total: int
) -> None:
    assert points("SOFA", pao2=pao2, ventilated=True).total == total
    assert points("SOFA", pao2=pao2).total == 2


@pytest.mark.parametrize(("value", "points_of_women"), [(12, 0), (11.9, 1), (10, 1), (9.9, 6)])
def test_blatchfords_bands_of_haemoglobin_in_women(value: float, points_of_women: int) -> None:
    assert points("GBS", sex="female", haemoglobin=value).total == points_of_women


@pytest.mark.parametrize(("waist", "points_of_women"), [(79, 0), (80, 3), (88, 3), (89, 4)])
def test_findrisc_measures_a_womans_waist_by_her_own_limits(
    waist: float, points_of_women: int
) -> None:
    assert points("FINDRISC", sex="female", waist_cm=waist).total == points_of_women


def test_caprinis_factors_add_up() -> None:
    found = points(
        "Caprini", age=70, bmi=31, surgery="arthroplasty", malignancy=True, previous_dvt=True,
        previous_pe=True, varicose_veins=True,
    )  # fmt: skip

    assert found.total == 2 + 1 + 5 + 2 + 3 + 1
    assert found.band == "highest"


def test_wells_counts_bed_and_surgery_once_and_takes_two_for_another_cause() -> None:
    assert points("Wells-DVT", bedridden=True, major_surgery=True).total == 1
    assert points("Wells-DVT", alternative_diagnosis_likely=True).total == -2
    assert points("Wells-PE", immobilisation=True, surgery=True).total == 1.5


def test_three_risk_factors_count_two_in_heart() -> None:
    assert points("HEART", smoking=True, obesity=True).total == 1
    assert points("HEART", smoking=True, obesity=True, diabetes=True).total == 2


def test_lace_takes_no_index_that_is_told_as_charlsons() -> None:
    found = refused("LACE", charlson_index=2)

    assert found.for_want_of(Why.IMPOSSIBLE) == ("charlson_index",)


def test_lace_of_the_disputed_example_is_fifteen() -> None:
    found = points(
        "LACE", length_of_stay_days=10, acute_admission=True, charlson=4, ed_visits_6mo=2
    )

    assert (found.total, found.band) == (15, "high")
    assert [found.more[key] for key in "LACE"] == [5, 3, 5, 2]


@pytest.mark.parametrize(
    ("score", "total", "share"), [("HOSPITAL", 4, 0.058), ("HOSPITAL", 7, 0.228)]
)
def test_hospital_tells_the_share_of_its_band(score: str, total: int, share: float) -> None:
    changes = {"oncology_discharge": True, "admissions_1y": 6 if total == 7 else 2}

    found = points(score, **changes)

    assert (found.total, found.risk) == (total, share)


def test_what_cannot_be_tested_in_a_coma_is_never_guessed() -> None:
    found = refused("GCS", voice="not testable")

    assert found.for_want_of(Why.EXCLUDED) == ("voice",)


def test_score2_is_for_nobody_with_diabetes_and_its_sister_for_nobody_without() -> None:
    assert refused("SCORE2", diabetes=True).for_want_of(Why.EXCLUDED) == ("diabetes",)
    assert refused("SCORE2-Diabetes", diabetes=False).for_want_of(Why.EXCLUDED) == ("diabetes",)
    assert refused("SCORE2-Diabetes", age_at_diabetes=60).needs[0].key == "age_at_diabetes"


@pytest.mark.parametrize(
    ("score", "age"),
    [("PCE", 39), ("PCE", 80), ("SCORE2", 70), ("SCORE2-OP", 69), ("CKD-EPI-2021", 17)],
)
def test_nobody_of_another_age_gets_a_number(score: str, age: int) -> None:
    assert refused(score, age=age).for_want_of(Why.OUTSIDE) == ("age",)


def test_every_score_has_a_person_here() -> None:
    assert set(WELL) == set(SCORES)


def test_no_height_makes_an_ideal_weight_less_than_nothing() -> None:
    assert refused("Cockcroft-Gault", height=60).for_want_of(Why.OUTSIDE) == ("height",)
    assert estimate("Cockcroft-Gault", height=120, weight=30).value > 0


@pytest.mark.parametrize(
    ("minutes", "total"), [(0, 0), (9.9, 0), (10, 1), (59, 1), (60, 2), ("<10", 0), (">=60", 2)]
)
def test_minutes_of_a_transient_attack_may_be_told_as_a_number(minutes: object, total: int) -> None:
    assert points("ABCD2", duration=minutes).total == total


@pytest.mark.parametrize(("grade", "total"), [(0, 5), (1, 6), (2.0, 6), (3, 7), ("Grade 4", 7)])
def test_a_grade_of_encephalopathy_may_be_told_as_a_number(grade: object, total: int) -> None:
    assert points("Child-Pugh", encephalopathy=grade).total == total


@pytest.mark.parametrize(
    ("score", "key", "value"),
    [
        ("Child-Pugh", "encephalopathy", 12),  # is not "1-2"
        ("Child-Pugh", "encephalopathy", 1.5),
        ("ABCD2", "duration", -1),
        ("TIMI-STEMI", "killip_class", 1.5),
        ("TIMI-STEMI", "killip_class", "1.0.0"),
        ("GCS", "eyes", 5),
    ],
)
def test_what_is_no_option_is_never_taken_for_one(score: str, key: str, value: object) -> None:
    assert refused(score, **{key: value}).for_want_of(Why.IMPOSSIBLE) == (key,)


def test_a_sign_that_changes_a_word_counts() -> None:
    assert risk("P-POSSUM", severity="major+").more["operative_score"] == 13
    assert risk("P-POSSUM", severity="major").more["operative_score"] == 9
    assert points("TIMI-STEMI", killip_class=2.0).total == 2
