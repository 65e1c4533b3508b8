"""The world without sockets and clocks: poses in, one frame a tick out."""

from .allowance import Allowance
from .hall import Hall, Turn
from .loose import Author, Loose, Who
from .outbox import Outbox
from .seats import Seats
from .things import Things

__all__ = ["Allowance", "Author", "Hall", "Loose", "Outbox", "Seats", "Things", "Turn", "Who"]
