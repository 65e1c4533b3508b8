"""Identity by HTTP: its routes, and the doorkeepers that every request passes."""

from .apps import router as apps
from .doorkeepers import COOKIE, Recognise, SameOrigin, Share
from .routes import router
from .smart import router as smart

router.include_router(apps)

__all__ = ["COOKIE", "Recognise", "SameOrigin", "Share", "router", "smart"]
