"""Translation only: HTTP to verb and back."""

from .asking import PREFIX
from .auditing import router as auditing
from .bulk import router as bulk
from .cohorts import router as cohorts
from .consenting import router as consenting
from .duplicates import router as duplicates
from .erasing import router as erasing
from .fhir import fhir
from .imaging import STORE_PATH, UPLOAD_PATH, dicomweb
from .imaging import router as imaging
from .linking import PATH as LINKS_PATH
from .linking import router as linking
from .routes import IMPORT_PATH, router
from .sheets import router as sheets
from .signing import router as signing
from .subscribing import router as listening
from .summarising import router as summarising
from .taking import router as taking

router.include_router(auditing)
router.include_router(consenting)
router.include_router(signing)
router.include_router(erasing)
router.include_router(cohorts)
router.include_router(listening)
router.include_router(imaging)
router.include_router(taking)
router.include_router(sheets)

router.include_router(bulk)
router.include_router(summarising)
router.include_router(linking)
router.include_router(duplicates)

# Addresses whose bodies are read piece by piece.
STREAMED = (IMPORT_PATH, f"{PREFIX}/$import", STORE_PATH, UPLOAD_PATH)

__all__ = ["LINKS_PATH", "STREAMED", "dicomweb", "fhir", "router"]
