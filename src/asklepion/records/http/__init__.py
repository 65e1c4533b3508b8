"""Translation only: HTTP to verb and back."""

from .auditing import router as auditing
from .cohorts import router as cohorts
from .consenting import router as consenting
from .erasing import router as erasing
from .fhir import fhir
from .imaging import STORE_PATH, UPLOAD_PATH, dicomweb
from .imaging import router as imaging
from .routes import IMPORT_PATH, router
from .sheets import router as sheets
from .subscribing import router as listening
from .taking import router as taking

router.include_router(auditing)
router.include_router(consenting)
router.include_router(erasing)
router.include_router(cohorts)
router.include_router(listening)
router.include_router(imaging)
router.include_router(taking)
router.include_router(sheets)

STREAMED = (IMPORT_PATH, STORE_PATH, UPLOAD_PATH)  # whose bodies are read piece by piece

__all__ = ["STREAMED", "dicomweb", "fhir", "router"]
