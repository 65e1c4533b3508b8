"""The engine's parts against vectors and laws from outside."""

import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as some

from asklepion.kit.errors import Busy, Conflict, Incorrect, Unsupported
from asklepion.ledger.engine.evm import p256
from asklepion.ledger.engine.evm.frames import load_machine
from asklepion.ledger.engine.evm.pool import MOST_OF_ONE, Pending, Pool
from asklepion.ledger.engine.evm.roots import root_of
from asklepion.ledger.engine.evm.signature import HALF_N, refuse_malleable
from asklepion.ledger.engine.evm.words import reason_of
from tests.ledger.chain.histories import KEYS, History
from tests.ledger.chain.peers import CHAIN_ID, address_of, probe, sign

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def vectors(folder: Path) -> list[tuple[str, bytes, bool]]:
    """Each of wycheproof's as the precompile takes it; what does not fit its words is left out."""
    import hashlib

    found: list[tuple[str, bytes, bool]] = []
    for name in ("ecdsa_secp256r1_sha256_test.json", "ecdsa_secp256r1_sha256_p1363_test.json"):
        told = json.loads((folder / "ledger" / "wycheproof" / name).read_text())
        for group in told["testGroups"]:
            key = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
            for test in group["tests"]:
                raw = bytes.fromhex(test["sig"])
                try:
                    if "p1363" in name:
                        r, s = (int.from_bytes(raw[at : at + 32], "big") for at in (0, 32))
                        assert len(raw) == 64
                    else:
                        r, s = decode_dss_signature(raw)
                    parts = word(r) + word(s)
                except (ValueError, OverflowError, AssertionError):
                    continue
                digest = hashlib.sha256(bytes.fromhex(test["msg"])).digest()
                case = f"{name} {test['tcId']} {test['comment']}"
                found.append((case, digest + parts + key, test["result"] == "valid"))
    return found


def test_p256_answers_as_wycheproof_says(test_data: Path) -> None:
    cases = vectors(test_data)
    wrong = [name for name, data, good in cases if (p256.verify(data) == p256.YES) != good]

    # Encoded otherwise than DER wants, yet the same two numbers: the precompile sees only those.
    strange = [name for name in wrong if "_p1363" not in name]
    assert len(cases) > 450
    assert wrong == strange
    assert all(p256.verify(data) == p256.YES for name, data, _ in cases if name in strange)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(159),
        bytes(160),
        bytes(161),
        word(1) * 5,
        word(1) + word(N) + word(1) + word(1) * 2,
        word(1) + word(1) + word(0) + word(1) * 2,
        word(1) + word(1) + word(1) + b"\xff" * 64,
    ],
)
def test_what_is_no_p256_signature_is_answered_with_nothing(data: bytes) -> None:
    assert p256.verify(data) == b""


@given(items=some.lists(some.binary(min_size=1, max_size=80), max_size=140))
def test_the_root_of_a_list_is_py_evm_s(items: list[bytes]) -> None:
    load_machine()
    from eth.db.trie import _make_trie_root_and_nodes  # pyright: ignore

    assert root_of(items) == _make_trie_root_and_nodes(tuple(items))[0]


def pending(nonce: int, fee: int = 100, tip: int = 10, sender: bytes = b"a") -> Pending:
    hash = bytes([nonce % 256, nonce // 256, fee % 256, tip % 256, *sender])
    return Pending(
        raw=hash, hash=hash, sender=sender, nonce=nonce, gas=21_000, max_fee=fee, tip=tip
    )


def test_a_pool_gives_each_sender_s_in_order_and_the_best_offers_first() -> None:
    pool = Pool()
    cheap, dear = b"c", b"d"
    for each in (pending(1, sender=cheap), pending(0, sender=cheap), pending(5, sender=dear)):
        pool.add(each)
    pool.add(pending(4, fee=100, tip=50, sender=dear))

    chosen = pool.choose({cheap: 0, dear: 4}, gas=10**6, base_fee=1)
    few = pool.choose({cheap: 0, dear: 4}, gas=21_000, base_fee=1)

    assert [(p.sender, p.nonce) for p in chosen] == [(dear, 4), (cheap, 0), (cheap, 1), (dear, 5)]
    assert [(p.sender, p.nonce) for p in few] == [(dear, 4)]
    assert pool.choose({cheap: 0, dear: 4}, gas=10**6, base_fee=101) == []
    assert pool.next_nonce(dear, 4) == 6
    assert pool.next_nonce(cheap, 7) == 7


def test_who_replaces_a_transaction_offers_a_tenth_more() -> None:
    pool = Pool()
    pool.add(pending(0, fee=100, tip=10))

    with pytest.raises(Conflict, match="underpriced"):
        pool.add(pending(0, fee=109, tip=11))
    replaced = pool.add(pending(0, fee=110, tip=11))

    assert replaced is not None
    assert replaced.max_fee == 100
    assert len(pool) == 1
    assert replaced.hash not in pool


def test_one_sender_cannot_fill_the_pool_and_stale_ones_leave() -> None:
    pool = Pool()
    for nonce in range(MOST_OF_ONE):
        pool.add(pending(nonce))

    with pytest.raises(Busy, match="of this sender"):
        pool.add(pending(MOST_OF_ONE))
    pool.add(pending(0, sender=b"b"))
    gone = pool.forget_before(b"a", MOST_OF_ONE - 1)

    assert len(gone) == MOST_OF_ONE - 1
    assert len(pool) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no reason given"),
        (bytes.fromhex("08c379a0"), "error 0x08c379a0"),
        (bytes.fromhex("08c379a0") + word(32) + word(2**255) + b"cut", "cut"),
        (bytes.fromhex("08c379a0") + word(32) + word(2) + b"\n\xff", "??"),
        (bytes.fromhex("4e487b71") + word(0x11), "a number became too large or too small"),
        (bytes.fromhex("4e487b71") + word(0x99), "panic 0x99"),
        (b"abcd", "error 0x61626364"),
    ],
)
def test_a_reason_is_told_in_words_whatever_a_contract_sends(data: bytes, words: str) -> None:
    assert reason_of(data).replace("\ufffd", "?") == words


