"""The world's tables; the only files with SQL."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import looks

MIGRATIONS: tuple[Step, ...] = (*looks.MIGRATIONS,)
OWNED: dict[str, Owned | None] = {**looks.OWNED}

__all__ = ["MIGRATIONS", "OWNED", "looks"]
