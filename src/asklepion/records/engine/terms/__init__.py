"""Terminology: code systems, value sets and concept maps, as far as they are held here.

What is not held in full is never guessed: whoever asks about it is told that it cannot be told.

Source: https://hl7.org/fhir/R4/terminology-service.html
"""

from .checking import Verdict, check_code, display_of
from .expanding import CODES_MOST, Member, TooCostly, Unknowable, expand, is_member
from .held import Terms, names_inside
from .mapping import Match, translate
from .systems import Coding, Concept, System

__all__ = [
    "CODES_MOST",
    "Coding",
    "Concept",
    "Match",
    "Member",
    "System",
    "Terms",
    "TooCostly",
    "Unknowable",
    "Verdict",
    "check_code",
    "display_of",
    "expand",
    "is_member",
    "names_inside",
    "translate",
]
