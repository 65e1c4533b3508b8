"""Identity by HTTP: its routes, and the doorkeepers that every request passes."""

from .apps import router as apps
from .closing import router as closing
from .credentials import router as credentials
from .doorkeepers import COOKIE, Recognise, SameOrigin, Share
from .doors import router as doors
from .guardians import router as guardians
from .keys import router as keys
from .openid import router as openid
from .routes import router
from .smart import router as smart

for _each in (apps, doors, keys, guardians, closing, credentials):
    router.include_router(_each)
smart.include_router(openid)

__all__ = ["COOKIE", "Recognise", "SameOrigin", "Share", "router", "smart"]
