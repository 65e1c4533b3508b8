"""The verbs of the world."""

from .files import load_places
from .uploads import Cellar, Uploads
from .visit import Visit
from .world import Gatekeeper, Leaving, World

__all__ = ["Cellar", "Gatekeeper", "Leaving", "Uploads", "Visit", "World", "load_places"]
