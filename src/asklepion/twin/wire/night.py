"""What was computed of a patient last night, in short."""

from typing import Literal

import msgspec


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """One number: of a card (also of a learned model), or of a score."""

    kind: Literal["card", "score"]
    name: str
    title_key: str
    value: float
    low: float | None
    high: float | None
    unit: str
    digits: int
    as_of: str | None
    version: str


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """One number, and what it was the night before."""

    now: Noted
    before: float | None  # there was none


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """What was computed of a patient overnight; what changed most comes first."""

    patient: str
    at: str
    before_at: str | None
    found: list[Since]
