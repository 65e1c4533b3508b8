"""Readmission within 30 days: what a hospital knows of a patient with diabetes as she leaves.

The columns are those of the Diabetes-130 table: one row for each stay, each row told by itself.
Race is read by nobody here: it is kept for the subgroups of the card alone.

Source: Strack et al, BioMed Research International 2014;2014:781670 (the table).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .icd9 import (
    GROUPS,
    ILLS,
    category,
    group_of,
    is_complicated_diabetes,
    is_type_1_diabetes,
    is_uncontrolled_diabetes,
)
from .model import open_model
from .predictors import Batch
from .rows import as_batches
from .tables import NAN, Row, is_one, looked_up, number, read_rows, word

NAME = "readmission"
COUNTS = (
    "time_in_hospital",
    "num_lab_procedures",
    "num_procedures",
    "num_medications",
    "number_outpatient",
    "number_emergency",
    "number_inpatient",
    "number_diagnoses",
)
NEEDED = ("encounter_id", "diag_1", "discharge_disposition_id", *COUNTS)
DIAGNOSES = ("diag_1", "diag_2", "diag_3")
SINGLE_DRUGS = (
    "metformin",
    "repaglinide",
    "glimepiride",
    "glipizide",
    "glyburide",
    "pioglitazone",
    "rosiglitazone",
    "insulin",
)
DRUGS = (
    *SINGLE_DRUGS,
    "nateglinide",
    "chlorpropamide",
    "tolbutamide",
    "acarbose",
    "miglitol",
    "tolazamide",
    "glyburide-metformin",
)
CHANGES = {"No": 0.0, "Steady": 1.0, "Down": 2.0, "Up": 3.0}
HBA1C = {"Norm": 1.0, ">7": 2.0, ">8": 3.0}
GLUCOSE = {"Norm": 1.0, ">200": 2.0, ">300": 3.0}
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "admission_type_id": ("1", "2", "3"),
    "admission_source_id": ("1", "2", "4", "5", "6", "7", "17"),
    "discharge_disposition_id": (
        *("1", "2", "3", "4", "5", "6", "7"),
        *("15", "18", "22", "23", "25", "28"),
    ),
    "payer_code": ("MC", "MD", "HM", "BC", "SP", "CP", "UN", "CM", "OG", "PO", "DM"),
    "medical_specialty": (
        "InternalMedicine",
        "Emergency/Trauma",
        "Family/GeneralPractice",
        "Cardiology",
        "Surgery-General",
        "Nephrology",
        "Orthopedics",
        "Orthopedics-Reconstructive",
        "Radiologist",
        "Pulmonology",
        "Psychiatry",
        "Urology",
        "ObstetricsandGynecology",
        "Surgery-Cardiovascular/Thoracic",
        "Gastroenterology",
        "Surgery-Vascular",
        "Oncology",
        "Hematology/Oncology",
        "PhysicalMedicineandRehabilitation",
    ),
}
NOT_COMING_BACK = ("11", "13", "14", "19", "20", "21")  # died, or left for hospice
TABLES = ("first", "second", "third", "first_whole", "specialty", "payer", "left_to", "came_by")
BAND = re.compile(r"\[(\d+)-(\d+)\)")

Floats = NDArray[np.float64]


def features(row: Row) -> dict[str, float]:
    """What one row says by itself; NaN where it says nothing."""
    told = {key: number(row, key) for key in COUNTS}
    days = max(told["time_in_hospital"], 1.0)  # of NaN it is NaN
    told |= {
        "age": _middle(word(row, "age")),
        "weight": _middle(word(row, "weight")),
        "female": {"Female": 1.0, "Male": 0.0}.get(word(row, "gender"), NAN),
        "visits": sum(told[f"number_{way}"] for way in ("outpatient", "emergency", "inpatient")),
        "acute_visits": told["number_emergency"] + told["number_inpatient"],
        "labs_per_day": told["num_lab_procedures"] / days,
        "medications_per_day": told["num_medications"] / days,
        "hba1c": HBA1C.get(word(row, "A1Cresult"), 0.0),
        "glucose": GLUCOSE.get(word(row, "max_glu_serum"), 0.0),
        "drugs_changed": is_one(word(row, "change"), "Ch"),
        "drugs_taken": is_one(word(row, "diabetesMed"), "Yes"),
    }
    return told | _drugs(row) | _diagnoses(row) | _options(row)


def _middle(band: str) -> float:
    found = BAND.fullmatch(band)
    if found:
        return (int(found[1]) + int(found[2])) / 2
    return 210.0 if band == ">200" else NAN


def _drugs(row: Row) -> dict[str, float]:
    said = {drug: CHANGES.get(word(row, drug), NAN) for drug in DRUGS}
    told = {f"drug_{drug}": said[drug] for drug in SINGLE_DRUGS}
    known = [value for value in said.values() if value == value]
    told["drugs_on"] = float(sum(value > 0 for value in known))
    told["drugs_up"] = float(sum(value == CHANGES["Up"] for value in known))
    told["drugs_down"] = float(sum(value == CHANGES["Down"] for value in known))
    return told


NO_GROUPS = {f"{of}_{group}": 0.0 for of in ("first", "any") for group in GROUPS}
NO_OPTIONS = {f"{key}={option}": 0.0 for key, options in OPTIONS.items() for option in options}


@lru_cache(maxsize=4096)
def _one(code: str) -> tuple[str, str, tuple[bool, bool, bool]]:
    kinds = (
        is_complicated_diabetes(code),
        is_uncontrolled_diabetes(code),
        is_type_1_diabetes(code),
    )
    return category(code), group_of(code), kinds


def _diagnoses(row: Row) -> dict[str, float]:
    codes = [_one(word(row, key)) for key in DIAGNOSES]
    told = dict(NO_GROUPS)
    if codes[0][1]:
        told[f"first_{codes[0][1]}"] = 1.0
    for _, group, _ in codes:
        if group:
            told[f"any_{group}"] = 1.0
    found = {short for short, _, _ in codes}
    told |= {ill: float(not found.isdisjoint(which)) for ill, which in ILLS.items()}
    for at, kind in enumerate(("complicated", "uncontrolled", "type_1")):
        told[f"diabetes_{kind}"] = float(any(kinds[at] for _, _, kinds in codes))
    return told


def _options(row: Row) -> dict[str, float]:
    told = dict(NO_OPTIONS)
    for key in OPTIONS:
        option = f"{key}={word(row, key)}"
        if option in told:
            told[option] = 1.0
    left = word(row, "discharge_disposition_id")
    told["not_coming_back"] = float(left in NOT_COMING_BACK)
    return told


def words(row: Row) -> dict[str, str]:
    """What training gives a number by how often such people came back."""
    first, second, third = (word(row, key) for key in DIAGNOSES)
    return {
        "first": category(first),
        "second": category(second),
        "third": category(third),
        "first_whole": first.upper(),
        "specialty": word(row, "medical_specialty"),
        "payer": word(row, "payer_code"),
        "left_to": word(row, "discharge_disposition_id"),
        "came_by": f"{word(row, 'admission_type_id')}/{word(row, 'admission_source_id')}",
    }


PLAIN = tuple(features({}))
KEYS = (*PLAIN, *(f"rate_{table}" for table in TABLES))


def matrix(rows: Sequence[Row], tables: Mapping[str, Mapping[str, float]]) -> Floats:
    """The rows of the model, in the order of `KEYS`.

    Args:
        tables: for each of `TABLES` what training gave its words.
    """
    whole = np.empty((len(rows), len(KEYS)))
    for at, row in enumerate(rows):
        told, said = features(row), words(row)
        whole[at, : len(PLAIN)] = list(told.values())
        whole[at, len(PLAIN) :] = [looked_up(tables[name], said[name]) for name in TABLES]
    return whole


def read_table(path: Path) -> Iterator[list[Row]]:
    """The rows of `diabetic_data.csv`, or of the archive it comes in."""
    return read_rows(path, NEEDED, inside="diabetic_data.csv")


def read(path: Path) -> Iterator[Batch]:
    """The stays of a file, ready for the model."""
    tables = open_model(NAME).facts["tables"]
    return as_batches(read_table(path), ("encounter_id",), lambda rows: matrix(rows, tables))
