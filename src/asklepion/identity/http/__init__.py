"""Identity by HTTP: its routes, and the two doorkeepers that every request passes."""

from .doorkeepers import COOKIE, Recognise, SameOrigin
from .routes import router

__all__ = ["COOKIE", "Recognise", "SameOrigin", "router"]
