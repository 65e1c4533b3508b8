"""What other rooms do about a patient, in her log beside who looked."""

from collections.abc import Iterable, Mapping

from asklepion.kit.db import Tx

from ..model import Asking, Category
from .books import Entry
from .parts import Parts
from .writing import ERASING


class Acts:
    """Writes lines for acts that read and change no resource, such as answering an alert."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def hold(self, tx: Tx) -> None:
        """Let nobody be erased until the transaction ends; whether she still is, ask after this."""
        await tx.lock(ERASING, shared=True)

    async def write(
        self,
        tx: Tx,
        asking: Asking,
        patient: str,
        action: str,
        *,
        about: Iterable[str] = (),
        category: Category = Category.VITALS,
        detail: Mapping[str, str] | None = None,
    ) -> None:
        """One line in a patient's log; the last thing in the transaction of what was done.

        Args:
            about: the readings that it was about.
            category: what these are.
            detail: further facts, never a value.
        """
        entry = Entry(asking=asking, action=action, patient=patient, visit=asking.visit)
        for reference in about:
            entry.add(reference.partition("/")[0], reference, category)
        entry.detail.update(detail or {})
        await self._parts.books.write(tx, [entry])
