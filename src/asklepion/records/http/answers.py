"""Answers in FHIR's JSON, with the headers that belong to them."""

from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from fastapi import Request, Response

from asklepion.kit.clock import to_us

from ..model import Kept
from ..service import Seen
from ..service.bundles import etag, shown
from ..service.drafting import encode
from ..service.entries import done_well
from ..service.sources import decode
from ..store.rows import Row
from .asking import http_date, wants

FHIR = "application/fhir+json; charset=utf-8"
SECOND_US = 1_000_000


def answer(
    request: Request, body: Any, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A resource as parsed JSON or as its text; indented where `_pretty` asks for it."""
    text = body if isinstance(body, bytes) else encode(body)
    if request.query_params.get("_pretty") == "true":
        text = encode(decode(text), orjson.OPT_INDENT_2)
    return Response(text, status, headers, media_type=FHIR)


def answer_seen(request: Request, seen: Seen, base: str) -> Response:
    """What a GET found."""
    if seen.row is None:
        return answer(request, seen.bundle)
    headers = {
        "etag": etag(seen.row.version),
        "last-modified": http_date(seen.row.updated_at),
        "content-location": f"{base}/{seen.row.reference}/_history/{seen.row.version}",
    }
    if _is_known(request, seen.row):
        return Response(status_code=304, headers=headers)
    return answer(request, shown(seen.row.body, seen.view), headers=headers)


def _is_known(request: Request, row: Row) -> bool:
    """The caller has this version already. https://hl7.org/fhir/R4/http.html#cread"""
    tags = request.headers.get("if-none-match")
    if tags is not None:  # it counts before the date
        return tags.strip() == "*" or etag(row.version) in [tag.strip() for tag in tags.split(",")]
    since = request.headers.get("if-modified-since")
    try:
        moment = parsedate_to_datetime(since) if since else None
    except ValueError:
        return False
    if moment is None or moment.tzinfo is None:
        return False
    return row.updated_at // SECOND_US <= to_us(moment) // SECOND_US


def answer_kept(request: Request, kept: Kept, base: str) -> Response:
    """What was kept, as the Prefer header wants it."""
    where = f"{base}/{kept.reference}/_history/{kept.version}"
    headers = {
        "etag": etag(kept.version),
        "last-modified": http_date(to_us(kept.at)),
        "location": where,
    }
    status = 201 if kept.is_new else 200
    match wants(request):
        case "minimal":
            return Response(status_code=status, headers=headers)
        case "operationoutcome":
            return answer(request, done_well(f"Kept as version {kept.version}."), status, headers)
        case _:
            return answer(request, kept.resource, status, headers | {"content-location": where})
