"""What may lower a risk, and futures side by side."""

from typing import Literal

import msgspec

from .cards import Interval, Missing, Source, Text


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
    used: Text | None  # which equation goes first, and why; none where none speaks
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
