"""The world's doors: its socket and places, and what people decide about each other."""

from fastapi import APIRouter

from . import beside, calendar, company, line, making, order, vrm

router = APIRouter()
for part in (line, beside, company, order, making, calendar, vrm):
    router.include_router(part.router)

__all__ = ["router"]
