"""Devices: what is measured at home comes in by itself.

Promises: a reading becomes an Observation in the record of the one person its device belongs to,
within a second, once; a device that is silent or sends nonsense shows it on its card.
Never: keeps a second truth beside the record; lets a device speak for another.
"""

from .model import DAILY, KINDS, Device, Kind, Reach, Reading, Registration
from .service import Devices, FileStep, gateway, simulate
from .store import MIGRATIONS, OWNED

__all__ = [
    "DAILY",
    "KINDS",
    "MIGRATIONS",
    "OWNED",
    "Device",
    "Devices",
    "FileStep",
    "Kind",
    "Reach",
    "Reading",
    "Registration",
    "gateway",
    "simulate",
]
