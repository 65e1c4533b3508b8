"""Identity's tables: accounts and sessions; their keys; apps, and what people gave them."""

from asklepion.kit.backup import Owned
from asklepion.kit.db import Step

from . import accounts, apps, guardians, keys, wallets

MIGRATIONS: tuple[Step, ...] = (
    *accounts.MIGRATIONS,
    *apps.MIGRATIONS,
    *keys.MIGRATIONS,
    *guardians.MIGRATIONS,
    *wallets.MIGRATIONS,
)
OWNED: dict[str, Owned | None] = {
    **accounts.OWNED,
    **apps.OWNED,
    **keys.OWNED,
    **guardians.OWNED,
    **wallets.OWNED,
}
