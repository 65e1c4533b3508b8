"""What asks for attention, who said what to it, and how somebody wants to be told."""

from typing import Literal

import msgspec

from .body import Point
from .cards import Source, Text


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
