"""How deeply what strangers send may be nested: as deeply as Python means it, and no deeper.

Nested JSON ends in a RecursionError, which is answered; with a higher limit it ends the process,
since the stacks of our threads are not made for it. py_ecc (and so eth-account) and py-evm raise
the limit to 100,000 for everybody as they are imported. So they are not heard.
"""

import sys

MEDDLERS = ("eth", "py_ecc")
ORDINARY = 1000

_told = sys.setrecursionlimit


def _tell(limit: int) -> None:
    if sys._getframe(1).f_globals.get("__name__") not in MEDDLERS:  # pyright: ignore
        _told(limit)


def keep_ordinary() -> None:
    """Hear them no more; and take back what they did before we came."""
    if any(name in sys.modules for name in MEDDLERS) and sys.setrecursionlimit is _told:
        _told(ORDINARY)
    sys.setrecursionlimit = _tell
