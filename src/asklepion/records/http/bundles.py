"""Pages as FHIR bundles, made of the texts as they are stored."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from asklepion.kit.clock import from_us, to_iso

from ..service import Page
from ..store.rows import Row
from .asking import etag

PASSED = ("_cursor",)


def searchset(base: str, type: str, params: Sequence[tuple[str, str]], page: Page) -> bytes:
    """The answer to a search. https://hl7.org/fhir/R4/bundle.html#searchset"""
    kept = [(k, v) for k, v in params if k not in (*PASSED, *page.left_out)]
    entries = [*_entries(base, page.rows, "match"), *_entries(base, page.included, "include")]
    if page.left_out:
        entries.append({"resource": _warning(page.left_out), "search": {"mode": "outcome"}})
    return _bundle("searchset", f"{base}/{type}", kept, page, entries)


def history(base: str, path: str, params: Sequence[tuple[str, str]], page: Page) -> bytes:
    """The answer to a history. https://hl7.org/fhir/R4/http.html#history"""
    kept = [(k, v) for k, v in params if k not in PASSED]
    entries: list[dict[str, Any]] = []
    for row in page.rows:
        method = "DELETE" if row.deleted else "POST" if row.version == 1 else "PUT"
        url = row.type if method == "POST" else row.reference
        entry: dict[str, Any] = {"fullUrl": f"{base}/{row.reference}"}
        if not row.deleted:
            entry["resource"] = orjson.Fragment(row.body)
        entry["request"] = {"method": method, "url": url}
        entry["response"] = {
            "status": {"DELETE": "204", "POST": "201", "PUT": "200"}[method],
            "etag": etag(row.version),
            "lastModified": to_iso(from_us(row.updated_at)),
        }
        entries.append(entry)
    return _bundle("history", f"{base}/{path}", kept, page, entries)


def _entries(base: str, rows: Iterable[Row], mode: str) -> Iterable[dict[str, Any]]:
    return (
        {
            "fullUrl": f"{base}/{row.reference}",
            "resource": orjson.Fragment(row.body),
            "search": {"mode": mode},
        }
        for row in rows
    )


def _bundle(
    type: str,
    url: str,
    params: Sequence[tuple[str, str]],
    page: Page,
    entries: Sequence[dict[str, Any]],
) -> bytes:
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
    return orjson.dumps(bundle)


def _warning(left_out: Iterable[str]) -> dict[str, Any]:
    text = f"Not understood and left out: {', '.join(left_out)}."
    issue = {"severity": "warning", "code": "not-supported", "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
