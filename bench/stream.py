"""How many home devices can one house follow live: one reading a second each, kept, on a screen?

The real house in a process of its own (`asklepion serve`, SQLite, its own broker); devices and a
doctor's screens in this one. A reading's way begins when it is due, however late anybody is; it is
kept when its receipt is here, and seen when the doctor's live stream has brought it. At the end
each reading that was acknowledged is looked for in the database. No peer: a broker that
acknowledges before anybody has kept the message does other work.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asklepion.app import House, open_house
from asklepion.cli.invented import bundle, patient
from asklepion.devices.engine.observations import READINGS
from asklepion.identity import Caller, CredentialKind, Identity, NewCredential, Role
from asklepion.records import Asking, Category
from asklepion.settings import Settings

from ._devices import Device, Told, look, speak

DOCTOR, EMAIL = "Practitioner/bench-doctor", "doctor@example.org"
PASSWORD = "olive tree by the sea"
LICENCE = {
    "registration_number": "BENCH-1",
    "speciality": {"system": "http://snomed.info/sct", "code": "419192003", "display": "Internal"},
    "region": "KE",
    "languages": ["en"],
}
OPENING_S = 60.0
LAST_S = 60.0  # receipts that are waited for at the end
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Home:
    """One patient with her device."""

    patient: str
    device: str
    secret: str


def tell(name: str, value: float, unit: str, *, higher_is_better: bool = False) -> None:
    """Print one result."""
    row = {"name": name, "value": round(value, 3), "unit": unit}
    row |= {"higher_is_better": higher_is_better, "peer": None, "peer_value": None}
    print(json.dumps(row), flush=True)


async def furnish(data: Path, count: int) -> tuple[list[Home], str]:
    """Patients with a device each, who let one doctor see; returns them and the doctor's token."""
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False) as house:
        await house.identity.create_account(
            Identity.console(),
            email=EMAIL,
            password=PASSWORD,
            name="Doctor",
            roles=[Role.CLINICIAN],
            person=DOCTOR,
        )
        until = house.clock.now() + timedelta(days=365)
        new = NewCredential(kind=CredentialKind.LICENCE, email=EMAIL, told=LICENCE, until=until)
        await house.identity.credentials.issuing.issue(Identity.console(), new)
        homes = [await _settle(house, f"bench-{number}", until) for number in range(count)]
        return homes, await house.identity.token(EMAIL)


async def _settle(house: House, id: str, until: datetime) -> Home:
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    await house.records.transact(
        console, bundle([patient(id, "林", "梅", "Mei Lin", "female", "1967-04-18")])
    )
    her = f"Patient/{id}"
    caller = Caller(account=id, name=id, roles=frozenset({Role.PATIENT}), person=her)
    made = await house.devices.register(caller, patient=her, name="Band", kinds=["heart-rate"])
    asking = Asking(caller=caller, purpose="PATRQT")
    await house.records.grant(
        asking, patient=her, actor=DOCTOR, categories=[Category.VITALS], until=until
    )
    return Home(her, made.device, made.secret)


