"""How ill is a liver: Child-Pugh and FIB-4.

Child-Pugh, Pugh 1973: albumin of 3.5 g/dL is still "28-35 g/L"; bilirubin of 2 and 3 mg/dL is 34
and 51 µmol/L. The paper counts seconds of the prothrombin time; the bands of the INR at 1.7 and 2.3
came later, with the lists for transplants, and are mostly traced to Lucey 1997.
"""

import math

from . import units
from .common import AGE, ALBUMIN, BILIRUBIN, INR, PLATELETS, meeting, paper
from .inputs import Choice, Number
from .score import Estimate, Points, Score, add_up


def child_pugh(
    *, bilirubin: float, albumin: float, inr: float, ascites: str, encephalopathy: str
) -> Points:
    """Five to fifteen points: class A to 6, B to 9, C above.

    Args:
        bilirubin: [mg/dL].
        albumin: [g/dL].
        ascites: "absent", "slight" or "moderate".
        encephalopathy: "none", "1-2" or "3-4".
    """
    parts = {
        "bilirubin": 1 if bilirubin < 2 else 2 if bilirubin <= 3 else 3,
        "albumin": 1 if albumin > 3.5 else 2 if albumin >= 2.8 else 3,
        "inr": 1 if inr < 1.7 else 2 if inr <= 2.3 else 3,
        "ascites": {"absent": 1, "slight": 2, "moderate": 3}[ascites],
        "encephalopathy": {"none": 1, "1-2": 2, "3-4": 3}[encephalopathy],
    }
    return add_up(parts, ((5, "A"), (7, "B"), (10, "C")))


def _grade(grade: float) -> str | None:
    return {0: "none", 1: "1-2", 2: "1-2", 3: "3-4", 4: "3-4"}.get(
        int(grade) if grade % 1 == 0 else -1
    )


CHILD_PUGH = Score[Points](
    name="Child-Pugh",
    title="Child-Pugh class of cirrhosis",
    organ="liver",
    sources=(
        paper(
            "Pugh RNH, Murray-Lyon IM, Dawson JL, Pietroni MC, Williams R. Transection of the "
            "oesophagus for bleeding oesophageal varices. Br J Surg 1973;60:646-649.",
            "10.1002/bjs.1800600817",
        ),
        paper(
            "Lucey MR, Brown KA, Everson GT, et al. Minimal criteria for placement of adults on "
            "the liver transplant waiting list. Liver Transpl Surg 1997;3:628-637.",
            "10.1002/lt.500030613",
        ),
    ),
    inputs=(
        meeting(BILIRUBIN, 2, 34),
        ALBUMIN,
        INR,
        Choice(
            key="ascites",
            default="absent",
            options={
                "absent": ("none", "no ascites", "false"),
                "slight": ("mild",),
                "moderate": ("moderate to severe", "severe", "tense"),
            },
        ),
        Choice(
            key="encephalopathy",
            default="none",
            of_number=_grade,
            options={
                "none": ("No Encephalopathy", "Grade 0", "absent", "false"),
                "1-2": ("Grade 1-2", "Grade 1", "Grade 2"),
                "3-4": ("Grade 3-4", "Grade 3", "Grade 4"),
            },
        ),
    ),
    compute=child_pugh,
    range="adults with cirrhosis",
    evidence="every edge; published rows",
)


def fib_4(*, age: float, ast: float, alt: float, platelets: float) -> Estimate:
    """Age · AST / (platelets · √ALT); advanced fibrosis is unlikely below 1.45, likely above 3.25.

    Args:
        age: [a]; the paper's people were adults, and below 35 it tells little.
        ast: [U/L].
        alt: [U/L].
        platelets: [10*9/L].
    """
    value = age * ast / (platelets * math.sqrt(alt))
    band = "low" if value < 1.45 else "indeterminate" if value <= 3.25 else "high"
    return Estimate(value=value, unit="1", more={"band": band})


def _enzyme(key: str, name: str) -> Number:
    return Number(key=key, unit="U/L", units=units.ENZYME, possible=(1, 50_000), names=(name,))


FIB_4 = Score[Estimate](
    name="FIB-4",
    title="Fibrosis of the liver",
    organ="liver",
    sources=(
        paper(
            "Sterling RK, Lissen E, Clumeck N, et al. Development of a simple noninvasive index to "
            "predict significant fibrosis in patients with HIV/HCV coinfection. Hepatology "
            "2006;43:1317-1325.",
            "10.1002/hep.21178",
        ),
    ),
    inputs=(
        AGE,
        _enzyme("ast", "Aspartate aminotransferase"),
        _enzyme("alt", "Alanine aminotransferase"),
        PLATELETS,
    ),
    compute=fib_4,
    outputs=("value", "band"),
    range="adults with chronic liver disease, best from 35 to 65 years",
    evidence="published rows",
)

ALL = (CHILD_PUGH, FIB_4)
