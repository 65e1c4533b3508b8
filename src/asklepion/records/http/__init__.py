"""Translation only: HTTP to verb and back."""

from .auditing import router as auditing
from .cohorts import router as cohorts
from .consenting import router as consenting
from .erasing import router as erasing
from .fhir import fhir
from .linking import PATH as LINKS_PATH
from .linking import router as linking
from .routes import IMPORT_PATH, router
from .summarising import router as summarising

router.include_router(auditing)
router.include_router(consenting)
router.include_router(erasing)
router.include_router(cohorts)
router.include_router(summarising)
router.include_router(linking)

__all__ = ["IMPORT_PATH", "LINKS_PATH", "fhir", "router"]
