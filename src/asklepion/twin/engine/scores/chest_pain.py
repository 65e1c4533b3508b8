"""Chest pain and infarction: HEART, TIMI (both), and the QT interval corrected for the pulse.

HEART, Six 2008: risk factors are counted (one or two give 1 point, three give 2); known
atherosclerotic disease, to which a stroke or transient attack belongs, gives 2 by itself.
"""

from . import units
from .common import AGE, HEART_RATE, SBP, WEIGHT, answers, if_told, over, paper
from .inputs import Choice, Number
from .score import Estimate, Points, Score, add_up, band_of, ones, weigh

RISK_FACTORS = ("hypertension", "hypercholesterolaemia", "diabetes", "obesity", "smoking",
                "family_history")  # fmt: skip


def heart(
    *,
    suspicion: str,
    ecg: str,
    troponin: str,
    age: float,
    atherosclerotic_disease: bool,
    stroke_or_tia: bool,
    **factors: object,
) -> Points:
    """Ten points, with the share that had a major cardiac event within six weeks."""
    count = sum(bool(factors[key]) for key in RISK_FACTORS)
    known = atherosclerotic_disease or stroke_or_tia
    parts = {
        "history": {"slight": 0, "moderate": 1, "high": 2}[suspicion],
        "ecg": {"normal": 0, "nonspecific": 1, "st_deviation": 2}[ecg],
        "age": band_of(age, ((0, 0), (45, 1), (65, 2))),
        "risk_factors": 2 if known or count >= 3 else int(count > 0),
        "troponin": {"normal": 0, "one_to_three": 1, "over_three": 2}[troponin],
    }
    return add_up(parts, ((0, "low"), (4, "moderate"), (7, "high")), {0: 0.017, 4: 0.166, 7: 0.501})


HEART = Score[Points](
    name="HEART",
    title="Major cardiac event after chest pain",
    organ="heart",
    horizon="6 weeks",
    sources=(
        paper(
            "Six AJ, Backus BE, Kelder JC. Chest pain in the emergency room: value of the HEART "
            "score. Neth Heart J 2008;16:191-196.",
            "10.1007/BF03086144",
        ),
        paper(
            "Backus BE, Six AJ, Kelder JC, et al. A prospective validation of the HEART score for "
            "chest pain patients at the emergency department. Int J Cardiol 2013;168:2153-2158.",
            "10.1016/j.ijcard.2013.01.255",
        ),
    ),
    inputs=(
        Choice(
            key="suspicion",
            names=("Suspicion History", "history"),
            options={
                "slight": ("Slightly suspicious",),
                "moderate": ("Moderately suspicious",),
                "high": ("Highly suspicious",),
            },
        ),
        Choice(
            key="ecg",
            names=("Electrocardiogram Test",),
            options={
                "normal": (),
                "nonspecific": ("Non-specific repolarization disturbance",),
                "st_deviation": ("Significant ST deviation",),
            },
        ),
        AGE,
        Choice(
            key="troponin",
            names=("Initial troponin",),
            options={
                "normal": ("less than or equal to normal limit",),
                "one_to_three": (
                    "between the normal limit or up to three times the normal limit",
                    "one to three times normal limit",
                ),
                "over_three": ("greater than three times normal limit",),
            },
        ),
        *answers(
            ("hypertension", "Hypertension history"),
            ("hypercholesterolaemia", "hypercholesterolemia"),
            ("diabetes", "Diabetes mellitus criteria for CCI rule"),
            "obesity",
            ("smoking", "smoker"),
            (
                "family_history",
                "parent or sibling with Cardiovascular disease before age 65",
            ),
            "atherosclerotic_disease",
            ("stroke_or_tia", "Transient Ischemic Attacks History"),
        ),
    ),
    compute=heart,
    outputs=("score", "value", "parts", "band", "risk"),
    range="adults with chest pain in an emergency department",
    evidence="every weight and edge; published rows",
)

TIMI_STEMI_WEIGHTS = {
    "has_dm_htn_or_angina": 1,
    "systolic_bp_lt_100": 3,
    "heart_rate_gt_100": 2,
    "weight_lt_67kg": 1,
    "anterior_ste_or_lbbb": 1,
    "time_to_treatment_gt_4h": 1,
}
STEMI_DEATHS = {0: 0.008, 1: 0.016, 2: 0.022, 3: 0.044, 4: 0.073, 5: 0.124, 6: 0.161, 7: 0.234,
                8: 0.268, 9: 0.359}  # fmt: skip


