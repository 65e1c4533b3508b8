"""The house as a client of a real Mosquitto, with the accounts and rights that it writes."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from amqtt.client import MQTTClient  # pyright: ignore[reportMissingTypeStubs]
from amqtt.mqtt.publish import PublishPacket  # pyright: ignore[reportMissingTypeStubs]

from asklepion.app import House, open_house
from asklepion.devices import Registration
from asklepion.devices.service import external
from asklepion.devices.service.external import read_place
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, Incorrect
from asklepion.settings import Settings
from tests.conftest import NOON, QUICK, People
from tests.ports import free_port

from .test_broker import connect_packet
from .test_service import HER, OTHER, card, message, observations, register
from .test_waves import chunk

PASSWORD = "the sea at night"


class Mosquitto:
    """A real broker on a free port, never as root."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self.folder = folder
        self.port = free_port()
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://house:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}"

    def write(self, files: Any) -> None:
        """Give it accounts and rights, and begin anew with them."""
        for name, text in files.items():
            text = text.replace("_file ", f"_file {self.folder}/")
            text = text.replace(f"listener {self.port}", f"listener {self.port} 127.0.0.1")
            if name == "mosquitto.conf":
                text += f"persistence_location {self.folder}/\n"
            (self.folder / name).write_text(text)
        self._own()

    def _own(self) -> None:
        if self._user is not None:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, self._user, self._user)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._program, "-c", str(self.folder / "mosquitto.conf")],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            group=self._user,
        )

    def stop(self, *, kill: bool = False) -> None:
        if self._process is not None:
            self._process.kill() if kill else self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def broker() -> Generator[Mosquitto]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/sbin")
    if program is None:
        pytest.skip("Mosquitto is not installed (Debian: mosquitto)")
    folder = Path(tempfile.mkdtemp(prefix="asklepion-mqtt-"))
    made = Mosquitto(program, folder)
    yield made
    made.stop(kill=True)
    shutil.rmtree(folder)


@pytest.fixture
def database_url() -> str:
    """The broker knows no database."""
    return ""


@pytest.fixture
def settings(settings: Settings, broker: Mosquitto) -> Settings:
    """A house that is a client."""
    return replace(settings, mqtt_url=broker.url)


@asynccontextmanager
async def cuff(broker: Mosquitto, made: Registration, secret: str = "") -> AsyncGenerator[Any]:
    client = MQTTClient(client_id=made.device, config={"auto_reconnect": False, "plugins": {}})
    async with asyncio.timeout(10):
        for _ in range(100):
            try:
                await client.connect(
                    f"mqtt://{made.device}:{secret or made.secret}@127.0.0.1:{broker.port}"
                )
                break
            except Exception:
                await asyncio.sleep(0.1)
    try:
        yield client
    finally:
        await client.disconnect()


async def joined(house: House, broker: Mosquitto) -> None:
    """The broker runs, and the house is there: from now on what comes is for it."""
    broker.start()
    async with asyncio.timeout(30):
        await house.devices.joined()