@given(raw=some.binary(max_size=200))
def test_whatever_is_sent_as_a_transaction_is_taken_or_refused_with_an_error_of_ours(
    raw: bytes,
) -> None:
    machine: Any = load_machine()
    with suppress(Incorrect):
        refuse_malleable(raw)
    with suppress(Incorrect, Unsupported):
        machine.read_transaction(raw, CHAIN_ID)


@given(at=some.integers(0, 105), bit=some.integers(0, 7))
def test_a_transaction_with_one_bit_turned_is_another_s_or_none(at: int, bit: int) -> None:
    raw = bytearray(sign(KEYS[0], bytes(20), b"data", nonce=3))
    raw[at % len(raw)] ^= 1 << bit

    try:
        other = load_machine().read_transaction(bytes(raw), CHAIN_ID)
    except (Incorrect, Unsupported):
        return
    assert other.sender != address_of(KEYS[0])


def test_a_signature_s_other_half_is_refused() -> None:
    assert HALF_N * 2 + 1 == 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_one_that_py_evm_stumbles_upon_does_not_keep_others_out_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(tmp_path / "chain.sqlite")
    good, bad, late = (history.by(key, bytes(19) + b"\x09", value=1) for key in KEYS)
    waiting = [history.machine.read(raw) for raw in (good, bad, late)]
    from asklepion.ledger.engine.evm.vm import HouseVM

    real = HouseVM.apply_transaction

    def stumble(self: Any, header: Any, transaction: Any) -> Any:
        done = real(self, header, transaction)
        if transaction.hash == waiting[1].hash:
            raise ZeroDivisionError
        return done

    monkeypatch.setattr(HouseVM, "apply_transaction", stumble)
    made = history.machine.make(waiting, history.now)

    assert [each.transaction for each in made.mined] == [waiting[0].hash, waiting[2].hash]
    assert isinstance(made.refused[waiting[1].hash], Unsupported)
    assert history.machine.nonce(address_of(KEYS[1])) == 0
    assert history.machine.audit() == []
    history.close()


def test_a_receipt_says_what_was_paid_where_much_is_given_back_and_much_was_sent(
    tmp_path: Path,
) -> None:
    history = History(tmp_path / "chain.sqlite")
    at, who = history.deploy(), address_of(KEYS[0])
    history.make(history.by(KEYS[0], at, probe().data("fill", 0, 40, 1), gas=2_000_000))
    had = history.machine.balance(who)
    data = probe().data("fill", 0, 40, 0) + b"x" * 6000

    (mined,) = history.make(history.by(KEYS[0], at, data, gas=2_000_000, tip=0))

    fee = history.machine.head().base_fee_per_gas
    assert mined.gas_used == 21_000 + 10 * (4 * len(data) - 3 * data.count(0))  # EIP-7623
    assert had - history.machine.balance(who) == mined.gas_used * fee
    history.close()


def test_the_file_waits_for_the_disk_at_every_block(tmp_path: Path) -> None:
    history = History(tmp_path / "chain.sqlite")

    driver = history.store._db  # pyright: ignore[reportPrivateUsage]
    assert driver.execute("PRAGMA synchronous").fetchone() == (2,)
    assert driver.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    history.close()
    with closing(sqlite3.connect(history.path)) as db:
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
