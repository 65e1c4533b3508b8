"""Translation only: HTTP to verb and back."""

from .consenting import router as consenting
from .erasing import router as erasing
from .fhir import fhir
from .routes import IMPORT_PATH, router
from .subscribing import router as listening

router.include_router(consenting)
router.include_router(erasing)
router.include_router(listening)

__all__ = ["IMPORT_PATH", "fhir", "router"]
