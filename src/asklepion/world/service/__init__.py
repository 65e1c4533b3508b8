"""The verbs of the world."""

from .company import Company
from .files import load_places
from .gates import Gatekeeper
from .gateway import Gateway
from .looks import Looks
from .order import Wish
from .sfu import Voices
from .uploads import Cellar, Uploads
from .visit import Line, Visit
from .world import Leaving, World

__all__ = [
    "Cellar",
    "Company",
    "Gatekeeper",
    "Gateway",
    "Leaving",
    "Line",
    "Looks",
    "Uploads",
    "Visit",
    "Voices",
    "Wish",
    "World",
    "load_places",
]
