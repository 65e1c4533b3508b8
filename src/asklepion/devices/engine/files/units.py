"""Numbers, units and moments as files write them, in the units of our kinds."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, TypeGuard, cast
from zoneinfo import ZoneInfo

from .shapes import Odd

KG_PER_LB = 0.45359237
CM_PER_IN = 2.54
DECIMALS = 3
FIRST_YEAR = 1970
LONGEST_NUMBER = 40  # characters

# How many of our unit one of theirs is; what needs more than a factor has a function below.
FACTORS: Mapping[str, Mapping[str, float]] = {
    "kg": {"kg": 1, "g": 0.001, "lb": KG_PER_LB, "lbs": KG_PER_LB, "st": 14 * KG_PER_LB},
    "cm": {"cm": 1, "m": 100, "mm": 0.1, "in": CM_PER_IN, "ft": 12 * CM_PER_IN},
    "kcal": {"kcal": 1, "Cal": 1, "cal": 0.001, "kJ": 1 / 4.184, "J": 1 / 4184},
    "h": {"h": 1, "min": 1 / 60, "sec": 1 / 3600, "s": 1 / 3600, "ms": 1 / 3_600_000, "d": 24},
    "/min": {"count/min": 1, "beats/min": 1, "breaths/min": 1, "bpm": 1, "/min": 1},
    "mm[Hg]": {"mmHg": 1, "mm[Hg]": 1, "kPa": 7.500617},
    "ms": {"ms": 1, "s": 1000},
    "{steps}": {"count": 1, "steps": 1, "{steps}": 1},
    "kg/m2": {"count": 1, "kg/m2": 1, "kg/m^2": 1},
    "mL/kg/min": {"mL/min·kg": 1, "mL/kg·min": 1, "mL/(kg*min)": 1, "mL/kg/min": 1},
    "%": {"%": 1},
}


def number(value: object) -> float:
    """A number, also where it is written as a text.

    Raises:
        Odd: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Odd("values")
    if isinstance(value, str) and len(value) > LONGEST_NUMBER:
        raise Odd("values")
    try:
        found = float(value)
    except (ValueError, OverflowError) as error:
        raise Odd("values") from error
    if not math.isfinite(found):
        raise Odd("values")
    return found


def rounded(value: float) -> float:
    """Without the dust that a conversion leaves."""
    return round(value, DECIMALS)


def convert(value: float, unit: str, to: str) -> float:
    """A number in another unit.

    Raises:
        Odd: nobody here knows this unit for this.
    """
    if to == "Cel":
        return rounded(celsius(value, unit))
    factor = FACTORS.get(to, {}).get(unit)
    if factor is None:
        raise Odd("unit")
    return value if factor == 1 else rounded(value * factor)


def celsius(value: float, unit: str) -> float:
    """A temperature in °C."""
    if unit in ("degC", "C", "Cel"):
        return value
    if unit in ("degF", "F"):
        return (value - 32) / 1.8
    raise Odd("unit")


def share(value: float) -> float:
    """A share as percent: some write 0.97, some 97."""
    return rounded(value * 100) if value <= 1 else rounded(value)


def glucose(value: float, unit: str) -> dict[str, float]:
    """Blood glucose in the unit it came in: a number converted is another than the one she read."""
    if unit == "mg/dL":
        return {"glucose_mg_dl": value}
    if unit == "mmol/L" or unit.startswith("mmol<"):
        return {"glucose_mmol_l": rounded(value)}
    raise Odd("unit")


def moment(text: object, zone: tzinfo | None) -> datetime:
    """A moment in ISO 8601; one that names no zone is in `zone`.

    Raises:
        Odd: it is none, or nobody knows in which zone it is.
    """
    if not isinstance(text, str) or len(text) > LONGEST_NUMBER:
        raise Odd("moment")
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Odd("moment") from error
    return placed(at, zone)


def placed(at: datetime, zone: tzinfo | None) -> datetime:
    """A moment with its zone, in a year that somebody could have measured in."""
    if at.tzinfo is None:
        if zone is None:
            raise Odd("zone")
        at = at.replace(tzinfo=zone)
    if not FIRST_YEAR <= at.year <= 9998:
        raise Odd("clock")
    return at


def epoch(value: object, per_second: int) -> datetime:
    """A moment that is counted since 1970, in parts of a second."""
    counted = number(value)
    try:
        whole = int(value) if isinstance(value, int | str) else int(counted)
        at = datetime.fromtimestamp(whole // per_second, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Odd("moment") from error
    return placed(at + timedelta(seconds=(whole % per_second) / per_second), None)


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """When a day began, where she was."""
    return placed(datetime.combine(day, time()), zone)


def day_of(at: datetime, zone: tzinfo | None, *, is_night: bool = False) -> tuple[date, datetime]:
    """The day a moment lies in, and when that began; a night belongs to the day one wakes on."""
    here = at.astimezone(zone) if zone is not None else at
    shifted = here + timedelta(hours=12) if is_night else here
    return shifted.date(), midnight(shifted.date(), here.tzinfo)


def here(at: datetime, zone: tzinfo | None) -> datetime:
    """A moment on the clocks where she was; one in UTC does not say where that is.

    Raises:
        Odd: nobody says it, so nobody knows which day it was.
    """
    if at.tzinfo != UTC:
        return at
    if zone is None:
        raise Odd("zone")
    return at.astimezone(zone)


def zone_of(text: str) -> tzinfo | None:
    """A zone by its name, such as Asia/Shanghai, or as +08:00; nothing for an empty text.

    Raises:
        ValueError: there is no such zone.
    """
    if not text:
        return None
    if text[0] in "+-":
        try:
            offset = datetime.strptime(text, "%z").utcoffset()
        except ValueError as error:
            raise ValueError("no zone") from error
        return timezone(offset or timedelta())
    try:
        return ZoneInfo(text)
    except (OSError, KeyError, ValueError) as error:
        raise ValueError("no zone") from error


def is_record(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object of JSON."""
    return isinstance(value, dict)


def record(value: object) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        Odd: it is none.
    """
    if not is_record(value):
        raise Odd("unreadable")
    return value


def records(value: object) -> list[dict[str, Any]]:
    """A list of objects; what is none in it is left out."""
    if not isinstance(value, list):
        return []
    return [it for it in cast(list[Any], value) if is_record(it)]
