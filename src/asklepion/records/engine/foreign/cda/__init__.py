"""C-CDA R2.1 documents (CCD and its kin), read into FHIR R4."""

from .document import read_document

__all__ = ["read_document"]
