"""Screenings and vaccinations, whose advice each is, and what in a record shows it was done.

A table of facts: whom, how often, since when. USPSTF: US Preventive Services Task Force; CDC: adult
immunisation schedule of the US Centers for Disease Control and Prevention; NHC: National Health
Commission of China, and the Chinese guideline groups named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...wire import Source

USPSTF_URL = "https://www.uspreventiveservicestaskforce.org/uspstf/recommendation/"
SCHEDULE = "https://www.cdc.gov/vaccines/hcp/imz-schedules/adult-age.html"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One advice.

    Args:
        ages: from and to, both included [a].
        sex: empty for everybody.
        months: how often; 0 for once.
        least_bmi: only from this body mass index on.
        not_with: only without diabetes ("dm").
        loinc, snomed, cvx: what shows that it was done: results, procedures, vaccines.
        measures: results by our own names for them.
        by: whose advice it is.
        since: the day it was given.
    """

    key: str
    kind: Literal["screening", "vaccination"]
    ages: tuple[int, int]
    months: int
    by: str
    since: str
    source: Source
    sex: str = ""
    least_bmi: float = 0.0
    not_with: str = ""
    loinc: Sequence[str] = ()
    snomed: Sequence[str] = ()
    cvx: Sequence[str] = ()
    measures: Sequence[str] = ()


def _uspstf(topic: str, page: str) -> Source:
    return Source(citation=f"US Preventive Services Task Force. {topic}.", url=USPSTF_URL + page)


CDC = Source(
    citation="Centers for Disease Control and Prevention. Adult immunization schedule, United "
    "States, 2025.",
    url=SCHEDULE,
)
NHC = Source(
    citation="National Health Commission of China. National basic public health service "
    "standards, third edition, 2017.",
    url="https://www.nhc.gov.cn/jws/s3578/201703/d20c37e23e1f4c7db7b8e25f34473e1b.shtml",
)
CHINA_BOWEL = Source(
    citation="China guideline for the screening, early detection and early treatment of "
    "colorectal cancer (2020, Beijing). Zhonghua Zhong Liu Za Zhi 2021;43:16-38.",
    url="https://doi.org/10.3760/cma.j.cn112152-20210105-00010",
)

COLONOSCOPY = ("73761001", "174158000", "446521004")
STOOL = ("29771-3", "57905-2", "58453-2", "77353-1")
MAMMOGRAPHY = ("71651007", "24623002", "241055006", "566571000119105")
MAMMOGRAM_RESULT = ("24606-6", "24604-1", "26346-7")
CERVIX = ("10524-7", "19762-4", "21440-3", "77379-6", "82675-0")
CERVIX_DONE = ("171149006", "417036008", "440623000")

RULES = (
    Rule(
        key="pressure", kind="screening", ages=(40, 120), months=12, by="USPSTF",
        since="2021-04-27", measures=("sbp",),
        source=_uspstf("Hypertension in adults: screening", "hypertension-in-adults-screening"),
    ),
    Rule(
        key="pressure_young", kind="screening", ages=(18, 39), months=60, by="USPSTF",
        since="2021-04-27", measures=("sbp",),
        source=_uspstf("Hypertension in adults: screening", "hypertension-in-adults-screening"),
    ),
    Rule(
        key="glucose", kind="screening", ages=(35, 70), months=36, by="USPSTF",
        since="2021-08-24", least_bmi=25, not_with="dm", measures=("hba1c", "glucose"),
        source=_uspstf(
            "Prediabetes and type 2 diabetes: screening",
            "screening-for-prediabetes-and-type-2-diabetes",
        ),
    ),
    Rule(
        key="bowel", kind="screening", ages=(45, 75), months=120, by="USPSTF",
        since="2021-05-18", snomed=COLONOSCOPY, loinc=STOOL,
        source=_uspstf("Colorectal cancer: screening", "colorectal-cancer-screening"),
    ),
    Rule(
        key="breast", kind="screening", ages=(40, 74), sex="female", months=24, by="USPSTF",
        since="2024-04-30", snomed=MAMMOGRAPHY, loinc=MAMMOGRAM_RESULT,
        source=_uspstf("Breast cancer: screening", "breast-cancer-screening"),
    ),
    Rule(
        key="cervix", kind="screening", ages=(21, 65), sex="female", months=36, by="USPSTF",
        since="2018-08-21", loinc=CERVIX, snomed=CERVIX_DONE,
        source=_uspstf("Cervical cancer: screening", "cervical-cancer-screening"),
    ),
    Rule(
        key="bone", kind="screening", ages=(65, 120), sex="female", months=0, by="USPSTF",
        since="2025-01-14", loinc=("38263-0", "80946-7", "24701-5"), snomed=("312681000",),
        source=_uspstf(
            "Osteoporosis to prevent fractures: screening", "osteoporosis-screening"
        ),
    ),
    Rule(
        key="hepatitis_c", kind="screening", ages=(18, 79), months=0, by="USPSTF",
        since="2020-03-02", loinc=("16128-1", "13955-0", "5198-7", "11011-4"),
        source=_uspstf("Hepatitis C virus infection: screening", "hepatitis-c-screening"),
    ),
    Rule(
        key="influenza", kind="vaccination", ages=(18, 120), months=12, by="CDC",
        since="2025-01-01", source=CDC,
        cvx=("88", "135", "140", "141", "144", "150", "153", "155", "158", "161", "166", "168",
             "171", "185", "186", "197", "205"),
    ),
    Rule(
        key="tetanus", kind="vaccination", ages=(19, 120), months=120, by="CDC",
        since="2025-01-01", source=CDC, cvx=("09", "9", "113", "115", "138", "139", "196"),
    ),
    Rule(
        key="zoster", kind="vaccination", ages=(50, 120), months=0, by="CDC",
        since="2025-01-01", source=CDC, cvx=("187",),
    ),
    Rule(
        key="pneumococcal", kind="vaccination", ages=(50, 120), months=0, by="CDC",
        since="2025-01-01", source=CDC, cvx=("133", "152", "215", "216", "327"),
    ),
    Rule(
        key="rsv", kind="vaccination", ages=(75, 120), months=0, by="CDC",
        since="2025-01-01", source=CDC, cvx=("303", "304", "305", "314", "326"),
    ),
    Rule(
        key="pressure_china", kind="screening", ages=(35, 120), months=12, by="NHC",
        since="2017-02-28", measures=("sbp",), source=NHC,
    ),
    Rule(
        key="bowel_china", kind="screening", ages=(40, 74), months=120, by="NHC",
        since="2021-01-23", snomed=COLONOSCOPY, loinc=STOOL, source=CHINA_BOWEL,
    ),
)  # fmt: skip
BODIES = ("USPSTF", "CDC", "NHC")
