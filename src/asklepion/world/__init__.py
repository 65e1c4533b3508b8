"""The world: places, the people in them, and what they see and hear of each other.

Promises: whoever is let in sees all who are there; nobody stands where nobody can; a full place
is full; one visitor's silence, hurry or garbage costs the others nothing; only clinicians look
like clinicians.
Never: knows medicine, keeps what was said, or tells one visitor the account of another.
"""

from .model import Look, Place, read_look
from .service import Gatekeeper, Leaving, Looks, World
from .store import MIGRATIONS, OWNED
from .wire import Code

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "Code",
    "Gatekeeper",
    "Leaving",
    "Look",
    "Looks",
    "Place",
    "World",
    "read_look",
]
