"""A real Janus of one's own: on free ports, as nobody in particular."""

import os
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

SECRET = "between-house-and-sfu"
OPENING_S = 20.0
ENOUGH = ("libjanus_videoroom.so", "libjanus_websockets.so")
CONFIG = """
general: {{
  configs_folder = "{folder}"
  api_secret = "{secret}"
  debug_level = 3
}}
nat: {{ ice_enforce_list = "{address}" }}
media: {{ rtp_port_range = "{first}-{last}" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
loggers: {{ disable = "libjanus_jsonlog.so" }}
"""
SOCKETS = """
general: {{
  ws = true
  ws_port = {port}
  ws_interface = "lo"
  wss = false
}}
"""


@dataclass(frozen=True)
class RunningJanus:
    """A Janus that runs for the tests."""

    url: str
    secret: str
    process: "subprocess.Popen[bytes]"

    @property
    def settings(self) -> dict[str, str]:
        """Of a house that uses it, with people enough for two browsers."""
        return {"janus_url": self.url, "janus_secret": self.secret}


@contextmanager
def running_janus() -> Generator[RunningJanus]:
    """Start one; skips the test where it is not installed (Debian: janus)."""
    program = shutil.which("janus")
    if not program:
        pytest.skip("no SFU is installed (Debian: janus)")
    address = own_address()
    with (
        tempfile.TemporaryDirectory(prefix="janus-") as name,
        free_udp_ports(address) as voices,
    ):
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        _configure(folder, port, address, voices)
        log = folder / "janus.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [program, "-F", name, "-C", f"{name}/janus.jcfg"],
                stdout=said,
                stderr=said,
                user="nobody" if os.geteuid() == 0 else None,
            )
        try:
            _wait(port, process, log)
            yield RunningJanus(f"ws://127.0.0.1:{port}", SECRET, process)
        finally:
            process.kill()
            process.wait()


def _configure(folder: Path, port: int, address: str, voices: range) -> None:
    home = next(Path("/usr/lib").glob("*/janus"), Path("/usr/lib/janus"))
    rest = {
        kind: ",".join(p.name for p in (home / kind).glob("*.so") if p.name not in ENOUGH)
        for kind in ("plugins", "transports")
    }
    (folder / "janus.jcfg").write_text(
        CONFIG.format(
            folder=folder,
            secret=SECRET,
            address=address,
            first=voices[0],
            last=voices[-1],
            **rest,
        )
    )
    (folder / "janus.transport.websockets.jcfg").write_text(SOCKETS.format(port=port))


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + OPENING_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
