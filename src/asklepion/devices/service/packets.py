# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""MQTT 3.1.1 packets to and from bytes, by amqtt's codec; bounded before anything is read.

https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
"""

import asyncio
import struct
from dataclasses import dataclass, field

from amqtt.adapters import BufferReader, StreamReaderAdapter
from amqtt.errors import AMQTTError, MQTTError, NoDataError
from amqtt.mqtt import packet_class
from amqtt.mqtt.connack import ConnackPacket
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.packet import MQTTFixedHeader
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.pingresp import PingRespPacket
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.pubcomp import PubcompPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.pubrec import PubrecPacket
from amqtt.mqtt.pubrel import PubrelPacket
from amqtt.mqtt.suback import SubackPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsuback import UnsubackPacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket

# Bytes: a reading is a few hundred, ten seconds of a waveform at 1,000 Hz up to 60,000; of
# Mosquitto too.
LARGEST_PACKET = 64 * 1024
PROTOCOL, LEVEL = "MQTT", 4  # 3.1.1
ACCEPTED, WRONG_PROTOCOL, NOT_AUTHORISED = 0, 1, 5


class Garbage(Exception):
    """What came in is no packet, or one that is too large."""


class TooLarge(Garbage):
    """It has more bytes than any packet may."""


@dataclass(frozen=True)
class Connect:
    """Somebody wants in."""

    client: str
    user: str
    password: str = field(repr=False)
    keep_alive_s: int
    speaks_ours: bool  # the protocol and its version


@dataclass(frozen=True)
class Publish:
    """Somebody says something."""

    topic: str
    data: bytes
    qos: int
    number: int  # to acknowledge; 0 where nothing is to be


@dataclass(frozen=True)
class Release:
    """The third step of four, with QoS 2."""

    number: int


@dataclass(frozen=True)
class Subscribe:
    """Somebody wants to hear."""

    topics: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Unsubscribe:
    """Somebody has heard enough."""

    topics: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Ping:
    """Somebody is still there."""


@dataclass(frozen=True)
class Goodbye:
    """Somebody leaves in good order."""


Packet = Connect | Publish | Release | Subscribe | Unsubscribe | Ping | Goodbye


async def read_packet(stream: asyncio.StreamReader) -> Packet | None:
    """The next packet, or nothing at the end.

    Raises:
        Garbage: it is none, or too large; nothing of it was kept in memory.
    """
    try:
        header = await MQTTFixedHeader.from_stream(StreamReaderAdapter(stream))
        if header is None:
            return None
        if header.remaining_length > LARGEST_PACKET:
            raise TooLarge(f"A packet of {header.remaining_length} bytes.")
        body = await stream.readexactly(header.remaining_length)
        packet = await packet_class(header).from_stream(BufferReader(body), fixed_header=header)
        return _read(packet)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except (AMQTTError, MQTTError, NoDataError, ValueError, struct.error) as error:
        raise Garbage("No packet of MQTT 3.1.1.") from error


def _read(packet: object) -> Packet:
    match packet:
        case ConnectPacket():
            return Connect(
                client=packet.client_id or "",
                user=packet.username or "",
                password=packet.password or "",
                keep_alive_s=packet.keep_alive,
                speaks_ours=(packet.proto_name, packet.proto_level) == (PROTOCOL, LEVEL),
            )
        case PublishPacket():
            number = packet.packet_id or 0
            return Publish(packet.topic_name or "", packet.data or b"", packet.qos or 0, number)
        case PubrelPacket():
            return Release(packet.packet_id)
        case SubscribePacket() if packet.payload and packet.variable_header:
            topics = tuple(topic for topic, _ in packet.payload.topics)
            return Subscribe(topics, packet.variable_header.packet_id)
        case UnsubscribePacket() if packet.payload and packet.variable_header:
            return Unsubscribe(tuple(packet.payload.topics), packet.variable_header.packet_id)
        case PingReqPacket():
            return Ping()
        case DisconnectPacket():
            return Goodbye()
        case _:
            raise Garbage("A packet that only a server sends.")


def connack(code: int) -> bytes:
    """Let in, or not."""
    return ConnackPacket.build(0, code).to_bytes()


def puback(number: int) -> bytes:
    """Kept (QoS 1)."""
    return PubackPacket.build(number).to_bytes()


def pubrec(number: int) -> bytes:
    """Kept (QoS 2)."""
    return PubrecPacket.build(number).to_bytes()


def pubcomp(number: int) -> bytes:
    """Forgotten (QoS 2)."""
    return PubcompPacket.build(number).to_bytes()


def suback(number: int, granted: list[bool]) -> bytes:
    """What may be heard, at QoS 0."""
    return SubackPacket.build(number, [0 if one else 0x80 for one in granted]).to_bytes()


def unsuback(number: int) -> bytes:
    """No longer heard."""
    return UnsubackPacket.build(number).to_bytes()


def pong() -> bytes:
    """Still here."""
    return PingRespPacket.build().to_bytes()


def publish(topic: str, data: bytes) -> bytes:
    """Say something to a device, at QoS 0."""
    return PublishPacket.build(topic, data, None, False, 0, False).to_bytes()
