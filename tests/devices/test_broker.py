"""The broker over real sockets, with the real client of amqtt; only the house behind it is ours."""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from amqtt.client import MQTTClient  # pyright: ignore[reportMissingTypeStubs]

from asklepion.devices.service import broker as module
from asklepion.devices.service.broker import EmbeddedBroker
from asklepion.devices.service.packets import LARGEST_PACKET
from asklepion.kit.errors import Busy

simulating = importlib.import_module("asklepion.devices.service.simulate")  # not the function
SECRETS = {"cuff": "sesame", "watch": "open"}


class Listening:
    """A house that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, bytes]] = []
        self.lost: list[tuple[str, str]] = []
        self.is_busy = False
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def admit(self, device: str, secret: str) -> bool:
        return SECRETS.get(device) == secret

    async def hear(self, device: str, topic: str, payload: bytes) -> bytes | None:
        await self.may_go_on.wait()
        if self.is_busy:
            raise Busy("The record is busy.")
        self.heard.append((device, topic, payload))
        return b"refused" if payload == b"garbage" else None

    async def give_up(self, device: str, why: str) -> None:
        self.lost.append((device, why))

    def command_topic(self, device: str) -> str:
        return f"devices/{device}/command"


@pytest.fixture
def house() -> Listening:
    return Listening()


@pytest_asyncio.fixture
async def broker(house: Listening) -> AsyncGenerator[EmbeddedBroker]:
    broker = EmbeddedBroker(house, "127.0.0.1", 0)
    await broker.start()
    yield broker
    await broker.stop()


@asynccontextmanager
async def client(
    broker: EmbeddedBroker, device: str = "cuff", secret: str = "sesame"
) -> AsyncGenerator[Any]:
    config: dict[str, Any] = {"auto_reconnect": False, "plugins": {}}
    one = MQTTClient(client_id=device, config=config)
    await one.connect(f"mqtt://{device}:{secret}@127.0.0.1:{broker.port}")
    try:
        yield one
    finally:
        await one.disconnect()


async def raw(broker: EmbeddedBroker, *data: bytes) -> bytes:
    """Whatever is answered to bytes, until the broker hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    for part in data:
        writer.write(part)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    return answer


ACCEPTED, REFUSED = b"\x20\x02\x00\x00", b"\x20\x02\x00\x05"


def connect_packet(device: str, secret: str, name: str = "") -> bytes:
    parts = [(name or device).encode(), device.encode(), secret.encode()]
    payload = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    body = b"\x00\x04MQTT\x04\xc2\x00\x3c" + payload
    return bytes([0x10, len(body)]) + body


async def test_what_a_device_publishes_is_heard_before_it_is_acknowledged(
    broker: EmbeddedBroker, house: Listening
) -> None:
    house.may_go_on.clear()
    async with client(broker) as cuff:
        publishing = asyncio.create_task(cuff.publish("devices/cuff/pressure", b"120", qos=1))
        await asyncio.sleep(0.1)
        assert not publishing.done()

        house.may_go_on.set()
        await asyncio.wait_for(publishing, 2)

    assert house.heard == [("cuff", "devices/cuff/pressure", b"120")]


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_every_quality_of_service_is_served(
    broker: EmbeddedBroker, house: Listening, qos: int
) -> None:
    async with client(broker) as cuff:
        for number in range(3):
            await asyncio.wait_for(cuff.publish("devices/cuff/pulse", b"%d" % number, qos=qos), 2)

    await asyncio.sleep(0.05)
    assert [payload for _, _, payload in house.heard] == [b"0", b"1", b"2"]


async def test_what_could_not_be_kept_is_not_acknowledged(
    broker: EmbeddedBroker, house: Listening
) -> None:
    house.is_busy = True

    answer = await raw(broker, connect_packet("cuff", "sesame"), b"\x32\x09\x00\x03a/b\x00\x0772")

    assert answer == ACCEPTED  # let in, and then hung up on


