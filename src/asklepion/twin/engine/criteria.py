"""Which yes or no of a score a record tells, and by what.

A record that names a heart failure tells a yes. One that does not name it tells nothing: what
nobody wrote down is not told, and never "no". Only a reading can tell a "no": somebody found alert
is not confused, a pressure of 130 mmHg is not above 160.

SNOMED CT and ICD-10 by their first characters, RxNorm ingredients and ATC, then whole words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..model import Why
from .cards import Known, look_up
from .chart import CLOCK_SKEW, Chart, Said
from .codes import ANTIHYPERTENSIVE, DIABETES, PRIOR_CVD, Group
from .measures import DAY

_NOT_HERS = ("family history", "risk of", "fear of", "screening for")


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


HYPERTENSION = Group(
    snomed=_codes("38341003 59621000"),
    icd10=("I10", "I11", "I12", "I13", "I15"),
    words=("hypertension", "hypertensive"),
    not_words=(
        *_NOT_HERS,
        *("pulmonary", "portal", "ocular", "intracranial", "gestational"),
        *("pre-hypertension", "white coat"),
    ),
)
HEART_FAILURE = Group(
    snomed=_codes("84114007 88805009 42343007 85232009 441481004 441530006"),
    icd10=("I50", "I11.0", "I13.0", "I13.2"),
    words=("heart failure",),
    not_words=_NOT_HERS,
)
ISCHAEMIC_STROKE = Group(
    snomed=_codes("422504002 432504007 371041009"),
    icd10=("I63", "I64", "I69.3", "I69.4"),
    words=("stroke", "cerebral infarction"),
    not_words=(*_NOT_HERS, "heat stroke", "hemorrhag", "haemorrhag"),
)
STROKE = Group(
    snomed=_codes("230690007 422504002 432504007 371041009 274100004"),
    icd10=("I60", "I61", "I63", "I64", "I69"),
    words=("stroke", "cerebral infarction", "cerebral hemorrhage", "cerebral haemorrhage"),
    not_words=(*_NOT_HERS, "heat stroke"),
)
TIA = Group(
    snomed=_codes("266257000"),
    icd10=("G45.0", "G45.1", "G45.2", "G45.3", "G45.8", "G45.9"),
    words=("transient ischemic attack", "transient ischaemic attack"),
    not_words=_NOT_HERS,
)
ARTERIAL_EMBOLISM = Group(
    icd10=("I74",), words=("arterial embolism", "systemic embolism"), not_words=_NOT_HERS
)
CORONARY = Group(
    snomed=_codes("53741008 414545008 22298006 399211009 401303003 401314000 194828000"),
    icd10=("I20", "I21", "I22", "I23", "I24", "I25"),
    words=(
        "myocardial infarction",
        "coronary heart disease",
        "coronary artery disease",
        "ischemic heart disease",
        "ischaemic heart disease",
    ),
    not_words=_NOT_HERS,
)
# As the score's paper has it: an infarction, arteries of the legs, or plaque in the aorta.
VASCULAR = Group(
    snomed=_codes("22298006 399211009 401303003 401314000 399957001 400047006"),
    icd10=("I21", "I22", "I25.2", "I70.0", "I70.2", "I73.9"),
    words=(
        "myocardial infarction",
        "peripheral arterial disease",
        "peripheral artery disease",
        "peripheral vascular disease",
        "aortic plaque",
    ),
    not_words=_NOT_HERS,
)
KIDNEY_FAILURE = Group(  # dialysis or a transplant
    snomed=_codes("46177005 105502003"),
    icd10=("N18.6", "Z99.2", "Z94.0"),
    words=("end-stage renal disease", "end stage renal disease", "dialysis", "kidney transplant"),
    not_words=_NOT_HERS,
)
DIALYSIS = Group(
    snomed=_codes("105502003"),
    icd10=("Z99.2",),
    words=("dependence on renal dialysis", "dependence on dialysis"),
)
CIRRHOSIS = Group(
    snomed=_codes("19943007"),
    icd10=("K70.3", "K71.7", "K74.3", "K74.4", "K74.5", "K74.6"),
    words=("cirrhosis",),
    not_words=_NOT_HERS,
)
MAJOR_BLEEDING = Group(
    snomed=_codes("74474003 274100004"),
    icd10=("I60", "I61", "I62", "K92.0", "K92.1", "K92.2"),
    words=(
        "gastrointestinal hemorrhage",
        "gastrointestinal haemorrhage",
        "cerebral hemorrhage",
        "cerebral haemorrhage",
        "intracranial hemorrhage",
        "intracranial haemorrhage",
    ),
    not_words=_NOT_HERS,
)
HIGH_GLUCOSE = Group(  # found once, at an examination, in an illness or in a pregnancy
    snomed=_codes("15777000 9414007 390951007 11687002"),
    icd10=("R73.0", "O24.4"),
    words=("prediabetes", "impaired glucose tolerance", "gestational diabetes"),
    not_words=_NOT_HERS,
)
INSULIN = Group(atc=("A10A",), words=("insulin",), not_words=("needle", "syringe"))
BLEEDING_DRUG = Group(  # against platelets, or against inflammation
    rxnorm=_codes("1191 32968 1116632 613391 5640 7258 3355 140587"),
    atc=("B01AC", "M01A", "N02BA01"),
    words=(
        "aspirin",
        "acetylsalicylic acid",
        "clopidogrel",
        "ticagrelor",
        "prasugrel",
        "ibuprofen",
        "naproxen",
        "diclofenac",
        "celecoxib",
        "indomethacin",
    ),
    not_words=("topical", "ophthalmic"),
)


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What in a record tells a yes.

    Args:
        conditions: any of these, active or not.
        is_now: only while it is active.
        medicines: any of these, while it is taken.
        measure: a reading of this measure …
        test: … for which this holds,
        fresh: … and which is not older.
        tells_no: the same reading tells a "no" where the test fails.
    """

    conditions: Group | None = None
    is_now: bool = False
    medicines: Group | None = None
    measure: str = ""
    test: Callable[[float | bool | str], bool | None] = bool
    fresh: timedelta = 730 * DAY
    tells_no: bool = False


