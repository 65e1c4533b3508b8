"""What is said about a record, signed: kept, put on the chain, shown, proved, taken away."""

from .checking import Checker
from .graves import Graves
from .keeping import Signer
from .showing import NEWEST, Shower, Shown, Signed

__all__ = ["NEWEST", "Checker", "Graves", "Shower", "Shown", "Signed", "Signer"]
