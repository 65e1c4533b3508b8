"""The verbs of the ledger."""

from .keeping import Ledger

__all__ = ["Ledger"]
