"""The access log as the patient reads it: grouped, searched as FHIR, exported with its proofs."""

from .auditing import Audit
from .checking import Checked, verify_export
from .exporting import ExportFile
from .reading import END, KINDS, Wish

__all__ = ["END", "KINDS", "Audit", "Checked", "ExportFile", "Wish", "verify_export"]
