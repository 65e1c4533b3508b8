"""What a transaction is offered to cost."""

from dataclasses import dataclass

from ..chain import Chain

GWEI = 10**9
MOST = 500 * GWEI  # for each gas; a house that would pay more waits instead


@dataclass(frozen=True)
class Fees:
    """Fees for each gas, in the chain's smallest unit."""

    most: int
    tip: int

    def raised(self) -> "Fees":
        """Enough more that a node takes it in the place of what it has (both by a tenth).

        The same, where that would be more than a house pays: half of it no node takes.
        """
        more = Fees(self.most * 5 // 4 + 1, self.tip * 5 // 4 + 1)
        return more if more.most <= MOST else self

    def __str__(self) -> str:
        return f"{self.most} {self.tip}"

    @staticmethod
    def read(text: str) -> "Fees":
        """Fees from their text."""
        most, tip = text.split(" ")
        return Fees(int(most), int(tip))


async def fees_of(chain: Chain) -> Fees:
    """Twice what the last block asked for, so that a few full blocks in a row do not matter."""
    base = (await chain.head()).base_fee
    tip = min(GWEI, max(base, 1))
    return Fees(min(MOST, 2 * base + tip), tip)
