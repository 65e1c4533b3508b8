"""Anchor: a witness that no log talks into a fork."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from asklepion.ledger.engine import merkle
from asklepion.ledger.engine.abi import Contract, Head, address_of, contract, keccak

from .compiler import Compiler
from .evm import ADMIN, NOON, STRANGER, WRITER, Deployed, Done, Evm, Refused, refused

LOG = b"\x4c" * 32
MANY = 70


class Log:
    """A real tree, in the house's own code, and what was anchored of it."""

    def __init__(self, seed: str = "") -> None:
        self.leaves = [merkle.leaf_hash(f"{seed}{n}".encode()) for n in range(MANY)]

    def node(self, it: merkle.Node) -> bytes:
        level, index = it
        if level == 0:
            return self.leaves[index]
        return merkle.node_hash(
            self.node((level - 1, 2 * index)), self.node((level - 1, 2 * index + 1))
        )

    def root(self, size: int) -> bytes:
        return merkle.fold([self.node(it) for it in merkle.subtrees((0, size))])

    def growth(self, old: int, new: int) -> list[bytes]:
        return merkle.prove(merkle.consistency_spans(old, new), self.node) if old else []

    def place(self, index: int, size: int) -> list[bytes]:
        return merkle.prove(merkle.inclusion_spans(index, size), self.node)


def deploy(evm: Evm, code: Contract | None = None) -> Deployed:
    return evm.deploy(code or contract("Anchor"), address_of(ADMIN), address_of(WRITER))


def put(it: Deployed, log: Log, old: int, new: int, **how: Any) -> Done:
    return it.send("anchor", LOG, new, log.root(new), log.growth(old, new), sender=WRITER, **how)


def head(it: Deployed) -> Head:
    return Head(*it.read("head", LOG))


def test_a_log_grows_in_steps_of_any_size(evm: Evm) -> None:
    it, log = deploy(evm), Log()
    old = 0

    for new in (1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 64, 65, 70):
        evm.now += 60
        done = put(it, log, old, new)
        (told,) = it.events(done)
        assert (told.name, told.args) == (
            "Anchored",
            {"log": LOG, "size": new, "root": log.root(new)},
        )
        assert head(it) == Head(new, evm.now, log.root(new))
        assert it.read("rootAt", LOG, new) == log.root(new)
        old = new


def test_every_leaf_is_found_at_its_place_and_at_no_other(evm: Evm) -> None:
    it, log = deploy(evm), Log()
    put(it, log, 0, 7)
    put(it, log, 7, 22)

    for size in (7, 22):
        for index in range(size):
            proof = log.place(index, size)
            assert it.read("verify", LOG, size, index, log.leaves[index], proof)
            other = (index + 1) % size
            assert not it.read("verify", LOG, size, other, log.leaves[index], proof)
            assert not it.read("verify", LOG, size, index, log.leaves[other], proof)
    assert not it.read("verify", LOG, 22, 22, log.leaves[0], [])
    # A size that was never anchored proves nothing, true as it may be.
    assert not it.read("verify", LOG, 8, 0, log.leaves[0], log.place(0, 8))


def test_logs_do_not_touch_each_other(evm: Evm) -> None:
    it, log, other = deploy(evm), Log(), Log("other ")
    put(it, log, 0, 5)

    it.send("anchor", b"\x02" * 32, 3, other.root(3), [], sender=WRITER)

    assert head(it).size == 5
    assert Head(*it.read("head", b"\x02" * 32)).root == other.root(3)


def test_a_log_is_not_rolled_back(evm: Evm, compiler: Compiler) -> None:
    def attack(it: Deployed) -> None:
        log = Log()
        put(it, log, 0, 9)
        it.send("anchor", LOG, 5, log.root(5), [], sender=WRITER)

    with refused("NotGrowing", anchored=9, offered=5):
        attack(deploy(evm))
    # The proof alone would refuse it as well.
    with refused("NotConsistent"):
        attack(deploy(evm, compiler.without("Anchor", "growing")))
    attack(deploy(evm, compiler.without("Anchor", "growing", "consistent")))


def test_a_forked_log_finds_no_place(evm: Evm, compiler: Compiler) -> None:
    """The new tree is larger and sound in itself, and its proof too; it is another's."""

    def attack(it: Deployed) -> None:
        put(it, Log(), 0, 9)
        put(it, Log("forked "), 9, 20)

    with refused("NotConsistent", anchored=9, offered=20):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Anchor", "consistent")))


def test_a_log_of_the_same_size_with_another_root_finds_no_place(
    evm: Evm, compiler: Compiler
) -> None:
    def attack(it: Deployed) -> None:
        put(it, Log(), 0, 9)
        it.send("anchor", LOG, 9, Log("forked ").root(9), [], sender=WRITER)

    with refused("NotGrowing", anchored=9, offered=9):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Anchor", "growing", "consistent")))


def test_the_same_head_twice_is_refused(evm: Evm) -> None:
    it = deploy(evm)
    put(it, Log(), 0, 9)

    with refused("NotGrowing"):
        it.send("anchor", LOG, 9, Log().root(9), [], sender=WRITER)


@pytest.mark.parametrize("bend", ["shorter", "longer", "swapped", "other bit", "none"])
def test_a_proof_that_was_bent_is_refused(evm: Evm, bend: str) -> None:
    it, log = deploy(evm), Log()
    put(it, log, 0, 11)
    proof = log.growth(11, 30)
    bent = {
        "shorter": proof[:-1],
        "longer": [*proof, proof[0]],
        "swapped": [proof[1], proof[0], *proof[2:]],
        "other bit": [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]],
        "none": [],
    }[bend]

    with refused("NotConsistent"):
        it.send("anchor", LOG, 30, log.root(30), bent, sender=WRITER)

    assert head(it).size == 11


