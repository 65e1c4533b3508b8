"""What was computed of patients last night, in short."""

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


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One input that was another the night before."""

    key: str
    label_key: str
    before: float | bool | str | None  # it was not known
    before_key: str  # how to say a value that is no number; else empty
    now: float | bool | str | None  # it is known no more
    now_key: str
    unit: str
    at: str | None
    reference: str | None
    before_reference: str | None = None


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """One number, and what it was the night before."""

    now: Noted
    before: float | None  # there was none to compare with
    moved_by: list[Moved] = []
    is_beyond: bool = False  # what it was lies outside of what it may be now
    is_worse: bool | None = None  # none where it is as it was
    is_another_version: bool = False  # its model was another: what changed would be the model


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """What was computed of a patient overnight; what changed most comes first."""

    patient: str
    at: str
    before_at: str | None
    found: list[Since]
    held: list[str] = []  # titles of cards that wait for a clinician's own estimate


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One patient of whom something changed overnight, and what did most."""

    patient: str
    name: str
    at: str
    before_at: str
    most: Since
    more: int  # further numbers that changed


class Overnight(msgspec.Struct, frozen=True, kw_only=True):
    """Whose numbers changed overnight, of all whom one may see; who changed most comes first."""

    found: list[Changed]
    looked_at: int
    outdated: int  # of these: what they rest on was changed since, so nothing can be told
    is_whole: bool  # false where there are more patients than are looked at in one go