@pytest.mark.parametrize(
    ("device", "secret", "name"),
    [
        ("cuff", "wrong", "cuff"),
        ("cuff", "open", "cuff"),  # another device's secret
        ("stranger", "sesame", "stranger"),
        ("cuff", "sesame", "watch"),  # under another's name
    ],
)
async def test_only_a_device_with_its_own_secret_and_name_gets_in(
    broker: EmbeddedBroker, device: str, secret: str, name: str
) -> None:
    assert await raw(broker, connect_packet(device, secret, name)) == REFUSED


async def test_nobody_gets_in_without_a_name(broker: EmbeddedBroker) -> None:
    anonymous = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04cuff"

    assert await raw(broker, anonymous) == REFUSED


async def test_a_wrong_secret_does_not_end_the_session_of_the_right_one(
    broker: EmbeddedBroker, house: Listening
) -> None:
    async with client(broker) as cuff:
        assert await raw(broker, connect_packet("cuff", "guess")) == REFUSED

        await asyncio.wait_for(cuff.publish("devices/cuff/pulse", b"72", qos=1), 2)

    assert house.heard == [("cuff", "devices/cuff/pulse", b"72")]


async def test_of_two_connections_of_one_device_the_newer_stays(
    broker: EmbeddedBroker, house: Listening
) -> None:
    older, _ = await asyncio.open_connection("127.0.0.1", broker.port)
    _.write(connect_packet("cuff", "sesame"))
    assert await older.readexactly(4) == ACCEPTED

    async with client(broker) as newer:
        assert await asyncio.wait_for(older.read(), 2) == b""
        await newer.publish("devices/cuff/pulse", b"72", qos=1)

    assert len(house.heard) == 1
    _.close()


async def test_a_device_may_listen_to_its_own_command_topic_alone(broker: EmbeddedBroker) -> None:
    wanted = ["devices/cuff/command", "devices/watch/command", "devices/#", "#", "$SYS/#"]

    async with client(broker) as cuff:
        granted = await cuff.subscribe([(topic, 1) for topic in wanted])

    assert granted == [0, 0x80, 0x80, 0x80, 0x80]


async def test_what_was_refused_is_told_to_who_listens(broker: EmbeddedBroker) -> None:
    async with client(broker) as cuff:
        await cuff.subscribe([("devices/cuff/command", 0)])
        await cuff.publish("devices/cuff/pulse", b"garbage", qos=1)

        told = await cuff.deliver_message(timeout_duration=2)

    assert bytes(told.data) == b"refused"


async def test_what_one_device_publishes_no_other_hears(broker: EmbeddedBroker) -> None:
    async with client(broker) as cuff, client(broker, "watch", "open") as watch:
        await watch.subscribe([("devices/watch/command", 0)])
        await cuff.publish("devices/watch/command", b"run", qos=1)

        with pytest.raises(TimeoutError):
            await watch.deliver_message(timeout_duration=0.2)


GARBAGE = [
    b"",
    b"\x00",
    b"\xff" * 64,
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x10\x00",
    b"\x10\x02\x00\x04",
    b"\x10\x10\x00\x04MQTT\x04\xc2\x00\x3c\xff\xff\x00\x00",
    b"\x30\x03abc",  # speaks before it has said who it is
    bytes([0x10, 0xFF, 0xFF, 0xFF, 0x7F]),  # 256 MiB announced
    b"\x10\xff\xff\xff\xff\x01",  # a length that never ends
]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_garbage_is_hung_up_on_and_harms_nobody(
    broker: EmbeddedBroker, house: Listening, garbage: bytes
) -> None:
    async with client(broker) as cuff:
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
        writer.write(garbage)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()

        await asyncio.wait_for(cuff.publish("devices/cuff/pulse", b"72", qos=1), 2)

    assert answer[:1] in (b"", b"\x20")
    assert len(house.heard) == 1


