"""Files that apps, trackers and meters hand out, read piece by piece."""

from .gathering import Filed, Gatherer
from .reading import read_stream
from .shapes import FHIR, Found, Left

__all__ = ["FHIR", "Filed", "Found", "Gatherer", "Left", "read_stream"]
