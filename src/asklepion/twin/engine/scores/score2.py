"""A first infarction or stroke within ten years in Europe: SCORE2, SCORE2-OP, SCORE2-Diabetes.

The sums are those of the papers' supplements; a second step, a straight line on the complementary
log-log scale, brings the risk to the incidence of one of four regions. SCORE2 and SCORE2-Diabetes
share theirs.
"""

import math
from collections.abc import Mapping

from ...model import Cannot, Need, Why
from . import units
from .common import AGE, HDL, SBP, SEX, TOTAL_CHOLESTEROL, paper
from .inputs import Answer, Choice, Number
from .score import Risk, Score

MMOL_L = 38.665  # mg/dL of cholesterol in a mmol/L
REGIONS = ("low", "moderate", "high", "very_high")
# Constant and slope of each region, in the order of REGIONS.
SCORE2_REGIONS = {
    "male": ((-0.5699, 0.7476), (-0.1565, 0.8009), (0.3207, 0.9360), (0.5836, 0.8294)),
    "female": ((-0.7380, 0.7019), (-0.3143, 0.7701), (0.5710, 0.9369), (0.9412, 0.8329)),
}
OP_REGIONS = {
    "male": ((-0.34, 1.19), (0.01, 1.25), (0.08, 1.15), (0.05, 0.70)),
    "female": ((-0.52, 1.01), (-0.10, 1.10), (0.38, 1.09), (0.38, 0.69)),
}
SURVIVAL = {"male": 0.9605, "female": 0.9776}
OP_SURVIVAL = {"male": 0.7576, "female": 0.8082}
OP_MEAN = {"male": 0.0929, "female": 0.2290}

Weights = Mapping[str, Mapping[str, float]]
SCORE2_WEIGHTS: Weights = {
    "male": {
        "age": 0.3742, "smoker": 0.6012, "sbp": 0.2777, "tc": 0.1458, "hdl": -0.2698,
        "age_smoker": -0.0755, "age_sbp": -0.0255, "age_tc": -0.0281, "age_hdl": 0.0426,
    },
    "female": {
        "age": 0.4648, "smoker": 0.7744, "sbp": 0.3131, "tc": 0.1002, "hdl": -0.2606,
        "age_smoker": -0.1088, "age_sbp": -0.0277, "age_tc": -0.0226, "age_hdl": 0.0613,
    },
}  # fmt: skip
OP_WEIGHTS: Weights = {
    "male": {
        "age": 0.0634, "diabetes": 0.4245, "smoker": 0.3524, "sbp": 0.0094, "tc": 0.0850,
        "hdl": -0.3564, "age_diabetes": -0.0174, "age_smoker": -0.0247, "age_sbp": -0.0005,
        "age_tc": 0.0073, "age_hdl": 0.0091,
    },
    "female": {
        "age": 0.0789, "diabetes": 0.6010, "smoker": 0.4921, "sbp": 0.0102, "tc": 0.0605,
        "hdl": -0.3040, "age_diabetes": -0.0107, "age_smoker": -0.0255, "age_sbp": -0.0004,
        "age_tc": -0.0009, "age_hdl": 0.0154,
    },
}  # fmt: skip
DIABETES_WEIGHTS: Weights = {
    "male": {
        "age": 0.5368, "smoker": 0.4774, "sbp": 0.1322, "tc": 0.1102, "hdl": -0.1087,
        "age_smoker": -0.0672, "age_sbp": -0.0268, "age_tc": -0.0181, "age_hdl": 0.0095,
        "diabetes": 0.6457, "age_diabetes": -0.0983, "onset": -0.0998, "hba1c": 0.0955,
        "egfr": -0.0591, "egfr2": 0.0058, "age_hba1c": -0.0134, "age_egfr": 0.0115,
    },
    "female": {
        "age": 0.6624, "smoker": 0.6139, "sbp": 0.1421, "tc": 0.1127, "hdl": -0.1568,
        "age_smoker": -0.1122, "age_sbp": -0.0167, "age_tc": -0.0200, "age_hdl": 0.0186,
        "diabetes": 0.8096, "age_diabetes": -0.1272, "onset": -0.1180, "hba1c": 0.1173,
        "egfr": -0.0640, "egfr2": 0.0062, "age_hba1c": -0.0196, "age_egfr": 0.0169,
    },
}  # fmt: skip


def score2(
    *,
    region: str,
    age: float,
    sex: str,
    smoker: bool,
    sbp: float,
    total_c: float,
    hdl_c: float,
    diabetes: bool,
) -> "Risk | Cannot":
    """Ages 40 to 69, without diabetes; cholesterol in mg/dL."""
    if diabetes:
        return Cannot((Need(key="diabetes", why=Why.EXCLUDED),))
    total = _sum(SCORE2_WEIGHTS[sex], _scaled(age, smoker, sbp, total_c, hdl_c))
    return _calibrated(1 - SURVIVAL[sex] ** math.exp(total), SCORE2_REGIONS[sex], region)


def score2_op(
    *,
    region: str,
    age: float,
    sex: str,
    smoker: bool,
    sbp: float,
    total_c: float,
    hdl_c: float,
    diabetes: bool,
) -> Risk:
    """Ages 70 to 89; cholesterol in mg/dL."""
    terms = {
        "age": age - 73,
        "smoker": float(smoker),
        "sbp": sbp - 150,
        "tc": total_c / MMOL_L - 6,
        "hdl": hdl_c / MMOL_L - 1.4,
        "diabetes": float(diabetes),
    }
    total = _sum(OP_WEIGHTS[sex], terms) - OP_MEAN[sex]
    return _calibrated(1 - OP_SURVIVAL[sex] ** math.exp(total), OP_REGIONS[sex], region)


