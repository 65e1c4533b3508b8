"""Between the air and the house: every packet goes to the disk first, then to the house."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Busy, Unauthenticated
from asklepion.kit.log import get_log

from .pairing import Paired
from .queue import Queue, Waiting
from .radio import Radio, Said

log = get_log(__name__)

PATIENCE_S = 30.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
GONE = (401, 403, 404)  # the house does not know this device, or not by this secret

Tell = Callable[[str, Mapping[str, Any]], None]


class House:
    """The house, over HTTP.

    Args:
        client: knows the house's address.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def take(self, paired: Paired, batch: list[Waiting]) -> list[dict[str, Any]]:
        """Hand packets over; what became of each.

        Raises:
            Unauthenticated: the device is not, or no longer, this house's.
            Busy: not now.
        """
        url = f"/api/devices/{paired.device}/gatt"
        headers = {"authorization": f"Bearer {paired.secret}"}
        packets = [each.packet for each in batch]
        try:
            answer = await self._client.post(url, json=packets, headers=headers, timeout=PATIENCE_S)
        except httpx.HTTPError as error:
            raise Busy("The house cannot be reached.", hint="Check its address.") from error
        if answer.status_code in GONE:
            hint = "Register it again, and pair it with its new secret."
            raise Unauthenticated(f"The house refused device {paired.device}.", hint=hint)
        if answer.status_code != 200:
            wait = answer.headers.get("retry-after", "")
            wait_s = int(wait) if wait.isdigit() else None
            raise Busy("The house cannot take it now.", hint="Wait.", retry_after_s=wait_s)
        return answer.json()["packets"]


class Agent:
    """Hears, keeps, and hands on.

    Args:
        pairing: the devices, by their addresses.
        tell: is told what happens: heard, kept, refused, waiting, gone.
    """

    def __init__(
        self,
        radio: Radio,
        house: House,
        queue: Queue,
        pairing: Mapping[str, Paired],
        tell: Tell = lambda what, about: None,
    ) -> None:
        self._radio = radio
        self._house = house
        self._queue = queue
        self._pairing = pairing
        self._by_device = {paired.device: paired for paired in pairing.values()}
        self._tell = tell
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Go on until cancelled.

        Raises:
            SilentRadio: there is no Bluetooth.
        """
        self._news.set()  # what an earlier run left
        sending = asyncio.create_task(self._send_all())
        try:
            async for said in self._radio.hear(self._pairing):
                paired = self._pairing[said.address]
                await asyncio.to_thread(self._queue.put, paired.device, packet_of(said, paired))
                self._tell("heard", {"device": paired.device, "kind": said.characteristic})
                self._news.set()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_all(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.send()
                wait_s = FIRST_WAIT_S
            except Busy as error:
                self._tell("waiting", {"count": len(self._queue), "why": error.message})
                await asyncio.sleep(error.retry_after_s or wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
                self._news.set()

    async def send(self) -> None:
        """Hand over everything that waits; packets leave the disk once they are answered for.

        Raises:
            Busy: not now; the rest waits.
        """
        for device in self._queue.devices():
            paired = self._by_device.get(device)
            while paired and (batch := self._queue.first(device)):
                try:
                    answers = await self._house.take(paired, batch)
                except Unauthenticated as error:
                    # They wait: once it is paired anew, they are hers all the same.
                    self._tell("gone", {"device": device, "why": error.message})
                    break
                await asyncio.to_thread(self._queue.done, batch)
                for answer in answers:
                    self._tell(answer["state"], {"device": device, **answer})


def packet_of(said: Said, paired: Paired) -> dict[str, object]:
    """A packet as the house takes it; nothing in it was read."""
    packet: dict[str, object] = {
        "service": said.service,
        "characteristic": said.characteristic,
        "value": base64.b64encode(said.value).decode(),
        "at": to_iso(said.at),
    }
    if said.offset_ms is not None:
        packet["offset_ms"] = said.offset_ms
    if paired.user is not None:
        packet["user"] = paired.user
    return packet
