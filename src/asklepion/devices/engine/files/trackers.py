"""What Fitbit, Garmin and Google hand out of an account, file by file.

None of the three describes its files anywhere that binds it: what is read here is what their
exports of 2019 to 2025 hold. Whatever looks otherwise is told as not understood, never guessed.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from .shapes import Found, Left, Odd, Part, Sample, named
from .units import (
    KG_PER_LB,
    day_of,
    epoch,
    is_record,
    midnight,
    moment,
    number,
    placed,
    record,
    records,
    rounded,
)

FITBIT = re.compile(r"(?:^|/)([a-z_]+)-\d{4}-\d{2}-\d{2}\.json$")
FITBIT_FORMAT = "%m/%d/%y %H:%M:%S"
LEAST_HEIGHT_M, MOST_HEIGHT_M = 1.2, 2.2
GMS_STEPS = "com.google.android.gms:estimated_steps"

Reader = Callable[[Mapping[str, Any], tzinfo | None], Iterator[Found]]


def fitbit_reader(name: str) -> Reader | None:
    """Who reads this file of Fitbit's, told by its name."""
    found = FITBIT.search(name)
    return FITBIT_FILES.get(found.group(1)) if found else None


def _fitbit_at(text: object) -> datetime:
    """What Fitbit counts by the minute is in UTC."""
    if not isinstance(text, str):
        raise Odd("moment")
    try:
        return placed(datetime.strptime(text, FITBIT_FORMAT).replace(tzinfo=UTC), None)
    except ValueError as error:
        raise Odd("moment") from error


def _fitbit_beats(value: Mapping[str, Any], _: tzinfo | None) -> Iterator[Found]:
    held = record(value.get("value"))
    if held.get("confidence") == 0:
        yield Left("heart_rate", "no-value")  # not on the wrist
        return
    beats = {"heart_rate": number(held.get("bpm"))}
    yield Sample("heart-rate", _fitbit_at(value.get("dateTime")), beats, "Fitbit")


def _fitbit_steps(value: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Found]:
    if zone is None:
        raise Odd("zone")
    day, began = day_of(_fitbit_at(value.get("dateTime")), zone)
    yield Part("steps", day, began, number(value.get("value")), "Fitbit")


def _fitbit_resting(value: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Found]:
    held = record(value.get("value"))
    beats = number(held.get("value"))
    if beats == 0:
        return  # a day without one
    day = _fitbit_at(value.get("dateTime")).date()
    found = {"resting_heart_rate": rounded(beats)}
    yield Sample("resting-heart-rate", midnight(day, zone), found, "Fitbit")


def _fitbit_sleep(value: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Found]:
    day = _day(value.get("dateOfSleep"))
    hours = rounded(number(value.get("minutesAsleep")) / 60)
    yield Part("sleep", day, midnight(day, zone), hours, "Fitbit")


def _fitbit_weight(value: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Found]:
    text = f"{value.get('date')} {value.get('time')}"
    at = placed(_fitbit_at(text).replace(tzinfo=None), zone)
    source = named(f"Fitbit {value.get('source', '')}")
    weight, bmi = number(value.get("weight")), number(value.get("bmi"))
    yield Sample("bmi", at, {"bmi": rounded(bmi)}, source)
    if "fat" in value:
        yield Sample("body-fat", at, {"body_fat": rounded(number(value["fat"]))}, source)
    try:
        yield Sample("weight", at, {"weight": _fitbit_kg(weight, bmi)}, source)
    except Odd as error:
        yield Left("weight", error.why)


def _fitbit_kg(weight: float, bmi: float) -> float:
    """Fitbit names no unit; the one it is in is that in which somebody has a possible height."""
    fits = [
        kg
        for kg in (weight, weight * KG_PER_LB)
        if bmi > 0 and kg > 0 and LEAST_HEIGHT_M <= math.sqrt(kg / bmi) <= MOST_HEIGHT_M
    ]
    if len(fits) != 1:
        raise Odd("unit")
    return rounded(fits[0])


