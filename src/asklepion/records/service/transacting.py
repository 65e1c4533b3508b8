"""Batches and transactions. https://hl7.org/fhir/R4/http.html#transaction"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden, HouseError, Incorrect, NotFound

from ..engine import is_subset, references_in, rewrite_references
from ..model import Asking, Resource
from ..store.rows import Row
from .books import Entry
from .bundles import shown
from .changing import (
    Changer,
    as_kept,
    check_version,
    may_bring_in,
    stale,
    type_of,
    with_id_of,
)
from .drafting import Draft, encode
from .entries import GONE, LOOKS, Op, answer, failed, named, read_op, told_of
from .looking import Looker
from .matching import Matching
from .parts import Parts
from .pointing import Pointers, is_open
from .reading import Reader
from .sources import decode
from .written import State, denials_for, entries_for

MOST_ENTRIES = 5000
HINT = "Nothing of the transaction was kept. Leave the entry out, or ask an operator."
NARROW = "Search more narrowly, or send what they point to along."


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a bundle is to be answered."""

    base: str = ""  # our FHIR address, for links
    wants: str = "minimal"  # of each change: minimal, representation or operationoutcome


class Transactions:
    """Carries bundles out."""

    def __init__(
        self, parts: Parts, reader: Reader, changer: Changer, looker: Looker, matching: Matching
    ) -> None:
        self._parts = parts
        self._reader = reader
        self._changer = changer
        self._looker = looker
        self._matching = matching

    async def transact(self, asking: Asking, bundle: Resource, manner: Manner) -> dict[str, Any]:
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
            answers = [await self._one(asking, n, e, manner) for n, e in enumerate(entries, 1)]
        else:
            answers = await self._all(asking, entries, manner)
        return {"resourceType": "Bundle", "type": f"{type}-response", "entry": answers}

    # Batch

    async def _one(self, asking: Asking, number: int, entry: Any, manner: Manner) -> dict[str, Any]:
        try:
            op = read_op(number, entry)
            if op.method in LOOKS:
                return await self._look(asking, op, manner)
            return await self._change(asking, op, manner)
        except HouseError as error:
            return failed(error)

    async def _change(self, asking: Asking, op: Op, manner: Manner) -> dict[str, Any]:
        changer = self._changer
        match op.method:
            case "POST":
                kept = await changer.create(asking, op.resource, if_none_exist=op.if_none_exist)
            case "PUT" if op.is_conditional:
                kept = await changer.update_where(
                    asking, op.params, op.resource, if_match=op.if_match
                )
            case "PUT":
                kept = await changer.update(
                    asking,
                    op.resource,
                    if_match=op.if_match,
                    is_new_only=op.if_none_match.strip() == "*",
                )
            case "PATCH" if op.is_conditional:
                kept = await changer.patch_where(
                    asking, op.type, op.params, op.patch, if_match=op.if_match
                )
            case "PATCH":
                kept = await changer.patch(asking, op.type, op.id, op.patch, if_match=op.if_match)
            case _ if op.is_conditional:
                await changer.delete_where(asking, op.type, op.params, if_match=op.if_match)
                return GONE
            case _:
                await changer.delete(asking, op.type, op.id, if_match=op.if_match)
                return GONE
        return answer(kept, manner.wants)

    async def _look(self, asking: Asking, op: Op, manner: Manner) -> dict[str, Any]:
        seen = await self._looker.look(asking, op.path, op.params, base=manner.base)
        if seen.row:
            return told_of(seen.row, shown(seen.row.body, seen.view), op)
        status = {"response": {"status": "200 OK"}}
        return (
            status if op.method == "HEAD" else {"resource": decode(encode(seen.bundle)), **status}
        )

    # Transaction

    async def _all(
        self, asking: Asking, entries: Sequence[Any], manner: Manner
    ) -> list[dict[str, Any]]:
        ops: list[Op] = []
        for number, entry in enumerate(entries, start=1):
            with named(number):
                ops.append(read_op(number, entry))
        doomed: dict[int, list[Row]] = {}
        for op in ops:
            with named(op.number):
                await self._find_target(asking, op, doomed)
        self._require_distinct(ops, doomed)
        drafts = await self._draft(asking, ops)
        try:
            answers = await self._write(asking, ops, drafts, doomed, manner)
        except _Denied as denied:
            await self._parts.books.keep(denied.entries)
            raise Forbidden(denied.message, hint=HINT) from None
        for op in ops:
            if op.method == "POST" and op.found:
                answers[op.number] = answer(as_kept(op.found, is_new=False), manner.wants)
            elif op.method in LOOKS:
                answers[op.number] = await self._one_look(asking, op, manner)
        return [answers[op.number] for op in ops]

    async def _find_target(self, asking: Asking, op: Op, doomed: dict[int, list[Row]]) -> None:
        """What the entry is about: found by its condition, or given an id; may it be known of?"""
        match op.method:
            case "DELETE" if op.is_conditional:
                most = self._changer.deletes_most
                doomed[op.number] = await self._matching.find(asking, op.type, op.params, most)
                if op.if_match not in (None, *(row.version for row in doomed[op.number])):
                    raise stale()
            case "DELETE":
                find = self._changer.find_to_delete
                doomed[op.number] = [await find(asking, op.type, op.id, op.if_match)]
            case "POST":
                if op.if_none_exist is not None:
                    await self._match(asking, op, op.if_none_exist)
                op.id = op.found.id if op.found else self._parts.ids.new()
            case "PUT":
                await self._find_to_update(asking, op)
            case "PATCH":
                if op.is_conditional:
                    await self._match(asking, op, op.params)
                    op.id = op.found.id if op.found else ""
                if not op.id:
                    raise NotFound("Nothing matches.", hint="Search more widely.")
                patched = self._changer.patched(asking, op.type, op.id, op.patch, op.if_match)
                row, op.resource = await patched
                op.if_match = row.version
            case _:
                pass

    async def _find_to_update(self, asking: Asking, op: Op) -> None:
        if is_subset(op.resource):
            raise Incorrect("This is only a part of a resource.", hint="Send the whole of it.")
        if op.is_conditional:
            await self._match(asking, op, op.params)
            if op.found:
                op.resource = with_id_of(op.found, op.resource)
                op.if_match = op.found.version if op.if_match is None else op.if_match
            op.id = op.resource.get("id") or self._parts.ids.new()
            if not op.found and "id" not in op.resource:
                return  # new, under an id of ours
        if not may_bring_in(asking):
            await self._reader.find_to_change(asking, "write", op.type, op.id)

    async def _match(self, asking: Asking, op: Op, params: list[tuple[str, str]]) -> None:
        op.found = await self._matching.find_one(asking, op.type, params)
        op.condition = None if op.found else params

    @staticmethod
    def _require_distinct(ops: Sequence[Op], doomed: Mapping[int, Sequence[Row]]) -> None:
        """No two entries are about the same resource; twice the same condition may find it."""
        found = {f"{op.type}/{op.id}" for op in ops if op.method == "POST" and op.found}
        targets = [f"{op.type}/{op.id}" for op in ops if op.method in ("PUT", "PATCH")]
        targets += [row.reference for each in doomed.values() for row in each]
        targets += found
        if len(set(targets)) < len(targets):
            raise Incorrect("Two entries change the same resource.", hint="Send it once.")

    async def _draft(self, asking: Asking, ops: Sequence[Op]) -> dict[int, Draft]:
        """What is to be written, with every reference turned to where it will point."""
        mapping = {op.full_url: f"{op.type}/{op.id}" for op in ops if op.full_url and op.id}
        written = [op for op in ops if op.resource and not (op.method == "POST" and op.found)]
        inside = {ref for op in written for ref in references_in(op.resource) if is_open(ref)}
        asked = inside - mapping.keys()
        if asked:
            async with self._parts.db.read() as tx:
                mapping |= await Pointers(self._parts, asking).resolve(tx, asked)
        lost = asked - mapping.keys()
        for op in written:
            if lost and (here := lost & references_in(op.resource)):
                raise Incorrect(
                    f"Entry {op.number}: {len(here)} references point to nothing, or to more"
                    " than one thing.",
                    hint=NARROW,
                )
        return await asyncio.to_thread(self._draft_all, written, mapping)

    def _draft_all(self, ops: Sequence[Op], mapping: Mapping[str, str]) -> dict[int, Draft]:
        drafts: dict[int, Draft] = {}
        for op in ops:
            with named(op.number):
                turned = rewrite_references({**op.resource, "id": op.id}, mapping, op.base)
                drafts[op.number] = self._parts.drafter.draft(turned)
        return drafts

    async def _write(
        self,
        asking: Asking,
        ops: Sequence[Op],
        drafts: Mapping[int, Draft],
        doomed: Mapping[int, Sequence[Row]],
        manner: Manner,
    ) -> dict[int, dict[str, Any]]:
        parts = self._parts
        answers: dict[int, dict[str, Any]] = {}
        async with parts.writer.changing() as tx:
            await self._require_none(tx, asking, ops)
            entries = await self._delete(tx, asking, doomed)
            answers |= dict.fromkeys(doomed, GONE)
            done = await parts.writer.keep(tx, asking, list(drafts.values()))
            for number, each in zip(drafts, done, strict=True):
                if each.row is None:
                    told = denials_for(asking, "write", done)
                    raise _Denied(f"Entry {number} may not be kept: {each.reason}.", told)
                op = ops[number - 1]
                with named(number):
                    only_new = op.method == "PUT" and op.if_none_match.strip() == "*"
                    check_version(each, op.if_match, is_new_only=only_new)
                kept = as_kept(each.row, is_new=each.state == State.NEW)
                answers[number] = answer(kept, manner.wants)
            await parts.writer.tell_kept(tx, done)
            await parts.books.write(tx, [*entries, *entries_for(asking, "write", done)])
        return answers

    async def _require_none(self, tx: Tx, asking: Asking, ops: Sequence[Op]) -> None:
        """What conditions did not find is still not there."""
        for op in sorted(ops, key=lambda op: (op.type, op.number)):  # locks in one order
            if op.condition is not None:
                with named(op.number):
                    await self._matching.require_none(tx, asking, op.type, op.condition)

    async def _delete(
        self, tx: Tx, asking: Asking, doomed: Mapping[int, Sequence[Row]]
    ) -> list[Entry]:
        entries: list[Entry] = []
        for number, found in doomed.items():
            for row in found:
                if row.deleted:
                    continue
                reason, told = await self._changer.delete_in(tx, asking, row)
                if reason:
                    raise _Denied(f"Entry {number} may not be deleted: {reason}.", told)
                entries += told
        return entries

    async def _one_look(self, asking: Asking, op: Op, manner: Manner) -> dict[str, Any]:
        """A reading in a transaction sees what it wrote; alone it may fail by itself."""
        try:
            return await self._look(asking, op, manner)
        except HouseError as error:
            return failed(error)


class _Denied(Exception):
    """Some entry may not be carried out, so that none is."""

    def __init__(self, message: str, entries: list[Entry]) -> None:
        super().__init__(message)
        self.message = message
        self.entries = entries
