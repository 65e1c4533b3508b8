"""What is to be done for somebody in a while: one thing of a kind for each person."""

import asyncio
from collections.abc import Callable


class Timers:
    """Waits for each person, and then does it once."""

    def __init__(self, act: Callable[[str], None]) -> None:
        self._act = act
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def __contains__(self, patient: str) -> bool:
        """Whether it is still to be done."""
        return patient in self._handles

    def set(self, patient: str, wait_s: float) -> None:
        """Do it so long from now, and no longer when it was to be before."""
        self.cancel(patient)
        loop = asyncio.get_running_loop()
        self._handles[patient] = loop.call_later(wait_s, self._ring, patient)

    def cancel(self, patient: str) -> None:
        """Do it no more."""
        if handle := self._handles.pop(patient, None):
            handle.cancel()

    def clear(self) -> None:
        """Do nothing more for anybody."""
        for patient in list(self._handles):
            self.cancel(patient)

    def _ring(self, patient: str) -> None:
        del self._handles[patient]
        self._act(patient)
