"""How many readings a second does each way in keep: signed batches, Bluetooth, behind Mosquitto?

    python -m bench.ways                        beside the same house with one message a commit
    python -m bench.ways --beside ../before/src     beside another checkout, such as the one before

The real house on SQLite with its files on a disk; each house in a process of its own, turn by turn.
Everything waits at once: devices that send a batch each, and a real Mosquitto that hands over what
its devices have said. At the end each reading is counted in the database.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import pwd
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import socket

from httpx import ASGITransport, AsyncClient

from asklepion.app import House, open_house
from asklepion.cli.invented import bundle, patient
from asklepion.devices import Registration
from asklepion.devices.service import external, intake
from asklepion.doors import serve
from asklepion.identity import Caller, Identity, Role
from asklepion.records import Asking
from asklepion.settings import Settings

from ._devices import Device, Told

DEVICES, EACH = 20, 100  # devices of as many people, and readings of each
AT_ONCE = 4  # batches that the house takes at the same time
PATIENCE_S = 120.0
ROUNDS = 3
WAYS = ("push", "bluetooth", "mosquitto")
UNITS = {"kept": "readings/s", "cpu": "ms of processor time a reading"}

Say = Callable[[AsyncClient, Registration], Awaitable[None]]
Took = tuple[float, float]  # of the wall and of the processor [s]


async def settle(house: House, number: int) -> Registration:
    """Somebody with a device."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    her = patient(f"bench-{number}", "林", "梅", "Mei Lin", "female", "1967-04-18")
    await house.records.transact(console, bundle([her]))
    roles, person = frozenset({Role.PATIENT}), f"Patient/bench-{number}"
    caller = Caller(account=f"bench-{number}", name="Mei", roles=roles, person=person)
    return await house.devices.register(caller, patient=person, name="Band", kinds=["heart-rate"])


def moments() -> list[str]:
    """A minute apart, the last one now."""
    now = datetime.now(UTC)
    return [(now - timedelta(minutes=n)).isoformat() for n in range(EACH)]


async def push(client: AsyncClient, made: Registration) -> None:
    """One signed batch."""
    batch = [{"kind": "heart-rate", "at": at, "values": {"heart_rate": 70}} for at in moments()]
    body, at = json.dumps(batch).encode(), str(int(time.time()))
    key = hashlib.sha256(made.secret.encode()).digest()
    signature = hmac.new(key, at.encode() + b"." + body, "sha256").hexdigest()
    headers = {"asklepion-timestamp": at, "asklepion-signature": f"sha256={signature}"}
    url = f"/api/devices/{made.device}/push"
    answer = await client.post(url, content=body, headers=headers)
    assert {each["state"] for each in answer.json()["readings"]} == {"kept"}, answer.text


async def send_packets(client: AsyncClient, made: Registration) -> None:
    """One batch of packets, as a gateway sends it."""
    value = base64.b64encode(bytes([0, 70])).decode()
    packet = {"service": "180d", "characteristic": "2a37", "value": value}
    url, secret = f"/api/devices/{made.device}/gatt", f"{made.device}:{made.secret}".encode()
    headers = {"authorization": f"Basic {base64.b64encode(secret).decode()}"}
    answer = await client.post(url, json=[packet | {"at": at} for at in moments()], headers=headers)
    assert {each["state"] for each in answer.json()["packets"]} == {"kept"}, answer.text