@pytest.mark.parametrize(
    "packet",
    [
        b"\x20\x02\x00\x00",  # what only a server says
        b"\x32\x05\x00\x09abc",  # a topic longer than its packet
        b"\x30\x04\x00\x02a#",  # a topic with a wildcard
        b"\x82\x02\x00\x01",  # a subscription to nothing
        connect_packet("cuff", "sesame"),  # a second greeting
        b"\xf0\x00",
    ],
)
async def test_a_known_device_that_sends_garbage_is_hung_up_on(
    broker: EmbeddedBroker, house: Listening, packet: bytes
) -> None:
    answer = await raw(broker, connect_packet("cuff", "sesame"), packet, b"\xe0\x00")

    assert answer.startswith(ACCEPTED)
    assert house.heard == []


async def test_a_large_message_is_not_even_read(broker: EmbeddedBroker, house: Listening) -> None:
    size = LARGEST_PACKET + 1
    header = bytes([0x30, size % 128 | 0x80, size // 128 % 128 | 0x80, size // 128**2])

    answer = await raw(broker, connect_packet("cuff", "sesame"), header)

    assert answer == ACCEPTED
    assert house.heard == []


async def test_another_version_of_the_protocol_is_told_so(broker: EmbeddedBroker) -> None:
    version_5 = connect_packet("cuff", "sesame").replace(b"MQTT\x04", b"MQTT\x05")

    assert await raw(broker, version_5) == b"\x20\x02\x00\x01"


async def test_who_says_nothing_is_hung_up_on(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONNECT_S", 0.1)

    assert await raw(broker) == b""


async def test_a_device_that_fell_silent_is_hung_up_on(
    broker: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_SILENCE_S", 0.1)

    assert await raw(broker, connect_packet("cuff", "sesame")) == ACCEPTED


async def test_a_flood_of_one_device_is_slowed_down_and_nothing_of_it_is_lost(
    broker: EmbeddedBroker, house: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RATE", 400.0)
    began = asyncio.get_running_loop().time()

    async with client(broker) as cuff:
        for number in range(100):
            await cuff.publish("devices/cuff/pulse", b"%d" % number, qos=1)
    took = asyncio.get_running_loop().time() - began

    assert len(house.heard) == 100
    assert took > (100 - module.BURST) / 400


async def test_closing_the_house_waits_until_what_was_said_is_kept(house: Listening) -> None:
    broker = EmbeddedBroker(house, "127.0.0.1", 0)
    await broker.start()
    house.may_go_on.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    writer.write(connect_packet("cuff", "sesame") + b"\x30\x07\x00\x03a/b72")
    await asyncio.sleep(0.1)

    stopping = asyncio.create_task(broker.stop())
    await asyncio.sleep(0.1)
    house.may_go_on.set()
    await asyncio.wait_for(stopping, 2)

    assert house.heard == [("cuff", "a/b", b"72")]
    writer.close()


async def test_where_the_port_is_taken_another_one_serves(
    broker: EmbeddedBroker, house: Listening
) -> None:
    second = EmbeddedBroker(house, "127.0.0.1", broker.port)
    await second.start()

    async with client(second) as cuff:
        await cuff.publish("devices/cuff/pulse", b"72", qos=1)

    assert second.port != broker.port
    await second.stop()


async def test_a_simulated_device_says_again_what_was_lost_when_the_line_broke(
    broker: EmbeddedBroker, house: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "LONGEST_WAIT_S", 0.05)
    sent: list[str] = []
    house.is_busy = True  # nothing is acknowledged, and the line is cut

    async def recover() -> None:
        await asyncio.sleep(0.3)
        house.is_busy = False

    def told(kind: str, message: dict[str, Any]) -> None:
        sent.append(kind)

    recovering = asyncio.create_task(recover())
    monkeypatch.setattr(simulating, "RETRIES", 100)
    async with asyncio.timeout(20):
        await simulating.simulate(
            f"mqtt://127.0.0.1:{broker.port}",
            "cuff",
            "sesame",
            every_s=0.01,
            count=2,
            on_sent=told,
        )
    await recovering

    assert [topic.rpartition("/")[2] for _, topic, _ in house.heard] == sent
    assert "heart-rate" in sent
