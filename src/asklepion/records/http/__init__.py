"""Translation only: HTTP to verb and back."""

from .asking import PREFIX
from .auditing import router as auditing
from .bulk import router as bulk
from .cohorts import router as cohorts
from .consenting import router as consenting
from .duplicates import router as duplicates
from .erasing import router as erasing
from .fhir import fhir
from .routes import IMPORT_PATH, router

STREAMED = (IMPORT_PATH, f"{PREFIX}/$import")  # bodies that are read piece by piece

router.include_router(auditing)
router.include_router(consenting)
router.include_router(erasing)
router.include_router(cohorts)
router.include_router(bulk)
router.include_router(duplicates)

__all__ = ["IMPORT_PATH", "STREAMED", "fhir", "router"]
