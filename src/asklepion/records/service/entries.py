"""The entries of batches and transactions: what they ask, and what they are told."""

import base64
import binascii
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import HouseError, Incorrect

from ..engine import is_type
from ..model import Kept, Resource
from ..store.rows import Row
from .changing import type_of
from .sources import decode

METHODS = ("DELETE", "POST", "PUT", "PATCH", "GET", "HEAD")
LOOKS = ("GET", "HEAD")
ETAG = re.compile(r'(?:W/)?"(\d+)"')
BASE = re.compile(r"https?://\S+/")
LEADS = "Type, Type/id, or Type?search."


@dataclass(kw_only=True)
class Op:
    """One entry of a bundle, read."""

    number: int  # from 1
    method: str
    path: list[str]  # of its url
    type: str = ""
    id: str = ""
    params: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    resource: Resource = field(default_factory=dict[str, Any])
    patch: Any = None
    full_url: str = ""
    if_match: int | None = None
    if_none_match: str = ""
    if_none_exist: list[tuple[str, str]] | None = None
    found: Row | None = None  # what its condition found
    condition: list[tuple[str, str]] | None = None  # of what must still not be there

    @property
    def is_conditional(self) -> bool:
        """It names by a search what it changes."""
        return self.method in ("PUT", "PATCH", "DELETE") and len(self.path) == 1

    @property
    def base(self) -> str:
        """Where the resource comes from, if its address tells: what it refers to is there too."""
        match = BASE.match(self.full_url)
        tail = f"{self.type}/{self.full_url.rpartition('/')[2]}"
        return self.full_url.removesuffix(tail) if match and self.full_url.endswith(tail) else ""


def read_op(number: int, entry: Any) -> Op:
    """One entry of a batch or transaction.

    Raises:
        Incorrect: it has no request, or one that cannot be read.
    """
    held = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
    request: Any = held.get("request")
    if not isinstance(request, dict):
        raise Incorrect("It has no request.", hint="Give its method and url.")
    said = cast(dict[str, Any], request)
    method, url = said.get("method"), said.get("url")
    if not isinstance(url, str) or method not in METHODS:
        raise Incorrect("It has no method or url.", hint="Give both.")
    path, _, query = url.partition("?")
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    op = Op(
        number=number,
        method=method,
        path=parts,
        type=parts[0] if parts else "",
        id=parts[1] if len(parts) == 2 else "",
        params=parse_qsl(query, keep_blank_values=True),
        full_url=_text(held.get("fullUrl")),
        if_match=version_in(said.get("ifMatch")),
        if_none_match=_text(said.get("ifNoneMatch")),
    )
    if isinstance(said.get("ifNoneExist"), str) and method == "POST":
        op.if_none_exist = parse_qsl(said["ifNoneExist"].lstrip("?"), keep_blank_values=True)
    if method not in LOOKS:
        _read_change(op, held.get("resource"))
    return op


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _read_change(op: Op, resource: Any) -> None:
    if not is_type(op.type) or len(op.path) > 2 or (op.method == "POST" and op.id):
        raise Incorrect("It has a url that leads nowhere.", hint=LEADS)
    if op.method == "PATCH":
        op.patch = patch_in(resource)
    elif op.method != "DELETE":
        if type_of(resource) != op.type:
            raise Incorrect("It has another type than its url.", hint="Make them one.")
        if op.method == "PUT" and op.id and resource.get("id") != op.id:
            raise Incorrect("It has another id than its url.", hint="Make them one.")
        op.resource = resource


def patch_in(resource: Any) -> Any:
    """The patch in an entry: Parameters, or a JSON Patch in a Binary.

    Raises:
        Incorrect: it is neither.
    """
    held = cast(Resource, resource) if isinstance(resource, dict) else {}
    if held.get("resourceType") == "Parameters":
        return held
    try:
        if held.get("resourceType") == "Binary":
            return decode(base64.b64decode(_text(held.get("data")), validate=True))
    except (binascii.Error, ValueError):
        pass
    raise Incorrect("It holds no patch.", hint="Send Parameters, or a JSON Patch in a Binary.")


def version_in(etag: Any) -> int | None:
    """The version an ETag names.

    Raises:
        Incorrect: it is none of ours.
    """
    if etag is None:
        return None
    match = ETAG.fullmatch(etag.strip()) if isinstance(etag, str) else None
    if match is None or len(match[1]) > 9:
        raise Incorrect("If-Match is no version of ours.", hint='Send it as W/"3".')
    return int(match[1])


@contextmanager
def named(number: int) -> Generator[None]:
    """Errors say which entry they are about."""
    try:
        yield
    except HouseError as error:
        raise type(error)(f"Entry {number}: {error.message}", hint=error.hint) from error


def outcome(error: HouseError) -> dict[str, Any]:
    """An error inside a bundle. https://hl7.org/fhir/R4/operationoutcome.html"""
    issue: dict[str, Any] = {"severity": "error", "code": error.issue, "diagnostics": error.message}
    if error.hint:
        issue["details"] = {"text": error.hint}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def done_well(text: str) -> dict[str, Any]:
    """An OperationOutcome that says what was done."""
    issue = {"severity": "information", "code": "informational", "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def failed(error: HouseError) -> dict[str, Any]:
    """What an entry of a batch is told that could not be carried out."""
    return {"response": {"status": str(error.status), "outcome": outcome(error)}}


def answer(kept: Kept, wants: str) -> dict[str, Any]:
    """What an entry is told that was carried out.

    Args:
        wants: of the Prefer header: representation, OperationOutcome or minimal.
    """
    response: dict[str, Any] = {
        "status": "201 Created" if kept.is_new else "200 OK",
        "location": f"{kept.reference}/_history/{kept.version}",
        "etag": f'W/"{kept.version}"',
        "lastModified": to_iso(kept.at),
    }
    if wants == "operationoutcome":
        response["outcome"] = done_well(f"Kept as version {kept.version}.")
    entry: dict[str, Any] = {"response": response}
    return {"resource": kept.resource, **entry} if wants == "representation" else entry


GONE = {"response": {"status": "204 No Content"}}


def told_of(row: Row, body: bytes, op: Op) -> dict[str, Any]:
    """What an entry is told that reads one resource."""
    etag = f'W/"{row.version}"'
    if etag in op.if_none_match.split(", "):
        return {"response": {"status": "304 Not Modified", "etag": etag}}
    response = {"response": {"status": "200 OK", "etag": etag}}
    return response if op.method == "HEAD" else {"resource": decode(body), **response}
