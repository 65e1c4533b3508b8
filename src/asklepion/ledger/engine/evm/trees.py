"""What the nodes of the state's trees refer to: for sweeping old states, and for the audit."""

from collections.abc import Generator, Iterable
from typing import Any, cast

import rlp  # pyright: ignore[reportMissingTypeStubs]

from .roots import EMPTY_ROOT

EMPTY_CODE = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
ACCOUNTS, STORAGE, CODE = "accounts", "storage", "code"
LEAF = 2  # in the first half byte of a path: here it ends
BRANCH = 17  # parts of a node that has a child for each half byte

Reference = tuple[str, bytes]  # what lies there, and its hash
_rlp: Any = rlp


def roots_of(state_roots: Iterable[bytes]) -> list[Reference]:
    """Where the trees of some states begin."""
    return [(ACCOUNTS, root) for root in state_roots if root != EMPTY_ROOT]


def references(kind: str, value: bytes) -> Generator[Reference]:
    """What a node refers to.

    Raises:
        ValueError: it is no node.
    """
    if kind == CODE:
        return
    try:
        yield from _below(kind, _rlp.decode(value))
    except (rlp.RLPException, TypeError, IndexError) as error:
        raise ValueError("That is no node.") from error


def _below(kind: str, node: Any) -> Generator[Reference]:
    if len(node) == BRANCH:
        for child in node[:-1]:
            yield from _child(kind, child)
        if node[-1]:
            yield from _leaf(kind, node[-1])
    elif len(node) == 2:
        if node[0][0] >> 4 & LEAF:
            yield from _leaf(kind, node[1])
        else:
            yield from _child(kind, node[1])
    elif node:
        raise ValueError("That is no node.")


def _child(kind: str, child: Any) -> Generator[Reference]:
    if isinstance(child, list):  # so small that it lies within its parent
        yield from _below(kind, cast(list[Any], child))
    elif child:
        yield kind, child


def _leaf(kind: str, value: bytes) -> Generator[Reference]:
    if kind == ACCOUNTS:
        _, _, storage, code = _rlp.decode(value)
        if storage != EMPTY_ROOT:
            yield STORAGE, storage
        if code != EMPTY_CODE:
            yield CODE, code
