"""How well kidneys filter: CKD-EPI 2021, CKD-EPI 2009, and the clearance of Cockcroft and Gault.

Cockcroft and Gault 1976 used the weight as it is, which is what counts here when no height is told.
With a height it is Winter's: the actual weight below a BMI of 18.5, the smaller of actual and ideal
weight below 25, above that the ideal weight (Devine's) and 0.4 of what exceeds it. Both are in the
result.
CKD-EPI 2009 knew Black people as a group apart; the equation of 2021 replaces it.
"""

from ...model import Cannot, Sex
from ..ckd_epi import SOURCE, Egfr, ckd_epi_2021
from .common import AGE, CREATININE, HEIGHT, SEX, WEIGHT, if_told, paper
from .inputs import Answer
from .score import Estimate, Score

ADULT = AGE.from_to(18, 130)
UNIT = "mL/min/{1.73_m2}"


def ckd_2021(*, creatinine: float, age: float, sex: str) -> "Estimate | Cannot":
    """Filtration rate without race; `creatinine` in mg/dL."""
    found = ckd_epi_2021(creatinine=creatinine, age=age, sex=sex)
    return found if isinstance(found, Cannot) else _tell(found)


def _tell(found: Egfr) -> Estimate:
    more = {"egfr": found.value, "egfr_rounded": found.rounded, "category": found.category}
    return Estimate(value=found.value, unit=UNIT, more=more)


def ckd_2009(*, creatinine: float, age: float, sex: str, black: bool) -> Estimate:
    """Filtration rate by the equation of 2009; `creatinine` in mg/dL."""
    kappa, alpha = (0.7, -0.329) if sex == Sex.FEMALE else (0.9, -0.411)
    ratio = creatinine / kappa
    value = 141 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.209 * 0.993**age
    value *= (1.018 if sex == Sex.FEMALE else 1) * (1.159 if black else 1)
    return Estimate(value=value, unit=UNIT, more={"egfr": value})


CKD_2021 = Score[Estimate](
    name="CKD-EPI-2021",
    title="Estimated glomerular filtration rate, without race",
    organ="kidneys",
    sources=(SOURCE,),
    inputs=(CREATININE, ADULT, SEX),
    compute=ckd_2021,
    outputs=("value", "egfr", "egfr_rounded", "category"),
    range="from 18 years of age",
    evidence="published rows; two that contradict the paper are refused",
)

CKD_2009 = Score[Estimate](
    name="CKD-EPI-2009",
    title="Estimated glomerular filtration rate, equation of 2009",
    organ="kidneys",
    sources=(
        paper(
            "Levey AS, Stevens LA, Schmid CH, et al. A new equation to estimate glomerular "
            "filtration rate. Ann Intern Med 2009;150:604-612.",
            "10.7326/0003-4819-150-9-200905050-00006",
        ),
    ),
    inputs=(CREATININE, ADULT, SEX, Answer(key="black")),
    compute=ckd_2009,
    outputs=("value", "egfr"),
    range="from 18 years of age",
    evidence="one published number",
)


def cockcroft_gault(
    *, age: float, sex: str, weight: float, height: float | None, creatinine: float
) -> Estimate:
    """Creatinine clearance [mL/min].

    Args:
        weight: [kg].
        height: [cm], where the weight shall be adjusted.
        creatinine: [mg/dL].
    """
    used = weight if height is None else _weight(weight, height, sex)
    per_kg = (140 - age) / (72 * creatinine) * (0.85 if sex == Sex.FEMALE else 1)
    more = {"by_actual_weight": weight * per_kg, "weight_used": used}
    return Estimate(value=used * per_kg, unit="mL/min", more=more)


def _weight(weight: float, height: float, sex: str) -> float:
    bmi = weight / (height / 100) ** 2
    ideal = (45.5 if sex == Sex.FEMALE else 50) + 2.3 * (height / 2.54 - 60)
    if bmi < 18.5:
        return weight
    return min(weight, ideal) if bmi < 25 else ideal + 0.4 * (weight - ideal)


COCKCROFT_GAULT = Score[Estimate](
    name="Cockcroft-Gault",
    title="Creatinine clearance",
    organ="kidneys",
    sources=(
        paper(
            "Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. "
            "Nephron 1976;16:31-41.",
            "10.1159/000180580",
        ),
        paper(
            "Winter MA, Guhr KN, Berg GM. Impact of various body weights and serum creatinine "
            "concentrations on the bias and accuracy of the Cockcroft-Gault equation. "
            "Pharmacotherapy 2012;32:604-612.",
            "10.1002/j.1875-9114.2012.01098.x",
        ),
    ),
    inputs=(ADULT, SEX, WEIGHT, if_told(HEIGHT.from_to(120, 230)), CREATININE),
    compute=cockcroft_gault,
    outputs=("value", "by_actual_weight", "weight_used"),
    range="from 18 years of age",
    evidence="published rows",
)

ALL = (CKD_2021, CKD_2009, COCKCROFT_GAULT)
