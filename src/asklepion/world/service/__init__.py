"""The verbs of the world."""

from .files import load_places
from .looks import Looks
from .visit import Visit
from .world import Gatekeeper, Leaving, World

__all__ = ["Gatekeeper", "Leaving", "Looks", "Visit", "World", "load_places"]
