"""Sugar and fat: insulin resistance (HOMA), LDL cholesterol (Friedewald), diabetes (FINDRISC).

FINDRISC is the questionnaire as it is handed out: Lindström 2003, and the points of age from 65 and
of family that came with Saaristo 2005.
"""

from . import units
from .common import AGE, BMI, GLUCOSE, HDL, SEX, TOTAL_CHOLESTEROL, answers, paper
from .inputs import Answer, Choice, Number
from .score import Estimate, Points, Score, add_up, band_of


def homa_ir(*, glucose: float, insulin: float) -> Estimate:
    """Insulin resistance, of fasting values.

    Args:
        glucose: [mg/dL].
        insulin: [u[IU]/mL].
    """
    return Estimate(value=glucose * insulin / 405, unit="1")


HOMA_IR = Score[Estimate](
    name="HOMA-IR",
    title="Insulin resistance",
    organ="pancreas",
    sources=(
        paper(
            "Matthews DR, Hosker JP, Rudenski AS, et al. Homeostasis model assessment. "
            "Diabetologia 1985;28:412-419.",
            "10.1007/BF00280883",
        ),
    ),
    inputs=(
        GLUCOSE,
        Number(key="insulin", unit="u[IU]/mL", units=units.INSULIN, possible=(0.1, 2000)),
    ),
    compute=homa_ir,
    outputs=("value",),
    range="fasting, without insulin treatment",
    evidence="published rows",
)


def friedewald(*, total_c: float, hdl_c: float, triglycerides: float) -> Estimate:
    """LDL cholesterol [mg/dL] of a fasting sample with triglycerides up to 400 mg/dL."""
    value = total_c - hdl_c - triglycerides / 5
    return Estimate(value=value, unit="mg/dL")


LDL = Score[Estimate](
    name="LDL-Friedewald",
    title="LDL cholesterol, Friedewald",
    organ="blood",
    sources=(
        paper(
            "Friedewald WT, Levy RI, Fredrickson DS. Estimation of the concentration of "
            "low-density lipoprotein cholesterol in plasma. Clin Chem 1972;18:499-502.",
            "10.1093/clinchem/18.6.499",
        ),
    ),
    inputs=(
        TOTAL_CHOLESTEROL,
        HDL,
        Number(
            key="triglycerides",
            unit="mg/dL",
            units=units.TRIGLYCERIDES,
            possible=(5, 20_000),
            valid=(5, 400),
        ),
    ),
    compute=friedewald,
    outputs=("value",),
    range="fasting, triglycerides up to 400 mg/dL",
    evidence="published rows",
)

WAIST = {"male": (94, 102), "female": (80, 88)}  # [cm]


def findrisc(
    *,
    age: float,
    bmi: float,
    sex: str,
    waist_cm: float,
    active_30_min: bool,
    vegetables_daily: bool,
    bp_medication: bool,
    high_glucose_ever: bool,
    family: str,
) -> Points:
    """Twenty-six points, with the share that got diabetes in ten years."""
    slim, wide = WAIST[sex]
    parts = {
        "age": band_of(age, ((0, 0), (45, 2), (55, 3), (65, 4))),
        "bmi": 3 if bmi > 30 else 1 if bmi >= 25 else 0,
        "waist": 4 if waist_cm > wide else 3 if waist_cm >= slim else 0,
        "activity": 0 if active_30_min else 2,
        "vegetables": 0 if vegetables_daily else 1,
        "bp_medication": 2 * bp_medication,
        "high_glucose_ever": 5 * high_glucose_ever,
        "family": {"none": 0, "second_degree": 3, "first_degree": 5}[family],
    }
    bands = ((0, "low"), (7, "slightly raised"), (12, "moderate"), (15, "high"), (21, "very high"))
    return add_up(parts, bands, {0: 0.01, 7: 0.04, 12: 0.17, 15: 0.33, 21: 0.50})


FINDRISC = Score[Points](
    name="FINDRISC",
    title="Type 2 diabetes",
    organ="pancreas",
    horizon="10 years",
    sources=(
        paper(
            "Lindström J, Tuomilehto J. The diabetes risk score: a practical tool to predict type "
            "2 diabetes risk. Diabetes Care 2003;26:725-731.",
            "10.2337/diacare.26.3.725",
        ),
        paper(
            "Saaristo T, Peltonen M, Lindström J, et al. Cross-sectional evaluation of the Finnish "
            "Diabetes Risk Score. Diab Vasc Dis Res 2005;2:67-72.",
            "10.3132/dvdr.2005.011",
        ),
    ),
    inputs=(
        AGE,
        BMI,
        SEX,
        Number(
            key="waist_cm",
            unit="cm",
            units=units.HEIGHT,
            possible=(30, 300),
            names=("waist", "waist_circumference"),
        ),
        Answer(key="active_30_min", needed=True, names=("physical_activity",)),
        Answer(key="vegetables_daily", needed=True, names=("fruits_vegetables_daily",)),
        *answers(
            ("bp_medication", "antihypertensive_medication"),
            ("high_glucose_ever", "history_of_high_glucose"),
        ),
        Choice(
            key="family",
            names=("family_diabetes", "family_history_diabetes"),
            options={
                "none": ("false", "no"),
                "second_degree": ("grandparent, aunt, uncle or first cousin",),
                "first_degree": ("parent, sibling or own child",),
            },
        ),
    ),
    compute=findrisc,
    outputs=("score", "value", "parts", "band", "risk"),
    range="adults without diabetes",
    evidence="every weight and edge",
)

ALL = (HOMA_IR, LDL, FINDRISC)
