"""A window beside one's own visit has no body; a code for a real room stands for an anchor."""

import re

from httpx import AsyncClient

from asklepion.app import House
from tests.conftest import People
from tests.world.test_company import come


async def test_a_window_beside_a_visit_is_told_where_it_is_and_is_nobody_there(
    house: House, people: People, patient: AsyncClient
) -> None:
    before = (await patient.get("/api/world/beside")).json()
    await come(house, people.patient)
    await come(house, people.doctor)

    told = (await patient.get("/api/world/beside")).json()

    assert before == {"place": "", "people": []}
    assert told["place"] == "plaza"
    assert [(one["name"], one["is_me"]) for one in told["people"]] == [
        ("Patient", True),
        ("Doctor", False),
    ]
    assert len(house.world.accounts_in("plaza")) == 2


async def test_it_is_told_of_nobody_from_whom_one_is_apart(
    house: House, people: People, patient: AsyncClient
) -> None:
    await come(house, people.patient)
    other = await come(house, people.doctor)
    await house.company.people.block(people.patient, other.who)

    told = (await patient.get("/api/world/beside")).json()

    assert [one["name"] for one in told["people"]] == ["Patient"]


async def test_a_code_leads_to_the_place_and_names_its_anchor(patient: AsyncClient) -> None:
    told = (await patient.get("/api/world/places/home/code")).json()
    seat = (await patient.get("/api/world/places/home/code?anchor=seat")).json()

    assert told["url"].endswith("/#/home?anchor=hologram")
    assert seat["url"].endswith("/#/home?anchor=seat")
    (width, height) = re.findall(r'viewBox="0 0 (\d+) (\d+)"', told["svg"])[0]
    assert width == height
    assert int(width) in range(21, 178, 4), "no margin: its corners are the code's"


async def test_strangers_and_unknown_anchors_get_no_code(
    stranger: AsyncClient, patient: AsyncClient
) -> None:
    refused = [
        await stranger.get("/api/world/beside"),
        await stranger.get("/api/world/places/home/code"),
        await patient.get("/api/world/places/home/code?anchor=moon"),
        await patient.get("/api/world/places/moon/code"),
    ]

    assert [one.status_code for one in refused] == [401, 401, 404, 404]
