"""The gateway at home: a stand-in for the air, and the real house over HTTP."""

import asyncio
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, MockTransport, Response

from asklepion.app import House
from asklepion.cli.gateway import require_house
from asklepion.devices import Registration, gateway
from asklepion.devices.service.gateway.agent import Agent
from asklepion.devices.service.gateway.radio import BASE, BleakRadio
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Busy, Conflict, Incorrect
from tests.conftest import People

from .test_gatt_packets import cuff_at
from .test_service import card, observations, register

CUFF = "AA:BB:CC:DD:EE:01"
KINDS = ("blood-pressure", "heart-rate")


@pytest.fixture
def database_url() -> str:
    """Nothing here knows which database the house has."""
    return ""


def uuid(short: str) -> str:
    return f"0000{short}{BASE}"


def characteristic(short: str, *properties: str) -> Any:
    return SimpleNamespace(uuid=uuid(short), properties=[*properties])


def measured() -> bytes:
    """A pressure of ten minutes ago, by the clock of a cuff that lives in Shanghai."""
    shown = datetime.now(UTC) + timedelta(hours=8) - timedelta(minutes=10)
    return bytes.fromhex(cuff_at(f"{shown:%Y-%m-%dT%H:%M:%S}").replace(" ", ""))


class Air:
    """What lies behind bleak: devices that are near, and what they say once they are heard."""

    def __init__(self, *packets: bytes) -> None:
        self.packets = packets
        self.asked = 0
        self.is_off = False
        air = self

        class Scanner:
            @staticmethod
            async def discover(**_: Any) -> list[Any]:
                air.asked += 1
                if air.is_off:
                    raise BleakBluetoothNotAvailableError
                await asyncio.sleep(0.01)
                others = SimpleNamespace(address="00:00:00:00:00:09", name="TV")
                return [others, SimpleNamespace(address=CUFF.lower(), name="Cuff")]

        class Client:
            def __init__(self, device: Any, **more: Any) -> None:
                assert device.name == "Cuff"
                self._gone: Callable[[Any], None] = more["disconnected_callback"]
                known = [characteristic("2a35", "indicate"), characteristic("ff01", "notify")]
                self.services = [SimpleNamespace(uuid=uuid("1810"), characteristics=known)]

            async def __aenter__(self) -> "Client":
                return self

            async def __aexit__(self, *_: object) -> None:
                pass

            async def read_gatt_char(self, name: str) -> bytearray:
                assert name == uuid("2a2b")
                shown = datetime.now(UTC) + timedelta(hours=8)
                year = shown.year.to_bytes(2, "little")
                rest = [shown.month, shown.day, shown.hour, shown.minute, shown.second]
                return bytearray(year + bytes(rest) + bytes(3))

            async def start_notify(self, each: Any, take: Any) -> None:
                assert each.uuid == uuid("2a35")
                for packet in air.packets:
                    take(each, bytearray(packet))
                asyncio.get_running_loop().call_later(0.05, self._gone, self)

        self.radio = BleakRadio(Scanner, Client)


class BleakBluetoothNotAvailableError(Exception):
    """As bleak calls it."""


class Told(list[tuple[str, dict[str, Any]]]):
    """What the agent told, and a way to wait for it."""

    def hear(self, what: str, about: Any) -> None:
        self.append((what, dict(about)))

        self.news.set()

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    async def until(self, what: str, count: int = 1) -> None:
        async with asyncio.timeout(10):
            while sum(each == what for each, _ in self) < count:
                self.news.clear()
                await self.news.wait()


def pairing(made: Registration, secret: str = "") -> dict[str, gateway.Paired]:
    return {CUFF: gateway.Paired(device=made.device, secret=secret or made.secret)}


