"""Pages as FHIR bundles, made of the texts as they are stored."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from asklepion.kit.clock import from_us, to_iso

from ..engine import View, subset
from ..store.rows import Row
from .drafting import encode
from .searching import Page
from .sources import decode

PASSED = ("_cursor",)
Params = Sequence[tuple[str, str]]


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'W/"{version}"'


def shown(body: bytes, view: View) -> bytes:
    """What of a stored resource is shown."""
    if not view.summary and not view.elements:
        return body
    return encode(subset(decode(body), view))


def searchset(base: str, path: str, params: Params, page: Page) -> dict[str, Any]:
    """The answer to a search. https://hl7.org/fhir/R4/bundle.html#searchset

    Args:
        base: our FHIR address.
        path: what was searched, such as Patient or Patient/1/Observation; empty for all types.
    """
    kept = [(k, v) for k, v in params if k not in (*PASSED, *page.left_out)]
    entries = [
        *_entries(base, page.rows, "match", page.view),
        *_entries(base, page.included, "include", page.view),
    ]
    warnings = [f"Not understood and left out: {', '.join(page.left_out)}."] * bool(page.left_out)
    if page.is_cut:
        warnings.append("More would come along than one page takes; the rest is left out.")
    if warnings:
        entries.append({"resource": _warning(warnings), "search": {"mode": "outcome"}})
    return _bundle("searchset", _url(base, path), kept, page, entries)


def history(base: str, path: str, params: Params, page: Page) -> dict[str, Any]:
    """The answer to a history. https://hl7.org/fhir/R4/http.html#history"""
    kept = [(k, v) for k, v in params if k not in PASSED]
    entries: list[dict[str, Any]] = []
    for row in page.rows:
        method = "DELETE" if row.deleted else "POST" if row.version == 1 else "PUT"
        url = row.type if method == "POST" else row.reference
        entry: dict[str, Any] = {"fullUrl": f"{base}/{row.reference}"}
        if not row.deleted:
            entry["resource"] = orjson.Fragment(shown(row.body, page.view))
        entry["request"] = {"method": method, "url": url}
        entry["response"] = {
            "status": {"DELETE": "204", "POST": "201", "PUT": "200"}[method],
            "etag": etag(row.version),
            "lastModified": to_iso(from_us(row.updated_at)),
        }
        entries.append(entry)
    return _bundle("history", _url(base, path), kept, page, entries)


def _url(base: str, path: str) -> str:
    return f"{base}/{path}" if path else base


def _entries(base: str, rows: Iterable[Row], mode: str, view: View) -> Iterable[dict[str, Any]]:
    return (
        {
            "fullUrl": f"{base}/{row.reference}",
            "resource": orjson.Fragment(shown(row.body, view)),
            "search": {"mode": mode},
        }
        for row in rows
    )


def _bundle(
    type: str, url: str, params: Params, page: Page, entries: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": type}
    if page.total is not None:
        bundle["total"] = page.total
    links = [("self", params)]
    if page.next:
        links.append(("next", [*params, ("_cursor", page.next)]))
    bundle["link"] = [
        {"relation": relation, "url": f"{url}?{urlencode(asked)}" if asked else url}
        for relation, asked in links
    ]
    if entries:
        bundle["entry"] = entries
    return bundle


def _warning(texts: Iterable[str]) -> dict[str, Any]:
    issues = [
        {"severity": "warning", "code": "not-supported", "diagnostics": text} for text in texts
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}
