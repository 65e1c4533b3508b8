"""When a measured value is as expected, worth watching, or needs attention: stated, with source.

A laboratory's own range, where the record has one, goes before ours for "expected"; where
attention begins stays ours. Colour in the hologram comes from here and from nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..model import Sex
from ..wire import Source, State, Text
from .chart import CLOCK_SKEW, Reading
from .measures import MEASURES, WRITTEN
from .news2 import SOURCE as RCP

RULE = "twin.organ.rule."

ACC_BP = Source(
    citation="2025 AHA/ACC guideline for the prevention, detection, evaluation and management of "
    "high blood pressure in adults.",
    url="https://doi.org/10.1161/CIR.0000000000001356",
)
ACC_LIPIDS = Source(
    citation="Grundy SM, et al. 2018 AHA/ACC guideline on the management of blood cholesterol. "
    "Circulation 2019;139:e1082-e1143.",
    url="https://doi.org/10.1161/CIR.0000000000000625",
)
ADA = Source(
    citation="American Diabetes Association. Standards of Care in Diabetes. Diabetes Care 2025;48 "
    "(Suppl 1).",
    url="https://doi.org/10.2337/dc25-SINT",
)
KDIGO = Source(
    citation="KDIGO 2024 clinical practice guideline for the evaluation and management of chronic "
    "kidney disease. Kidney Int 2024;105(4S):S117-S314.",
    url="https://doi.org/10.1016/j.kint.2023.10.018",
)
UKKA = Source(
    citation="UK Kidney Association. Clinical practice guidelines: treatment of acute "
    "hyperkalaemia in adults, 2023.",
    url="https://www.ukkidney.org/health-professionals/guidelines/guidelines-commentaries",
)
SODIUM = Source(
    citation="Spasovski G, et al. Clinical practice guideline on diagnosis and treatment of "
    "hyponatraemia. Eur J Endocrinol 2014;170:G1-G47.",
    url="https://doi.org/10.1530/EJE-13-1020",
)
ACG = Source(
    citation="Kwo PY, Cohen SM, Lim JK. ACG clinical guideline: evaluation of abnormal liver "
    "chemistries. Am J Gastroenterol 2017;112:18-35.",
    url="https://doi.org/10.1038/ajg.2016.517",
)
CHILD_PUGH = Source(
    citation="Pugh RNH, et al. Transection of the oesophagus for bleeding oesophageal varices. "
    "Br J Surg 1973;60:646-649.",
    url="https://doi.org/10.1002/bjs.1800600817",
)
WHO_ANAEMIA = Source(
    citation="WHO. Guideline on haemoglobin cutoffs to define anaemia. Geneva: WHO, 2024.",
    url="https://www.who.int/publications/i/item/9789240088542",
)
WHO_OBESITY = Source(
    citation="WHO. Obesity: preventing and managing the global epidemic. Geneva: WHO, 2000.",
    url="https://www.who.int/publications/i/item/WHO-TRS-894",
)
THYROID = Source(
    citation="Garber JR, et al. Clinical practice guidelines for hypothyroidism in adults. "
    "Thyroid 2012;22:1200-1235.",
    url="https://doi.org/10.1089/thy.2012.0205",
)
ESC_HF = Source(
    citation="McDonagh TA, et al. 2021 ESC guidelines for acute and chronic heart failure. "
    "Eur Heart J 2021;42:3599-3726.",
    url="https://doi.org/10.1093/eurheartj/ehab368",
)
GOLD = Source(
    citation="Global strategy for the diagnosis, management and prevention of COPD. GOLD, 2024.",
    url="https://goldcopd.org/",
)
PLATELETS = Source(
    citation="Common Terminology Criteria for Adverse Events (CTCAE) 5.0. NCI, 2017.",
    url="https://ctep.cancer.gov/protocoldevelopment/electronic_applications/ctc.htm",
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Where a value is expected to lie, and from where on it needs attention.

    Args:
        low: the least expected value.
        high: the largest expected value.
        at_most: attention at this value and below.
        at_least: attention at this value and above.
    """

    low: float | None = None
    high: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    source: Source


