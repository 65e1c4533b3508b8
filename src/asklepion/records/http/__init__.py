"""Translation only: HTTP to verb and back."""

from .fhir import fhir
from .routes import IMPORT_PATH, router

__all__ = ["IMPORT_PATH", "fhir", "router"]
