"""The verbs of the world."""

from .files import load_places
from .visit import Visit
from .world import Gatekeeper, World

__all__ = ["Gatekeeper", "Visit", "World", "load_places"]
