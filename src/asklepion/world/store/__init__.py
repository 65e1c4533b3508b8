"""The world's tables; the only files with SQL. Where anybody is, is kept nowhere."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import calendar, looks, people, reports, things

MIGRATIONS: tuple[Step, ...] = (
    *people.MIGRATIONS,
    *reports.MIGRATIONS,
    *looks.MIGRATIONS,
    *things.MIGRATIONS,
    *people.LATER,
    *calendar.MIGRATIONS,
)
OWNED: dict[str, Owned | None] = {
    **people.OWNED,
    **reports.OWNED,
    **looks.OWNED,
    **things.OWNED,
    **calendar.OWNED,
}

__all__ = ["MIGRATIONS", "OWNED", "calendar", "looks", "people", "reports", "things"]
