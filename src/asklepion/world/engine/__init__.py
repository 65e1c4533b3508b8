"""The world without sockets and clocks: poses in, one frame a tick out."""

from .allowance import Allowance
from .hall import Hall, Turn
from .outbox import Outbox
from .signing import Signing

__all__ = ["Allowance", "Hall", "Outbox", "Signing", "Turn"]
