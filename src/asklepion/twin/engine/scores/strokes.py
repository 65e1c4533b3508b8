"""Stroke in atrial fibrillation (CHA₂DS₂-VASc) and soon after a transient attack (ABCD2)."""

from .common import AGE, DBP, MAYBE_SEX, SBP, answers, if_told, is_female, over, paper
from .inputs import Choice, Criterion
from .score import Points, Score, add_up, weigh

CHA2DS2_WEIGHTS = {
    "chf_or_lvef_lte_40": 1,
    "hypertension": 1,
    "diabetes": 1,
    "vascular_disease": 1,
    "female_sex": 1,
}


def cha2ds2_vasc(
    *,
    age_65_to_74: bool,
    age_gte_75: bool,
    stroke: bool,
    tia: bool,
    thromboembolism: bool,
    **answered: object,
) -> Points:
    """Nine points: failure, pressure, age (2 from 75), diabetes, stroke (2), vessels, sex."""
    age = 2 if age_gte_75 else int(age_65_to_74)
    stroke_points = 2 * (stroke or tia or thromboembolism)
    parts = {"age": age, "stroke": stroke_points} | weigh(CHA2DS2_WEIGHTS, answered)
    return add_up(parts)


CHA2DS2_VASC = Score[Points](
    name="CHA2DS2-VASc",
    title="CHA₂DS₂-VASc: stroke in atrial fibrillation",
    organ="heart",
    horizon="1 year",
    sources=(
        paper(
            "Lip GYH, Nieuwlaat R, Pisters R, Lane DA, Crijns HJGM. Refining clinical risk "
            "stratification for predicting stroke and thromboembolism in atrial fibrillation. "
            "Chest 2010;137:263-272.",
            "10.1378/chest.09-1584",
        ),
    ),
    inputs=(
        if_told(AGE),
        MAYBE_SEX,
        *answers(
            ("chf_or_lvef_lte_40", "Congestive Heart Faliure", "Congestive Heart Failure"),
            ("hypertension", "Hypertension history"),
            ("diabetes", "Diabetes history"),
            ("stroke", "stroke_tia_or_te_history"),
            ("tia", "Transient Ischemic Attacks History"),
            ("thromboembolism", "Thromboembolism history"),
            ("vascular_disease", "Vascular disease history"),
        ),
        over("age_gte_75", "age", lambda age: age >= 75),
        over("age_65_to_74", "age", lambda age: 65 <= age < 75),
        is_female("female", key="female_sex"),
    ),
    compute=cha2ds2_vasc,
    range="adults with atrial fibrillation without mitral stenosis or a mechanical valve",
    evidence="every weight and edge; published rows",
)


def abcd2(
    *,
    age_gte_60: bool,
    bp_gte_140_90: bool,
    clinical_features: str,
    duration: str,
    diabetes: bool,
    **_: object,
) -> Points:
    """Seven points: age, pressure at first look, clinical features, duration, diabetes."""
    parts = {
        "age": int(age_gte_60),
        "bp": int(bp_gte_140_90),
        "clinical_features": {"unilateral_weakness": 2, "speech_only": 1, "none": 0}[
            clinical_features
        ],
        "duration": {"lt_10": 0, "10_to_59": 1, "gte_60": 2}[duration],
        "diabetes": int(diabetes),
    }
    return add_up(parts, ((0, "low"), (4, "moderate"), (6, "high")), {0: 0.01, 4: 0.041, 6: 0.081})


def _duration(minutes: float) -> str | None:
    if not 0 <= minutes <= 24 * 60:
        return None  # longer than a day it is no transient attack
    return "lt_10" if minutes < 10 else "10_to_59" if minutes < 60 else "gte_60"


def _is_high(sbp: float, dbp: float) -> bool:
    return sbp >= 140 or dbp >= 90


ABCD2 = Score[Points](
    name="ABCD2",
    title="Stroke within two days of a transient ischaemic attack",
    organ="brain",
    horizon="2 days",
    sources=(
        paper(
            "Johnston SC, Rothwell PM, Nguyen-Huynh MN, et al. Validation and refinement of scores "
            "to predict very early stroke risk after transient ischaemic attack. Lancet "
            "2007;369:283-292.",
            "10.1016/S0140-6736(07)60150-0",
        ),
    ),
    inputs=(
        if_told(AGE),
        if_told(SBP),
        if_told(DBP),
        over("age_gte_60", "age", lambda age: age >= 60),
        Criterion(key="bp_gte_140_90", of=("sbp", "dbp"), test=_is_high),
        Choice(
            key="clinical_features",
            options={
                "unilateral_weakness": ("weakness",),
                "speech_only": ("speech", "speech disturbance without weakness"),
                "none": ("other", "false"),
            },
        ),
        Choice(
            key="duration",
            names=("duration_minutes",),
            of_number=_duration,
            options={
                "lt_10": ("<10", "less than 10"),
                "10_to_59": ("10-59",),
                "gte_60": (">=60", "60 or more"),
            },
        ),
        *answers("diabetes"),
    ),
    compute=abcd2,
    range="adults after a transient ischaemic attack",
    evidence="every weight and edge; published rows",
)

ALL = (CHA2DS2_VASC, ABCD2)
