"""Profiles of implementation guides: what more they ask of a resource than R4 does.

Cardinality, types, fixed values and patterns, bindings whose codes are known, targets of
references, slices told apart by value, pattern, existence, type or profile, and constraints. A
profile with a snapshot is taken as it is; one without counts together with what it is based on.
"""

from .checking import keeps
from .library import Library
from .spots import Profile

__all__ = ["Library", "Profile", "keeps"]
