"""The twin's own tables. What they hold about a patient is hers, sealed under her key."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import estimates

MIGRATIONS: tuple[Step, ...] = (estimates.create,)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {**estimates.OWNED}