async def speak_as(broker: Mosquitto, made: Registration, topic: str, data: bytes) -> None:
    """Publish once, wherever; Mosquitto may hang up on whoever says what is not its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    writer.write(connect_packet(made.device, made.secret))
    assert (await reader.readexactly(4))[3] == 0
    writer.write(PublishPacket.build(topic, data, 1, False, 1, False).to_bytes())
    async with asyncio.timeout(5):
        await reader.read(64)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def until(count: int, house: House, people: People, of: str = HER) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 15
    while len(found := await observations(house, people, of)) < count:
        assert time.monotonic() < deadline, f"only {len(found)} came"
        await asyncio.sleep(0.1)
    return found


async def test_what_devices_say_at_mosquitto_is_kept_once_and_only_of_themselves(
    house: House, people: People, broker: Mosquitto
) -> None:
    made = await register(house, people)
    his = await register(house, people, of="other_patient")
    broker.write(await house.devices.mosquitto())
    await joined(house, broker)

    topic = f"devices/{made.device}/heart-rate"
    await speak_as(broker, his, topic, message({"heart_rate": 190}, NOON - 2 * HOUR))
    async with cuff(broker, made) as hers, cuff(broker, his) as other:
        later, first = message({"heart_rate": 72}), message({"heart_rate": 70}, NOON - HOUR)
        await hers.publish(topic, message({"heart_rate": 9999}), qos=1)
        await hers.publish(topic, b"x" * 8000, qos=1)
        for data in (later, first, later, first):  # reordered, and twice
            await hers.publish(topic, data, qos=1)
        await other.publish(f"devices/{his.device}/heart-rate", message({"heart_rate": 55}), qos=1)
        found = await until(2, house, people)

    assert sorted(each["valueQuantity"]["value"] for each in found) == [70, 72]
    assert len(await observations(house, people)) == 2
    assert (await card(house, people)).refused_count == 2
    (mine,) = await until(1, house, people, OTHER)
    assert mine["valueQuantity"]["value"] == 55


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("number", [5, 30])  # as many as may be on their way at once, or more
async def test_nothing_acknowledged_is_lost_by_a_house_or_a_broker_that_restarts(
    number: int,
    settings: Settings,
    house: House,
    people: People,
    broker: Mosquitto,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = await register(house, people)
    broker.write(await house.devices.mosquitto())
    await joined(house, broker)
    topic = f"devices/{made.device}/heart-rate"

    def beat(n: int) -> bytes:
        return message({"heart_rate": 50 + n}, NOON - timedelta(minutes=n))

    refuse = True
    hear = house.devices.hear

    async def busy(device: str, topic: str, payload: bytes) -> bytes | None:
        if refuse:
            raise Busy("The database is locked.")
        return await hear(device, topic, payload)

    monkeypatch.setattr(house.devices, "hear", busy)
    async with cuff(broker, made) as client:
        for n in range(number):
            await client.publish(topic, beat(n), qos=1)  # the broker answers for them now
    assert await observations(house, people) == []
    await asyncio.sleep(2.5)  # it saves every second
    await asyncio.to_thread(broker.stop, kill=True)
    refuse = False
    broker.start()

    await until(number, house, people)
    await house.devices.stop()
    async with cuff(broker, made) as client:
        await client.publish(topic, beat(number), qos=1)
    async with open_house(settings, clock, hasher=QUICK) as again:
        await until(number + 1, again, people)

    assert len(await observations(house, people)) == number + 1


async def test_a_message_that_breaks_the_house_holds_up_no_other(
    house: House, people: People, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people, kinds=("heart-rate", "ecg"))
    broker.write(await house.devices.mosquitto())
    hear, seen = house.devices.hear, list[bytes]()

    async def breaking(device: str, topic: str, payload: bytes) -> bytes | None:
        seen.append(payload)
        if payload == b"broken":
            raise OverflowError
        return await hear(device, topic, payload)

    monkeypatch.setattr(house.devices, "hear", breaking)
    await joined(house, broker)
    topic = f"devices/{made.device}/heart-rate"
    wave = chunk([-999] * 10_000, NOON - timedelta(seconds=10), rate_hz=1000)
    async with cuff(broker, made) as client:
        await client.publish(topic, b"broken", qos=1)
        await client.publish(topic, message({"heart_rate": 70}), qos=1)
        await client.publish(f"devices/{made.device}/ecg", wave, qos=1)  # as large as may be

        await until(2, house, people)
        async with asyncio.timeout(15):
            while not (await card(house, people)).refused_count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    assert seen.count(b"broken") == 2
    device = await card(house, people)
    assert (device.refused_count, device.refused_why) == (1, "fault")


async def test_what_waits_behind_mosquitto_shares_a_commit_and_is_acknowledged_in_order(
    house: House, people: People, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await register(house, people)
    his = await register(house, people, of="other_patient")
    broker.write(await house.devices.mosquitto())
    number, together, heard = 20, list[int](), list[str]()
    all_wait = asyncio.Event()
    hear, keep_all = house.devices.hear, house.records.keep_all

    async def counting(device: str, topic: str, payload: bytes) -> bytes | None:
        heard.append(device)
        if len(heard) == 2 * number:
            all_wait.set()
        return await hear(device, topic, payload)

    async def held(told: Any, *more: Any) -> Any:
        async with asyncio.timeout(15):  # one after another, nobody ever comes behind the first
            await all_wait.wait()
        together.append(len(told))
        return await keep_all(told, *more)

    monkeypatch.setattr(house.devices, "hear", counting)
    monkeypatch.setattr(house.records, "keep_all", held)
    await joined(house, broker)
    async with cuff(broker, made) as hers, cuff(broker, his) as other:
        for n in range(number):
            data = message({"heart_rate": 50 + n}, NOON - timedelta(minutes=n))
            for client, one in ((hers, made), (other, his)):
                await client.publish(f"devices/{one.device}/heart-rate", data, qos=1)

        mine, others = await until(number, house, people), await until(number, house, people, OTHER)

    assert sum(together) == 2 * number
    assert len(together) <= 3  # the first alone, and all that came meanwhile
    for found, one in ((mine, made), (others, his)):
        assert {each["device"]["reference"] for each in found} == {f"Device/{one.device}"}


async def test_a_house_that_is_busy_with_one_message_acknowledges_none_before_it() -> None:
    sent: list[int] = []
    is_done = asyncio.Event()
    tries: dict[str, int] = {}

    async def hear(device: str, topic: str, payload: bytes) -> bytes | None:
        tries[device] = tries.get(device, 0) + 1
        if device == "d1" and tries[device] == 1:
            raise Busy("The database is locked.")
        return None

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x20\x02\x00\x00")
        for n in (1, 2, 3):
            said = PublishPacket.build(f"devices/d{n}/x", b"", n, False, 1, False)
            writer.write(said.to_bytes())
        data = b""
        while part := await reader.read(1000):
            data += part
            while (at := data.find(b"\x40\x02")) >= 0 and len(data) >= at + 4:
                sent.append(int.from_bytes(data[at + 2 : at + 4], "big"))
                data = data[at + 4 :]
            if len(sent) == 3:
                is_done.set()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        listening = Hearing(hear)
        client = external.ExternalBroker(
            listening, read_place(f"mqtt://house:secret@127.0.0.1:{port}")
        )
        await client.start()
        async with asyncio.timeout(15):
            await is_done.wait()
        await client.stop()

    assert sent == [1, 2, 3]
    assert tries == {"d1": 2, "d2": 1, "d3": 1}


class Hearing:
    """Whom the client asks, where only what it hears counts."""

    def __init__(self, hear: Any) -> None:
        self.hear = hear

    async def admit(self, device: str, secret: str) -> bool:
        return True

    async def give_up(self, device: str, why: str) -> None:
        raise AssertionError(why)

    def command_topic(self, device: str) -> str:
        return f"devices/{device}/command"


async def test_devices_that_never_stop_talking_do_not_keep_the_house_from_saying_it_is_there(
    house: House, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "KEEP_ALIVE_S", 1)
    pinged = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def chatter() -> None:
            while True:
                writer.write(PublishPacket.build("devices/d/x", b"", 0, False, 0, False).to_bytes())
                await asyncio.sleep(0.05)

        writer.write(b"\x20\x02\x00\x00")
        task = asyncio.create_task(chatter())
        while data := await reader.read(1000):
            if data == b"\xc0\x00":
                pinged.set()
        task.cancel()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = external.ExternalBroker(
            house.devices, read_place(f"mqtt://house:secret@127.0.0.1:{port}")
        )
        await client.start()
        async with asyncio.timeout(5):
            await pinged.wait()
        await client.stop()


@pytest.mark.parametrize(
    "url", ["mqtt://host", "http://u:p@host", "mqtt://u:p@host:x", "mqtt://u@host", "mqtt://u:p@"]
)
def test_an_address_of_a_broker_names_an_account_there(url: str) -> None:
    with pytest.raises(Incorrect):
        read_place(url)

    place = read_place("mqtts://house:a%40b@broker.example")
    assert (place.password, place.port, place.is_tls) == ("a@b", 8883, True)
    assert "a@b" not in repr(place)
