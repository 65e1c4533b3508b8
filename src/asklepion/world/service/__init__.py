"""The verbs of the world."""

from .company import Company
from .files import load_places
from .gates import Gatekeeper
from .order import Wish
from .visit import Visit
from .world import Leaving, World

__all__ = ["Company", "Gatekeeper", "Leaving", "Visit", "Wish", "World", "load_places"]
