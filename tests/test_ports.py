"""Ports of the tests' own: nobody else is given them meanwhile."""

import socket
from pathlib import Path

import pytest

from tests.ports import (
    FIRST,
    OF_EACH,
    UDP_COUNT,
    UDP_FIRST,
    UDP_OF_EACH,
    WORKERS,
    free_port,
    free_udp_ports,
    own_address,
)

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def taken(port: int, address: str, kind: socket.SocketKind) -> socket.socket:
    line = socket.socket(socket.AF_INET, kind)
    line.bind((address, port))
    return line


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_that_somebody_uses_by_udp_or_tcp_is_given_to_nobody(
    kind: socket.SocketKind,
) -> None:
    address = own_address()
    used = free_port(address) + 1

    with taken(used, address, kind):
        assert free_port(address) != used


def test_two_who_ask_at_a_time_are_given_udp_ports_apart() -> None:
    address = own_address()

    with free_udp_ports(address) as some, free_udp_ports(address) as others:
        assert not set(some) & set(others)


def test_udp_ports_of_which_somebody_uses_one_are_given_to_nobody() -> None:
    address = own_address()
    with free_udp_ports(address) as some:
        pass

    with taken(some[-1], address, socket.SOCK_DGRAM), free_udp_ports(address) as others:
        assert some[-1] not in others


def test_each_process_of_the_tests_looks_for_udp_ports_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: set[int] = set()
    for worker in range(WORKERS):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", f"gw{worker}")
        with free_udp_ports(own_address()) as some:
            assert not given & set(some)
            given |= set(some)


@pytest.mark.skipif(not OUTGOING.exists(), reason="no Linux")
def test_udp_ports_lie_below_tcp_ports_and_those_below_what_outgoing_connections_are_given() -> (
    None
):
    last_udp = UDP_FIRST + UDP_OF_EACH * UDP_COUNT - 1
    last = FIRST + OF_EACH * WORKERS - 1
    first_outgoing = int(OUTGOING.read_text().split()[0])

    assert last_udp < FIRST
    assert last < first_outgoing
