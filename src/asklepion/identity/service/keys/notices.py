"""What people are told about their own keys, wherever they are signed in."""

from ...model import Caller, Notice
from ...store import keys as store
from .desk import KeyDesk

MOST = 50


class Notices:
    """The verbs about notices."""

    def __init__(self, desk: KeyDesk) -> None:
        self._desk = desk

    async def of(self, caller: Caller) -> list[tuple[Notice, bool]]:
        """What the caller was told, and whether they have seen it; the newest first."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            return await store.notices(tx, caller.account, MOST)

    async def see(self, caller: Caller, until: str) -> None:
        """The caller has seen what they were told, up to this one."""
        caller.require_known()
        async with self._desk.db.begin() as tx:
            await store.see_notices(tx, caller.account, until)
