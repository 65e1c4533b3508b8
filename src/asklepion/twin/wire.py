"""What the twin shows, as it travels: every text is a key of the catalogues with its parameters.

Only what stands in the patient's own record (the name of a condition, of a medicine) is text.
Moments are ISO 8601 in UTC, units are UCUM codes, references are FHIR's ("Observation/…").
"""

from typing import Literal

import msgspec

TO_TYPESCRIPT = (
    "AlertFigures",
    "AlertNews",
    "AlertSheet",
    "AlertWish",
    "Body",
    "Card",
    "Scored",
    "Timeline",
    "Vital",
)

Params = dict[str, str | float]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence or word of the catalogues."""

    key: str
    params: Params = {}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a formula or a rule was published."""

    citation: str
    url: str


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """Between which values the truth may lie, and in which sense."""

    low: float
    high: float
    meaning_key: str
    params: Params = {}


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that went into a card, or would have."""

    key: str
    label_key: str
    value: float | bool | str | None
    value_key: str  # how to say a value that is no number; else empty
    unit: str
    at: str | None
    reference: str | None  # none where it was not read from the record
    missing: bool
    points: int | None  # what it added to a score


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a card needs before it can be computed, and why what is there will not do."""

    key: str
    label_key: str
    why_key: str
    low: float | None
    high: float | None
    unit: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A further result of the same computation."""

    key: str
    label_key: str
    value: float
    interval: Interval
    band: Text | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The computation again with one input changed: an association, not a treatment's effect."""

    key: str
    label_key: str
    to: float | bool
    to_key: str  # how to say a value that is no number; else empty
    unit: str
    value_then: float


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """What one input adds to a learned model's score; all reasons of a card sum to it.

    The score is log-odds for a probability, and the natural logarithm of a quantity.
    """

    key: str  # "average" for what holds for everybody, "others" for all that is not named
    label_key: str
    adds: float


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One prediction or score with everything one must know to use it."""

    id: str
    title_key: str
    about_key: str  # what it is, in plain words
    state: Literal["computed", "cannot"]
    value: float | None
    unit: str
    digits: int  # to show behind the point
    horizon: Text
    interval: Interval | None
    band: Text | None
    parts: list[Part]
    inputs: list[Input]
    missing: list[Missing]
    source: Source
    limits: list[Text]
    would_change: list[Change]
    change_key: str  # what a change means
    as_of: str | None  # when the newest input was measured; the horizon runs from there
    reasons: list[Reason] = []  # of a learned model alone


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One of several that an input may be."""

    value: str
    label_key: str


