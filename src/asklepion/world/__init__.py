"""The world: places, the people in them, and what they see and hear of each other.

Promises: whoever is let in sees all who are there and not apart from them; nobody stands where
nobody can; a full place is full; one visitor's silence, hurry or garbage costs the others nothing.
Never: knows medicine, keeps what was said (but for the minute that somebody reports, sealed), or
tells one visitor the account of another.
"""

from .model import Place, Right, Rights, rights_of
from .service import Company, Gatekeeper, Gateway, Leaving, World
from .store import MIGRATIONS, OWNED
from .wire import Code

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "Code",
    "Company",
    "Gatekeeper",
    "Gateway",
    "Leaving",
    "Place",
    "Right",
    "Rights",
    "World",
    "rights_of",
]
