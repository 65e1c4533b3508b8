"""Organs, vital signs, and what happened when."""

from typing import Literal

import msgspec

from .cards import Source, Text

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
    label_key: str  # of our own name for it; empty where its code is not known here
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
