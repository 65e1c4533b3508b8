"""Between the air and the house: every packet goes to the disk first, then to the house."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

import httpx
import msgspec

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Busy, Unauthenticated
from asklepion.kit.log import get_log

from .pairing import Paired
from .radio import Radio, Said, SilentRadio
from .store import Queue, Waiting

log = get_log(__name__)

PATIENCE_S = 30.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
STRANGE = "Check its address, and whether this network lets you out."
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
        return _read(answer, len(batch))


def _read(answer: httpx.Response, count: int) -> list[dict[str, Any]]:
    """What became of each packet; a sign-in page of the network on the way is no answer."""
    try:
        packets = msgspec.json.decode(answer.content, type=Answer).packets
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Busy("The answer is not the house's.", hint=STRANGE) from error
    if len(packets) != count:
        raise Busy("The answer is not the house's.", hint=STRANGE)
    return packets


class Answer(msgspec.Struct):
    """The house's answer to a batch."""

    packets: list[dict[str, Any]]


class Agent:
    """Hears, keeps, and hands on.

    Args:
        pairing: the devices, by their addresses.
        tell: is told what happens: heard, kept, refused, waiting, gone, lost.
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
        self._lost = 0  # packets whose loss was told

    async def run(self) -> None:
        """Go on until cancelled.

        Raises:
            SilentRadio: there is no Bluetooth.
        """
        self._news.set()  # what an earlier run left
        try:
            async with asyncio.TaskGroup() as group:  # neither goes on without the other
                sending = group.create_task(self._send_all())
                await self._hear_all()
                sending.cancel()
        except* SilentRadio as errors:
            raise errors.exceptions[0] from None

    async def _hear_all(self) -> None:
        async with aclosing(self._radio.hear(self._pairing)) as heard:
            async for said in heard:
                paired = self._pairing[said.address]
                await asyncio.to_thread(self._queue.put, paired.device, packet_of(said, paired))
                self._tell("heard", {"device": paired.device, "kind": said.characteristic})
                self._tell_lost()
                self._news.set()

    def _tell_lost(self) -> None:
        """Packets came faster than the disk took them, or too many waited: say how many."""
        lost = self._radio.lost + self._queue.lost
        if lost > self._lost:
            log.warn("packets lost", count=lost - self._lost)
            why = "they came too fast, or too many wait"
            self._tell("lost", {"count": lost - self._lost, "why": why})
            self._lost = lost

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
        for device in await asyncio.to_thread(self._queue.devices):
            paired = self._by_device.get(device)
            while paired and (batch := await asyncio.to_thread(self._queue.first, device)):
                try:
                    answers = await self._house.take(paired, batch)
                except Unauthenticated as error:
                    # They wait: once it is paired anew, they are hers all the same.
                    self._tell("gone", {"device": device, "why": error.message})
                    break
                await asyncio.to_thread(self._queue.done, batch)
                for answer in answers:
                    self._tell(str(answer.get("state")), {"device": device, **answer})


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
