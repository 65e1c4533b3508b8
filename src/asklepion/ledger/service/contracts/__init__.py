"""Our contracts on the chain: deployed, called, bound to the log, checked."""

from .contracts import Contracts, Health, Outcome
from .outside import check_on_chain

__all__ = ["Contracts", "Health", "Outcome", "check_on_chain"]
