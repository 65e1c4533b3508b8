"""What every verb of identity stands on."""

import asyncio
from collections.abc import Iterable
from typing import Any

from argon2 import PasswordHasher

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys

from ..engine import rules
from ..engine.secrets import Passwords, Tokens
from ..model import Account, Role
from .acting import Acts
from .trying import Trying

HASHES_AT_ONCE = 4  # each needs 64 MiB


class Ground:
    """The room's tools, and the one place where passwords are hashed.

    Args:
        hasher: how much work a password's hash takes; where that changes, each password is hashed
            again when it is next used.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        keys: Keys,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._tokens = Tokens(keys.key("identity-tokens"))
        self._passwords = Passwords(hasher or PasswordHasher())
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._trying = Trying(db, clock, self._tokens)
        self.acts = Acts(clock, ids)

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._passwords.hash, password)

    async def _is_right(self, password: str, kept: str | None) -> bool:
        async with self._hashing:
            return await asyncio.to_thread(self._passwords.is_right, password, kept)

    def _account(self, email: str, name: str, roles: Iterable[Role], **more: Any) -> Account:
        """A new account, each of its parts in its one right form."""
        person, language = more.get("person"), more.get("language", "en")
        return Account(
            id=self._ids.new(),
            email=rules.email_of(email),
            name=rules.name_of(name),
            roles=rules.roles_of(roles),
            person=None if person is None else rules.person_of(person),
            language=rules.language_of(language),
            created_at=self._clock.now(),
        )
