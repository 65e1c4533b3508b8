"""What clinicians thought, and what came of it."""

import msgspec

from .cards import Interval


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
