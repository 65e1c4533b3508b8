"""Ports of the tests' own, that no connection of another test is given meanwhile."""

import os
import socket
from contextlib import closing
from itertools import count

# Below what systems give to outgoing connections; each process of the tests has its own.
FIRST, OF_EACH = 20_000, 500
_numbers = count()


def free_port() -> int:
    """A port that nobody listens on, and that is given out only once."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST + worker % 20 * OF_EACH
    for _ in range(OF_EACH):
        port = first + next(_numbers) % OF_EACH
        with closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("No port is free.")


def own_address() -> str:
    """Where browsers on this machine reach it: Chromium does not take loopback for a way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(line.getsockname()[0])
