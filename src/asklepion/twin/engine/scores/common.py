"""Inputs that many scores ask for, each described once."""

from collections.abc import Callable
from dataclasses import replace

from ...wire import Source
from . import units
from .inputs import Answer, Choice, Criterion, Number

SEX = Choice(key="sex", options={"female": ("f",), "male": ("m",)})

AGE = Number(key="age", unit="a", units=units.YEARS, possible=(0, 130), names=("age_years",))
WEIGHT = Number(key="weight", unit="kg", units=units.WEIGHT, possible=(1, 500))
HEIGHT = Number(key="height", unit="cm", units=units.HEIGHT, possible=(30, 260))
BMI = Number(
    key="bmi",
    unit="kg/m2",
    units=units.BMI,
    possible=(5, 150),
    names=("body mass index", "Body Mass Index (BMI)"),
)
HEART_RATE = Number(
    key="heart_rate",
    unit="/min",
    units=units.BEATS,
    possible=(0, 350),
    names=("Heart Rate or Pulse", "pulse", "hr"),
)
RESPIRATORY_RATE = Number(
    key="respiratory_rate",
    unit="/min",
    units=units.BREATHS,
    possible=(0, 100),
    names=("respiratory rate", "rr"),
)
SBP = Number(
    key="sbp",
    unit="mm[Hg]",
    units=units.PRESSURE,
    possible=(20, 350),
    names=("Systolic Blood Pressure", "systolic_bp"),
)
DBP = Number(
    key="dbp",
    unit="mm[Hg]",
    units=units.PRESSURE,
    possible=(0, 250),
    names=("Diastolic Blood Pressure", "diastolic_bp"),
)
SPO2 = Number(key="spo2", unit="%", units=units.PERCENT, possible=(20, 100))
TEMPERATURE = Number(
    key="temperature_c",
    unit="Cel",
    units=units.TEMPERATURE,
    possible=(20, 46),
    names=("temperature",),
    named={"temperature_f": "[degF]"},
)
GCS = Number(
    key="gcs",
    unit="{score}",
    units=units.INSTANT,
    possible=(3, 15),
    whole=True,
    names=("Glasgow Coma Score", "glasgow coma scale"),
)
PAO2 = Number(
    key="pao2",
    unit="mm[Hg]",
    units=units.PRESSURE,
    possible=(10, 760),
    names=("Partial pressure of oxygen (PaO₂) for Apache II", "Partial pressure of oxygen"),
)
FIO2 = Number(key="fio2", unit="%", units=units.FRACTION, possible=(21, 100), names=("FiO₂",))
PH = Number(key="ph", unit="[pH]", units=units.INSTANT, possible=(6.3, 8.2), names=("arterial ph",))
CREATININE = Number(
    key="creatinine",
    unit="mg/dL",
    units=units.CREATININE,
    possible=(0.05, 50),
    named={"creatinine_mg_dl": "mg/dL", "creatinine_umol_l": "umol/L"},
)
BILIRUBIN = Number(
    key="bilirubin",
    unit="mg/dL",
    units=units.BILIRUBIN,
    possible=(0.01, 100),
    named={"bilirubin_mg_dl": "mg/dL", "bilirubin_umol_l": "umol/L"},
)
ALBUMIN = Number(
    key="albumin",
    unit="g/dL",
    units=units.ALBUMIN,
    possible=(0.3, 8),
    named={"albumin_g_dl": "g/dL", "albumin_g_l": "g/L"},
)
INR = Number(
    key="inr",
    unit="1",
    units=units.INSTANT,
    possible=(0.3, 25),
    names=("international normalized ratio", "international normalised ratio"),
)
NITROGEN = ("Blood Urea Nitrogen (BUN)", "bun", "bun_mg_dl")  # names of urea by its nitrogen
UREA = Number(
    key="urea",
    unit="mmol/L",
    units=units.UREA,
    possible=(0.1, 120),
    named={
        **dict.fromkeys(NITROGEN, "mg/dL"),
        "urea_mmol_l": "mmol/L",
        "urea_mg_dl": "mg/dL",
    },
    units_of=dict.fromkeys(NITROGEN, units.UREA_NITROGEN),
)
GLUCOSE = Number(
    key="glucose",
    unit="mg/dL",
    units=units.GLUCOSE,
    possible=(5, 3000),
    named={"glucose_mg_dl": "mg/dL", "glucose_mmol_l": "mmol/L"},
)
SODIUM = Number(
    key="sodium",
    unit="mmol/L",
    units=units.IONS,
    possible=(80, 220),
    named={"sodium_mmol_l": "mmol/L"},
)
POTASSIUM = Number(
    key="potassium",
    unit="mmol/L",
    units=units.IONS,
    possible=(0.5, 15),
    named={"potassium_mmol_l": "mmol/L"},
)
HAEMATOCRIT = Number(
    key="haematocrit", unit="%", units=units.FRACTION, possible=(3, 80), names=("Hematocrit",)
)
HAEMOGLOBIN = Number(
    key="haemoglobin",
    unit="g/dL",
    units=units.HAEMOGLOBIN,
    possible=(1, 30),
    names=("Hemoglobin",),
    named={"hemoglobin_g_dl": "g/dL"},
)
PLATELETS = Number(
    key="platelets",
    unit="10*9/L",
    units=units.CELL_COUNT,
    possible=(0.5, 5000),
    names=("Platelet count",),
)
LEUKOCYTES = Number(
    key="leukocytes",
    unit="10*9/L",
    units=units.CELL_COUNT,
    possible=(0.001, 1000),  # below it a unit was mistaken
    names=("White blood cell count", "wbc"),
)
TOTAL_CHOLESTEROL = Number(
    key="total_c",
    unit="mg/dL",
    units=units.CHOLESTEROL,
    possible=(20, 2000),
    names=("Total cholesterol",),
    named={"total_chol_mmol_l": "mmol/L", "total_chol_mg_dl": "mg/dL"},
)
HDL = Number(
    key="hdl_c",
    unit="mg/dL",
    units=units.CHOLESTEROL,
    possible=(1, 300),
    names=("high-density lipoprotein cholesterol", "hdl"),
    named={"hdl_mmol_l": "mmol/L", "hdl_mg_dl": "mg/dL"},
)


