"""The verbs of the world."""

from .calendar import Calendar, Listed, Plan
from .company import Company
from .files import load_places
from .gates import Gatekeeper
from .gateway import Gateway
from .looks import Looks
from .order import Wish
from .uploads import Cellar, Uploads
from .visit import Line, Visit
from .world import Leaving, World

__all__ = [
    "Calendar",
    "Cellar",
    "Company",
    "Gatekeeper",
    "Gateway",
    "Leaving",
    "Line",
    "Listed",
    "Looks",
    "Plan",
    "Uploads",
    "Visit",
    "Wish",
    "World",
    "load_places",
]
