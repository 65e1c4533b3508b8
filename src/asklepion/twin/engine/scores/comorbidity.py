"""Charlson's index of comorbidity, with the points of age.

Charlson 1987 gives the weights, Charlson 1994 one point for each decade from 50 on (four from 80).
A stroke and a transient attack are one condition. Of a liver disease, a tumour and diabetes only
the graver form counts.
"""

import math

from .common import AGE, answers, paper
from .inputs import Answer, Choice, fold
from .score import Points, Score, add_up, band_of, weigh

WEIGHTS = {
    "myocardial_infarction": 1,
    "heart_failure": 1,
    "peripheral_vascular_disease": 1,
    "dementia": 1,
    "copd": 1,
    "connective_tissue_disease": 1,
    "peptic_ulcer": 1,
    "hemiplegia": 2,
    "kidney_disease": 2,
    "leukaemia": 2,
    "lymphoma": 2,
    "aids": 6,
}


def charlson(
    *,
    age: float,
    stroke: bool,
    tia: bool,
    diabetes: str,
    liver_disease: str,
    tumour: str,
    **answered: object,
) -> Points:
    """The index with age, the index without (`comorbidity`), and expected ten-year survival."""
    parts = weigh(WEIGHTS, answered) | {
        "cerebrovascular_disease": int(stroke or tia),
        "diabetes": {"none": 0, "uncomplicated": 1, "end_organ": 2}[diabetes],
        "liver_disease": {"none": 0, "mild": 1, "moderate_severe": 3}[liver_disease],
        "tumour": {"none": 0, "localised": 2, "metastatic": 6}[tumour],
    }
    comorbidity = sum(parts.values())
    parts["age"] = band_of(age, ((0, 0), (50, 1), (60, 2), (70, 3), (80, 4)))
    # The paper's fit of ten-year survival: its base of 0.983 to the power of e^(0.9 index).
    survival = 0.983 ** math.exp(0.9 * sum(parts.values()))
    return add_up(parts, more={"comorbidity": comorbidity, "survival_10y": survival})


CHARLSON = Score[Points](
    name="Charlson",
    title="Charlson comorbidity index, with age",
    organ="body",
    horizon="10 years",
    sources=(
        paper(
            "Charlson ME, Pompei P, Ales KL, MacKenzie CR. A new method of classifying prognostic "
            "comorbidity in longitudinal studies. J Chronic Dis 1987;40:373-383.",
            "10.1016/0021-9681(87)90171-8",
        ),
        paper(
            "Charlson M, Szatrowski TP, Peterson J, Gold J. Validation of a combined comorbidity "
            "index. J Clin Epidemiol 1994;47:1245-1251.",
            "10.1016/0895-4356(94)90129-5",
        ),
    ),
    inputs=(
        AGE,
        *answers(
            "myocardial_infarction",
            ("heart_failure", "Congestive Heart Faliure", "Congestive Heart Failure"),
            "peripheral_vascular_disease",
            ("stroke", "Cerebrovascular Accident"),
            ("tia", "Transient Ischemic Attacks History"),
            "dementia",
            ("copd", "Chronic Obstructive Pulmonary Disease"),
            "connective_tissue_disease",
            ("peptic_ulcer", "Peptic ulcer disease"),
            "hemiplegia",
            ("leukaemia", "leukemia"),
            "lymphoma",
            "aids",
        ),
        Answer(
            key="kidney_disease",
            names=("Moderate to severe Chronic Kidney Disease",),
            yes=frozenset(map(fold, ("moderate", "severe", "moderate to severe"))),
        ),
        Choice(
            key="diabetes",
            names=("Diabetes mellitus criteria for CCI rule", "diabetes mellitus"),
            default="none",
            options={
                "none": ("None or Diet-controlled", "false"),
                "uncomplicated": ("true",),
                "end_organ": ("End-organ damage",),
            },
        ),
        Choice(
            key="liver_disease",
            names=("Liver disease severity",),
            default="none",
            options={
                "none": ("false", "absent"),
                "mild": (),
                "moderate_severe": ("Moderate to Severe", "moderate", "severe"),
            },
        ),
        Choice(
            key="tumour",
            names=("Solid tumor", "tumor"),
            default="none",
            options={
                "none": ("false",),
                "localised": ("localized", "true"),
                "metastatic": (),
            },
        ),
    ),
    compute=charlson,
    outputs=("score", "value", "parts", "comorbidity", "survival_10y"),
    range="adults",
    evidence="every weight and edge; published rows",
)

ALL = (CHARLSON,)