@dataclass(frozen=True)
class Served:
    """The house, as its process shows it."""

    pid: int
    port: int
    mqtt_port: int

    def cpu_s(self) -> float:
        """Processor time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def kept_waiting_s(self) -> float:
        """How long it could have gone on, and other processes had the processors."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9

    def memory_mib(self, what: str = "VmRSS") -> float:
        """What it holds, or held at most (VmHWM)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith(what))
        return int(line.split()[1]) / 1024


@contextlib.contextmanager
def served(data: Path) -> Generator[Served]:
    """The house in a process of its own."""
    environment = os.environ | {
        "ASKLEPION_DATA": str(data),
        "ASKLEPION_PORT": "0",
        "ASKLEPION_MQTT_PORT": "0",
        "ASKLEPION_OPEN": "0",
    }
    command = [sys.executable, *os.environ.get("BENCH_SERVE", "-m asklepion").split(), "serve"]
    running, log = data / "running.json", data / "server.log"
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out) as house:
        try:
            deadline = time.monotonic() + OPENING_S
            while not running.exists():
                if time.monotonic() > deadline or house.poll() is not None:
                    raise RuntimeError(log.read_text())
                time.sleep(0.05)
            said = json.loads(running.read_text())
            yield Served(house.pid, said["port"], int(said["mqtt_url"].rpartition(":")[2]))
        finally:
            house.terminate()


async def load(
    house: Served, homes: list[Home], bearer: str, *, screens: int, warm_s: int, seconds: int
) -> Told:
    """Let every device speak once a second, and the doctor look at some."""
    told = Told()
    devices = await _connect(house, homes, told)
    paths = [f"/api/records/patients/{home.patient.partition('/')[2]}/live" for home in homes]
    streams = [
        asyncio.create_task(look(house.port, path, bearer, told)) for path in paths[:screens]
    ]
    await asyncio.sleep(1)
    gc.freeze()
    told.from_at = time.time() + warm_s
    told.to_at = told.from_at + seconds
    speaking = asyncio.create_task(speak(devices, told.to_at))
    await asyncio.sleep(warm_s)
    used_s, kept, stood_s = house.cpu_s(), len(told.acknowledged), house.kept_waiting_s()
    await asyncio.sleep(seconds)
    used_s, kept = house.cpu_s() - used_s, len(told.acknowledged) - kept
    stood_s = house.kept_waiting_s() - stood_s
    await speaking
    late = sum(device.waits_for for device in devices)
    deadline = time.monotonic() + LAST_S
    while any(device.waits_for for device in devices) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    if failed := [each.exception() for each in streams if each.done()]:
        raise RuntimeError(f"Screens went dark: {failed[:1]}")
    _tell(told, len(homes), kept=kept, seconds=seconds, used_s=used_s, late=late)
    tell(f"devices_{len(homes)}_stood", stood_s / seconds, "processors that others had")
    for each in streams:
        each.cancel()
    for device in devices:
        device.leave()
    return told


async def _connect(house: Served, homes: list[Home], told: Told) -> list[Device]:
    loop, devices = asyncio.get_running_loop(), list[Device]()
    for home in homes:
        _, device = await loop.create_connection(
            lambda home=home: Device(home.device, home.secret, told), "127.0.0.1", house.mqtt_port
        )
        if not await device.is_in:
            raise RuntimeError("A device was not let in.")
        devices.append(device)
    return devices


def _tell(told: Told, count: int, *, kept: int, seconds: int, used_s: float, late: int) -> None:
    name = f"devices_{count}"
    tell(f"{name}_kept", kept / seconds, "readings/s", higher_is_better=True)
    tell(f"{name}_cpu", 1000 * used_s / max(kept, 1), "ms of processor time a reading")
    tell(f"{name}_busy", used_s / seconds, "processors")
    for what, took in (("receipt", told.receipts_s), ("screen", told.screens_s)):
        if len(took) < 2:  # nothing of that time came through at all
            continue
        tell(f"{name}_{what}_p50", 1000 * statistics.median(took), "ms")
        tell(f"{name}_{what}_p99", 1000 * statistics.quantiles(took, n=100)[-1], "ms")
        tell(f"{name}_{what}_most", 1000 * max(took), "ms")
    tell(f"{name}_waiting_at_end", late, "readings")


def lost(data: Path, told: Told) -> int:
    """How many acknowledged readings are in no record."""
    with contextlib.closing(sqlite3.connect(data / "asklepion.sqlite")) as db:
        kept = {row[0] for row in db.execute("SELECT id FROM records_res WHERE deleted = 0")}
    names = (f"{device}/heart-rate/{at}/8867-4" for device, at in told.acknowledged)
    return sum(str(uuid.uuid5(READINGS, name)) not in kept for name in names)


def measure(count: int, asked: argparse.Namespace) -> None:
    """One house with so many devices."""
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        data = Path(folder)
        homes, bearer = asyncio.run(furnish(data, count))
        with served(data) as house:
            empty = house.memory_mib()
            screens = min(asked.screens, count)
            told = asyncio.run(
                load(
                    house,
                    homes,
                    bearer,
                    screens=screens,
                    warm_s=asked.warm,
                    seconds=asked.seconds,
                )
            )
            tell(f"devices_{count}_memory_before", empty, "MiB")
            tell(f"devices_{count}_memory", house.memory_mib(), "MiB")
            own = house.memory_mib("RssAnon")
            tell(f"devices_{count}_memory_own", own, "MiB without mapped files")
            tell(f"devices_{count}_memory_most", house.memory_mib("VmHWM"), "MiB")
        acknowledged = len(told.acknowledged)
        tell(f"devices_{count}_acknowledged", acknowledged, "readings", higher_is_better=True)
        tell(f"devices_{count}_lost", lost(data, told), "acknowledged readings")
        if told.refused:
            tell(f"devices_{count}_cut_off", told.refused, "readings")


def main() -> None:
    """Measure with each number of devices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, nargs="*", default=[50, 500])
    parser.add_argument("--screens", type=int, default=20, help="records that the doctor looks at")
    parser.add_argument("--warm", type=int, default=60, help="seconds before it counts")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--folder", help="where the house's files lie for the time")
    asked = parser.parse_args()
    for count in asked.devices:
        measure(count, asked)


if __name__ == "__main__":
    main()
