"""Before an operation: the heart (RCRI), the lungs (ARISCAT), sleep apnoea (STOP-BANG), sickness.

RCRI, Lee 1999: creatinine above 2.0 mg/dL (177 µmol/L). ARISCAT, Canet 2010: saturation in bands
from 91 and 96 %, age above 50 and 80, duration above two and three hours; anaemia is haemoglobin up
to 10 g/dL. The paper's table leaves two hours exactly open between "<2" and ">2 to 3"; here they
belong to the shorter operations, as one reads ">2".
"""

from . import units
from .common import (
    AGE,
    BMI,
    CREATININE,
    HAEMOGLOBIN,
    MAYBE_SEX,
    SPO2,
    answers,
    if_told,
    is_female,
    meeting,
    over,
    paper,
)
from .inputs import Choice, Criterion, Number
from .score import Points, Score, add_up, ones, weigh

RCRI_WEIGHTS = ones(
    "high_risk_surgery",
    "ischemic_heart_disease",
    "heart_failure",
    "cerebrovascular_disease",
    "insulin_diabetes",
    "creatinine_above_2",
)


def rcri(**answered: object) -> Points:
    """Six points, with the share that had a major cardiac complication when validated."""
    return add_up(
        weigh(RCRI_WEIGHTS, answered),
        ((0, "I"), (1, "II"), (2, "III"), (3, "IV")),
        {0: 0.004, 1: 0.009, 2: 0.066, 3: 0.11},
    )


RCRI = Score[Points](
    name="RCRI",
    title="Revised cardiac risk index",
    organ="heart",
    horizon="stay in hospital",
    sources=(
        paper(
            "Lee TH, Marcantonio ER, Mangione CM, et al. Derivation and prospective validation of "
            "a simple index for prediction of cardiac risk of major noncardiac surgery. "
            "Circulation 1999;100:1043-1049.",
            "10.1161/01.CIR.100.10.1043",
        ),
    ),
    inputs=(
        if_told(meeting(CREATININE, 2, 177).called("Pre-operative creatinine")),
        over("creatinine_above_2", "creatinine", lambda value: value > 2, "renalInsufficiency"),
        *answers(
            ("high_risk_surgery", "Elevated-risk surgery"),
            ("ischemic_heart_disease", "History of ischemic heart disease"),
            (
                "heart_failure",
                "congestiveHeartFailure",
                "Congestive Heart Failure criteria for the Cardiac Risk Index rule",
            ),
            (
                "cerebrovascular_disease",
                "History of cerebrovascular disease",
                "Cerebrovascular disease history",
            ),
            (
                "insulin_diabetes",
                "insulinDependentDiabetes",
                "Pre-operative treatment with insulin",
            ),
        ),
    ),
    compute=rcri,
    outputs=("score", "value", "parts", "band", "risk"),
    range="adults before an operation that is not on the heart",
    evidence="every weight and edge; published rows",
)


def ariscat(
    *,
    age: float,
    spo2: float,
    resp_infection_last_month: bool,
    anemia_hb_le_10: bool,
    incision: str,
    duration_h: float,
    emergency: bool,
    **_: object,
) -> Points:
    """Points up to 123, with the share that had a pulmonary complication when validated.

    Args:
        spo2: lying, on room air [%].
        duration_h: of the operation [h].
    """
    parts = {
        "age": 16 if age > 80 else 3 if age > 50 else 0,
        "spo2": 24 if spo2 <= 90 else 8 if spo2 < 96 else 0,
        "resp_infection_last_month": 17 * resp_infection_last_month,
        "anemia_hb_le_10": 11 * anemia_hb_le_10,
        "incision": {"peripheral": 0, "upper_abdominal": 15, "intrathoracic": 24}[incision],
        "duration_h": 23 if duration_h > 3 else 16 if duration_h > 2 else 0,
        "emergency": 8 * emergency,
    }
    return add_up(
        parts, ((0, "low"), (26, "intermediate"), (45, "high")), {0: 0.016, 26: 0.133, 45: 0.421}
    )


