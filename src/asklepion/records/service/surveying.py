"""Many records at once, for what the house computes overnight; each in its patient's own name.

The way out is the same as for one: decided for each row, a line in each patient's log before
anything is handed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asklepion.kit.clock import to_us
from asklepion.kit.db import Tx
from asklepion.kit.errors import Forbidden

from ..engine import code_keys
from ..engine.parameters import own_rows, parameters_of
from ..model import Asking
from ..store import rows, surveying
from ..store.rows import Row
from ..store.surveying import Plan
from .parts import Parts
from .sources import decode
from .writing import ERASING

CODES_AT_ONCE = 100  # in one parameter
OWN = "Patient"
STATUS = "status"
OWNER = "patient"  # the parameter by which a resource names whose it is


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is read of each record, beside the patient herself.

    Args:
        sorted_by: types, each with the parameter that says when; empty where none is asked for.
        coded: the type of which only some codes are read.
        codes: those.
        most: the newest so many are read of each code; what is not dated counts by itself.
        unusable: statuses of that type that are left out before they are counted.
        own: elements of the patient herself that are made use of, to tell whether they changed.
    """

    sorted_by: Mapping[str, str]
    coded: str
    codes: Sequence[str]
    most: int
    unusable: Sequence[str] = ()
    own: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """One resource.

    Args:
        number: in the order that searches without another have.
        start, end: the latest moment it begins and ends [µs]; none where it is not dated.
        updated_at: [µs].
        body: as it is stored, JSON.
    """

    patient: str
    type: str
    number: int
    start: int | None
    end: int | None
    updated_at: int
    body: bytes


class Surveyor:
    """Reads many records."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def patients(self, after: str = "", count: int = 100) -> list[str]:
        """The next of all patients, by reference; tells nothing else of them."""
        async with self._parts.db.read() as tx:
            return await surveying.find_patients(tx, after, count)

    async def present(self, tx: Tx, patients: Sequence[str]) -> set[str]:
        """Which of these are there still; nobody is erased before the transaction ends.

        For whoever keeps what was computed of them meanwhile.
        """
        await tx.lock(ERASING, shared=True)
        return await surveying.find_present(tx, patients) if patients else set()

    async def is_changed(self, tx: Tx, patient: str, since: datetime, wanted: Wanted) -> bool:
        """Whether anything that is read was corrected, moved or deleted since.

        What is new is no change, nor is what nobody reads: another type, an entry with another
        code, a telephone number. For whoever kept what was computed; nothing read here leaves.
        """
        replaced = await surveying.find_replaced(tx, patient, to_us(since))
        for old, new in replaced:
            if old.type in wanted.sorted_by and old.type != wanted.coded:
                return True
            if old.type == OWN and (new.deleted or new.patient != patient):
                return True
        return await self._differs([two for two in replaced if two[0].type == OWN], wanted) or (
            await self._is_coded([old for old, _ in replaced if old.type == wanted.coded], wanted)
        )

    async def _differs(self, hers: Sequence[tuple[Row, Row]], wanted: Wanted) -> bool:
        """Whether what is read of the patient herself was another."""
        opened = await self._texts([row for two in hers for row in two])
        if len(opened) != 2 * len(hers):  # a key was destroyed meanwhile: she is being erased
            return True
        return any(
            old.get(name) != new.get(name)
            for old, new in zip(opened[::2], opened[1::2], strict=True)
            for name in wanted.own
        )

    async def _is_coded(self, olds: Sequence[Row], wanted: Wanted) -> bool:
        """Whether any of these had a code that is read."""
        if not olds:
            return False
        opened = await self._texts(olds)
        codes = set(self._plan(wanted).codes)
        index = self._parts.indexer.index
        return len(opened) != len(olds) or any(codes & {*index(one).tokens} for one in opened)

    async def _texts(self, found: Sequence[Row]) -> list[dict[str, Any]]:
        return [decode(row.body) for row in await self._parts.releasing.look(found)]

    async def gather(self, askings: Sequence[Asking], wanted: Wanted) -> list[Gathered]:
        """What these patients' records hold; one line in the log of each before this returns.

        Args:
            askings: each in a patient's own name, so that she sees in her log what she could see.

        Raises:
            Forbidden: one is in somebody else's.
        """
        parts = self._parts
        sights = {(sight := parts.releasing.sight(one)).me: (one, sight) for one in askings}
        if "" in sights:
            raise Forbidden("Many records are read in each patient's own name alone.", hint="")
        key_of = parts.indexer.key_of
        keys = {key_of("Patient", who.partition("/")[2]): who for who in sights}
        async with parts.db.read() as tx:
            found = await surveying.find_all(tx, self._plan(wanted), keys)
            hers: dict[str, list[rows.Row]] = {who: [] for who in sights}
            for who, row, _, _ in found:
                hers[who].append(row)
            weighed = [
                await parts.releasing.weigh(tx, asking, sight, hers[who], [who])
                for who, (asking, sight) in sights.items()
            ]
        released = await parts.releasing.release_many("search", weighed)
        bodies = {row.rid: row.body for row in released}
        return [
            Gathered(
                patient=who,
                type=row.type,
                number=row.rid,
                start=start,
                end=end,
                updated_at=row.updated_at,
                body=bodies[row.rid],
            )
            for who, row, start, end in found
            if row.rid in bodies
        ]

    def _plan(self, wanted: Wanted) -> Plan:
        codes: set[int] = set()
        for at in range(0, len(wanted.codes), CODES_AT_ONCE):
            text = ",".join(wanted.codes[at : at + CODES_AT_ONCE])
            codes |= code_keys(self._parts.indexer, wanted.coded, text)
        return Plan(
            types=list(wanted.sorted_by),
            owners=[n for type in wanted.sorted_by for n in _numbers(type, OWNER)],
            dates=[n for type, by in wanted.sorted_by.items() if by for n in _numbers(type, by)],
            coded=wanted.coded,
            codes=sorted(codes),
            without=sorted(self._left_out(wanted)),
            most=wanted.most,
        )

    def _left_out(self, wanted: Wanted) -> frozenset[int]:
        if not wanted.unusable:
            return frozenset()
        text = ",".join(wanted.unusable)
        return code_keys(self._parts.indexer, wanted.coded, text, STATUS)


def _numbers(type: str, name: str) -> list[int]:
    return [one.number for one in own_rows(parameters_of(type)[name])]
