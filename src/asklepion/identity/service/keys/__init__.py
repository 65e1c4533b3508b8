"""Keys: how people come in, how they come back in, and what they sign."""

from .desk import KeyDesk
from .notices import Notices
from .passkeys import Passkeys

__all__ = ["KeyDesk", "Notices", "Passkeys"]
