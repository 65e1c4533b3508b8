"""APACHE II: twelve worst values of the first day in intensive care, age and chronic health.

Source: Knaus 1985. Oxygen counts by the alveolar-arterial gradient from an inspired half upwards,
below by the arterial pressure. Creatinine counts twice in acute renal failure. The coma scale
counts what is missing to 15. Chronic health gives 5 points, after elective surgery 2.
"""

from ...model import Cannot, Need, Why
from . import units
from .common import (
    AGE,
    CREATININE,
    DBP,
    FIO2,
    GCS,
    HAEMATOCRIT,
    HEART_RATE,
    LEUKOCYTES,
    PAO2,
    PH,
    POTASSIUM,
    RESPIRATORY_RATE,
    SBP,
    SODIUM,
    TEMPERATURE,
    answers,
    if_told,
    paper,
)
from .inputs import Choice, Number
from .score import Points, Score, add_up, band_of

# Each band of the paper's chart begins at its first number and scores its second. Values are
# first rounded to the chart's resolution (`DIGITS`).
CHART = {
    "temperature_c": ((0, 4), (30, 3), (32, 2), (34, 1), (36, 0), (38.5, 1), (39, 3), (41, 4)),
    "map": ((0, 4), (50, 2), (70, 0), (110, 2), (130, 3), (160, 4)),
    "heart_rate": ((0, 4), (40, 3), (55, 2), (70, 0), (110, 2), (140, 3), (180, 4)),
    "respiratory_rate": ((0, 4), (6, 2), (10, 1), (12, 0), (25, 1), (35, 3), (50, 4)),
    "ph": ((0, 4), (7.15, 3), (7.25, 2), (7.33, 0), (7.5, 1), (7.6, 3), (7.7, 4)),
    "sodium": ((0, 4), (111, 3), (120, 2), (130, 0), (150, 1), (155, 2), (160, 3), (180, 4)),
    "potassium": ((0, 4), (2.5, 2), (3, 1), (3.5, 0), (5.5, 1), (6, 3), (7, 4)),
    "creatinine": ((0, 2), (0.6, 0), (1.5, 2), (2, 3), (3.5, 4)),
    "haematocrit": ((0, 4), (20, 2), (30, 0), (46, 1), (50, 2), (60, 4)),
    "leukocytes": ((0, 4), (1, 2), (3, 0), (15, 1), (20, 2), (40, 4)),
    "aa_gradient": ((-999, 0), (200, 2), (350, 3), (500, 4)),
    "pao2": ((0, 4), (55, 3), (61, 1), (71, 0)),
    "age": ((0, 0), (45, 2), (55, 3), (65, 5), (75, 6)),
}
DIGITS = {"temperature_c": 1, "map": 0, "ph": 2, "sodium": 0, "potassium": 1, "creatinine": 1,
          "haematocrit": 1, "leukocytes": 1, "aa_gradient": 0, "pao2": 0}  # fmt: skip


def apache_2(  # as many inputs as the chart has lines
    *,
    temperature_c: float,
    sbp: float,
    dbp: float,
    heart_rate: float,
    respiratory_rate: float,
    fio2: float,
    aa_gradient: float | None,
    pao2: float | None,
    ph: float,
    sodium: float,
    potassium: float,
    creatinine: float,
    haematocrit: float,
    leukocytes: float,
    gcs: float,
    age: float,
    acute_renal_failure: bool,
    chronic_illness: bool,
    surgery: str,
    **_: object,
) -> "Points | Cannot":
    """Severity of illness, 0 to 71.

    Args:
        fio2: inspired oxygen [%].
        aa_gradient: alveolar-arterial oxygen difference [mm[Hg]], used from a `fio2` of 50 on.
        pao2: arterial oxygen [mm[Hg]], used otherwise.
        chronic_illness: severe organ insufficiency or immunocompromise before this admission.
        surgery: "none", "emergency" or "elective".
    """
    values = {
        "temperature_c": temperature_c,
        "map": (sbp + 2 * dbp) / 3,
        "heart_rate": heart_rate,
        "respiratory_rate": respiratory_rate,
        "ph": ph,
        "sodium": sodium,
        "potassium": potassium,
        "creatinine": creatinine,
        "haematocrit": haematocrit,
        "leukocytes": leukocytes,
        "age": age,
    }
    by_gradient = fio2 >= 50
    key, oxygen = ("aa_gradient", aa_gradient) if by_gradient else ("pao2", pao2)
    if oxygen is None:
        return Cannot((Need(key=key, why=Why.MISSING, unit="mm[Hg]"),))
    values[key] = oxygen
    parts = {key: _points(key, value) for key, value in values.items()}
    parts["creatinine"] *= 2 if acute_renal_failure else 1
    parts["gcs"] = 15 - gcs
    parts["chronic_health"] = 0
    if chronic_illness:
        parts["chronic_health"] = 2 if surgery == "elective" else 5
    return add_up(parts)


def _points(key: str, value: float) -> float:
    digits = DIGITS.get(key)
    return band_of(value if digits is None else round(value + 1e-9, digits), CHART[key])


APACHE_2 = Score[Points](
    name="APACHE-II",
    title="APACHE II: severity of illness on the first day in intensive care",
    organ="body",
    horizon="stay in hospital",
    sources=(
        paper(
            "Knaus WA, Draper EA, Wagner DP, Zimmerman JE. APACHE II: a severity of disease "
            "classification system. Crit Care Med 1985;13:818-829.",
            "10.1097/00003246-198510000-00009",
        ),
    ),
    inputs=(
        TEMPERATURE,
        SBP,
        DBP,
        HEART_RATE,
        RESPIRATORY_RATE,
        FIO2,
        Number(
            key="aa_gradient",
            unit="mm[Hg]",
            units=units.PRESSURE,
            possible=(-50, 760),
            names=("A-a gradient",),
            needed=False,
        ),
        if_told(PAO2),
        PH,
        SODIUM,
        POTASSIUM,
        CREATININE,
        HAEMATOCRIT,
        LEUKOCYTES,
        GCS,
        AGE,
        *answers(
            "acute_renal_failure",
            ("chronic_illness", "History of severe organ failure or immunocompromise"),
        ),
        Choice(
            key="surgery",
            names=("Surgery Type",),
            default="none",
            options={"none": ("nonoperative", "false"), "emergency": (), "elective": ()},
        ),
    ),
    beside=("Chronic Renal Failure",),
    compute=apache_2,
    range="adults in intensive care; the worst values of the first 24 hours",
    evidence="every edge of the paper's chart",
)

ALL = (APACHE_2,)
