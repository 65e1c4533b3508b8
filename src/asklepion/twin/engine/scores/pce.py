"""A first infarction or stroke within ten years: the pooled cohort equations of 2013 and of 2018.

Goff 2013 fitted proportional hazards on logarithms for four groups; Yadlowsky 2018 refitted the
same cohorts and newer ones as one logistic model for each sex. Both know Black people as a group;
for everybody else the white group's equation counts, as the guideline says. The weights are those
of the guideline's table A; the means, printed there with two decimals, those of its spreadsheet,
with four.
"""

import math
from collections.abc import Mapping

from .common import AGE, HDL, SBP, SEX, TOTAL_CHOLESTEROL, paper
from .inputs import Answer, Choice
from .score import Risk, Score

Group = tuple[str, str]
# Weights of the terms, then the mean sum of the group and its ten-year survival at that mean.
GOFF: Mapping[Group, Mapping[str, float]] = {
    ("female", "white"): {
        "age": -29.799, "age2": 4.884, "tc": 13.540, "age_tc": -3.114, "hdl": -13.578,
        "age_hdl": 3.149, "sbp_tx": 2.019, "sbp": 1.957, "smoking": 7.574, "age_smoking": -1.665,
        "dm": 0.661, "mean": -29.1817, "survival": 0.9665,
    },
    ("female", "black"): {
        "age": 17.114, "tc": 0.940, "hdl": -18.920, "age_hdl": 4.475, "sbp_tx": 29.291,
        "age_sbp_tx": -6.432, "sbp": 27.820, "age_sbp": -6.087, "smoking": 0.691, "dm": 0.874,
        "mean": 86.6081, "survival": 0.9533,
    },
    ("male", "white"): {
        "age": 12.344, "tc": 11.853, "age_tc": -2.664, "hdl": -7.990, "age_hdl": 1.769,
        "sbp_tx": 1.797, "sbp": 1.764, "smoking": 7.837, "age_smoking": -1.795, "dm": 0.658,
        "mean": 61.1816, "survival": 0.9144,
    },
    ("male", "black"): {
        "age": 2.469, "tc": 0.302, "hdl": -0.307, "sbp_tx": 1.916, "sbp": 1.809,
        "smoking": 0.549, "dm": 0.645, "mean": 19.5425, "survival": 0.8954,
    },
}  # fmt: skip
YADLOWSKY: Mapping[str, Mapping[str, float]] = {
    "female": {
        "constant": -12.823110, "age": 0.106501, "black": 0.432440, "sbp2": 0.000056,
        "sbp": 0.017666, "tx": 0.731678, "dm": 0.943970, "smoking": 1.009790, "ratio": 0.151318,
        "age_black": -0.008580, "sbp_tx": -0.003647, "sbp_black": 0.006208, "tx_black": 0.152968,
        "age_sbp": -0.000153, "dm_black": 0.115232, "smoking_black": -0.092231,
        "ratio_black": 0.070498, "sbp_tx_black": -0.000173, "age_sbp_black": -0.000094,
    },
    "male": {
        "constant": -11.679980, "age": 0.064200, "black": 0.482835, "sbp2": -0.000061,
        "sbp": 0.038950, "tx": 2.055533, "dm": 0.842209, "smoking": 0.895589, "ratio": 0.193307,
        "sbp_tx": -0.014207, "sbp_black": 0.011609, "tx_black": -0.119460, "age_sbp": 0.000025,
        "dm_black": -0.077214, "smoking_black": -0.226771, "ratio_black": -0.117749,
        "sbp_tx_black": 0.004190, "age_sbp_black": -0.000199,
    },
}  # fmt: skip


