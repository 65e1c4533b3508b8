"""The rules: what is looked at, from which level on, how long it must last, when it is over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from ...wire import Source
from ..chart import Person, Said
from ..codes import PREGNANCY
from ..news2 import AGE
from ..news2 import SOURCE as NEWS2_SOURCE

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Severity(IntEnum):
    """How soon somebody should look. The words are the RCP's where NEWS2 says them."""

    NOTICE = 1  # when one has time: something is not as usual
    URGENT = 2  # within the hour
    GRAVE = 3  # now


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. A level below `clear` long enough ends it; between the two nothing changes.

    Args:
        key: its name; of one about the usual, "usual." and the measure.
        measures: what it looks at.
        raises: from which level on it is how grave.
        clear: below which level it is over.
        times: how often the level must be found there.
        lasts: and over how long, by the readings' own time.
        calm: how long it must be below `clear`.
        side: which side of the usual counts: 1 above, -1 below, 0 both.
        is_plain: the level is the value itself, times `side`; nothing usual is asked for.
        window: readings of this time are one level, their median.
        silent: after so long without a level that is not calm, nobody can say that it goes on.
    """

    key: str
    measures: tuple[str, ...]
    raises: Mapping[Severity, float]
    clear: float
    times: int = 3
    lasts: timedelta = 10 * MINUTE
    calm: timedelta = 15 * MINUTE
    side: int = 0
    is_plain: bool = False
    window: timedelta = 5 * MINUTE
    silent: timedelta = DAY
    sources: tuple[Source, ...] = ()
    per_severity: Mapping[Severity, timedelta] = field(default_factory=dict[Severity, timedelta])

    def lasts_for(self, severity: Severity) -> timedelta:
        """How long this must be found before it is told."""
        return self.per_severity.get(severity, self.lasts)


MEDIAN = Source(
    citation="Leys C, et al. Detecting outliers. J Exp Soc Psychol 2013;49:764-766.",
    url="https://doi.org/10.1016/j.jesp.2013.03.013",
)
HEART_FAILURE = Source(
    citation="McDonagh TA, et al. 2021 ESC Guidelines for heart failure. "
    "Eur Heart J 2021;42:3599-3726: a gain of more than 2 kg in 3 days.",
    url="https://doi.org/10.1093/eurheartj/ehab368",
)

TIME_IN_RANGE = Source(
    citation="Battelino T, et al. Continuous glucose monitoring and metrics for clinical trials: "
    "an international consensus statement. Lancet Diabetes Endocrinol 2023;11:42-57: an event "
    "lasts 15 minutes; a prolonged one above 13.9 mmol/L, two hours.",
    url="https://doi.org/10.1016/S2213-8587(22)00319-9",
)
LOW_GLUCOSE = Source(
    citation="American Diabetes Association. 6. Glycemic goals and hypoglycemia. Diabetes Care "
    "2024;47(Suppl 1):S111-S125: level 1 below 3.9, level 2 below 3.0 mmol/L.",
    url="https://doi.org/10.2337/dc24-S006",
)

# How long a reading speaks for now in the score of a stream; the RCP's sets are 12 hours apart.
FRESH: Mapping[str, timedelta] = {
    "heart_rate": HOUR,
    "respiratory_rate": HOUR,
    "spo2": HOUR,
    "sbp": 4 * HOUR,
    "temperature_c": 8 * HOUR,
    "acvpu": 12 * HOUR,
    "supplemental_o2": 12 * HOUR,
}


def _usual(
    measure: str, *, side: int, lasts: timedelta, times: int = 3, window: timedelta = 5 * MINUTE
) -> Rule:
    return Rule(
        key=f"usual.{measure}",
        measures=(measure,),
        raises={Severity.NOTICE: 4.0},
        clear=2.5,
        times=times,
        lasts=lasts,
        calm=2 * lasts,
        side=side,
        window=window,
        sources=(MEDIAN,),
    )


NEWS2 = Rule(
    key="news2",
    measures=tuple(FRESH),
    raises={Severity.URGENT: 5.0, Severity.GRAVE: 7.0},
    clear=4.0,
    lasts=5 * MINUTE,
    per_severity={Severity.GRAVE: MINUTE},
    sources=(NEWS2_SOURCE,),
)
WEIGHT_GAIN = Rule(
    key="weight_gain",
    measures=("weight",),
    raises={Severity.NOTICE: 2.0},  # kg in three days
    clear=1.0,
    times=2,
    lasts=timedelta(0),
    calm=timedelta(0),
    window=HOUR,
    silent=2 * DAY,  # who weighs herself each morning is not silent by noon
    sources=(HEART_FAILURE,),
)

MMOL_L = 18.016  # mg/dL of glucose
JUST = 0.01  # mg/dL: "below" leaves out the level itself


def _low(key: str, measure: str, *, times: int, lasts: timedelta) -> Rule:
    """Glucose is too low: level 1 is urgent, level 2 grave; over at 4.0 mmol/L."""
    return Rule(
        key=key,
        measures=(measure,),
        raises={Severity.URGENT: -(70 - JUST), Severity.GRAVE: -(54 - JUST)},
        clear=-4.0 * MMOL_L + JUST,
        times=times,
        lasts=lasts,
        calm=lasts,
        side=-1,
        is_plain=True,
        sources=(LOW_GLUCOSE, TIME_IN_RANGE),
    )


# A drop of blood is believed at once; of a sensor, a low level is one that lasts.
GLUCOSE_LOW = _low("glucose_low", "glucose", times=1, lasts=timedelta(0))
GLUCOSE_LOW_SENSOR = _low("glucose_low_sensor", "glucose_sensor", times=3, lasts=15 * MINUTE)
GLUCOSE_HIGH = Rule(
    key="glucose_high",
    measures=("glucose", "glucose_sensor"),
    raises={Severity.NOTICE: 250 + JUST, Severity.URGENT: 300 + JUST},  # 13.9, 16.7 mmol/L
    clear=225,  # 12.5 mmol/L
    times=2,
    lasts=2 * HOUR,
    calm=30 * MINUTE,
    side=1,
    is_plain=True,
    sources=(TIME_IN_RANGE,),
)


def left_out(person: Person, conditions: Iterable[Said], now: datetime) -> frozenset[str]:
    """The rules that are not for this person; where her age is not known, NEWS2 is not."""
    age = person.age_at(now)
    is_pregnant = any(PREGNANCY.holds(one.codings, one.text) for one in conditions if one.is_active)
    is_for = age is not None and AGE.need("age", age) is None and not is_pregnant
    return frozenset() if is_for else frozenset({NEWS2.key})


RULES: tuple[Rule, ...] = (
    NEWS2,
    # A walk makes a heart beat faster for half an hour; what lasts longer is no walk.
    _usual("heart_rate", side=0, lasts=30 * MINUTE),
    _usual("respiratory_rate", side=1, lasts=30 * MINUTE),
    _usual("spo2", side=-1, lasts=15 * MINUTE),
    _usual("temperature_c", side=1, lasts=30 * MINUTE),
    _usual("sbp", side=0, lasts=30 * MINUTE, times=2, window=15 * MINUTE),
    WEIGHT_GAIN,
    GLUCOSE_LOW,
    GLUCOSE_LOW_SENSOR,
    GLUCOSE_HIGH,
)
BY_KEY: Mapping[str, Rule] = {rule.key: rule for rule in RULES}
WATCHED: tuple[str, ...] = tuple(sorted({key for rule in RULES for key in rule.measures}))
USUAL_OF: tuple[str, ...] = tuple(
    rule.measures[0] for rule in RULES if rule.key.startswith("usual.")
)