async def test_a_gateway_hears_a_cuff_and_the_house_keeps_what_it_says_once(
    house: House, people: People, app: FastAPI, clock: Any, tmp_path: Path
) -> None:
    made = await register(house, people, kinds=KINDS)
    clock.at = datetime.now(UTC)  # the gateway has a clock of its own
    air, told = Air(measured()), Told()
    queue = gateway.Queue(tmp_path / "waiting.sqlite")
    async with AsyncClient(transport=ASGITransport(app), base_url="http://house") as client:
        agent = Agent(air.radio, gateway.House(client), queue, pairing(made), told.hear)

        running = asyncio.create_task(agent.run())
        await told.until("kept", 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await agent.send()  # it may have heard the cuff once more in that moment

    (kept,) = await observations(house, people)
    assert kept["device"]["reference"] == f"Device/{made.device}"
    answers = [about for what, about in told if what == "kept"]
    assert [each["was_here"] for each in answers[:2]] == [False, True]
    assert kept["effectiveDateTime"] < to_iso(clock.at)
    assert len(queue) == 0
    assert (await card(house, people)).refused_count == 0


async def test_what_the_house_could_not_take_waits_on_the_disk_over_a_restart(
    house: House, people: People, app: FastAPI, clock: Any, tmp_path: Path
) -> None:
    made = await register(house, people, kinds=KINDS)
    clock.at = datetime.now(UTC)
    air, told, path = Air(measured()), Told(), tmp_path / "waiting"
    queue = gateway.Queue(path)
    async with AsyncClient(base_url="http://127.0.0.1:9") as nowhere:
        agent = Agent(air.radio, gateway.House(nowhere), queue, pairing(made), told.hear)
        running = asyncio.create_task(agent.run())
        await told.until("waiting")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises(Busy, match="cannot be reached"):
            await agent.send()
    assert await observations(house, people) == []
    queue.close()

    async with AsyncClient(transport=ASGITransport(app), base_url="http://house") as client:
        again = gateway.Queue(path)
        wrong = Agent(air.radio, gateway.House(client), again, pairing(made, "wrong"), told.hear)
        await wrong.send()
        waiting = len(again)
        await Agent(air.radio, gateway.House(client), again, pairing(made)).send()

    assert told[-1][0] == "gone"
    assert waiting >= 1
    assert len(again) == 0
    assert len(await observations(house, people)) == 1


async def test_without_bluetooth_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    air = Air()
    air.is_off = True
    queue = gateway.Queue(tmp_path / "waiting")
    async with AsyncClient(base_url="http://127.0.0.1:9") as client:
        agent = Agent(air.radio, gateway.House(client), queue, {})

        with pytest.raises(gateway.SilentRadio, match="switched off or missing") as told:
            await agent.run()

    assert "adapter" in told.value.hint
    with pytest.raises(gateway.SilentRadio):
        await air.radio.near()


def test_a_queue_gives_up_the_oldest_and_counts_them(tmp_path: Path) -> None:
    queue = gateway.Queue(tmp_path / "waiting", most=3)

    for number in range(5):
        queue.put("d-1", {"n": number})

    assert [each.packet["n"] for each in queue.first("d-1")] == [2, 3, 4]
    assert (queue.lost, queue.devices()) == (2, ["d-1"])


def test_the_pairing_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "gateway" / "pairing.json"
    with pytest.raises(Conflict, match="Nothing is paired"):
        gateway.read_pairing(path)

    gateway.write_pairing(path, {CUFF.lower(): gateway.Paired(device="d-1", secret="s", user=2)})

    assert gateway.read_pairing(path)[CUFF].user == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "secret" not in repr(gateway.read_pairing(path)[CUFF])
    path.write_text("{")
    with pytest.raises(Incorrect):
        gateway.read_pairing(path)


def test_several_threads_use_one_queue_and_nothing_is_lost(tmp_path: Path) -> None:
    queue = gateway.Queue(tmp_path / "waiting")

    def put(device: str) -> None:
        for number in range(60):
            queue.put(device, {"n": number})

    def send() -> int:
        sent = 0
        while sent < 60:
            batch = queue.first("d-1")
            queue.done(batch)
            sent += len(batch)
        return sent

    with ThreadPoolExecutor(3) as pool:
        one, other, sent = pool.submit(put, "d-1"), pool.submit(put, "d-2"), pool.submit(send)

        assert (one.result(10), other.result(10), sent.result(10)) == (None, None, 60)
    assert (len(queue), queue.devices()) == (60, ["d-2"])


@pytest.mark.parametrize("text", ["<html>Sign in to the hotel</html>", "[]", '{"packets": []}'])
async def test_an_answer_that_is_not_the_house_s_loses_nothing(text: str, tmp_path: Path) -> None:
    queue = gateway.Queue(tmp_path / "waiting")
    queue.put("d-1", {"n": 1})
    hotel = MockTransport(lambda _: Response(200, text=text))
    paired = {CUFF: gateway.Paired(device="d-1", secret="s")}
    async with AsyncClient(transport=hotel, base_url="http://house") as client:
        agent = Agent(Air().radio, gateway.House(client), queue, paired)

        with pytest.raises(Busy, match="not the house's"):
            await agent.send()

    assert len(queue) == 1


async def test_a_sender_that_fails_ends_the_run_and_is_not_silent(tmp_path: Path) -> None:
    queue = gateway.Queue(tmp_path / "waiting")
    queue.put("d-1", {"n": 1})

    def fail(_: Any) -> Response:
        raise ZeroDivisionError

    paired = {CUFF: gateway.Paired(device="d-1", secret="s")}
    async with AsyncClient(transport=MockTransport(fail), base_url="http://house") as client:
        agent = Agent(Air().radio, gateway.House(client), queue, paired)

        with pytest.raises(ExceptionGroup) as failed:
            async with asyncio.timeout(5):
                await agent.run()

    assert failed.group_contains(ZeroDivisionError)


def test_what_waits_on_the_disk_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "waiting"
    path.touch(0o644)

    gateway.Queue(path).put("d-1", {"n": 1})

    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}


async def test_packets_given_up_are_told(tmp_path: Path) -> None:
    air, told = Air(*[measured()] * 3), Told()
    queue = gateway.Queue(tmp_path / "waiting", most=1)
    paired = {CUFF: gateway.Paired(device="d-1", secret="s")}
    async with AsyncClient(base_url="http://127.0.0.1:9") as nowhere:
        agent = Agent(air.radio, gateway.House(nowhere), queue, paired, told.hear)

        running = asyncio.create_task(agent.run())
        await told.until("lost", 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert [about["count"] for what, about in told if what == "lost"][:2] == [1, 1]


def test_readings_travel_in_the_open_to_this_machine_only() -> None:
    for house in ("https://house.example", "http://localhost:8000", "http://[::1]:8000"):
        require_house(house, insecure=False)
    require_house("http://192.168.1.2:8000", insecure=True)

    for house in ("http://192.168.1.2:8000", "http://house.example", "ftp://house", "https://"):
        with pytest.raises(Incorrect):
            require_house(house, insecure=False)
