"""Passcodes of links: hashed slowly, and only so many at the same time."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

AT_ONCE = 2


class Passcodes:
    """Hashes and compares."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def hashed(self, passcode: str) -> str:
        """What is kept of a passcode; nothing of none."""
        if not passcode:
            return ""
        async with self._at_once:
            return await asyncio.to_thread(self._hasher.hash, passcode)

    async def is_right(self, hashed: str, passcode: str) -> bool:
        """Whether it is the one that was hashed."""
        async with self._at_once:
            try:
                return await asyncio.to_thread(self._hasher.verify, hashed, passcode)
            except Argon2Error:
                return False
