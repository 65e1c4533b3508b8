"""Sitting down: one to a seat, and whoever sits does not walk."""

import json
from typing import Any

import numpy as np
import pytest

from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, NotFound
from asklepion.world import World
from asklepion.world.engine import Seats
from asklepion.world.model import Blocks, Ground, Place, Seat, Thing
from asklepion.world.model.place import seats_of
from asklepion.world.service import Visit, load_places
from asklepion.world.wire import (
    Enter,
    Flag,
    FromHands,
    Kind,
    Pose,
    Sit,
    Stand,
    control,
    pack_pose,
    pose_frame,
    read_pose,
    read_snapshot,
)
from tests.world.grounds import Time, yard

BENCH = Thing(
    kind="bench", position=(0.0, 0.0, -4.0), size=(1.9, 0.46, 0.55), yaw=np.pi, blocks=Blocks.BOX
)
YARD = yard(things=(BENCH,), seats=tuple(seats_of([BENCH])))
LEFT, RIGHT = YARD.seats
ADA, BO = (Caller(account=f"account-{name}", name=name) for name in ("Ada", "Bo"))


@pytest.fixture
def seats() -> Seats:
    return Seats(YARD, Ground(YARD))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(clock: StoppedClock, time: Time) -> World:
    return World(clock=clock, tell_time=time, places={"yard": YARD})


async def come(world: World, caller: Caller) -> Visit:
    visit = world.open(caller)
    await world.hear(visit, control(Enter(place="yard")))
    return visit


async def ask(world: World, visit: Visit, wish: FromHands) -> list[dict[str, Any]]:
    heard(visit)
    await world.hear(visit, control(wish))
    return heard(visit)


def heard(visit: Visit) -> list[dict[str, Any]]:
    frames = iter(visit.outbox.take, None)
    return [json.loads(frame[1:]) for frame in frames if frame[0] == Kind.CONTROL]


def seen(world: World, by: Visit, slot: int) -> Pose:
    """Where somebody else sees one after a tick."""
    heard(by)
    world.tick()
    frames = [f for f in iter(by.outbox.take, None) if f[0] == Kind.SNAPSHOT]
    return read_pose(read_snapshot(frames[-1]).poses[slot])


# --- which seats there are


def test_a_bench_seats_as_many_as_fit_and_they_look_where_it_looks() -> None:
    assert [seat.id for seat in YARD.seats] == ["bench-1-1", "bench-1-2"]
    assert all(seat.yaw == pytest.approx(np.pi, abs=1e-3) for seat in YARD.seats)
    assert all(seat.position[2] > -4.0 for seat in YARD.seats)  # a little towards +z
    assert abs(LEFT.position[0] - RIGHT.position[0]) == pytest.approx(0.95)


@pytest.mark.parametrize("place", load_places().values(), ids=lambda place: place.id)
def test_from_every_seat_of_the_house_one_stands_up_onto_free_ground(place: Place) -> None:
    ground = Ground(place)
    seats = Seats(place, ground)

    for seat in place.seats:
        seats.sit(0, seat.id)
        spot = seats.stand(0)
        assert spot
        x, z = np.array([spot.position[0]]), np.array([spot.position[2]])
        assert ground.is_free(x, z)[0], seat.id
        assert np.hypot(x - seat.position[0], z - seat.position[2])[0] < 1.5, seat.id


def test_wherever_one_waits_there_is_a_seat() -> None:
    places = load_places()

    assert len(places["clinic"].seats) == 12
    assert len(places["consulting-room-1"].seats) == 2
    assert len(places["plaza"].seats) == 10


# --- who sits


def test_one_seat_is_for_one_and_one_person_sits_on_one_seat(seats: Seats) -> None:
    seats.sit(0, LEFT.id)

    with pytest.raises(Conflict, match="Somebody sits there"):
        seats.sit(1, LEFT.id)
    with pytest.raises(NotFound):
        seats.sit(1, "throne-1-1")
    seats.sit(0, RIGHT.id)
    seats.sit(1, LEFT.id)
    assert seats.taken() == {0: RIGHT.id, 1: LEFT.id}


def test_a_pose_of_one_who_sits_is_on_the_seat_whatever_it_says(seats: Seats) -> None:
    seats.sit(0, LEFT.id)
    told = Pose(position=(5.0, 0.0, 5.0), yaw=1.0, pitch=0.3, flags=Flag.MOVING | Flag.JUMP, at=9)

    judged = read_pose(seats.judge(0, pack_pose(told)))

    assert judged.position == pytest.approx(LEFT.position, abs=0.01)
    assert judged.flags == Flag.SEATED
    assert (judged.yaw, judged.at) == (pytest.approx(1.0, abs=0.01), 9)


def test_nobody_is_seated_who_took_no_seat(seats: Seats) -> None:
    body = pack_pose(Pose(position=(1.0, 0.0, 1.0), flags=Flag.SEATED | Flag.MOVING))

    assert read_pose(seats.judge(3, body)).flags == Flag.MOVING


# --- over the socket


async def test_others_see_one_sit_down_and_stand_up_and_nobody_walks_sitting(
    world: World, time: Time
) -> None:
    ada, bo = await come(world, ADA), await come(world, BO)

    told = await ask(world, ada, Sit(seat=LEFT.id))
    assert {"type": "seat-taken", "slot": ada.slot, "seat": LEFT.id} in told
    pose = seen(world, bo, ada.slot)
    assert pose.flags & Flag.SEATED
    assert pose.position == pytest.approx(LEFT.position, abs=0.01)

    time.s += 1
    await world.hear(ada, pose_frame(Pose(position=(2.0, 0.0, 2.0), yaw=2.0, flags=Flag.JUMP)))
    assert seen(world, bo, ada.slot).position == pytest.approx(LEFT.position, abs=0.01)

    told = await ask(world, ada, Stand())
    (moved,) = (message for message in told if message["type"] == "moved")
    x, _, z = moved["spot"]["position"]
    assert Ground(YARD).is_free(np.array([x]), np.array([z]))[0]
    pose = seen(world, bo, ada.slot)
    assert not pose.flags & Flag.SEATED
    assert pose.position == pytest.approx((x, 0.0, z), abs=0.01)


async def test_a_taken_seat_is_refused_and_free_again_when_its_sitter_goes(world: World) -> None:
    ada, bo = await come(world, ADA), await come(world, BO)
    await ask(world, ada, Sit(seat=LEFT.id))

    (refused,) = await ask(world, bo, Sit(seat=LEFT.id))
    assert (refused["type"], refused["code"]) == ("item-refused", "seat-taken")
    world.shut(ada)
    assert {"type": "seat-taken", "slot": 0, "seat": ""} in heard(bo)
    assert any(m["type"] == "moved" for m in await ask(world, bo, Sit(seat=LEFT.id)))


async def test_whoever_comes_late_hears_who_sits_where(world: World) -> None:
    ada = await come(world, ADA)
    await ask(world, ada, Sit(seat=RIGHT.id))

    bo = await come(world, BO)

    (items,) = (message for message in heard(bo) if message["type"] == "items")
    assert items["seats"] == [{"type": "seat-taken", "slot": ada.slot, "seat": RIGHT.id}]


def test_a_seat_is_told_with_its_place() -> None:
    assert isinstance(load_places()["home"].seats[0], Seat)