def timi_stemi(*, age: float, killip_class: str, **answered: object) -> Points:
    """Fourteen points, with the share that died within 30 days."""
    parts = weigh(TIMI_STEMI_WEIGHTS, answered)
    parts["age"] = band_of(age, ((0, 0), (65, 2), (75, 3)))
    parts["killip_class"] = 2 * (killip_class != "1")
    return add_up(parts, risks=STEMI_DEATHS)


TIMI_STEMI = Score[Points](
    name="TIMI-STEMI",
    title="Death after an infarction with ST elevation",
    organ="heart",
    horizon="30 days",
    sources=(
        paper(
            "Morrow DA, Antman EM, Charlesworth A, et al. TIMI risk score for ST-elevation "
            "myocardial infarction. Circulation 2000;102:2031-2037.",
            "10.1161/01.CIR.102.17.2031",
        ),
    ),
    inputs=(
        AGE,
        if_told(SBP),
        if_told(HEART_RATE),
        if_told(WEIGHT),
        *answers("has_dm_htn_or_angina", "anterior_ste_or_lbbb", "time_to_treatment_gt_4h"),
        over("systolic_bp_lt_100", "sbp", lambda sbp: sbp < 100),
        over("heart_rate_gt_100", "heart_rate", lambda rate: rate > 100),
        over("weight_lt_67kg", "weight", lambda weight: weight < 67),
        Choice(
            key="killip_class",
            options={"1": ("I",), "2": ("II",), "3": ("III",), "4": ("IV",)},
        ),
    ),
    compute=timi_stemi,
    outputs=("score", "value", "parts", "risk"),
    range="adults with ST elevation who can have fibrinolysis",
    evidence="every weight and edge; published rows",
)

TIMI_NSTEMI_WEIGHTS = ones(
    "age_gte_65",
    "three_risk_factors",
    "known_stenosis_50",
    "aspirin_last_7_days",
    "severe_angina",
    "st_deviation",
    "positive_marker",
)


def timi_nstemi(**answered: object) -> Points:
    """Seven points, with the share that died, infarcted or needed urgent revascularisation."""
    risks = {0: 0.047, 2: 0.083, 3: 0.132, 4: 0.199, 5: 0.262, 6: 0.409}
    return add_up(weigh(TIMI_NSTEMI_WEIGHTS, answered), risks=risks)


TIMI_NSTEMI = Score[Points](
    name="TIMI-UA-NSTEMI",
    title="Death, infarction or urgent revascularisation in unstable angina",
    organ="heart",
    horizon="14 days",
    sources=(
        paper(
            "Antman EM, Cohen M, Bernink PJ, et al. The TIMI risk score for unstable angina/non-ST "
            "elevation MI. JAMA 2000;284:835-842.",
            "10.1001/jama.284.7.835",
        ),
    ),
    inputs=(
        if_told(AGE),
        over("age_gte_65", "age", lambda age: age >= 65),
        *answers(
            ("three_risk_factors", "three_or_more_cad_risk_factors"),
            ("known_stenosis_50", "known_cad_stenosis_gte_50"),
            ("aspirin_last_7_days", "aspirin_use_past_7d"),
            ("severe_angina", "two_anginal_events_24h"),
            ("st_deviation", "st_deviation_gte_0_5mm"),
            ("positive_marker", "elevated_cardiac_markers"),
        ),
    ),
    compute=timi_nstemi,
    outputs=("score", "value", "parts", "risk"),
    range="adults with unstable angina or an infarction without ST elevation",
    evidence="every weight and edge",
)


def fridericia(*, qt: float, heart_rate: float) -> Estimate:
    """QT interval as at 60 beats a minute: QT / ∛RR.

    Args:
        qt: [ms].
        heart_rate: [/min].
    """
    return Estimate(value=qt / (60 / heart_rate) ** (1 / 3), unit="ms")


QTC = Score[Estimate](
    name="QTc-Fridericia",
    title="QT interval corrected for the pulse, Fridericia",
    organ="heart",
    sources=(
        paper(
            "Fridericia LS. Die Systolendauer im Elektrokardiogramm bei normalen Menschen und bei "
            "Herzkranken. Acta Med Scand 1920;53:469-486.",
            "10.1111/j.0954-6820.1920.tb18266.x",
        ),
    ),
    inputs=(
        Number(
            key="qt",
            unit="ms",
            units=units.MILLISECONDS,
            possible=(100, 1000),
            names=("QT interval",),
        ),
        Number(
            key="heart_rate",
            unit="/min",
            units=units.BEATS,
            possible=(10, 350),
            names=HEART_RATE.names,
        ),
    ),
    compute=fridericia,
    outputs=("value", "unit"),
    range="any age",
    evidence="published rows",
)

ALL = (HEART, TIMI_STEMI, TIMI_NSTEMI, QTC)
