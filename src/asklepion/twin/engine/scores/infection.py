"""Sepsis at the bedside: SIRS (1992), qSOFA (Sepsis-3) and SOFA.

SOFA, Vincent 1996: 3 and 4 points for breathing need respiratory support. The paper's own limits in
mg/dL are used; a value in µmol/L is converted. Catecholamines count in µg/kg/min, any dobutamine as
2 points. Hypotension is a mean arterial pressure below 70 mmHg: told, or a third of the systolic
and two thirds of the diastolic. It may be told although the pressures of the moment are higher, and
not be denied where they are that low. The table leaves bilirubin of 12.0 and creatinine of 5.0
mg/dL open; they count as the graver band.
"""

from . import units
from .common import (
    BILIRUBIN,
    CREATININE,
    DBP,
    FIO2,
    GCS,
    HEART_RATE,
    LEUKOCYTES,
    PAO2,
    PLATELETS,
    RESPIRATORY_RATE,
    SBP,
    TEMPERATURE,
    answers,
    if_told,
    over,
    paper,
)
from .inputs import Criterion, Number
from .score import Points, Score, add_up, band_of

SEPSIS_3 = paper(
    "Singer M, Deutschman CS, Seymour CW, et al. The Third International Consensus Definitions for "
    "Sepsis and Septic Shock (Sepsis-3). JAMA 2016;315:801-810.",
    "10.1001/jama.2016.0287",
)


def qsofa(*, respiratory_rate: float, sbp: float, altered_mentation: bool, **_: object) -> Points:
    """Three points: breathing from 22, systolic pressure up to 100, altered mentation."""
    parts = {
        "respiratory_rate": int(respiratory_rate >= 22),
        "sbp": int(sbp <= 100),
        "altered_mentation": int(altered_mentation),
    }
    return add_up(parts, ((0, "not high"), (2, "high")))


QSOFA = Score[Points](
    name="qSOFA",
    title="Quick SOFA",
    organ="body",
    sources=(SEPSIS_3,),
    inputs=(
        RESPIRATORY_RATE,
        SBP,
        if_told(GCS),
        over("altered_mentation", "gcs", lambda gcs: gcs < 15),
    ),
    compute=qsofa,
    range="adults with a suspected infection outside intensive care",
    evidence="every edge; published rows",
)


def sirs(
    *,
    temperature_c: float,
    heart_rate: float,
    respiratory_rate: float,
    leukocytes: float,
    paco2: float | None,
    bands: float | None,
) -> Points:
    """Four points; from two on there is a systemic inflammatory response.

    Args:
        temperature_c: [Cel].
        leukocytes: [10*9/L].
        paco2: [mm[Hg]], where it was measured.
        bands: immature forms among the leukocytes [%], where they were counted.
    """
    breath = respiratory_rate > 20 or (paco2 is not None and paco2 < 32)
    blood = leukocytes > 12 or leukocytes < 4 or (bands is not None and bands > 10)
    parts = {
        "temperature": int(temperature_c > 38 or temperature_c < 36),
        "heart_rate": int(heart_rate > 90),
        "breathing": int(breath),
        "leukocytes": int(blood),
    }
    return add_up(parts, ((0, "absent"), (2, "present")))


SIRS = Score[Points](
    name="SIRS",
    title="Systemic inflammatory response syndrome",
    organ="body",
    sources=(
        paper(
            "Bone RC, Balk RA, Cerra FB, et al. Definitions for sepsis and organ failure and "
            "guidelines for the use of innovative therapies in sepsis. Chest 1992;101:1644-1655.",
            "10.1378/chest.101.6.1644",
        ),
    ),
    inputs=(
        TEMPERATURE,
        HEART_RATE,
        RESPIRATORY_RATE,
        LEUKOCYTES,
        Number(
            key="paco2",
            unit="mm[Hg]",
            units=units.PRESSURE,
            possible=(5, 250),
            names=("PaCO₂",),
            needed=False,
        ),
        Number(key="bands", unit="%", units=units.PERCENT, possible=(0, 100), needed=False),
    ),
    compute=sirs,
    range="adults",
    evidence="every edge; published rows",
)


