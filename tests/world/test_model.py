import json
from math import cos, hypot, pi, sin
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from asklepion.kit.errors import Incorrect
from asklepion.world.model import (
    Access,
    Box,
    Circle,
    Ground,
    Obstacle,
    Place,
    Sign,
    Spawn,
    in_front_of,
    read_places,
)
from asklepion.world.service import load_places
from tests.world.grounds import yard

PLACES = load_places()
every_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
SIDES = ((0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5))
metres = st.floats(-12.0, 12.0)


def at(*points: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    xz = np.array(points)
    return xz[:, 0], xz[:, 1]


# --- the place files


def test_the_house_has_a_plaza_a_home_a_clinic_and_three_consulting_rooms() -> None:
    rooms = {f"consulting-room-{n}" for n in (1, 2, 3)}

    assert set(PLACES) == {"plaza", "home", "clinic"} | rooms
    assert {PLACES[room].access for room in rooms} == {Access.GUARDED}
    assert (PLACES["home"].access, PLACES["plaza"].capacity) == (Access.OWNER, 300)


def test_the_plaza_shows_six_buildings_that_look_different_and_stand_apart() -> None:
    houses = PLACES["plaza"].buildings

    assert len({house.kind for house in houses}) == len(houses) == 6
    for one in houses:
        for other in houses:
            gap = hypot(one.position[0] - other.position[0], one.position[2] - other.position[2])
            assert one is other or gap > 18


def test_clinic_and_home_are_open_and_the_other_doors_say_what_is_still_to_come() -> None:
    doors = {door.id: door for door in PLACES["plaza"].doors}

    assert {d.to for d in doors.values() if d.to} == {"clinic", "home"}
    for door in doors.values():
        assert bool(door.to) != bool(door.closed_reason_key)


def test_who_is_in_a_clinic_a_consulting_room_or_a_home_stands_on_no_sign() -> None:
    assert {p.id for p in PLACES.values() if p.sign is Sign.NAMES} == {"plaza"}
    assert PLACES["home"].sign is Sign.NOTHING


@every_place
def test_doors_lead_to_places_that_are_there_and_back(place: Place) -> None:
    for door in place.doors:
        if door.to:
            assert place.id in {back.to for back in PLACES[door.to].doors}
    assert not place.exit or place.exit in PLACES


@every_place
def test_a_door_is_called_what_it_leads_to(place: Place) -> None:
    for door in place.doors:
        if door.to:
            assert door.label_key == PLACES[door.to].name_key


@every_place
def test_names_are_unique_and_words_are_keys_of_this_room(place: Place) -> None:
    named = [*place.doors, *place.anchors, *place.buildings]
    words = [place.name_key, place.about_key, *(d.label_key for d in place.doors)]

    assert len({thing.id for thing in place.doors}) == len(place.doors)
    assert len({thing.id for thing in place.anchors}) == len(place.anchors)
    assert all(thing.id for thing in named)
    assert all(word.startswith("world.place.") for word in words)


@every_place
def test_from_the_spawn_one_can_walk_to_every_door_and_every_open_anchor(place: Place) -> None:
    ground = Ground(place)
    reached = walk(ground, place.spawn)

    wanted = [in_front_of(door).position for door in place.doors]
    wanted += [a.position for a in place.anchors if "seat" in a.id or a.id == "outlook"]
    for x, _, z in wanted:
        assert min(hypot(x - rx, z - rz) for rx, rz in reached) < 0.8, (x, z)


@every_place
def test_where_one_appears_one_can_stand(place: Place) -> None:
    spots = [place.spawn.position, *(in_front_of(d).position for d in place.doors)]
    ground = Ground(place)
    x, z = at(*((s[0], s[2]) for s in spots))

    assert ground.is_free(x, z).all()
    np.testing.assert_allclose(ground.floor(x, z), [s[1] for s in spots], atol=0.05)


def walk(ground: Ground, spawn: Spawn) -> set[tuple[float, float]]:
    """Every point of a half-metre grid that a walker reaches from the spawn."""
    start = (round(spawn.position[0] * 2) / 2, round(spawn.position[2] * 2) / 2)
    seen, fresh = {start}, {start}
    while fresh:
        ways = [(x, z, x + dx, z + dz) for x, z in fresh for dx, dz in SIDES]
        x0, z0, x1, z1 = np.array(ways).T
        good = ground.is_free(x1, z1) & ~ground.is_blocked(x0, z0, x1, z1, 0.0)
        fresh = {(x, z) for x, z in zip(x1[good], z1[good], strict=True)} - seen
        seen |= fresh
    return seen


def test_a_misspelled_word_in_a_place_file_is_an_error() -> None:
    text = msgspec.json.encode(yard()).replace(b'"capacity"', b'"capasity"')

    with pytest.raises(Incorrect, match="capasity"):
        read_places(text)


def test_a_file_with_copies_gives_so_many_places() -> None:
    places = read_places(msgspec.json.encode(yard(copies=3)))

    assert [place.id for place in places] == ["yard-1", "yard-2", "yard-3"]


# --- the ground


def test_the_floor_of_steps_falls_evenly_from_top_to_water() -> None:
    stairs = Box(center=(0, 10), size=(4, 8), rise=-2)
    ground = Ground(yard(bounds=(stairs,)))

    np.testing.assert_allclose(ground.floor(*at((0, 6), (0, 10), (1, 14))), [0, -1, -2])
    assert np.isnan(ground.floor(*at((3, 10), (0, 15)))).all()


def test_of_two_floors_the_later_one_counts() -> None:
    ground = Ground(
        yard(bounds=(Circle(center=(0, 0), radius=9), Box(center=(0, 0), size=(2, 2), y=1)))
    )

    assert ground.floor(*at((0, 0), (5, 0))).tolist() == [1.0, 0.0]


@given(x0=metres, z0=metres, x1=metres, z1=metres, yaw=st.floats(-pi, pi))
def test_a_box_stops_exactly_the_ways_through_it(
    x0: float, z0: float, x1: float, z1: float, yaw: float
) -> None:
    assume(hypot(x1 - x0, z1 - z0) > 0.01)
    box = Box(center=(1, -2), size=(6.4, 2.4), yaw=yaw)  # 6 × 2 once made smaller
    ground = Ground(yard(obstacles=(Obstacle(shape=box, height=3),)))

    hit = ground.is_blocked(*at((x0, z0)), *at((x1, z1)), 0.0)[0]

    assert hit == (passes(box, x0, z0, x1, z1) and not passes(box, x0, z0, x0, z0)) or touches(
        box, x0, z0, x1, z1
    )


def passes(box: Box, x0: float, z0: float, x1: float, z1: float, grown: float = 0.0) -> bool:
    """The same question asked the slow way: is any of many points of the way in the box?"""
    share = np.linspace(0, 1, 800)
    dx, dz = x0 + share * (x1 - x0) - box.center[0], z0 + share * (z1 - z0) - box.center[1]
    across = dx * cos(box.yaw) - dz * sin(box.yaw)
    along = dx * sin(box.yaw) + dz * cos(box.yaw)
    return bool(((abs(across) < 3 + grown) & (abs(along) < 1 + grown)).any())


def touches(box: Box, x0: float, z0: float, x1: float, z1: float) -> bool:
    """Whether the slow way cannot tell: a corner is grazed by less than its step."""
    near = passes(box, x0, z0, x1, z1, 0.05)
    deep = passes(box, x0, z0, x1, z1, -0.05)
    return near != deep or passes(box, x0, z0, x0, z0, 0.05) != passes(box, x0, z0, x0, z0, -0.05)


@given(x0=metres, z0=metres, x1=metres, z1=metres)
def test_a_circle_stops_exactly_the_ways_that_come_too_near(
    x0: float, z0: float, x1: float, z1: float
) -> None:
    assume(hypot(x1 - x0, z1 - z0) > 0.01)
    ground = Ground(yard(obstacles=(Obstacle(shape=Circle(center=(2, 1), radius=2.2), height=3),)))

    hit = ground.is_blocked(*at((x0, z0)), *at((x1, z1)), 0.0)[0]

    shares = np.linspace(0, 1, 800)
    gaps = np.hypot(x0 + shares * (x1 - x0) - 2, z0 + shares * (z1 - z0) - 1)
    grazes = abs(gaps.min() - 2) < 0.03 or abs(gaps[0] - 2) < 0.03
    assert hit == (gaps.min() < 2 <= gaps[0]) or grazes


def test_whoever_stands_in_something_can_step_out_of_it() -> None:
    ground = Ground(yard(obstacles=(Obstacle(shape=Circle(center=(0, 0), radius=2), height=3),)))

    assert not ground.is_free(*at((0, 0)))[0]
    assert not ground.is_blocked(*at((0, 0)), *at((5, 0)), 0.0)[0]


def test_what_one_looks_over_does_not_stop_a_jump() -> None:
    bench = Obstacle(shape=Box(center=(0, 0), size=(2, 0.6)), height=0.5)
    ground = Ground(yard(obstacles=(bench,)))

    assert ground.is_blocked(*at((0, -2)), *at((0, 2)), 0.0)[0]
    assert not ground.is_blocked(*at((0, -2)), *at((0, 2)), 1.3)[0]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_client_has_words_for_everything_a_place_says(language: str) -> None:
    client = Path(__file__).parents[2] / "web" / "src" / "world" / f"text.{language}.json"
    words = json.loads(client.read_text())

    for place in PLACES.values():
        about = [place, *place.buildings]
        keys = [key for one in about for key in (one.name_key, one.about_key)]
        keys += [door.label_key for door in place.doors]
        keys += [door.closed_reason_key for door in place.doors if door.closed_reason_key]
        assert [key for key in keys if not words.get(key)] == []


def test_the_ground_is_the_one_that_the_client_walks_on() -> None:
    golden = json.loads((Path(__file__).parent / "golden_ground.json").read_text())
    bounds = msgspec.convert(golden["bounds"], tuple[Circle | Box, ...])
    obstacles = msgspec.convert(golden["obstacles"], tuple[Obstacle, ...])
    ground = Ground(yard(bounds=bounds, obstacles=obstacles))

    for px, pz, floor, is_free in golden["points"]:
        x, z = at((px, pz))
        there = ground.floor(x, z)[0]
        assert (None if np.isnan(there) else pytest.approx(there, abs=1e-3)) == floor
        assert ground.is_free(x, z)[0] == is_free
    for x0, z0, x1, z1, *hits in golden["ways"]:
        ends = (*at((x0, z0)), *at((x1, z1)))
        assert [bool(ground.is_blocked(*ends, over)[0]) for over in (0.0, 1.3)] == hits
