"""Data points of Open mHealth and IEEE 1752.1. https://www.openmhealth.org/documentation/"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from .shapes import Found, Left, Odd, Part, Sample, named
from .units import convert, day_of, glucose, here, is_record, moment, number, record, rounded

# Of a schema: our kind, its value, our unit.
PLAIN: Mapping[str, tuple[str, str, str]] = {
    "heart-rate": ("heart-rate", "heart_rate", "/min"),
    "respiratory-rate": ("respiratory-rate", "respiratory_rate", "/min"),
    "oxygen-saturation": ("spo2", "spo2", "%"),
    "body-temperature": ("temperature", "temperature", "Cel"),
    "body-weight": ("weight", "weight", "kg"),
    "body-height": ("height", "height", "cm"),
    "body-mass-index": ("bmi", "bmi", "kg/m2"),
    "body-fat-percentage": ("body-fat", "body_fat", "%"),
}
SUMS: Mapping[str, tuple[str, str]] = {
    "step-count": ("steps", "{steps}"),
    "total-sleep-time": ("sleep", "h"),
    "sleep-duration": ("sleep", "h"),
}
PRESSURE = ("systolic", "diastolic")
SECONDS = {"sec": 1, "min": 60, "h": 3600, "d": 86400, "wk": 604800}


def is_point(value: Mapping[str, Any]) -> bool:
    """Whether it looks like one."""
    header = value.get("header")
    return isinstance(header, dict) and "schema_id" in header and "body" in value


def read_point(value: Mapping[str, Any], zone: tzinfo | None) -> Found:
    """One data point.

    Raises:
        Odd: it cannot be read.
    """
    header, body = record(value["header"]), record(value["body"])
    schema = named(record(header["schema_id"]).get("name"))
    reader = _reader_of(schema)
    if reader is None:
        return Left(schema or "data point")
    if body.get("descriptive_statistic"):
        return Left(f"{schema} ({named(body['descriptive_statistic'])})")  # no measurement
    provenance = header.get("acquisition_provenance")
    source = named(record(provenance).get("source_name")) if provenance else ""
    modality = record(provenance).get("modality") if provenance else header.get("modality")
    frame = Frame(*_frame(body, zone), zone)
    return reader(body, schema, frame, (source, modality == "self-reported"))


@dataclass(frozen=True)
class Frame:
    """When it began and ended, and the zone of what names none."""

    start: datetime
    end: datetime
    zone: tzinfo | None


Reader = Callable[[Mapping[str, Any], str, Frame, tuple[str, bool]], Found]


def _reader_of(schema: str) -> Reader | None:
    if schema in PLAIN:
        return _plain
    if schema in SUMS:
        return _sum
    return {"blood-pressure": _pressure, "blood-glucose": _glucose}.get(schema)


def _plain(body: Mapping[str, Any], schema: str, frame: Frame, by: tuple[str, bool]) -> Found:
    kind, key, unit = PLAIN[schema]
    value, its = _value(body, schema)
    return Sample(kind, frame.start, {key: convert(value, its, unit)}, *by)


def _sum(body: Mapping[str, Any], schema: str, frame: Frame, by: tuple[str, bool]) -> Found:
    kind, unit = SUMS[schema]
    value, its = _value(body, schema)
    if frame.end - frame.start > timedelta(days=1, hours=1):
        return Left(f"{schema} (of several days)")
    day, began = day_of(here(frame.start, frame.zone), None, is_night=kind == "sleep")
    return Part(kind, day, began, convert(value, its, unit), by[0])


def _pressure(body: Mapping[str, Any], _schema: str, frame: Frame, by: tuple[str, bool]) -> Found:
    found = {key: _value(body, f"{key}-blood-pressure") for key in PRESSURE}
    values = {key: convert(value, unit, "mm[Hg]") for key, (value, unit) in found.items()}
    return Sample("blood-pressure", frame.start, values, *by)


def _glucose(body: Mapping[str, Any], _schema: str, frame: Frame, by: tuple[str, bool]) -> Found:
    value, unit = _value(body, "blood-glucose")
    if body.get("specimen_source") == "interstitial fluid":
        if unit != "mg/dL":
            raise Odd("unit")
        return Sample("glucose-course", frame.start, {"glucose_interstitial": value}, *by)
    return Sample("glucose", frame.start, glucose(value, unit), *by)


def _value(body: Mapping[str, Any], schema: str) -> tuple[float, str]:
    """The number and the unit of the member that is called as its schema is."""
    held = body.get(schema.replace("-", "_"))
    if isinstance(held, int | float):
        return number(held), "steps" if schema == "step-count" else ""
    found = record(held)
    return number(found.get("value")), str(found.get("unit", ""))


def _frame(body: Mapping[str, Any], zone: tzinfo | None) -> tuple[datetime, datetime]:
    """When it began and when it ended.

    Raises:
        Odd: it does not say so.
    """
    frame = body.get("effective_time_frame")
    if not is_record(frame):
        raise Odd("moment")
    if "date_time" in frame:
        at = moment(frame["date_time"], zone)
        return at, at
    interval = record(frame.get("time_interval"))
    length = interval.get("duration")
    spans = timedelta() if length is None else _duration(record(length))
    if "start_date_time" in interval:
        start = moment(interval["start_date_time"], zone)
        end = interval.get("end_date_time")
        return start, moment(end, zone) if end is not None else start + spans
    if "end_date_time" in interval:
        end_at = moment(interval["end_date_time"], zone)
        return end_at - spans, end_at
    raise Odd("moment")


def _duration(length: Mapping[str, Any]) -> timedelta:
    unit = SECONDS.get(str(length.get("unit")))
    if unit is None:
        raise Odd("unit")
    seconds = rounded(number(length.get("value")) * unit)
    if not 0 <= seconds <= 10 * 365 * 86400:
        raise Odd("moment")
    return timedelta(seconds=seconds)
