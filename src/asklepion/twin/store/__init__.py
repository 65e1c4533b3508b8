"""The twin's own tables: what was made of measurements, and thought; sealed under her key."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import alerts, estimates, night

MIGRATIONS: tuple[Step, ...] = (estimates.create, alerts.create, night.create)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {**estimates.OWNED, **alerts.OWNED, **night.OWNED}
