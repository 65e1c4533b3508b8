"""What people measure and have measured, as they call it, and its LOINC and UCUM codes.

Source: https://loinc.org, https://hl7.org/fhir/R4/observation-vitalsigns.html
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One thing that is measured.

    `codes` has the LOINC code for each unit it is told in, the first being the usual one; `least`
    and `most` are what can be, in that unit.
    """

    key: str
    codes: dict[str, str]
    names: tuple[str, ...]  # English and Chinese, lower case, the first one shown
    category: str = "laboratory"
    least: float = 0.0
    most: float = 1e6

    @property
    def unit(self) -> str:
        """The usual unit, UCUM."""
        return next(iter(self.codes))


VITAL = "vital-signs"
_ALL = (
    Measure(
        key="systolic",
        codes={"mm[Hg]": "8480-6"},
        names=("systolic blood pressure", "systolic", "sys", "sbp", "收缩压", "高压"),
        category=VITAL,
        least=40,
        most=300,
    ),
    Measure(
        key="diastolic",
        codes={"mm[Hg]": "8462-4"},
        names=("diastolic blood pressure", "diastolic", "dia", "dbp", "舒张压", "低压"),
        category=VITAL,
        least=20,
        most=200,
    ),
    Measure(
        key="heart-rate",
        codes={"/min": "8867-4"},
        names=("heart rate", "pulse", "pulse rate", "hr", "bpm", "心率", "脉搏"),
        category=VITAL,
        least=20,
        most=300,
    ),
    Measure(
        key="spo2",
        codes={"%": "59408-5"},
        names=("oxygen saturation", "spo2", "sao2", "o2 sat", "血氧", "血氧饱和度"),
        category=VITAL,
        least=40,
        most=100,
    ),
    Measure(
        key="respiratory-rate",
        codes={"/min": "9279-1"},
        names=("respiratory rate", "breathing rate", "respiration", "resp", "呼吸", "呼吸频率"),
        category=VITAL,
        least=2,
        most=100,
    ),
    Measure(
        key="temperature",
        codes={"Cel": "8310-5", "[degF]": "8310-5"},
        names=("body temperature", "temperature", "temp", "体温"),
        category=VITAL,
        least=25,
        most=45,
    ),
    Measure(
        key="weight",
        codes={"kg": "29463-7", "g": "29463-7", "[lb_av]": "29463-7"},
        names=("body weight", "weight", "体重"),
        category=VITAL,
        least=0.3,
        most=500,
    ),
    Measure(
        key="height",
        codes={"cm": "8302-2", "m": "8302-2", "[in_i]": "8302-2"},
        names=("body height", "height", "身高"),
        category=VITAL,
        least=20,
        most=260,
    ),
    Measure(
        key="bmi",
        codes={"kg/m2": "39156-5"},
        names=("body mass index", "bmi", "体质指数", "体重指数"),
        category=VITAL,
        least=5,
        most=120,
    ),
    Measure(
        key="steps",
        codes={"{steps}": "41950-7"},
        names=("steps", "step count", "步数"),
        category="activity",
        most=200_000,
    ),
    Measure(
        key="glucose",
        codes={"mmol/L": "15074-8", "mg/dL": "2339-0"},
        names=("glucose", "blood glucose", "blood sugar", "glu", "血糖", "葡萄糖"),
        least=0.5,
        most=60,
    ),
    Measure(
        key="hba1c",
        codes={"%": "4548-4", "mmol/mol": "59261-8"},
        names=("hba1c", "a1c", "hemoglobin a1c", "糖化血红蛋白"),
        least=2,
        most=25,
    ),
    Measure(
        key="cholesterol",
        codes={"mmol/L": "14647-2", "mg/dL": "2093-3"},
        names=("total cholesterol", "cholesterol", "tc", "总胆固醇", "胆固醇"),
        least=0.5,
        most=40,
    ),
    Measure(
        key="hdl",
        codes={"mmol/L": "14646-4", "mg/dL": "2085-9"},
        names=("hdl cholesterol", "hdl", "hdl-c", "高密度脂蛋白", "高密度脂蛋白胆固醇"),
        least=0.1,
        most=10,
    ),
    Measure(
        key="ldl",
        codes={"mmol/L": "22748-8", "mg/dL": "2089-1"},
        names=("ldl cholesterol", "ldl", "ldl-c", "低密度脂蛋白", "低密度脂蛋白胆固醇"),
        least=0.1,
        most=30,
    ),
    Measure(
        key="triglycerides",
        codes={"mmol/L": "14927-8", "mg/dL": "2571-8"},
        names=("triglycerides", "triglyceride", "tg", "甘油三酯"),
        least=0.05,
        most=150,
    ),
    Measure(
        key="creatinine",
        codes={"umol/L": "14682-9", "mg/dL": "2160-0"},
        names=("creatinine", "crea", "cr", "肌酐", "血肌酐"),
        least=5,
        most=3000,
    ),
    Measure(
        key="uric-acid",
        codes={"umol/L": "14933-6", "mg/dL": "3084-1"},
        names=("uric acid", "ua", "尿酸", "血尿酸"),
        least=10,
        most=2000,
    ),
    Measure(
        key="sodium",
        codes={"mmol/L": "2951-2", "meq/L": "2951-2"},
        names=("sodium", "na", "钠", "血钠"),
        least=80,
        most=220,
    ),
    Measure(
        key="potassium",
        codes={"mmol/L": "2823-3", "meq/L": "2823-3"},
        names=("potassium", "k", "钾", "血钾"),
        least=0.5,
        most=15,
    ),
    Measure(
        key="alt",
        codes={"U/L": "1742-6"},
        names=("alanine aminotransferase", "alt", "gpt", "sgpt", "谷丙转氨酶", "丙氨酸氨基转移酶"),
        most=20_000,
    ),
    Measure(
        key="ast",
        codes={"U/L": "1920-8"},
        names=("aspartate aminotransferase", "ast", "got", "sgot", "谷草转氨酶"),
        most=20_000,
    ),
    Measure(
        key="hemoglobin",
        codes={"g/L": "718-7", "g/dL": "718-7"},
        names=("hemoglobin", "haemoglobin", "hb", "hgb", "血红蛋白"),
        least=5,
        most=300,
    ),
    Measure(
        key="leukocytes",
        codes={"10*9/L": "6690-2", "10*3/uL": "6690-2"},
        names=("white blood cells", "wbc", "leukocytes", "白细胞", "白细胞计数"),
        most=1000,
    ),
    Measure(
        key="platelets",
        codes={"10*9/L": "777-3", "10*3/uL": "777-3"},
        names=("platelets", "plt", "血小板", "血小板计数"),
        most=5000,
    ),
    Measure(
        key="tsh",
        codes={"m[IU]/L": "3016-3"},
        names=("thyrotropin", "tsh", "促甲状腺激素"),
        most=1000,
    ),
    Measure(
        key="crp",
        codes={"mg/L": "1988-5"},
        names=("c-reactive protein", "crp", "c反应蛋白", "c-反应蛋白"),
        most=1000,
    ),
)
MEASURES: dict[str, Measure] = {measure.key: measure for measure in _ALL}
BY_NAME: dict[str, str] = {name: measure.key for measure in _ALL for name in measure.names}
BY_CODE: dict[str, str] = {code: m.key for m in _ALL for code in m.codes.values()}
FACTORS: dict[tuple[str, str], float] = {  # times this is the usual unit, to tell what can be
    ("weight", "g"): 0.001,
    ("weight", "[lb_av]"): 0.45359237,
    ("height", "m"): 100.0,
    ("height", "[in_i]"): 2.54,
    ("glucose", "mg/dL"): 1 / 18.016,
    ("cholesterol", "mg/dL"): 0.02586,
    ("hdl", "mg/dL"): 0.02586,
    ("ldl", "mg/dL"): 0.02586,
    ("triglycerides", "mg/dL"): 0.01129,
    ("creatinine", "mg/dL"): 88.42,
    ("uric-acid", "mg/dL"): 59.48,
    ("hemoglobin", "g/dL"): 10.0,
}


def is_plausible(measure: Measure, value: float, unit: str) -> bool:
    """Whether this can be; a unit that nobody expects is not judged."""
    if measure.key == "temperature" and unit == "[degF]":
        value = (value - 32) / 1.8
    elif measure.key == "hba1c" and unit == "mmol/mol":
        value = value * 0.0915 + 2.15  # IFCC to NGSP
    else:
        value *= FACTORS.get((measure.key, unit), 1.0)
    return measure.least <= value <= measure.most
