"""How much one device may say, whichever way it comes in over HTTP."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from asklepion.kit.errors import Busy

from ..model import Flooded

RATE = 20.0  # messages a second, as a device by MQTT
BURST = 600.0
AT_ONCE = 4  # batches that are kept at the same time
SOON_S = 2
DEVICES_KNOWN = 10_000  # whose pace is remembered


class Gate:
    """Lets batches through; remembers nothing but how fast each device speaks."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._busy: set[str] = set()
        self._paces: dict[str, tuple[float, float]] = {}  # what it may still say, as of when

    @contextmanager
    def admitted(self, device: str, count: int) -> Generator[None]:
        """While this is open, one batch of so many messages is kept; an empty one counts as one.

        Raises:
            Busy, Flooded: not now.
        """
        if device in self._busy or len(self._busy) >= AT_ONCE:
            raise Busy("Other messages are being kept.", hint="Try again.", retry_after_s=SOON_S)
        self._require_pace(device, max(1, count))  # each is a commit, whatever is in it
        self._busy.add(device)
        try:
            yield
        finally:
            self._busy.discard(device)

    def _require_pace(self, device: str, count: int) -> None:
        now = self._ticks()
        left, at = self._paces.pop(device, (BURST, now))
        left = min(BURST, left + (now - at) * RATE)
        fits = count <= left
        self._paces[device] = (left - count if fits else left, now)
        if len(self._paces) > DEVICES_KNOWN:
            del self._paces[next(iter(self._paces))]
        if not fits:
            wait = int((count - left) / RATE) + 1
            raise Flooded("The device says too much.", hint="Send less.", retry_after_s=wait)
