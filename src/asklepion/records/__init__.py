"""Records: facts about people, in FHIR R4, released only as each of them allows.

Promises: `release()` is the only way out; every access is in the log before its answer leaves;
what may not be seen answers exactly like what does not exist; what was acknowledged is kept.
Never: hides an error, guesses a consent.
"""

from .engine.foreign import Unreadable, split_messages
from .engine.foreign.sheet import Mapping, read_mapping
from .model import (
    AccessEntry,
    Act,
    Along,
    Asking,
    Because,
    Breaking,
    Category,
    Choice,
    ConsentChanged,
    ConsentEnded,
    ConsentGranted,
    Erasure,
    Explained,
    Forgotten,
    Found,
    GlassBroken,
    Ground,
    Issue,
    Kept,
    Label,
    Overtaken,
    PatientErased,
    Permit,
    RecordImported,
    Resource,
    ResourceKept,
    Said,
    Stale,
    require_named,
)
from .service import ImportStep, Limits, Package, Packages, Question, Records, Verdict
from .service.audit import Checked, verify_export
from .service.books import CATEGORY_OF, code_of
from .service.bringing import Brought
from .service.messages import Held, Messages, Sender
from .service.mllp import Mllp, Tls
from .service.mllp import send as send_messages
from .service.sources import BinaryFile, Meter, Refused, read_streams
from .service.surveying import Gathered
from .service.surveying import Wanted as Survey
from .store import MIGRATIONS, OWNED

__all__ = [
    "CATEGORY_OF",
    "MIGRATIONS",
    "OWNED",
    "AccessEntry",
    "Act",
    "Along",
    "Asking",
    "Because",
    "BinaryFile",
    "Breaking",
    "Brought",
    "Category",
    "Checked",
    "Choice",
    "ConsentChanged",
    "ConsentEnded",
    "ConsentGranted",
    "Erasure",
    "Explained",
    "Forgotten",
    "Found",
    "Gathered",
    "GlassBroken",
    "Ground",
    "Held",
    "ImportStep",
    "Issue",
    "Kept",
    "Label",
    "Limits",
    "Mapping",
    "Messages",
    "Meter",
    "Mllp",
    "Overtaken",
    "Package",
    "Packages",
    "PatientErased",
    "Permit",
    "Question",
    "RecordImported",
    "Records",
    "Refused",
    "Resource",
    "ResourceKept",
    "Said",
    "Sender",
    "Stale",
    "Survey",
    "Tls",
    "Unreadable",
    "Verdict",
    "code_of",
    "read_mapping",
    "read_streams",
    "require_named",
    "send_messages",
    "split_messages",
    "verify_export",
]