def score2_diabetes(
    *,
    region: str,
    age: float,
    sex: str,
    smoker: bool,
    sbp: float,
    total_c: float,
    hdl_c: float,
    age_at_diabetes: float,
    hba1c: float,
    egfr: float,
    diabetes: bool,
) -> "Risk | Cannot":
    """Ages 40 to 69 with type 2 diabetes; cholesterol in mg/dL, HbA1c in mmol/mol."""
    if not diabetes:
        return Cannot((Need(key="diabetes", why=Why.EXCLUDED),))
    if age_at_diabetes > age:
        return Cannot((Need(key="age_at_diabetes", why=Why.IMPOSSIBLE, high=age, unit="a"),))
    ln_egfr = (math.log(egfr) - 4.5) / 0.15
    terms = _scaled(age, smoker, sbp, total_c, hdl_c) | {
        "diabetes": 1.0,
        "onset": (age_at_diabetes - 50) / 5,
        "hba1c": (hba1c - 31) / 9.34,
        "egfr": ln_egfr,
        "egfr2": ln_egfr**2,
    }
    total = _sum(DIABETES_WEIGHTS[sex], terms)
    return _calibrated(1 - SURVIVAL[sex] ** math.exp(total), SCORE2_REGIONS[sex], region)


def _scaled(age: float, smoker: bool, sbp: float, total_c: float, hdl_c: float) -> dict[str, float]:
    return {
        "age": (age - 60) / 5,
        "smoker": float(smoker),
        "sbp": (sbp - 120) / 20,
        "tc": total_c / MMOL_L - 6,
        "hdl": (hdl_c / MMOL_L - 1.3) / 0.5,
    }


def _sum(weights: Mapping[str, float], terms: dict[str, float]) -> float:
    """Each term by its weight; a weight `age_X` is that of the age's product with X."""
    age = terms["age"]
    products = {f"age_{key}": age * value for key, value in terms.items() if key != "age"}
    return sum(weights.get(key, 0) * value for key, value in (terms | products).items())


def _calibrated(share: float, regions: tuple[tuple[float, float], ...], region: str) -> Risk:
    constant, slope = regions[REGIONS.index(region)]
    return Risk(share=1 - math.exp(-math.exp(constant + slope * math.log(-math.log(1 - share)))))


REGION = Choice(
    key="region", options={"low": (), "moderate": (), "high": (), "very_high": ("Very high",)}
)
RISK_FACTORS = (
    Answer(key="smoker", needed=True, names=("smoking",)),
    SBP.from_to(80, 250),
    TOTAL_CHOLESTEROL,
    HDL,
)
OUTPUTS = ("risk_percent", "value")

SCORE2 = Score[Risk](
    name="SCORE2",
    title="First infarction or stroke, Europe",
    organ="vessels",
    horizon="10 years",
    sources=(
        paper(
            "SCORE2 working group and ESC Cardiovascular risk collaboration. SCORE2 risk "
            "prediction algorithms. Eur Heart J 2021;42:2439-2454.",
            "10.1093/eurheartj/ehab309",
        ),
    ),
    inputs=(REGION, AGE.from_to(40, 69), SEX, *RISK_FACTORS, Answer(key="diabetes")),
    compute=score2,
    outputs=OUTPUTS,
    range="age 40–69, no diabetes, no earlier cardiovascular disease",
    evidence="the supplement's examples; published rows",
)

SCORE2_OP = Score[Risk](
    name="SCORE2-OP",
    title="First infarction or stroke from 70 years of age, Europe",
    organ="vessels",
    horizon="10 years",
    sources=(
        paper(
            "SCORE2-OP working group and ESC Cardiovascular risk collaboration. SCORE2-OP risk "
            "prediction algorithms. Eur Heart J 2021;42:2455-2467.",
            "10.1093/eurheartj/ehab312",
        ),
    ),
    inputs=(REGION, AGE.from_to(70, 89), SEX, *RISK_FACTORS, Answer(key="diabetes")),
    compute=score2_op,
    outputs=OUTPUTS,
    range="age 70–89, no earlier cardiovascular disease",
    evidence="the paper's examples",
)

SCORE2_DIABETES = Score[Risk](
    name="SCORE2-Diabetes",
    title="First infarction or stroke in type 2 diabetes, Europe",
    organ="vessels",
    horizon="10 years",
    sources=(
        paper(
            "SCORE2-Diabetes working group and ESC Cardiovascular risk collaboration. "
            "SCORE2-Diabetes: 10-year cardiovascular risk estimation in type 2 diabetes in Europe. "
            "Eur Heart J 2023;44:2544-2556.",
            "10.1093/eurheartj/ehad260",
        ),
    ),
    inputs=(
        REGION,
        AGE.from_to(40, 69),
        SEX,
        *RISK_FACTORS,
        Number(key="age_at_diabetes", unit="a", units=units.YEARS, possible=(0, 130)),
        Number(
            key="hba1c",
            unit="mmol/mol",
            units=units.HBA1C,
            possible=(10, 200),
            named={"hba1c_mmol_mol": "mmol/mol", "hba1c_percent": "%"},
        ),
        Number(key="egfr", unit="mL/min/{1.73_m2}", units=units.EGFR, possible=(1, 250)),
        Answer(key="diabetes", needed=True),
    ),
    compute=score2_diabetes,
    outputs=OUTPUTS,
    range="age 40–69, type 2 diabetes, no earlier cardiovascular disease",
    evidence="the graphical abstract's examples; published rows",
)

ALL = (SCORE2, SCORE2_OP, SCORE2_DIABETES)
