"""The twin's own tables. What is measured lives in records; here is what was made of it."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import alerts

MIGRATIONS: tuple[Step, ...] = (alerts.create,)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {**alerts.OWNED}
