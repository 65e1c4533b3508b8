"""The verbs of identity."""

from ..engine.vc.kinds import Kind as CredentialKind
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
from .vc import LicenceEnded, NewCredential, VerifiableCredentials

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
    "CredentialKind",
    "Identity",
    "LicenceEnded",
    "NewClient",
    "NewCredential",
    "Refusal",
    "VerifiableCredentials",
]
