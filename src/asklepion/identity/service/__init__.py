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
from .closing import AccountClosed, Closing
from .credentials import LONGEST
from .identity import Identity
from .keys import LINK, SIGN_IN, Link, Progress
from .returning import Return
from .vc import LicenceEnded, NewCredential, VerifiableCredentials, examine_alone, is_paper
from .vc import Verdict as CredentialVerdict

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
    "AccountClosed",
    "Asked",
    "Closing",
    "Connected",
    "CredentialKind",
    "CredentialVerdict",
    "Identity",
    "LicenceEnded",
    "Link",
    "NewClient",
    "NewCredential",
    "Progress",
    "Refusal",
    "Return",
    "VerifiableCredentials",
    "examine_alone",
    "is_paper",
]
