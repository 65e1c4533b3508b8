"""Identity's tables: accounts and sessions; apps, and what people gave them."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import accounts, apps

MIGRATIONS: tuple[Step, ...] = (*accounts.MIGRATIONS, *apps.MIGRATIONS)
OWNED: dict[str, Owned | None] = {**accounts.OWNED, **apps.OWNED}
