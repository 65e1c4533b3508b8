"""Who proved just now that it is really them: asked before anything about keys changes."""

from datetime import datetime, timedelta

from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden

from ..model import Way
from ..store import keys

FRESH = timedelta(minutes=10)  # how long somebody who proved to be herself counts as that

STALE = "Prove once more that it is you."


async def freshness(tx: Tx, account: str, session: bytes, now: datetime) -> tuple[bool, bool]:
    """Whether somebody proved just now who they are, and whether it takes a passkey."""
    has_passkey = bool(await keys.passkeys(tx, account))
    found = await keys.proven(tx, session, account)
    if found is None:
        return False, has_passkey
    by, at = found
    good = {Way.PASSKEY} if has_passkey else {Way.PASSWORD, Way.PASSKEY}
    return by in good and at > now - FRESH, has_passkey


def stale(*, has_passkey: bool) -> Forbidden:
    """That they did not."""
    what = "your passkey" if has_passkey else "your password"
    return Forbidden(STALE, hint=f"Use {what}, and go on within ten minutes.")
