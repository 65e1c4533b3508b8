"""What the twin shows, as it travels: every text is a key of the catalogues with its parameters.

Only what stands in the patient's own record (the name of a condition, of a medicine) is text.
Moments are ISO 8601 in UTC, units are UCUM codes, references are FHIR's ("Observation/…").
"""

from typing import Literal

import msgspec

TO_TYPESCRIPT = (
    "Body",
    "Calibration",
    "Card",
    "Estimated",
    "Futures",
    "Prevention",
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


class CardEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What the clinician who looks thought before the card told its number."""

    id: str
    share: float | None  # per cent; nothing where she would rather not say
    at: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One prediction or score with everything one must know to use it.

    A clinician gets the number of a probability only beside her own estimate. Before that the card
    is `asked_first`: it has no value, interval, band, parts or changes.
    """

    id: str
    title_key: str
    about_key: str  # what it is, in plain words
    state: Literal["computed", "cannot", "asked_first"]
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
    version: str = ""  # which model said so
    estimate: CardEstimate | None = None


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


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what an organ is judged by is known, and how fresh it is."""

    asked: int  # measurements that tell of the organ
    fresh: int  # of these known, and still speaking for now
    old: int  # known, but too old to
    hidden: int  # not shared with whoever asks
    newest_at: str | None
    missing_keys: list[str]  # labels of what is neither known nor hidden


class Organ(msgspec.Struct, frozen=True, kw_only=True):
    """One organ of the hologram; its state is that of its gravest finding.

    How sure that is: 1 where a condition says so, else the share of what it is judged by that is
    known and fresh. The colour is as strong as that.
    """

    id: str
    name_key: str
    state: State
    findings: list[Finding]
    completeness: Completeness
    confidence: float


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


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of something foretold."""

    happened: bool
    on: str | None  # the day
    reference: str | None  # the entry that says so; none where a clinician did


class Estimated(msgspec.Struct, frozen=True, kw_only=True):
    """What a clinician thought, what the model said, and what came of it."""

    id: str
    card: str
    title_key: str
    by: str
    at: str
    share: float | None
    model_share: float
    model_interval: Interval
    version: str
    as_of: str
    until: str
    outcome: Outcome | None


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """People of whom about the same was foretold, and to how many of them it happened [%]."""

    low: float
    high: float
    count: int
    told: float
    happened: float
    interval: Interval


class Forecaster(msgspec.Struct, frozen=True, kw_only=True):
    """How one who foretold fared."""

    who: str  # doctor, model, both
    brier: float
    groups: list[Forecast]


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How a clinician's own estimates fared beside the model's."""

    scored: int
    waiting: int
    declined: int
    least: int  # so many must be scored before anything is said
    forecasters: list[Forecaster]


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A number and where the truth may lie."""

    value: float
    interval: Interval


class Lever(msgspec.Struct, frozen=True, kw_only=True):
    """An equation again with one thing changed that people can change: an association."""

    key: str
    label_key: str
    now: float | bool
    to: float | bool
    to_key: str
    unit: str
    then: Amount  # [%]
    less: Amount  # so many fewer of a hundred
    say: Text
    source: Source  # of the goal


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What one equation foretells, and what would lower it, strongest first."""

    id: str
    title_key: str
    horizon: Text
    unit: str
    value: float | None  # none where only the range is known
    interval: Interval
    risk: Interval | None  # of points: the shares of people that they stand for
    levers: list[Lever]
    together: Amount | None  # with every lever at once [%]
    source: Source


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure, repeat or tell so that a range becomes narrower, and how much."""

    key: str
    label_key: str
    how: Literal["measure", "repeat", "tell"]
    outlook: str
    title_key: str
    unit: str
    now: float  # width of the range
    then: float  # width of it afterwards, at most


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A screening or a vaccination that is advised to somebody like her."""

    key: str
    kind: Literal["screening", "vaccination"]
    title_key: str
    say: Text
    state: Literal["due", "done", "cannot_tell"]
    last_at: str | None
    reference: str | None
    next_at: str | None
    by: str  # whose advice: USPSTF, CDC, NHC
    source: Source
    since: str  # the day of the advice


class Harm(msgspec.Struct, frozen=True, kw_only=True):
    """What a treatment does beside what it is given for."""

    key: str
    label_key: str
    extra: float | None  # so many more of a thousand
    low: float | None
    high: float | None
    ratio: Interval | None
    ratio_value: float | None
    period: Text
    source: Source


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a treatment did in trials, put on the risk that somebody has without it."""

    treatment: str
    title_key: str
    outcome: str
    outcome_key: str
    state: Literal["computed", "refused"]
    horizon: Text
    ratio: Amount | None
    baseline: Amount | None  # [%]
    then: Amount | None
    less: Amount | None  # so many fewer of a hundred
    treated: Amount | None  # so many are treated for one who is spared; high 0 is "no limit"
    harms: list[Harm]
    missing: list[Missing]
    limits: list[Text]
    source: Source


class Prevention(msgspec.Struct, frozen=True, kw_only=True):
    """What lowers her risk most, and what is due."""

    patient: str
    state: Literal["computed", "cannot", "asked_first"]
    ask: str  # the card that is asked for first
    outlooks: list[Outlook]
    effects: list[Effect]
    wants: list[Want]
    missing: list[Missing]
    due: list[Due]
    limits: list[Text]
    as_of: str | None


class Future(msgspec.Struct, frozen=True, kw_only=True):
    """What may follow from one set of choices, each tier by itself.

    Tier (a) is what people with such values have on average; tier (b) what trials found, on the
    risk she has without the treatment; tier (c) a simulated body, where there is one.
    """

    choices: dict[str, float | bool]
    treatments: list[str]
    association: list["Associated"]
    trials: list[Effect]
    simulation: None


class Associated(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome with these values."""

    outcome: str
    label_key: str
    amount: Amount
    less: Amount | None  # against what is now


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be chosen."""

    key: str
    label_key: str
    tier: Literal["association", "trial"]
    now: float | bool | None
    to: float | bool | None
    low: float | None
    high: float | None
    unit: str
    is_for_her: bool  # false where no trial or equation speaks for somebody like her


class Futures(msgspec.Struct, frozen=True, kw_only=True):
    """Two futures side by side, or why there are none."""

    patient: str
    state: Literal["computed", "cannot", "asked_first"]
    ask: str
    horizon: Text
    a: Future | None
    b: Future | None
    offers: list[Offer]
    missing: list[Missing]
    limits: list[Text]
    source: Source
    as_of: str | None
