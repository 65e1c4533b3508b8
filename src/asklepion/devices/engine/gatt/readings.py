"""From packets to readings: which kinds they are, and when they were taken.

A device's clock shows the time of day without a zone, and is seldom right. Whoever connects reads
it beside a clock of ours: the difference (`offset_ms`, with the zone in it) makes its times ours.
A reading whose clock was never set, or has jumped since, is kept with the time at which it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...model import AHEAD, EARLIEST, KINDS, Kind, Quantity, Reading, Unfit
from ...wire import CHARACTERISTICS, Characteristic, Measure
from ..readings import require_plausible
from .decode import Decoded, Misread, decode
from .moments import Began, began, ours

UNBELIEVED = ("unset", "impossible", "jumped", "no-zone")  # clocks that were not gone by
MEALS = {
    1: "before-meal",
    2: "after-meal",
    3: "fasting",
    4: "casual",
    5: "bedtime",
}
# By what was drawn, where the meter says so. Source: ISO/IEEE 11073-10417
SAMPLES = {
    "capillary-blood": 160184,
    "capillary-plasma": 160188,
    "venous-blood": 160192,
    "venous-plasma": 160196,
    "arterial-blood": 160200,
    "arterial-plasma": 160204,
    "interstitial-fluid": 160212,
}
FORMATS = {
    "ieee754": "It writes numbers as computers do, not as IEEE 11073-20601 has them.",
    "exponent": "It writes exponents from the middle, not as IEEE 11073-20601 has them.",
}
FAULTS = {
    "truncated": "A packet is shorter than its flags say.",
    "trailing": "A packet is longer than its flags say.",
    "flags": "A packet holds parts that nobody here knows.",
    "crc": "A packet was damaged on its way.",
    "long": "A packet is longer than any.",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One packet as it came.

    Args:
        at: when, by our clock or that of whoever received it.
        offset_ms: what the device's clock showed less what it was (UTC), when they connected.
        zone_min: the zone of whoever received it [minutes east]; gone by where no offset is known.
        user: whose readings are wanted, where a device keeps those of several people.
    """

    service: str
    characteristic: str
    value: bytes = field(repr=False)
    at: datetime
    offset_ms: int | None = None
    zone_min: int | None = None
    user: int | None = None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One reading out of a packet, and where it comes from.

    Args:
        clock: measured, assumed (only the zone was), none (it tells no time), or why it was not
            gone by.
        key: the same whenever the same measurement is sent, and of no other of this device.
    """

    kind: Kind
    reading: Reading
    source: Source
    device_time: str
    clock: str
    key: str
    terms: dict[str, int]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Packet:
    """What became of one packet: what it measures, what it says of the device, what is refused."""

    measured: tuple[Measured, ...] = ()
    battery: float | None = None  # 0 to 1
    about: dict[str, str] = field(default_factory=dict[str, str])  # manufacturer, model, …
    refused: Unfit | None = None
    missed: tuple[Unfit, ...] = ()  # records beside those that are measured, and why not they


def read_packets(sources: Sequence[Source], now: datetime) -> list[Packet]:
    """What each of some packets holds; those of one device are read with regard to each other."""
    reader = _Reader(now)
    for source in sources:
        reader.look(source)
    return [reader.read(source) for source in sources]


class _Reader:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._meals: dict[int, str] = {}  # by the number of their measurement
        self._began: Began | None = None

    def look(self, source: Source) -> None:
        """Take in what others are read by."""
        try:
            if source.characteristic == "2a34":
                (said,) = decode(CHARACTERISTICS["2a34"], source.value)
                meal = MEALS.get(int(said.numbers.get("meal", 0)))
                if meal:
                    self._meals[int(said.numbers["sequence"])] = meal
            elif source.characteristic == "2aaa":
                (said,) = decode(CHARACTERISTICS["2aaa"], source.value)
                self._began = self._began or began(said, source.zone_min)
        except Misread:
            pass  # it is refused in its turn

    def read(self, source: Source) -> Packet:
        """One packet; where it holds several records, those that can be kept."""
        try:
            of = _find(source)
            records = decode(of, source.value)
        except Misread as error:
            return Packet(refused=_misread(error.why))
        except Unfit as error:
            return Packet(refused=error)
        if of.characteristic == "2aaa":  # what comes after it is of this sensor
            self._began = began(records[0], source.zone_min)
        if not of.measures:
            return _about(of, records[0])
        measured: list[Measured] = []
        refused: list[Unfit] = []
        for record in records:
            try:
                measured += self._measure(of, record, source)
            except Unfit as error:
                refused.append(error)
        if not measured:
            return Packet(refused=refused[-1])
        return Packet(measured=tuple(measured), missed=tuple(refused))

    def _measure(self, of: Characteristic, record: Decoded, source: Source) -> list[Measured]:
        if record.refuses:
            said = ", ".join(record.refuses)
            raise Unfit("status", f"The device says that it was none: {said}.", "Measure again.")
        if "user" in record.numbers:
            _require_hers(int(record.numbers["user"]), source)
        at, device_time, clock = self._moment(record, source)
        sequence = record.numbers.get("sequence")
        meal = self._meals.get(int(sequence)) if sequence is not None else None
        found: list[Measured] = []
        for measure in of.measures:
            values = _values(measure, record)
            if not values:
                if not measure.comes_along:
                    _require_number(record, measure)
                continue
            one = Measured(
                kind=KINDS[measure.kind],
                reading=Reading(at=at, values=dict(values)),
                source=source,
                device_time=device_time,
                clock=clock,
                key=_key(values, sequence, device_time, at),
                terms=_terms(measure, record),
                marks=(*record.marks, *([meal] if meal else ())),
            )
            try:
                require_plausible(one.kind, one.reading)
            except Unfit:
                if measure.comes_along:
                    continue  # what the device is for stands by itself
                _require_number(record, measure)
                raise
            found.append(one)
        if not found:
            raise Unfit("no-value", "It holds no measurement.", "Measure again.")
        return found

    def _moment(self, record: Decoded, source: Source) -> tuple[datetime, str, str]:
        """When it was taken, what the device's clock showed then, and how far that was gone by.

        Raises:
            Unfit: it is too old, or came from the future.
        """
        if source.at > self._now + AHEAD:
            raise Unfit("clock", "It came at a moment that is still to be.", "Set your clock.")
        told, clock = record.time, record.clock
        at: datetime | None = None
        if "offset_min" in record.numbers:
            if self._began is None:
                why = "The sensor has not told when it began."
                raise Unfit("start", why, "Send its 2AAA first, in the same batch.")
            after = timedelta(minutes=record.numbers["offset_min"])
            at, told, clock = self._began[0] + after, f"{self._began[1]}+{after}", "assumed"
        elif "clock-unset" in record.marks:
            clock = "unset"
        elif clock == "set":
            at, clock = ours(record, source.offset_ms, source.zone_min)
        if at is not None and at > source.at + AHEAD:
            at, clock = None, "jumped"
        at = at or source.at
        if at < self._now - EARLIEST:
            raise Unfit("old", "It is older than a month.", "Nothing is wrong; it came too late.")
        return at, told, clock


def _require_hers(user: int, source: Source) -> None:
    """Where a device keeps several people apart, only hers are kept; nobody guesses which they are.

    Raises:
        Unfit: it is another's, or nobody said whose readings are wanted.
    """
    if source.user is None:
        hint = "Send with `user` whose readings are wanted."
        raise Unfit("user", f"It is person {user}'s, and nobody said who she is.", hint)
    if user != source.user:
        raise Unfit("user", "It is another person's.", "Choose yourself on the device.")


def _find(source: Source) -> Characteristic:
    found = CHARACTERISTICS.get(source.characteristic)
    if found is None or found.service != source.service:
        raise Unfit("unknown", "Nobody here knows this characteristic.", "See docs/rooms/devices.")
    return found


def _misread(why: str) -> Unfit:
    if why in FORMATS:
        return Unfit("format", FORMATS[why], "Measure with a device that keeps to the standard.")
    return Unfit("unreadable", FAULTS[why], "Connect it again.")


def _about(of: Characteristic, record: Decoded) -> Packet:
    """What is no measurement: what it says of the device itself, or of others."""
    if of.characteristic == "2a19":
        share = record.numbers["battery"] / 100
        if share > 1:
            return Packet(refused=Unfit("battery", "It is fuller than full.", "Charge it."))
        return Packet(battery=share)
    return Packet(about={of.name: record.text.strip()} if record.text.strip() else {})


def _values(measure: Measure, record: Decoded) -> dict[str, float]:
    """The values of one kind, where in its unit; what it may lack is taken only if plausible."""
    first = next(iter(measure.values.values()))
    if measure.unit and record.units.get(first, measure.unit) != measure.unit:
        return {}
    kind = KINDS[measure.kind]
    limits = {part.key: part for part in kind.parts if isinstance(part, Quantity)}
    found: dict[str, float] = {}
    for key, name in measure.values.items():
        value = record.numbers.get(name)
        if value is None:
            continue
        if key not in kind.may_lack or limits[key].low <= value <= limits[key].high:
            found[key] = value
    return found


def _require_number(record: Decoded, measure: Measure) -> None:
    """Where the device says that there is no number, that is why."""
    for key, name in measure.values.items():
        if name in record.absent and key not in KINDS[measure.kind].may_lack:
            why = f"The device measured no {name}: {record.absent[name]}."
            raise Unfit("no-value", why, "Measure again.")


def _terms(measure: Measure, record: Decoded) -> dict[str, int]:
    if measure.kind != "glucose":
        return measure.terms
    drawn = next((SAMPLES[mark] for mark in record.marks if mark in SAMPLES), None)
    return {key: drawn or term for key, term in measure.terms.items()}


def _key(values: dict[str, float], sequence: float | None, told: str, at: datetime) -> str:
    if sequence is not None and told:
        return f"#{sequence:.0f}@{told}"
    return f"{told or at.isoformat()}={sorted(values.items())}"
