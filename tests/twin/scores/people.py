"""One person for each score in whom nothing scores, and how a score is asked of a changed one."""

from typing import Any

from asklepion.twin import SCORES, Cannot
from asklepion.twin.engine.scores.score import Estimate, Points, Risk

WELL: dict[str, dict[str, Any]] = {
    "CURB-65": {"urea": 5, "respiratory_rate": 15, "sbp": 120, "dbp": 80, "age": 50},
    "PSI": {
        "age": 50, "sex": "male", "respiratory_rate": 15, "sbp": 120, "temperature_c": 37,
        "heart_rate": 80, "ph": 7.4, "urea": 5, "sodium": 140, "glucose": 100, "haematocrit": 42,
        "pao2": 90,
    },
    "qSOFA": {"respiratory_rate": 15, "sbp": 120, "gcs": 15},
    "SIRS": {"temperature_c": 37, "heart_rate": 80, "respiratory_rate": 15, "leukocytes": 7},
    "SOFA": {
        "pao2": 95, "fio2": 21, "platelets": 250, "bilirubin": 0.8, "gcs": 15, "creatinine": 0.9,
    },
    "APACHE-II": {
        "temperature_c": 37, "sbp": 120, "dbp": 80, "heart_rate": 80, "respiratory_rate": 16,
        "fio2": 21, "pao2": 90, "ph": 7.4, "sodium": 140, "potassium": 4, "creatinine": 1,
        "haematocrit": 42, "leukocytes": 7, "gcs": 15, "age": 30,
    },
    "CHA2DS2-VASc": {"age": 50, "sex": "male"},
    "HAS-BLED": {"age": 50},
    "GBS": {"urea": 5, "haemoglobin": 15, "sex": "male", "sbp": 120, "heart_rate": 80},
    "ABCD2": {
        "age": 50, "sbp": 120, "dbp": 80, "clinical_features": "none", "duration": "lt_10",
    },
    "Wells-PE": {"heart_rate": 80},
    "Wells-DVT": {},
    "Caprini": {"age": 30, "bmi": 22},
    "HEART": {"suspicion": "slight", "ecg": "normal", "age": 30, "troponin": "normal"},
    "TIMI-STEMI": {"age": 50, "sbp": 120, "heart_rate": 80, "weight": 80, "killip_class": "1"},
    "TIMI-UA-NSTEMI": {"age": 50},
    "Child-Pugh": {"bilirubin": 1, "albumin": 4, "inr": 1},
    "RCRI": {"creatinine": 1},
    "ARISCAT": {
        "age": 40, "spo2": 98, "haemoglobin": 14, "incision": "peripheral", "duration_h": 1,
    },
    "STOP-BANG": {"bmi": 22, "age": 40, "sex": "female", "neck_cm": 35},
    "Apfel-PONV": {"sex": "male"},
    "Charlson": {"age": 40},
    "LACE": {
        "length_of_stay_days": 0, "acute_admission": False, "charlson": 0, "ed_visits_6mo": 0,
    },
    "HOSPITAL": {
        "haemoglobin": 14, "sodium": 140, "length_of_stay_days": 2, "admissions_1y": 0,
    },
    "FINDRISC": {
        "age": 40, "bmi": 22, "sex": "male", "waist_cm": 80, "active_30_min": True,
        "vegetables_daily": True, "family": "none",
    },
    "GCS": {"eyes": "4", "voice": "5", "movement": "6"},
    "P-POSSUM": {
        "age": 50, "cardiac": "none", "respiratory": "none", "ecg": "normal", "sbp": 120,
        "heart_rate": 70, "haemoglobin": 14, "leukocytes": 7, "urea": 5, "sodium": 140,
        "potassium": 4, "gcs": 15, "severity": "minor", "blood_loss": 50, "soiling": "none",
        "malignancy": "none", "urgency": "elective",
    },
    "Gupta-MICA": {
        "age": 50, "asa_class": "1", "function": "independent", "creatinine": 1,
        "procedure": "hernia",
    },
    "NEWS2": {
        "respiratory_rate": 16, "spo2": 98, "supplemental_o2": False, "sbp": 120,
        "heart_rate": 70, "acvpu": "A", "temperature_c": 37,
    },
    "PREVENT": {
        "age": 50, "sex": "female", "sbp": 120, "bp_tx": False, "total_c": 200, "hdl_c": 50,
        "statin": False, "dm": False, "smoking": False, "egfr": 90, "bmi": 25,
    },
    "PCE": {
        "age": 55, "sex": "female", "race": "white", "sbp": 120, "bp_tx": False, "total_c": 213,
        "hdl_c": 50, "dm": False, "smoking": False,
    },
    "SCORE2": {
        "region": "low", "age": 50, "sex": "male", "smoker": False, "sbp": 140, "total_c": 240,
        "hdl_c": 50,
    },
    "Framingham-hard-CHD": {
        "age": 50, "sex": "male", "total_c": 200, "hdl_c": 50, "sbp": 120,
    },
    "QTc-Fridericia": {"qt": 400, "heart_rate": 60},
    "CKD-EPI-2021": {"creatinine": 1, "age": 50, "sex": "female"},
    "CKD-EPI-2009": {"creatinine": 1, "age": 50, "sex": "female"},
    "Cockcroft-Gault": {"age": 50, "sex": "male", "weight": 72, "creatinine": 1},
    "FIB-4": {"age": 50, "ast": 30, "alt": 36, "platelets": 250},
    "MELD-original": {"bilirubin": 1, "inr": 1, "creatinine": 1},
    "MELD-Na-UNOS": {"bilirubin": 1, "inr": 1, "creatinine": 1, "sodium": 140},
    "MELD-3.0": {
        "bilirubin": 1, "inr": 1, "creatinine": 1, "sodium": 140, "albumin": 4, "sex": "male",
    },
    "UKELD": {"bilirubin": 1, "inr": 1, "creatinine": 1, "sodium": 140},
    "HOMA-IR": {"glucose": 90, "insulin": 9},
    "LDL-Friedewald": {"total_c": 200, "hdl_c": 50, "triglycerides": 100},
}  # fmt: skip
WELL["HOSPITAL-2013"] = WELL["HOSPITAL"]
WELL["PCE-revised-2018"] = WELL["PCE"]
WELL["SCORE2-OP"] = WELL["SCORE2"] | {"age": 75}
WELL["SCORE2-Diabetes"] = WELL["SCORE2"] | {
    "diabetes": True,
    "age_at_diabetes": 45,
    "hba1c": 50,
    "egfr": 90,
}


def points(score: str, **changes: Any) -> Points:
    """The points of a well person with these changes; None leaves an input out."""
    found = SCORES[score](**(WELL[score] | changes))
    assert isinstance(found, Points), found
    return found


def risk(score: str, **changes: Any) -> Risk:
    """The risk of such a person."""
    found = SCORES[score](**(WELL[score] | changes))
    assert isinstance(found, Risk), found
    return found


def estimate(score: str, **changes: Any) -> Estimate:
    """The estimate of such a person."""
    found = SCORES[score](**(WELL[score] | changes))
    assert isinstance(found, Estimate), found
    return found


def refused(score: str, **changes: Any) -> Cannot:
    """All that such a person's score needs."""
    found = SCORES[score](**(WELL[score] | changes))
    assert isinstance(found, Cannot), found
    return found
