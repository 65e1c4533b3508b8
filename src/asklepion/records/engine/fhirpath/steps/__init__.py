"""Every function of FHIRPath, by its name."""

from . import collections, conversions, fhir, numbers, texts
from .registry import FUNCTIONS

__all__ = ["FUNCTIONS", "collections", "conversions", "fhir", "numbers", "texts"]
