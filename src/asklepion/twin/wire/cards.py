"""A number with everything one must know to use it."""

from typing import Literal

import msgspec

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
