"""What people look like: chosen by themselves, kept by the house, and never a lie about a role."""

from collections.abc import Callable, Sequence

from msgspec import structs

from asklepion.identity import AccountClosed, Caller, Role
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Forbidden
from asklepion.records import Forgotten

from .. import store
from ..model import Look, Top, look_for, read_look

Shown = Callable[[str, Look], None]


class Looks:
    """The looks of all accounts."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._listeners: list[Shown] = []

    def when_changed(self, listener: Shown) -> None:
        """Be told the account and the look whenever somebody chooses another."""
        self._listeners.append(listener)

    async def read(self, caller: Caller) -> Look:
        """What the caller looks like to others: as chosen, or as their account has it by itself.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        async with self._db.read() as tx:
            kept = await store.looks.find(tx, caller.account)
            avatar = await store.avatars.worn_by(tx, caller.account)
        chosen = read_look(kept) if kept else None
        look = worn(caller, chosen) if chosen else default_look(caller)
        return structs.replace(look, avatar=avatar)

    async def show_again(self, caller: Caller) -> Look:
        """Tell whoever listens what the caller looks like now."""
        look = await self.read(caller)
        self._tell(caller.account, look)
        return look

    async def choose(self, caller: Caller, look: Look) -> Look:
        """Look like this from now on; whoever is near sees it at once.

        The avatar that is worn over it stays as it is: `Avatars` decides about that.

        Raises:
            Unauthenticated: a stranger asks.
            Forbidden: the clothes are those of a clinician, and the account is none.
        """
        caller.require_known()
        if look.is_clinical and not caller.has(Role.CLINICIAN):
            raise Forbidden(
                "Only clinicians wear a white coat or scrubs here.", hint="Choose other clothes."
            )
        is_patient = (caller.person or "").startswith("Patient/")
        patient = caller.person if caller.person and is_patient else ""
        plain = structs.replace(look, avatar="")
        async with self._db.begin() as tx:
            await store.looks.keep(tx, caller.account, patient, plain.code)
        return await self.show_again(caller)

    async def reset(self, caller: Caller) -> Look:
        """Look again as the account has it by itself.

        Raises:
            Unauthenticated: a stranger asks.
        """
        caller.require_known()
        async with self._db.begin() as tx:
            await store.looks.drop(tx, caller.account)
        return await self.show_again(caller)

    async def forget(self, tx: Tx, patient: str) -> Forgotten:
        """Take away the look of a patient who is erased."""
        return Forgotten(rows={"world_look": await store.looks.drop_of_patient(tx, patient)})

    async def hear_closed(self, event: AccountClosed) -> None:
        """Take away the look of an account that was closed."""
        async with self._db.begin() as tx:
            await store.looks.drop(tx, event.account)

    async def follow(
        self, tx: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> Sequence[str]:
        """Let looks of one patient be another's, whose record she is part of now, or again."""
        return await store.looks.hand_over(tx, old, new, only)

    def _tell(self, account: str, look: Look) -> None:
        for listener in self._listeners:
            listener(account, look)


def default_look(caller: Caller) -> Look:
    """The look of a caller who has chosen none."""
    return look_for(caller.account, is_clinician=caller.has(Role.CLINICIAN))


def worn(caller: Caller, look: Look) -> Look:
    """What is seen of a chosen look: who is no clinician any more wears a shirt instead."""
    if not look.is_clinical or caller.has(Role.CLINICIAN):
        return look
    return structs.replace(look, top=Top.SHIRT)
