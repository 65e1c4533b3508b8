"""Keys: how people come in, how they come back in, and what they sign."""

from .desk import KeyDesk
from .devices import Devices
from .guarding import Guardians
from .notices import Notices
from .passkeys import Passkeys
from .printed import Passwords, Printed
from .recovering import Recovering
from .wallets import Wallets

__all__ = [
    "Devices",
    "Guardians",
    "KeyDesk",
    "Notices",
    "Passkeys",
    "Passwords",
    "Printed",
    "Recovering",
    "Wallets",
]