class ScoreInput(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a score asks for, and what is known of it."""

    key: str
    label_key: str
    kind: Literal["number", "answer", "choice"]
    needed: bool  # false where the score has a rule for what is not told
    unit: str
    low: float | None
    high: float | None
    whole: bool
    options: list[Option]
    of: list[str]  # the inputs that a yes or no follows from, if they are known
    origin: Literal["record", "told", "assumed", "follows", "none"]
    value: float | bool | str | None  # as it counts, or as it was found and does not count
    value_key: str
    at: str | None
    reference: str | None
    why_key: str  # why what is known does not count; empty where it does


class ScoreResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a score finds."""

    value: float
    unit: str
    digits: int
    interval: Interval | None  # none where nothing of it was measured
    band: Text | None
    risk: Text | None  # how many of the paper's people with this result had it happen


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """One published score with what this record tells of its inputs, and its result if any."""

    name: str
    title_key: str
    about_key: str
    range_key: str  # whom it was made for
    organ: str
    organ_key: str
    horizon: Text
    state: Literal["computed", "cannot"]
    result: ScoreResult | None
    inputs: list[ScoreInput]
    missing: list[Missing]
    sources: list[Source]
    limits: list[Text]
    as_of: str | None


State = Literal["calm", "watch", "attention", "unknown"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing known of an organ, and by which rule it was judged."""

    kind: Literal["condition", "measurement"]
    label_key: str  # of a measurement; a condition has its own words
    text: str
    value: float | None
    unit: str
    at: str | None
    reference: str
    state: State
    rule: Text
    source: Source | None


class Organ(msgspec.Struct, frozen=True, kw_only=True):
    """One organ of the hologram; its state is that of its gravest finding."""

    id: str
    name_key: str
    state: State
    findings: list[Finding]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A patient's organs, and which figure to show them in."""

    patient: str
    sex: Literal["female", "male", "unknown"]
    age: int | None
    height_m: float | None
    bmi: float | None  # kg/m²
    organs: list[Organ]
    is_whole: bool  # false where the list of conditions goes on beyond what was read of it


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, on the timeline."""

    id: str
    kind: str  # condition, visit, procedure, medicine, measurements, results, …
    kind_key: str
    at: str
    until: str | None
    text: str
    note: str  # the words of a note, all of them
    author: str  # who wrote a note or another document; empty where nobody is named
    values: list["Measured"]
    count: int  # how many resources it stands for
    has_more: bool  # whether there are more, each older that day and of a measure that is here
    references: list[str]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A value with the name that the record gives it."""

    text: str
    value: float | str
    unit: str


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the timeline, newest first."""

    entries: list[Entry]
    before: str | None  # ask for what lies before this moment; nothing at the end
    is_whole: bool  # false where a list goes on beyond what was read of it


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a vital sign."""

    at: str
    value: float
    reference: str


class Vital(msgspec.Struct, frozen=True, kw_only=True):
    """One vital sign: the latest reading and the recent ones, oldest first."""

    key: str
    label_key: str
    unit: str
    digits: int
    latest: Point
    series: list[Point]
    state: State
    rule: Text
    source: Source | None


class AlertAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said to an alert."""

    act: Literal["looking", "no_problem"]
    name: str
    note: str
    at: str
    is_me: bool
    is_patient: bool  # she said it herself


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that asks for attention. It holds no value: those are read in the record."""

    id: str
    patient: str  # a reference
    name: str  # the patient's own, where the caller may see it
    is_mine: bool  # the caller is the patient
    rule: str
    title_key: str
    about_key: str
    severity: Literal["notice", "urgent", "grave"]
    state: Literal["open", "answered", "ended"]
    raised_at: str
    changed_at: str
    ended_at: str | None
    end_key: str  # why it ended; empty while it goes on
    is_unanswered: bool  # nobody answered in time, and the next people were told
    is_quiet: bool  # it is the caller's quiet time: shown, but not rung
    snoozed_until: str | None  # by the caller
    answers: list[AlertAnswer]
    references: list[str]


class AlertNews(msgspec.Struct, frozen=True, kw_only=True):
    """What travels on the line: all alerts of one patient, again at each change."""

    kind: Literal["listening", "quiet", "alerts"]
    patient: str = ""
    alerts: list[Alert] = []


class AlertChart(msgspec.Struct, frozen=True, kw_only=True):
    """The readings that an alert rests on, with what is usual for her, where that is known."""

    key: str
    label_key: str
    unit: str
    digits: int
    series: list[Point]
    low: float | None
    high: float | None
    days: int  # on how many days what is usual rests


class AlertSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One alert with its readings, its rule's source, and what it is not."""

    alert: Alert
    charts: list[AlertChart]
    sources: list[Source]
    limits: list[Text]


class AlertFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How often the watch rings, and how often for nothing, over some days."""

    days: int
    patient_days: int
    raised: int
    answered: int
    no_problem: int
    per_patient_day: float | None
    no_problem_share: float | None  # of those that were answered


class AlertWish(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wants to be watched over and told.

    Args:
        is_on: whether her readings are watched at all; of a patient.
        quiet_from: when her quiet time begins, as 22:00; empty where there is none.
        zone: in which time zone that is, an IANA name.
        escalate_min: minutes until the next people are told of what nobody answers.
        first: clinicians who are told first; empty: everybody who treats her.
    """

    is_on: bool = True
    quiet_from: str = ""
    quiet_until: str = ""
    zone: str = "UTC"
    escalate_min: int = 15
    first: list[str] = []
