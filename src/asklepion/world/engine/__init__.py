"""The world without sockets and clocks: poses in, one frame a tick out."""

from .allowance import Allowance
from .asides import ASKED_S, FAR_M, MOST_ASIDES, MOST_IN_ONE, NEAR_M, Asides
from .bubble import is_crowding
from .captioners import Captioners
from .earshot import in_earshot
from .hall import HEARTBEAT_TICKS, Hall, Turn
from .icalendar import calendar_of
from .interest import Frames
from .loose import Author, Loose, Who
from .outbox import Outbox
from .pictures import picture
from .ring import Doings, Ring
from .seats import Seats
from .signing import Signing
from .things import Things
from .veil import is_empty, tick_of, veil

__all__ = [
    "ASKED_S",
    "FAR_M",
    "HEARTBEAT_TICKS",
    "MOST_ASIDES",
    "MOST_IN_ONE",
    "NEAR_M",
    "Allowance",
    "Asides",
    "Author",
    "Captioners",
    "Doings",
    "Frames",
    "Hall",
    "Loose",
    "Outbox",
    "Ring",
    "Seats",
    "Signing",
    "Things",
    "Turn",
    "Who",
    "calendar_of",
    "in_earshot",
    "is_crowding",
    "is_empty",
    "picture",
    "tick_of",
    "veil",
]
