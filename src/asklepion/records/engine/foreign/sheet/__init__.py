"""Spreadsheets of measurements (CSV), read into Observations."""

from .guessing import guess
from .mapping import Column, Mapping, read_mapping
from .measures import MEASURES
from .reading import Row, observations
from .sheet import Sheet, open_sheet

__all__ = [
    "MEASURES",
    "Column",
    "Mapping",
    "Row",
    "Sheet",
    "guess",
    "observations",
    "open_sheet",
    "read_mapping",
]
