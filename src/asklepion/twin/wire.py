"""What the twin shows, as it travels: every text is a key of the catalogues with its parameters.

Only what stands in the patient's own record (the name of a condition, of a medicine) is text.
Moments are ISO 8601 in UTC, units are UCUM codes, references are FHIR's ("Observation/…").
"""

from typing import Literal

import msgspec

TO_TYPESCRIPT = ("Body", "Card", "Scored", "Simulation", "Timeline", "Vital")

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


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """What one quantity does in a simulation: a value for each of its times."""

    key: str
    label_key: str
    unit: str
    digits: int
    values: list[float | None]  # none where a monitor would show a dash


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """How near the model's rest comes to what was measured."""

    key: str
    label_key: str
    measured: float
    simulated: float


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What may follow in a model made like this person: no forecast, and no treatment's effect."""

    kind: Literal["circulation", "glucose"]
    state: Literal["computed", "cannot"]
    label: Text
    calibrated: Text
    times: list[float]  # circulation: seconds, rest before 0; glucose: minutes
    curves: list[Curve]
    before: list[float]  # arterial pressure at rest, 50 a second
    after: list[float]  # likewise at the end
    stopped_at: float | None  # when the heart stood still
    fit: list[Fit]
    inputs: list[Input]
    missing: list[Missing]
    limits: list[Text]
    sources: list[Source]
    as_of: str | None