def pce_2013(
    *,
    age: float,
    sex: str,
    race: str,
    sbp: float,
    bp_tx: bool,
    total_c: float,
    hdl_c: float,
    dm: bool,
    smoking: bool,
) -> Risk:
    """The pooled cohort equations of the 2013 guideline; cholesterol in mg/dL."""
    ln_age, ln_tc, ln_hdl, ln_sbp = (math.log(x) for x in (age, total_c, hdl_c, sbp))
    terms = {
        "age": ln_age,
        "age2": ln_age**2,
        "tc": ln_tc,
        "age_tc": ln_age * ln_tc,
        "hdl": ln_hdl,
        "age_hdl": ln_age * ln_hdl,
        "sbp_tx": ln_sbp * bp_tx,
        "age_sbp_tx": ln_age * ln_sbp * bp_tx,
        "sbp": ln_sbp * (not bp_tx),
        "age_sbp": ln_age * ln_sbp * (not bp_tx),
        "smoking": smoking,
        "age_smoking": ln_age * smoking,
        "dm": dm,
    }
    weights = GOFF[sex, race]
    total = sum(weights.get(key, 0) * value for key, value in terms.items())
    share = 1 - weights["survival"] ** math.exp(total - weights["mean"])
    return Risk(share=share, more={"ascvd_10y": share})


def pce_2018(
    *,
    age: float,
    sex: str,
    race: str,
    sbp: float,
    bp_tx: bool,
    total_c: float,
    hdl_c: float,
    dm: bool,
    smoking: bool,
) -> Risk:
    """The revised equations of 2018; cholesterol in mg/dL."""
    black = race == "black"
    ratio = total_c / hdl_c
    terms = {
        "constant": 1,
        "age": age,
        "black": black,
        "sbp2": sbp**2,
        "sbp": sbp,
        "tx": bp_tx,
        "dm": dm,
        "smoking": smoking,
        "ratio": ratio,
        "age_black": age * black,
        "sbp_tx": sbp * bp_tx,
        "sbp_black": sbp * black,
        "tx_black": bp_tx * black,
        "age_sbp": age * sbp,
        "dm_black": dm * black,
        "smoking_black": smoking * black,
        "ratio_black": ratio * black,
        "sbp_tx_black": sbp * bp_tx * black,
        "age_sbp_black": age * sbp * black,
    }
    weights = YADLOWSKY[sex]
    total = sum(weights.get(key, 0) * value for key, value in terms.items())
    share = 1 / (1 + math.exp(-total))
    return Risk(share=share, more={"ascvd_10y": share})


INPUTS = (
    AGE.from_to(40, 79),
    SEX,
    Choice(
        key="race",
        options={
            "white": ("W", "other"),
            "black": ("B", "aa", "african american"),
        },
    ),
    SBP.from_to(90, 200),
    Answer(key="bp_tx", needed=True),
    TOTAL_CHOLESTEROL.from_to(130, 320),
    HDL.from_to(20, 100),
    Answer(key="dm", needed=True),
    Answer(key="smoking", needed=True),
)
RANGE = (
    "age 40–79, systolic 90–200 mmHg, total cholesterol 130–320 and HDL 20–100 mg/dL, no earlier "
    "cardiovascular disease"
)

PCE_2013 = Score[Risk](
    name="PCE",
    title="First infarction or stroke, pooled cohort equations of 2013",
    organ="vessels",
    horizon="10 years",
    sources=(
        paper(
            "Goff DC, Lloyd-Jones DM, Bennett G, et al. 2013 ACC/AHA guideline on the assessment "
            "of cardiovascular risk. Circulation 2014;129(25 Suppl 2):S49-S73.",
            "10.1161/01.cir.0000437741.48606.98",
        ),
    ),
    inputs=INPUTS,
    compute=pce_2013,
    outputs=("ascvd_10y", "value", "risk_percent"),
    range=RANGE,
    evidence="the guideline's four examples; published rows",
)

PCE_2018 = Score[Risk](
    name="PCE-revised-2018",
    title="First infarction or stroke, pooled cohort equations revised in 2018",
    organ="vessels",
    horizon="10 years",
    sources=(
        paper(
            "Yadlowsky S, Hayward RA, Sussman JB, et al. Clinical implications of revised pooled "
            "cohort equations for estimating atherosclerotic cardiovascular disease risk. Ann "
            "Intern Med 2018;169:20-29.",
            "10.7326/M17-3011",
        ),
    ),
    inputs=INPUTS,
    compute=pce_2018,
    outputs=("ascvd_10y", "value", "risk_percent"),
    range=RANGE,
    evidence="published rows",
)

ALL = (PCE_2013, PCE_2018)
