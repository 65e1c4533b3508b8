"""The world: places, the people in them, and what they see and hear of each other.

Promises: whoever is let in sees all who are there; nobody stands where nobody can; a full place
is full; one visitor's silence, hurry or garbage costs the others nothing. What somebody makes is
one person's until they let go of it, everybody sees the same of it, and what was kept survives a
power cut.
Never: knows medicine, keeps what was said, or tells one visitor the account of another.
"""

from .model import Place
from .service import Cellar, Gatekeeper, Gateway, Leaving, World
from .store import MIGRATIONS, OWNED
from .wire import Code

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "Cellar",
    "Code",
    "Gatekeeper",
    "Gateway",
    "Leaving",
    "Place",
    "World",
]
