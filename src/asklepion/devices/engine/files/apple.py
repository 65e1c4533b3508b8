"""Apple Health's export.xml, element by element. https://developer.apple.com/documentation/healthkit

Expat reads it as it comes: entities, attributes that a document type gives by default, deep nesting
and endless tokens are refused, so memory does not grow with the file.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NoReturn
from xml.parsers import expat

from .parts import Broken, Stream
from .shapes import Found, Left, Odd, Part, Sample, named
from .units import convert, day_of, glucose, moment, number, rounded, share

CHUNK = 128 * 1024  # bytes
LONGEST_TOKEN = 1024 * 1024  # bytes of one tag with all its attributes
DEEPEST = 32
MOST_HALVES = 100_000  # pressures that wait for their other half
QUANTITY, CATEGORY = "HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier"
ASLEEP = "HKCategoryValueSleepAnalysisAsleep"
BY_HAND = "HKWasUserEntered"

# Their name: our kind, its value, our unit.
PLAIN: Mapping[str, tuple[str, str, str]] = {
    "HeartRate": ("heart-rate", "heart_rate", "/min"),
    "RestingHeartRate": ("resting-heart-rate", "resting_heart_rate", "/min"),
    "RespiratoryRate": ("respiratory-rate", "respiratory_rate", "/min"),
    "BodyTemperature": ("temperature", "temperature", "Cel"),
    "BodyMass": ("weight", "weight", "kg"),
    "BodyMassIndex": ("bmi", "bmi", "kg/m2"),
    "Height": ("height", "height", "cm"),
    "WaistCircumference": ("waist", "waist", "cm"),
    "HeartRateVariabilitySDNN": ("heart-rate-variability", "sdnn", "ms"),
    "VO2Max": ("vo2max", "vo2max", "mL/kg/min"),
}
SHARES = {"OxygenSaturation": ("spo2", "spo2"), "BodyFatPercentage": ("body-fat", "body_fat")}
SUMS = {"StepCount": ("steps", "{steps}"), "ActiveEnergyBurned": ("active-energy", "kcal")}
HALVES = {"BloodPressureSystolic": "systolic", "BloodPressureDiastolic": "diastolic"}


def read_apple(stream: Stream) -> Iterator[Found]:
    """Everything in an export, as it stands there.

    Raises:
        Broken: it cannot be read on; what came before is good.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.AttlistDeclHandler = _refuse_default
    fed = 0
    while True:
        chunk = stream.read(CHUNK)
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            yield from reader.found
            raise Broken("cut" if not chunk else "unreadable") from error
        yield from reader.found
        reader.found.clear()
        if not chunk:
            break
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > LONGEST_TOKEN + CHUNK:
            raise Broken("large")
    yield from reader.rest()


def _refuse(*_: object) -> NoReturn:
    raise Broken("entities")


def _refuse_default(_element: str, _name: str, _type: str, default: str | None, _: int) -> None:
    if default is not None:
        raise Broken("entities")


class _Reader:
    def __init__(self) -> None:
        self.found: list[Found] = []
        self._depth = 0
        self._open: dict[str, str] | None = None  # the Record at hand
        self._is_told = False
        self._halves: dict[tuple[str, str], tuple[str, float, bool]] = {}
        self._whole: set[tuple[str, str]] = set()  # they come again inside their correlation

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Broken("unreadable")
        if name == "Record":
            self._open, self._is_told = attributes, False
        elif name == "MetadataEntry" and self._open is not None:
            is_told = attributes.get("key") == BY_HAND and attributes.get("value") == "1"
            self._is_told = self._is_told or is_told
        elif self._depth == 2 and name not in ("ExportDate", "Me", "Correlation"):
            self.found.append(Left(named(attributes.get("workoutActivityType") or name)))

    def end(self, name: str) -> None:
        self._depth -= 1
        if name != "Record" or self._open is None:
            return
        record, self._open = self._open, None
        type = record.get("type", "")
        what = named(type.removeprefix(QUANTITY).removeprefix(CATEGORY))
        try:
            found = self._record(record, what)
        except Odd as error:
            found = Left(what, error.why)
        if found is not None:
            self.found.append(found)

    def rest(self) -> Iterator[Found]:
        """Pressures whose other half never came."""
        for kind, _, _ in self._halves.values():
            yield Left(f"BloodPressure ({kind})", "half")

    def _record(self, record: Mapping[str, str], what: str) -> Found | None:
        source = named(record.get("sourceName"))
        if what == "SleepAnalysis":
            return _sleep(record, source)
        if what not in KNOWN:
            return Left(what or "Record")
        value, unit = number(record.get("value")), record.get("unit", "")
        start = record.get("startDate", "")
        if what in HALVES:
            return self._half(HALVES[what], convert(value, unit, "mm[Hg]"), (source, start))
        at = when(start)
        if what in PLAIN:
            kind, key, to = PLAIN[what]
            return Sample(kind, at, {key: convert(value, unit, to)}, source, self._is_told)
        if what in SHARES:
            kind, key = SHARES[what]
            return Sample(kind, at, {key: share(value)}, source, self._is_told)
        if what in SUMS:
            kind, to = SUMS[what]
            day, began = day_of(at, None)
            return Part(kind, day, began, convert(value, unit, to), source)
        return Sample("glucose", at, glucose(value, unit), source, self._is_told)

    def _half(self, kind: str, value: float, key: tuple[str, str]) -> Found | None:
        """A pressure is two records of one moment."""
        if key in self._whole:
            return None
        other = self._halves.pop(key, None)
        if other is None or other[0] == kind:
            if len(self._halves) >= MOST_HALVES:
                raise Odd("half")
            self._halves[key] = (kind, value, self._is_told)
            return None
        values = {kind: value, other[0]: other[1]}
        if len(self._whole) < MOST_HALVES:
            self._whole.add(key)
        is_told = self._is_told or other[2]
        return Sample("blood-pressure", when(key[1]), values, key[0], is_told)


KNOWN = frozenset({*PLAIN, *SHARES, *SUMS, *HALVES, "BloodGlucose"})


def _sleep(record: Mapping[str, str], source: str) -> Found | None:
    if not record.get("value", "").startswith(ASLEEP):
        return None  # in bed, or awake there: no sleep
    start, end = when(record.get("startDate", "")), when(record.get("endDate", ""))
    hours = (end - start).total_seconds() / 3600
    if hours < 0:
        raise Odd("moment")
    day, began = day_of(start, None, is_night=True)
    return Part("sleep", day, began, rounded(hours), source)


def when(text: str) -> datetime:
    """2023-05-01 08:12:34 +0800, with the zone of the place."""
    return moment(text[:19] + text[20:], None)
