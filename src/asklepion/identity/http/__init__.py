"""Identity by HTTP: its routes, and the doorkeepers that every request passes."""

from .apps import router as apps
from .credentials import router as credentials
from .doorkeepers import COOKIE, Recognise, SameOrigin, Share
from .routes import router
from .smart import router as smart
from .openid import router as openid

router.include_router(apps)
router.include_router(credentials)
smart.include_router(openid)

__all__ = ["COOKIE", "Recognise", "SameOrigin", "Share", "router", "smart"]
