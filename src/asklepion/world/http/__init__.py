"""The world's doors: its socket and places, and what people decide about each other."""

from fastapi import APIRouter

from . import calendar, company, line, order

router = APIRouter()
for part in (line, company, order, calendar):
    router.include_router(part.router)

__all__ = ["router"]
