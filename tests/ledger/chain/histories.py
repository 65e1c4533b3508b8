"""Random but valid histories of a chain: deployments, payments, calls that end well or badly."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from eth_account import Account
from eth_utils.address import to_checksum_address

from asklepion.ledger.engine.evm.frames import load_machine
from asklepion.ledger.engine.evm.store import ChainStore
from tests.ledger.chain.peers import CHAIN_ID, address_of, probe, sign

KEYS = tuple(bytes([n] * 32) for n in (1, 2, 3))
START = 1_772_366_400


def p256_input(message: bytes, seed: int = 1) -> bytes:
    """A P-256 signature as the precompile takes it."""
    key = ec.derive_private_key(seed, ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    point = key.public_key().public_numbers()
    words = (r, s, point.x, point.y)
    return hashlib.sha256(message).digest() + b"".join(w.to_bytes(32, "big") for w in words)


class History:
    """A chain in a file, and what happens on it."""

    def __init__(self, path: Path, seed: int = 0) -> None:
        self.path = path
        self.store = ChainStore(path)
        self.machine: Any = load_machine().Machine(self.store, CHAIN_ID)
        self.machine.begin([address_of(key) for key in KEYS], START)
        self.random = random.Random(seed)
        self.nonces = dict.fromkeys(KEYS, 0)
        self.contracts: list[bytes] = []
        self.now = START

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def make(self, *raws: bytes) -> list[Any]:
        """One block of some transactions; returns what became of them."""
        self.now += self.random.choice((0, 1, 1, 12, 60))
        made = self.machine.make([self.machine.read(raw) for raw in raws], self.now)
        assert not made.refused, list(made.refused.values())
        self.contracts += [m.contract for m in made.mined if m.contract]
        return list(made.mined)

    def deploy(self) -> bytes:
        """Put one contract there."""
        (mined,) = self.make(self.by(KEYS[0], None, probe().creation(7), gas=2_000_000))
        assert mined.contract
        return mined.contract

    def by(self, key: bytes, to: bytes | None, data: bytes = b"", **more: Any) -> bytes:
        """The next signed transaction of an account."""
        nonce = self.nonces[key]
        self.nonces[key] += 1
        return sign(key, to, data, nonce=nonce, **more)

    def go_on(self, blocks: int) -> None:
        """Let something happen in so many blocks more."""
        if not self.contracts:
            self.deploy()
        for _ in range(blocks):
            self.make(*[self._something() for _ in range(self.random.randint(1, 6))])

    def _something(self) -> bytes:
        return self.random.choice(self._choices())()

    def _choices(self) -> list[Callable[[], bytes]]:
        r, key = self.random, self.random.choice(KEYS)
        at, data = r.choice(self.contracts), probe().data
        anybody = r.choice(
            [r.randbytes(20), bytes(20), address_of(KEYS[1]), at, bytes([*[0] * 19, 4])]
        )
        word = r.choice([0, 0, 1, 2**200])

        def call(*arguments: Any, **more: Any) -> bytes:
            return self.by(key, at, data(*arguments), **more)

        return [
            lambda: self.by(key, anybody, value=r.choice([0, 1, 10**15]), gas=60_000),
            lambda: self.by(key, anybody, r.randbytes(r.randint(0, 3000)), gas=300_000),
            lambda: self.by(key, None, probe().creation(r.randint(0, 99)), gas=2_000_000),
            lambda: self.by(key, None, r.randbytes(60), gas=200_000),
            lambda: call("store", r.choice([13, 5, 10**7]), r.randbytes(r.randint(0, 900))),
            lambda: call("store", 7, b"x" * 4000, tip=0),
            lambda: call("fill", r.randint(0, 30), r.randint(1, 12), word),
            lambda: call("fill", 0, 40, 0, gas=r.choice([30_000, 400_000])),
            lambda: self.by(key, at, data("fill", 0, 40, word) + b"x" * r.choice([4000, 6000])),
            lambda: call("p256", p256_input(b"her answer", r.randint(1, 9))),
            lambda: call("p256", r.randbytes(r.choice([159, 160, 161]))),
            lambda: call("digest", r.randbytes(r.randint(0, 200))),
            lambda: call("deep", r.randint(0, 60), gas=3_000_000),
            lambda: call("forever", gas=120_000),
            lambda: call("pay", anybody, value=r.randint(0, 9), gas=200_000),
            lambda: call("store", 3, b"", type=r.choice([0, 1]), value=2),
            lambda: call("store", 4, b"", accessList=_reach(at)),
            lambda: call("end", anybody, gas=200_000),
            lambda: self._delegate(key, at),
        ]

    def _delegate(self, key: bytes, at: bytes) -> bytes:
        """An account that lends itself a contract's code. https://eips.ethereum.org/EIPS/eip-7702"""
        other = next(each for each in KEYS if each != key)
        is_good = self.random.random() < 0.7  # else nothing comes of it
        told: dict[str, Any] = {
            "chainId": CHAIN_ID,
            "address": to_checksum_address(at),
            "nonce": self.nonces[other] + (0 if is_good else 5),
        }
        self.nonces[other] += is_good
        lent = [Account.sign_authorization(told, other)]
        return self.by(
            key, at, probe().data("store", 9, b""), type=4, authorizationList=lent, accessList=[]
        )


def _reach(at: bytes) -> list[dict[str, Any]]:
    return [{"address": to_checksum_address(at), "storageKeys": ["0x" + "00" * 32]}]
