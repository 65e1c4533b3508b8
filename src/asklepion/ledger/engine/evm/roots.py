"""Roots of the trees of a block's transactions and receipts, without keeping their nodes.

A Merkle Patricia tree over the items' places. https://ethereum.org/en/developers/docs/data-structures-and-encoding/patricia-merkle-trie/
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from eth_hash.auto import keccak

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
NOTHING = b"\x80"  # an empty text in RLP

_Leaf = tuple[bytes, bytes]  # the nibbles of a key, and what is there


def root_of(items: Sequence[bytes]) -> bytes:
    """The root of the tree that holds each item at its place."""
    if not items:
        return EMPTY_ROOT
    leaves = sorted((_nibbles(_text(_number(at))), item) for at, item in enumerate(items))
    return keccak(_node(leaves, 0))


def _node(leaves: list[_Leaf], depth: int) -> bytes:
    """One node in RLP, and with it everything below it."""
    first, item = leaves[0]
    if len(leaves) == 1:
        return _list(_text(_path(first[depth:], is_leaf=True)), _text(item))
    shared = _shared(first, leaves[-1][0], depth)
    if shared > depth:
        path = _text(_path(first[depth:shared], is_leaf=False))
        return _list(path, _reference(_node(leaves, shared)))
    children = [NOTHING] * 17  # no key ends here: none begins another
    for nibble, below in groupby(leaves, lambda leaf: leaf[0][depth]):
        children[nibble] = _reference(_node(list(below), depth + 1))
    return _list(*children)


def _shared(one: bytes, other: bytes, depth: int) -> int:
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return depth


def _reference(node: bytes) -> bytes:
    return node if len(node) < 32 else _text(keccak(node))


def _path(nibbles: bytes, *, is_leaf: bool) -> bytes:
    """Nibbles as bytes, with what they lead to and whether their number is odd in front."""
    is_odd = len(nibbles) % 2
    flag = 2 * is_leaf + is_odd
    padded = bytes([flag]) + nibbles if is_odd else bytes([flag, 0]) + nibbles
    return bytes(16 * a + b for a, b in zip(padded[::2], padded[1::2], strict=True))


def _nibbles(key: bytes) -> bytes:
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _number(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _text(value: bytes) -> bytes:
    """A text in RLP. https://ethereum.org/en/developers/docs/data-structures-and-encoding/rlp/"""
    if len(value) == 1 and value[0] < 0x80:
        return value
    return _head(0x80, len(value)) + value


def _list(*items: bytes) -> bytes:
    joined = b"".join(items)
    return _head(0xC0, len(joined)) + joined


def _head(kind: int, length: int) -> bytes:
    if length < 56:
        return bytes([kind + length])
    counted = _number(length)
    return bytes([kind + 55 + len(counted)]) + counted


def rlp_block(header: bytes, raws: Sequence[bytes]) -> bytes:
    """A whole block in RLP: its header, its transactions, no uncles, no withdrawals.

    Args:
        header: in RLP.
        raws: each transaction as it was sent; one of a type is a text in the list.
    """
    transactions: list[Any] = [raw if raw[0] > 0x7F else _text(raw) for raw in raws]
    return _list(header, _list(*transactions), _list(), _list())


def rlp_item(item: Any) -> bytes:
    """A text or a list of such items in RLP."""
    if isinstance(item, bytes):
        return _text(item)
    return _list(*(rlp_item(each) for each in item))
