"""From the bytes of a message to a plausible reading."""

import math
from datetime import datetime

import msgspec

from ..model import AHEAD, EARLIEST, Choice, Kind, Quantity, Reading, Unfit

SHAPE = 'Send {"at": "2026-03-01T12:00:00Z", "values": {"heart_rate": 72}, "battery": 0.8}.'
UNIT_WORDS = frozenset({"unit", "units"})
_decoder = msgspec.json.Decoder(Reading)


def read_message(kind: Kind, payload: bytes, now: datetime) -> Reading:
    """The reading in one message.

    Raises:
        Unfit: it cannot be read, is not of this kind, is implausible, or its time is.
    """
    try:
        reading = _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if names_unit(payload):
            raise _unit(kind) from error
        raise Unfit("unreadable", f"A {kind.name} message cannot be read.", SHAPE) from error
    require_reading(kind, reading, now)
    if reading.battery is not None and not 0 <= reading.battery <= 1:
        raise Unfit("battery", "The battery is not between 0 and 1.", SHAPE)
    return reading


def names_unit(payload: bytes | msgspec.Raw) -> bool:
    """Whether a message says what it is measured in, which no kind leaves open."""
    try:
        said = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(said, dict) and not UNIT_WORDS.isdisjoint(said)  # pyright: ignore[reportUnknownArgumentType]


def _unit(kind: Kind) -> Unfit:
    units = ", ".join(dict.fromkeys(p.unit for p in kind.parts if isinstance(p, Quantity)))
    return Unfit(
        "unit", f"A {kind.name} message names a unit.", f"Send it in {units}, and name none."
    )


def require_reading(kind: Kind, reading: Reading, now: datetime) -> None:
    """Let past what may have been measured within a month.

    Raises:
        Unfit: its time or its values are not such.
    """
    if reading.at.tzinfo is None or not now - EARLIEST <= reading.at <= now + AHEAD:
        raise Unfit("clock", f"A {kind.name} reading has an unlikely time.", "Set its clock.")
    require_plausible(kind, reading)


def require_plausible(kind: Kind, reading: Reading) -> None:
    """Let only what a living person and a working sensor can have past.

    Raises:
        Unfit: it holds other values than its kind, or implausible ones.
    """
    if not kind.fits(reading.values):
        if UNIT_WORDS & reading.values.keys():
            raise _unit(kind)
        raise Unfit("values", f"A {kind.name} message holds other values.", SHAPE)
    for part in kind.parts:
        value = reading.values.get(part.key)
        if value is None:
            continue
        if isinstance(part, Choice):
            if value not in part.answers:
                raise Unfit("values", f"A {part.key} is none of its answers.", SHAPE)
        elif isinstance(value, str):
            raise Unfit("values", f"A {part.key} is no number.", SHAPE)
        elif not (math.isfinite(value) and part.low <= value <= part.high):
            raise Unfit("implausible", f"A {part.key} is implausible.", "Check the sensor.")
    _require_pressure(reading)


def _require_pressure(reading: Reading) -> None:
    """The heart pushes: systolic lies above diastolic."""
    systolic, diastolic = reading.values.get("systolic"), reading.values.get("diastolic")
    if isinstance(systolic, float) and isinstance(diastolic, float) and systolic <= diastolic:
        raise Unfit("implausible", "A pressure is upside down.", "Check the sensor.")
