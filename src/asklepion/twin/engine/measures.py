"""What is measured, by which codes, in which units: the one table of LOINC and UCUM of the twin.

LOINC codes are facts of loinc.org; conversions of amount of substance use the molar masses of
IUPAC (cholesterol 386.65 g/mol, creatinine 113.12, glucose 180.16, bilirubin 584.66).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

Linear = tuple[float, float]  # canonical = value * first + second

DAY = timedelta(days=1)
MG_DL_CHOLESTEROL: Mapping[str, Linear] = {"mg/dL": (1, 0), "mmol/L": (1 / 0.02586, 0)}
MG_DL_GLUCOSE: Mapping[str, Linear] = {"mg/dL": (1, 0), "mmol/L": (18.016, 0)}
PRESSURE: Mapping[str, Linear] = {"mm[Hg]": (1, 0), "mmHg": (1, 0), "kPa": (7.50062, 0)}
RATE: Mapping[str, Linear] = {
    "/min": (1, 0),
    "{beats}/min": (1, 0),
    "{breaths}/min": (1, 0),
    "beats/minute": (1, 0),
    "breaths/minute": (1, 0),
}
PERCENT: Mapping[str, Linear] = {"%": (1, 0)}
ENZYME: Mapping[str, Linear] = {"U/L": (1, 0), "[IU]/L": (1, 0)}
ELECTROLYTE: Mapping[str, Linear] = {"mmol/L": (1, 0), "meq/L": (1, 0)}  # both carry one charge
PER_GRAM: Mapping[str, Linear] = {
    "mg/g": (1, 0),
    "mg/g{creat}": (1, 0),
    "ug/mg": (1, 0),
    "ug/mg{creat}": (1, 0),
    "mg/mmol": (8.84, 0),
    "mg/mmol{creat}": (8.84, 0),
    "g/mol": (8.84, 0),
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One quantity under one name, however it was sent.

    Args:
        key: our name for it; its label is "twin.input." + key.
        codes: LOINC codes that mean it.
        unit: UCUM code of what we make of it.
        units: how to get there from each unit that it may come in.
        digits: to show behind the point.
        fresh: how long a value speaks for the present when an organ is coloured by it.
    """

    key: str
    codes: tuple[str, ...]
    unit: str
    units: Mapping[str, Linear]
    digits: int = 0
    fresh: timedelta = 730 * DAY

    def convert(self, value: float, unit: str) -> float | None:
        """The value in our unit, or nothing if that unit is not one of these."""
        linear = self.units.get(unit)
        return None if linear is None else value * linear[0] + linear[1]


