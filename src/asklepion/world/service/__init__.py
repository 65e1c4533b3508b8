"""The verbs of the world."""

from .files import load_places
from .gateway import Gateway
from .visit import Line, Visit
from .world import Gatekeeper, Leaving, World

__all__ = ["Gatekeeper", "Gateway", "Leaving", "Line", "Visit", "World", "load_places"]
