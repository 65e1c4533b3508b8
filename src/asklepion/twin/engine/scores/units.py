"""In which other units a measured value may come, and how each becomes the one we compute in.

A unit is looked up without case, blanks and full stops, so "mg/dl", "mg / dL" and "MG/DL" are one.
Molar masses: creatinine 113.12, bilirubin 584.66 (17.1 µmol/L is 1 mg/dL by convention), glucose
180.16, cholesterol 386.65, triglycerides 885.4 (mean); urea 60.06, of which 28 are nitrogen.
Milligrams of urea and of the nitrogen in it differ more than twofold: the name of the value tells.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """How a value becomes one in our unit: times `factor`, plus `offset`."""

    factor: float = 1.0
    offset: float = 0.0

    def convert(self, value: float) -> float:
        """In our unit; rounded where floating point would miss the edge of a band."""
        return round(value * self.factor + self.offset, 9)


Units = Mapping[str, Unit]


def fold(text: str) -> str:
    """A unit as it is looked up: every micro sign alike, no case, no blanks, no full stops."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("μ", "u")
    return "".join(c for c in plain if not c.isspace() and c != ".")


def table(factors: Mapping[str, float | Unit]) -> Units:
    """A table of units by their spellings."""
    return {
        fold(name): unit if isinstance(unit, Unit) else Unit(unit) for name, unit in factors.items()
    }


UREA_MG_DL = 6.006  # mg/dL of urea for each mmol/L
UREA_N_MG_DL = 2.8  # mg/dL of urea nitrogen for each mmol/L of urea
CELLS = {"/uL": 1e-3, "uL": 1e-3, "cells/uL": 1e-3, "/mm3": 1e-3, "mm3": 1e-3, "mm^3": 1e-3,
         "/mm^3": 1e-3, "cells/mm^3": 1e-3, "/L": 1e-9, "L": 1e-9, "cells/L": 1e-9, "10*9/L": 1.0,
         "10^9/L": 1.0, "x10^9/L": 1.0, "10*3/uL": 1.0, "10^3/uL": 1.0, "K/uL": 1.0, "G/L": 1.0,
         # A cubic metre that lost an m: nobody counts cells in a cubic metre.
         "m^3": 1e-3}  # fmt: skip

YEARS = table({"a": 1, "years": 1, "year": 1, "y": 1, "yr": 1, "months": 1 / 12,
               "weeks": 7 / 365.25, "days": 1 / 365.25})  # fmt: skip
BEATS = table({"/min": 1, "beats per minute": 1, "bpm": 1, "beats/min": 1, "1/min": 1})
BREATHS = table({"/min": 1, "breaths per minute": 1, "breaths/min": 1, "1/min": 1})
PRESSURE = table({"mm[Hg]": 1, "mmHg": 1, "mm Hg": 1, "kPa": 7.50062})
PERCENT = table({"%": 1, "percent": 1})
FRACTION = table({"%": 1, "percent": 1, "1": 100, "fraction": 100})
TEMPERATURE = table(
    {
        **dict.fromkeys(("Cel", "°C", "C", "degrees celsius", "degrees celsisus"), Unit()),
        **dict.fromkeys(
            ("[degF]", "°F", "F", "degrees fahrenheit", "degrees fahreinheit"),
            Unit(5 / 9, -160 / 9),
        ),
    }
)
CREATININE = table({"mg/dL": 1, "umol/L": 1 / 88.4, "mmol/L": 1000 / 88.4})
BILIRUBIN = table({"mg/dL": 1, "umol/L": 1 / 17.1})
UREA = table({"mmol/L": 1, "mg/dL": 1 / UREA_MG_DL})
UREA_NITROGEN = table({"mmol/L": 1, "mg/dL": 1 / UREA_N_MG_DL})
GLUCOSE = table({"mg/dL": 1, "mmol/L": 18.016})
CHOLESTEROL = table({"mg/dL": 1, "mmol/L": 38.665})
TRIGLYCERIDES = table({"mg/dL": 1, "mmol/L": 88.54})
ALBUMIN = table({"g/dL": 1, "g/L": 0.1, "mg/dL": 0.001})
HAEMOGLOBIN = table({"g/dL": 1, "g/L": 0.1, "mmol/L": 1.6114})
IONS = table({"mmol/L": 1, "mEq/L": 1, "meq/L": 1, "mmol/l": 1})
ENZYME = table({"U/L": 1, "IU/L": 1, "[IU]/L": 1})
CELL_COUNT = table(CELLS)
INSULIN = table({"u[IU]/mL": 1, "uIU/mL": 1, "mIU/L": 1, "mU/L": 1, "uU/mL": 1, "pmol/L": 1 / 6.0})
WEIGHT = table({"kg": 1, "g": 0.001, "lb": 0.45359237, "lbs": 0.45359237})
HEIGHT = table({"cm": 1, "m": 100, "in": 2.54, "inches": 2.54})
BMI = table({"kg/m2": 1, "kg/m^2": 1, "kg/m²": 1})
DOSE = table({"ug/kg/min": 1, "mcg/kg/min": 1, "mc/kg/min": 1})
VOLUME_DAY = table({"mL/d": 1, "mL/day": 1, "mL/24h": 1, "L/day": 1000})
MILLISECONDS = table({"ms": 1, "msec": 1, "s": 1000})
INSTANT: Units = table({"1": 1, "": 1})
DAYS = table({"d": 1, "days": 1, "day": 1, "h": 1 / 24, "hours": 1 / 24})
HOURS = table({"h": 1, "hours": 1, "hour": 1, "min": 1 / 60, "minutes": 1 / 60})
VOLUME = table({"mL": 1, "L": 1000})
EGFR = table({"mL/min/{1.73_m2}": 1, "mL/min/1.73m2": 1, "mL/min/1.73 m^2": 1})
HBA1C_PERCENT = table({"%": 1, "percent": 1, "mmol/mol": Unit(1 / 10.929, 2.15)})
HBA1C = table({"mmol/mol": 1, "%": Unit(10.929, -2.15 * 10.929)})
