"""The audit: is every stored row as it was written, and do the rows make one tree that only grew?

It is fed page by page, from the first leaf to the last, and keeps no more than the tree's peaks.
A row with a broken seal accuses none but itself: what lies above is judged by its own seal alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from asklepion.kit.errors import Incorrect

from ..model import HASH_BYTES, CheckpointRow, Cosignature, Finding, Head
from . import merkle, note
from .cosigning import WitnessKey
from .seal import Seals

LEAF, NODE, CHECKPOINT, HEAD = "ledger_leaf", "ledger_node", "ledger_checkpoint", "ledger_head"
COSIGNATURE = "ledger_cosignature"
NOT_OURS = "it is not as it was written"
ADDED = "it was added, or its place was altered"
MISSING = "it is missing"
ORPHAN = "nothing is kept of what it stands for: a row was removed"
WRONG_HASH = "its hash is not that of its commitment"
WRONG_NODE = "its hash is not that of the two below it"
WRONG_PEAKS = "it does not say where the leaves lead"

LOWEST = -(2**63)

_Kind = tuple[str, str, str]  # table, level, what
_Run = tuple[int, int, str]  # first row, row after the last, the first wrong byte
Leaf = tuple[bytes, bytes, bytes]  # commitment, hash, seal
Stored = tuple[bytes, bytes]  # hash, seal


class Findings:
    """Gathers what is wrong; an unbroken run of rows with one fault stays one finding."""

    def __init__(self) -> None:
        self._done: list[Finding] = []
        self._open: dict[_Kind, _Run] = {}  # the run that may still grow

    def add(
        self,
        table: str,
        row: int,
        what: str,
        *,
        level: str = "",
        last: int = LOWEST,
        byte: str = "",
    ) -> None:
        """One row is wrong, or all from `row` to `last`; a node's level is written as `3:`.

        Args:
            byte: the first byte of the row that is wrong, and what it should be.
        """
        kind = (table, level, what)
        first, end, seen = self._open.get(kind, (row, row, byte))
        if row != end:
            self._close(kind)
            first, seen = row, byte
        self._open[kind] = (first, max(row, last) + 1, seen)

    def tell(self, table: str, row: str, what: str) -> None:
        """One row, told in words."""
        self._done.append(Finding(table, row, what))

    def all(self) -> list[Finding]:
        """Everything that was found."""
        for kind in list(self._open):
            self._close(kind)
        return self._done

    def _close(self, kind: _Kind) -> None:
        table, level, what = kind
        first, end, byte = self._open.pop(kind)
        row = f"{level}{first}" if end == first + 1 else f"{level}{first} to {level}{end - 1}"
        where = f": {byte}" if end == first + 1 else f": in {level}{first}, {byte}"
        self._done.append(Finding(table, row, what + where if byte else what))


def first_bad_byte(stored: bytes, right: bytes) -> str:
    """Where a value differs from what it should be, in words; both may end too soon."""
    if stored == right:
        return ""
    at = next(
        (n for n, (a, b) in enumerate(zip(stored, right, strict=False)) if a != b),
        min(len(stored), len(right)),
    )
    if at >= len(stored):
        return f"byte {at} is missing, should be 0x{right[at]:02x}"
    if at >= len(right):
        return f"byte {at} is 0x{stored[at]:02x}, should not be there"
    return f"byte {at} is 0x{stored[at]:02x}, should be 0x{right[at]:02x}"


@dataclass
class Page:
    """The stored rows for the leaves from `low` up to `high`."""

    low: int
    high: int
    leaves: Mapping[int, Leaf] = field(default_factory=dict[int, Leaf])
    nodes: Mapping[merkle.Node, Stored] = field(default_factory=dict[merkle.Node, Stored])
    checkpoints: Sequence[tuple[CheckpointRow, bytes]] = ()  # of sizes up to `high`, with seals


def nodes_completed(low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """Which nodes the leaves from `low` up to `high` complete: level, first index, index after."""
    for level in range(1, high.bit_length()):
        if low >> level < high >> level:
            yield level, low >> level, high >> level


class Audit:
    """Goes over the leaves and nodes of one log in order."""

    def __init__(self, seals: Seals, findings: Findings) -> None:
        self._seals = seals
        self._findings = findings
        self._peaks: list[bytes | None] = []  # nothing where a row that was altered hides it

    def page(self, page: Page) -> None:
        """Look at the next leaves, and at every node that they complete."""
        ours = [row for row, seal in page.checkpoints if seal == self._seals.checkpoint(row)]
        waiting = sorted(ours, key=lambda row: row.size, reverse=True)
        self._compare_roots(page.low, waiting)
        for index in range(page.low, page.high):
            self._peaks.append(self._leaf(index, page.leaves.get(index)))
            level = 0
            while index >> level & 1:
                level += 1
                node = (level, index >> level)
                right, left = self._peaks.pop(), self._peaks.pop()
                self._peaks.append(self._node(node, page.nodes.get(node), left, right))
            self._compare_roots(index + 1, waiting)

    def end(self, head: Head, *, is_ours: bool) -> None:
        """Compare the peaks with those that the head names."""
        peaks = [peak for peak in self._peaks if peak is not None]
        is_known = len(peaks) == len(self._peaks)
        byte = first_bad_byte(b"".join(head.peaks), b"".join(peaks)) if is_known else ""
        if not is_ours:
            self._findings.add(HEAD, 1, NOT_OURS, byte=byte)
        elif byte:
            self._findings.add(HEAD, 1, WRONG_PEAKS, byte=byte)

    def _leaf(self, index: int, leaf: Leaf | None) -> bytes | None:
        if leaf is None:
            self._findings.add(LEAF, index, MISSING)
            return None
        commitment, value, seal = leaf
        expected = merkle.leaf_hash(commitment)
        is_ours = seal == self._seals.leaf(index, commitment)
        if value != expected:
            byte = first_bad_byte(value, expected) if is_ours else ""  # else none is known
            self._findings.add(LEAF, index, WRONG_HASH, byte=byte)
        elif not is_ours:
            self._findings.add(LEAF, index, NOT_OURS)
        return expected if is_ours else None

    def _node(
        self, node: merkle.Node, stored: Stored | None, left: bytes | None, right: bytes | None
    ) -> bytes | None:
        level, index = node
        expected = None if left is None or right is None else merkle.node_hash(left, right)
        if stored is None:
            self._findings.add(NODE, index, MISSING, level=f"{level}:")
            return expected
        value, seal = stored
        if expected is not None and value != expected:
            byte = first_bad_byte(value, expected)
            self._findings.add(NODE, index, WRONG_NODE, level=f"{level}:", byte=byte)
        elif seal != self._seals.node(level, index, value):
            self._findings.add(NODE, index, NOT_OURS, level=f"{level}:")
        else:
            return value
        return expected

    def _compare_roots(self, size: int, waiting: list[CheckpointRow]) -> None:
        while waiting and waiting[-1].size == size:
            row = waiting.pop()
            known = [peak for peak in self._peaks if peak is not None]
            if len(known) == len(self._peaks) and row.root != merkle.fold(known):
                what = f"its root is not that of the first {size} leaves"
                byte = first_bad_byte(row.root, merkle.fold(known))
                self._findings.add(CHECKPOINT, row.number, what, byte=byte)


def look_at_cosignature(
    row: Cosignature, checkpoint: CheckpointRow | None, findings: Findings
) -> None:
    """Look at one cosignature; `checkpoint` is the one that it should stand below."""
    try:
        key = WitnessKey.read(row.witness)
        if checkpoint and key.seen_at(f"{note.signed_text(checkpoint.note)}\n{row.line}") is None:
            what = f"the cosignature of {key.name} is not genuine"
            findings.tell(COSIGNATURE, str(row.size), what)
    except Incorrect:
        findings.tell(COSIGNATURE, str(row.size), "its witness or its line cannot be read")
        return
    if checkpoint is None:
        findings.tell(COSIGNATURE, str(row.size), f"{key.name} cosigned what is not here")


class CheckpointAudit:
    """Goes over the checkpoints in the order of their numbers."""

    def __init__(self, seals: Seals, verifier: note.Verifier, findings: Findings) -> None:
        self._seals = seals
        self._verifier = verifier
        self._findings = findings
        self._next = 0

    def rows(self, rows: Sequence[tuple[CheckpointRow, bytes]], head: Head) -> None:
        """Look at the next checkpoints."""
        for row, seal in rows:
            self._row(row, seal, head)

    def _row(self, row: CheckpointRow, seal: bytes, head: Head) -> None:
        if not self._next <= row.number < head.checkpoints:
            return self._findings.add(CHECKPOINT, row.number, ADDED)
        if row.number > self._next:
            self._findings.add(CHECKPOINT, self._next, MISSING, last=row.number - 1)
        self._next = row.number + 1
        for is_wrong, what in (
            (seal != self._seals.checkpoint(row), NOT_OURS),
            (not self._is_whole(row), "its note is not a signature of its size and root"),
            (row.size > head.size, f"it signs {row.size} leaves, but the log has {head.size}"),
        ):
            if is_wrong:
                byte = self._bad_byte(row)
                return self._findings.add(CHECKPOINT, row.number, what, byte=byte)

    def end(self, head: Head) -> None:
        """Say which of the last ones are missing."""
        if self._next < head.checkpoints:
            last = head.checkpoints - 1
            self._findings.add(CHECKPOINT, self._next, MISSING, last=last)

    def _bad_byte(self, row: CheckpointRow) -> str:
        """Where its root is not that which its note, if that is genuine, signs."""
        try:
            read = note.read_checkpoint(row.note)
            is_genuine = note.is_signed_by(row.note, self._verifier)
        except Incorrect:
            return ""
        return first_bad_byte(row.root, read.root) if is_genuine else ""

    def _is_whole(self, row: CheckpointRow) -> bool:
        try:
            read = note.read_checkpoint(row.note)
            return (
                (read.origin, read.size, read.root) == (self._verifier.name, row.size, row.root)
                and len(row.root) == HASH_BYTES
                and note.is_signed_by(row.note, self._verifier)
            )
        except Incorrect:
            return False
