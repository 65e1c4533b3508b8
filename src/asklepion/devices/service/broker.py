"""Where devices connect: a small MQTT server for things that speak and hardly listen.

Packets are amqtt's; the rest is ours, because its broker (0.12) acknowledges a message before
anybody has kept it, lets a stranger who knows a device's name end that device's session, reads
packets of any size into memory and keeps silent connections for ever. Here a message is
acknowledged when the house has it, and one connection handles one packet at a time, so that a
device that sends faster than the house writes is slowed down by its own socket.

Another's broker (`external.py`) has the same verbs.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Protocol

from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.log import get_log

from . import packets
from .packets import (
    Connect,
    Garbage,
    Goodbye,
    Packet,
    Ping,
    Publish,
    Release,
    Subscribe,
    TooLarge,
    Unsubscribe,
    read_packet,
)

log = get_log(__name__)

CONNECT_S = 10.0  # to say who one is
LONGEST_SILENCE_S = 600.0  # whatever a device asks for
MOST_CONNECTIONS = 1000
BURST, RATE = 60.0, 20.0  # messages at once, and each second, that one device may send
CLOSE_S = 2.0


class House(Protocol):
    """Whom the broker asks."""

    async def admit(self, device: str, secret: str) -> bool:
        """Whether this device is ours and the secret its own."""
        ...

    async def hear(self, device: str, topic: str, payload: bytes) -> bytes | None:
        """Take in what a device published; what to tell it, if it was refused.

        Raises:
            HouseError: it could not be kept now; the device should send it again.
        """
        ...

    async def give_up(self, device: str, why: str) -> None:
        """Something of this device was lost on the way: it stands on its card."""
        ...

    def command_topic(self, device: str) -> str:
        """The only topic that this device may listen to."""
        ...


@dataclass(eq=False)
class Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    task: asyncio.Task[None]
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while a message is kept
    device: str = ""
    is_listening: bool = False
    silence_s: float = LONGEST_SILENCE_S
    allowance: float = BURST
    allowed_at: float = field(default=0.0)

    async def send(self, data: bytes) -> None:
        """Write, no faster than the device reads."""
        self.writer.write(data)
        await self.writer.drain()

    async def pace(self, now: Callable[[], float]) -> None:
        """Wait until another message of this device is due."""
        earned = (now() - self.allowed_at) * RATE if self.allowed_at else 0.0
        self.allowance, self.allowed_at = min(BURST, self.allowance + earned), now()
        if self.allowance < 1:
            await asyncio.sleep((1 - self.allowance) / RATE)
        self.allowance -= 1


class EmbeddedBroker:
    """Listens for devices and hands what they say to the house."""

    def __init__(self, house: House, host: str, port: int) -> None:
        self._house = house
        self._host = host
        self._port = port
        self._lines: dict[str, Line] = {}
        self._server: asyncio.Server | None = None
        self._open: set[Line] = set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.sockets[0].getsockname()[1] if self._server else self._port

    @property
    def addresses(self) -> list[IPv4Address | IPv6Address]:
        """The addresses it listens on; none before it does."""
        sockets = self._server.sockets if self._server else ()
        return [ip_address(one.getsockname()[0].partition("%")[0]) for one in sockets]

    async def start(self) -> None:
        """Listen; on any free port when the wanted one is taken.

        Raises:
            Incorrect: this machine does not have that address.
        """
        try:
            self._server = await self._listen_on(self._port)
        except OSError:
            try:
                self._server = await self._listen_on(0)
            except OSError as error:
                message = f"Devices cannot be listened for on {self._host}."
                hint = "Set ASKLEPION_MQTT_HOST to an address of this machine."
                raise Incorrect(message, hint=hint) from error
            log.warn("port for devices is taken; using a free one", port=self._port)

    async def _listen_on(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._connect, self._host, port)

    async def stop(self) -> None:
        """Close every connection, once what it was saying is kept."""
        if self._server is None:
            return
        self._server.close()
        lines = list(self._open)
        for line in lines:
            async with line.taking:
                line.task.cancel()
        await asyncio.gather(*(line.task for line in lines), return_exceptions=True)
        self._server = None

    def drop(self, device: str) -> None:
        """End the connection of a device that is no longer ours."""
        if line := self._lines.pop(device, None):
            line.writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        line = Line(reader, writer, task)
        self._open.add(line)
        try:
            if len(self._open) <= MOST_CONNECTIONS and await self._let_in(line):
                await self._listen(line)
        except Garbage as error:
            await self._count(line, "large" if isinstance(error, TooLarge) else "unreadable")
        except (TimeoutError, ConnectionError, HouseError) as error:
            log.warn("device connection ended", device=line.device, why=type(error).__name__)
        except asyncio.CancelledError:
            log.info("device connection closed", device=line.device)  # the house is closing
        except Exception as error:
            # A fault with one device must not reach another, nor the server that accepts them.
            log.fault("device connection failed", error, device=line.device)
            await self._count(line, "fault")
        finally:
            self._open.discard(line)
            if self._lines.get(line.device) is line:
                del self._lines[line.device]
            writer.close()
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await writer.wait_closed()

    async def _count(self, line: Line, why: str) -> None:
        """What broke a connection stands on the card of whoever was let in by it."""
        log.warn("device connection broken", device=line.device, why=why)
        if line.device:
            try:
                await self._house.give_up(line.device, why)
            except Exception as error:
                log.fault("device not counted", error, device=line.device)

    async def _let_in(self, line: Line) -> bool:
        """Hear who it is; only then is anything of an earlier connection touched."""
        async with asyncio.timeout(CONNECT_S):
            first = await read_packet(line.reader)
        if not isinstance(first, Connect):
            return False
        if not first.speaks_ours:
            await line.send(packets.connack(packets.WRONG_PROTOCOL))
            return False
        # One name for both: whoever has one device's secret can be no other device.
        is_named = bool(first.user) and first.client == first.user
        if not is_named or not await self._house.admit(first.user, first.password):
            log.warn("device not admitted")
            await line.send(packets.connack(packets.NOT_AUTHORISED))
            return False
        line.device = first.user
        asked_s = 1.5 * first.keep_alive_s  # MQTT-3.1.2-24
        line.silence_s = min(asked_s or LONGEST_SILENCE_S, LONGEST_SILENCE_S)
        self.drop(line.device)  # MQTT-3.1.4-2: the newer connection stays
        self._lines[line.device] = line
        await line.send(packets.connack(packets.ACCEPTED))
        return True

    async def _listen(self, line: Line) -> None:
        while True:
            async with asyncio.timeout(line.silence_s):
                packet = await read_packet(line.reader)
            if packet is None or isinstance(packet, Goodbye):
                return
            await self._answer(line, packet)

    async def _answer(self, line: Line, packet: Packet) -> None:
        match packet:
            case Publish():
                await self._take(line, packet)
            case Release(number):
                await line.send(packets.pubcomp(number))
            case Subscribe(topics, number):
                own = self._house.command_topic(line.device)
                line.is_listening = line.is_listening or own in topics
                await line.send(packets.suback(number, [topic == own for topic in topics]))
            case Unsubscribe(topics, number):
                if self._house.command_topic(line.device) in topics:
                    line.is_listening = False
                await line.send(packets.unsuback(number))
            case Ping():
                await line.send(packets.pong())
            case _:
                raise Garbage("A second greeting.")

    async def _take(self, line: Line, said: Publish) -> None:
        """Hand over, then acknowledge: what was acknowledged is kept, or was refused for good."""
        await line.pace(asyncio.get_running_loop().time)
        async with line.taking:
            refusal = await self._house.hear(line.device, said.topic, said.data)
        if said.qos:
            receipt = packets.puback if said.qos == 1 else packets.pubrec
            await line.send(receipt(said.number))
        if refusal is not None and line.is_listening:
            await line.send(packets.publish(self._house.command_topic(line.device), refusal))
