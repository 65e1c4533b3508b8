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

__all__ = [
    "ALGORITHM",
    "AUTHORIZE",
    "FHIR",
    "INTROSPECT",
    "JWKS",
    "LONGEST",
    "REVOKE",
    "TOKEN",
    "Asked",
    "Connected",
    "Identity",
    "NewClient",
    "Refusal",
]
