"""What every chain can do, wherever it runs."""

from typing import Protocol

from ...engine.evm.finding import Topics
from ...model import ZERO, Block, Finding, Log, Mined


class Chain(Protocol):
    """An EVM chain. Addresses have 20 bytes and hashes 32; amounts are in wei."""

    @property
    def id(self) -> int:
        """The number that goes into every signature. https://eips.ethereum.org/EIPS/eip-155"""
        ...

    async def head(self) -> Block:
        """The newest block; on a chain that others make too, the newest that is final enough."""
        ...

    async def block(self, which: int | bytes) -> Block | None:
        """One block by its number or its hash."""
        ...

    async def call(
        self, to: bytes, data: bytes, *, sender: bytes = ZERO, at: int | None = None
    ) -> bytes:
        """What a contract answers.

        Args:
            at: the block whose state it sees; none for the newest, at the present moment.

        Raises:
            Reverted: it refuses.
            NotFound: there is no such block, or its state is kept no more.
        """
        ...

    async def estimate(
        self, to: bytes | None, data: bytes, *, sender: bytes = ZERO, value: int = 0
    ) -> int:
        """How much gas a transaction should be given.

        Raises:
            Reverted: no gas is enough.
        """
        ...

    async def send(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; returns its hash.

        It waits for a block then: only `mined` says that it is kept.

        Raises:
            Incorrect, Unsupported, Conflict: it can never be mined.
            Busy: too many wait.
        """
        ...

    async def mined(self, transaction: bytes, *, timeout_s: float = 30) -> Mined:
        """What became of a transaction, once it is in a block for good.

        Raises:
            NotFound: nobody knows of it.
            Busy: it is in none yet.
            Incorrect, Conflict: it was refused after all.
        """
        ...

    async def find(self, transaction: bytes) -> Mined | None:
        """What became of a transaction, as far as that is known now."""
        ...

    async def is_settled(self, mined: Mined) -> bool:
        """Whether it lies in a block for good, and that block is still of the chain."""
        ...

    async def logs(
        self,
        *,
        address: bytes | None = None,
        topics: Topics = (),
        first: int = 0,
        last: int | None = None,
    ) -> list[Log]:
        """What contracts told in some blocks, oldest first.

        Raises:
            Incorrect: there is more of it than is given out at once.
        """
        ...

    async def nonce(self, address: bytes) -> int:
        """The nonce that an account's next transaction has, after those that wait."""
        ...

    async def settled_nonce(self, address: bytes) -> int:
        """How many of an account's transactions lie in blocks for good."""
        ...

    async def balance(self, address: bytes) -> int:
        """What an account has [wei]."""
        ...

    async def code(self, address: bytes) -> bytes:
        """A contract's code; empty where there is none."""
        ...

    async def verify(self) -> list[Finding]:
        """Look at all that is stored of it here again; empty where it is as it was written."""
        ...

    async def start(self) -> None:
        """Open it."""
        ...

    async def stop(self) -> None:
        """Close it."""
        ...
