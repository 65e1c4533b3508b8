"""Identity: who is calling, and with what credential.

Promises: a caller is who the account says, or a stranger; passwords and tokens cannot be read back
from what is kept; guessing them takes too long, even across restarts. What is taken for a
credential was signed by its issuer, shown by its holder, for this reader alone, and stands now.
Never: decides what data anybody may see.
"""

from .model import STRANGER, Account, App, Caller, Passkey, Proof, Role, Scope, Session
from .service import (
    AUTHORIZE,
    INTROSPECT,
    REVOKE,
    TOKEN,
    AccountClosed,
    CredentialKind,
    CredentialVerdict,
    Identity,
    LicenceEnded,
    NewCredential,
    examine_alone,
    is_paper,
)
from .store import MIGRATIONS, OWNED, owned_by

__all__ = [
    "AUTHORIZE",
    "INTROSPECT",
    "MIGRATIONS",
    "OWNED",
    "REVOKE",
    "STRANGER",
    "TOKEN",
    "Account",
    "AccountClosed",
    "App",
    "Caller",
    "CredentialKind",
    "CredentialVerdict",
    "Identity",
    "LicenceEnded",
    "NewCredential",
    "Passkey",
    "Proof",
    "Role",
    "Scope",
    "Session",
    "examine_alone",
    "is_paper",
    "owned_by",
]