def test_the_first_head_needs_no_proof_and_takes_none(evm: Evm) -> None:
    it, log = deploy(evm), Log()

    with refused("NotConsistent"):
        it.send("anchor", LOG, 4, log.root(4), [bytes(32)], sender=WRITER)
    with refused("NotGrowing"):
        it.send("anchor", LOG, 0, merkle.EMPTY_ROOT, [], sender=WRITER)
    put(it, log, 0, 4)


def test_a_log_that_was_never_anchored_proves_nothing(evm: Evm, compiler: Compiler) -> None:
    """The hash of zeros would be its own proof in a tree of one leaf whose root is not there."""

    def is_fooled(it: Deployed) -> bool:
        return it.read("verify", LOG, 1, 0, bytes(32), [])

    assert not is_fooled(deploy(evm))
    assert is_fooled(deploy(evm, compiler.without("Anchor", "anchored")))


def test_a_root_of_zeros_is_no_root(evm: Evm, compiler: Compiler) -> None:
    def attack(it: Deployed) -> None:
        it.send("anchor", LOG, 1, bytes(32), [], sender=WRITER)

    with refused("EmptyRoot", log=LOG):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Anchor", "a root")))


@pytest.mark.parametrize("who", [STRANGER, ADMIN], ids=["stranger", "admin"])
def test_only_a_writer_anchors(evm: Evm, compiler: Compiler, who: bytes) -> None:
    def attack(it: Deployed) -> None:
        it.send("anchor", LOG, 4, Log().root(4), [], sender=who)

    with refused("AccessControlUnauthorizedAccount", account=address_of(who)):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("Anchor", "role")))


def test_only_the_admin_appoints_and_dismisses_writers(evm: Evm) -> None:
    it, log = deploy(evm), Log()
    role = it.read("WRITER")
    assert role == keccak(b"WRITER")

    for who in (WRITER, STRANGER):  # also a writer gives nothing on, and does not rise
        for wanted in (role, bytes(32)):
            with refused("AccessControlUnauthorizedAccount"):
                it.send("grantRole", wanted, address_of(STRANGER), sender=who)
        with refused("AccessControlUnauthorizedAccount"):
            it.send("revokeRole", role, address_of(WRITER), sender=who)
    it.send("grantRole", role, address_of(STRANGER), sender=ADMIN)
    it.send("anchor", LOG, 4, log.root(4), [], sender=STRANGER)
    it.send("revokeRole", role, address_of(STRANGER), sender=ADMIN)
    with refused("AccessControlUnauthorizedAccount"):
        it.send("anchor", LOG, 9, log.root(9), log.growth(4, 9), sender=STRANGER)


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _proof(case: dict[str, Any]) -> list[bytes]:
    steps: list[str] = case["proof"] or []
    return [_bytes(step) for step in steps]


def _fits(*hashes: bytes) -> bool:
    return all(len(it) == 32 for it in hashes)


def _vectors(test_data: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    folder = test_data / "ledger" / "merkle-rfc6962" / "testdata" / kind
    files = sorted(folder.rglob("*.json"))
    return [(str(it.relative_to(folder)), json.loads(it.read_text())) for it in files]


def test_the_published_inclusion_vectors_hold_on_the_chain(evm: Evm, test_data: Path) -> None:
    """The 72 of transparency-dev's 98 whose hashes have 32 bytes; others fit into no call."""
    it = deploy(evm)
    wrong: list[str] = []
    tried = 0

    for name, case in _vectors(test_data, "inclusion"):
        root, leaf = _bytes(case["root"]), _bytes(case["leafHash"])
        proof = _proof(case)
        if not _fits(root, leaf, *proof):
            assert case["wantErr"]
            continue
        size, log = case["treeSize"], keccak(name.encode())
        if size:
            it.send("anchor", log, size, root, [], sender=WRITER)
        tried += 1
        if it.read("verify", log, size, case["leafIdx"], leaf, proof) is case["wantErr"]:
            wrong.append(name)

    assert wrong == []
    assert tried == 72


def test_the_published_consistency_vectors_hold_on_the_chain(evm: Evm, test_data: Path) -> None:
    """The 61 of transparency-dev's 98 that grow from something and whose hashes have 32 bytes."""
    it = deploy(evm)
    wrong: list[str] = []
    tried = 0

    for name, case in _vectors(test_data, "consistency"):
        old, new = case["size1"], case["size2"]
        roots = _bytes(case["root1"]), _bytes(case["root2"])
        proof = _proof(case)
        if not _fits(*roots, *proof) or not 0 < old < new:
            continue
        log = keccak(name.encode())
        it.send("anchor", log, old, roots[0], [], sender=WRITER)
        tried += 1
        try:
            it.send("anchor", log, new, roots[1], proof, sender=WRITER)
        except Refused as error:
            is_taken = error.name != "NotConsistent"
        else:
            is_taken = True
        if is_taken is case["wantErr"]:
            wrong.append(name)

    assert wrong == []
    assert tried == 61


def test_sizes_near_the_end_of_the_numbers_do_no_harm(evm: Evm) -> None:
    it = deploy(evm)
    largest = 2**64 - 1

    it.send("anchor", LOG, largest - 1, b"\x01" * 32, [], sender=WRITER)

    for proof in ([], [bytes(32)] * 64, [bytes(32)] * 70):
        with refused("NotConsistent"):
            it.send("anchor", LOG, largest, b"\x02" * 32, proof, sender=WRITER)
    assert not it.read("verify", LOG, largest - 1, largest - 2, bytes(32), [bytes(32)] * 64)
    assert head(it) == Head(largest - 1, NOON, b"\x01" * 32)
