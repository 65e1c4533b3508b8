"""What is read of a record for predictions in intensive care: by which codes, in which units.

Names on the right are those of the PhysioNet challenges of 2012 and 2019, whose data the models
learned from. LOINC codes are facts of loinc.org.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .chart import UNUSABLE
from .fhir import Resource, inner, moment_of, read_codings, read_moment
from .measures import ELECTROLYTE, ENZYME, MEASURES, PERCENT, PRESSURE, Linear, Measure

MASS = {"ug/L": (1.0, 0.0), "ng/mL": (1.0, 0.0), "ng/L": (0.001, 0.0), "pg/mL": (0.001, 0.0)}
SHARE = {"%": (0.01, 0.0), "1": (1.0, 0.0), "{fraction}": (1.0, 0.0)}
DECILITRE = {"mg/dL": (1.0, 0.0)}
GAS = {"mm[Hg]": (1.0, 0.0), "mmHg": (1.0, 0.0), "kPa": (7.50062, 0.0)}


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One measure of intensive care.

    Args:
        icu: its name in the data of 2012; empty where that has none.
        sepsis: likewise in the data of 2019.
    """

    measure: Measure
    icu: str = ""
    sepsis: str = ""

    @property
    def key(self) -> str:
        """Our name for it."""
        return self.measure.key


def _of(key: str, icu: str = "", sepsis: str = "") -> Watched:
    return Watched(measure=MEASURES[key], icu=icu, sepsis=sepsis)


def _new(
    key: str, codes: str, unit: str, units: Mapping[str, Linear], icu: str = "", sepsis: str = ""
) -> Watched:
    measure = Measure(key=key, codes=tuple(codes.split()), unit=unit, units=units)
    return Watched(measure=measure, icu=icu, sepsis=sepsis)


