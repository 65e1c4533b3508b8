"""How grave is a pneumonia: CURB-65 and the pneumonia severity index.

CURB-65, Lim 2003: urea above 7 mmol/L, as nitrogen above 19.6 mg/dL (from 20 as laboratories
report it). PSI, Fine 1997: years of age (women minus 10) and points; urea nitrogen from 30 mg/dL,
glucose from 250 mg/dL, as the paper's table has them.
"""

from . import units
from .common import (
    AGE,
    DBP,
    GLUCOSE,
    HAEMATOCRIT,
    HEART_RATE,
    PAO2,
    PH,
    RESPIRATORY_RATE,
    SBP,
    SEX,
    SODIUM,
    TEMPERATURE,
    UREA,
    answers,
    if_told,
    over,
    paper,
)
from .inputs import Answer, Criterion, Number
from .score import Points, Score, add_up, ones, weigh

CURB_WEIGHTS = ones(
    "confusion",
    "bun_gt_19_or_urea_gt_7",
    "respiratory_rate_gte_30",
    "sbp_lt_90_or_dbp_lte_60",
    "age_gte_65",
)


def curb_65(**answered: object) -> Points:
    """Five points, with the share that died within 30 days in the paper's cohorts."""
    return add_up(
        weigh(CURB_WEIGHTS, answered),
        ((0, "low"), (2, "intermediate"), (3, "high")),
        {0: 0.007, 1: 0.021, 2: 0.092, 3: 0.145, 4: 0.40, 5: 0.57},
    )


def _is_low(sbp: float, dbp: float) -> bool:
    return sbp < 90 or dbp <= 60


CURB_65 = Score[Points](
    name="CURB-65",
    title="Death from community-acquired pneumonia",
    organ="lungs",
    horizon="30 days",
    sources=(
        paper(
            "Lim WS, van der Eerden MM, Laing R, et al. Defining community acquired pneumonia "
            "severity on presentation to hospital. Thorax 2003;58:377-382.",
            "10.1136/thorax.58.5.377",
        ),
    ),
    inputs=(
        Answer(key="confusion"),
        if_told(UREA),
        if_told(RESPIRATORY_RATE),
        if_told(SBP),
        if_told(DBP),
        if_told(AGE),
        over("bun_gt_19_or_urea_gt_7", "urea", lambda urea: urea > 7),
        over("respiratory_rate_gte_30", "respiratory_rate", lambda rate: rate >= 30),
        Criterion(
            key="sbp_lt_90_or_dbp_lte_60",
            of=("sbp", "dbp"),
            test=_is_low,
        ),
        over("age_gte_65", "age", lambda age: age >= 65),
    ),
    compute=curb_65,
    outputs=("score", "value", "parts", "band", "risk"),
    range="adults with pneumonia from outside the hospital",
    evidence="every weight and edge; published rows",
)

PSI_WEIGHTS = {
    "nursing_home": 10,
    "neoplastic_disease": 30,
    "liver_disease": 20,
    "heart_failure": 10,
    "cerebrovascular_disease": 10,
    "renal_disease": 10,
    "altered_mental_status": 20,
    "pleural_effusion": 10,
}
UREA_N_30_MG_DL = round(30 / units.UREA_N_MG_DL, 9)  # [mmol/L] of urea


def psi(
    *,
    age: float,
    sex: str,
    respiratory_rate: float,
    sbp: float,
    temperature_c: float,
    heart_rate: float,
    ph: float,
    urea: float,
    sodium: float,
    glucose: float,
    haematocrit: float,
    pao2: float | None,
    spo2: float | None,
    **answered: object,
) -> Points:
    """The pneumonia severity index and its risk class, II to V (class I needs no laboratory)."""
    no_oxygen = (pao2 is not None and pao2 < 60) or (spo2 is not None and spo2 < 90)
    parts = weigh(PSI_WEIGHTS, answered) | {
        "age": age - (10 if sex == "female" else 0),
        "respiratory_rate": 20 * (respiratory_rate >= 30),
        "sbp": 20 * (sbp < 90),
        "temperature": 15 * (temperature_c < 35 or temperature_c >= 40),
        "heart_rate": 10 * (heart_rate >= 125),
        "ph": 30 * (ph < 7.35),
        "urea": 20 * (urea >= UREA_N_30_MG_DL),
        "sodium": 20 * (sodium < 130),
        "glucose": 10 * (glucose >= 250),
        "haematocrit": 10 * (haematocrit < 30),
        "oxygen": 10 * no_oxygen,
    }
    bands = ((-99, "II"), (71, "III"), (91, "IV"), (131, "V"))
    return add_up(parts, bands)


PSI = Score[Points](
    name="PSI",
    title="Pneumonia severity index",
    organ="lungs",
    horizon="30 days",
    sources=(
        paper(
            "Fine MJ, Auble TE, Yealy DM, et al. A prediction rule to identify low-risk patients "
            "with community-acquired pneumonia. N Engl J Med 1997;336:243-250.",
            "10.1056/NEJM199701233360402",
        ),
    ),
    inputs=(
        AGE,
        SEX,
        RESPIRATORY_RATE,
        SBP,
        TEMPERATURE,
        HEART_RATE,
        PH,
        UREA,
        SODIUM,
        GLUCOSE,
        HAEMATOCRIT,
        if_told(PAO2),
        Number(key="spo2", unit="%", units=units.PERCENT, possible=(20, 100), needed=False),
        *answers(
            ("nursing_home", "Nursing home resident"),
            "neoplastic_disease",
            ("liver_disease", "Liver disease severity"),
            ("heart_failure", "Congestive Heart Faliure", "Congestive Heart Failure"),
            ("cerebrovascular_disease", "Cerebrovascular disease history"),
            "renal_disease",
            "altered_mental_status",
            ("pleural_effusion", "Pleural effusion on x-ray"),
        ),
    ),
    either=(("pao2", "spo2"),),
    compute=psi,
    range="adults with pneumonia from outside the hospital",
    evidence="every weight and edge; published rows",
)

ALL = (CURB_65, PSI)
