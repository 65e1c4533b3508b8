"""Addresses that others name are gone to only in the open internet, and as they were looked at."""

import asyncio
import gzip
import ipaddress
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from asklepion.identity.service.apps.publishing import fetch_json
from asklepion.identity.service.outside import Letter, Outside, Unfit, is_public, reach
from tests.records.service.subscribing.test_hooks import certified

NAME = "house.example"
SECRET = b'{"keys": []}'


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "ff02::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_address_of_some_inner_network_is_not_gone_to(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_an_address_of_the_whole_world_is(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://app.example/keys", "only https"),
        ("https://localhost/keys", "open internet"),
        ("https://127.0.0.1/keys", "open internet"),
        ("https://[::1]/keys", "open internet"),
        ("https://2130706433/keys", "open internet"),
        ("https://user@127.0.0.1/keys", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https:///keys", "only https"),
        ("ftp://app.example/keys", "only https"),
        ("https://[::1", "not to be had"),
        ("nothing", "only https"),
    ],
)
async def test_nothing_inside_is_gone_to_whatever_it_is_called(address: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        await fetch_json(address)
    with pytest.raises(Unfit, match=why):
        await reach(Letter(address=address, method="POST", body=b"x"))


@pytest.mark.parametrize("found", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], []])
async def test_a_name_of_which_one_address_lies_inside_is_not_gone_to(found: list[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    with pytest.raises(Unfit, match="open internet"):
        await Outside(resolve=resolve).reach(Letter(address=f"https://{NAME}/"))


class Neighbour:
    """Another house on this machine; what it is asked, and what it answers."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n" + SECRET
        self.waits_s = 0.0

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        await asyncio.sleep(self.waits_s)
        writer.write(self.answer)
        writer.close()


@asynccontextmanager
async def neighbour(
    folder: Path, *, name: str = NAME
) -> AsyncGenerator[tuple[Neighbour, Outside, str, list[str]]]:
    """The other house, who goes there, its address, and what was resolved."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]  # the name changes its mind

    tls, trusts = certified(folder, name)
    house = Neighbour()
    server = await asyncio.start_server(house.hear, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    outside = Outside(resolve=resolve, trusts=trusts, is_open=lambda address: True)
    yield house, outside, f"https://{NAME}:{port}/keys", asked
    server.close()
    await server.wait_closed()


async def test_a_name_is_looked_up_once_and_that_very_address_is_gone_to(tmp_path: Path) -> None:
    async with neighbour(tmp_path) as (house, outside, address, asked):
        reply = await outside.reach(Letter(address=address))

    assert (reply.status, reply.body) == (200, SECRET)
    assert asked == [NAME]
    assert f"host: {NAME}:" in house.heads[0]


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with neighbour(tmp_path) as (house, outside, address, _):
        house.answer = (
            b"HTTP/1.1 302 X\r\nlocation: https://127.0.0.1/\r\ncontent-length: 0\r\n\r\n"
        )
        assert (await outside.reach(Letter(address=address))).status == 302
        assert len(house.heads) == 1


async def test_whoever_cannot_show_the_names_certificate_is_told_nothing(tmp_path: Path) -> None:
    async with neighbour(tmp_path, name="other.example") as (house, outside, address, _):
        with pytest.raises(Unfit):
            await outside.reach(Letter(address=address, bearer="a secret"))

    assert house.heads == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(5000),
        b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + bytes(5000),
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(bytes(1 << 20)),
        b"not HTTP at all",
        b"",
    ],
)
async def test_an_answer_that_is_large_packed_or_none_is_not_read(
    tmp_path: Path, answer: bytes
) -> None:
    async with neighbour(tmp_path) as (house, outside, address, _):
        house.answer = answer
        with pytest.raises(Unfit):
            await outside.reach(Letter(address=address, most=4096))


async def test_whoever_is_slow_is_not_waited_for(tmp_path: Path) -> None:
    async with neighbour(tmp_path) as (house, outside, address, _):
        house.waits_s = 5
        with pytest.raises(Unfit):
            await outside.reach(Letter(address=address, timeout_s=0.2))
