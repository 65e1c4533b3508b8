"""The Merkle tree: growing it, proving that a leaf is in it, proving that it only ever grew.

A node (level, index) stands for the 2**level leaves from index * 2**level on, all of them there.
Source: RFC 9162, section 2.1 (https://www.rfc-editor.org/rfc/rfc9162#section-2.1).
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from ..model import HASH_BYTES

Node = tuple[int, int]  # level, index
Span = tuple[int, int]  # first leaf, leaf after the last
Peak = tuple[int, bytes]  # level, hash

EMPTY_ROOT = sha256(b"").digest()
MOST_STEPS = 64  # of any proof we look at: a tree of 2**63 leaves needs no more


def leaf_hash(commitment: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\x00" + commitment).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def subtrees(span: Span) -> list[Node]:
    """The complete subtrees that a span of the tree is made of, from left to right.

    The span must itself be a subtree of RFC 9162: it begins at a multiple of its largest part.
    """
    at, end = span
    nodes: list[Node] = []
    while at < end:
        level = (end - at).bit_length() - 1
        nodes.append((level, at >> level))
        at += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of complete subtrees that shrink from left to right; of none, the empty tree's."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def grow(
    size: int, peaks: Sequence[bytes], leaves: Iterable[bytes]
) -> tuple[list[bytes], list[tuple[int, int, bytes]]]:
    """Add leaves to a tree of which only the peaks are known.

    Args:
        size: how many leaves there are.
        peaks: hashes of `subtrees((0, size))`.
        leaves: hashes of the new ones.

    Returns:
        The new peaks, and every node above the leaves that became complete: level, index, hash.
    """
    stack = list(peaks)
    nodes: list[tuple[int, int, bytes]] = []
    for at, leaf in enumerate(leaves, start=size):
        stack.append(leaf)
        level = 0
        while at >> level & 1:
            right = stack.pop()
            stack[-1] = node_hash(stack[-1], right)
            level += 1
            nodes.append((level, at >> level, stack[-1]))
    return stack, nodes


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The parts whose hashes prove a leaf's place, from the leaf upwards. RFC 9162, 2.1.3.1."""
    spans: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The parts whose hashes prove that a tree only grew, from below. RFC 9162, 2.1.4.1."""
    spans: list[Span] = []
    low, high = 0, new
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    if low:  # otherwise the old root, which the verifier has
        spans.append((low, high))
    return spans[::-1]


def prove(spans: Iterable[Span], hash_of: Callable[[Node], bytes]) -> list[bytes]:
    """One hash for each part."""
    return [fold([hash_of(node) for node in subtrees(span)]) for span in spans]


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from this leaf at this place to this root. RFC 9162, 2.1.3.2."""
    if not 0 <= index < size or len(proof) > MOST_STEPS or not _are_hashes(leaf, root, *proof):
        return False
    fn, sn, result = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            result = node_hash(step, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and result == root


def is_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the new tree begins with the whole old one. RFC 9162, 2.1.4.2."""
    if not 0 < old < new:
        return 0 < old == new and not proof and old_root == new_root
    if not 0 < len(proof) <= MOST_STEPS or not _are_hashes(old_root, new_root, *proof):
        return False
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            was, now = node_hash(step, was), node_hash(step, now)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            now = node_hash(now, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and was == old_root and now == new_root


def _split(count: int) -> int:
    """The largest power of two that is smaller than a count of at least two."""
    return 1 << (count - 1).bit_length() - 1


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
