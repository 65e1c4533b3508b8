"""Identity's tables: accounts and sessions; apps, and what people gave them; credentials."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import accounts, apps, asking, held, issued

MIGRATIONS: tuple[Step, ...] = (
    *accounts.MIGRATIONS,
    *apps.MIGRATIONS,
    *issued.MIGRATIONS,
    *held.MIGRATIONS,
    *asking.MIGRATIONS,
)
OWNED: dict[str, Owned | None] = {
    **accounts.OWNED,
    **apps.OWNED,
    **issued.OWNED,
    **held.OWNED,
    **asking.OWNED,
}
