"""The verbs of identity."""

from .apps import (
    ALGORITHM,
    AUTHORIZE,
    FHIR,
    INTROSPECT,
    JWKS,
    REVOKE,
    TOKEN,
    Asked,
    Connected,
    NewClient,
    Refusal,
)
from .credentials import LONGEST
from .identity import Identity
from .keys import LINK, SIGN_IN, Link, Progress

__all__ = [
    "ALGORITHM",
    "AUTHORIZE",
    "FHIR",
    "INTROSPECT",
    "JWKS",
    "LINK",
    "LONGEST",
    "REVOKE",
    "SIGN_IN",
    "TOKEN",
    "Asked",
    "Connected",
    "Identity",
    "Link",
    "NewClient",
    "Progress",
    "Refusal",
]
