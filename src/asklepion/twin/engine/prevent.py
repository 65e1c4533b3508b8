"""Risk of a first heart attack, stroke or heart failure within 10 or 30 years. AHA PREVENT.

Source: Khan SS, Matsushita K, Sang Y, et al. Development and validation of the American Heart
Association's PREVENT equations. Circulation 2024;149:430-449. The coefficients in prevent.csv are
those of its supplement, one row for each model, horizon, sex and outcome.
"""

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from operator import itemgetter, mul

from ..model import Cannot, Need, Sex, Why, cannot
from ..wire import Source
from .checks import Bounds, need_answer, need_sex, read_sex, scaled

SOURCE = Source(
    citation="Khan SS, Matsushita K, Sang Y, et al. Development and validation of the American "
    "Heart Association's PREVENT equations. Circulation 2024;149:430-449.",
    url="https://doi.org/10.1161/CIRCULATIONAHA.123.067626",
)

MMOL_L_PER_MG_DL = 0.02586  # cholesterol, as in the paper
CHOLESTEROL_UNITS = {"mg/dL": 1.0, "mmol/L": 1 / MMOL_L_PER_MG_DL}
OUTCOMES = ("total_cvd", "ascvd", "heart_failure", "chd", "stroke")
MODELS = ("base", "hba1c", "uacr", "sdi", "full")
AGE = {
    10: Bounds(possible=(0, 130), valid=(30, 79), unit="a"),
    30: Bounds(possible=(0, 130), valid=(30, 59), unit="a"),
}
BOUNDS: Mapping[str, Bounds] = {
    "sbp": Bounds(possible=(20, 350), valid=(90, 200), unit="mm[Hg]"),
    "total_c": Bounds(possible=(20, 2000), valid=(130, 320), unit="mg/dL"),
    "hdl_c": Bounds(possible=(1, 300), valid=(20, 100), unit="mg/dL"),
    "egfr": Bounds(possible=(0, 250), valid=(15, 140), unit="mL/min/{1.73_m2}"),
    "bmi": Bounds(possible=(5, 150), valid=(18.5, 40), unit="kg/m2", below=True),
}
OPTIONAL: Mapping[str, Bounds] = {
    "hba1c": Bounds(possible=(2, 30), valid=(3, 15), unit="%"),
    "uacr": Bounds(possible=(0, 50_000), valid=(0.1, 25_000), unit="mg/g"),
    "sdi_decile": Bounds(possible=(1, 10), unit="1", whole=True),
}


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What is known of one person, checked, cholesterol in mg/dL."""

    age: float
    sex: Sex
    sbp: float
    total_c: float
    hdl_c: float
    egfr: float
    bmi: float
    bp_tx: bool
    statin: bool
    dm: bool
    smoking: bool
    hba1c: float | None = None
    uacr: float | None = None
    sdi_decile: float | None = None


@dataclass(frozen=True, kw_only=True)
class Prevent:
    """Shares of people like this one who have a first event within the horizon, 0 to 1."""

    total_cvd: float
    ascvd: float
    heart_failure: float
    chd: float
    stroke: float
    model: str
    horizon_years: int


def prevent(  # as many inputs as the equation has
    *,
    age: float | None,
    sex: str | None,
    sbp: float | None,
    bp_tx: bool | None,
    total_c: float | None,
    hdl_c: float | None,
    statin: bool | None,
    dm: bool | None,
    smoking: bool | None,
    egfr: float | None,
    bmi: float | None,
    hba1c: float | None = None,
    uacr: float | None = None,
    sdi_decile: int | None = None,
    chol_unit: str = "mg/dL",
    horizon_years: int = 10,
    model: str | None = None,
    prior_cvd: bool = False,
) -> Prevent | Cannot:
    """Estimate the risks of a person who has had no heart attack, stroke or heart failure.

    Args:
        age: [a]; 30 to 79, for the 30-year horizon 30 to 59.
        sex: "female" or "male" (also "F", "M").
        sbp: systolic blood pressure [mm[Hg]], 90 to 200.
        bp_tx: takes medicine against high blood pressure.
        total_c: total cholesterol, 130 to 320 mg/dL (3.36 to 8.28 mmol/L).
        hdl_c: HDL cholesterol, 20 to 100 mg/dL (0.52 to 2.59 mmol/L).
        statin: takes a statin.
        dm: has diabetes.
        smoking: has smoked cigarettes within the last 30 days.
        egfr: [mL/min/{1.73_m2}], CKD-EPI 2021, 15 to 140.
        bmi: [kg/m2], 18.5 to below 40.
        hba1c: [%], optional, 3 to 15.
        uacr: urine albumin to creatinine [mg/g], optional, 0.1 to 25000.
        sdi_decile: social deprivation index, decile 1 to 10, optional (United States only).
        chol_unit: "mg/dL" or "mmol/L".
        horizon_years: 10 or 30.
        model: "base", "hba1c", "uacr", "sdi" or "full"; chosen by the optional inputs if left out.
        prior_cvd: has had such an event already; then the equation says nothing.

    Returns:
        The risks, or all that is needed for them.
    """
    factor = CHOLESTEROL_UNITS.get(chol_unit)
    if factor is None or horizon_years not in AGE or model not in (None, *MODELS):
        return _not_an_equation(factor, horizon_years)
    measured: dict[str, object] = {
        "sbp": sbp,
        "total_c": scaled(total_c, factor),
        "hdl_c": scaled(hdl_c, factor),
        "egfr": egfr,
        "bmi": bmi,
    }
    optional: dict[str, object] = {"hba1c": hba1c, "uacr": uacr, "sdi_decile": sdi_decile}
    answers: dict[str, object] = {"bp_tx": bp_tx, "statin": statin, "dm": dm, "smoking": smoking}
    needs = [AGE[horizon_years].need("age", age), need_sex(sex)]
    needs += [BOUNDS[key].need(key, value) for key, value in measured.items()]
    needs += [need_answer(key, value) for key, value in answers.items()]
    needs += _need_optional(optional, model)
    needs.append(Need(key="prior_cvd", why=Why.EXCLUDED) if prior_cvd else None)
    if unmet := cannot(needs):
        return unmet
    known: dict[str, object] = {"age": age, "sex": read_sex(sex)}
    return risks(_factors(known | measured | optional | answers), horizon_years, model)


def risks(person: Factors, horizon_years: int, model: str | None = None) -> Prevent:
    """The equations themselves, for a person already checked."""
    model = model or choose_model(person)
    terms = _terms(person)
    found = {
        outcome: _share(sum(map(mul, weights, pick(terms))))
        for outcome, (pick, weights) in TABLE[model, horizon_years, person.sex].items()
    }
    return Prevent(**found, model=model, horizon_years=horizon_years)


def choose_model(person: Factors) -> str:
    """The model made for what is known: base, one addition, or full with what is missing marked."""
    known = [key for key in OPTIONAL if getattr(person, key) is not None]
    match known:
        case []:
            return "base"
        case ["sdi_decile"]:
            return "sdi"
        case [one]:
            return one
        case _:
            return "full"


def _terms(person: Factors) -> dict[str, float]:
    """Every term of every model, coded and centred as in the paper."""
    age = (person.age - 55) / 10
    hdl_mmol = person.hdl_c * MMOL_L_PER_MG_DL
    non_hdl = person.total_c * MMOL_L_PER_MG_DL - hdl_mmol - 3.5
    hdl = (hdl_mmol - 1.3) / 0.3
    sbp_high = (max(person.sbp, 110) - 130) / 20
    bmi_high = (max(person.bmi, 30) - 30) / 5
    egfr_low = (min(person.egfr, 60) - 60) / -15
    dm, smoking = float(person.dm), float(person.smoking)
    return {
        "age": age,
        "age_squared": age * age,
        "non_hdl": non_hdl,
        "hdl": hdl,
        "sbp_low": (min(person.sbp, 110) - 110) / 20,
        "sbp_high": sbp_high,
        "dm": dm,
        "smoking": smoking,
        "bmi_low": (min(person.bmi, 30) - 25) / 5,
        "bmi_high": bmi_high,
        "egfr_low": egfr_low,
        "egfr_high": (max(person.egfr, 60) - 90) / -15,
        "bp_tx": float(person.bp_tx),
        "statin": float(person.statin),
        "bp_tx_sbp_high": person.bp_tx * sbp_high,
        "statin_non_hdl": person.statin * non_hdl,
        "age_non_hdl": age * non_hdl,
        "age_hdl": age * hdl,
        "age_sbp_high": age * sbp_high,
        "age_dm": age * dm,
        "age_smoking": age * smoking,
        "age_bmi_high": age * bmi_high,
        "age_egfr_low": age * egfr_low,
        **_optional_terms(person, dm),
        "constant": 1.0,
    }


def _optional_terms(person: Factors, dm: float) -> dict[str, float]:
    hba1c = 0.0 if person.hba1c is None else person.hba1c - 5.3
    decile = person.sdi_decile or 0
    return {
        "sdi_4_6": float(4 <= decile <= 6),
        "sdi_7_10": float(decile >= 7),
        "sdi_missing": float(person.sdi_decile is None),
        "ln_uacr": 0.0 if person.uacr is None else math.log(person.uacr),
        "uacr_missing": float(person.uacr is None),
        "hba1c_dm": hba1c * dm,
        "hba1c_no_dm": hba1c * (1 - dm),
        "hba1c_missing": float(person.hba1c is None),
    }


# The terms that an outcome's model has, taken from all of them, and the weight of each.
Weights = tuple[Callable[[Mapping[str, float]], tuple[float, ...]], tuple[float, ...]]


def _read_table() -> dict[tuple[str, int, Sex], dict[str, Weights]]:
    """The coefficients of every model; a blank in the file is a term the model does not have."""
    table: dict[tuple[str, int, Sex], dict[str, Weights]] = {}
    text = files("asklepion.twin.engine").joinpath("prevent.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        key = (row.pop("model"), int(row.pop("years")), Sex(row.pop("sex")))
        outcome = row.pop("outcome")
        weights = {term: float(weight) for term, weight in row.items() if weight}
        table.setdefault(key, {})[outcome] = itemgetter(*weights), tuple(weights.values())
    return table


TABLE = _read_table()


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _need_optional(optional: Mapping[str, object], model: str | None) -> list[Need | None]:
    """An optional input may be absent, but not wrong; a model asked for by name needs its own."""
    needs = [OPTIONAL[key].need(key, value) for key, value in optional.items() if value is not None]
    absent = [key for key, value in optional.items() if value is None]
    wanted = {"hba1c": "hba1c", "uacr": "uacr", "sdi": "sdi_decile"}
    if model == "full" and len(absent) > 1:
        needs += [OPTIONAL[key].need(key, None) for key in absent]
    elif model in wanted and wanted[model] in absent:
        needs.append(OPTIONAL[wanted[model]].need(wanted[model], None))
    return needs


def _not_an_equation(factor: float | None, horizon_years: int) -> Cannot:
    if factor is None:
        return Cannot((Need(key="total_c", why=Why.UNIT, unit="mg/dL"),))
    key = "model" if horizon_years in AGE else "horizon_years"
    return Cannot((Need(key=key, why=Why.IMPOSSIBLE),))


def _factors(values: Mapping[str, object]) -> Factors:
    names = [field.name for field in fields(Factors)]
    return Factors(**{name: values[name] for name in names})  # type: ignore[arg-type]
