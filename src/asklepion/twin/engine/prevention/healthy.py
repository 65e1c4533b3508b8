"""Whom SCORE2 was made for: who is apparently healthy, as the guideline that uses it has it.

Kidney disease and familial hypercholesterolaemia are high or very high risks by themselves.

Source: Visseren FLJ, Mach F, Smulders YM, et al. 2021 ESC Guidelines on cardiovascular disease
prevention in clinical practice. Eur Heart J 2021;42:3227-3337, table 4.
"""

from ...model import Why
from ..cards import Known, number
from ..chart import Chart
from ..ckd_epi import category
from ..codes import Group
from ..criteria import KIDNEY_FAILURE
from ..prevent import BOUNDS

NOT_HERS = ("family history", "risk of", "fear of", "screening for", "家族史")
FAMILIAL_HYPERCHOLESTEROLAEMIA = Group(
    snomed=frozenset({"398036000", "238078005", "238079002", "403829002", "403830007"}),
    icd10=("E78.01",),
    words=(
        *("familial hypercholesterolemia", "familial hypercholesterolaemia"),
        "家族性高胆固醇血症",
    ),
    not_words=NOT_HERS,
)
KIDNEY_DISEASE = Group(  # from the third stage on, or of no stage that is said
    snomed=KIDNEY_FAILURE.snomed
    | {"709044004", "433144002", "700378005", "700379002", "431857002", "433146000"},
    icd10=(*KIDNEY_FAILURE.icd10, "N18.3", "N18.4", "N18.5", "N18.9"),
    words=(
        *KIDNEY_FAILURE.words,
        *(f"chronic kidney disease stage {stage}" for stage in (3, 4, 5)),
        *(f"慢性肾脏病{blank}{stage}" for blank in ("", " ") for stage in (3, 4, 5)),
        *("chronic kidney failure", "chronic renal failure", "慢性肾衰竭", "尿毒症"),
    ),
    not_words=NOT_HERS,
)
WELL = ("G1", "G2")  # KDIGO's categories from 60 on


def is_apparently_healthy(chart: Chart, egfr: Known) -> bool:
    """Whether nothing that is known of kidneys and cholesterol stands against SCORE2.

    Args:
        egfr: as PREVENT takes it; where nobody measured it lately, nothing is known of it.
    """
    groups = (FAMILIAL_HYPERCHOLESTEROLAEMIA, KIDNEY_DISEASE)
    if any(group.holds(one.codings, one.text) for one in chart.conditions for group in groups):
        return False
    rate = number(egfr)
    if rate is None:
        # A creatinine of which no rate can be made is not that of healthy kidneys.
        return egfr.reference is None or egfr.why is Why.TOO_OLD
    need = BOUNDS["egfr"].need("egfr", rate)
    is_possible = need is None or need.why is not Why.IMPOSSIBLE
    return is_possible and category(rate) in WELL
