"""What is not FHIR and becomes it: C-CDA documents, HL7 v2 messages, spreadsheets.

Each reader is pure. It gives a `Foreign`: resources with ids that follow from what they are, so
that the same again adds nothing, and a note for everything that it did not understand.
"""

from .cda import read_document
from .hl7 import Message, Names, Unsupported, read_er7, read_message, split_messages
from .model import Foreign, Note, Unreadable
from .oids import system_of

__all__ = [
    "Foreign",
    "Message",
    "Names",
    "Note",
    "Unreadable",
    "Unsupported",
    "read_document",
    "read_er7",
    "read_message",
    "split_messages",
    "system_of",
]
