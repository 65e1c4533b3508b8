"""What every verb of the room works with, handed round as one."""

from dataclasses import dataclass

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids

from ..engine import Indexer
from .books import Books
from .drafting import Drafter
from .releasing import Releasing
from .writing import Writer


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The room's own parts."""

    db: Database
    clock: Clock
    ids: Ids
    events: Events
    indexer: Indexer
    drafter: Drafter
    books: Books
    releasing: Releasing
    writer: Writer
