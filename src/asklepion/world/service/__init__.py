"""The verbs of the world."""

from .company import Company
from .files import load_places
from .gates import Gatekeeper
from .gateway import Gateway
from .looks import Looks
from .order import Wish
from .visit import Line, Visit
from .world import Leaving, World

__all__ = [
    "Company",
    "Gatekeeper",
    "Gateway",
    "Leaving",
    "Line",
    "Looks",
    "Visit",
    "Wish",
    "World",
    "load_places",
]
