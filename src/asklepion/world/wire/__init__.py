"""What passes over the socket `/world`. The first byte of a frame says its kind.

| kind | from | then |
|---|---|---|
| 0 control | both | one message as JSON, its `type` first |
| 1 pose | visitor | a flat pose (12 bytes) or a tracked one (34 bytes), little-endian |
| 2 snapshot | world | a header (10 bytes), flat entries (14 bytes), tracked entries (36 bytes) |

Flat pose: x y z i16 [1/256 m], yaw u16 [1/65536 turn], pitch i8 [1/127 of a right angle], flags u8,
at u16 [the sender's own milliseconds]. A tracked pose (a headset) goes on with the height of the
head above the floor u16 [mm], the head's rotation, and for each hand its offset from the head and
its rotation. A rotation is a quaternion x y z w as its three smallest parts (u32: 2 bits which one
is left out, 3 × 10 bits); an offset is x y z in steps of 2.5 mm along the axes of the world
(u32: 3 × 10 bits). An entry is a slot u16 and a pose.

`make wire` writes this file again as TypeScript.
"""

from ..model import (
    CLOTHS,
    EYE_COLOURS,
    FACES,
    HAIR_COLOURS,
    LOOK_VERSION,
    SKINS,
    Look,
    Place,
)
from .frames import (
    AT_BYTE,
    FLAGS_BYTE,
    HEADER_BYTES,
    METRE_STEPS,
    POSE,
    POSE_BYTES,
    SLOT_BYTES,
    TICKS_PER_S,
    TRACKED_BYTES,
    Flag,
    Kind,
    Snapshot,
    pack_snapshot,
    read_snapshot,
)
from .messages import (
    MAX_CHAT_CHARS,
    MAX_FRAME_BYTES,
    MAX_SIGNAL_CHARS,
    Close,
    Code,
    Dressed,
    Enter,
    Expelled,
    FromVisitor,
    FromWorld,
    Gesture,
    Gestured,
    Joined,
    Left,
    Motion,
    Moved,
    Person,
    PlaceCard,
    Presence,
    Refused,
    Said,
    Say,
    Signal,
    Signalled,
    Signs,
    Welcome,
    control,
    read_control,
)
from .poses import (
    HAND_REACH,
    HAND_STEPS,
    TURN_STEPS,
    UPRIGHT,
    Hand,
    Pose,
    Tracked,
    pack_pose,
    pose_frame,
    read_pose,
)

TO_TYPESCRIPT = ("Kind", "Flag", "Close", "FromVisitor", "FromWorld", "Look", "Place", "PlaceCard")

__all__ = [
    "AT_BYTE",
    "CLOTHS",
    "EYE_COLOURS",
    "FACES",
    "FLAGS_BYTE",
    "HAIR_COLOURS",
    "HAND_REACH",
    "HAND_STEPS",
    "HEADER_BYTES",
    "LOOK_VERSION",
    "MAX_CHAT_CHARS",
    "MAX_FRAME_BYTES",
    "MAX_SIGNAL_CHARS",
    "METRE_STEPS",
    "POSE",
    "POSE_BYTES",
    "SKINS",
    "SLOT_BYTES",
    "TICKS_PER_S",
    "TO_TYPESCRIPT",
    "TRACKED_BYTES",
    "TURN_STEPS",
    "UPRIGHT",
    "Close",
    "Code",
    "Dressed",
    "Enter",
    "Expelled",
    "Flag",
    "FromVisitor",
    "FromWorld",
    "Gesture",
    "Gestured",
    "Hand",
    "Joined",
    "Kind",
    "Left",
    "Look",
    "Motion",
    "Moved",
    "Person",
    "Place",
    "PlaceCard",
    "Pose",
    "Presence",
    "Refused",
    "Said",
    "Say",
    "Signal",
    "Signalled",
    "Signs",
    "Snapshot",
    "Tracked",
    "Welcome",
    "control",
    "pack_pose",
    "pack_snapshot",
    "pose_frame",
    "read_control",
    "read_pose",
    "read_snapshot",
]
