"""The International Patient Summary: one document of what somebody should know of a patient.

Source: https://hl7.org/fhir/uv/ips/STU2/
"""

from .choosing import Chosen, choose
from .document import Issued, document
from .lines import Line, line_of
from .printing import printed
from .sections import PREGNANCY, SECTIONS, SMOKING, VITAL_CODES, Section
from .words import LANGUAGES, say

__all__ = [
    "LANGUAGES",
    "PREGNANCY",
    "SECTIONS",
    "SMOKING",
    "VITAL_CODES",
    "Chosen",
    "Issued",
    "Line",
    "Section",
    "choose",
    "document",
    "line_of",
    "printed",
    "say",
]
