"""How likely is a bleed under anticoagulants (HAS-BLED), and who needs a bed for one (Blatchford).

HAS-BLED, Pisters 2010: hypertension counts while systolic pressure is above 160 mmHg, which whoever
tells of a "history" must have looked at; age above 65; alcohol from eight drinks a week.

Glasgow-Blatchford, Blatchford 2000: a band begins at its number, so haemoglobin of 13.0 g/dL in a
man and of 12.0 g/dL in a woman scores nothing ("120-129", "100-119 g/L" score). Urea nitrogen in
mg/dL is read as 2.8 for each mmol/L, by which the paper's bands are those of its mg/dL table.
"""

from .common import (
    AGE,
    HAEMOGLOBIN,
    HEART_RATE,
    SBP,
    SEX,
    UREA,
    answers,
    if_told,
    over,
    paper,
)
from .inputs import Criterion, Number
from .score import Points, Score, add_up, band_of, ones, weigh
from .units import INSTANT

HAS_BLED_WEIGHTS = ones(
    "hypertension_uncontrolled",
    "renal_disease",
    "liver_disease",
    "stroke_history",
    "bleeding_history",
    "labile_inr",
    "elderly_gt_65",
    "drugs_antiplatelet_nsaid",
    "alcohol_excess",
)


def has_bled(**answered: object) -> Points:
    """Nine points: pressure, kidneys, liver, stroke, bleeding, INR, age, drugs, alcohol."""
    return add_up(
        weigh(HAS_BLED_WEIGHTS, answered), bands=((0, "low"), (1, "moderate"), (3, "high"))
    )


def _is_excess(drinks: float) -> bool:
    return drinks >= 8


HAS_BLED = Score[Points](
    name="HAS-BLED",
    title="Major bleeding under anticoagulants in atrial fibrillation",
    organ="blood",
    horizon="1 year",
    sources=(
        paper(
            "Pisters R, Lane DA, Nieuwlaat R, et al. A novel user-friendly score (HAS-BLED) to "
            "assess 1-year risk of major bleeding in patients with atrial fibrillation. Chest "
            "2010;138:1093-1100.",
            "10.1378/chest.10-0134",
        ),
    ),
    inputs=(
        if_told(AGE),
        Number(
            key="drinks_per_week",
            unit="/wk",
            units=INSTANT,
            possible=(0, 500),
            names=("Number of Alcoholic Drinks Per Week",),
            needed=False,
        ),
        *answers(
            ("hypertension_uncontrolled", "Hypertension history"),
            ("renal_disease", "Renal disease criteria for the HAS-BLED rule"),
            ("liver_disease", "Liver disease criteria for the HAS-BLED rule"),
            ("stroke_history", "Stroke"),
            ("bleeding_history", "Prior major bleeding or predisposition to bleeding"),
            ("labile_inr", "Labile international normalized ratio"),
            ("drugs_antiplatelet_nsaid", "Medication usage predisposing to bleeding"),
        ),
        over("elderly_gt_65", "age", lambda age: age > 65),
        Criterion(
            key="alcohol_excess",
            of=("drinks_per_week",),
            test=_is_excess,
            needed=False,
        ),
    ),
    compute=has_bled,
    range="adults with atrial fibrillation",
    evidence="every weight and edge; published rows",
)


def glasgow_blatchford(
    *,
    urea: float,
    haemoglobin: float,
    sex: str,
    sbp: float,
    heart_rate: float,
    melaena: bool,
    syncope: bool,
    liver_disease: bool,
    heart_failure: bool,
) -> Points:
    """Need of treatment of an upper gastrointestinal bleed, 0 to 23.

    Args:
        urea: [mmol/L].
        haemoglobin: [g/dL].
        sbp: [mm[Hg]].
        heart_rate: [/min].
    """
    by_sex = {
        "male": ((0, 6), (10, 3), (12, 1), (13, 0)),
        "female": ((0, 6), (10, 1), (12, 0)),
    }
    parts = {
        "urea": band_of(urea, ((0, 0), (6.5, 2), (8, 3), (10, 4), (25, 6))),
        "haemoglobin": band_of(haemoglobin, by_sex[sex]),
        "sbp": band_of(sbp, ((0, 3), (90, 2), (100, 1), (110, 0))),
        "heart_rate": int(heart_rate >= 100),
        "melaena": int(melaena),
        "syncope": 2 * syncope,
        "liver_disease": 2 * liver_disease,
        "heart_failure": 2 * heart_failure,
    }
    return add_up(parts, bands=((0, "low"), (1, "raised")))


GBS = Score[Points](
    name="GBS",
    title="Glasgow-Blatchford score of upper gastrointestinal bleeding",
    organ="stomach",
    sources=(
        paper(
            "Blatchford O, Murray WR, Blatchford M. A risk score to predict need for treatment for "
            "upper-gastrointestinal haemorrhage. Lancet 2000;356:1318-1321.",
            "10.1016/S0140-6736(00)02816-6",
        ),
    ),
    inputs=(
        UREA,
        HAEMOGLOBIN,
        SEX,
        SBP,
        HEART_RATE,
        *answers(
            ("melaena", "Melena present", "melena"),
            ("syncope", "Recent syncope"),
            ("liver_disease", "Hepatic disease history"),
            ("heart_failure", "Cardiac failure present"),
        ),
    ),
    compute=glasgow_blatchford,
    range="adults with upper gastrointestinal bleeding",
    evidence="every edge of the paper's table; published rows, without those at two of its edges",
)

ALL = (HAS_BLED, GBS)
