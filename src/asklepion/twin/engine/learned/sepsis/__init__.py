"""Sepsis within hours, hour by hour: reading, cleaning, and features that know no future.

Names and units are those of the PhysioNet Challenge 2019 (Reyna et al, Crit Care Med 2020;48:210).
"""

from .features import KEYS, features
from .hours import COLUMNS, Hours, make_hours
from .reading import read_patients

__all__ = ["COLUMNS", "KEYS", "Hours", "features", "make_hours", "read_patients"]
