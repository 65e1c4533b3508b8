"""Ports of the tests' own, that no connection of another test is given meanwhile."""

import os
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from itertools import count

# Below what systems give to outgoing connections; each process of the tests has its own.
FIRST, OF_EACH, WORKERS = 20_000, 500, 20
UDP_FIRST, UDP_OF_EACH, UDP_COUNT = 10_000, 200, 50
_numbers = count()


def free_port(address: str = "127.0.0.1") -> int:
    """A port on which nobody listens there, by TCP or UDP, and that is given out only once."""
    first = FIRST + _worker() * OF_EACH
    for _ in range(OF_EACH):
        port = first + next(_numbers) % OF_EACH
        with ExitStack() as probes:
            try:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    _take(probes, address, port, kind)
            except OSError:
                continue
        return port
    raise OSError("No port is free.")


@contextmanager
def free_udp_ports(address: str) -> Generator[range]:
    """UDP ports in a row that nobody there uses; no other test is given them meanwhile."""
    for number in range(UDP_COUNT):
        place = (_worker() * UDP_COUNT // WORKERS + number) % UDP_COUNT
        first = UDP_FIRST + place * UDP_OF_EACH
        ports = range(first + 1, first + UDP_OF_EACH)
        with ExitStack() as guard:
            try:
                _take(guard, address, first)  # held all the while: others pass by
                with ExitStack() as probes:
                    for port in ports:
                        _take(probes, address, port)
            except OSError:
                continue
            yield ports
            return
    raise OSError("No UDP ports are free.")


def _worker() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS


def _take(
    held: ExitStack, address: str, port: int, kind: socket.SocketKind = socket.SOCK_DGRAM
) -> None:
    held.enter_context(socket.socket(socket.AF_INET, kind)).bind((address, port))


def own_address() -> str:
    """Where browsers on this machine reach it: Chromium does not take loopback for a way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        return str(line.getsockname()[0])