def meeting(number: Number, mg_dl: float, umol_l: float) -> Number:
    """The same, for a paper whose edges in mg/dL and in µmol/L are these: they are one edge.

    By the molar mass 177 µmol/L of creatinine are 2.002 mg/dL, beyond an edge that is written "2.0
    mg/dL (177 µmol/L)".
    """
    scale = mg_dl / umol_l / number.units[units.fold("umol/L")].factor
    mass = units.fold("mg/dL")
    met = {
        name: unit if name == mass else replace(unit, factor=unit.factor * scale)
        for name, unit in number.units.items()
    }
    return replace(number, units=met)


def if_told(number: Number) -> Number:
    """The same number, where the result can do without it."""
    return replace(number, needed=False)


def over(key: str, of: str, test: Callable[[float], bool], *names: str) -> Criterion:
    """A criterion that follows from one number."""
    return Criterion(key=key, of=(of,), test=test, names=names)


def is_female(*names: str, key: str = "female") -> Criterion:
    """Whether this is a woman, told or by `sex`."""
    return Criterion(key=key, of=("sex",), test=_is_female, names=names)


def _is_female(sex: str) -> bool:
    return sex == "female"


MAYBE_SEX = replace(SEX, needed=False)


def answers(*keys: str | tuple[str, ...]) -> list[Answer]:
    """Yes-or-no inputs: each a key, or a key and its other names."""
    named = [(key,) if isinstance(key, str) else key for key in keys]
    return [Answer(key=names[0], names=names[1:]) for names in named]


def paper(citation: str, doi: str) -> Source:
    """A source that has a DOI."""
    return Source(citation=citation, url=f"https://doi.org/{doi}")
