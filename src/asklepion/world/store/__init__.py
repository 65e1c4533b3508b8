"""The world's tables; the only files with SQL.

Where anybody is, is kept nowhere; but in a house of more than one process, while they are there.
"""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import avatars, calendar, leases, looks, people, places, reports, things

MIGRATIONS: tuple[Step, ...] = (
    *people.MIGRATIONS,
    *reports.MIGRATIONS,
    *looks.MIGRATIONS,
    *things.MIGRATIONS,
    *leases.MIGRATIONS,
    *places.MIGRATIONS,
    *people.LATER,
    *calendar.MIGRATIONS,
    *avatars.MIGRATIONS,
    *reports.LATER,
)
OWNED: dict[str, Owned | None] = {
    **people.OWNED,
    **reports.OWNED,
    **looks.OWNED,
    **things.OWNED,
    **leases.OWNED,
    **places.OWNED,
    **calendar.OWNED,
    **avatars.OWNED,
}

__all__ = [
    "MIGRATIONS",
    "OWNED",
    "avatars",
    "calendar",
    "leases",
    "looks",
    "people",
    "places",
    "reports",
    "things",
]
