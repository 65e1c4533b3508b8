"""What trials found of treatments: a table. Each speaks for people like those in its trials alone.

The numbers are facts of the papers named. A ratio of rates (or hazards) r turns a risk p into
1 - (1 - p)^r; a ratio of risks multiplies it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ...wire import Source


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """By how much a treatment changes one outcome.

    Args:
        outcome: what is to be prevented.
        value, low, high: the ratio and its 95 % interval.
        baseline: where the risk without treatment comes from: an outcome of PREVENT, "af" (by
            CHA2DS2-VASc), or "arm" (the trial's own people without treatment).
        per: on how much of a cause the ratio stands: nothing, mmol/L of LDL, 10 mmHg.
    """

    outcome: str
    value: float
    low: float
    high: float
    baseline: str
    per: str = ""
    is_risk: bool = False


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The people of a trial who were not treated.

    Args:
        share, low, high: to how many of a hundred it happened, with the 95 % interval.
    """

    share: float
    low: float
    high: float
    months: int


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What a treatment does beside; so many more of a thousand in a period, or a ratio."""

    key: str
    source: Source
    period: str  # year, first_year, years, months
    count: int = 0
    extra: float | None = None
    low: float | None = None
    high: float | None = None
    ratio: tuple[float, float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One treatment.

    Args:
        ldl: by which share it lowers LDL cholesterol.
        months: the trials' usual length.
        population: a rule of `population.py` that says for whom it speaks.
        limits: names of sentences about what it does not say.
    """

    key: str
    ratios: Sequence[Ratio]
    population: str
    source: Source
    harms: Sequence[Damage] = ()
    arm: Arm | None = None
    ldl: float = 0.0
    years: int = 10
    limits: Sequence[str] = ()


def _paper(citation: str, doi: str) -> Source:
    return Source(citation=citation, url=f"https://doi.org/{doi}")


CTT = _paper(
    "Cholesterol Treatment Trialists' Collaboration. Efficacy and safety of more intensive "
    "lowering of LDL cholesterol. Lancet 2010;376:1670-1681.",
    "10.1016/S0140-6736(10)61350-5",
)
MUSCLE = _paper(
    "Cholesterol Treatment Trialists' Collaboration. Effect of statin therapy on muscle symptoms. "
    "Lancet 2022;400:832-845.",
    "10.1016/S0140-6736(22)01545-8",
)
SATTAR = _paper(
    "Sattar N, Preiss D, Murray HM, et al. Statins and risk of incident diabetes. Lancet "
    "2010;375:735-742.",
    "10.1016/S0140-6736(09)61965-6",
)
ETTEHAD = _paper(
    "Ettehad D, Emdin CA, Kiran A, et al. Blood pressure lowering for prevention of "
    "cardiovascular disease and death. Lancet 2016;387:957-967.",
    "10.1016/S0140-6736(15)01225-8",
)
ALBASRI = _paper(
    "Albasri A, Hattle M, Koshiaris C, et al. Association between antihypertensive treatment and "
    "adverse events. BMJ 2021;372:n189.",
    "10.1136/bmj.n189",
)
HART = _paper(
    "Hart RG, Pearce LA, Aguilar MI. Antithrombotic therapy to prevent stroke in patients who "
    "have nonvalvular atrial fibrillation. Ann Intern Med 2007;146:857-867.",
    "10.7326/0003-4819-146-12-200706190-00007",
)
FRIBERG = _paper(
    "Friberg L, Rosenqvist M, Lip GYH. Evaluation of risk stratification schemes for ischaemic "
    "stroke and bleeding in 182 678 patients with atrial fibrillation. Eur Heart J "
    "2012;33:1500-1510.",
    "10.1093/eurheartj/ehr488",
)
DAPA_HF = _paper(
    "McMurray JJV, Solomon SD, Inzucchi SE, et al. Dapagliflozin in patients with heart failure "
    "and reduced ejection fraction. N Engl J Med 2019;381:1995-2008.",
    "10.1056/NEJMoa1911303",
)
EMPEROR = _paper(
    "Anker SD, Butler J, Filippatos G, et al. Empagliflozin in heart failure with a preserved "
    "ejection fraction. N Engl J Med 2021;385:1451-1461.",
    "10.1056/NEJMoa2107038",
)
DPP = _paper(
    "Diabetes Prevention Program Research Group. Reduction in the incidence of type 2 diabetes "
    "with lifestyle intervention or metformin. N Engl J Med 2002;346:393-403.",
    "10.1056/NEJMoa012512",
)

# Ischaemic strokes in a hundred years without anticoagulant, by CHA2DS2-VASc (Friberg 2012).
AF_RATES = (0.2, 0.6, 2.2, 3.2, 4.8, 7.2, 9.7, 11.2, 10.8, 12.2)
# Placebo: 11.0 cases in 100 person-years (9.8 to 12.3); in three years 1 - exp(-3 × rate).
DPP_ARM = Arm(share=28.1, low=25.5, high=30.9, months=36)
STATIN_HARMS = (
    Damage(key="muscle", source=MUSCLE, period="first_year", extra=11, low=6, high=16),
    Damage(
        key="diabetes",
        source=SATTAR,
        period="years",
        count=4,
        extra=1000 / 255,
        low=1000 / 852,
        high=1000 / 150,
    ),
)
STATIN_RATIO = Ratio(outcome="ascvd", value=0.78, low=0.76, high=0.80, baseline="ascvd", per="ldl")
STATIN_LIMITS = ("revascularisation", "about_five_years", "ldl_usual")

TRIALS = (
    Trial(
        key="statin_moderate",
        ratios=(STATIN_RATIO,),
        population="statin",
        source=CTT,
        harms=STATIN_HARMS,
        ldl=0.30,
        limits=STATIN_LIMITS,
    ),
    Trial(
        key="statin_high",
        ratios=(STATIN_RATIO,),
        population="statin",
        source=CTT,
        harms=STATIN_HARMS,
        ldl=0.50,
        limits=STATIN_LIMITS,
    ),
    Trial(
        key="pressure_10",
        ratios=(
            Ratio(outcome="total_cvd", value=0.80, low=0.77, high=0.83, baseline="total_cvd"),
            Ratio(
                outcome="heart_failure", value=0.72, low=0.67, high=0.78, baseline="heart_failure"
            ),
            Ratio(outcome="stroke", value=0.73, low=0.68, high=0.77, baseline="stroke"),
        ),
        population="pressure",
        source=ETTEHAD,
        harms=(
            Damage(
                key="low_pressure", source=ALBASRI, period="trials", ratio=(1.97, 1.67, 2.32)
            ),
            Damage(key="fainting", source=ALBASRI, period="trials", ratio=(1.28, 1.03, 1.59)),
            Damage(key="kidney_injury", source=ALBASRI, period="trials", ratio=(1.18, 1.01, 1.39)),
        ),
        limits=("about_five_years", "all_kinds"),
    ),
    Trial(
        key="sglt2_reduced",
        ratios=(
            Ratio(outcome="hf_events", value=0.74, low=0.65, high=0.85, baseline="arm"),
        ),
        population="hf_reduced",
        source=DAPA_HF,
        arm=Arm(share=21.2, low=19.6, high=22.9, months=18),
        harms=(
            Damage(key="volume", source=DAPA_HF, period="months", count=18, extra=7),
        ),
        limits=("arm_average",),
    ),
    Trial(
        key="sglt2_preserved",
        ratios=(
            Ratio(outcome="hf_events", value=0.79, low=0.69, high=0.90, baseline="arm"),
        ),
        population="hf_preserved",
        source=EMPEROR,
        arm=Arm(share=17.1, low=15.8, high=18.5, months=26),
        harms=(
            Damage(key="genital", source=EMPEROR, period="months", count=26, extra=15),
            Damage(key="low_pressure", source=EMPEROR, period="months", count=26, extra=18),
        ),
        limits=("arm_average",),
    ),
    Trial(
        key="anticoagulant_af",
        ratios=(
            Ratio(outcome="af_stroke", value=0.36, low=0.26, high=0.51, baseline="af"),
        ),
        population="af",
        source=HART,
        years=1,
        harms=(
            Damage(key="brain_bleeding", source=HART, period="year", extra=2),
            Damage(key="other_bleeding", source=HART, period="year", extra=3),
        ),
        limits=("af_baseline", "warfarin"),
    ),
    Trial(
        key="lifestyle_dpp",
        ratios=(
            Ratio(outcome="diabetes", value=0.42, low=0.34, high=0.52, baseline="arm"),
        ),
        population="prediabetes",
        source=DPP,
        arm=DPP_ARM,
        harms=(
            Damage(key="musculoskeletal", source=DPP, period="year", extra=30),
        ),
        limits=("arm_average", "lifestyle"),
    ),
    Trial(
        key="metformin_dpp",
        ratios=(
            Ratio(outcome="diabetes", value=0.69, low=0.57, high=0.83, baseline="arm"),
        ),
        population="prediabetes_metformin",
        source=DPP,
        arm=DPP_ARM,
        harms=(Damage(key="stomach", source=DPP, period="year", extra=471),),
        limits=("arm_average",),
    ),
)  # fmt: skip
BY_KEY = {trial.key: trial for trial in TRIALS}
