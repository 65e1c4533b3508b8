"""A crowd: who is shown to whom, how soon, and at what cost."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from asklepion.world.engine import Hall
from asklepion.world.engine.hall import ALL_SEEN
from asklepion.world.engine.interest import FRAME_BYTES, NEAR
from asklepion.world.model import Circle, Ground, Spot
from asklepion.world.wire import (
    COARSE_BYTES,
    ENTRY_BYTES,
    HEADER_BYTES,
    METRE_STEPS,
    TICKS_PER_S,
    TRACKED_ENTRY_BYTES,
    Pose,
    Tracked,
    pack_pose,
    read_snapshot,
)
from tests.world.grounds import yard

SQUARE = yard(bounds=(Circle(center=(0.0, 0.0), radius=60.0),), capacity=400)
GROUND = Ground(SQUARE)
STEP_M = 1.4 / TICKS_PER_S


NOT_SEEN = -32768


@dataclass
class Crowd:
    """People in a hall, and where each of them was shown the others; x, z in steps."""

    rng: random.Random
    has_headset: bool = False
    hall: Hall = field(default_factory=lambda: Hall(SQUARE, GROUND))
    here: set[int] = field(default_factory=set[int])
    octets: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        shape = self.hall.capacity, self.hall.capacity, 2
        self.seen = np.full(shape, NOT_SEEN, np.int16)

    def come(self, count: int) -> None:
        for _ in range(count):
            at = self.rng.uniform(-30, 30), 0.0, self.rng.uniform(-30, 30)
            slot, _ = self.hall.enter(Spot(position=at))
            self.here.add(slot)
            self.octets[slot] = 0
            self.show([slot], self.hall.whole(slot))

    def go(self, count: int) -> None:
        for slot in self.rng.sample(sorted(self.here), count):
            self.hall.leave(slot)
            self.here.remove(slot)
            self.seen[slot] = self.seen[:, slot] = NOT_SEEN

    def show(self, slots: list[int], frame: bytes) -> None:
        counts = np.frombuffer(frame, "<u2", 3, 2).tolist()
        at = HEADER_BYTES
        sizes = ENTRY_BYTES, TRACKED_ENTRY_BYTES, COARSE_BYTES
        for count, size in zip(counts, sizes, strict=True):
            rows = np.frombuffer(frame, np.uint8, count * size, at).reshape(count, size)
            whose = rows[:, :2].copy().view("<u2")[:, 0]
            steps = rows[:, [2, 3, 6, 7]].copy().view("<i2")
            self.seen[np.ix_(slots, whose.tolist())] = steps
            at += count * size
        for slot in slots:
            self.octets[slot] += len(frame)

    def walk(self, ticks: int, share: float = 1.0) -> None:
        for _ in range(ticks):
            for slot in self.here:
                if self.rng.random() < share:
                    self.hall.hear(slot, self.step(slot))
            self.tick()

    def step(self, slot: int) -> bytes:
        x, _, z = self.hall.spot(slot).position
        turn = slot + self.hall.tick_number / 40
        at = x + STEP_M * np.sin(turn), 0.0, z + STEP_M * np.cos(turn)
        tracked = Tracked(head_y=1.6) if self.has_headset else None
        return pack_pose(Pose(position=at, at=self.rng.getrandbits(16), tracked=tracked))

    def tick(self) -> None:
        for frame, slots in self.hall.tick().frames:
            self.show(slots, frame)

    def truth(self) -> NDArray[np.int16]:
        """Where everybody is; shape (n, 2)."""
        real = np.full((self.hall.capacity, 2), NOT_SEEN, np.int16)
        for slot in self.here:
            x, _, z = self.hall.spot(slot).position
            real[slot] = round(x * METRE_STEPS), round(z * METRE_STEPS)
        return real


@pytest.mark.parametrize("seed", range(3))
def test_two_seconds_after_all_stand_still_everybody_knows_where_everybody_is(seed: int) -> None:
    crowd = Crowd(random.Random(seed))
    crowd.come(150)
    for _ in range(12):  # they come, go, walk and stop; the place is a crowd and then is none
        crowd.walk(crowd.rng.randint(1, 30), crowd.rng.choice((0.1, 0.6, 1.0)))
        crowd.go(crowd.rng.randint(0, len(crowd.here) // 2))
        crowd.come(crowd.rng.randint(0, 60))

    for _ in range(2 * TICKS_PER_S + 1):
        crowd.tick()

    assert (crowd.seen[sorted(crowd.here)] == crowd.truth()).all()


def test_the_nearest_are_shown_in_every_tick_and_nobody_is_more_than_a_second_old() -> None:
    crowd = Crowd(random.Random(7))
    crowd.come(300)
    crowd.walk(3 * TICKS_PER_S)
    past: list[NDArray[np.int16]] = []
    for _ in range(TICKS_PER_S + 1):
        crowd.walk(1)
        past.append(crowd.truth())

    now = past[-1].astype(float)
    for me in sorted(crowd.here):
        nearest = np.argsort(np.hypot(*(now - now[me]).T))[: NEAR // 3]
        assert (crowd.seen[me, nearest] == past[-1][nearest]).all()
    was_there = [(crowd.seen[sorted(crowd.here)] == then).all(axis=2) for then in past]
    assert np.logical_or.reduce(was_there).all()


@pytest.mark.parametrize("has_headset", [False, True])
def test_however_full_a_place_nobody_is_sent_more_than_the_budget(has_headset: bool) -> None:
    crowd = Crowd(random.Random(3), has_headset=has_headset)
    crowd.come(390)
    crowd.walk(2 * TICKS_PER_S)
    crowd.octets = dict.fromkeys(crowd.octets, 0)

    crowd.walk(2 * TICKS_PER_S)

    assert max(crowd.octets.values()) <= FRAME_BYTES * TICKS_PER_S * 2


def test_those_who_stand_together_share_one_frame() -> None:
    hall = Hall(SQUARE, GROUND)
    spots = [Spot(position=(2 + 0.1 * n % 1, 0, 2)) for n in range(40)]
    far = [Spot(position=(-22 - 0.1 * n % 1, 0, -22)) for n in range(40)]
    slots = [hall.enter(spot)[0] for spot in [*spots, *far]]
    hall.tick()
    for slot in slots:
        x, _, z = hall.spot(slot).position
        hall.hear(slot, pack_pose(Pose(position=(x + 0.05, 0, z))))

    frames = hall.tick().frames

    assert len(frames) < 20
    assert sorted(slot for _, told in frames for slot in told) == sorted(slots)


def test_few_people_all_see_each_other_in_full() -> None:
    crowd = Crowd(random.Random(1))
    crowd.come(ALL_SEEN)

    frames = crowd.hall.tick().frames

    assert len(frames) == 1
    assert not read_snapshot(frames[0][0]).far
