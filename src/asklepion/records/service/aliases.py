"""By what numbers patients are known to whoever sends us something.

Only an operator or a registered sender may say so: what a patient writes about herself never
draws another's results into her record.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from asklepion.identity import Role
from asklepion.kit.db import Tx

from ..engine import Indexer
from ..model import Asking, Resource
from ..store import letters
from .drafting import Draft

MARK = "\x10"  # apart from every key of a search


class Aliases:
    """Remembers identifiers as keyed hashes, and finds patients by them."""

    def __init__(self, indexer: Indexer) -> None:
        self._keys = indexer.keys

    async def note(
        self,
        tx: Tx,
        asking: Asking,
        drafts: Iterable[Draft],
        before: Mapping[int, Resource],
    ) -> None:
        """Remember the identifiers of Patients that whoever asks may vouch for.

        Args:
            before: Patients as they were, by key, whose numbers whoever asks only passes on.
        """
        if not asking.caller.has(Role.OPERATOR):
            return
        rows = [
            (key, draft.reference)
            for draft in drafts
            if draft.type == "Patient"
            for key in set(self._of(draft.resource)) - set(self._of(before.get(draft.key, {})))
        ]
        if rows:
            await letters.keep_aliases(tx, rows)

    async def find(self, tx: Tx, identifiers: Sequence[Resource]) -> set[str]:
        """The patients who are known by any of these."""
        keys = self._of({"identifier": list(identifiers)})
        return await letters.known_as(tx, keys) if keys else set()

    def _of(self, patient: Resource) -> list[int]:
        found: list[int] = []
        for each in cast(list[Any], patient.get("identifier", [])):
            system, value = each.get("system"), each.get("value")
            if isinstance(system, str) and isinstance(value, str):
                found.append(self._keys.coding(0, system, value, MARK))
        return sorted(set(found))
