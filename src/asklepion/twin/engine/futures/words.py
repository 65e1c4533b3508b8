"""Every key that prevention and futures send; their words come when a panel of theirs is opened."""

from ..prevent import OUTCOMES
from ..prevention.due import KEY
from ..prevention.european import USED
from ..prevention.levers import GOALS
from ..prevention.levers import OUTCOMES as LOWERED
from ..prevention.rules import RULES
from ..scores.score2 import REGIONS
from .trials import TRIALS

NEEDS = (
    *("prevent10", "type_1_diabetes", "sglt2", "atrial_fibrillation", "mitral_stenosis"),
    *("mechanical_valve", "anticoagulant", "metformin", "heart_failure", "high_glucose_ever"),
)
ANSWERS = ("active_30_min", "vegetables_daily", "bp_medication", "family")
LIMITS = sorted({name for trial in TRIALS for name in trial.limits} | {"population"})

FORESIGHT_KEYS: frozenset[str] = frozenset(
    (
        *(f"twin.card.interval.{name}" for name in ("trial", "answers", "unknown")),
        "twin.card.horizon.from_now",
        *(f"twin.prevention.{name}" for name in (*LOWERED, "findrisc", "score2", "score2_op")),
        *(f"{USED}{name}" for name in ("prevent", "prevent_instead")),
        *(f"{USED}{name}.{region}" for name in ("score2", "score2_alone") for region in REGIONS),
        *(f"twin.prevention.say.{key}" for key in GOALS),
        *(f"{KEY}{rule.key}" for rule in RULES),
        *(f"{KEY}say.{state}" for state in ("due", "again", "done", "cannot_tell")),
        *(f"twin.input.{key}" for key in (*NEEDS, *ANSWERS)),
        *(f"twin.future.outcome.{outcome}" for outcome in OUTCOMES),
        *(f"twin.future.outcome.{r.outcome}" for trial in TRIALS for r in trial.ratios),
        *(f"twin.future.treatment.{trial.key}" for trial in TRIALS),
        *(f"twin.future.harm.{h.key}" for trial in TRIALS for h in trial.harms),
        *(f"twin.future.period.{h.period}" for trial in TRIALS for h in trial.harms),
        *(f"twin.future.horizon.{name}" for name in ("years", "months")),
        *(f"twin.limit.trial.{name}" for name in LIMITS),
        *("twin.limit.future.tiers", "twin.limit.prevention.association"),
    )
)
