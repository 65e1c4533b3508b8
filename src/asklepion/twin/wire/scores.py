"""Published scores with what a record tells of them."""

from typing import Literal

import msgspec

from .cards import Interval, Missing, Source, Text


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
    state: Literal["computed", "cannot", "asked_first"]  # a clinician says first what she thinks
    result: ScoreResult | None
    inputs: list[ScoreInput]
    missing: list[Missing]
    sources: list[Source]
    limits: list[Text]
    as_of: str | None