async def over_http(house: House, say: Say) -> Took:
    """Every device sends its batch, as many at once as the house takes."""
    made = [await settle(house, number) for number in range(DEVICES)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def send(client: AsyncClient, one: Registration) -> None:
        async with gate:
            await say(client, one)

    door = ASGITransport(app=serve(house))
    async with AsyncClient(transport=door, base_url="http://localhost") as client:
        began = now()
        await asyncio.gather(*(send(client, one) for one in made))
        return since(began)


async def behind_mosquitto(house: House, broker: "Mosquitto") -> Took:
    """What devices said while the house was not there is handed over."""
    made = [await settle(house, number) for number in range(DEVICES)]
    broker.start(await house.devices.mosquitto())
    async with asyncio.timeout(PATIENCE_S):
        await house.devices.joined()
    await house.devices.stop()  # from now on it waits at the broker
    told = Told()
    loop = asyncio.get_running_loop()
    for one in made:
        _, device = await loop.create_connection(
            lambda one=one: Device(one.device, one.secret, told), "127.0.0.1", broker.port
        )
        assert await device.is_in
        for number in range(EACH):
            device.say(time.time() - 60 * number)
        while device.waits_for:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        device.leave()
    began = now()
    await house.devices.start()
    async with asyncio.timeout(PATIENCE_S):
        while await count(house) < DEVICES * EACH:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return since(began)


def now() -> Took:
    """Moments to count from: of the wall, and of the processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime


def since(began: Took) -> Took:
    """What passed [s]."""
    wall_s, used_s = now()
    return wall_s - began[0], used_s - began[1]


async def count(house: House) -> int:
    """How many readings are in the records."""
    async with house.db.read() as tx:
        row = await tx.one("SELECT count(*) FROM records_res WHERE type = 'Observation'")
    return row[0] if row else 0


class Mosquitto:
    """A real broker on a free port, never as root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(socket()) as one:
            one.bind(("127.0.0.1", 0))
            self.port: int = one.getsockname()[1]
        self.url = f"mqtt://house:bench@127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, files: Mapping[str, str]) -> None:
        """Let in whom these files name."""
        owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        for name, text in files.items():
            text = text.replace("_file ", f"_file {self.folder}/")
            if name == "mosquitto.conf":
                text += f"persistence_location {self.folder}/\n"
            (self.folder / name).write_text(text)
        if owner is not None:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, owner, owner)
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
        command = [program or "mosquitto", "-c", str(self.folder / "mosquitto.conf")]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, cwd=self.folder, stdout=quiet, stderr=quiet, user=owner, group=owner
        )

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)


async def measure(way: str) -> None:
    """Keep everything once, and say what it took."""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder))
        url = broker.url if way == "mosquitto" else ""
        settings = Settings(data=Path(data), mqtt_port=0, port=0, open=False, mqtt_url=url)
        try:
            async with open_house(settings) as house:
                took = await (
                    behind_mosquitto(house, broker)
                    if way == "mosquitto"
                    else over_http(house, push if way == "push" else send_packets)
                )
                assert await count(house) == DEVICES * EACH
        finally:
            broker.stop()
    print(json.dumps(took))


def run(way: str, source: str, *, is_alone: bool) -> tuple[float, float]:
    """One house in a process of its own: readings a second, and processor time of each [ms]."""
    command = [sys.executable, "-m", "bench.ways", "--measure", way]
    environment = os.environ | ({"PYTHONPATH": source} if source else {})
    done = subprocess.run(
        [*command, *(["--alone"] if is_alone else [])],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    wall_s, used_s = json.loads(done.stdout.splitlines()[-1])
    every = DEVICES * EACH
    return every / wall_s, 1000 * used_s / every


def main() -> None:
    """Each way, turn by turn with what it is put beside."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--beside", default="", help="src of another checkout")
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        if asked.alone:  # one message a commit
            intake.MOST_TOGETHER = external.WINDOW = 1
        asyncio.run(measure(asked.measure))
        return
    peer = "the house as before" if asked.beside else "one message a commit"
    for way in WAYS:
        ours: list[tuple[float, float]] = []
        theirs: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            theirs.append(run(way, asked.beside, is_alone=not asked.beside))
            ours.append(run(way, "", is_alone=False))
        for at, (name, unit) in enumerate(UNITS.items()):
            row: dict[str, object] = {"name": f"{way}_{name}", "unit": unit}
            row["value"] = round(statistics.median(each[at] for each in ours), 2)
            row |= {"higher_is_better": name == "kept", "peer": peer}
            row["peer_value"] = round(statistics.median(each[at] for each in theirs), 2)
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
