"""The tables of the records room, and every line of SQL that touches them."""

from . import access, erasures, glass, imaging, permits, rows, sealed, search, subscriptions
from .sight import Blind, Sight
from .tables import MIGRATIONS, OWNED

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "Blind",
    "Sight",
    "access",
    "erasures",
    "glass",
    "imaging",
    "permits",
    "rows",
    "sealed",
    "search",
    "subscriptions",
]
