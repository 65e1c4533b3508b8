"""A first infarction or coronary death within ten years: Framingham, as in ATP III.

The equation behind the ATP III point tables, on logarithms. Smoking no longer grows with age beyond
70 years in men and 78 in women.
"""

import math

from .common import AGE, HDL, SBP, SEX, TOTAL_CHOLESTEROL, paper
from .inputs import Answer
from .score import Risk, Score

WEIGHTS = {
    "male": {
        "age": 52.00961, "tc": 20.014077, "hdl": -0.905964, "sbp": 1.305784, "tx": 0.241549,
        "smoker": 12.096316, "age_tc": -4.605038, "age_smoker": -2.84367, "age2": -2.93323,
        "constant": -172.300168,
    },
    "female": {
        "age": 31.764001, "tc": 22.465206, "hdl": -1.187731, "sbp": 2.552905, "tx": 0.420251,
        "smoker": 13.07543, "age_tc": -5.060998, "age_smoker": -2.996945,
        "constant": -146.5933061,
    },
}  # fmt: skip
SURVIVAL = {"male": 0.9402, "female": 0.98767}
SMOKER_AGE = {"male": 70, "female": 78}


def framingham(
    *, age: float, sex: str, total_c: float, hdl_c: float, sbp: float, bp_tx: bool, smoker: bool
) -> Risk:
    """Share that has an infarction or dies of coronary disease; cholesterol in mg/dL."""
    ln_age = math.log(age)
    terms = {
        "age": ln_age,
        "age2": ln_age**2,
        "tc": math.log(total_c),
        "hdl": math.log(hdl_c),
        "sbp": math.log(sbp),
        "tx": float(bp_tx),
        "smoker": float(smoker),
        "age_tc": ln_age * math.log(total_c),
        "age_smoker": math.log(min(age, SMOKER_AGE[sex])) * smoker,
        "constant": 1.0,
    }
    weights = WEIGHTS[sex]
    total = sum(weights.get(key, 0) * value for key, value in terms.items())
    return Risk(share=1 - SURVIVAL[sex] ** math.exp(total))


FRAMINGHAM = Score[Risk](
    name="Framingham-hard-CHD",
    title="First infarction or coronary death, Framingham",
    organ="heart",
    horizon="10 years",
    sources=(
        paper(
            "Third report of the National Cholesterol Education Program (NCEP) expert panel (Adult "
            "Treatment Panel III) final report. Circulation 2002;106:3143-3421.",
            "10.1161/circ.106.25.3143",
        ),
    ),
    inputs=(
        AGE.from_to(30, 79),
        SEX,
        TOTAL_CHOLESTEROL,
        HDL,
        SBP,
        Answer(key="bp_tx", names=("Blood pressure being treated with medicines",)),
        Answer(key="smoker", names=("smoking",)),
    ),
    compute=framingham,
    outputs=("value", "risk_percent"),
    range="age 30–79, no diabetes, no coronary disease",
    evidence="by hand against ATP III's point tables",
)

ALL = (FRAMINGHAM,)
