"""Records: facts about people, in FHIR R4, released only as each of them allows.

Promises: `release()` is the only way out; every access is in the log before its answer leaves;
what may not be seen answers exactly like what does not exist; what was acknowledged is kept.
Never: hides an error, guesses a consent.
"""

from .model import (
    AccessEntry,
    Asking,
    Category,
    ConsentEnded,
    ConsentGranted,
    Erasure,
    Forgotten,
    Found,
    Ground,
    Issue,
    Kept,
    Overtaken,
    PatientErased,
    Permit,
    RecordImported,
    Resource,
    ResourceKept,
    Stale,
)
from .service import ImportStep, Limits, Package, Packages, Question, Records, Verdict
from .service.books import CATEGORY_OF, code_of
from .store import MIGRATIONS, OWNED

__all__ = [
    "CATEGORY_OF",
    "MIGRATIONS",
    "OWNED",
    "AccessEntry",
    "Asking",
    "Category",
    "ConsentEnded",
    "ConsentGranted",
    "Erasure",
    "Forgotten",
    "Found",
    "Ground",
    "ImportStep",
    "Issue",
    "Kept",
    "Limits",
    "Overtaken",
    "Package",
    "Packages",
    "PatientErased",
    "Permit",
    "Question",
    "RecordImported",
    "Records",
    "Resource",
    "ResourceKept",
    "Stale",
    "Verdict",
    "code_of",
]
