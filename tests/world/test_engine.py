import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from asklepion.kit.errors import Busy
from asklepion.world.engine import Allowance, Hall, Outbox, Turn
from asklepion.world.engine.judge import LEEWAY_M, SPEED_M_S, Legs, judge, walk
from asklepion.world.engine.outbox import MOST_BYTES, MOST_FRAMES, MOST_SNAPSHOTS
from asklepion.world.model import Box, Circle, Ground, Obstacle, Spot
from asklepion.world.wire import (
    POSE,
    TICKS_PER_S,
    Flag,
    Pose,
    Tracked,
    pack_pose,
    read_pose,
    read_snapshot,
)
from tests.world.grounds import yard

PILLAR = Obstacle(shape=Circle(center=(4.0, 0.0), radius=1.2), height=3.0)
WALL = Obstacle(shape=Box(center=(0.0, -6.0), size=(8.0, 1.0)), height=3.0)
BENCH = Obstacle(shape=Box(center=(-4.0, 0.0), size=(1.0, 3.0)), height=0.5)
YARD = yard(obstacles=(PILLAR, WALL, BENCH), capacity=5)
GROUND = Ground(YARD)


def body(x: float, z: float, *, jump: bool = False, at: int = 0, y: float = 0.0) -> bytes:
    return pack_pose(Pose(position=(x, y, z), flags=Flag.JUMP if jump else Flag(0), at=at))


def headset(x: float, z: float, head_y: float = 1.7) -> bytes:
    return pack_pose(Pose(position=(x, 0, z), tracked=Tracked(head_y=head_y)))


def alone(x: float = 0.0, z: float = 0.0) -> Hall:
    """A hall in which slot 0 stands still at a point."""
    hall = Hall(YARD)
    hall.enter(Spot(position=(x, 0.0, z)))
    hall.tick()
    return hall


def shared(turn: Turn) -> bytes | None:
    """The frame that everybody sees, where few are there."""
    assert len(turn.frames) <= 1
    return turn.frames[0][0] if turn.frames else None


def where(hall: Hall, slot: int = 0) -> tuple[float, float]:
    x, _, z = hall.spot(slot).position
    return x, z


# --- laws that hold whatever happens


