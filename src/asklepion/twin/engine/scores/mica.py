"""Infarction or cardiac arrest after an operation: Gupta's calculator from NSQIP.

Source: Gupta 2011. The log-odds is a sum: the paper's constant, 0.02 for each year, and a weight of
class, function, creatinine and operation. The weights are those that the calculator was published
with; creatinine is raised above 1.5 mg/dL (133 µmol/L).
"""

import math

from .common import AGE, CREATININE, if_told, meeting, paper
from .inputs import Choice
from .score import Risk, Score

CONSTANT = -5.25
PER_YEAR = 0.02
FUNCTION = {"independent": 0.0, "partial": 0.65, "total": 1.03}
ASA = {"1": -5.17, "2": -3.29, "3": -1.92, "4": -0.95, "5": 0.0}
RAISED, UNKNOWN = 0.61, -0.10
PROCEDURE = {
    "anorectal": -0.16,
    "aortic": 1.60,
    "bariatric": -0.25,
    "brain": 1.40,
    "breast": -1.61,
    "cardiac": 1.01,
    "ent": 0.71,
    "foregut_hepatopancreatobiliary": 1.39,
    "gallbladder_appendix_adrenal_spleen": 0.59,
    "hernia": 0.0,
    "intestinal": 1.14,
    "neck": 0.18,
    "obstetric_gynecologic": 0.76,
    "orthopedic": 0.80,
    "other_abdominal": 1.13,
    "peripheral_vascular": 0.86,
    "skin": 0.54,
    "spine": 0.21,
    "thoracic": 0.40,
    "vein": -1.09,
    "urology": -0.26,
}


def gupta_mica(
    *, age: float, asa_class: str, function: str, creatinine: float | None, procedure: str
) -> Risk:
    """Share that has an infarction or arrest within 30 days.

    Args:
        asa_class: "1" to "5".
        function: "independent", "partial" or "total", of dependence.
        creatinine: [mg/dL]; unknown has a weight of its own.
        procedure: one of `PROCEDURE`.
    """
    kidney = UNKNOWN if creatinine is None else RAISED if creatinine > 1.5 else 0.0
    log_odds = (
        CONSTANT + PER_YEAR * age + FUNCTION[function] + ASA[asa_class] + kidney
    ) + PROCEDURE[procedure]
    share = 1 / (1 + math.exp(-log_odds))
    return Risk(share=share, more={"risk": share})


GUPTA_MICA = Score[Risk](
    name="Gupta-MICA",
    title="Infarction or cardiac arrest after surgery",
    organ="heart",
    horizon="30 days",
    sources=(
        paper(
            "Gupta PK, Gupta H, Sundaram A, et al. Development and validation of a risk calculator "
            "for prediction of cardiac risk after surgery. Circulation 2011;124:381-387.",
            "10.1161/CIRCULATIONAHA.110.015701",
        ),
    ),
    inputs=(
        AGE.from_to(16, 130),
        Choice(
            key="asa_class",
            names=("asa",),
            options={"1": ("I",), "2": ("II",), "3": ("III",), "4": ("IV",), "5": ("V",)},
        ),
        Choice(
            key="function",
            names=("functional_status",),
            options={
                "independent": (),
                "partial": ("partially dependent", "partially_dependent"),
                "total": ("totally dependent", "totally_dependent"),
            },
        ),
        if_told(meeting(CREATININE, 1.5, 133)),
        Choice(
            key="procedure",
            names=("procedure_type", "surgery_type"),
            options=dict.fromkeys(PROCEDURE, ()),
        ),
    ),
    compute=gupta_mica,
    outputs=("risk", "value", "risk_percent"),
    range="adults before an operation",
    evidence="every weight, by hand",
)

ALL = (GUPTA_MICA,)
