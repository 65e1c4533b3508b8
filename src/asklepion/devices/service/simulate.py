# pyright: reportMissingTypeStubs=false
"""A home device in software, on the real path: an MQTT client that measures an invented person."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from amqtt.client import MQTTClient
from amqtt.errors import ClientError, ConnectError, ProtocolHandlerError
from amqtt.mqtt.constants import QOS_1

from asklepion.kit.errors import Busy, Unauthenticated

from ..engine.heartbeat import FACTOR, Heartbeat
from ..engine.walk import Body
from ..model import topic

Sent = Callable[[str, dict[str, Any]], None]
PATIENCE_S = 10.0
RETRIES = 3  # before a device that has only so much to say gives up
LONGEST_WAIT_S = 10.0
CHUNK_S, LONGEST_CHUNK_S = 1.0, 4.0  # of a waveform
REFUSED = 5  # the answer of a broker that does not know this name, or not with this secret


# AttributeError is what amqtt's client (0.12) raises when the line breaks while it waits.
LOST = (TimeoutError, ClientError, ProtocolHandlerError, ConnectionError, AttributeError)


async def simulate(
    url: str,
    device: str,
    secret: str,
    *,
    every_s: float = 2.0,
    count: int | None = None,
    seed: int | None = None,
    waves: bool = False,
    on_sent: Sent = lambda kind, message: None,
) -> None:
    """Publish readings until cancelled, or `count` rounds of them.

    A reading is told of once it was acknowledged; where the line breaks it is sent again.

    Args:
        url: the broker, such as mqtt://127.0.0.1:1883.
        every_s: seconds between rounds; a pressure is taken less often, as a cuff would.
        seed: the same seed measures the same person the same way.
        waves: send an electrocardiogram too, each second of it as it passes.

    Raises:
        Unauthenticated: the broker does not know this device, or not with this secret.
        Busy: nobody listens there; or not any more, and there were only `count` rounds to send.
    """
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)  # what goes wrong is raised here
    line = Line(url, device, secret, retries=None if count is None else RETRIES)
    await line.open()
    body, number = Body(seed), 0
    patch = _Patch(line, body) if waves else None
    try:
        while count is None or number < count:
            for kind, values in body.measure(every_s).items():
                at = datetime.now(UTC).isoformat(timespec="milliseconds")
                message = {"at": at, "values": values, "battery": round(body.battery, 2)}
                await line.send(kind, message)
                on_sent(kind, message)
            number += 1
            if count is None or number < count:
                await (patch.wear(every_s) if patch else asyncio.sleep(every_s))
    finally:
        await line.close()


class _Patch:
    """Worn on the chest: sends all that the heart did since it sent last."""

    def __init__(self, line: "Line", body: Body) -> None:
        self._line = line
        self._body = body
        self._heart = Heartbeat()
        self._sent_until = datetime.now(UTC)

    async def wear(self, seconds: float) -> None:
        """Let a while pass, and send the electrocardiogram of it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            await asyncio.sleep(min(CHUNK_S, left))
            await self._send()

    async def _send(self) -> None:
        at, now = self._sent_until, datetime.now(UTC)
        passed_s = (now - at).total_seconds()
        if passed_s > LONGEST_CHUNK_S:  # the line was broken: what it missed is a gap
            at, passed_s = now - timedelta(seconds=CHUNK_S), CHUNK_S
        samples = self._heart.chunk(passed_s, self._body.heart_rate)
        self._sent_until = at + timedelta(seconds=len(samples) / self._heart.rate_hz)
        shape = {"rate_hz": self._heart.rate_hz, "factor": FACTOR, "lead": "I"}
        message = {"at": at.isoformat(timespec="milliseconds"), **shape, "samples": samples}
        if samples:
            await self._line.send("ecg", message)


class Line:
    """A device's connection, opened again when it breaks."""

    def __init__(self, url: str, device: str, secret: str, *, retries: int | None) -> None:
        where = urlsplit(url)
        host = f"[{where.hostname}]" if ":" in (where.hostname or "") else where.hostname
        self._url = f"mqtt://{device}:{secret}@{host}:{where.port or 1883}"
        self._device = device
        self._retries = retries
        self._client: MQTTClient | None = None

    async def open(self) -> None:
        """Connect.

        Raises:
            Unauthenticated, Busy: as in `simulate`.
        """
        config: dict[str, Any] = {"auto_reconnect": False, "plugins": {}}
        client = MQTTClient(client_id=self._device, config=config)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await client.connect(self._url)
        except (ConnectError, TimeoutError) as error:
            if handler := client._handler:  # pyright: ignore[reportPrivateUsage]
                await handler.stop()  # amqtt leaves the socket open
            if isinstance(error, ConnectError) and error.return_code == REFUSED:
                message = f"The broker refused device {self._device}."
                raise Unauthenticated(message, hint="Register the device again.") from error
            hint = "Check that the house runs."
            raise Busy("Nobody answers at the broker's address.", hint=hint) from error
        self._client = client

    async def send(self, kind: str, message: dict[str, Any]) -> None:
        """Publish until it is acknowledged."""
        data, tries = json.dumps(message).encode(), 0
        while True:
            try:
                if self._client is None:
                    await self.open()
                    continue
                async with asyncio.timeout(PATIENCE_S):
                    await self._client.publish(topic(self._device, kind), data, qos=QOS_1)
                return
            except (Busy, *LOST) as error:
                self._client, tries = None, tries + 1
                if self._retries is not None and tries > self._retries:
                    hint = "Start the house, then the device again."
                    raise Busy("The broker does not answer any more.", hint=hint) from error
                await asyncio.sleep(min(2.0**tries / 2, LONGEST_WAIT_S))

    async def close(self) -> None:
        """Say goodbye."""
        if self._client is not None:
            await self._client.disconnect()