class Halls(RuleBasedStateMachine):
    """People come, walk, jump, send rubbish and go; one watches, and one wakes now and then."""

    @initialize()
    def open(self) -> None:
        self.hall = Hall(YARD)
        self.here: set[int] = set()
        self.watcher: dict[int, bytes] | None = None
        self.sleeper: dict[int, bytes] = {}
        self.before: dict[int, tuple[float, float]] = {}
        self.jumpers: set[int] = set()

    @rule()
    def enter(self) -> None:
        try:
            slot, spot = self.hall.enter()
        except Busy:
            assert len(self.here) == self.hall.capacity
            return
        assert slot not in self.here
        assert len(self.here) < self.hall.capacity
        self.here.add(slot)
        self.before[slot] = spot.position[0], spot.position[2]

    @precondition(lambda self: self.here)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(sorted(self.here)))
        self.hall.leave(slot)
        self.here.discard(slot)
        for seen in (self.watcher, self.sleeper):
            (seen or {}).pop(slot, None)

    @precondition(lambda self: self.here)
    @rule(data=st.data(), x=st.floats(-11, 11), z=st.floats(-11, 11), jump=st.booleans())
    def go(self, data: st.DataObject, x: float, z: float, jump: bool) -> None:
        slot = data.draw(st.sampled_from(sorted(self.here)))
        if jump:
            self.jumpers.add(slot)
        self.hall.hear(slot, body(x, z, jump=jump, at=data.draw(st.integers(0, 65535))))

    @precondition(lambda self: self.here)
    @rule(data=st.data(), east=st.floats(-0.4, 0.4), south=st.floats(-0.4, 0.4))
    def step(self, data: st.DataObject, east: float, south: float) -> None:
        slot = data.draw(st.sampled_from(sorted(self.here)))
        x, z = where(self.hall, slot)
        self.hall.hear(slot, headset(x + east, z + south))

    @precondition(lambda self: self.here)
    @rule(
        data=st.data(),
        rubbish=st.binary(min_size=12, max_size=12) | st.binary(min_size=34, max_size=34),
    )
    def babble(self, data: st.DataObject, rubbish: bytes) -> None:
        slot = data.draw(st.sampled_from(sorted(self.here)))
        if rubbish[9] & Flag.JUMP:
            self.jumpers.add(slot)
        self.hall.hear(slot, rubbish)

    @rule()
    def tick(self) -> None:
        frame = shared(self.hall.tick())
        if frame and self.watcher is not None:
            self.watcher.update(read_snapshot(frame).poses)
        for slot in self.here - self.jumpers:
            x, z = where(self.hall, slot)
            gone = math.dist((x, z), self.before[slot])
            assert gone <= LEEWAY_M + 0.01
        self.jumpers.clear()
        self.before = {slot: where(self.hall, slot) for slot in self.here}

    @rule()
    def begin_to_watch(self) -> None:
        self.watcher = dict(read_snapshot(self.hall.whole(0)).poses)

    @rule()
    def wake_after_missing_everything(self) -> None:
        self.sleeper = dict(read_snapshot(self.hall.whole(0)).poses)
        assert set(self.sleeper) == self.here

    @invariant()
    def whoever_watches_sees_everybody_where_they_are(self) -> None:
        if self.watcher is None:
            return
        frame = shared(self.hall.tick())
        self.before = {slot: where(self.hall, slot) for slot in self.here}
        self.jumpers.clear()
        if frame:
            self.watcher.update(read_snapshot(frame).poses)
        truth = read_snapshot(self.hall.whole(0)).poses
        assert {s: still(b) for s, b in self.watcher.items()} == {
            s: still(b) for s, b in truth.items()
        }

    @invariant()
    def nobody_stands_where_nobody_can(self) -> None:
        for slot in self.here:
            x, z = where(self.hall, slot)
            assert math.hypot(x, z) <= 10.11
            assert math.hypot(x - 4, z) >= 0.98
            assert not (abs(x) < 3.79 and abs(z + 6) < 0.29)

    @invariant()
    def the_count_is_exact(self) -> None:
        assert self.hall.count == len(self.here) <= self.hall.capacity
        assert self.hall.is_full == (len(self.here) == self.hall.capacity)


def still(pose: bytes) -> bytes:
    """A pose without its sender's time: one who stands still is not sent again."""
    return pose[:10] + pose[12:]


Halls.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestHalls = Halls.TestCase


# --- single laws


def test_only_those_who_moved_are_sent() -> None:
    hall = Hall(YARD)
    slots = [hall.enter()[0] for _ in range(3)]
    hall.tick()
    x, z = where(hall, slots[1])

    hall.hear(slots[0], pack_pose(Pose(position=hall.spot(slots[0]).position, at=77)))
    hall.hear(slots[1], body(x + 0.1, z))
    frame = shared(hall.tick())

    assert frame
    assert set(read_snapshot(frame).poses) == {slots[1]}


def test_in_a_crowd_as_well_only_those_who_moved_are_sent() -> None:
    hall = Hall(yard(capacity=30))
    slots = [hall.enter()[0] for _ in range(30)]
    hall.tick()
    x, z = where(hall, slots[7])

    for slot in slots:
        hall.hear(slot, pack_pose(Pose(position=hall.spot(slot).position, at=slot)))
    hall.hear(slots[7], body(x + 0.1, z))
    frame = shared(hall.tick())

    assert frame
    assert set(read_snapshot(frame).poses) == {slots[7]}


def test_a_still_place_says_once_a_second_that_it_is_there() -> None:
    hall = alone()

    frames = [frame for _ in range(3 * TICKS_PER_S) if (frame := shared(hall.tick()))]

    assert [len(read_snapshot(frame).poses) for frame in frames] == [0, 0, 0]


