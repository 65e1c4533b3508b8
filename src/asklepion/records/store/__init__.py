"""The tables of the records room, and every line of SQL that touches them."""

from . import access, erasures, permits, rows, sealed, search
from .sight import Sight
from .tables import MIGRATIONS, OWNED

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "Sight",
    "access",
    "erasures",
    "permits",
    "rows",
    "sealed",
    "search",
]
