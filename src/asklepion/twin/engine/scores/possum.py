"""Death and complications of an operation: P-POSSUM, and POSSUM's complications.

Twelve findings before the operation and six of it, each 1, 2, 4 or 8. The chart is Copeland's, the
equation of death that of Prytherch, of complications Copeland's. Where the chart has one number in
two bands (leucocytes of 4.0) the milder one counts.
"""

import math

from . import units
from .common import (
    AGE,
    GCS,
    HAEMOGLOBIN,
    HEART_RATE,
    LEUKOCYTES,
    POTASSIUM,
    SBP,
    SODIUM,
    UREA,
    paper,
)
from .inputs import Choice, Number
from .score import Risk, Score, band_of

# Each band begins at its first number and scores its second; values are first rounded to the
# chart's resolution.
CHART = {
    "age": ((0, 1), (61, 2), (71, 4)),
    "sbp": ((0, 8), (90, 4), (100, 2), (110, 1), (131, 2), (171, 4)),
    "heart_rate": ((0, 8), (40, 2), (50, 1), (81, 2), (101, 4), (121, 8)),
    "gcs": ((3, 8), (9, 4), (12, 2), (15, 1)),
    "haemoglobin": (
        (0, 8), (10, 4), (11.5, 2), (13, 1), (16.1, 2), (17.1, 4), (18.1, 8),
    ),
    "leukocytes": ((0, 4), (3.1, 2), (4, 1), (10.1, 2), (20.1, 4)),
    "urea": ((0, 1), (7.6, 2), (10.1, 4), (15.1, 8)),
    "sodium": ((0, 8), (126, 4), (131, 2), (136, 1)),
    "potassium": ((0, 8), (2.9, 4), (3.2, 2), (3.5, 1), (5.1, 2), (5.4, 4), (6, 8)),
    "blood_loss": ((0, 1), (101, 2), (501, 4), (1000, 8)),
    "procedures": ((1, 1), (2, 4), (3, 8)),
}  # fmt: skip
DIGITS = {"haemoglobin": 1, "leukocytes": 1, "urea": 1, "potassium": 1}
OPERATIVE = ("severity", "procedures", "blood_loss", "soiling", "malignancy", "urgency")
WORDS = {
    "cardiac": {"none": 1, "treated": 2, "oedema": 4, "failure": 8},
    "respiratory": {"none": 1, "exertion": 2, "limiting": 4, "rest": 8},
    "ecg": {"normal": 1, "atrial_fibrillation": 4, "abnormal": 8},
    "severity": {"minor": 1, "moderate": 2, "major": 4, "major_plus": 8},
    "soiling": {"none": 1, "minor": 2, "local_pus": 4, "free": 8},
    "malignancy": {"none": 1, "primary": 2, "nodal": 4, "distant": 8},
    "urgency": {"elective": 1, "urgent": 4, "immediate": 8},
}


def p_possum(**found: object) -> Risk:
    """Share that dies within 30 days; with the shares and sums that belong to it."""
    parts = {key: _points(key, float(str(found[key]))) for key in CHART}
    parts |= {key: points[str(found[key])] for key, points in WORDS.items()}
    operative = sum(parts[key] for key in OPERATIVE)
    physiological = sum(parts.values()) - operative
    death = _share(-9.065 + 0.1692 * physiological + 0.1550 * operative)
    morbidity = _share(-5.91 + 0.16 * physiological + 0.19 * operative)
    return Risk(
        share=death,
        more={
            "mortality": death,
            "mortality_percent": 100 * death,
            "morbidity": morbidity,
            "morbidity_percent": 100 * morbidity,
            "physiological_score": physiological,
            "operative_score": operative,
            "parts": parts,
        },
    )


def _points(key: str, value: float) -> float:
    scale = 10 ** DIGITS.get(key, 0)
    rounded = math.floor(round(value * scale + 0.5, 6)) / scale
    return band_of(rounded, CHART[key])


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


P_POSSUM = Score[Risk](
    name="P-POSSUM",
    title="Death and complications after general surgery",
    organ="body",
    horizon="30 days",
    sources=(
        paper(
            "Prytherch DR, Whiteley MS, Higgins B, et al. POSSUM and Portsmouth POSSUM for "
            "predicting mortality. Br J Surg 1998;85:1217-1220.",
            "10.1046/j.1365-2168.1998.00840.x",
        ),
        paper(
            "Copeland GP, Jones D, Walters M. POSSUM: a scoring system for surgical audit. Br J "
            "Surg 1991;78:355-360.",
            "10.1002/bjs.1800780327",
        ),
    ),
    inputs=(
        AGE,
        Choice(
            key="cardiac",
            options={
                "none": ("no failure", "normal", "1"),
                "treated": ("diuretic, digoxin, antianginal or antihypertensive", "2"),
                "oedema": ("peripheral oedema, warfarin or borderline cardiomegaly", "4"),
                "failure": ("raised jugular venous pressure or cardiomegaly", "8"),
            },
        ),
        Choice(
            key="respiratory",
            options={
                "none": ("no dyspnoea", "normal", "1"),
                "exertion": ("dyspnoea on exertion or mild obstruction", "2"),
                "limiting": ("limiting dyspnoea or moderate obstruction", "4"),
                "rest": ("dyspnoea at rest, fibrosis or consolidation", "8"),
            },
        ),
        Choice(
            key="ecg",
            options={
                "normal": ("1",),
                "atrial_fibrillation": ("atrial fibrillation, rate 60-90", "4"),
                "abnormal": ("any other rhythm, ectopics, Q waves or ST/T changes", "8"),
            },
        ),
        SBP,
        HEART_RATE,
        HAEMOGLOBIN,
        LEUKOCYTES,
        UREA,
        SODIUM,
        POTASSIUM,
        GCS,
        Choice(
            key="severity",
            names=("operative severity",),
            options={
                "minor": ("1",),
                "moderate": ("intermediate", "2"),
                "major": ("4",),
                "major_plus": ("major+", "complex major", "8"),
            },
        ),
        Number(
            key="procedures",
            unit="1",
            units=units.INSTANT,
            possible=(1, 50),
            whole=True,
            needed=False,
            default=1,
        ),
        Number(
            key="blood_loss",
            unit="mL",
            units=units.VOLUME,
            possible=(0, 50_000),
            named={"blood_loss_ml": "mL"},
        ),
        Choice(
            key="soiling",
            names=("peritoneal soiling",),
            options={
                "none": ("1",),
                "minor": ("serous fluid", "2"),
                "local_pus": ("4",),
                "free": ("free bowel content, pus or blood", "8"),
            },
        ),
        Choice(
            key="malignancy",
            options={
                "none": ("false", "1"),
                "primary": ("primary only", "2"),
                "nodal": ("nodal metastases", "4"),
                "distant": ("distant metastases", "8"),
            },
        ),
        Choice(
            key="urgency",
            options={
                "elective": ("1",),
                "urgent": ("emergency within 24 hours", "4"),
                "immediate": ("emergency within 2 hours", "8"),
            },
        ),
    ),
    compute=p_possum,
    outputs=("mortality", "morbidity", "physiological_score", "operative_score", "parts"),
    range="adults before or after general surgery",
    evidence="every edge of the chart; both equations at their least and largest scores",
)

ALL = (P_POSSUM,)
