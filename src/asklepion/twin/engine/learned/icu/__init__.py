"""The first 48 hours of a stay in intensive care: reading, cleaning, features.

Names and units are those of the PhysioNet Challenge 2012 (Silva et al, Comput Cardiol 2012;39:245):
pressures in mmHg, temperature in °C, creatinine, BUN, bilirubin, glucose in mg/dL, FiO2 as a share.
"""

from .features import KEYS, features
from .reading import read_stays
from .stay import HOURS, Series, Stay, make_stay

__all__ = ["HOURS", "KEYS", "Series", "Stay", "features", "make_stay", "read_stays"]
