"""Batches and transactions. https://hl7.org/fhir/R4/http.html#transaction"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import orjson

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Forbidden, HouseError, Incorrect, Unsupported

from ..engine import is_type, references_in, rewrite_references
from ..model import Asking, Kept, Resource, Stale
from ..store.rows import Row
from .books import Entry
from .changing import Changer, as_kept, check_version, may_bring_in, type_of
from .drafting import Draft
from .parts import Parts
from .pointing import Pointers, is_open
from .reading import Reader
from .searching import Searcher
from .writing import State, denials_for, entries_for

MOST_ENTRIES = 5000
METHODS = ("DELETE", "POST", "PUT", "GET", "HEAD")
ETAG = re.compile(r'(?:W/)?"(\d+)"')


@dataclass(kw_only=True)
class Op:
    """One entry of a bundle, read."""

    number: int  # from 1
    method: str
    type: str
    id: str = ""
    params: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    resource: Resource = field(default_factory=dict[str, Any])
    full_url: str = ""
    if_match: int | None = None
    if_none_exist: list[tuple[str, str]] | None = None
    found: Row | None = None  # what a conditional create found


class Transactions:
    """Carries bundles out."""

    def __init__(self, parts: Parts, reader: Reader, searcher: Searcher, changer: Changer) -> None:
        self._parts = parts
        self._reader = reader
        self._searcher = searcher
        self._changer = changer

    async def transact(self, asking: Asking, bundle: Resource) -> dict[str, Any]:
        """Carry out a batch, each entry for itself, or a transaction, all of it or nothing.

        Raises:
            Incorrect: it is neither, or an entry of a transaction is wrong.
            Forbidden, NotFound, Stale: an entry of a transaction may not be carried out.
        """
        asking.caller.require_known()
        type = bundle.get("type")
        if type_of(bundle) != "Bundle" or type not in ("batch", "transaction"):
            raise Incorrect("The body is no batch or transaction.", hint="Set Bundle.type.")
        held: Any = bundle.get("entry", [])
        if not isinstance(held, list):
            raise Incorrect("Bundle.entry is no list.", hint="Send a list of entries.")
        entries = cast(list[Any], held)
        if len(entries) > MOST_ENTRIES:
            raise Incorrect(
                f"The bundle has more than {MOST_ENTRIES} entries.", hint="Import it as a file."
            )
        if type == "batch":
            answers = [await self._one(asking, n, e) for n, e in enumerate(entries, start=1)]
        else:
            ops = [read_op(number, entry) for number, entry in enumerate(entries, start=1)]
            answers = await self._all(asking, ops)
        return {"resourceType": "Bundle", "type": f"{type}-response", "entry": answers}

    # Batch

    async def _one(self, asking: Asking, number: int, entry: Any) -> dict[str, Any]:
        try:
            op = read_op(number, entry)
            match op.method:
                case "POST":
                    kept = await self._changer.create(
                        asking, op.resource, if_none_exist=op.if_none_exist
                    )
                    return _answer(kept)
                case "PUT":
                    kept = await self._changer.update(asking, op.resource, if_match=op.if_match)
                    return _answer(kept)
                case "DELETE":
                    await self._changer.delete(asking, op.type, op.id, if_match=op.if_match)
                    return {"response": {"status": "204 No Content"}}
                case _:
                    return await self._look(asking, op)
        except HouseError as error:
            return {"response": {"status": str(error.status), "outcome": outcome(error)}}

    async def _look(self, asking: Asking, op: Op) -> dict[str, Any]:
        if op.id:
            row = await self._reader.read(asking, op.type, op.id)
            status = {"status": "200 OK", "etag": f'W/"{row.version}"'}
            return {"resource": orjson.loads(row.body), "response": status}
        page = await self._searcher.search(asking, op.type, op.params)
        found: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
        if page.total is not None:
            found["total"] = page.total
        modes = [("match", row) for row in page.rows] + [("include", row) for row in page.included]
        found["entry"] = [
            {"resource": orjson.loads(row.body), "search": {"mode": mode}} for mode, row in modes
        ]
        return {"resource": found, "response": {"status": "200 OK"}}

    # Transaction

    async def _all(self, asking: Asking, ops: Sequence[Op]) -> list[dict[str, Any]]:
        targets = [f"{op.type}/{op.id}" for op in ops if op.method in ("PUT", "DELETE")]
        if len(set(targets)) < len(targets):
            raise Incorrect("Two entries change the same resource.", hint="Send it once.")
        doomed = await self._find_targets(asking, ops)
        await self._assign(asking, ops)
        drafts = await self._draft(asking, ops)
        try:
            answers = await self._write(asking, ops, drafts, doomed)
        except _Denied as denied:
            await self._parts.books.keep(denied.entries)
            raise Forbidden(denied.message, hint=HINT) from None
        for op in ops:
            if op.found:
                answers[op.number] = _answer(as_kept(op.found, is_new=False))
            elif op.method in ("GET", "HEAD"):
                answers[op.number] = await self._one_look(asking, op)
        return [answers[op.number] for op in ops]

    async def _find_targets(self, asking: Asking, ops: Sequence[Op]) -> dict[int, Row]:
        """The rows to delete; and whether what is to be updated may be known of at all."""
        doomed: dict[int, Row] = {}
        for op in ops:
            if op.method == "DELETE":
                find = self._changer.find_to_delete
                doomed[op.number] = await find(asking, op.type, op.id, op.if_match)
            elif op.method == "PUT" and not may_bring_in(asking):
                await self._reader.find_to_change(asking, "write", op.type, op.id)
        return doomed

    async def _assign(self, asking: Asking, ops: Sequence[Op]) -> None:
        """Give each new resource its id, or find the one that it must not repeat."""
        for op in ops:
            if op.method != "POST":
                continue
            if op.if_none_exist is not None:
                params = [*op.if_none_exist, ("_count", "2")]
                page = await self._searcher.search(asking, op.type, params)
                if len(page.rows) > 1:
                    raise Stale(f"Entry {op.number} matches more than one resource.", hint=NARROW)
                op.found = page.rows[0] if page.rows else None
            op.id = op.found.id if op.found else self._parts.ids.new()

    async def _draft(self, asking: Asking, ops: Sequence[Op]) -> dict[int, Draft]:
        """What is to be written, with every reference turned to where it will point."""
        mapping = {op.full_url: f"{op.type}/{op.id}" for op in ops if op.full_url and op.id}
        written = [op for op in ops if op.method in ("POST", "PUT") and not op.found]
        inside = {ref for op in written for ref in references_in(op.resource) if is_open(ref)}
        asked = inside - mapping.keys()
        if asked:
            async with self._parts.db.read() as tx:
                mapping |= await Pointers(self._parts, asking).resolve(tx, asked)
        if lost := len(asked - mapping.keys()):
            raise Incorrect(
                f"{lost} references point to nothing, or to more than one thing.", hint=NARROW
            )
        return await asyncio.to_thread(self._draft_all, written, mapping)

    def _draft_all(self, ops: Sequence[Op], mapping: Mapping[str, str]) -> dict[int, Draft]:
        drafts: dict[int, Draft] = {}
        for op in ops:
            turned = rewrite_references({**op.resource, "id": op.id}, mapping)
            try:
                drafts[op.number] = self._parts.drafter.draft(turned)
            except Incorrect as error:
                raise Incorrect(f"Entry {op.number}: {error.message}", hint=error.hint) from error
        return drafts

    async def _write(
        self,
        asking: Asking,
        ops: Sequence[Op],
        drafts: Mapping[int, Draft],
        doomed: Mapping[int, Row],
    ) -> dict[int, dict[str, Any]]:
        parts = self._parts
        answers: dict[int, dict[str, Any]] = {}
        async with parts.writer.changing() as tx:
            entries: list[Entry] = []
            for number, row in doomed.items():
                reason, told = await self._changer.delete_in(tx, asking, row)
                if reason:
                    raise _Denied(f"Entry {number} may not be deleted: {reason}.", told)
                entries += told
                answers[number] = {"response": {"status": "204 No Content"}}
            done = await parts.writer.keep(tx, asking, list(drafts.values()))
            for number, each in zip(drafts, done, strict=True):
                if each.row is None:
                    told = denials_for(asking, "write", done)
                    raise _Denied(f"Entry {number} may not be kept: {each.reason}.", told)
                check_version(each, ops[number - 1].if_match)
                answers[number] = _answer(as_kept(each.row, is_new=each.state == State.NEW))
            await parts.writer.tell_kept(tx, done)
            await parts.books.write(tx, [*entries, *entries_for(asking, "write", done)])
        return answers

    async def _one_look(self, asking: Asking, op: Op) -> dict[str, Any]:
        """A reading in a transaction sees what it wrote; alone it may fail by itself."""
        try:
            return await self._look(asking, op)
        except HouseError as error:
            return {"response": {"status": str(error.status), "outcome": outcome(error)}}


HINT = "Nothing of the transaction was kept. Leave the entry out, or ask an operator."
NARROW = "Search more narrowly, or send what they point to along."


class _Denied(Exception):
    """Some entry may not be carried out, so that none is."""

    def __init__(self, message: str, entries: list[Entry]) -> None:
        super().__init__(message)
        self.message = message
        self.entries = entries


def read_op(number: int, entry: Any) -> Op:
    """One entry of a batch or transaction.

    Raises:
        Incorrect: it has no request, or one that cannot be read.
        Unsupported: it asks for what is not done here.
    """
    held = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
    request: Any = held.get("request")
    if not isinstance(request, dict):
        raise Incorrect(f"Entry {number} has no request.", hint="Give its method and url.")
    said = cast(dict[str, Any], request)
    method, url = said.get("method"), said.get("url")
    if not isinstance(url, str) or method not in METHODS:
        if method == "PATCH":
            raise Unsupported(f"Entry {number} is a PATCH.", hint="Send the whole resource: PUT.")
        raise Incorrect(f"Entry {number} has no method or url.", hint="Give both.")
    path, _, query = url.partition("?")
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if not is_type(parts[0]) or len(parts) > 2:
        raise Incorrect(f"Entry {number} has a url that leads nowhere.", hint="Type or Type/id.")
    op = Op(
        number=number,
        method=method,
        type=parts[0],
        id=parts[1] if len(parts) == 2 else "",
        params=parse_qsl(query, keep_blank_values=True),
        full_url=str(held.get("fullUrl", "")),
        if_match=version_in(said.get("ifMatch")),
    )
    if isinstance(said.get("ifNoneExist"), str) and method == "POST":
        op.if_none_exist = parse_qsl(said["ifNoneExist"].lstrip("?"), keep_blank_values=True)
    _check_shape(op, held.get("resource"))
    return op


def _check_shape(op: Op, resource: Any) -> None:
    if op.method in ("PUT", "DELETE") and not op.id:
        raise Unsupported(f"Entry {op.number} is conditional.", hint="Name the resource by its id.")
    if op.method in ("POST", "PUT"):
        if type_of(resource) != op.type:
            raise Incorrect(f"Entry {op.number} has another type than its url.")
        if op.method == "PUT" and resource.get("id") != op.id:
            raise Incorrect(f"Entry {op.number} has another id than its url.")
        op.resource = resource


def version_in(etag: Any) -> int | None:
    """The version an ETag names.

    Raises:
        Incorrect: it is none of ours.
    """
    if etag is None:
        return None
    match = ETAG.fullmatch(etag.strip()) if isinstance(etag, str) else None
    if match is None:
        raise Incorrect("If-Match is no version of ours.", hint='Send it as W/"3".')
    return int(match[1])


def outcome(error: HouseError) -> dict[str, Any]:
    """An error inside a bundle. https://hl7.org/fhir/R4/operationoutcome.html"""
    issue: dict[str, Any] = {"severity": "error", "code": error.issue, "diagnostics": error.message}
    if error.hint:
        issue["details"] = {"text": error.hint}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _answer(kept: Kept) -> dict[str, Any]:
    return {
        "response": {
            "status": "201 Created" if kept.is_new else "200 OK",
            "location": f"{kept.reference}/_history/{kept.version}",
            "etag": f'W/"{kept.version}"',
            "lastModified": to_iso(kept.at),
        }
    }