def test_one_who_runs_arrives_and_one_who_flies_is_put_back() -> None:
    hall = alone(0.0, 3.0)
    for step in range(1, 21):
        hall.hear(0, body(-4 + 4 + step * 4.5 / TICKS_PER_S * 0.9, 3.0))
        assert hall.tick().stopped == []
    assert where(hall)[0] == pytest.approx(4.05, abs=0.01)

    hall.hear(0, body(-4.0, 3.0))

    assert hall.tick().stopped == [0]
    assert where(hall)[0] == pytest.approx(4.05, abs=0.01)


def test_nobody_outruns_the_limit_for_long() -> None:
    hall = alone(-6.0, 5.0)
    start = where(hall)[0]
    x = start
    for _ in range(TICKS_PER_S):
        x += 0.6  # 12 m/s
        hall.hear(0, body(x, 5.0))
        if hall.tick().stopped:
            x = where(hall)[0]

    assert where(hall)[0] - start <= SPEED_M_S + LEEWAY_M + 0.01


def test_walls_stop_walkers_however_the_steps_fall() -> None:
    hall = alone(0.0, -4.6)

    hall.hear(0, body(0.0, -7.2))

    assert hall.tick().stopped == [0]


def test_poses_that_come_late_and_at_once_are_walked_one_by_one() -> None:
    hall = alone(2.2, -0.6)
    round_the_pillar = [(2.5, -1.2), (3.2, -1.5), (4.0, -1.6), (4.7, -1.4)]

    for x, z in round_the_pillar:
        hall.hear(0, body(x, z))

    assert hall.tick().stopped == []
    assert where(hall) == pytest.approx((4.7, -1.4), abs=0.01)


def test_a_jump_passes_a_bench_but_no_wall_and_ends_on_free_ground() -> None:
    hall = alone(-2.0, 0.0)
    hall.hear(0, body(-6.5, 0.5, jump=True))
    assert hall.tick().stopped == []

    for target in [(-6.0, -20.0), (4.0, 0.0)]:
        for _ in range(10):
            hall.tick()
        hall.hear(0, body(*target, jump=True))
        assert hall.tick().stopped == [0]

    walled = alone(0.0, -4.0)
    walled.hear(0, body(0.0, -8.0, jump=True))
    assert walled.tick().stopped == [0]


def test_one_jumps_at_most_four_times_a_second() -> None:
    hall = alone(0.0, 5.0)
    spots = [where(hall)]
    for tick in range(TICKS_PER_S):
        hall.hear(0, body(3.0 * (-1) ** tick, 5.0, jump=True))
        hall.tick()
        spots.append(where(hall))

    assert sum(one != other for one, other in pairwise(spots)) == 4


def test_a_jump_is_told_even_when_steps_follow_it_in_the_same_tick() -> None:
    hall = alone(0.0, 5.0)
    flags: list[Flag] = []
    for poses in ([body(3, 5, jump=True), body(3.1, 5)], [body(3.2, 5)]):
        for pose in poses:
            hall.hear(0, pose)
        frame = shared(hall.tick())
        assert frame
        flags.append(read_pose(read_snapshot(frame).poses[0]).flags)

    assert flags == [Flag.JUMP, Flag(0)]


def test_feet_stay_on_the_floor_and_heads_where_heads_can_be() -> None:
    hall = alone()

    for bad in (body(0, 0, y=3.0), headset(0, 0, 9.0), headset(0, 0, 0.1)):
        hall.hear(0, bad)
        assert hall.tick().stopped == [0]

    hall.hear(0, headset(0, 0, 1.2))
    assert hall.tick().stopped == []


def test_putting_a_headset_on_and_off_changes_the_size_of_the_entry() -> None:
    hall = alone()
    sizes: list[int] = []
    for pose in (headset(0, 0), body(0, 0), headset(0, 0)):
        hall.hear(0, pose)
        frame = shared(hall.tick())
        assert frame
        sizes.append(len(read_snapshot(frame).poses[0]))

    assert sizes == [34, 12, 34]


