# pyright: reportMissingTypeStubs=false
"""Another's broker (Mosquitto): the house is its client there, and devices are too.

Who a message is from, the broker's rules say: each device has an account of its own and may
publish below its own name only. The house acknowledges a message once the record has it, on a
session that the broker keeps: what comes while the house is closed waits there. While some are
being kept, the next are read: what waits shares a commit, and is acknowledged in its order.

https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import unquote, urlsplit

from amqtt.mqtt.connect import ConnectPacket, ConnectPayload, ConnectVariableHeader
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.subscribe import SubscribePacket

from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.log import get_log

from . import packets
from .broker import House
from .intake import MOST_TOGETHER
from .packets import LARGEST_PACKET

log = get_log(__name__)

SCHEMES = {"mqtt": 1883, "mqtts": 8883}
ALL = "devices/+/+"
COMMAND = "command"
LARGEST = LARGEST_PACKET + 1024  # of a packet that is looked at: Mosquitto does not count topics
WINDOW = MOST_TOGETHER  # messages that are being kept while the next are read
MOST_FAILED = 1000  # messages that are remembered as having failed once
KEEP_ALIVE_S = 60
PATIENCE_S = 15.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
CONNACK, PUBLISH, SUBACK = 2, 3, 9  # the kinds of packets that a broker sends and we look at
QOS = 1


class Lost(Exception):
    """The broker cannot be reached, or does not let the house in."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the broker is, and as whom the house speaks there."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_tls: bool


def read_place(url: str) -> Place:
    """Where a URL leads.

    Raises:
        Incorrect: it names no broker, or no account there.
    """
    hint = "Set ASKLEPION_MQTT_URL to mqtt://user:password@host:1883, or mqtts://…"
    try:
        parts = urlsplit(url)
        port = parts.port or SCHEMES.get(parts.scheme, 0)
    except ValueError as error:
        raise Incorrect("That is no address of a broker.", hint=hint) from error
    if not (port and parts.hostname and parts.username and parts.password):
        raise Incorrect("That is no address of a broker with an account there.", hint=hint)
    return Place(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username),
        password=unquote(parts.password),
        is_tls=parts.scheme == "mqtts",
    )


class ExternalBroker:
    """Listens at another's broker, and hands what devices say to the house."""

    def __init__(self, house: House, place: Place) -> None:
        self._house = house
        self._place = place
        self._task: asyncio.Task[None] | None = None
        self._failed: set[bytes] = set()  # hashes of messages that a fault of ours kept out once
        self._well = 0  # messages without a fault since
        self.is_connected = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that devices connect to."""
        return self._place.port

    @property
    def addresses(self) -> list[IPv4Address | IPv6Address]:
        """The broker's address, where it is told as one."""
        with suppress(ValueError):
            return [ip_address(self._place.host)]
        return []

    async def start(self) -> None:
        """Connect, and stay so; a broker that is down is waited for."""
        self._task = asyncio.create_task(self._stay())

    async def stop(self) -> None:
        """Leave; what was not acknowledged, the broker sends again."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    def drop(self, device: str) -> None:
        """A device is no longer ours: what it says is not kept from now on.

        Its account at the broker goes with the next list of accounts.
        """

    async def _stay(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                await self._visit()
            except* (Lost, OSError, TimeoutError, asyncio.IncompleteReadError) as errors:
                log.warn("broker not reached", why=type(errors.exceptions[0]).__name__)
            except* Exception as errors:
                log.fault("broker failed", errors)
            if self.is_connected.is_set():
                self.is_connected.clear()
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _visit(self) -> None:
        """One connection, from its beginning to its end."""
        place = self._place
        tls = ssl.create_default_context() if place.is_tls else None
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(place.host, place.port, ssl=tls)
        try:
            await self._greet(reader, writer)
            async with asyncio.TaskGroup() as tasks:
                coming: asyncio.Queue[_Coming] = asyncio.Queue(WINDOW)
                tasks.create_task(self._stay_heard(writer))
                tasks.create_task(self._acknowledge(writer, coming))
                while True:
                    await self._next(reader, tasks, coming)
        except asyncio.CancelledError:
            writer.write(DisconnectPacket().to_bytes())
            raise
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await writer.wait_closed()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say who we are, go on with the session that is kept there, and ask for everything."""
        place = self._place
        header = ConnectVariableHeader(keep_alive=KEEP_ALIVE_S)
        header.username_flag = header.password_flag = True
        header.clean_session_flag = False
        # Its name is its account's: nobody else can take over the session that waits there.
        told = ConnectPayload(client_id=place.user, username=place.user, password=place.password)
        writer.write(ConnectPacket(variable_header=header, payload=told).to_bytes())
        async with asyncio.timeout(PATIENCE_S):
            kind, _, body = await _read(reader)
        if kind != CONNACK or body[1:2] != b"\0":
            raise Lost("The broker does not let the house in.")
        await self._write(writer, SubscribePacket.build([(ALL, QOS)], 1).to_bytes())

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        async with asyncio.timeout(PATIENCE_S):
            await writer.drain()

    async def _stay_heard(self, writer: asyncio.StreamWriter) -> None:
        """Tell the broker that the house is there, whatever else it waits for."""
        while True:
            await asyncio.sleep(KEEP_ALIVE_S / 2)
            await self._write(writer, PingReqPacket().to_bytes())

    async def _next(
        self,
        reader: asyncio.StreamReader,
        tasks: asyncio.TaskGroup,
        coming: "asyncio.Queue[_Coming]",
    ) -> None:
        async with asyncio.timeout(KEEP_ALIVE_S + PATIENCE_S):  # it answers each ping at least
            first = await reader.readexactly(1)
        async with asyncio.timeout(PATIENCE_S):
            kind, flags, body = await _read(reader, first)
        if kind == SUBACK:
            if body[2:3] not in (b"\0", b"\x01"):
                raise Lost("The broker does not let the house listen.")
            self.is_connected.set()
        if kind == PUBLISH:
            if self._failed:
                await coming.join()  # each alone, so that a fault is blamed on no other
            said = _said(flags, body)
            await coming.put((said, tasks.create_task(self._hear(said))))

    async def _hear(self, said: "_Said") -> bytes | Exception | None:
        """What becomes of a message; it is kept together with others that wait."""
        if not said.device:
            return None
        try:
            return await self._house.hear(said.device, said.topic, said.data)
        except Exception as error:
            return error

    async def _acknowledge(
        self, writer: asyncio.StreamWriter, coming: "asyncio.Queue[_Coming]"
    ) -> None:
        """Acknowledge what is kept, in the order in which it came (MQTT-4.6.0-2)."""
        while True:
            said, hearing = await coming.get()
            refusal = await self._settle(said, await hearing)
            if refusal is not None:
                command = self._house.command_topic(said.device)
                await self._write(writer, packets.publish(command, refusal))
            if said.number:
                await self._write(writer, packets.puback(said.number))
            coming.task_done()

    async def _settle(self, said: "_Said", became: bytes | Exception | None) -> bytes | None:
        """Stay with a message until it is kept or given up; what to tell its device.

        Raises:
            Lost: it failed by a fault of ours, and should come again.
        """
        wait_s = FIRST_WAIT_S
        while isinstance(became, HouseError):  # not now: the broker keeps the others meanwhile
            log.warn("device message waits", device=said.device, why=became.issue)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            became = await self._hear(said)
        if not isinstance(became, Exception):
            self._went_well(said)
            return became
        log.fault("device message failed", became)
        if said.number and said.mark not in self._failed:
            if len(self._failed) >= MOST_FAILED:
                self._failed.clear()
            self._failed.add(said.mark)
            raise Lost("A message failed; the broker sends it again.") from became
        self._failed.discard(said.mark)
        await self._house.give_up(said.device, "fault")
        return None

    def _went_well(self, said: "_Said") -> None:
        """After so many without a fault, those that failed will not come any more."""
        self._failed.discard(said.mark)
        self._well = self._well + 1 if self._failed else 0
        if self._well > WINDOW:
            self._failed.clear()


