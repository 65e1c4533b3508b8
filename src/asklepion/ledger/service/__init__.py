"""The verbs of the ledger."""

from .cosigning import Witnesses, read_witnesses
from .receipting import Ledger
from .witnessing import Stale, Witness, open_witness

__all__ = ["Ledger", "Stale", "Witness", "Witnesses", "open_witness", "read_witnesses"]