VITALS = (
    Measure(key="heart_rate", codes=("8867-4",), unit="/min", units=RATE, fresh=DAY),
    Measure(key="respiratory_rate", codes=("9279-1",), unit="/min", units=RATE, fresh=DAY),
    Measure(key="spo2", codes=("59408-5", "2708-6"), unit="%", units=PERCENT, fresh=DAY),
    Measure(
        key="temperature_c",
        codes=("8310-5", "8331-1", "8333-7"),  # body; oral; tympanic
        unit="Cel",
        units={"Cel": (1, 0), "[degF]": (5 / 9, -160 / 9)},
        digits=1,
        fresh=DAY,
    ),
    Measure(key="sbp", codes=("8480-6",), unit="mm[Hg]", units=PRESSURE, fresh=365 * DAY),
    Measure(key="dbp", codes=("8462-4",), unit="mm[Hg]", units=PRESSURE, fresh=365 * DAY),
    Measure(
        key="weight",
        codes=("29463-7",),
        unit="kg",
        units={"kg": (1, 0), "g": (0.001, 0), "[lb_av]": (0.45359237, 0)},
        digits=1,
    ),
    Measure(key="bmi", codes=("39156-5",), unit="kg/m2", units={"kg/m2": (1, 0)}, digits=1),
)
LABS = (
    Measure(
        key="creatinine",
        codes=("2160-0", "38483-4", "14682-9", "59826-8"),  # serum, blood; mass, substance
        unit="mg/dL",
        units={"mg/dL": (1, 0), "umol/L": (1 / 88.4, 0), "mmol/L": (1000 / 88.4, 0)},
        digits=2,
    ),
    Measure(
        key="egfr",
        codes=("98979-8", "33914-3", "62238-1"),  # CKD-EPI 2021, MDRD, CKD-EPI 2009
        unit="mL/min/{1.73_m2}",
        units={"mL/min/{1.73_m2}": (1, 0), "mL/min/1.73m2": (1, 0), "mL/min/1.73.m2": (1, 0)},
    ),
    Measure(key="total_c", codes=("2093-3", "14647-2"), unit="mg/dL", units=MG_DL_CHOLESTEROL),
    Measure(key="hdl_c", codes=("2085-9", "14646-4"), unit="mg/dL", units=MG_DL_CHOLESTEROL),
    Measure(
        key="ldl_c",
        codes=("18262-6", "2089-1", "13457-7", "39469-2"),
        unit="mg/dL",
        units=MG_DL_CHOLESTEROL,
    ),
    Measure(
        key="hba1c",
        codes=("4548-4", "17856-6", "59261-8"),
        unit="%",
        # IFCC to NGSP: the master equation of Hoelzel et al, Clin Chem 2004;50:166-174
        units={"%": (1, 0), "mmol/mol": (0.09148, 2.152)},
        digits=1,
    ),
    Measure(
        key="uacr", codes=("9318-7", "14959-1", "32294-1", "30000-4"), unit="mg/g", units=PER_GRAM
    ),
    Measure(
        key="glucose",
        codes=("2339-0", "2345-7", "1558-6", "15074-8", "14749-6"),
        unit="mg/dL",
        units=MG_DL_GLUCOSE,
    ),
    Measure(  # under the skin: minutes behind the blood, and no laboratory's value
        key="glucose_sensor",
        codes=("99504-3",),
        unit="mg/dL",
        units=MG_DL_GLUCOSE,
        fresh=DAY,
    ),
    Measure(
        key="potassium", codes=("2823-3", "6298-4"), unit="mmol/L", units=ELECTROLYTE, digits=1
    ),
    Measure(key="sodium", codes=("2951-2", "2947-0"), unit="mmol/L", units=ELECTROLYTE),
    Measure(key="alt", codes=("1742-6",), unit="U/L", units=ENZYME),
    Measure(key="ast", codes=("1920-8",), unit="U/L", units=ENZYME),
    Measure(
        key="bilirubin",
        codes=("1975-2", "14631-6"),
        unit="mg/dL",
        units={"mg/dL": (1, 0), "umol/L": (1 / 17.1, 0)},
        digits=1,
    ),
    Measure(
        key="albumin",
        codes=("1751-7",),
        unit="g/dL",
        units={"g/dL": (1, 0), "g/L": (0.1, 0)},
        digits=1,
    ),
    Measure(
        key="haemoglobin",
        codes=("718-7",),
        unit="g/dL",
        units={"g/dL": (1, 0), "g/L": (0.1, 0)},
        digits=1,
    ),
    Measure(
        key="platelets",
        codes=("777-3",),
        unit="10*3/uL",
        units={"10*3/uL": (1, 0), "10*9/L": (1, 0), "K/uL": (1, 0)},
    ),
    Measure(
        key="tsh",
        codes=("3016-3", "11580-8"),
        unit="m[IU]/L",
        units={"m[IU]/L": (1, 0), "mU/L": (1, 0), "u[IU]/mL": (1, 0)},
        digits=1,
    ),
    Measure(
        key="nt_probnp",
        codes=("33762-6",),
        unit="pg/mL",
        units={"pg/mL": (1, 0), "ng/L": (1, 0)},
    ),
    Measure(key="lvef", codes=("10230-1", "8806-2"), unit="%", units=PERCENT),
    Measure(key="fev1_fvc", codes=("19926-5",), unit="%", units=PERCENT),
)
# What only scores and simulations ask for: no organ shows it.
FOR_SCORES = (
    Measure(key="resting_heart_rate", codes=("40443-4",), unit="/min", units=RATE),
    Measure(
        key="inr",
        codes=("6301-6", "34714-6", "38875-1"),
        unit="1",
        units={"": (1, 0), "1": (1, 0), "{INR}": (1, 0), "{ratio}": (1, 0)},
        digits=1,
    ),
    Measure(
        key="urea",
        codes=("3094-0", "6299-2", "22664-7"),  # urea nitrogen, by mass; urea, by substance
        unit="mmol/L",
        units={"mg/dL": (1 / 2.8, 0), "mmol/L": (1, 0)},  # 28 mg of nitrogen in a mmol
        digits=1,
    ),
    Measure(
        key="height_m",
        codes=("8302-2", "3137-7", "8301-4", "8306-3"),  # measured, estimated, lying
        unit="m",
        units={"m": (1, 0), "cm": (0.01, 0), "[in_i]": (0.0254, 0)},
        digits=2,
    ),
    Measure(
        key="waist_cm",
        codes=("8280-0", "56086-2", "8281-8"),
        unit="cm",
        units={"cm": (1, 0), "[in_i]": (2.54, 0)},
    ),
)
MEASURES: Mapping[str, Measure] = {
    measure.key: measure for measure in (*VITALS, *LABS, *FOR_SCORES)
}
BY_CODE: Mapping[str, Measure] = {
    code: measure for measure in MEASURES.values() for code in measure.codes
}
PANELS = ("85354-9", "55284-4")  # blood pressure: the values stand in the components

# Not numbers, or numbers that stand for a yes or no.
SMOKING_CODE = "72166-2"
CONSCIOUSNESS_CODES = ("80288-4", "67775-7", "1104441000000107")  # the last one SNOMED CT (UK)
OXYGEN_FLOW_CODE = "3151-8"  # L/min; above zero: oxygen is given
OXYGEN_SHARE_CODE = "3150-6"  # %; room air has 21
ON_OXYGEN_CODE = "371825009"  # SNOMED CT: patient on oxygen, yes or no
BEDSIDE = (*CONSCIOUSNESS_CODES, OXYGEN_FLOW_CODE, OXYGEN_SHARE_CODE, ON_OXYGEN_CODE)


# How a unit is written for people, where its UCUM code is not.
WRITTEN: Mapping[str, str] = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "kg/m2": "kg/m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "10*3/uL": "×10³/µL",
    "m[IU]/L": "mIU/L",
}


def codes_of(*keys: str) -> tuple[str, ...]:
    """Every code to search for to find these measures, panels included."""
    found = [code for key in keys for code in MEASURES[key].codes]
    return (*found, *PANELS) if {"sbp", "dbp"} & set(keys) else tuple(found)
