"""The world: places, the people in them, and what they see and hear of each other.

Promises: whoever is let in sees all who are there and not apart from them; nobody stands where
nobody can; a full place is full; one visitor's silence, hurry or garbage costs the others nothing;
only clinicians look like clinicians. What somebody makes is one person's until they let go of it,
everybody sees the same of it, and what was kept survives a power cut.
Never: knows medicine, keeps what was said (but for the minute that somebody reports, sealed), or
tells one visitor the account of another.
"""

from .model import Look, Place, Right, Rights, read_look, rights_of
from .service import (
    Avatars,
    Cellar,
    Company,
    Gatekeeper,
    Gateway,
    Leases,
    Leaving,
    Looks,
    Making,
    Relays,
    Secret,
    Showing,
    Voices,
    Workers,
    World,
    end_leases,
)
from .store import MIGRATIONS, OWNED
from .wire import Code

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "Avatars",
    "Cellar",
    "Code",
    "Company",
    "Gatekeeper",
    "Gateway",
    "Leases",
    "Leaving",
    "Look",
    "Looks",
    "Making",
    "Place",
    "Relays",
    "Right",
    "Rights",
    "Secret",
    "Showing",
    "Voices",
    "Workers",
    "World",
    "end_leases",
    "read_look",
    "rights_of",
]