def test_a_slot_given_back_carries_nothing_of_whom_it_belonged_to() -> None:
    hall = alone()
    hall.hear(0, headset(1, 1))
    hall.tick()
    hall.hear(0, body(-1.6, 3.1))  # a step from where the next one will stand

    hall.leave(0)
    slot, spot = hall.enter(Spot(position=(-2.0, 0.0, 3.0), yaw=1.0))
    hall.tick()

    (pose,) = read_snapshot(hall.whole(0)).poses.values()
    assert (slot, len(pose)) == (0, 12)
    assert read_pose(pose).position == pytest.approx(spot.position, abs=0.01)


@given(
    x=st.floats(-9, 9),
    z=st.floats(-9, 9),
    east=st.floats(-0.6, 0.6),
    south=st.floats(-0.6, 0.6),
    y=st.sampled_from([0.0, 0.6, 0.8, -2.0]),
    head_y=st.sampled_from([None, 0.2, 1.7, 2.7]),
)
def test_an_easy_step_is_taken_only_where_the_closer_look_would_allow_it(
    x: float, z: float, east: float, south: float, y: float, head_y: float | None
) -> None:
    told = Tracked(head_y=head_y) if head_y else None
    step = pack_pose(Pose(position=(x + east, y, z + south), tracked=told))
    easy, close = Legs.of(1), Legs.of(1)
    for legs in (easy, close):
        legs.put(0, x, z)

    if not walk(GROUND, easy, 0, step):
        return
    poses = np.frombuffer(step.ljust(34, b"\0"), np.uint8).view(POSE)

    assert judge(GROUND, close, np.array([0]), poses, 1).all()
    assert (easy.x[0], easy.z[0]) == (close.x[0], close.z[0])
    assert easy.leeway[0] == pytest.approx(close.leeway[0])


def test_most_of_an_empty_yard_is_easy_ground() -> None:
    ground = Ground(yard())

    assert ground.calm(0.0, 0.0) == ground.calm(-6.2, 5.1) == 0.0
    assert ground.calm(9.8, 0.0) is None
    assert ground.calm(50.0, 0.0) is None


def test_people_who_appear_together_do_not_stand_in_each_other() -> None:
    hall = Hall(YARD)
    spots = [hall.enter()[1].position for _ in range(5)]

    gaps = [math.dist(a, b) for a in spots for b in spots if a is not b]
    assert min(gaps) >= 0.69


# --- how much waits for one who does not read


@given(sizes=st.lists(st.integers(1, 60_000), max_size=80), shown=st.randoms())
def test_whatever_is_sent_to_one_who_never_reads_little_waits(
    sizes: list[int], shown: object
) -> None:
    outbox = Outbox()
    for number, size in enumerate(sizes):
        (outbox.show if number % 3 else outbox.tell)(bytes(size))

    assert outbox.size <= MOST_BYTES + MOST_SNAPSHOTS * 60_000
    assert len(outbox) <= MOST_FRAMES + MOST_SNAPSHOTS


def test_too_many_snapshots_are_dropped_together_and_messages_never() -> None:
    outbox = Outbox()
    outbox.tell(b"first")
    for number in range(MOST_SNAPSHOTS + 1):
        outbox.show(b"snapshot %d" % number)
    outbox.tell(b"last")

    assert outbox.is_behind
    assert [outbox.take(), outbox.take(), outbox.take()] == [b"first", b"last", None]
    assert outbox.size == 0


def test_one_who_is_sent_too_many_messages_cannot_be_kept() -> None:
    outbox = Outbox()
    for _ in range(MOST_FRAMES):
        outbox.tell(b"word")
    assert not outbox.is_full

    outbox.tell(b"word")

    assert outbox.is_full
    assert len(outbox) == MOST_FRAMES


@given(gaps=st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_more_is_allowed_than_the_burst_and_what_time_brought(gaps: list[float]) -> None:
    allowance = Allowance(burst=3, per_s=2, now=0.0)
    now, spent = 0.0, 0
    for gap in gaps:
        now += gap
        spent += allowance.spend(now)

    assert spent <= 3 + 2 * now + 1e-6
    assert allowance.spend(now + 0.5 + 1e-6)
