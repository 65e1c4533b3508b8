"""Which Patients may be one person: looked for in the background, decided upon by operators.

An operator sees no record. To decide, an operator is shown who two Patients are, nothing else, and
both patients read in their lists that it was looked at, and by whom.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson

from asklepion.identity import Role
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import NotFound

from ...engine.likeness import HAN, Grade, compare, traits_of
from ...engine.parameters import number_of
from ...model import Asking, Resource
from ...store import duplicates, search
from ...store.duplicates import DISMISSED, OPEN, Blocks, PairRow
from ...store.rows import Row
from ..books import Entry
from ..deciding import PATIENT
from ..parts import Parts

VIA, OPERATIONS = "duplicates", "HOPERAT"
BATCH = 50  # Patients that are compared with those like them at a time
BLOCK = 50  # of each kind of likeness
LISTED_MOST = 200
SHOWN = ("name", "birthDate", "gender", "address", "telecom", "identifier")
LAST = 4  # signs of a number that are shown


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who somebody is, as far as an operator needs to know."""

    id: str
    names: tuple[str, ...]
    birth_date: str
    gender: str
    addresses: tuple[str, ...]
    telecoms: tuple[str, ...]
    numbers: tuple[str, ...]  # the end of each identifier
    entries: int  # how much is kept about her
    has_account: bool
    changed_at: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two Patients side by side."""

    id: str
    probability: float
    grade: str
    levels: Mapping[str, str]
    one: str
    other: str


class Queue:
    """Finds pairs, shows them to operators, and keeps what was decided."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        param = {code: number_of("Patient", code) for code in ("phone", "email", "identifier")}
        self._params = param
        self._blocks = Blocks(
            *(number_of("Patient", code) for code in ("birthdate", "family", "given", "name"))
        )

    # Found

    async def scan(self) -> bool:
        """Compare the next Patients that are new or changed; whether there were any."""
        parts = self._parts
        async with parts.db.read() as tx:
            at, rid = await duplicates.position(tx)
            batch = await duplicates.patients_after(tx, at, rid, BATCH)
            if not batch:
                return False
            texts = {row.rid: row for row in await self._texts(batch)}
            alike = {r: await self._alike(tx, row) for r, row in texts.items()}
            rids = sorted({other for found in alike.values() for other in found} - texts.keys())
            others = list((await search.find_rows(tx, rids)).values())
        texts |= {row.rid: row for row in await self._texts(others)}
        pairs = await asyncio.to_thread(self._compare, alike, texts)
        async with parts.db.begin() as tx:
            await tx.lock("records.duplicates")
            if await duplicates.position(tx) != (at, rid):  # somebody else was quicker
                return True
            for row in batch:
                await duplicates.keep_pairs(tx, row.rid, pairs.get(row.rid, []))
            await duplicates.keep_position(tx, batch[-1].updated_at, batch[-1].rid)
        return True

    async def _texts(self, found: Sequence[Row]) -> list[Row]:
        """Those that are about one person who is in use, with their texts to compare by."""
        plain = [row for row in found if row.patient == row.reference and not row.deleted]
        opened = await self._parts.releasing.look(plain)
        return [row for row in opened if not is_merged(orjson.loads(row.body))]

    async def _alike(self, tx: Tx, row: Row) -> list[int]:
        keys = self._parts.indexer.keys
        patient: Resource = orjson.loads(row.body)
        own: list[int] = []
        for each in _dicts(patient, "telecom"):
            kind, value = each.get("system"), each.get("value")
            if kind in ("phone", "email") and isinstance(value, str):
                own.append(keys.code(self._params[str(kind)], value))
        for each in _dicts(patient, "identifier"):
            system, value = each.get("system"), each.get("value")
            if isinstance(system, str) and isinstance(value, str):
                own.append(keys.coding(self._params["identifier"], system, value))
        return await duplicates.find_alike(tx, row.rid, self._blocks, own, BLOCK)

    def _compare(
        self, alike: Mapping[int, Sequence[int]], texts: Mapping[int, Row]
    ) -> dict[int, list[PairRow]]:
        traits = {rid: traits_of(orjson.loads(row.body)) for rid, row in texts.items()}
        found: dict[int, list[PairRow]] = {}
        for rid, others in alike.items():
            for other in others:
                if other not in traits:
                    continue
                likeness = compare(traits[rid], traits[other])
                if likeness.grade != Grade.NOT:
                    one, two = sorted((rid, other))
                    pair = PairRow(
                        id=self._parts.ids.new(),
                        one=one,
                        other=two,
                        one_patient=texts[one].reference,
                        other_patient=texts[two].reference,
                        probability=likeness.probability,
                        grade=likeness.grade,
                        levels=json.dumps(likeness.levels),
                        state=OPEN,
                        decided_by="",
                        decided_at=0,
                    )
                    found.setdefault(rid, []).append(pair)
        return found

    # Shown

    async def pairs(self, asking: Asking) -> list[Pair]:
        """Pairs that nobody decided about, the likeliest first; for operators.

        Nothing here says who anybody is.
        """
        asking.caller.require(Role.OPERATOR)
        async with self._parts.db.read() as tx:
            found = await duplicates.open_pairs(tx, LISTED_MOST)
        return [_shown(row) for row in found]

    async def look(
        self, asking: Asking, id: str, has_account: Mapping[str, bool] | None = None
    ) -> tuple[Pair, list[Person]]:
        """Who the two are; both patients read that it was looked at.

        Raises:
            NotFound: there is no such pair.
        """
        asking.caller.require(Role.OPERATOR)
        asking = replace(asking, via=VIA, purpose=OPERATIONS)
        pair, found, counts = await self._find(id)
        entries: list[Entry] = []
        for row in found:
            entry = Entry(asking=asking, action="read", patient=row.patient)
            entry.add_row(row)
            entries.append(entry)
        await self._parts.books.keep(entries)  # before anything of them is opened
        opened = await self._parts.releasing.look(found)
        if len(opened) != len(found):
            raise no_such_pair()
        known = has_account or {}
        people = [_person(row, counts[row.rid], known.get(row.patient, False)) for row in opened]
        return _shown(pair), people

    async def patients_of(self, asking: Asking, id: str) -> tuple[str, str]:
        """The two patients of a pair. Raises as `look`."""
        asking.caller.require(Role.OPERATOR)
        pair, *_ = await self._find(id)
        return pair.one_patient, pair.other_patient

    async def _find(self, id: str) -> tuple[PairRow, list[Row], dict[int, int]]:
        async with self._parts.db.read() as tx:
            pair = await duplicates.find_pair(tx, id)
            rows = await search.find_rows(tx, [pair.one, pair.other]) if pair else {}
            counts = {
                rid: await duplicates.count_of(tx, row.reference) for rid, row in rows.items()
            }
        found = [rows[rid] for rid in sorted(rows) if not rows[rid].deleted]
        if pair is None or len(found) != 2 or pair.state != OPEN:
            raise no_such_pair()
        if any(row.patient != row.reference for row in found):
            raise no_such_pair()
        return pair, found, counts

    async def dismiss(self, asking: Asking, id: str) -> None:
        """Keep that two are two people: they are not asked about again.

        Raises:
            NotFound: there is no such pair.
        """
        asking.caller.require(Role.OPERATOR)
        pair, *_ = await self._find(id)
        by, at = asking.caller.account, to_us(self._parts.clock.now())
        async with self._parts.db.begin() as tx:
            await duplicates.decide(tx, pair.one, pair.other, DISMISSED, by, at)