ARISCAT = Score[Points](
    name="ARISCAT",
    title="Pulmonary complications after surgery",
    organ="lungs",
    horizon="stay in hospital",
    sources=(
        paper(
            "Canet J, Gallart L, Gomar C, et al. Prediction of postoperative pulmonary "
            "complications in a population-based surgical cohort. Anesthesiology "
            "2010;113:1338-1350.",
            "10.1097/ALN.0b013e3181fc6e0a",
        ),
    ),
    inputs=(
        AGE,
        SPO2,
        if_told(HAEMOGLOBIN),
        *answers("resp_infection_last_month", "emergency"),
        over("anemia_hb_le_10", "haemoglobin", lambda value: value <= 10),
        Choice(
            key="incision",
            options={
                "peripheral": (),
                "upper_abdominal": ("upper abdominal",),
                "intrathoracic": ("thoracic",),
            },
        ),
        Number(key="duration_h", unit="h", units=units.HOURS, possible=(0, 72)),
    ),
    compute=ariscat,
    outputs=("points", "score", "parts", "band", "risk"),
    range="adults before an operation",
    evidence="every weight and edge; published rows",
)

STOP_BANG_WEIGHTS = ones(
    "snoring",
    "tired",
    "observed_apnea",
    "high_blood_pressure",
    "bmi_over_35",
    "age_over_50",
    "neck_over_40cm",
    "male_gender",
)


def stop_bang(**answered: object) -> Points:
    """Eight points: risk of obstructive sleep apnoea low to 2, intermediate to 4, then high."""
    return add_up(
        weigh(STOP_BANG_WEIGHTS, answered), ((0, "low"), (3, "intermediate"), (5, "high"))
    )


def _is_male(sex: str) -> bool:
    return sex == "male"


STOP_BANG = Score[Points](
    name="STOP-BANG",
    title="Obstructive sleep apnoea",
    organ="airways",
    sources=(
        paper(
            "Chung F, Yegneswaran B, Liao P, et al. STOP questionnaire: a tool to screen patients "
            "for obstructive sleep apnea. Anesthesiology 2008;108:812-821.",
            "10.1097/ALN.0b013e31816d83e4",
        ),
        paper(
            "Chung F, Abdullah HR, Liao P. STOP-Bang questionnaire: a practical approach to screen "
            "for obstructive sleep apnea. Chest 2016;149:631-638.",
            "10.1378/chest.15-0903",
        ),
    ),
    inputs=(
        if_told(BMI),
        if_told(AGE),
        MAYBE_SEX,
        Number(key="neck_cm", unit="cm", units=units.HEIGHT, possible=(15, 100), needed=False),
        *answers("snoring", "tired", "observed_apnea", "high_blood_pressure"),
        over("bmi_over_35", "bmi", lambda bmi: bmi > 35),
        over("age_over_50", "age", lambda age: age > 50),
        over("neck_over_40cm", "neck_cm", lambda neck: neck > 40),
        Criterion(key="male_gender", of=("sex",), test=_is_male, names=("male",)),
    ),
    compute=stop_bang,
    range="adults",
    evidence="every weight and edge; published rows",
)

APFEL_WEIGHTS = ones(
    "female_gender", "non_smoker", "history_motion_sickness_or_ponv", "postoperative_opioids"
)


def apfel(**answered: object) -> Points:
    """Four points, with the share that was sick within 24 hours."""
    return add_up(
        weigh(APFEL_WEIGHTS, answered), risks={0: 0.10, 1: 0.21, 2: 0.39, 3: 0.61, 4: 0.79}
    )


APFEL = Score[Points](
    name="Apfel-PONV",
    title="Nausea and vomiting after anaesthesia",
    organ="stomach",
    horizon="24 hours",
    sources=(
        paper(
            "Apfel CC, Läärä E, Koivuranta M, Greim CA, Roewer N. A simplified risk score for "
            "predicting postoperative nausea and vomiting. Anesthesiology 1999;91:693-700.",
            "10.1097/00000542-199909000-00022",
        ),
    ),
    inputs=(
        MAYBE_SEX,
        is_female("female", key="female_gender"),
        *answers("non_smoker", "history_motion_sickness_or_ponv", "postoperative_opioids"),
    ),
    compute=apfel,
    outputs=("score", "value", "parts", "risk"),
    range="adults under inhalational anaesthesia",
    evidence="every weight; published rows",
)

ALL = (RCRI, ARISCAT, STOP_BANG, APFEL)
