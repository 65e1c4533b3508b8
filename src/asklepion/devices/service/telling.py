"""Tells those above of readings the moment they are kept: a live flow, and no second truth."""

from collections.abc import Callable, Sequence
from typing import Any

Kept = Callable[[str, Sequence[dict[str, Any]]], None]  # the patient, and her Observations


class Telling:
    """Whoever listens to readings."""

    def __init__(self) -> None:
        self._listeners: list[Kept] = []

    def on(self, listener: Kept) -> None:
        """Call `listener` with everything that is kept from now on; it must not wait."""
        self._listeners.append(listener)

    def tell(self, patient: str, observations: Sequence[dict[str, Any]]) -> None:
        """These were just kept."""
        for listener in self._listeners:
            listener(patient, observations)
