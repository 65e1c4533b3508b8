"""What every verb about credentials stands on."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.errors import Fault
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.kit.vault import DataKey

from ...engine.secrets import Tokens
from ...model import Account
from ..outside import Reach
from ..trying import Trying

NUMBER = 8  # bytes of a key's number before what it sealed

# Told of a status list whenever it changed: its address, how often it has, and the digest.
Published = Callable[[str, int, bytes], Awaitable[None]]


@dataclass(frozen=True)
class LicenceEnded:
    """Told whenever a clinician's last licence was revoked or suspended."""

    account: str


@dataclass(kw_only=True)
class Desk:
    """The tools of the verbs about credentials.

    Args:
        address: of this house, such as https://house.example; empty: as each request calls it.
        trusted: issuers elsewhere whose licences count here.
    """

    db: Database
    clock: Clock
    ids: Ids
    keys: Keys
    tokens: Tokens
    trying: Trying
    reach: Reach
    events: Events | None = None
    address: str = ""
    trusted: frozenset[str] = frozenset()
    told: list[Published] = field(default_factory=list[Published])

    @property
    def now_s(self) -> float:
        """The present moment, in seconds since 1970."""
        return self.clock.now().timestamp()

    async def seal(self, owner: str, text: bytes, context: str) -> bytes:
        """The text under its owner's key; opens only with the same context."""
        key = (await self.keys.vault.current([owner]))[owner]
        number = key.id.to_bytes(NUMBER)
        return number + key.seal(text, number + context.encode())

    async def open(self, blob: bytes, context: str) -> bytes | None:
        """The text again; nothing where its key was destroyed.

        Raises:
            Fault: it was altered or put in another's place, or its key is lost.
        """
        number = blob[:NUMBER]
        id = int.from_bytes(number)
        found: DataKey | None = (await self.keys.vault.by_id([id])).get(id)
        if found is None:
            if self.keys.vault.is_destroyed(id):
                return None
            hint = "Restore the keys folder from your backup of it."
            raise Fault("The key of something stored is missing.", hint=hint)
        return found.open(blob[NUMBER:], number + context.encode())


def owner_of(account: Account) -> str:
    """Whose key seals what an account holds: a patient's own, so that it goes with her."""
    is_patient = (account.person or "").startswith("Patient/")
    return str(account.person) if is_patient else f"account/{account.id}"


def new_secret() -> bytes:
    """32 bytes that nobody can guess."""
    return secrets.token_bytes(32)
