"""The one answer for what is not there and for what may not be seen."""

from asklepion.kit.errors import NotFound

from ..engine import is_type


def not_found(type: str) -> NotFound:
    """The error for a resource of some type; it tells nothing more."""
    name = type if is_type(type) else "resource"
    return NotFound(f"There is no such {name}.", hint="Check its id, or ask the patient.")
