import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock
from asklepion.world import World
from asklepion.world.engine.signing import MOST_HANDS, NEAR_M, Signing
from asklepion.world.service import Visit
from asklepion.world.wire import (
    BENT_LEAST,
    BENT_MOST,
    HAND_BENDS,
    HAND_BYTES,
    HAND_TURNS,
    Enter,
    Fingers,
    Kind,
    control,
    hands_frame,
    is_hands_frame,
    pack_fingers,
    pack_hands,
    read_fingers,
    read_hands,
)
from tests.world.grounds import Time, yard

GOLDEN = json.loads((Path(__file__).parent / "golden_hands.json").read_text())
FIST = Fingers(turns=((-0.6, 0.0, 0.0, 0.8),) * HAND_TURNS, bends=(1.6,) * HAND_BENDS)
FLAT = Fingers()

turns = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: math.hypot(*q) > 0.1)
fingers = st.builds(
    Fingers,
    turns=st.tuples(*[turns] * HAND_TURNS),
    bends=st.tuples(*[st.floats(BENT_LEAST, BENT_MOST)] * HAND_BENDS),
)


def told(golden: dict[str, Any]) -> Fingers:
    return Fingers(turns=tuple(map(tuple, golden["turns"])), bends=tuple(golden["bends"]))


def angle_between(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    cosine = sum(a * b for a, b in zip(one, other, strict=True)) / math.hypot(*one)
    return 2 * math.acos(min(1.0, abs(cosine) / math.hypot(*other)))


@pytest.mark.parametrize("golden", GOLDEN["hands"], ids=lambda g: str(g["about"]))
def test_hands_are_the_same_bytes_in_python_and_in_the_browser(golden: dict[str, Any]) -> None:
    assert pack_fingers(told(golden)).hex() == golden["bytes"]


def test_a_frame_of_those_near_is_the_same_bytes_too() -> None:
    first, second = (told(golden) for golden in GOLDEN["hands"][:2])
    frame = pack_hands([(3, hands_frame(left=first)), (260, hands_frame(left=second, right=first))])

    assert frame.hex() == GOLDEN["near"]


@given(fingers)
def test_a_hand_comes_back_nearly_as_it_was(hand: Fingers) -> None:
    body = pack_fingers(hand)
    back = read_fingers(body)

    assert len(body) == HAND_BYTES <= 40
    for mine, theirs in zip(hand.turns, back.turns, strict=True):
        assert angle_between(mine, theirs) < math.radians(0.4)
    assert back.bends == pytest.approx(hand.bends, abs=math.radians(0.4))


def test_only_whole_frames_are_hands() -> None:
    both = hands_frame(left=FIST, right=FLAT)

    assert is_hands_frame(both)
    assert is_hands_frame(hands_frame(right=FIST))
    for frame in (b"", b"\x08", hands_frame(), both[:-1], both + b"\0", b"\x08\x04" + both[2:]):
        assert not is_hands_frame(frame)


def test_hands_are_shown_to_those_near_once_and_never_to_oneself() -> None:
    signing = Signing()
    signing.hear(1, hands_frame(left=FLAT))
    signing.hear(1, hands_frame(left=FIST))
    spots = [(0, 0.0, 0.0), (1, 2.0, 0.0), (2, 2.0 + NEAR_M - 0.1, 0.0), (3, 3.0 + NEAR_M, 0.0)]

    shown = dict(signing.tick(lambda: spots))

    assert set(shown) == {0, 2}
    assert shown[0] is shown[2], "who see the same share a frame"
    ((slot, (left, right)),) = read_hands(shown[0]).items()
    assert slot == 1
    assert right is None
    assert left
    assert left.bends == pytest.approx(FIST.bends, abs=0.01)
    assert dict(signing.tick(lambda: spots)) == {}


def test_one_is_shown_the_nearest_hands_of_many() -> None:
    signing = Signing()
    count = MOST_HANDS + 5
    spots = [(slot, slot * 0.2, 0.0) for slot in range(count)]
    for slot in range(count):
        signing.hear(slot, hands_frame(right=FLAT))

    shown = dict(signing.tick(lambda: spots))

    assert set(read_hands(shown[0])) == set(range(1, MOST_HANDS + 1))


def test_whoever_left_is_not_shown() -> None:
    signing = Signing()
    signing.hear(1, hands_frame(left=FIST))
    signing.leave(1)

    assert dict(signing.tick(lambda: [(0, 0.0, 0.0), (1, 0.0, 0.0)])) == {}


async def come(world: World, name: str) -> Visit:
    visit = world.open(Caller(account=f"account-{name}", name=name))
    await world.hear(visit, control(Enter(place="yard")))
    return visit


def frames(visit: Visit, kind: Kind) -> list[bytes]:
    found: list[bytes] = []
    while (frame := visit.outbox.take()) is not None:
        if frame[0] == kind:
            found.append(frame)
    return found


async def test_two_who_stand_together_see_each_other_sign(clock: StoppedClock) -> None:
    world = World(clock=clock, tell_time=Time(), places={"yard": yard()})
    ada, bo = await come(world, "ada"), await come(world, "bo")

    await world.hear(ada, hands_frame(left=FIST, right=FLAT))
    world.tick()

    (seen,) = frames(bo, Kind.HANDS)
    assert set(read_hands(seen)) == {ada.slot}
    assert frames(ada, Kind.HANDS) == []


async def test_who_reads_slowly_sees_only_the_newest_hands(clock: StoppedClock) -> None:
    time = Time()
    world = World(clock=clock, tell_time=time, places={"yard": yard()})
    ada, bo = await come(world, "ada"), await come(world, "bo")

    for bend in (0.1, 0.5, 1.0):
        await world.hear(ada, hands_frame(left=Fingers(bends=(bend,) * HAND_BENDS)))
        world.tick()

    (seen,) = frames(bo, Kind.HANDS)
    left, _ = read_hands(seen)[ada.slot]
    assert left
    assert left.bends[0] == pytest.approx(1.0, abs=0.01)


async def test_a_flood_of_hands_is_dropped_then_ended(clock: StoppedClock) -> None:
    world = World(clock=clock, tell_time=Time(), places={"yard": yard()})
    ada = await come(world, "ada")

    for _ in range(1000):
        await world.hear(ada, hands_frame(left=FIST))

    assert ada.is_over


async def test_half_a_frame_of_hands_is_a_mistake(clock: StoppedClock) -> None:
    world = World(clock=clock, tell_time=Time(), places={"yard": yard()})
    ada = await come(world, "ada")
    frames(ada, Kind.CONTROL)

    await world.hear(ada, hands_frame(left=FIST)[:-3])

    (refused,) = frames(ada, Kind.CONTROL)
    assert json.loads(refused[1:])["code"] == "garbage"
