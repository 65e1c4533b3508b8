"""What waits to be sent to one visitor: little, whatever the visitor does."""

from collections import deque

MOST_SNAPSHOTS = 4  # a fifth of a second; older ones are of no use to anybody
MOST_FRAMES = 400
MOST_BYTES = 512 * 1024


class Outbox:
    """Frames in order. Messages are kept; snapshots of one who reads too slowly are dropped."""

    def __init__(self) -> None:
        self.frames: deque[tuple[bytes, bool]] = deque()
        self._snapshots = 0
        self._bytes = 0
        self._hands: bytes | None = None  # the newest; it waits until all else has left
        self.is_behind = False  # snapshots were dropped: a whole one must follow
        self.is_full = False  # even messages did not fit: this visitor cannot be kept

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._bytes

    def tell(self, frame: bytes) -> None:
        """Add a message."""
        if len(self.frames) >= MOST_FRAMES or self._bytes + len(frame) > MOST_BYTES:
            self.is_full = True
            return
        self.frames.append((frame, False))
        self._bytes += len(frame)

    def show(self, snapshot: bytes) -> None:
        """Add a snapshot, or drop all of them where too many wait."""
        if self.is_behind:
            return
        if self._snapshots >= MOST_SNAPSHOTS:
            self.is_behind = True
            return self.drop_snapshots()
        self.frames.append((snapshot, True))
        self._snapshots += 1
        self._bytes += len(snapshot)

    def show_hands(self, frame: bytes) -> None:
        """Add the hands of those near, in place of older ones."""
        self._hands = frame

    def drop_snapshots(self) -> None:
        """Forget every snapshot that waits."""
        self.frames = deque((frame, shown) for frame, shown in self.frames if not shown)
        self._snapshots = 0
        self._bytes = sum(len(frame) for frame, _ in self.frames)

    def clear_view(self) -> None:
        """Another place from now on: nothing that was seen of the last one matters."""
        self.drop_snapshots()
        self._hands = None
        self.is_behind = False

    def take(self) -> bytes | None:
        """The next frame, None when nothing waits."""
        if not self.frames:
            hands, self._hands = self._hands, None
            return hands
        frame, is_snapshot = self.frames.popleft()
        self._snapshots -= is_snapshot
        self._bytes -= len(frame)
        return frame
