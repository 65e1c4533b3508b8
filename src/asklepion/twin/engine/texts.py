"""Every key of the catalogues that the twin may send: a test holds them against the catalogues."""

from ..model import Why
from .alerting.texts import ALERT_KEYS
from .card_icu import INPUT_KEYS
from .card_readmission import INPUT_KEYS as STAY_KEYS
from .ckd_epi import CATEGORIES
from .futures.words import FORESIGHT_KEYS
from .measures import MEASURES
from .news2 import Band
from .organs import ORGANS
from .prevent import OUTCOMES
from .score_words import SCORE_KEYS
from .simulation_words import SIMULATION_KEYS
from .timeline import GROUPS, KINDS

CARDS = (
    "news2",
    "egfr",
    "prevent10",
    "prevent30",
    "score2",
    "icu_death",
    "icu_stay",
    "sepsis",
    "readmission",
)
STATED = (
    *("age", "sex", "acvpu", "supplemental_o2", "smoking", "dm", "bp_tx", "statin", "prior_cvd"),
    *("pregnancy", "deceased", "spo2_scale"),
)
VALUES = (
    *("yes", "no", "sex.female", "sex.male"),
    *(f"acvpu.{letter}" for letter in "acvpu"),
)
LIMITS = (
    *("judgement", "old", "age_unknown", "pregnancy_unknown", "absent_means_no"),
    *("news2.adults", "news2.oximeter", "news2.scale1", "news2.scale2", "news2.apart"),
    *("egfr.steady", "egfr.muscle", "egfr.once"),
    *("prevent.population", "prevent.model_error", "prevent.high_sbp", "prevent.apart"),
    "prevent.other_egfr",
    *("learned.probability", "learned.quantity", "icu.one_hospital", "icu.recorded"),
    *("icu.survivors", "sepsis.one_hospital", "sepsis.not_out"),
    *("readmission.diabetes", "readmission.usual"),
)
RANGES = ("within", "at_least", "at_most")
HORIZONS = ("hours", "sample", "years", "hospital_stay", "after_discharge")
INTERVALS = ("measurement_error", "p30", "venn_abers", "conformal")
RULES = ("none", "old", "condition", "severe", "pregnancy")

KEYS: frozenset[str] = (SCORE_KEYS | ALERT_KEYS | FORESIGHT_KEYS | SIMULATION_KEYS).union(
    f"twin.{key}"
    for key in (
        *(f"card.{card}.{part}" for card in CARDS for part in ("title", "about")),
        *(f"card.horizon.{name}" for name in HORIZONS),
        *(f"card.interval.{name}" for name in (*INTERVALS, "chance")),
        "card.change.association",
        *(f"card.prevent.{outcome}" for outcome in OUTCOMES[1:]),
        *(f"band.news2.{band}" for band in ("zero", *Band)),
        *(f"band.kdigo.{name.lower()}" for name, _ in CATEGORIES),
        *(f"band.prevent.total_cvd.{side}" for side in ("above", "below")),
        *(f"band.prevent.ascvd.{n}" for n in ("low", "borderline", "intermediate", "high")),
        *(f"band.sepsis.{side}" for side in ("above", "below")),
        *(f"limit.{name}" for name in LIMITS),
        *(f"input.{key}" for key in (*MEASURES, *STATED, *sorted(INPUT_KEYS | STAY_KEYS))),
        *(f"input.why.{why}" for why in Why),
        *(f"input.value.{value}" for value in VALUES),
        *(f"organ.{organ.id}" for organ in ORGANS),
        *(f"organ.rule.{name}" for name in (*RULES, *RANGES)),
        *(f"organ.rule.own.{name}" for name in RANGES),
        *(f"kind.{kind.name}" for kind in KINDS.values()),
        *(f"kind.{group}" for group in GROUPS.values()),
        *("kind.note", "kind.measurements"),
    )
)
