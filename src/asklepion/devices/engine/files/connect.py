"""Records of Health Connect, as apps write them to JSON.

The names are those of its record classes; quantities are objects with a member for each unit.
https://developer.android.com/reference/kotlin/androidx/health/connect/client/records/package-summary
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from .shapes import Found, Left, Odd, Part, Sample, named
from .units import (
    convert,
    day_of,
    epoch,
    glucose,
    here,
    is_record,
    moment,
    number,
    records,
    rounded,
    zone_of,
)

# Of a record: our kind, its value, where theirs stands, our unit where it may be in several.
PLAIN: Mapping[str, tuple[str, str, str, str]] = {
    "RestingHeartRate": ("resting-heart-rate", "resting_heart_rate", "beatsPerMinute", ""),
    "RespiratoryRate": ("respiratory-rate", "respiratory_rate", "rate", ""),
    "OxygenSaturation": ("spo2", "spo2", "percentage", ""),
    "BodyFat": ("body-fat", "body_fat", "percentage", ""),
    "Vo2Max": ("vo2max", "vo2max", "vo2MillilitersPerMinuteKilogram", ""),
    "BodyTemperature": ("temperature", "temperature", "temperature", "Cel"),
    "Weight": ("weight", "weight", "weight", "kg"),
    "Height": ("height", "height", "height", "cm"),
}
SUMS: Mapping[str, tuple[str, str, str]] = {
    "Steps": ("steps", "count", ""),
    "ActiveCaloriesBurned": ("active-energy", "energy", "kcal"),
}
OTHERS = ("HeartRate", "BloodPressure", "BloodGlucose", "SleepSession")
KNOWN = frozenset({*PLAIN, *SUMS, *OTHERS})
# The member of a quantity, or its unit's name, and our name for that unit.
UNITS: Mapping[str, str] = {
    "inKilograms": "kg",
    "inGrams": "g",
    "inPounds": "lb",
    "kilograms": "kg",
    "grams": "g",
    "pounds": "lb",
    "inMeters": "m",
    "inFeet": "ft",
    "inInches": "in",
    "meters": "m",
    "feet": "ft",
    "inches": "in",
    "inCelsius": "C",
    "inFahrenheit": "F",
    "celsius": "C",
    "fahrenheit": "F",
    "inKilocalories": "kcal",
    "inCalories": "cal",
    "inKilojoules": "kJ",
    "inJoules": "J",
    "kilocalories": "kcal",
    "calories": "cal",
    "kilojoules": "kJ",
    "joules": "J",
    "inMillimetersOfMercury": "mmHg",
    "millimetersOfMercury": "mmHg",
    "inMilligramsPerDeciliter": "mg/dL",
    "inMillimolesPerLiter": "mmol/L",
    "milligramsPerDeciliter": "mg/dL",
    "millimolesPerLiter": "mmol/L",
    "percent": "%",
}
AWAKE = ("1", "3", "7", "AWAKE", "OUT_OF_BED", "AWAKE_IN_BED")
MANUAL = ("3", "MANUAL_ENTRY", "RECORDING_METHOD_MANUAL_ENTRY")


def type_of(value: Mapping[str, Any], key: str) -> str:
    """Which record this is: as it says itself, or as the list it stands in is called."""
    said = value.get("recordType") or value.get("type") or key
    name = str(said).removesuffix("Record")
    return name if name in KNOWN or "metadata" in value or said is not key else ""


def read_record(value: Mapping[str, Any], type: str, zone: tzinfo | None) -> Iterator[Found]:
    """Everything that one record tells.

    Raises:
        Odd: it cannot be read.
    """
    by = _by(value)
    if type == "HeartRate":
        yield from _beats(value, zone, by)
    elif type in PLAIN:
        kind, key, member, unit = PLAIN[type]
        yield Sample(kind, _at(value, zone), {key: _amount(value.get(member), unit)}, *by)
    elif type in SUMS:
        kind, member, unit = SUMS[type]
        day, began = day_of(_here(value, zone), None)
        yield Part(kind, day, began, _amount(value.get(member), unit), by[0])
    elif type == "BloodPressure":
        values = {each: _amount(value.get(each), "mm[Hg]") for each in ("systolic", "diastolic")}
        yield Sample("blood-pressure", _at(value, zone), values, *by)
    elif type == "BloodGlucose":
        yield Sample("glucose", _at(value, zone), _sugar(value.get("level")), *by)
    elif type == "SleepSession":
        yield from _sleep(value, zone, by)
    else:
        yield Left(named(type) or "record")


def _beats(value: Mapping[str, Any], zone: tzinfo | None, by: tuple[str, bool]) -> Iterator[Found]:
    for sample in records(value.get("samples")):
        try:
            beats = {"heart_rate": number(sample.get("beatsPerMinute"))}
            yield Sample("heart-rate", _moment(sample.get("time"), zone), beats, *by)
        except Odd as error:
            yield Left("HeartRate", error.why)


def _sleep(value: Mapping[str, Any], zone: tzinfo | None, by: tuple[str, bool]) -> Iterator[Found]:
    start, end = _here(value, zone), _moment(value.get("endTime"), zone)
    stages = records(value.get("stages"))
    if stages:
        asleep = [stage for stage in stages if str(stage.get("stage")) not in AWAKE]
        spans = [
            _moment(it.get("endTime"), zone) - _moment(it.get("startTime"), zone) for it in asleep
        ]
        hours = sum(span.total_seconds() for span in spans) / 3600
    else:
        hours = (end - start).total_seconds() / 3600
    if hours < 0:
        raise Odd("moment")
    day, began = day_of(start, None, is_night=True)
    yield Part("sleep", day, began, rounded(hours), by[0])


def _by(value: Mapping[str, Any]) -> tuple[str, bool]:
    """What measured it, and whether somebody entered it."""
    about = value.get("metadata")
    if not is_record(about):
        return "", False
    origin = about.get("dataOrigin")
    source = origin.get("packageName") if is_record(origin) else origin
    return named(source), str(about.get("recordingMethod")) in MANUAL


def _at(value: Mapping[str, Any], zone: tzinfo | None) -> datetime:
    """When it was, with the zone of the place where it is told."""
    at = _moment(value.get("time", value.get("startTime")), zone)
    if (offset := _offset(value)) is not None:
        return at.astimezone(offset)
    return at.astimezone(zone) if zone is not None and at.tzinfo == UTC else at


def _here(value: Mapping[str, Any], zone: tzinfo | None) -> datetime:
    """The same, of what is counted by the day: where nobody tells the zone, nobody knows it."""
    at = _at(value, zone)
    return at if _offset(value) is not None else here(at, zone)


def _offset(value: Mapping[str, Any]) -> tzinfo | None:
    offset = value.get("zoneOffset", value.get("startZoneOffset"))
    if is_record(offset):
        offset = offset.get("id")
    if offset == "Z":  # as Java calls it
        return UTC
    if not isinstance(offset, str) or offset[:1] not in ("+", "-"):
        return None
    try:
        return zone_of(offset)
    except ValueError as error:
        raise Odd("zone") from error


def _moment(value: object, zone: tzinfo | None) -> datetime:
    if isinstance(value, int):
        return epoch(value, 1000).astimezone(UTC)
    return moment(value, zone)


def _quantity(value: object) -> tuple[float, str]:
    """A number, and its unit where it says one."""
    if not is_record(value):
        return number(value), ""
    if "value" in value:
        return number(value["value"]), UNITS.get(str(value.get("unit", "")), "?")
    for member, unit in UNITS.items():
        if member in value:
            return number(value[member]), unit
    raise Odd("values")


def _amount(value: object, unit: str) -> float:
    amount, its = _quantity(value)
    if not unit:
        if its not in ("", "%"):
            raise Odd("unit")
        return amount
    return convert(amount, its, unit)


def _sugar(value: object) -> dict[str, float]:
    amount, unit = _quantity(value)
    return glucose(amount, unit)
