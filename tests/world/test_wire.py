import json
import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.world.wire import (
    HAND_REACH,
    HAND_STEPS,
    POSE_BYTES,
    TRACKED_BYTES,
    Enter,
    Flag,
    Gesture,
    Hand,
    Kind,
    Motion,
    Pose,
    Say,
    Signal,
    Tracked,
    control,
    pack_pose,
    pack_snapshot,
    pose_frame,
    read_control,
    read_pose,
    read_snapshot,
)

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())

places = st.tuples(*[st.floats(-120, 120)] * 3)
arms = st.tuples(*[st.floats(-HAND_REACH / HAND_STEPS, HAND_REACH / HAND_STEPS)] * 3)
turns = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: math.hypot(*q) > 0.1)
hands = st.builds(Hand, offset=arms, turn=turns)
tracked = st.builds(Tracked, head_y=st.floats(0.3, 2.6), head=turns, left=hands, right=hands)
poses = st.builds(
    Pose,
    position=places,
    yaw=st.floats(-10, 10),
    pitch=st.floats(-math.pi / 2, math.pi / 2),
    flags=st.sampled_from(Flag),
    at=st.integers(0, 65535),
    tracked=st.none() | tracked,
)


def pose_of(told: dict[str, Any]) -> Pose:
    """A pose as the golden file tells it."""
    more = told["tracked"]
    hands = (
        {
            side: Hand(offset=tuple(more[side]["offset"]), turn=tuple(more[side]["turn"]))
            for side in ("left", "right")
        }
        if more
        else {}
    )
    return Pose(
        position=tuple(told["position"]),
        yaw=told["yaw"],
        pitch=told["pitch"],
        flags=Flag(told["flags"]),
        at=told["at"],
        tracked=Tracked(head_y=more["head_y"], head=tuple(more["head"]), **hands) if more else None,
    )


def gap_between(one: Pose, other: Pose) -> float:
    """The largest difference in position [m]."""
    return max(abs(a - b) for a, b in zip(one.position, other.position, strict=True))


def angle_between(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The angle from one rotation to another [rad], of any length."""
    cosine = sum(a * b for a, b in zip(one, other, strict=True))
    return 2 * math.acos(min(1.0, abs(cosine) / math.hypot(*one) / math.hypot(*other)))


@pytest.mark.parametrize("golden", GOLDEN["poses"], ids=[g["about"] for g in GOLDEN["poses"]])
def test_a_pose_becomes_the_bytes_that_the_client_makes_of_it(golden: dict[str, Any]) -> None:
    pose = pose_of(golden["pose"])

    assert pack_pose(pose).hex() == golden["bytes"]


def test_a_snapshot_is_laid_out_as_the_client_reads_it() -> None:
    golden = GOLDEN["snapshot"]
    flat, tracked, far = (
        np.array(
            [
                [*slot.to_bytes(2, "little"), *bytes.fromhex(body).ljust(34, b"\0")]
                for slot, body in told
            ],
            np.uint8,
        )
        for told in (golden["flat"], golden["tracked"], golden["coarse"])
    )
    far[:, 11:14], far[:, 9], far[:, 8] = far[:, 9:12].copy(), far[:, 8].copy(), 0  # as in a pose

    frame = pack_snapshot(golden["tick"], flat, tracked, far, whole=golden["whole"])

    assert frame.hex() == golden["bytes"]


@given(pose=poses)
def test_what_is_packed_is_read_again_to_within_a_step(pose: Pose) -> None:
    body = pack_pose(pose)
    again = read_pose(body)

    assert len(body) == (TRACKED_BYTES if pose.tracked else POSE_BYTES)
    assert gap_between(pose, again) <= 1 / 512 + 1e-9
    turned = (again.yaw - pose.yaw + math.pi) % math.tau - math.pi
    assert abs(turned) <= math.pi / 65536 + 1e-9
    assert abs(again.pitch - pose.pitch) <= math.pi / 4 / 127 + 1e-9
    assert (again.flags, again.at) == (pose.flags, pose.at)


@given(told=tracked)
def test_heads_and_hands_are_read_again_to_a_quarter_of_a_degree(told: Tracked) -> None:
    again = read_pose(pack_pose(Pose(position=(0, 0, 0), tracked=told))).tracked

    assert again
    assert abs(again.head_y - told.head_y) <= 0.0005 + 1e-9
    assert angle_between(told.head, again.head) < math.radians(0.25)
    for one, other in ((told.left, again.left), (told.right, again.right)):
        assert angle_between(one.turn, other.turn) < math.radians(0.25)
        for a, b in zip(one.offset, other.offset, strict=True):
            assert abs(a - b) <= 0.5 / HAND_STEPS + 1e-9


@given(body=st.binary(min_size=34, max_size=34))
def test_whatever_bytes_come_a_rotation_read_from_them_is_one(body: bytes) -> None:
    more = read_pose(body).tracked

    assert more
    for turn in (more.head, more.left.turn, more.right.turn):
        assert math.hypot(*turn) == pytest.approx(1.0)


@given(size=st.integers(0, 80).filter(lambda n: n not in (12, 34)))
def test_a_pose_of_another_size_is_none(size: int) -> None:
    with pytest.raises(ValueError, match="12 or 34"):
        read_pose(bytes(size))


def test_a_position_beyond_the_edge_is_bent_to_the_edge() -> None:
    assert read_pose(pack_pose(Pose(position=(900, -900, 0)))).position == (32767 / 256, -128, 0)


def test_snapshots_are_taken_apart_as_they_were_packed() -> None:
    entries = np.arange(3 * 36, dtype=np.uint8).reshape(3, 36)

    seen = read_snapshot(pack_snapshot(7, entries[:2], entries[2:], whole=True))

    assert (seen.tick, seen.whole) == (7, True)
    assert seen.poses == {
        0x0100: bytes(range(2, 14)),
        0x2524: bytes(range(38, 50)),
        0x4948: bytes(range(74, 108)),
    }


@pytest.mark.parametrize(
    "message",
    [
        Enter(place="plaza"),
        Say(text="\u65e9\u5b89"),
        Gesture(motion=Motion.WAVE),
        Signal(to=3, data="{}"),
    ],
)
def test_a_message_is_a_zero_and_json_that_begins_with_its_type(message: Any) -> None:
    frame = control(message)

    assert frame[0] == Kind.CONTROL
    assert frame[1:].startswith(b'{"type":"')
    assert read_control(frame) == message


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'{"type":"leap"}',
        b'{"type":"enter"}',
        b'{"type":"enter","place":5}',
        b'{"type":"enter","place":"plaza","more":1}',
        b'{"type":"say","text":"\xff"}',
        b'{"type":"gesture","motion":"curse"}',
        b'{"type":"welcome"}',
        b"[" * 20000,
    ],
)
def test_what_is_no_message_is_refused(text: bytes) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeError, RecursionError)):
        read_control(b"\x00" + text)


def test_a_pose_frame_begins_with_its_kind() -> None:
    assert pose_frame(Pose(position=(0, 0, 0)))[0] == Kind.POSE
    assert len(pose_frame(Pose(position=(0, 0, 0)))) == 13
