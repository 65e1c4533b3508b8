"""Scores and their inputs as scripts and later cards read them: plain values, as JSON has them."""

from collections.abc import Mapping
from typing import Any

from ...model import Cannot, Need
from .inputs import Answer, Choice, Criterion, Input, Number
from .score import Score

WHOLE = 2**53  # beyond it a float has no fractions


def answer(score: Score[Any], given: Mapping[str, object]) -> dict[str, object]:
    """What a score finds of inputs by any of their names, or `cannot` with every need.

    `assumed` names the inputs of which nothing was told and which count as "no" or as their usual.
    """
    reading = score.read(given)
    found = score.find(reading)
    if isinstance(found, Cannot):
        return {"name": score.name, "cannot": {"needs": [_need(need) for need in found.needs]}}
    said = {key: _plain(value) for key, value in found.say().items()}
    return {"name": score.name, **said, "assumed": list(reading.assumed)}


def describe(score: Score[Any]) -> dict[str, object]:
    """What a score is, asks for and tells."""
    return {
        "name": score.name,
        "title": score.title,
        "organ": score.organ,
        "horizon": score.horizon,
        "range": score.range,
        "sources": [{"citation": each.citation, "url": each.url} for each in score.sources],
        "inputs": [describe_input(one) for one in score.inputs],
        "one_of": [list(group) for group in score.either],
        "outputs": list(score.outputs),
    }


def describe_input(one: Input) -> dict[str, object]:
    """Key, kind, other names, and what may be given."""
    told: dict[str, object] = {"key": one.key, "kind": _kind(one), "needed": one.needed}
    match one:
        case Number():
            low, high = one.valid or one.possible
            told |= {"unit": one.unit, "units": sorted(one.units), "low": low, "high": high}
            told |= {"names": [*one.names, *one.named]}
            if one.default is not None:
                told["default"] = one.default
        case Choice():
            told |= {"options": list(one.options), "names": list(one.names)}
            told["needed"] = one.needed and one.default is None
            if one.default is not None:
                told["default"] = one.default
        case Criterion():
            told |= {"of": list(one.of), "names": list(one.names)}
        case Answer():
            told |= {"names": list(one.names)}
    return told


def _kind(one: Input) -> str:
    match one:
        case Number():
            return "number"
        case Choice():
            return "choice"
        case Criterion():
            return "criterion"
        case Answer():
            return "answer"


def _need(need: Need) -> dict[str, object]:
    told: dict[str, object] = {"key": need.key, "why": need.why.value}
    limits = {"low": need.low, "high": need.high, "unit": need.unit or None}
    return told | {key: value for key, value in limits.items() if value is not None}


def _plain(value: object) -> object:
    """A whole number without its fraction, so that 3.0 points read as 3."""
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE:
        return int(value)
    return value
