"""From bytes to what they say, by the table of `wire`: the browser's `decode.ts` does the same.

Nothing is guessed: a packet that is too short, too long, or written in another format is a fault
with a name, and a number that is none never becomes one.
"""

import calendar
from collections.abc import Iterator

import msgspec

from ...wire import Characteristic, Field
from .numbers import (
    Special,
    otherwise,
    read_float,
    read_sfloat,
    rounded,
    signed,
)

SIZES = {"u8": 1, "s8": 1, "u16": 2, "s16": 2, "u24": 3, "sfloat": 2, "float": 4, "time": 7}
CRC_BYTES = 2
LONGEST = 512  # bytes of an attribute: Bluetooth Core, volume 3, part F, 3.2.9


class Decoded(msgspec.Struct, frozen=True):
    """What one record of a packet says."""

    numbers: dict[str, float]
    absent: dict[str, str]  # parts without a number, and why
    units: dict[str, str]
    time: str = ""  # as the device's own clock shows it: 2024-11-29T23:08:57
    clock: str = "none"  # of that time: none told, set, unset or impossible
    text: str = ""
    marks: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()  # the marks that say it was no measurement


class Misread(Exception):
    """A packet that cannot be read; `why` is truncated, trailing, flags, crc, long or a format."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def decode(of: Characteristic, data: bytes) -> list[Decoded]:
    """The records in one packet: one, unless they are sized.

    Raises:
        Misread: it is none of this characteristic's.
    """
    if len(data) > LONGEST:
        raise Misread("long")
    if not of.is_sized:
        return [_record(of, data)]
    return [_record(of, each) for each in list(_split(data))]


def _split(data: bytes) -> Iterator[bytes]:
    """Records that each begin with their length, which counts itself."""
    if not data:
        raise Misread("truncated")
    at = 0
    while at < len(data):
        size = data[at]
        if size < 2 or at + size > len(data):
            raise Misread("truncated")
        yield data[at : at + size]
        at += size


class _Reading:
    """One record while it is read."""

    def __init__(self, of: Characteristic, data: bytes) -> None:
        self.of, self.data = of, data
        self.at = 1 if of.is_sized else 0
        self.flags = 0
        self.numbers: dict[str, float] = {}
        self.absent: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.time, self.clock, self.text = "", "none", ""
        self.marks: list[str] = []
        self.refuses: list[str] = []

    def take(self, size: int) -> bytes:
        part = self.data[self.at : self.at + size]
        if len(part) < size:
            raise Misread("truncated")
        self.at += size
        return part

    def read(self, field: Field) -> None:
        if field.when and self.flags & field.when[0] != field.when[1]:
            return
        if field.type == "text":
            self.text = self.take(len(self.data) - self.at).decode("utf-8", "replace").rstrip("\0")
            return
        if field.type == "u16s":
            self.take((len(self.data) - self.at) // 2 * 2)
            return
        part = self.take(SIZES[field.type])
        if field.type == "time":
            self.time, self.clock = _time(part)
            return
        self._number(field, int.from_bytes(part, "little"))

    def _number(self, field: Field, raw: int) -> None:
        if field.name == "flags":
            self.flags = raw
            if raw & ~self.of.flags:
                self.marks.append("unknown-flags")
        for mark in field.marks:
            if raw & mark.mask == mark.value:
                (self.refuses if mark.refuses else self.marks).append(mark.name)
        value = _value(field, raw)
        if field.name == "flags":
            return
        if isinstance(value, Special):
            self.absent[field.name] = value
        elif field.none == value:
            self.absent[field.name] = Special.NRES
        else:
            self._keep(field, value, raw)

    def _keep(self, field: Field, value: float, raw: int) -> None:
        is_other = bool(self.flags & field.other_when)
        unit = field.other_unit if is_other else field.unit
        if unit is None:
            self.numbers[field.name] = value
            return

        def told(number: float) -> float:
            return rounded((number - unit.less) * unit.times / unit.per, unit.decimals)

        if field.span and not _lies(told(value), field.span):
            for fault, number in otherwise(raw, SIZES[field.type]).items():
                if number == number and abs(number) < 1e9 and _lies(told(number), field.span, 1):
                    raise Misread(fault)
        self.numbers[field.name] = told(value)
        self.units[field.name] = unit.ucum


def _record(of: Characteristic, data: bytes) -> Decoded:
    read = _Reading(of, data)
    for field in of.fields:
        read.read(field)
    left = len(data) - read.at
    if of.may_end_in_crc and left == CRC_BYTES:
        if int.from_bytes(data[-CRC_BYTES:], "little") != crc16(data[:-CRC_BYTES]):
            raise Misread("crc")
    elif left:
        raise Misread("flags" if "unknown-flags" in read.marks else "trailing")
    return Decoded(
        numbers=read.numbers,
        absent=read.absent,
        units=read.units,
        time=read.time,
        clock=read.clock,
        text=read.text,
        marks=tuple(read.marks),
        refuses=tuple(read.refuses),
    )


def _value(field: Field, raw: int) -> float | Special:
    match field.type:
        case "sfloat":
            return read_sfloat(raw)
        case "float":
            return read_float(raw)
        case "s8":
            return float(signed(raw, 8))
        case "s16":
            return float(signed(raw, 16))
        case _:
            return float(raw)


def _lies(value: float, span: tuple[float, float], least: float = 0) -> bool:
    """Whether a number lies in a span; of what is doubted, far enough from nothing."""
    return span[0] <= value <= span[1] and abs(value) >= least


def _time(part: bytes) -> tuple[str, str]:
    """What a clock showed, and whether it can be believed; a part that is 0 is not known."""
    year = int.from_bytes(part[:2], "little")
    month, day, hour, minute, second = part[2:]
    if not (year and month and day):
        return "", "unset"
    if not (1582 <= year <= 9999 and month <= 12 and hour < 24 and minute < 60 and second < 60):
        return "", "impossible"
    if day > calendar.monthrange(year, month)[1]:
        return "", "impossible"
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}", "set"


def crc16(data: bytes) -> int:
    """CRC-CCITT as the CGM Service has it: 0x1021 from 0xFFFF, lowest bit first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc
