"""A real TURN server (coturn) of one's own: on free ports, as nobody in particular."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port, free_udp_ports, own_address

SECRET = "between-house-and-relay"
OPENING_S = 20.0
CONFIG = """
listening-ip={address}
relay-ip={address}
listening-port={port}
min-port={first}
max-port={last}
use-auth-secret
static-auth-secret={secret}
realm=house.example
userdb={folder}/turndb
pidfile={folder}/turn.pid
log-file={folder}/turn.log
simple-log
verbose
no-cli
no-tls
no-dtls
allowed-peer-ip={address}
"""
GUIDE = Path(__file__).parent.parent / "docs" / "rooms" / "world" / "voice.md"
FORBIDDING = re.compile(r"^(?:denied-peer-ip=\S+|no-\S+)$", re.MULTILINE)
BINDING = bytes.fromhex("00010000 2112a442") + bytes(12)  # asks for one's own address
ALLOCATED = re.compile(r"new, realm=<house\.example>, username=<([^>]+)>, lifetime=\d+")


@dataclass(frozen=True)
class RunningTurn:
    """A TURN server that runs for the tests."""

    address: str
    port: int
    log: Path

    @property
    def settings(self) -> dict[str, str]:
        """Of a house that uses it."""
        return {
            "turn_urls": f"turn:{self.address}:{self.port}?transport=udp",
            "turn_secret": SECRET,
        }

    @property
    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace")

    def allocations(self) -> set[str]:
        """The names under which somebody is, or was, relayed."""
        return set(ALLOCATED.findall(self.said))

    def relayed(self, count: int) -> set[str]:
        """The same, once they are so many; its log may come a moment later."""
        deadline = time.monotonic() + OPENING_S
        while len(found := self.allocations()) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return found


@contextmanager
def running_turn(more: str = "") -> Generator[RunningTurn]:
    """Start one that forbids what the guide forbids; skips the test where it is not installed.

    Args:
        more: lines of its configuration.
    """
    program = shutil.which("turnserver")
    if not program:
        pytest.skip("no TURN server is installed (Debian: coturn)")
    address = own_address()
    with (
        tempfile.TemporaryDirectory(prefix="turn-") as name,
        free_udp_ports(address) as relayed,
    ):
        folder, port = Path(name), free_port(address)
        folder.chmod(0o777)
        config = folder / "turnserver.conf"
        config.write_text(
            CONFIG.format(
                address=address,
                port=port,
                first=relayed[0],
                last=relayed[-1],
                secret=SECRET,
                folder=name,
            )
            + ("allow-loopback-peers\n" if address.startswith("127.") else "")
            + "\n".join((*FORBIDDING.findall(GUIDE.read_text()), more))
        )
        process = subprocess.Popen(
            [program, "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user="nobody" if os.geteuid() == 0 else None,
        )
        try:
            running = RunningTurn(address, port, folder / "turn.log")
            _wait(running, process)
            yield running
        finally:
            process.kill()
            process.wait()


def _wait(running: RunningTurn, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + OPENING_S
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(running):
            return
        time.sleep(0.05)
    raise RuntimeError(running.log.read_text() if running.log.exists() else "It wrote no log.")


def _answers(running: RunningTurn) -> bool:
    """Whether it listens by TCP and by UDP, which it opens later."""
    with socket.socket() as line:
        if line.connect_ex((running.address, running.port)) != 0:
            return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(0.2)
        try:
            line.connect((running.address, running.port))
            line.send(BINDING)
            return bool(line.recv(1500))
        except OSError:
            return False
