"""Who looked, over HTTP: grouped, by day, to take along; and what operators may know."""

import asyncio
import zipfile
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect

from ..engine.dates import span_of
from ..model import AccessEntry
from ..service.audit import END, KINDS, ExportFile, Wish
from ..service.books import code_of
from ..service.zipping import Sink
from .asking import Asks, Here, base_of

router = APIRouter()

Zone = Annotated[int, Query(ge=-840, le=840, description="Minutes ahead of UTC.")]
Before = Annotated[int | None, Query(description="Only entries with a smaller number.")]
Count = Annotated[int, Query(ge=1, le=500)]


def told(entry: AccessEntry) -> dict[str, Any]:
    """One line, as JSON."""
    said = asdict(entry)
    said["at"] = to_iso(entry.at)
    said["categories"] = [code_of(category) for category in entry.categories]
    return said


@router.get("/patients/{id}/accesses/groups")
async def groups(
    id: str,
    asks: Asks,
    records: Here,
    request: Request,
    before: Before = None,
    count: Annotated[int, Query(ge=1, le=200)] = 30,
    zone: Zone = 0,
) -> dict[str, Any]:
    """The same lines, folded by day: what was done forty times is one.

    `kinds` (looked, changed, allowed, refused, device), `actor`, `since`, `until` and `text` say
    which lines count; `zone` where the reader's days begin.
    """
    page = await records.audit.grouped(
        asks,
        f"Patient/{id}",
        wish=_wish(request),
        before=before,
        count=count,
        zone_min=zone,
    )
    return {
        "groups": [
            {
                "key": group.key,
                "day": group.day,
                "count": group.count,
                "first_at": to_iso(group.oldest.at),
                "last_at": to_iso(group.newest.at),
                "what": group.what,
                "newest": told(group.newest),
            }
            for group in page.groups
        ],
        "next": page.next,
        "is_cut": page.is_cut,
    }


def _wish(request: Request) -> Wish:
    """Which lines are wanted.

    Raises:
        Incorrect: a kind or a moment is none.
    """
    asked = request.query_params
    kinds = frozenset(filter(None, asked.get("kinds", "").split(",")))
    if not kinds <= set(KINDS):
        raise Incorrect("There is no such kind of line.", hint=f"Kinds: {', '.join(KINDS)}.")
    spans = {name: span_of(asked[name]) for name in ("since", "until") if asked.get(name)}
    if None in spans.values():
        raise Incorrect("since or until cannot be read.", hint="Write 2026-03-01T12:00:00Z.")
    since, until = spans.get("since"), spans.get("until")
    return Wish(
        kinds=kinds or frozenset(KINDS),
        actor=asked.get("actor", "")[:200],
        since=since[0] if since else -END,
        until=until[0] if until else END,
        text=asked.get("text", "")[:200],
    )


@router.get("/patients/{id}/accesses/{access}/alike")
async def alike(
    id: str,
    access: str,
    asks: Asks,
    records: Here,
    before: Before = None,
    count: Count = 50,
    zone: Zone = 0,
) -> dict[str, Any]:
    """The lines of one group, by any of them: each has its own receipt."""
    entries, following = await records.audit.alike(
        asks, f"Patient/{id}", access, before=before, count=count, zone_min=zone
    )
    return {"entries": [told(entry) for entry in entries], "next": following}


@router.get("/patients/{id}/accesses/days")
async def days(
    id: str,
    asks: Asks,
    records: Here,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    zone: Zone = 0,
) -> dict[str, Any]:
    """How often who looked on each of the last days; for her and who decides in her place."""
    tally = await records.audit.tally(asks, f"Patient/{id}", days=days, zone_min=zone)
    return {
        "days": [
            {"day": day, "actor": actor, "count": count}
            for (day, actor), count in sorted(tally.counts.items())
        ],
        "actors": [
            {"actor": actor, "name": entry.actor_name, "via": entry.via, "at": to_iso(entry.at)}
            for actor, entry in tally.actors.items()
        ],
    }


@router.get("/patients/{id}/accesses/export", response_model=None)
async def export(id: str, asks: Asks, records: Here, request: Request) -> StreamingResponse:
    """The whole list to take along, with the proof of each line; `asklepion verify` checks it."""
    files = await records.audit.export(asks, f"Patient/{id}", base=base_of(request))
    headers = {"content-disposition": 'attachment; filename="asklepion-access-log.zip"'}
    return StreamingResponse(zipped(files), media_type="application/zip", headers=headers)


@router.get("/audit/oddities")
async def oddities(asks: Asks, records: Here) -> list[dict[str, Any]]:
    """Accounts that were refused, or broke the glass, in the last week; for operators."""
    return [asdict(found) for found in await records.audit.oddities(asks)]


async def zipped(files: AsyncGenerator[ExportFile]) -> AsyncGenerator[bytes]:
    """Files, in pieces that follow each other, as a zip in pieces."""
    sink = Sink()
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)
    name, member = "", None
    try:
        async for file in files:
            if member is None or file.name != name:
                if member:
                    member.close()
                name, member = file.name, archive.open(file.name, "w", force_zip64=True)
            await asyncio.to_thread(member.write, file.piece)
            if text := sink.taken():
                yield text
    finally:  # also where the reader has gone
        if member:
            member.close()
        archive.close()
        await files.aclose()
    yield sink.taken()
