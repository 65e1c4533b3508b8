"""After an operation: intensive care, a long stay, days to discharge, from what is known before it.

The columns are those of the VitalDB clinical table. Read is only what is known before the first
cut: the plan (operation, approach, position, anaesthesia), the person, her laboratory values, and
how long she has been in hospital (`adm`, seconds from the start of the recording). What was seen or
done in theatre (airway, tubes, lines, drugs, blood, duration) is not read.

Source: Lee et al, Sci Data 2022;9:279 (the table).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .model import open_model
from .predictors import Batch
from .rows import as_batches
from .tables import NAN, Row, looked_up, number, read_rows, word

ICU, LONG, DAYS = "operation_icu", "operation_long_stay", "operation_days"
NEEDED = ("age", "sex", "department", "optype", "opname")
NUMBERS = (
    "height",
    "weight",
    "bmi",
    "asa",
    "emop",
    "preop_htn",
    "preop_dm",
    "preop_hb",
    "preop_plt",
    "preop_pt",
    "preop_aptt",
    "preop_na",
    "preop_k",
    "preop_gluc",
    "preop_alb",
    "preop_ast",
    "preop_alt",
    "preop_bun",
    "preop_cr",
    "preop_ph",
    "preop_hco3",
    "preop_be",
    "preop_pao2",
    "preop_paco2",
    "preop_sao2",
)
DEPARTMENTS = ("General surgery", "Thoracic surgery", "Gynecology", "Urology")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "optype": (
        "Biliary/Pancreas",
        "Breast",
        "Colorectal",
        "Hepatic",
        "Major resection",
        "Minor resection",
        "Others",
        "Stomach",
        "Thyroid",
        "Transplantation",
        "Vascular",
    ),
    "approach": ("Open", "Videoscopic", "Robotic"),
    "ane_type": ("General", "Spinal", "Sedationalgesia"),
    "position": (
        "Supine",
        "Lithotomy",
        "Left lateral decubitus",
        "Right lateral decubitus",
        "Prone",
        "Reverse Trendelenburg",
        "Trendelenburg",
    ),
}
ILL_WORDS = (
    "cancer carcinoma malignant metastatic benign transplantation liver hepatic hepatocellular "
    "kidney renal stage cirrhosis donor living recurrent perforation obstruction ileus abscess "
    "bleeding infection acute chronic aneurysm aorta dissection advanced early stone hernia "
    "pancreatic bile duct gallbladder colon rectal gastric stomach lung breast thyroid prostate "
    "bladder fistula wound varicose polyp neoplasm nodule abnormal pulmonary cyst ovarian mass "
    "tumor unspecified unknown"
)
ACT_WORDS = (
    "gastrectomy cholecystectomy lobectomy resection metastasectomy segmentectomy nephrectomy "
    "pancreaticoduodenectomy pancreatectomy thyroidectomy hepatectomy hemihepatectomy wedge "
    "prostatectomy hysterectomy excision appendectomy laparotomy exploratory hemicolectomy "
    "stripping mastectomy conserving biopsy ileostomy repair extended radical total subtotal "
    "distal anterior low preserving"
)
ILLS, ACTS = tuple(ILL_WORDS.split()), tuple(ACT_WORDS.split())
GRADES = {"Mild": 1.0, "Moderate": 2.0, "Severe": 3.0}
TABLES = ("operation", "diagnosis", "kind_and_approach", "operation_and_approach")
DAY_S, HOUR_S = 86_400, 3_600

Floats = NDArray[np.float64]


def plain_words(told: str) -> str:
    """Lower-case words, apart by one blank."""
    return re.sub(r"[^a-z]+", " ", told.lower()).strip()


def features(row: Row) -> dict[str, float]:
    """What is known before the operation; NaN where it is not."""
    told = {key: number(row, key) for key in NUMBERS}
    age = word(row, "age")
    told["age"] = 90.0 if age.startswith(">") else number(row, "age")
    told["male"] = {"M": 1.0, "F": 0.0}.get(word(row, "sex"), NAN)
    before = -number(row, "adm")
    told["days_waited"] = before / DAY_S
    told["hour"] = before % DAY_S / HOUR_S
    department = word(row, "department")
    told["department"] = float(DEPARTMENTS.index(department)) if department in DEPARTMENTS else NAN
    for key, options in OPTIONS.items():
        said = word(row, key)
        told |= {f"{key}={option}": float(said == option) for option in options}
    told["gfr"] = 186 * max(told["preop_cr"], 0.2) ** -1.154 * max(told["age"], 1.0) ** -0.203
    told["no_blood_count"] = float(told["preop_hb"] != told["preop_hb"])
    told["no_blood_gas"] = float(told["preop_ph"] != told["preop_ph"])
    return told | _heart_and_lungs(row) | _words(row)


def _heart_and_lungs(row: Row) -> dict[str, float]:
    ecg, lungs = word(row, "preop_ecg"), word(row, "preop_pft")
    grade = next((value for name, value in GRADES.items() if name in lungs), 1.0)
    return {
        "ecg_other": float(ecg not in ("", "Normal Sinus Rhythm")),
        "atrial_fibrillation": float("Atrial f" in ecg),
        "lungs_obstructive": grade * ("obstructive" in lungs),
        "lungs_restrictive": grade * ("restrictive" in lungs),
    }


def _words(row: Row) -> dict[str, float]:
    planned = plain_words(word(row, "opname")).split()
    told = {*planned, *plain_words(word(row, "dx")).split()}
    flags = {f"ill_{each}": float(each in told) for each in ILLS}
    return flags | {f"act_{each}": float(each in planned) for each in ACTS}


def words(row: Row) -> dict[str, str]:
    """What training gives a number by how such operations went."""
    operation, approach = plain_words(word(row, "opname")), word(row, "approach")
    return {
        "operation": operation,
        "diagnosis": plain_words(word(row, "dx")),
        "kind_and_approach": f"{word(row, 'optype')}/{approach}",
        "operation_and_approach": f"{operation}/{approach}",
    }


PLAIN = tuple(features({}))
KEYS = (*PLAIN, *(f"rate_{table}" for table in TABLES))


def matrix(rows: Sequence[Row], tables: Mapping[str, Mapping[str, float]]) -> Floats:
    """The rows of a model, in the order of `KEYS`, with what its training gave the words."""
    whole = np.empty((len(rows), len(KEYS)))
    for at, row in enumerate(rows):
        said = words(row)
        whole[at, : len(PLAIN)] = list(features(row).values())
        whole[at, len(PLAIN) :] = [looked_up(tables[name], said[name]) for name in TABLES]
    return whole


def read_table(path: Path) -> Iterator[list[Row]]:
    """The rows of `clinical_data.csv`."""
    return read_rows(path, NEEDED)


def read_icu(path: Path) -> Iterator[Batch]:
    """The operations of a file, for two days or more of intensive care."""
    return _batches(path, ICU)


def read_long(path: Path) -> Iterator[Batch]:
    """The same, for a stay beyond 14 days."""
    return _batches(path, LONG)


def read_days(path: Path) -> Iterator[Batch]:
    """The same, for the days to discharge."""
    return _batches(path, DAYS)


def _batches(path: Path, name: str) -> Iterator[Batch]:
    tables = open_model(name).facts["tables"]
    return as_batches(read_table(path), ("caseid",), lambda rows: matrix(rows, tables))