def is_merged(patient: Resource) -> bool:
    """Whether a Patient was replaced by another."""
    links = _dicts(patient, "link")
    return patient.get("active") is False and any(it.get("type") == "replaced-by" for it in links)


def no_such_pair() -> NotFound:
    """It is not there, or was decided about."""
    return NotFound("There is no such pair.", hint="Look at the list again.")


def _shown(row: PairRow) -> Pair:
    return Pair(
        id=row.id,
        probability=row.probability,
        grade=row.grade,
        levels=json.loads(row.levels),
        one=row.one_patient.removeprefix(PATIENT),
        other=row.other_patient.removeprefix(PATIENT),
    )


def _dicts(held: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value: Any = held.get(name)
    listed = cast(list[Any], value) if isinstance(value, list) else []
    return [cast(Mapping[str, Any], each) for each in listed if isinstance(each, dict)]


def _person(row: Row, entries: int, has_account: bool) -> Person:
    patient: Resource = orjson.loads(row.body)
    return Person(
        id=row.id,
        names=tuple(filter(None, map(_name, _dicts(patient, "name")))),
        birth_date=str(patient.get("birthDate", "")),
        gender=str(patient.get("gender", "")),
        addresses=tuple(filter(None, map(_address, _dicts(patient, "address")))),
        telecoms=tuple(str(it["value"]) for it in _dicts(patient, "telecom") if "value" in it),
        numbers=tuple(
            f"…{str(it['value'])[-LAST:]}" for it in _dicts(patient, "identifier") if "value" in it
        ),
        entries=entries,
        has_account=has_account,
        changed_at=from_us(row.updated_at).isoformat(),
    )


def _name(name: Mapping[str, Any]) -> str:
    given, family = [str(part) for part in name.get("given", ()) if part], name.get("family", "")
    if HAN.search(str(family)):  # the family name comes first, and nothing stands between
        return str(name.get("text") or "".join([str(family), *given]))
    return str(name.get("text") or " ".join([*given, str(family)]).strip())


def _address(address: Mapping[str, Any]) -> str:
    parts = [*address.get("line", ()), address.get("postalCode", ""), address.get("city", "")]
    return str(address.get("text") or ", ".join(str(part) for part in parts if part))
