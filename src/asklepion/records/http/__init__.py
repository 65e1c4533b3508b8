"""Translation only: HTTP to verb and back."""

from .auditing import router as auditing
from .cohorts import router as cohorts
from .consenting import router as consenting
from .erasing import router as erasing
from .fhir import fhir
from .routes import IMPORT_PATH, router
from .sheets import router as sheets
from .taking import router as taking

router.include_router(auditing)
router.include_router(consenting)
router.include_router(erasing)
router.include_router(cohorts)
router.include_router(taking)
router.include_router(sheets)

__all__ = ["IMPORT_PATH", "fhir", "router"]
