"""Identity: who is calling, and with what credential.

Promises: a caller is who the account says, or a stranger; passwords and tokens cannot be read back
from what is kept; guessing them takes too long, even across restarts.
Never: decides what data anybody may see.
"""

from .model import STRANGER, Account, Caller, Role, Session
from .service import Identity
from .store import MIGRATIONS, OWNED

__all__ = ["MIGRATIONS", "OWNED", "STRANGER", "Account", "Caller", "Identity", "Role", "Session"]
