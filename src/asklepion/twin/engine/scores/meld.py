"""Who dies first while waiting for a liver: MELD and its heirs, UKELD.

MELD: bilirubin, INR and creatinine count as 1 at least, creatinine as 4 mg/dL at most and in
dialysis. MELD-Na, OPTN 2016: the MELD is rounded to a whole number (the policy rounds a tenth of it
to one decimal, then multiplies by 10), and only above 11 does sodium, held between 125 and 137,
change it; then it is rounded again. MELD 3.0, Kim 2021:
creatinine counts as 3 at most and in dialysis, albumin between 1.5 and 3.5 g/dL.
"""

import math

from .common import (
    ALBUMIN,
    BILIRUBIN,
    CREATININE,
    INR,
    MAYBE_SEX,
    SODIUM,
    answers,
    is_female,
    paper,
)
from .score import Estimate, Score

DIALYSIS = answers(
    ("dialysis", "Dialysis at least twice in the past week"),
    ("haemodialysis_24h", "Continuous veno-venous hemodialysis for ≥24 hours in the past week"),
)


def _meld(bilirubin: float, inr: float, creatinine: float, on_dialysis: bool) -> float:
    creatinine = 4.0 if on_dialysis else min(max(creatinine, 1), 4)
    return (
        3.78 * math.log(max(bilirubin, 1))
        + 11.2 * math.log(max(inr, 1))
        + 9.57 * math.log(creatinine)
        + 6.43
    )


def meld(
    *,
    bilirubin: float,
    inr: float,
    creatinine: float,
    dialysis: bool,
    haemodialysis_24h: bool,
) -> Estimate:
    """Model for end-stage liver disease, without sodium.

    Args:
        bilirubin: [mg/dL].
        creatinine: [mg/dL].
        dialysis: twice at least in the past week.
        haemodialysis_24h: continuously for 24 hours at least in the past week.
    """
    value = _meld(bilirubin, inr, creatinine, dialysis or haemodialysis_24h)
    score = min(max(_whole(value), 6), 40)
    return Estimate(value=value, unit="{score}", more={"score_unrounded": value, "score": score})


def meld_na(
    *,
    bilirubin: float,
    inr: float,
    creatinine: float,
    sodium: float,
    dialysis: bool,
    haemodialysis_24h: bool,
) -> Estimate:
    """MELD with sodium, as organs were allotted by from 2016 on; 6 to 40."""
    base = _whole(_meld(bilirubin, inr, creatinine, dialysis or haemodialysis_24h))
    lack = 137 - min(max(sodium, 125), 137)
    value = base + (1.32 * lack - 0.033 * base * lack if base > 11 else 0)
    score = min(max(_whole(value), 6), 40)
    return Estimate(value=score, unit="{score}", more={"score": score, "score_unrounded": value})


def meld_3(
    *,
    bilirubin: float,
    inr: float,
    creatinine: float,
    sodium: float,
    albumin: float,
    female: bool,
    dialysis: bool,
    haemodialysis_24h: bool,
    **_: object,
) -> Estimate:
    """MELD 3.0: with sodium, albumin and sex; 6 to 40."""
    ln_bilirubin = math.log(max(bilirubin, 1))
    creatinine = 3.0 if dialysis or haemodialysis_24h else min(max(creatinine, 1), 3)
    ln_creatinine = math.log(creatinine)
    lack = 137 - min(max(sodium, 125), 137)
    want = 3.5 - min(max(albumin, 1.5), 3.5)
    value = (
        1.33 * female
        + 4.56 * ln_bilirubin
        + 0.82 * lack
        - 0.24 * lack * ln_bilirubin
        + 9.09 * math.log(max(inr, 1))
        + 11.14 * ln_creatinine
        + 1.85 * want
        - 1.83 * want * ln_creatinine
        + 6
    )
    score = min(max(_whole(value), 6), 40)
    return Estimate(value=score, unit="{score}", more={"score": score, "score_unrounded": value})


def ukeld(*, inr: float, creatinine: float, bilirubin: float, sodium: float) -> Estimate:
    """United Kingdom model for end-stage liver disease; from 49 a transplant may be listed."""
    value = (
        5.395 * math.log(inr)
        + 1.485 * math.log(creatinine * 88.4)
        + 3.13 * math.log(bilirubin * 17.1)
        - 81.565 * math.log(sodium)
        + 435
    )
    return Estimate(value=value, unit="{score}", more={"score": value})


def _whole(value: float) -> int:
    """Rounded, halves upwards."""
    return math.floor(value + 0.5)


MELD = Score[Estimate](
    name="MELD-original",
    title="MELD: death from end-stage liver disease",
    organ="liver",
    horizon="3 months",
    sources=(
        paper(
            "Kamath PS, Wiesner RH, Malinchoc M, et al. A model to predict survival in patients "
            "with end-stage liver disease. Hepatology 2001;33:464-470.",
            "10.1053/jhep.2001.22172",
        ),
    ),
    inputs=(BILIRUBIN, INR, CREATININE, *DIALYSIS),
    compute=meld,
    outputs=("score_unrounded", "score", "value"),
    range="from 12 years of age",
    evidence="published rows",
)

MELD_NA = Score[Estimate](
    name="MELD-Na-UNOS",
    title="MELD-Na: death while waiting for a liver",
    organ="liver",
    horizon="3 months",
    sources=(
        paper(
            "Kim WR, Biggins SW, Kremers WK, et al. Hyponatremia and mortality among patients on "
            "the liver-transplant waiting list. N Engl J Med 2008;359:1018-1026; as in OPTN policy "
            "9.1, 2016.",
            "10.1056/NEJMoa0801209",
        ),
    ),
    inputs=(BILIRUBIN, INR, CREATININE, SODIUM, *DIALYSIS),
    compute=meld_na,
    outputs=("score", "value", "score_unrounded"),
    range="from 12 years of age",
    evidence="published rows, without those that round to tens",
)

MELD_3 = Score[Estimate](
    name="MELD-3.0",
    title="MELD 3.0: death while waiting for a liver",
    organ="liver",
    horizon="3 months",
    sources=(
        paper(
            "Kim WR, Mannalithara A, Heimbach JK, et al. MELD 3.0: the model for end-stage liver "
            "disease updated for the modern era. Gastroenterology 2021;161:1887-1895.",
            "10.1053/j.gastro.2021.08.050",
        ),
    ),
    inputs=(
        BILIRUBIN,
        INR,
        CREATININE,
        SODIUM,
        ALBUMIN,
        MAYBE_SEX,
        is_female(),
        *DIALYSIS,
    ),
    compute=meld_3,
    outputs=("score", "value", "score_unrounded"),
    range="from 18 years of age",
    evidence="table 4 of the paper; published rows",
)

UKELD = Score[Estimate](
    name="UKELD",
    title="UKELD: death while waiting for a liver",
    organ="liver",
    horizon="1 year",
    sources=(
        paper(
            "Barber K, Madden S, Allen J, et al. Elective liver transplant list mortality: "
            "development of a United Kingdom end-stage liver disease score. Transplantation "
            "2011;92:469-476.",
            "10.1097/TP.0b013e318225db4d",
        ),
    ),
    inputs=(INR, CREATININE, BILIRUBIN, SODIUM),
    compute=ukeld,
    outputs=("score", "value"),
    range="adults who wait for a liver",
    evidence="one published number",
)

ALL = (MELD, MELD_NA, MELD_3, UKELD)
