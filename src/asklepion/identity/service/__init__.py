"""The verbs of identity."""

from .credentials import LONGEST
from .identity import Identity

__all__ = ["LONGEST", "Identity"]