FITBIT_FILES: Mapping[str, Reader] = {
    "heart_rate": _fitbit_beats,
    "steps": _fitbit_steps,
    "resting_heart_rate": _fitbit_resting,
    "sleep": _fitbit_sleep,
    "weight": _fitbit_weight,
}


def garmin_reader(name: str) -> Reader | None:
    """Who reads this file of Garmin's, told by its name."""
    file = name.rpartition("/")[2]
    if file.startswith("UDSFile_"):
        return _garmin_day
    if file.endswith("_sleepData.json"):
        return _garmin_sleep
    return None


def _garmin_day(value: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Found]:
    """The summary of a day."""
    held = value.get("calendarDate")
    day = _day(held.get("date") if is_record(held) else held)
    began = midnight(day, zone)
    for member, kind in (("totalSteps", "steps"), ("activeKilocalories", "active-energy")):
        if value.get(member) is not None:
            yield Part(kind, day, began, number(value[member]), "Garmin", is_whole=True)
    if value.get("restingHeartRate"):
        beats = {"resting_heart_rate": number(value["restingHeartRate"])}
        yield Sample("resting-heart-rate", began, beats, "Garmin")


ASLEEP = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")


def _garmin_sleep(value: Mapping[str, Any], zone: tzinfo | None) -> Iterator[Found]:
    seconds = [number(value[member]) for member in ASLEEP if value.get(member) is not None]
    if not seconds:
        return  # a night that it did not see
    day = _day(value.get("calendarDate"))
    hours = rounded(sum(seconds) / 3600)
    yield Part("sleep", day, midnight(day, zone), hours, "Garmin", is_whole=True)


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise Odd("moment")
    try:
        return moment(value[:10], UTC).date()
    except Odd:
        try:
            return datetime.strptime(value, "%b %d, %Y %I:%M:%S %p").date()
        except ValueError as error:
            raise Odd("moment") from error


# Of a data type of Google's: our kind, its value, and what theirs is to be multiplied by.
GOOGLE: Mapping[str, tuple[str, str, float]] = {
    "com.google.heart_rate.bpm": ("heart-rate", "heart_rate", 1),
    "com.google.weight": ("weight", "weight", 1),
    "com.google.height": ("height", "height", 100),
    "com.google.body.fat.percentage": ("body-fat", "body_fat", 1),
    "com.google.oxygen_saturation": ("spo2", "spo2", 1),
    "com.google.body.temperature": ("temperature", "temperature", 1),
    "com.google.blood_glucose": ("glucose", "glucose_mmol_l", 1),
}


def read_google(value: Mapping[str, Any], stream: str, zone: tzinfo | None) -> Iterator[Found]:
    """A data point of Google Fit.

    Args:
        stream: the data source that its file is of; several hold the same steps.

    Raises:
        Odd: it cannot be read.
    """
    type = named(value.get("dataTypeName"))
    at = epoch(value.get("startTimeNanos"), 1_000_000_000)
    numbers = [_google_number(it) for it in records(value.get("fitValue"))]
    source = named(value.get("originDataSourceId") or stream)
    if type == "com.google.step_count.delta":
        if not stream.endswith(GMS_STEPS):
            yield Left(type, "twice")
            return
        if zone is None:
            raise Odd("zone")
        day, began = day_of(at, zone)
        yield Part("steps", day, began, _first(numbers), "Google Fit")
    elif type in GOOGLE:
        kind, key, factor = GOOGLE[type]
        yield Sample(kind, at, {key: rounded(_first(numbers) * factor)}, source)
    elif type == "com.google.blood_pressure":
        if len(numbers) < 2 or numbers[0] is None or numbers[1] is None:
            raise Odd("values")
        values = {"systolic": numbers[0], "diastolic": numbers[1]}
        yield Sample("blood-pressure", at, values, source)
    else:
        yield Left(type or "data point")


def _google_number(value: Mapping[str, Any]) -> float | None:
    held = value.get("value")
    found = held if is_record(held) else {}
    for member in ("fpVal", "intVal"):
        if member in found:
            return number(found[member])
    return None


def _first(numbers: list[float | None]) -> float:
    if not numbers or numbers[0] is None:
        raise Odd("values")
    return numbers[0]
