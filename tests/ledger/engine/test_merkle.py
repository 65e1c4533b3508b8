import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.ledger.engine import merkle

# The entries behind the published vectors' trees.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


class Tree:
    """A tree of which every hash is known: what the store is in the house."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.size = len(leaves)
        self.peaks, nodes = merkle.grow(0, [], leaves)
        self.known = {(0, index): leaf for index, leaf in enumerate(leaves)}
        self.known |= {(level, index): value for level, index, value in nodes}

    def root(self, size: int) -> bytes:
        return merkle.prove([(0, size)], self.known.__getitem__)[0]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return merkle.prove(merkle.inclusion_spans(index, size), self.known.__getitem__)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return merkle.prove(merkle.consistency_spans(old, new), self.known.__getitem__)


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(plain_root(leaves[:k]), plain_root(leaves[k:]))


def some_leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(n).encode()) for n in range(count)]


def vectors(test_data: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    folder = test_data / "ledger" / "merkle-rfc6962" / "testdata" / kind
    return [(str(path), json.loads(path.read_text())) for path in sorted(folder.rglob("*.json"))]


def unpack(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


def test_every_published_inclusion_proof_is_judged_rightly(test_data: Path) -> None:
    cases = vectors(test_data, "inclusion")

    assert len(cases) == 98
    for name, case in cases:
        root, leaf = unpack([case["root"], case["leafHash"]])
        good = merkle.is_included(
            case["leafIdx"], case["treeSize"], leaf, unpack(case["proof"]), root
        )
        assert good != case["wantErr"], name


def test_every_published_consistency_proof_is_judged_rightly(test_data: Path) -> None:
    cases = vectors(test_data, "consistency")

    assert len(cases) == 98
    for name, case in cases:
        old_root, new_root = unpack([case["root1"], case["root2"]])
        good = merkle.is_consistent(
            case["size1"], case["size2"], old_root, new_root, unpack(case["proof"])
        )
        assert good != case["wantErr"], name


def test_the_proofs_we_make_are_those_published(test_data: Path) -> None:
    tree = Tree(LEAVES)
    made = 0

    for name, case in vectors(test_data, "inclusion"):
        if not case["wantErr"] and case["treeSize"] in range(2, 9) and "additional" not in name:
            assert tree.inclusion(case["leafIdx"], case["treeSize"]) == unpack(case["proof"]), name
            made += 1
    for name, case in vectors(test_data, "consistency"):
        if not case["wantErr"] and case["size1"] < case["size2"] <= 8 and "additional" not in name:
            assert tree.consistency(case["size1"], case["size2"]) == unpack(case["proof"]), name
            assert tree.root(case["size2"]) == unpack([case["root2"]])[0], name
            made += 1

    assert made >= 8


def test_the_root_of_eight_published_entries_is_the_published_one() -> None:
    # Source: certificate-transparency-go, merkletree tests; also in Trillian and Tessera.
    published = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"

    assert Tree(LEAVES).root(8).hex() == published


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.fold([]).hex().startswith("e3b0c44298fc1c14")


@pytest.mark.parametrize("size", range(1, 70))
def test_roots_and_proofs_are_those_of_the_definition(size: int) -> None:
    leaves = some_leaves(size)
    tree = Tree(leaves)
    root = plain_root(leaves)

    assert tree.root(size) == merkle.fold(tree.peaks) == root
    for index in range(size):
        proof = tree.inclusion(index, size)
        assert merkle.is_included(index, size, leaves[index], proof, root)
        for other in range(size):
            if other != index:
                assert not merkle.is_included(other, size, leaves[index], proof, root)
    for old in range(1, size + 1):
        proof = tree.consistency(old, size)
        assert merkle.is_consistent(old, size, plain_root(leaves[:old]), root, proof)


@given(sizes=st.lists(st.integers(0, 40), max_size=6))
def test_growing_in_steps_is_growing_at_once(sizes: list[int]) -> None:
    leaves = some_leaves(sum(sizes))
    peaks: list[bytes] = []
    nodes: list[tuple[int, int, bytes]] = []
    size = 0

    for count in sizes:
        peaks, more = merkle.grow(size, peaks, leaves[size : size + count])
        nodes += more
        size += count

    assert (peaks, nodes) == merkle.grow(0, [], leaves)
    assert [(level, index) for level, index, _ in nodes] == sorted(
        {(level, index) for level in range(1, 10) for index in range(size >> level)},
        key=lambda node: ((node[1] + 1) << node[0], node[0]),
    )


@given(data=st.data(), size=st.integers(2, 200))
def test_a_proof_with_one_bit_turned_proves_nothing(data: st.DataObject, size: int) -> None:
    leaves = some_leaves(size)
    tree = Tree(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size)
    step = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))

    turned = bytearray(proof[step])
    turned[bit // 8] ^= 1 << bit % 8
    proof[step] = bytes(turned)

    assert not merkle.is_included(index, size, leaves[index], proof, tree.root(size))


def test_an_endless_proof_is_not_even_read() -> None:
    root = merkle.leaf_hash(b"")

    assert not merkle.is_included(0, 2**62, root, [root] * 100_000, root)
    assert not merkle.is_consistent(1, 2**62, root, root, [root] * 100_000)