_ONE = {"": (1.0, 0.0), "1": (1.0, 0.0), "{score}": (1.0, 0.0)}
_CELLS = {"10*3/uL": (1.0, 0.0), "10*9/L": (1.0, 0.0), "K/uL": (1.0, 0.0)}
WATCHED: tuple[Watched, ...] = (
    _of("heart_rate", "HR", "HR"),
    _of("respiratory_rate", "RespRate", "Resp"),
    _of("spo2", "", "O2Sat"),
    _of("temperature_c", "Temp", "Temp"),
    _of("sbp", "NISysABP", "SBP"),
    _of("dbp", "NIDiasABP", "DBP"),
    _of("weight", "Weight"),
    _of("creatinine", "Creatinine", "Creatinine"),
    _of("glucose", "Glucose", "Glucose"),
    _of("potassium", "K", "Potassium"),
    _of("sodium", "Na"),
    _of("alt", "ALT"),
    _of("ast", "AST", "AST"),
    _of("bilirubin", "Bilirubin", "Bilirubin_total"),
    _of("albumin", "Albumin"),
    _of("haemoglobin", "", "Hgb"),
    _of("platelets", "Platelets", "Platelets"),
    _of("total_c", "Cholesterol"),
    _new("height", "8302-2", "cm", {"cm": (1, 0), "m": (100, 0), "[in_i]": (2.54, 0)}, "Height"),
    _new("map", "8478-0 76536-2", "mm[Hg]", PRESSURE, "NIMAP", "MAP"),
    _new("map_invasive", "76214-6", "mm[Hg]", PRESSURE, "MAP", "MAP"),
    _new("sbp_invasive", "76215-3", "mm[Hg]", PRESSURE, "SysABP", "SBP"),
    _new("dbp_invasive", "76213-8", "mm[Hg]", PRESSURE, "DiasABP", "DBP"),
    _new("coma_scale", "9269-2", "{score}", _ONE, "GCS"),
    _new("fio2", "3150-6 19994-3", "", SHARE, "FiO2", "FiO2"),
    _new("ph", "2744-1 11558-4", "", {**_ONE, "[pH]": (1, 0)}, "pH", "pH"),
    _new("paco2", "2019-8", "mm[Hg]", GAS, "PaCO2", "PaCO2"),
    _new("pao2", "2703-7", "mm[Hg]", GAS, "PaO2"),
    _new("hco3", "1963-8 1959-6 1960-4", "mmol/L", ELECTROLYTE, "HCO3", "HCO3"),
    _new("base_excess", "1925-7 11555-0", "mmol/L", ELECTROLYTE, "", "BaseExcess"),
    _new("etco2", "19889-5", "mm[Hg]", GAS, "", "EtCO2"),
    _new("lactate", "2524-7 32693-4 2518-9", "mmol/L", {"mmol/L": (1, 0)}, "Lactate", "Lactate"),
    _new("bun", "3094-0 6299-2", "mg/dL", {**DECILITRE, "mmol/L": (2.8, 0)}, "BUN", "BUN"),
    _new("hct", "4544-3 20570-8", "%", PERCENT, "HCT", "Hct"),
    _new("wbc", "6690-2 26464-8", "10*3/uL", _CELLS, "WBC", "WBC"),
    _new("magnesium", "19123-9", "mg/dL", DECILITRE, "Mg", "Magnesium"),
    _new("calcium", "17861-6", "mg/dL", {**DECILITRE, "mmol/L": (4.008, 0)}, "", "Calcium"),
    _new("chloride", "2075-0", "mmol/L", ELECTROLYTE, "", "Chloride"),
    _new("phosphate", "2777-1", "mg/dL", {**DECILITRE, "mmol/L": (3.097, 0)}, "", "Phosphate"),
    _new("alp", "6768-6", "U/L", ENZYME, "ALP", "Alkalinephos"),
    _new("bilirubin_direct", "1968-7", "mg/dL", DECILITRE, "", "Bilirubin_direct"),
    _new("troponin_t", "6598-7 67151-1", "ug/L", MASS, "TroponinT"),
    _new("troponin_i", "10839-9 89579-7", "ug/L", MASS, "TroponinI", "TroponinI"),
    _new("ptt", "14979-9 3173-2", "s", {"s": (1, 0)}, "", "PTT"),
    _new("fibrinogen", "3255-7", "mg/dL", {**DECILITRE, "g/L": (100, 0)}, "", "Fibrinogen"),
    _new("urine", "9187-6 9188-4", "mL", {"mL": (1, 0), "L": (1000, 0)}, "Urine"),
)
VENTILATION_CODE = "20124-4"  # ventilation mode of a ventilator: whatever it says, there is one
BY_KEY: Mapping[str, Watched] = {one.key: one for one in WATCHED}
BY_CODE: Mapping[str, Watched] = {code: one for one in WATCHED for code in one.measure.codes}
PANELS = ("85354-9", "55284-4", "34566-0", "8716-3")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One reading of a measure of intensive care."""

    key: str
    at: datetime
    value: float
    reference: str


def read_watched(observations: Iterable[Resource]) -> list[Found]:
    """The readings, oldest first; what has no number in a unit that is known is left out."""
    found = [one for each in observations for one in _read(each)]
    return sorted(found, key=lambda one: (one.at, one.key, one.value))


def _read(observation: Resource) -> Iterator[Found]:
    at = read_moment(moment_of(observation))
    if at is None or observation.get("status") in UNUSABLE:
        return
    reference = f"Observation/{observation.get('id', '')}"
    parts: Sequence[Resource] = [observation, *observation.get("component", ())]
    for part in parts:
        for coding in read_codings(part.get("code")):
            if coding.code == VENTILATION_CODE:
                yield Found(key="ventilation", at=at, value=1.0, reference=reference)
                break
            value = _number(part, BY_CODE.get(coding.code))
            if value is not None:
                yield Found(key=BY_CODE[coding.code].key, at=at, value=value, reference=reference)
                break


def _number(part: Resource, one: Watched | None) -> float | None:
    quantity = inner(part, "valueQuantity")
    if one is None or quantity.get("value") is None or quantity.get("comparator"):
        return None
    unit = quantity.get("code") or quantity.get("unit") or ""
    value = one.measure.convert(float(quantity["value"]), unit)
    return None if value is None else round(value, 6)  # 100.4 °F is 38 °C, and not above it


GAP = timedelta(hours=6)


def watched_since(found: Sequence[Found], now: datetime) -> datetime | None:
    """Since when the pulse has been watched without a gap: where the stay begins."""
    beats = [one.at for one in reversed(found) if one.key == "heart_rate" and one.at <= now]
    since: datetime | None = None
    for at in beats:
        if (since or now) - at > GAP:
            break
        since = at
    return since
