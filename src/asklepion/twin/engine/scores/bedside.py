"""NEWS2 and PREVENT as scores like all others; their rules stand in modules of their own."""

from dataclasses import dataclass

from ...model import Cannot
from .. import news2 as rcp
from .. import prevent as aha
from ..checks import Bounds
from . import units
from .common import (
    AGE,
    HEART_RATE,
    RESPIRATORY_RATE,
    SBP,
    SEX,
    SPO2,
    TEMPERATURE,
    if_told,
)
from .inputs import Answer, Choice, Number
from .score import Said, Score

POINTS_NAMES = {
    "respiratory_rate": "rr_points",
    "spo2": "spo2_points",
    "supplemental_o2": "o2_points",
    "sbp": "sbp_points",
    "heart_rate": "hr_points",
    "acvpu": "consciousness_points",
    "temperature_c": "temperature_points",
}


@dataclass(frozen=True)
class EarlyWarning:
    """NEWS2 as scripts read it."""

    news2: rcp.News2

    def say(self) -> Said:
        """The total, the points of each part, and the clinical risk."""
        found = self.news2
        parts = {POINTS_NAMES[key]: points for key, points in found.points.items()}
        totals = dict.fromkeys(("total", "score", "value"), found.total)
        return {**totals, **parts, "risk": found.band.value, "red": list(found.red)}


def early_warning(**given: object) -> "EarlyWarning | Cannot":
    """The National Early Warning Score 2 of seven observations made at one time."""
    given["spo2_scale"] = int(str(given["spo2_scale"]))
    found = rcp.news2(**given)  # type: ignore[arg-type]
    return found if isinstance(found, Cannot) else EarlyWarning(found)


NEWS2 = Score[EarlyWarning](
    name="NEWS2",
    title="National Early Warning Score 2",
    organ="body",
    horizon="24 hours",
    sources=(rcp.SOURCE,),
    inputs=(
        RESPIRATORY_RATE,
        SPO2,
        Answer(key="supplemental_o2", needed=True),
        SBP,
        HEART_RATE,
        Choice(
            key="acvpu",
            options={
                "A": ("alert",),
                "C": ("confusion", "new confusion"),
                "V": ("voice",),
                "P": ("pain",),
                "U": ("unresponsive",),
            },
        ),
        TEMPERATURE,
        Choice(key="spo2_scale", options={"1": (), "2": ()}, default="1"),
        if_told(AGE.from_to(16, 130)),
    ),
    compute=early_warning,
    outputs=("total", *POINTS_NAMES.values(), "risk", "red"),
    range="from 16 years of age, not in pregnancy",
    evidence="every edge of the RCP's chart; published rows, without one that contradicts it",
)


@dataclass(frozen=True)
class CardiovascularRisks:
    """PREVENT as scripts read it."""

    prevent: aha.Prevent

    def say(self) -> Said:
        """The five risks, 0 to 1, and by which model."""
        found = self.prevent
        risks = {key: getattr(found, key) for key in aha.OUTCOMES}
        return {**risks, "model": found.model, "horizon_years": found.horizon_years}


def cardiovascular(**given: object) -> "CardiovascularRisks | Cannot":
    """AHA PREVENT: total cardiovascular disease and its parts, 10 or 30 years ahead."""
    given["horizon_years"] = int(str(given["horizon_years"]))
    model = given.pop("model")
    if model == "auto":
        model = None
    for key in _BEYOND.get(str(model), ()):
        given[key] = None  # what a model named has no term for
    found = aha.prevent(model=model, **given)  # type: ignore[arg-type]
    return found if isinstance(found, Cannot) else CardiovascularRisks(found)


CHOLESTEROL = units.table(aha.CHOLESTEROL_UNITS)  # as in the paper, to the last digit
UACR = units.table({"mg/g": 1, "mg/mmol": 8.84})  # creatinine: 113.12 g/mol
_BEYOND = {
    "base": ("hba1c", "uacr", "sdi_decile"),
    "hba1c": ("uacr", "sdi_decile"),
    "uacr": ("hba1c", "sdi_decile"),
    "sdi": ("hba1c", "uacr"),
}


def _number(key: str, bounds: Bounds, table: units.Units, *, needed: bool = True) -> Number:
    return Number(
        key=key,
        unit=bounds.unit,
        units=table,
        possible=bounds.possible,
        valid=bounds.valid,
        whole=bounds.whole,
        needed=needed,
    )


PREVENT = Score[CardiovascularRisks](
    name="PREVENT",
    title="First infarction, stroke or heart failure, AHA PREVENT",
    organ="vessels",
    horizon="10 or 30 years",
    sources=(aha.SOURCE,),
    inputs=(
        AGE.from_to(30, 79),
        SEX,
        _number("sbp", aha.BOUNDS["sbp"], units.PRESSURE),
        Answer(key="bp_tx", needed=True),
        _number("total_c", aha.BOUNDS["total_c"], CHOLESTEROL),
        _number("hdl_c", aha.BOUNDS["hdl_c"], CHOLESTEROL),
        Answer(key="statin", needed=True),
        Answer(key="dm", needed=True),
        Answer(key="smoking", needed=True),
        _number("egfr", aha.BOUNDS["egfr"], units.EGFR),
        _number("bmi", aha.BOUNDS["bmi"], units.BMI),
        _number("hba1c", aha.OPTIONAL["hba1c"], units.HBA1C_PERCENT, needed=False),
        _number("uacr", aha.OPTIONAL["uacr"], UACR, needed=False),
        _number("sdi_decile", aha.OPTIONAL["sdi_decile"], units.INSTANT, needed=False),
        Choice(key="horizon_years", options={"10": (), "30": ()}, default="10"),
        Choice(
            key="model",
            options={**dict.fromkeys(aha.MODELS, ()), "auto": ()},
            default="auto",
        ),
        Answer(key="prior_cvd"),
    ),
    beside=("zip",),
    unit_names={"chol_unit": ("total_c", "hdl_c")},
    compute=cardiovascular,
    outputs=(*aha.OUTCOMES, "model", "horizon_years"),
    range="age 30–79 (30 years ahead: 30–59), systolic 90–200 mmHg, total cholesterol 130–320 and "
    "HDL 20–100 mg/dL, eGFR 15–140, BMI 18.5 to below 40, no earlier cardiovascular disease",
    evidence="published rows of all five models; every coefficient",
)

ALL = (NEWS2, PREVENT)
