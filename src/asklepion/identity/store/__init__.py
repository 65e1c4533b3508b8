"""Identity's tables: accounts, sessions, keys; apps, and what people gave them; credentials."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import accounts, apps, asking, closing, guardians, held, issued, keys, wallets
from .keys import owned_by

MIGRATIONS: tuple[Step, ...] = (
    *accounts.MIGRATIONS,
    *apps.MIGRATIONS,
    *keys.MIGRATIONS,
    *guardians.MIGRATIONS,
    *wallets.MIGRATIONS,
    *issued.MIGRATIONS,
    *held.MIGRATIONS,
    *asking.MIGRATIONS,
    *held.LATER,
    *closing.MIGRATIONS,
)
OWNED: dict[str, Owned | None] = {
    **accounts.OWNED,
    **apps.OWNED,
    **keys.OWNED,
    **guardians.OWNED,
    **wallets.OWNED,
    **issued.OWNED,
    **held.OWNED,
    **asking.OWNED,
    **closing.OWNED,
}

__all__ = ["MIGRATIONS", "OWNED", "owned_by"]