def _above(limit: float) -> Callable[[float | bool | str], bool]:
    return lambda value: not isinstance(value, str) and value > limit


def _up_to(limit: float) -> Callable[[float | bool | str], bool]:
    return lambda value: not isinstance(value, str) and value <= limit


def _is_confused(acvpu: float | bool | str) -> bool | None:
    """Whether confusion was found; who does not wake to be asked tells neither."""
    return {"C": True, "A": False}.get(str(acvpu))


def _is_not_alert(acvpu: float | bool | str) -> bool:
    return acvpu != "A"


SMOKES = Sign(measure="smoking", tells_no=True)
SIGNS: Mapping[str, Sign] = {
    **dict.fromkeys(("dm", "diabetes"), Sign(conditions=DIABETES, is_now=True)),
    **dict.fromkeys(("smoking", "smoker"), SMOKES),
    **dict.fromkeys(("bp_tx", "bp_medication"), Sign(medicines=ANTIHYPERTENSIVE)),
    "hypertension": Sign(conditions=HYPERTENSION),
    "heart_failure": Sign(conditions=HEART_FAILURE),
    "chf_or_lvef_lte_40": Sign(conditions=HEART_FAILURE, measure="lvef", test=_up_to(40)),
    "stroke": Sign(conditions=ISCHAEMIC_STROKE),
    "stroke_history": Sign(conditions=STROKE),
    "tia": Sign(conditions=TIA),
    "thromboembolism": Sign(conditions=ARTERIAL_EMBOLISM),
    "vascular_disease": Sign(conditions=VASCULAR),
    "ischemic_heart_disease": Sign(conditions=CORONARY),
    "cerebrovascular_disease": Sign(
        conditions=replace(
            STROKE,
            snomed=STROKE.snomed | TIA.snomed,
            icd10=(*STROKE.icd10, *TIA.icd10),
            words=(*STROKE.words, *TIA.words),
        )
    ),
    "insulin_diabetes": Sign(medicines=INSULIN),
    "drugs_antiplatelet_nsaid": Sign(medicines=BLEEDING_DRUG),
    # Above 200 µmol/L, as the score's paper has it.
    "renal_disease": Sign(conditions=KIDNEY_FAILURE, measure="creatinine", test=_above(2.26)),
    "dialysis": Sign(conditions=DIALYSIS, is_now=True),
    "liver_disease": Sign(conditions=CIRRHOSIS),
    "bleeding_history": Sign(conditions=MAJOR_BLEEDING),
    "high_glucose_ever": Sign(conditions=HIGH_GLUCOSE),
    "hypertension_uncontrolled": Sign(
        measure="sbp", test=_above(160), fresh=30 * DAY, tells_no=True
    ),
    "confusion": Sign(measure="acvpu", test=_is_confused, fresh=DAY, tells_no=True),
    "altered_mentation": Sign(measure="acvpu", test=_is_not_alert, fresh=DAY, tells_no=True),
}
PRIOR = Sign(conditions=PRIOR_CVD)
DIABETIC = SIGNS["dm"]

# What is not known while the list of conditions, or of medicines, is closed or goes on.
BY_CONDITIONS = frozenset(key for key, sign in SIGNS.items() if sign.conditions)
BY_MEDICINES = frozenset(key for key, sign in SIGNS.items() if sign.medicines)


def read_criterion(chart: Chart, key: str, now: datetime) -> Known:
    """The yes that the record tells, or the no that a reading tells, or why neither is known."""
    sign = SIGNS.get(key)
    if sign is None:
        return Known(key=key)
    if key not in chart.hidden and (said := find(chart, sign)):
        return Known(key=key, value=True, seen=True, at=said.at, reference=said.reference)
    if sign.measure:
        found = look_up(chart, sign.measure, since=now - sign.fresh)
        value = None if found.value is None else sign.test(found.value)
        if found.at and found.at > now + CLOCK_SKEW:
            value = None
        if value is True or (value is False and sign.tells_no):
            return replace(found, key=key, value=value, seen=value, unit="")
        if sign.tells_no and found.value is None:
            return Known(key=key, why=found.why)
    if key in chart.hidden:
        return Known(key=key, why=Why.NOT_ALLOWED)
    return Known(key=key, why=Why.UNREAD if key in chart.unread else Why.MISSING)


def find(chart: Chart, sign: Sign) -> Said | None:
    """The newest condition or medicine that tells a yes."""
    for group, list, is_now in (
        (sign.conditions, chart.conditions, sign.is_now),
        (sign.medicines, chart.medicines, True),
    ):
        for said in list if group else ():
            assert group is not None
            if (said.is_active or not is_now) and group.holds(said.codings, said.text):
                return said
    return None
