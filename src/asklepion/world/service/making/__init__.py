"""Places that people make: drafts, versions, models, and what visitors are shown."""

from .desk import Making
from .showing import Showing
from .values import MAKERS, MOST_PLACES, Begun, Draft, Listed, Shown

__all__ = ["MAKERS", "MOST_PLACES", "Begun", "Draft", "Listed", "Making", "Showing", "Shown"]