def sofa(
    *,
    pao2: float,
    fio2: float,
    ventilated: bool,
    cpap: bool,
    platelets: float,
    bilirubin: float,
    hypotension: bool,
    dopamine: float,
    dobutamine: float,
    epinephrine: float,
    norepinephrine: float,
    gcs: float,
    creatinine: float | None,
    urine_output: float | None,
    **_: object,
) -> Points:
    """Failure of six organs, 0 to 24.

    Args:
        pao2: arterial oxygen [mm[Hg]].
        fio2: inspired oxygen [%].
        platelets: [10*9/L].
        bilirubin: [mg/dL].
        dopamine: and the three others [ug/kg/min], given for an hour at least.
        creatinine: [mg/dL].
        urine_output: [mL/d].
    """
    parts = {
        "respiration": _respiration(100 * pao2 / fio2, ventilated or cpap),
        "coagulation": band_of(platelets, ((0, 4), (20, 3), (50, 2), (100, 1), (150, 0))),
        "liver": band_of(bilirubin, ((0, 0), (1.2, 1), (2, 2), (6, 3), (12, 4))),
        "circulation": _circulation(
            hypotension, dopamine, dobutamine, max(epinephrine, norepinephrine)
        ),
        "brain": band_of(gcs, ((3, 4), (6, 3), (10, 2), (13, 1), (15, 0))),
        "kidneys": _kidneys(creatinine, urine_output),
    }
    return add_up(parts)


def _respiration(ratio: float, support: bool) -> float:
    if not support:
        return band_of(ratio, ((0, 2), (300, 1), (400, 0)))
    return band_of(ratio, ((0, 4), (100, 3), (200, 2), (300, 1), (400, 0)))


def _circulation(hypotension: bool, dopamine: float, dobutamine: float, adrenaline: float) -> int:
    if dopamine > 15 or adrenaline > 0.1:
        return 4
    if dopamine > 5 or adrenaline > 0:
        return 3
    if dopamine > 0 or dobutamine > 0:
        return 2
    return int(hypotension)


def _kidneys(creatinine: float | None, urine_output: float | None) -> float:
    blood = 0.0
    if creatinine is not None:
        blood = band_of(creatinine, ((0, 0), (1.2, 1), (2, 2), (3.5, 3), (5, 4)))
    urine = 0.0
    if urine_output is not None:
        urine = band_of(urine_output, ((0, 4), (200, 3), (500, 0)))
    return max(blood, urine)


def _is_low(sbp: float, dbp: float) -> bool:
    return (sbp + 2 * dbp) / 3 < 70


def _dose(key: str, *names: str) -> Number:
    return Number(
        key=key,
        unit="ug/kg/min",
        units=units.DOSE,
        possible=(0, 100),
        names=names,
        needed=False,
        default=0.0,
    )


SOFA = Score[Points](
    name="SOFA",
    title="Sequential organ failure assessment",
    organ="body",
    sources=(
        paper(
            "Vincent JL, Moreno R, Takala J, et al. The SOFA (Sepsis-related Organ Failure "
            "Assessment) score to describe organ dysfunction/failure. Intensive Care Med "
            "1996;22:707-710.",
            "10.1007/BF01709751",
        ),
    ),
    inputs=(
        PAO2,
        FIO2,
        PLATELETS,
        BILIRUBIN,
        if_told(SBP),
        if_told(DBP),
        Criterion(
            key="hypotension",
            of=("sbp", "dbp"),
            test=_is_low,
            needed=False,
            yes_stands=True,
        ),
        _dose("dopamine"),
        _dose("dobutamine"),
        _dose("epinephrine", "adrenaline"),
        _dose("norepinephrine", "noradrenaline"),
        GCS,
        if_told(CREATININE),
        Number(
            key="urine_output",
            unit="mL/d",
            units=units.VOLUME_DAY,
            possible=(0, 30_000),
            needed=False,
        ),
        *answers(
            ("ventilated", "On mechanical ventilation"),
            ("cpap", "Continous positive airway pressure", "Continuous positive airway pressure"),
        ),
    ),
    either=(("creatinine", "urine_output"),),
    beside=("Continuous veno-venous hemodialysis for ≥24 hours in the past week",),
    compute=sofa,
    range="adults in intensive care; the worst values of a day",
    evidence="every edge of the paper's table; published rows",
)

ALL = (QSOFA, SIRS, SOFA)
