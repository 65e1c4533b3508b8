"""A key becomes somebody's: added beside others, or in their place when she came back in."""

from datetime import datetime

from asklepion.kit.clock import to_iso
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden
from asklepion.kit.log import get_log

from ...engine.passkeys import NewKey
from ...model import Passkey
from ...store import accounts, apps, guardians, keys, links, recoveries, wallets
from .desk import KeyDesk

log = get_log(__name__)

NOBODY = b""  # no session stays


def passkey_of(
    made: NewKey, *, id: str, account: str, handle: bytes, rp: str, name: str, at: datetime
) -> Passkey:
    """What a device made, as somebody's."""
    return Passkey(
        id=id,
        account=account,
        credential=made.credential,
        handle=handle,
        public_key=made.public_key,
        algorithm=made.algorithm,
        x=made.x,
        y=made.y,
        sign_count=made.sign_count,
        is_synced=made.is_synced,
        rp=rp,
        name=name,
        created_at=at,
    )


async def add(tx: Tx, key: Passkey) -> None:
    """Keep a new passkey.

    Raises:
        Conflict: somebody has it already.
    """
    if not await keys.add_passkey(tx, key):
        raise Conflict("That passkey is known here already.", hint="Use another device.")


async def start_anew(tx: Tx, key: Passkey, *, drops_old: bool) -> None:
    """Let somebody who came back in go on with a new key: every session and app ends.

    Args:
        drops_old: her other passkeys, her password, and coming in by a wallet end too.
    """
    await tx.lock("identity.ways")
    await add(tx, key)
    if drops_old:
        await keys.drop_passkeys(tx, key.account, key.id)
        await accounts.change_password(tx, key.account, "")
        await wallets.close(tx, key.account)
    await links.drop_links(tx, key.account)
    await accounts.end_sessions(tx, key.account, NOBODY)
    await apps.end_grants(tx, "account", key.account)
    await recoveries.cancel_all(tx, key.account)
    log.info("account recovered", account=key.account)


async def ready(desk: KeyDesk, tx: Tx, credential: bytes) -> recoveries.Recovery | None:
    """A recovery whose new key this is, if its guardians agreed and the delay is over.

    Raises:
        Forbidden: it is not good yet.
    """
    found = await recoveries.find_recovery(tx, "credential", credential)
    now = desk.clock.now()
    if found is None or found.expires_at <= now:
        return None
    if found.state == recoveries.OPEN:  # told alike where there is no such account
        raise Forbidden(
            "Your guardians have not agreed yet.", hint="Ask them, and give them your code."
        )
    if found.state != recoveries.WAITING or found.ready_at is None:
        return None
    if found.ready_at > now:
        raise Forbidden(
            "Your guardians agreed; the time to object is not over yet.",
            hint=f"Come in after {to_iso(found.ready_at)}.",
        )
    return found


async def finish(desk: KeyDesk, tx: Tx, recovery: recoveries.Recovery) -> None:
    """Let the new key take the place of the old ones, and of the printed code.

    Raises:
        Forbidden: meanwhile too few of those who agreed are guardians, or it was ended.
    """
    threshold, _ = await guardians.guarding(tx, recovery.account)
    if len(await recoveries.approvals(tx, recovery.id)) < max(threshold, 2):
        raise Forbidden("Too few of your guardians agreed.", hint="Ask again.")
    if not await _end(tx, recovery, recoveries.DONE):
        raise Forbidden("This was ended.", hint="Ask again.")
    await start_anew(tx, recovery.key, drops_old=True)
    await links.drop_printed(tx, recovery.account)  # the sheet may lie where the old keys do
    await desk.tell(tx, recovery.account, "recovered", recovery.key.name)


async def _end(tx: Tx, recovery: recoveries.Recovery, state: str) -> bool:
    return await recoveries.move_recovery(
        tx,
        recovery.id,
        recovery.state,
        state,
        ready=recovery.ready_at,
        until=recovery.expires_at,
    )