RULES: Mapping[str, Rule] = {
    # The chart of NEWS2: no point is expected, three points need attention.
    "heart_rate": Rule(low=51, high=90, at_most=40, at_least=131, source=RCP),
    "respiratory_rate": Rule(low=12, high=20, at_most=8, at_least=25, source=RCP),
    "spo2": Rule(low=96, at_most=91, source=RCP),
    "temperature_c": Rule(low=36.1, high=38.0, at_most=35.0, source=RCP),
    "sbp": Rule(low=91, high=129, at_most=90, at_least=181, source=ACC_BP),
    "dbp": Rule(high=79, at_least=121, source=ACC_BP),
    "total_c": Rule(high=239, source=ACC_LIPIDS),
    "ldl_c": Rule(high=159, at_least=190, source=ACC_LIPIDS),
    "hba1c": Rule(high=5.6, at_least=10.1, source=ADA),
    "glucose": Rule(low=70, high=199, at_most=53, at_least=300, source=ADA),
    "egfr": Rule(low=60, at_most=29, source=KDIGO),
    "uacr": Rule(high=29, at_least=301, source=KDIGO),
    "potassium": Rule(low=3.5, high=5.4, at_most=2.4, at_least=6.5, source=UKKA),
    "sodium": Rule(low=135, high=145, at_most=124, source=SODIUM),
    "alt": Rule(high=40, at_least=200, source=ACG),
    "ast": Rule(high=40, at_least=200, source=ACG),
    "bilirubin": Rule(high=1.2, at_least=3.1, source=CHILD_PUGH),
    "albumin": Rule(low=3.5, at_most=2.7, source=CHILD_PUGH),
    "platelets": Rule(low=150, at_most=49, source=PLATELETS),
    "tsh": Rule(low=0.45, high=4.12, at_most=0.09, at_least=10.1, source=THYROID),
    "nt_probnp": Rule(high=124, at_least=2000, source=ESC_HF),
    "lvef": Rule(low=50, at_most=40, source=ESC_HF),
    "fev1_fvc": Rule(low=70, source=GOLD),
    "bmi": Rule(low=18.5, high=24.9, at_least=40, source=WHO_OBESITY),
}
HAEMOGLOBIN: Mapping[Sex, Rule] = {
    Sex.FEMALE: Rule(low=12.0, at_most=7.9, source=WHO_ANAEMIA),
    Sex.MALE: Rule(low=13.0, at_most=7.9, source=WHO_ANAEMIA),
}


@dataclass(frozen=True)
class Judgement:
    """What a value means, by which rule."""

    state: State
    rule: Text
    source: Source | None


def judge(reading: Reading, sex: Sex | None, now: datetime) -> Judgement:
    """Judge one measured value; what is too old says nothing about the present."""
    measure = MEASURES[reading.key]
    value = round(float(reading.value), measure.digits)
    rule = HAEMOGLOBIN.get(sex or Sex.FEMALE) if reading.key == "haemoglobin" else None
    rule = rule or RULES.get(reading.key)
    own = reading.low is not None or reading.high is not None
    low, high = (reading.low, reading.high) if own else _expected(rule)
    text = _say(low, high, WRITTEN.get(measure.unit, measure.unit), own=own)
    source = rule.source if rule else None
    if not now - measure.fresh <= reading.at <= now + CLOCK_SKEW:
        days = measure.fresh.days
        return Judgement("unknown", Text(key=RULE + "old", params={"days": days}), source)
    if rule and _needs_attention(value, rule):
        return Judgement("attention", text, source)
    if low is None and high is None:
        return Judgement("unknown", text, source)
    is_low = low is not None and value < low
    is_high = high is not None and value > high
    return Judgement("watch" if is_low or is_high else "calm", text, source)


def _expected(rule: Rule | None) -> tuple[float | None, float | None]:
    return (rule.low, rule.high) if rule else (None, None)


def _needs_attention(value: float, rule: Rule) -> bool:
    too_low = rule.at_most is not None and value <= rule.at_most
    too_high = rule.at_least is not None and value >= rule.at_least
    return too_low or too_high


def _say(low: float | None, high: float | None, unit: str, *, own: bool) -> Text:
    prefix = RULE + ("own." if own else "")
    match low, high:
        case None, None:
            return Text(key=RULE + "none")
        case None, float() | int():
            return Text(key=prefix + "at_most", params={"high": high, "unit": unit})
        case float() | int(), None:
            return Text(key=prefix + "at_least", params={"low": low, "unit": unit})
        case _:
            assert low is not None
            assert high is not None
            return Text(key=prefix + "within", params={"low": low, "high": high, "unit": unit})
