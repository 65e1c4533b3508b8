"""Both sides of every edge of the papers' tables, in a person in whom nothing else scores."""

from typing import Any

import pytest

from .people import WELL, points, risk

# Of each score: what is changed, and what the total then is.
EDGES: dict[str, list[tuple[str, dict[Any, float]]]] = {
    "CURB-65": [
        ("confusion", {True: 1, False: 0}),
        ("urea", {7.0: 0, 7.1: 1, (42, "mg/dL"): 0, (42.1, "mg/dL"): 1}),
        ("bun", {19.6: 0, 20: 1, (7.0, "mmol/L"): 0, (7.1, "mmol/L"): 1}),
        ("respiratory_rate", {29: 0, 30: 1}),
        ("sbp", {89: 1, 90: 0}),
        ("dbp", {60: 1, 61: 0}),
        ("age", {64: 0, 65: 1}),
    ],
    "PSI": [  # a man of 50 has 50 points
        ("sex", {"male": 50, "female": 40}),
        ("respiratory_rate", {29: 50, 30: 70}),
        ("sbp", {89: 70, 90: 50}),
        ("temperature_c", {34.9: 65, 35: 50, 39.9: 50, 40: 65}),
        ("heart_rate", {124: 50, 125: 60}),
        ("ph", {7.34: 80, 7.35: 50}),
        ("bun", {29.9: 50, 30: 70}),
        ("urea", {(64.3, "mg/dL"): 50, (64.4, "mg/dL"): 70}),
        ("sodium", {129: 70, 130: 50}),
        ("glucose", {249: 50, 250: 60}),
        ("haematocrit", {29.9: 60, 30: 50}),
        ("pao2", {59: 60, 60: 50}),
        ("nursing_home", {True: 60}),
        ("neoplastic_disease", {True: 80}),
        ("liver_disease", {True: 70}),
        ("heart_failure", {True: 60}),
        ("cerebrovascular_disease", {True: 60}),
        ("renal_disease", {True: 60}),
        ("altered_mental_status", {True: 70}),
        ("pleural_effusion", {True: 60}),
    ],
    "qSOFA": [
        ("respiratory_rate", {21: 0, 22: 1}),
        ("sbp", {100: 1, 101: 0}),
        ("gcs", {14: 1, 15: 0}),
    ],
    "SIRS": [
        ("temperature_c", {35.9: 1, 36: 0, 38: 0, 38.1: 1}),
        ("heart_rate", {90: 0, 91: 1}),
        ("respiratory_rate", {20: 0, 21: 1}),
        ("paco2", {31.9: 1, 32: 0}),
        ("leukocytes", {3.9: 1, 4: 0, 12: 0, 12.1: 1}),
        ("bands", {10: 0, 11: 1}),
    ],
    "SOFA": [
        ("pao2", {85: 0, 84: 0, 83.9: 1, 63: 1, 62.9: 2, 40: 2}),
        ("platelets", {150: 0, 149: 1, 100: 1, 99: 2, 50: 2, 49: 3, 20: 3, 19: 4}),
        ("bilirubin", {1.1: 0, 1.2: 1, 1.9: 1, 2: 2, 5.9: 2, 6: 3, 11.9: 3, 12.1: 4}),
        ("hypotension", {True: 1, False: 0}),
        ("dopamine", {0: 0, 5: 2, 5.1: 3, 15: 3, 15.1: 4}),
        ("dobutamine", {0.5: 2, 20: 2}),
        ("epinephrine", {0.01: 3, 0.1: 3, 0.11: 4}),
        ("norepinephrine", {0.01: 3, 0.1: 3, 0.11: 4}),
        ("gcs", {15: 0, 14: 1, 13: 1, 12: 2, 10: 2, 9: 3, 6: 3, 5: 4}),
        ("creatinine", {1.1: 0, 1.2: 1, 1.9: 1, 2: 2, 3.4: 2, 3.5: 3, 4.9: 3, 5.1: 4}),
        ("urine_output", {500: 0, 499: 3, 200: 3, 199: 4}),
    ],
    "APACHE-II": [
        (
            "temperature_c",
            {41: 4, 40.9: 3, 39: 3, 38.9: 1, 38.5: 1, 38.4: 0, 36: 0, 35.9: 1, 34: 1, 33.9: 2,
             32: 2, 31.9: 3, 30: 3, 29.9: 4},
        ),
        (
            "heart_rate",
            {180: 4, 179: 3, 140: 3, 139: 2, 110: 2, 109: 0, 70: 0, 69: 2, 55: 2, 54: 3, 40: 3,
             39: 4},
        ),
        (
            "respiratory_rate",
            {50: 4, 49: 3, 35: 3, 34: 1, 25: 1, 24: 0, 12: 0, 11: 1, 10: 1, 9: 2, 6: 2, 5: 4},
        ),
        ("pao2", {71: 0, 70: 1, 61: 1, 60: 3, 55: 3, 54: 4}),
        (
            "ph",
            {7.7: 4, 7.69: 3, 7.6: 3, 7.59: 1, 7.5: 1, 7.49: 0, 7.33: 0, 7.32: 2, 7.25: 2,
             7.24: 3, 7.15: 3, 7.14: 4},
        ),
        (
            "sodium",
            {180: 4, 179: 3, 160: 3, 159: 2, 155: 2, 154: 1, 150: 1, 149: 0, 130: 0, 129: 2,
             120: 2, 119: 3, 111: 3, 110: 4},
        ),
        (
            "potassium",
            {7: 4, 6.9: 3, 6: 3, 5.9: 1, 5.5: 1, 5.4: 0, 3.5: 0, 3.4: 1, 3: 1, 2.9: 2, 2.5: 2,
             2.4: 4},
        ),
        ("creatinine", {3.5: 4, 3.4: 3, 2: 3, 1.9: 2, 1.5: 2, 1.4: 0, 0.6: 0, 0.5: 2}),
        (
            "haematocrit",
            {60: 4, 59.9: 2, 50: 2, 49.9: 1, 46: 1, 45.9: 0, 30: 0, 29.9: 2, 20: 2, 19.9: 4},
        ),
        (
            "leukocytes",
            {40: 4, 39.9: 2, 20: 2, 19.9: 1, 15: 1, 14.9: 0, 3: 0, 2.9: 2, 1: 2, 0.9: 4},
        ),
        ("gcs", {15: 0, 14: 1, 3: 12}),
        ("age", {44: 0, 45: 2, 54: 2, 55: 3, 64: 3, 65: 5, 74: 5, 75: 6}),
        ("chronic_illness", {True: 5}),
    ],
    "CHA2DS2-VASc": [
        ("age", {64: 0, 65: 1, 74: 1, 75: 2}),
        ("sex", {"male": 0, "female": 1}),
        ("chf_or_lvef_lte_40", {True: 1}),
        ("hypertension", {True: 1}),
        ("diabetes", {True: 1}),
        ("vascular_disease", {True: 1}),
        ("stroke", {True: 2}),
        ("tia", {True: 2}),
        ("thromboembolism", {True: 2}),
    ],
    "HAS-BLED": [
        ("age", {65: 0, 66: 1}),
        ("drinks_per_week", {7: 0, 8: 1}),
        ("hypertension_uncontrolled", {True: 1}),
        ("renal_disease", {True: 1}),
        ("liver_disease", {True: 1}),
        ("stroke_history", {True: 1}),
        ("bleeding_history", {True: 1}),
        ("labile_inr", {True: 1}),
        ("drugs_antiplatelet_nsaid", {True: 1}),
    ],
    "GBS": [
        ("urea", {6.4: 0, 6.5: 2, 7.9: 2, 8: 3, 9.9: 3, 10: 4, 24.9: 4, 25: 6}),
        ("urea", {(39, "mg/dL"): 0, (39.1, "mg/dL"): 2, (150, "mg/dL"): 4, (150.2, "mg/dL"): 6}),
        ("bun", {18.1: 0, 18.2: 2, 22.3: 2, 22.4: 3, 27.9: 3, 28: 4, 69.9: 4, 70: 6}),
        ("haemoglobin", {13: 0, 12.9: 1, 12: 1, 11.9: 3, 10: 3, 9.9: 6}),
        ("sbp", {110: 0, 109: 1, 100: 1, 99: 2, 90: 2, 89: 3}),
        ("heart_rate", {99: 0, 100: 1}),
        ("melaena", {True: 1}),
        ("syncope", {True: 2}),
        ("liver_disease", {True: 2}),
        ("heart_failure", {True: 2}),
    ],
    "ABCD2": [
        ("age", {59: 0, 60: 1}),
        ("sbp", {139: 0, 140: 1}),
        ("dbp", {89: 0, 90: 1}),
        ("clinical_features", {"none": 0, "speech_only": 1, "unilateral_weakness": 2}),
        ("duration", {"lt_10": 0, "10_to_59": 1, "gte_60": 2}),
        ("diabetes", {True: 1}),
    ],
    "Wells-PE": [
        ("heart_rate", {100: 0, 101: 1.5}),
        ("clinical_signs_dvt", {True: 3}),
        ("pe_most_likely_diagnosis", {True: 3}),
        ("immobilisation", {True: 1.5}),
        ("surgery", {True: 1.5}),
        ("previous_dvt", {True: 1.5}),
        ("previous_pe", {True: 1.5}),
        ("hemoptysis", {True: 1}),
        ("malignancy", {True: 1}),
    ],
    "Wells-DVT": [
        *((key, {True: 1}) for key in (
            "active_cancer", "paralysis_paresis_or_recent_cast", "bedridden", "major_surgery",
            "tenderness_along_deep_veins", "entire_leg_swollen", "calf_swelling_gt_3cm",
            "pitting_edema", "collateral_superficial_veins", "previous_dvt",
        )),
        ("alternative_diagnosis_likely", {True: -2}),
    ],
    "Caprini": [
        *((key, {True: 1}) for key in (
            "heart_failure", "sepsis", "varicose_veins", "swollen_legs", "myocardial_infarction",
            "inflammatory_bowel_disease", "copd", "earlier_major_surgery", "hormones",
            "pregnancy_or_postpartum", "unexplained_stillbirth",
        )),
        ("plaster_cast", {True: 2}),
        *((key, {True: 3}) for key in (
            "previous_pe", "family_history", "prothrombin_20210a", "homocysteine",
            "lupus_anticoagulant", "anticardiolipin", "heparin_thrombocytopenia",
            "other_thrombophilia",
        )),
        ("multiple_trauma", {True: 5}),
        ("spinal_cord_injury", {True: 5}),
        ("age", {40: 0, 41: 1, 60: 1, 61: 2, 74: 2, 75: 3}),
        ("bmi", {25: 0, 25.1: 1}),
        (
            "surgery",
            {"none": 0, "minor": 1, "major": 2, "laparoscopic": 2, "arthroscopic": 2,
             "arthroplasty": 5},
        ),
        ("mobility", {"normal": 0, "bed_rest": 1, "confined": 2}),
        ("pneumonia", {True: 1}),
        ("malignancy", {True: 2}),
        ("central_venous_access", {True: 2}),
        ("previous_dvt", {True: 3}),
        ("factor_v_leiden", {True: 3}),
        ("leg_fracture", {True: 5}),
        ("stroke", {True: 5}),
    ],
    "HEART": [
        *((key, {True: 1}) for key in (
            "hypertension", "hypercholesterolaemia", "diabetes", "obesity", "family_history",
        )),
        ("suspicion", {"slight": 0, "moderate": 1, "high": 2}),
        ("ecg", {"normal": 0, "nonspecific": 1, "st_deviation": 2}),
        ("age", {44: 0, 45: 1, 64: 1, 65: 2}),
        ("troponin", {"normal": 0, "one_to_three": 1, "over_three": 2}),
        ("smoking", {True: 1}),
        ("stroke_or_tia", {True: 2}),
        ("atherosclerotic_disease", {True: 2}),
    ],
    "TIMI-STEMI": [
        ("age", {64: 0, 65: 2, 74: 2, 75: 3}),
        ("sbp", {99: 3, 100: 0}),
        ("heart_rate", {100: 0, 101: 2}),
        ("weight", {66.9: 1, 67: 0}),
        ("killip_class", {"1": 0, "2": 2, "4": 2}),
        ("has_dm_htn_or_angina", {True: 1}),
        ("anterior_ste_or_lbbb", {True: 1}),
        ("time_to_treatment_gt_4h", {True: 1}),
    ],
    "TIMI-UA-NSTEMI": [
        *((key, {True: 1}) for key in (
            "three_risk_factors", "known_stenosis_50", "aspirin_last_7_days", "severe_angina",
            "positive_marker",
        )),
        ("age", {64: 0, 65: 1}), ("st_deviation", {True: 1})],
    "Child-Pugh": [  # nothing wrong is 5
        ("bilirubin", {1.9: 5, 2: 6, 3: 6, 3.1: 7}),
        ("bilirubin_umol_l", {33: 5, 33.9: 5, 34: 6, 51: 6, 52: 7}),
        ("albumin", {3.6: 5, 3.5: 6, 2.8: 6, 2.7: 7}),
        ("inr", {1.6: 5, 1.7: 6, 2.3: 6, 2.4: 7}),
        ("ascites", {"absent": 5, "slight": 6, "moderate": 7}),
        ("encephalopathy", {"none": 5, "1-2": 6, "3-4": 7}),
    ],
    "RCRI": [
        *((key, {True: 1}) for key in (
            "high_risk_surgery", "ischemic_heart_disease", "cerebrovascular_disease",
            "insulin_diabetes",
        )),
        ("creatinine", {2.0: 0, 2.1: 1, (177, "umol/L"): 0, (178, "umol/L"): 1,
                        (0.177, "mmol/L"): 0, (0.178, "mmol/L"): 1}), ("heart_failure", {True: 1})],
    "ARISCAT": [
        ("age", {50: 0, 51: 3, 80: 3, 81: 16}),
        ("spo2", {96: 0, 95: 8, 91: 8, 90: 24}),
        ("resp_infection_last_month", {True: 17}),
        ("haemoglobin", {10: 11, 10.1: 0}),
        ("incision", {"peripheral": 0, "upper_abdominal": 15, "intrathoracic": 24}),
        ("duration_h", {1.9: 0, 2: 0, 2.1: 16, 3: 16, 3.1: 23}),
        ("emergency", {True: 8}),
    ],
    "STOP-BANG": [
        ("bmi", {35: 0, 35.1: 1}),
        ("age", {50: 0, 51: 1}),
        ("neck_cm", {40: 0, 40.5: 1}),
        ("sex", {"female": 0, "male": 1}),
        ("snoring", {True: 1}),
        ("tired", {True: 1}),
        ("observed_apnea", {True: 1}),
        ("high_blood_pressure", {True: 1}),
    ],
    "Apfel-PONV": [
        *((key, {True: 1}) for key in (
            "history_motion_sickness_or_ponv", "postoperative_opioids",
        )),
        ("sex", {"male": 0, "female": 1}), ("non_smoker", {True: 1})],
    "Charlson": [
        *((key, {True: 1}) for key in (
            "myocardial_infarction", "heart_failure", "peripheral_vascular_disease", "stroke",
            "dementia", "copd", "connective_tissue_disease", "peptic_ulcer",
        )),
        *((key, {True: 2}) for key in ("kidney_disease", "leukaemia", "lymphoma")),
        ("age", {49: 0, 50: 1, 59: 1, 60: 2, 69: 2, 70: 3, 79: 3, 80: 4}),
        ("diabetes", {"none": 0, "uncomplicated": 1, "end_organ": 2}),
        ("liver_disease", {"none": 0, "mild": 1, "moderate_severe": 3}),
        ("tumour", {"none": 0, "localised": 2, "metastatic": 6}),
        ("tia", {True: 1}),
        ("hemiplegia", {True: 2}),
        ("aids", {True: 6}),
    ],
    "LACE": [
        ("length_of_stay_days", {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 6: 4, 7: 5, 13: 5, 14: 7}),
        ("acute_admission", {True: 3, False: 0}),
        ("charlson", {0: 0, 1: 1, 3: 3, 4: 5, 9: 5}),
        ("ed_visits_6mo", {0: 0, 3: 3, 4: 4, 9: 4}),
    ],
    "HOSPITAL": [
        ("admissions_1y", {0: 0, 1: 0, 2: 2, 5: 2, 6: 5}),
        ("haemoglobin", {11.9: 1, 12: 0}),
        ("sodium", {134: 1, 135: 0}),
        ("length_of_stay_days", {4: 0, 5: 2}),
        ("oncology_discharge", {True: 2}),
        ("procedure", {True: 1}),
        ("urgent_admission", {True: 1}),
    ],
    "HOSPITAL-2013": [("admissions_1y", {0: 0, 1: 2, 5: 2, 6: 5})],
    "FINDRISC": [
        ("age", {44: 0, 45: 2, 54: 2, 55: 3, 64: 3, 65: 4}),
        ("bmi", {24.9: 0, 25: 1, 30: 1, 30.1: 3}),
        ("waist_cm", {93: 0, 94: 3, 102: 3, 103: 4}),
        ("active_30_min", {False: 2}),
        ("vegetables_daily", {False: 1}),
        ("bp_medication", {True: 2}),
        ("high_glucose_ever", {True: 5}),
        ("family", {"second_degree": 3, "first_degree": 5}),
    ],
    "GCS": [
        ("eyes", {"4": 15, "3": 14, "2": 13, "1": 12}),
        ("voice", {"5": 15, "4": 14, "3": 13, "2": 12, "1": 11}),
        ("movement", {"6": 15, "5": 14, "4": 13, "3": 12, "2": 11, "1": 10}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("score", "key", "value", "total"),
    [
        (score, key, value, total)
        for score, edges in EDGES.items()
        for key, totals in edges
        for value, total in totals.items()
    ],
)
def test_each_band_begins_and_ends_where_its_paper_drew_it(
    score: str, key: str, value: object, total: float
) -> None:
    # What is told by another name (mg/dL for mmol/L) takes the place of the usual one.
    usual = {"bun": "urea", "bilirubin_umol_l": "bilirubin"}.get(key)
    instead = {usual: None} if usual else {}

    assert points(score, **instead, **{key: value}).total == total


# Copeland's chart, in a person in whom each of the eighteen findings scores 1.
POSSUM: list[tuple[str, dict[Any, int]]] = [
    ("age", {60: 1, 61: 2, 70: 2, 71: 4}),
    ("cardiac", {"none": 1, "treated": 2, "oedema": 4, "failure": 8}),
    ("respiratory", {"none": 1, "exertion": 2, "limiting": 4, "rest": 8}),
    ("ecg", {"normal": 1, "atrial_fibrillation": 4, "abnormal": 8}),
    (
        "sbp",
        {89: 8, 90: 4, 99: 4, 100: 2, 109: 2, 110: 1, 130: 1, 131: 2, 170: 2, 171: 4},
    ),
    (
        "heart_rate",
        {39: 8, 40: 2, 49: 2, 50: 1, 80: 1, 81: 2, 100: 2, 101: 4, 120: 4, 121: 8},
    ),
    (
        "haemoglobin",
        {9.9: 8, 10: 4, 11.4: 4, 11.5: 2, 12.9: 2, 13: 1, 16: 1, 16.1: 2, 17: 2, 17.1: 4,
         18: 4, 18.1: 8},
    ),
    ("leukocytes", {3: 4, 3.1: 2, 3.9: 2, 4: 1, 10: 1, 10.1: 2, 20: 2, 20.1: 4}),
    ("urea", {7.5: 1, 7.6: 2, 10: 2, 10.1: 4, 15: 4, 15.1: 8, (45, "mg/dL"): 1, (46, "mg/dL"): 2}),
    ("sodium", {136: 1, 135: 2, 131: 2, 130: 4, 126: 4, 125: 8}),
    (
        "potassium",
        {2.8: 8, 2.9: 4, 3.1: 4, 3.2: 2, 3.4: 2, 3.5: 1, 5: 1, 5.1: 2, 5.3: 2, 5.4: 4, 5.9: 4,
         6: 8},
    ),
    ("gcs", {15: 1, 14: 2, 12: 2, 11: 4, 9: 4, 8: 8}),
    ("severity", {"minor": 1, "moderate": 2, "major": 4, "major_plus": 8}),
    ("procedures", {1: 1, 2: 4, 3: 8}),
    ("blood_loss", {100: 1, 101: 2, 500: 2, 501: 4, 999: 4, 1000: 8}),
    ("soiling", {"none": 1, "minor": 2, "local_pus": 4, "free": 8}),
    ("malignancy", {"none": 1, "primary": 2, "nodal": 4, "distant": 8}),
    ("urgency", {"elective": 1, "urgent": 4, "immediate": 8}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [(key, value, found) for key, bands in POSSUM for value, found in bands.items()],
)
def test_each_finding_of_possum_scores_as_copeland_drew_it(
    key: str, value: object, expected: int
) -> None:
    more = risk("P-POSSUM", **{key: value}).more

    sums = float(str(more["physiological_score"])) + float(str(more["operative_score"]))
    assert sums == 17 + expected
    assert more["parts"][key] == expected  # type: ignore[index]


def test_whoever_is_well_has_the_least_points_of_every_score() -> None:
    least = {"PSI": 50, "Child-Pugh": 5, "GCS": 15}

    for score in EDGES:
        assert points(score).total == least.get(score, 0), score
    assert set(EDGES) <= set(WELL)
