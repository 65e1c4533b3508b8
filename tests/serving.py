"""A real server in a process of its own, on a folder of its own and on free ports."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from asklepion.app import open_house
from asklepion.identity import Identity, Role
from asklepion.settings import Settings
from tests.conftest import PASSWORD, QUICK, license_clinician
from tests.forked import Forked

ROOT = Path(__file__).parent.parent
OPENING_S = 60
COMMAND_S = 300.0
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "operator": (Role.OPERATOR, None),
    "patient": (Role.PATIENT, "Patient/p-1"),
    "doctor": (Role.CLINICIAN, "Practitioner/d-1"),
}


@dataclass(frozen=True)
class Server:
    """A house that runs for the tests."""

    url: str
    data: Path
    environment: dict[str, str]
    process: Forked

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one `asklepion` command beside it."""
        return command(self.environment, *arguments)

    def client(self, bearer: str = "") -> httpx.Client:
        """A client of it; whoever has the bearer's token."""
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def at_rest(self) -> int:
        """How much memory it holds now [bytes]; what it held at most is counted from here."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self.memory()

    def memory(self, what: str = "VmRSS") -> int:
        """How much memory it holds (VmRSS), or held at most (VmHWM) [bytes]."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith(what))
        return int(line.split()[1]) * 1024


def environment_of(data: Path, **settings: str) -> dict[str, str]:
    """The environment of a house on this folder; settings as ASKLEPION_… without the prefix."""
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("ASKLEPION_")},
        "ASKLEPION_DATA": str(data),
        "ASKLEPION_PORT": "0",
        "ASKLEPION_MQTT_PORT": "0",
        "ASKLEPION_OPEN": "0",
        **{f"ASKLEPION_{name.upper()}": value for name, value in settings.items()},
    }


def command(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run one `asklepion` command, as a person types it."""
    with tempfile.TemporaryDirectory(prefix="asklepion-said-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        running = Forked(environment, arguments, out, err)
        try:
            code = running.wait(COMMAND_S)
        finally:
            running.kill()
        said = [path.read_text() if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess(["asklepion", *arguments], code, *said)


def start(data: Path, *arguments: str, **settings: str) -> Server:
    """Open a house on this folder and wait until it answers."""
    environment = environment_of(data, **settings)
    running = data / "running.json"
    running.unlink(missing_ok=True)
    log = data / "server.log"
    process = Forked(environment, ["serve", *arguments], log, log)
    deadline = time.monotonic() + OPENING_S
    while time.monotonic() < deadline and process.poll() is None:
        if running.exists():
            url = f"http://localhost:{json.loads(running.read_text())['port']}"
            try:
                if httpx.get(f"{url}/healthz").is_success:
                    return Server(url, data, environment, process)
            except httpx.TransportError:
                pass
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise RuntimeError(log.read_text())


def stop(server: Server) -> None:
    """Close it as Ctrl+C does."""
    server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(20)
    except subprocess.TimeoutExpired:
        kill(server)
        raise


def kill(server: Server) -> None:
    """End it as a power cut does: it gets to do nothing any more."""
    server.process.kill()
    server.process.wait()


async def furnish(
    data: Path, people: Mapping[str, tuple[Role, str | None]] = PEOPLE
) -> dict[str, str]:
    """Make accounts in a house that is not open yet; returns everybody's token."""
    tokens: dict[str, str] = {}
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False, hasher=QUICK) as house:
        for name, (role, person) in people.items():
            await house.identity.create_account(
                Identity.console(),
                email=f"{name}@example.org",
                password=PASSWORD,
                name=name.title(),
                roles=[role],
                person=person,
            )
            if role == Role.CLINICIAN:
                await license_clinician(house, f"{name}@example.org")
            tokens[name] = await house.identity.token(f"{name}@example.org")
    return tokens


@contextmanager
def opened(data: Path) -> Generator[Server]:
    """A server on this folder, closed well at the end if it still runs."""
    server = start(data)
    try:
        yield server
        if server.process.poll() is None:
            stop(server)
    finally:
        kill(server)
