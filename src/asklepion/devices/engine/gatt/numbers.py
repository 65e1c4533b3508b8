"""The medical floating-point numbers of IEEE 11073-20601, and what is mistaken for them.

Both are mantissa times ten to an exponent, each in two's complement: SFLOAT 4 bits of exponent and
12 of mantissa, FLOAT 8 and 24. A few mantissas at exponent 0 mean that there is no number.
"""

import math
import struct
from enum import StrEnum

MOST_DIGITS = 22  # ten to this is the last power that a double holds exactly


class Special(StrEnum):
    """Why there is no number."""

    NAN = "nan"  # not a number: the sensor has none
    NRES = "nres"  # not at this resolution
    PLUS_INFINITY = "+inf"  # above what it can measure
    MINUS_INFINITY = "-inf"
    RESERVED = "reserved"


SFLOAT_SPECIALS = {
    0x07FE: Special.PLUS_INFINITY,
    0x07FF: Special.NAN,
    0x0800: Special.NRES,
    0x0801: Special.RESERVED,
    0x0802: Special.MINUS_INFINITY,
}
FLOAT_SPECIALS = {
    0x007FFFFE: Special.PLUS_INFINITY,
    0x007FFFFF: Special.NAN,
    0x00800000: Special.NRES,
    0x00800001: Special.RESERVED,
    0x00800002: Special.MINUS_INFINITY,
}


def read_sfloat(raw: int) -> float | Special:
    """The number in 16 bits."""
    return SFLOAT_SPECIALS.get(raw) or _scaled(signed(raw & 0xFFF, 12), signed(raw >> 12, 4))


def read_float(raw: int) -> float | Special:
    """The number in 32 bits."""
    return FLOAT_SPECIALS.get(raw) or _scaled(signed(raw & 0xFFFFFF, 24), signed(raw >> 24, 8))


def otherwise(raw: int, size: int) -> dict[str, float]:
    """The same bits as devices that keep to no standard mean them: by the fault's name.

    `ieee754` is the binary number of computers; `exponent` counts from the middle instead of in
    two's complement.
    """
    if size == 2:
        binary = struct.unpack("<e", raw.to_bytes(2, "little"))[0]
        mantissa, exponent = signed(raw & 0xFFF, 12), (raw >> 12) - 8
    else:
        binary = struct.unpack("<f", raw.to_bytes(4, "little"))[0]
        mantissa, exponent = signed(raw & 0xFFFFFF, 24), (raw >> 24) - 128
    return {"ieee754": binary, "exponent": _scaled(mantissa, exponent)}


def signed(raw: int, bits: int) -> int:
    """A number in two's complement."""
    return raw - (1 << bits) if raw >> (bits - 1) else raw


def rounded(value: float, decimals: int) -> float:
    """Half up, and the same in every language that has IEEE 754 doubles."""
    scale = 10.0**decimals
    return math.floor(value * scale + 0.5) / scale


def _scaled(mantissa: int, exponent: int) -> float:
    """Exact as far as doubles go: a power of ten up to 22 is, one of its inverses never."""
    if exponent >= 0:
        return float(mantissa * 10 ** min(exponent, MOST_DIGITS))
    return mantissa / 10.0 ** min(-exponent, MOST_DIGITS)
