"""Where devices connect: the real house on addresses of this machine."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from asklepion.app import House, open_house
from asklepion.devices import simulate
from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Incorrect, Unauthenticated
from asklepion.settings import Settings
from tests.conftest import QUICK, People

SOMEBODY = Caller(account="a-1", name="Mei", roles=frozenset({Role.PATIENT}), person="Patient/p-1")


async def is_heard_at(house: House, address: str) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, house.devices.port)
    except OSError:
        return False
    writer.close()
    return True


async def test_unless_it_is_set_otherwise_only_this_machine_reaches_the_broker(
    house: House, people: People, patient: Any
) -> None:
    told = await patient.get("/api/devices/broker")

    port = house.devices.port
    assert told.json() == {"host": "127.0.0.1", "port": port, "is_loopback": True}
    assert house.devices.url == f"mqtt://127.0.0.1:{port}"
    assert (await is_heard_at(house, "127.0.0.1"), await is_heard_at(house, "127.0.0.2")) == (
        True,
        False,
    )


async def test_where_it_listens_everywhere_every_address_of_the_machine_will_do(
    settings: Settings, clock: StoppedClock
) -> None:
    async with open_house(replace(settings, mqtt_host="0.0.0.0"), clock, hasher=QUICK) as house:
        heard = [await is_heard_at(house, each) for each in ("127.0.0.1", "127.0.0.2")]
        reach = house.devices.reach(SOMEBODY)

        assert heard == [True, True]
        assert (reach.host, reach.is_loopback) == (None, False)
        assert house.devices.url == f"mqtt://127.0.0.1:{reach.port}"


@pytest.mark.parametrize(
    ("host", "told", "url"),
    [
        ("localhost", "localhost", "mqtt://localhost:"),
        ("", "127.0.0.1", "mqtt://127.0.0.1:"),
        ("127.0.0.3", "127.0.0.3", "mqtt://127.0.0.3:"),
        ("::1", "::1", "mqtt://[::1]:"),
        ("::", None, "mqtt://[::1]:"),
    ],
)
async def test_a_device_beside_the_house_finds_it_wherever_it_listens(
    settings: Settings, clock: StoppedClock, host: str, told: str | None, url: str
) -> None:
    if ":" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine speaks no IPv6")
    async with open_house(replace(settings, mqtt_host=host), clock, hasher=QUICK) as house:
        reach = house.devices.reach(SOMEBODY)
        with pytest.raises(Unauthenticated):  # so it was reached
            await simulate(house.devices.url, "nobody", "secret", count=1)

        assert (reach.host, reach.is_loopback) == (told, told is not None)
        assert house.devices.url == f"{url}{reach.port}"


async def test_an_address_of_another_machine_stops_the_start_with_advice(
    settings: Settings, clock: StoppedClock
) -> None:
    elsewhere = replace(settings, mqtt_host="192.0.2.7")  # RFC 5737: nobody's

    with pytest.raises(Incorrect, match=r"192\.0\.2\.7") as raised:
        async with open_house(elsewhere, clock, hasher=QUICK):
            pass

    assert "ASKLEPION_MQTT_HOST" in raised.value.hint
