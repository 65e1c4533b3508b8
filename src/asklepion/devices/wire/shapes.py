"""The words in which a characteristic is described: its bytes in order, and what they mean."""

from typing import Literal

import msgspec

# All little endian. `sfloat` and `float` are those of IEEE 11073-20601, not of IEEE 754; `time` is
# seven bytes: year (2), month, day, hour, minute, second.
Type = Literal["u8", "s8", "u16", "s16", "u24", "sfloat", "float", "time", "text", "u16s"]


class Unit(msgspec.Struct, frozen=True):
    """A unit, and how the number in the packet becomes one in it: (number - less) * times / per."""

    ucum: str
    times: float = 1
    per: float = 1
    less: float = 0
    decimals: int = 3  # kept


class Mark(msgspec.Struct, frozen=True):
    """What some bits of a field say, where `field & mask == value`."""

    name: str
    mask: int
    value: int
    refuses: bool = False  # then it was no measurement


class Field(msgspec.Struct, frozen=True):
    """One part of a packet.

    Where a number lies outside its span but would lie in it had it been written otherwise, the
    device writes another format than the standard's, and none of it is believed.
    """

    name: str
    type: Type
    when: tuple[int, int] | None = None  # only where `flags & when[0] == when[1]`
    unit: Unit | None = None
    other_unit: Unit | None = None
    other_when: int = 0  # the bits of the flags that ask for the other unit
    span: tuple[float, float] | None = None  # in its unit
    none: int | None = None  # the number that means there is none
    marks: tuple[Mark, ...] = ()


class Measure(msgspec.Struct, frozen=True):
    """A kind of reading that a packet holds: its values, each by the field it stands in."""

    kind: str
    values: dict[str, str]
    terms: dict[str, int]  # the codes of ISO/IEEE 11073-10101
    unit: str = ""  # only where the first value has this one
    comes_along: bool = False  # beside what the device is for


class Characteristic(msgspec.Struct, frozen=True):
    """One characteristic of a service."""

    service: str  # of the 16-bit UUID, in hexadecimal
    characteristic: str
    name: str
    fields: tuple[Field, ...]
    flags: int = 0  # bits of the field `flags` that mean something
    is_sized: bool = False  # records follow each other, each after its own length
    may_end_in_crc: bool = False  # of what stands before it: E2E-CRC of the CGM Service
    is_stream: bool = False  # it comes every second, as long as one measures
    measures: tuple[Measure, ...] = ()
