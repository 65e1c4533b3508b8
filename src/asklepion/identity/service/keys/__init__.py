"""Keys: how people come in, how they come back in, and what they sign."""

from .desk import KeyDesk
from .devices import Devices, Link
from .guarding import Guardians
from .notices import Notices
from .passkeys import Passkeys
from .printed import Passwords, Printed
from .recovering import Progress, Recovering
from .wallets import LINK, SIGN_IN, Wallets

__all__ = [
    "LINK",
    "SIGN_IN",
    "Devices",
    "Guardians",
    "KeyDesk",
    "Link",
    "Notices",
    "Passkeys",
    "Passwords",
    "Printed",
    "Progress",
    "Recovering",
    "Wallets",
]
