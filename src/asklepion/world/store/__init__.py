"""The world's tables: what people decided about each other. Where anybody is, is kept nowhere."""

from . import people, reports

MIGRATIONS = (*people.MIGRATIONS, *reports.MIGRATIONS)
OWNED = {**people.OWNED, **reports.OWNED}

__all__ = ["MIGRATIONS", "OWNED", "people", "reports"]
