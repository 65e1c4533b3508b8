"""The verbs of the world."""

from .files import load_places
from .gateway import Gateway
from .uploads import Cellar, Uploads
from .visit import Line, Visit
from .world import Gatekeeper, Leaving, World

__all__ = [
    "Cellar",
    "Gatekeeper",
    "Gateway",
    "Leaving",
    "Line",
    "Uploads",
    "Visit",
    "World",
    "load_places",
]
