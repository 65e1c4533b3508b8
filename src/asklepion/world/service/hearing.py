"""What comes in on a visitor's line: each frame is weighed, then handed to whoever it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ..wire import (
    ITEM_KIND,
    MAX_FRAME_BYTES,
    POINT_KIND,
    POSE_BYTES,
    TRACKED_BYTES,
    Close,
    Code,
    Enter,
    FromHands,
    Kind,
    is_hands_frame,
    read_control,
)
from .talking import Talking
from .things import LooseThings
from .visit import Visit

if TYPE_CHECKING:
    from .workers import Workers

POSE_FRAMES = (1 + POSE_BYTES, 1 + TRACKED_BYTES)
HAND_KINDS = (ITEM_KIND, POINT_KIND)


class Hearing:
    """Takes in frames; nothing that stands in one makes this raise.

    Args:
        finish: ends the visit of one who goes too far.
    """

    def __init__(
        self,
        talking: Talking,
        things: LooseThings,
        tell_time: Callable[[], float],
        finish: Callable[[Visit, Close, Code], None],
    ) -> None:
        self.others: Workers | None = None
        self._talking = talking
        self._things = things
        self._time = tell_time
        self._finish = finish

    def hear(self, visit: Visit, frame: bytes) -> Enter | None:
        """Take in a frame; the answer is the wish to enter, the only one that has to wait."""
        if visit.is_over or (self.others and not self.others.serves(visit)):
            return None
        now = visit.heard_at = self._time()
        if len(frame) in POSE_FRAMES and frame[0] == Kind.POSE:
            self._hear_pose(visit, frame, now)
        elif is_hands_frame(frame):
            self._hear_hands(visit, frame, now)
        elif frame and frame[0] in HAND_KINDS:
            if not visit.gathering or not self._things.hear_frame(visit, frame):
                self._try_patience(visit, now)
        elif not visit.messages.spend(now):
            visit.refuse(Code.TOO_FAST, "Send fewer messages a second.")
            self._try_patience(visit, now)
        elif not frame or frame[0] != Kind.CONTROL or len(frame) > MAX_FRAME_BYTES:
            self._count_mistake(visit, "This is no frame of this world.", now)
        else:
            return self._hear_message(visit, frame, now)
        return None

    def _hear_message(self, visit: Visit, frame: bytes, now: float) -> Enter | None:
        try:
            message = read_control(frame)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self._count_mistake(visit, "This is no message of this world.", now)
            return None
        if isinstance(message, Enter):
            return message
        if isinstance(message, FromHands):
            self._things.hear(visit, message)
        else:
            self._talking.hear(visit, message, now)
        return None

    def _hear_pose(self, visit: Visit, frame: bytes, now: float) -> None:
        if not visit.poses.spend(now):
            self._try_patience(visit, now)
        elif visit.gathering:
            visit.gathering.hear(visit, frame[1:], now)

    def _hear_hands(self, visit: Visit, frame: bytes, now: float) -> None:
        if not visit.hands.spend(now):
            self._try_patience(visit, now)
        elif visit.gathering:
            visit.gathering.signing.hear(visit.slot, frame)

    def _try_patience(self, visit: Visit, now: float) -> None:
        if not visit.patience.spend(now):
            self._finish(visit, Close.HURRIED, Code.TOO_FAST)

    def _count_mistake(self, visit: Visit, hint: str, now: float) -> None:
        if visit.mistakes.spend(now):
            return visit.refuse(Code.GARBAGE, hint)
        self._finish(visit, Close.GARBAGE, Code.GARBAGE)
