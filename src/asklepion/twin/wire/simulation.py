"""What a body in numbers does."""

from typing import Literal

import msgspec

from .cards import Input, Missing, Source, Text


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
    pulse: Text | None  # how the pulse at rest was found, where there is one
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
