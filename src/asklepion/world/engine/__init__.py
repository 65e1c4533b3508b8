"""The world without sockets and clocks: poses in, one frame a tick out."""

from .allowance import Allowance
from .bubble import is_crowding
from .hall import HEARTBEAT_TICKS, Hall, Turn
from .outbox import Outbox
from .pictures import picture
from .ring import Doings, Ring
from .signing import Signing
from .veil import is_empty, tick_of, veil

__all__ = [
    "HEARTBEAT_TICKS",
    "Allowance",
    "Doings",
    "Hall",
    "Outbox",
    "Ring",
    "Signing",
    "Turn",
    "is_crowding",
    "is_empty",
    "picture",
    "tick_of",
    "veil",
]
