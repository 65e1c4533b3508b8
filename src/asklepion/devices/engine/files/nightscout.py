"""Nightscout's entries. https://github.com/nightscout/cgm-remote-monitor"""

from collections.abc import Mapping
from typing import Any

from .shapes import Found, Left, Odd, Sample, named
from .units import epoch, moment, number

TYPES = ("sgv", "mbg", "cal")
LEAST_SENSOR = 13  # mg/dL; below it a sensor tells by a number that something is wrong


def is_entry(value: Mapping[str, Any]) -> bool:
    """Whether it looks like one."""
    return value.get("type") in TYPES and ("date" in value or "dateString" in value)


def read_entry(value: Mapping[str, Any]) -> Found:
    """A sensor's value, or one of a meter; always in mg/dL.

    Raises:
        Odd: it cannot be read.
    """
    kind = value["type"]
    if kind == "cal":
        return Left("cal")
    text = value.get("date")
    at = moment(value.get("dateString"), None) if text is None else epoch(text, 1000)
    found = number(value.get(kind))
    source = named(value.get("device"))
    if kind == "mbg":
        return Sample("glucose", at, {"glucose_mg_dl": found}, source)
    if found < LEAST_SENSOR:
        raise Odd("no-value")
    return Sample("glucose-course", at, {"glucose_interstitial": found}, source)
