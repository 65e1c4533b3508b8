"""Who comes back to the hospital within 30 days: LACE, and HOSPITAL in both its versions.

LACE, van Walraven 2010: a stay of 1, 2, 3 days gives as many points, 4 to 6 give 4, 7 to 13 give 5,
14 and more 7; an index of comorbidity of 4 and more gives 5. That index has Charlson's conditions
with weights of its own (heart failure and lung disease 2, dementia 3, AIDS and the graver liver
disease 4): the score named Charlson gives another number. HOSPITAL: the derivation of 2013 gives 2
points for one to five admissions in the year before, the international validation of 2016 only from
two on.
"""

from . import units
from .common import HAEMOGLOBIN, SODIUM, answers, if_told, over, paper
from .inputs import Answer, Number
from .score import Points, Score, add_up, band_of, weigh


def _count(key: str, *names: str) -> Number:
    return Number(
        key=key, unit="1", units=units.INSTANT, possible=(0, 400), whole=True, names=names
    )


STAY = Number(
    key="length_of_stay_days",
    unit="d",
    units=units.DAYS,
    possible=(0, 3660),
    names=("length_of_stay", "los_days"),
)


def lace(
    *, length_of_stay_days: float, acute_admission: bool, charlson: float, ed_visits_6mo: float
) -> Points:
    """Nineteen points: length of stay, acuity, comorbidity, emergency visits in six months.

    Args:
        charlson: index of comorbidity by this paper's weights, without age.
    """
    edges = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (7, 5), (14, 7))
    parts = {
        "L": band_of(length_of_stay_days, edges),
        "A": 3 * acute_admission,
        "C": charlson if charlson < 4 else 5,
        "E": min(ed_visits_6mo, 4),
    }
    return add_up(parts, ((0, "low"), (5, "moderate"), (10, "high")), more=parts)


LACE = Score[Points](
    name="LACE",
    title="Death or unplanned readmission after discharge",
    organ="body",
    horizon="30 days",
    sources=(
        paper(
            "van Walraven C, Dhalla IA, Bell C, et al. Derivation and validation of an index to "
            "predict early death or unplanned readmission after discharge from hospital to the "
            "community. CMAJ 2010;182:551-557.",
            "10.1503/cmaj.091117",
        ),
    ),
    inputs=(
        STAY,
        Answer(key="acute_admission", needed=True),
        _count("charlson", "comorbidity"),
        _count("ed_visits_6mo", "ed_visits"),
    ),
    compute=lace,
    outputs=("score", "value", "L", "A", "C", "E", "band"),
    range="adults discharged to the community; `charlson` by this paper's weights, not Charlson's",
    evidence="every edge of the paper's table",
)

HOSPITAL_WEIGHTS = {
    "haemoglobin_lt_12": 1,
    "oncology_discharge": 2,
    "sodium_lt_135": 1,
    "procedure": 1,
    "urgent_admission": 1,
    "stay_gte_5_days": 2,
}
ADMISSIONS_2013 = ((0, 0), (1, 2), (6, 5))
ADMISSIONS_2016 = ((0, 0), (2, 2), (6, 5))
BANDS = ((0, "low"), (5, "intermediate"), (7, "high"))


def hospital_2013(*, admissions_1y: float, **answered: object) -> Points:
    """Thirteen points, with the share that was readmitted avoidably in the derivation."""
    return _hospital(admissions_1y, answered, ADMISSIONS_2013, {0: 0.052, 5: 0.098, 7: 0.183})


def hospital_2016(*, admissions_1y: float, **answered: object) -> Points:
    """Thirteen points, with the share that was readmitted avoidably in nine hospitals."""
    return _hospital(admissions_1y, answered, ADMISSIONS_2016, {0: 0.058, 5: 0.119, 7: 0.228})


def _hospital(
    admissions: float,
    answered: dict[str, object],
    edges: tuple[tuple[float, float], ...],
    risks: dict[int, float],
) -> Points:
    parts = weigh(HOSPITAL_WEIGHTS, answered)
    parts["admissions_1y"] = band_of(admissions, edges)
    return add_up(parts, BANDS, risks)


HOSPITAL_INPUTS = (
    if_told(HAEMOGLOBIN),
    over("haemoglobin_lt_12", "haemoglobin", lambda value: value < 12, "hemoglobin_lt_12"),
    if_told(SODIUM),
    over("sodium_lt_135", "sodium", lambda value: value < 135),
    if_told(STAY),
    over("stay_gte_5_days", "length_of_stay_days", lambda days: days >= 5, "los_gte_5"),
    _count("admissions_1y", "admissions_last_year", "admissions_previous_year"),
    *answers(
        ("oncology_discharge", "discharge_from_oncology"),
        ("procedure", "procedure_during_stay", "any_icd_procedure"),
        ("urgent_admission", "index_admission_urgent"),
    ),
)

HOSPITAL_2013 = Score[Points](
    name="HOSPITAL-2013",
    title="Avoidable readmission, derivation of 2013",
    organ="body",
    horizon="30 days",
    sources=(
        paper(
            "Donzé J, Aujesky D, Williams D, Schnipper JL. Potentially avoidable 30-day hospital "
            "readmissions in medical patients. JAMA Intern Med 2013;173:632-638.",
            "10.1001/jamainternmed.2013.3023",
        ),
    ),
    inputs=HOSPITAL_INPUTS,
    compute=hospital_2013,
    outputs=("score", "value", "parts", "band", "risk"),
    range="adults discharged from a medical ward",
    evidence="every weight and edge",
)

HOSPITAL_2016 = Score[Points](
    name="HOSPITAL",
    title="Avoidable readmission, validation of 2016",
    organ="body",
    horizon="30 days",
    sources=(
        paper(
            "Donzé JD, Williams MV, Robinson EJ, et al. International validity of the HOSPITAL "
            "score to predict 30-day potentially avoidable hospital readmissions. JAMA Intern Med "
            "2016;176:496-502.",
            "10.1001/jamainternmed.2015.8462",
        ),
    ),
    inputs=HOSPITAL_INPUTS,
    compute=hospital_2016,
    outputs=("score", "value", "parts", "band", "risk"),
    range="adults discharged from a medical ward",
    evidence="every weight and edge",
)

ALL = (LACE, HOSPITAL_2016, HOSPITAL_2013)
