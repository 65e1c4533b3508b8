"""Wycheproof against the libraries that the contracts believe: no malleable signature counts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from asklepion.ledger.engine.abi import keccak

from .compiler import Compiler
from .evm import Deployed, Evm

P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SECP256K1 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True)
class Case:
    number: int
    digest: bytes
    r: bytes
    s: bytes
    x: bytes
    y: bytes
    is_good: bool  # a signature, and not the malleable twin of one


def cases(test_data: Path, name: str, order: int) -> Iterator[Case]:
    """Those whose halves have 32 bytes each: others fit into no call."""
    file = test_data / "ledger" / "wycheproof" / f"ecdsa_{name}_sha256_p1363_test.json"
    for group in json.loads(file.read_text())["testGroups"]:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        for it in group["tests"]:
            signature = bytes.fromhex(it["sig"])
            if len(signature) != 64:
                assert it["result"] == "invalid"
                continue
            r, s = signature[:32], signature[32:]
            is_low = int.from_bytes(s, "big") <= order // 2
            digest = sha256(bytes.fromhex(it["msg"])).digest()
            is_good = it["result"] != "invalid" and is_low
            yield Case(it["tcId"], digest, r, s, point[1:33], point[33:], is_good)


@pytest.fixture
def curves(evm: Evm, compiler: Compiler) -> Deployed:
    return evm.deploy(compiler.hostile("Curves"))


def test_p256_by_the_precompile(curves: Deployed, test_data: Path) -> None:
    tried = [*cases(test_data, "secp256r1", P256)]

    wrong = [
        it.number
        for it in tried
        if curves.read("p256", it.digest, it.r, it.s, it.x, it.y) is not it.is_good
    ]

    assert wrong == []
    assert sum(it.is_good for it in tried) > 50
    assert sum(not it.is_good for it in tried) > 50


def test_p256_in_solidity(curves: Deployed, test_data: Path) -> None:
    """Every sixteenth: each takes a quarter of a second."""
    tried = [*cases(test_data, "secp256r1", P256)][::16]

    wrong = [
        it.number
        for it in tried
        if curves.read("p256InSolidity", it.digest, it.r, it.s, it.x, it.y) is not it.is_good
    ]

    assert wrong == []
    assert sum(it.is_good for it in tried) >= 5


def test_secp256k1(curves: Deployed, test_data: Path) -> None:
    tried = [*cases(test_data, "secp256k1", SECP256K1)]

    wrong = [it.number for it in tried if _is_signed(curves, it) is not it.is_good]

    assert wrong == []
    assert sum(it.is_good for it in tried) > 50
    assert sum(not it.is_good for it in tried) > 50


def _is_signed(curves: Deployed, it: Case) -> bool:
    """Whether one of the two possible signers is the one whose key it is."""
    who = keccak(it.x + it.y)[12:]
    return any(curves.read("signer", it.digest, v, it.r, it.s) == who for v in (27, 28))
