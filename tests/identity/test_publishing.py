"""Keys that apps publish are fetched from the open internet, and from nowhere else."""

import ipaddress
from datetime import timedelta
from typing import Any

import pytest

from asklepion.identity.service.apps.publishing import (
    Published,
    Unfit,
    fetch_json,
    is_public,
    public_address,
)
from asklepion.kit.clock import StoppedClock


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
    "address",
    [
        "http://app.example/keys",
        "https://localhost/keys",
        "https://127.0.0.1/keys",
        "https://[::1]/keys",
        "https://2130706433/keys",
        "https://user@127.0.0.1/keys",
        "file:///etc/passwd",
        "https:///keys",
        "ftp://app.example/keys",
    ],
)
async def test_nothing_inside_is_fetched_whatever_it_is_called(address: str) -> None:
    with pytest.raises(Unfit):
        await fetch_json(address)


async def test_a_name_that_leads_inside_is_not_followed() -> None:
    with pytest.raises(Unfit):
        await public_address("localhost", 443)


async def test_what_was_fetched_is_remembered_and_fetched_again_for_a_new_key(
    clock: StoppedClock,
) -> None:
    fetched: list[str] = []

    async def fetch(address: str) -> Any:
        fetched.append(address)
        return {"keys": [len(fetched)]}

    published = Published(clock, fetch)

    async def keys(*, is_missing: bool = False) -> int:
        return (await published.keys("https://app.example/k", is_missing=is_missing))["keys"][0]

    assert [await keys(), await keys(), await keys(is_missing=True)] == [1, 1, 1]
    clock.at += timedelta(seconds=31)  # not sooner, or anybody could make the house ask and ask
    assert [await keys(), await keys(is_missing=True), await keys()] == [1, 2, 2]
    clock.at += timedelta(minutes=6)
    assert await keys() == 3


async def test_only_so_much_of_what_was_fetched_is_remembered(clock: StoppedClock) -> None:
    fetched: list[str] = []

    async def fetch(address: str) -> Any:
        fetched.append(address)
        return {"keys": []}

    published = Published(clock, fetch)
    for number in range(300):
        await published.keys(f"https://app.example/{number}")
    fetched.clear()

    await published.keys("https://app.example/299")
    await published.keys("https://app.example/0")

    assert fetched == ["https://app.example/0"]
