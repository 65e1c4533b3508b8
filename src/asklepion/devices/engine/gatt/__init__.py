"""Bluetooth packets to readings: our own decoder of IEEE 11073-20601, run by one table."""

from .decode import Decoded, decode
from .numbers import Special, read_float, read_sfloat
from .readings import Measured, Source, read_packets

__all__ = [
    "Decoded",
    "Measured",
    "Source",
    "Special",
    "decode",
    "read_float",
    "read_packets",
    "read_sfloat",
]