@dataclass(frozen=True, kw_only=True)
class _Said:
    """One message that came.

    Args:
        device: whose it is; nobody's where it is none of ours.
        number: to acknowledge; 0 where nothing is to be.
        mark: of what is in it.
    """

    device: str
    topic: str
    data: bytes
    number: int
    mark: bytes


_Coming = tuple[_Said, "asyncio.Task[bytes | Exception | None]"]


def _said(flags: int, body: bytes) -> _Said:
    end = 2 + int.from_bytes(body[:2], "big")
    topic = body[2:end].decode("utf-8", "replace")
    is_due = bool(flags & 0b110)
    data = body[end + 2 :] if is_due else body[end:]
    parts = topic.split("/")
    is_ours = len(parts) == 3 and parts[2] != COMMAND
    return _Said(
        device=parts[1] if is_ours else "",
        topic=topic,
        data=data,
        number=int.from_bytes(body[end : end + 2], "big") if is_due else 0,
        mark=sha256(body[:end] + data).digest(),
    )


async def _read(reader: asyncio.StreamReader, first: bytes = b"") -> tuple[int, int, bytes]:
    """Kind, flags and body of the next packet; of one that is too large, its beginning."""
    first = first or await reader.readexactly(1)
    size = shift = 0
    while True:
        (part,) = await reader.readexactly(1)
        size |= (part & 0x7F) << shift
        shift += 7
        if not part & 0x80:
            break
        if shift > 21:
            raise Lost("The broker speaks something else.")
    body = await reader.readexactly(min(size, LARGEST))
    left = size - len(body)
    while left:
        left -= len(await reader.readexactly(min(left, LARGEST)))
    return first[0] >> 4, first[0] & 0x0F, body


def mosquitto_files(place: Place, house: str, devices: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The files by which Mosquitto lets in the house and its devices, each only to its own.

    Args:
        house: the house's password there, as Mosquitto keeps it.
        devices: ids and passwords likewise; one without a password is left out.
    """
    accounts = [(place.user, house), *((id, kept) for id, kept in devices if kept)]
    return {
        "passwords": "".join(f"{name}:{kept}\n" for name, kept in accounts),
        "acl": f"user {place.user}\ntopic read {ALL}\ntopic write devices/+/{COMMAND}\n\n"
        f"pattern write devices/%u/+\npattern read devices/%u/{COMMAND}\n",
        "mosquitto.conf": f"listener {place.port}\n{CONF}",
    }


CONF = f"""# An account's name is its client's: nobody takes over another's session.
use_username_as_clientid true
allow_anonymous false
password_file passwords
acl_file acl
# What the house has not acknowledged waits on the disk, however much it is. By the clock, since
# what is on its way to the house is no change to Mosquitto.
persistence true
autosave_on_changes false
autosave_interval 1
max_queued_messages 0
# So many may be on their way to the house at once, which keeps what waits together.
max_inflight_messages {WINDOW}
message_size_limit {LARGEST_PACKET}
"""
