"""A gateway at home: hears Bluetooth devices and hands on what they say, as it came."""

from .agent import Agent, House
from .pairing import Paired, read_pairing, write_pairing
from .radio import Radio, Said, SilentRadio, open_radio
from .store import Queue

__all__ = [
    "Agent",
    "House",
    "Paired",
    "Queue",
    "Radio",
    "Said",
    "SilentRadio",
    "open_radio",
    "read_pairing",
    "write_pairing",
]
