"""A NATS server of the tests' own, on a free port."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import closing, contextmanager

from tests.ports import free_port

OPENING_S = 20.0


def find_nats() -> str | None:
    """The program, wherever Debian or the PATH has it."""
    return shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def serve_nats(program: str) -> Generator[tuple[str, int]]:
    """A running server; yields its URL and the number of its process."""
    port = free_port()
    process = subprocess.Popen(
        [program, "-a", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"nats://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + OPENING_S
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("nats-server did not open.")
