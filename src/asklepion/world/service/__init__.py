"""The verbs of the world."""

from .calendar import Calendar, Listed, Plan
from .company import Company
from .files import load_places
from .gates import Gatekeeper
from .gateway import Gateway
from .leases import Leases, end_leases
from .looks import Looks
from .making import Making, Showing
from .order import Wish
from .relays import Relays
from .sealing import Secret
from .sfu import Voices
from .shelf import Cellar
from .uploads import Uploads
from .visit import Line, Visit
from .vrm import Avatar, Avatars
from .workers import Workers
from .world import Leaving, World

__all__ = [
    "Avatar",
    "Avatars",
    "Calendar",
    "Cellar",
    "Company",
    "Gatekeeper",
    "Gateway",
    "Leases",
    "Leaving",
    "Line",
    "Listed",
    "Looks",
    "Making",
    "Plan",
    "Relays",
    "Secret",
    "Showing",
    "Uploads",
    "Visit",
    "Voices",
    "Wish",
    "Workers",
    "World",
    "end_leases",
    "load_places",
]
