"""HL7 v2 messages (ADT, ORU, MDM), read into FHIR R4."""

from .answers import INTERNAL, KIND, REQUIRED, WRONG, Verdict, answer
from .er7 import Message, read_er7, split_messages
from .messages import Unsupported, read_message
from .values import Names

__all__ = [
    "INTERNAL",
    "KIND",
    "REQUIRED",
    "WRONG",
    "Message",
    "Names",
    "Unsupported",
    "Verdict",
    "answer",
    "read_er7",
    "read_message",
    "split_messages",
]
