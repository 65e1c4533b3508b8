"""What every chain does alike: the same tests on the house's own and on a node of another make."""

import asyncio
import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from eth_hash.auto import keccak

from asklepion.kit.errors import Conflict, HouseError, Incorrect, NotFound
from asklepion.ledger import ZERO, Chain, Reverted
from tests.ledger.chain.peers import CHAIN_ID, POOR, Signer, address_of, probe, sign

HALF = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # n of secp256k1


def p256_input(message: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    point = key.public_key().public_numbers()
    words = (r, s, point.x, point.y)
    return hashlib.sha256(message).digest() + b"".join(w.to_bytes(32, "big") for w in words)


async def test_a_contract_is_made_written_to_and_read(chain: Chain, rich: Signer) -> None:
    before = await chain.head()

    at = await rich.deploy(7)
    mined = await rich.do(at, probe().data("store", 42, b"a note"))

    assert await rich.ask(at, "value") == 42
    assert (await chain.code(at))[:2] == b"\x60\x80"
    assert mined.status
    assert mined.to == at
    assert mined.contract is None
    assert mined.sender == rich.address
    assert mined.gas_used > 21_000
    assert mined.block > before.number
    assert await chain.find(mined.transaction) == mined


async def test_a_block_is_found_by_number_and_hash_and_follows_its_parent(
    chain: Chain, rich: Signer
) -> None:
    mined = await rich.do(address_of(POOR), value=1, gas=21_000)

    block = await chain.block(mined.block)
    assert block is not None
    assert block == await chain.block(mined.block_hash)
    assert mined.transaction in block.transactions
    assert block.transactions[mined.index] == mined.transaction
    parent = await chain.block(block.number - 1)
    assert parent is not None
    assert parent.hash == block.parent
    assert parent.timestamp <= block.timestamp
    assert await chain.block(10**9) is None
    assert await chain.block(bytes(32)) is None


async def test_what_contracts_told_is_found_by_address_and_topics(
    chain: Chain, rich: Signer
) -> None:
    at, other = await rich.deploy(1), await rich.deploy(1)
    first = await rich.do(at, probe().data("store", 5, b"x" * 70))
    await rich.do(other, probe().data("store", 5, b""))
    last = await rich.do(at, probe().data("store", 6, b""))
    stored, five = probe().topic("Stored"), (5).to_bytes(32, "big")
    by = bytes(12) + rich.address

    at_one = await chain.logs(address=at)
    fives = await chain.logs(address=at, topics=(stored, None, five))
    any_of = await chain.logs(address=at, topics=(stored, by, [five, (6).to_bytes(32, "big")]))
    late = await chain.logs(address=at, first=last.block)
    early = await chain.logs(address=at, last=first.block)

    assert [int.from_bytes(log.topics[2], "big") for log in at_one] == [1, 5, 6]
    assert fives == list(first.logs)
    assert fives[0].transaction == first.transaction
    assert fives[0].topics == (stored, by, five)
    assert len(any_of) == 2
    assert late == list(last.logs)
    assert [log.block for log in early] == sorted(log.block for log in early)
    assert len(early) == 2
    assert await chain.logs(address=at, topics=(bytes(32),)) == []


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("store", (13, b""), "thirteen is not stored"),
        ("store", (1_000_001, b""), "error 0x"),
        ("divide", (0,), "a division by zero"),
    ],
)
async def test_a_refusal_says_why(
    chain: Chain, rich: Signer, name: str, arguments: tuple[object, ...], words: str
) -> None:
    at = await rich.deploy(7)
    data = probe().data(name, *arguments)

    with pytest.raises(Reverted, match=words) as refused:
        await chain.call(at, data)

    assert len(refused.value.data) >= 36
    with pytest.raises(Reverted, match=words):
        await chain.estimate(at, data, sender=rich.address)


async def test_what_is_refused_in_a_block_is_paid_for_and_changes_nothing(
    chain: Chain, rich: Signer
) -> None:
    at = await rich.deploy(7)
    had = await chain.balance(rich.address)

    mined = await rich.do(at, probe().data("store", 13, b""))

    assert not mined.status
    assert mined.logs == ()
    assert await rich.ask(at, "value") == 7
    assert await chain.balance(rich.address) < had


async def test_an_estimate_is_enough_and_not_far_above_what_is_used(
    chain: Chain, rich: Signer
) -> None:
    at = await rich.deploy(7)
    poor = bytes(19) + b"\x77"
    for to, data, value in (
        (poor, b"", 1),
        (at, probe().data("store", 9, b"x" * 100), 0),
        (at, probe().data("fill", 0, 20, 0), 0),
        (at, probe().data("deep", 20), 0),
        (None, probe().creation(3), 0),
    ):
        gas = await chain.estimate(to, data, sender=rich.address, value=value)

        mined = await rich.do(to, data, gas=gas, value=value)

        assert mined.status
        assert mined.gas_used <= gas < 2 * mined.gas_used + 5000


async def test_a_p256_signature_is_checked_on_the_chain(chain: Chain, rich: Signer) -> None:
    at, good = await rich.deploy(7), p256_input(b"her answer")
    bad = bytes([good[0] ^ 1]) + good[1:]

    assert await rich.ask(at, "p256", good) == (1).to_bytes(32, "big")
    assert await rich.ask(at, "p256", bad) == b""
    assert await rich.ask(at, "p256", good[:-1]) == b""
    mined = await rich.do(at, probe().data("p256", good))
    assert mined.status
    assert await rich.ask(at, "digest", b"abc") == hashlib.sha256(b"abc").digest()


async def test_calls_nest_as_deeply_as_their_gas_reaches(chain: Chain, rich: Signer) -> None:
    at = await rich.deploy(7)

    mined = await rich.do(at, probe().data("deep", 250), gas=15_000_000)

    assert mined.status
    assert await rich.ask(at, "deep", 250) == 251


async def test_many_of_one_sender_are_mined_in_their_order(chain: Chain, rich: Signer) -> None:
    at = await rich.deploy(7)
    nonce = await chain.nonce(rich.address)
    raws = [
        await rich.sign(at, probe().data("store", 100 + n, b""), nonce=nonce + n) for n in range(20)
    ]

    hashes_ = [await chain.send(raw) for raw in raws]
    mined = await asyncio.gather(*[chain.mined(each) for each in hashes_])

    assert hashes_ == [keccak(raw) for raw in raws]
    assert all(each.status for each in mined)
    places = [(each.block, each.index) for each in mined]
    assert places == sorted(places)
    assert await rich.ask(at, "value") == 119
    assert await chain.nonce(rich.address) == nonce + 20


async def test_one_that_came_too_early_waits_for_those_before_it(
    chain: Chain, rich: Signer
) -> None:
    nonce, poor = await chain.nonce(rich.address), address_of(POOR)
    later = await chain.send(await rich.sign(poor, value=1, nonce=nonce + 1))
    await asyncio.sleep(0.2)
    assert await chain.find(later) is None
    waiting = asyncio.create_task(chain.mined(later))

    first = await rich.do(poor, value=1, nonce=nonce)

    assert (await waiting).status
    assert ((await waiting).block, (await waiting).index) > (first.block, first.index)


async def test_sending_the_same_twice_is_one_transaction(chain: Chain, rich: Signer) -> None:
    nonce = await chain.nonce(rich.address)
    early = await rich.sign(address_of(POOR), value=1, nonce=nonce + 1)

    one, other = await chain.send(early), await chain.send(early)
    await rich.do(address_of(POOR), nonce=nonce)

    assert one == other == keccak(early)
    assert (await chain.mined(one)).status
    assert await chain.nonce(rich.address) == nonce + 2


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("nonsense", Incorrect),
        ("another chain", Incorrect),
        ("without money", Incorrect),
        ("nonce used", Conflict),
        ("too little gas", Incorrect),
        ("too much gas", Incorrect),
        ("tip above fee", Incorrect),
        ("malleable", Incorrect),
    ],
)
async def test_what_can_never_be_mined_is_refused(
    chain: Chain, rich: Signer, case: str, kind: type[HouseError]
) -> None:
    await rich.do(address_of(POOR), gas=21_000)
    nonce, to = await chain.nonce(rich.address), address_of(POOR)
    match case:
        case "nonsense":
            raw = b"\x02\xc0"
        case "another chain":
            raw = await rich.sign(to, chain_id=CHAIN_ID + 1)
        case "without money":
            raw = sign(bytes([9] * 32), to, nonce=0, value=1)
        case "nonce used":
            raw = await rich.sign(to, nonce=nonce - 1, value=5)
        case "too little gas":
            raw = await rich.sign(to, gas=20_999)
        case "too much gas":
            raw = await rich.sign(to, gas=10**9)
        case "tip above fee":
            raw = await rich.sign(to, fee=2 * 10**9, tip=3 * 10**9)
        case _:
            raw = malleable(await rich.sign(to, value=1))

    with pytest.raises(kind):
        await chain.send(raw)

    assert await chain.nonce(rich.address) == nonce


def malleable(raw: bytes) -> bytes:
    """The same transaction by the other of the two signatures. https://eips.ethereum.org/EIPS/eip-2"""
    import rlp  # pyright: ignore[reportMissingTypeStubs]

    fields = rlp.decode(raw[1:])  # pyright: ignore
    *rest, parity, r, s = fields  # pyright: ignore
    other = (HALF - int.from_bytes(s, "big")).to_bytes(32, "big")  # pyright: ignore
    flipped = b"" if parity == b"\x01" else b"\x01"
    return raw[:1] + rlp.encode([*rest, flipped, r, other])  # pyright: ignore


async def test_old_kinds_of_transactions_are_mined_too(chain: Chain, rich: Signer) -> None:
    for type in (0, 1):
        assert (await rich.do(address_of(POOR), value=1, type=type)).status


async def test_nobody_knows_of_a_transaction_that_was_not_sent(chain: Chain) -> None:
    assert await chain.find(bytes(32)) is None
    with pytest.raises(NotFound):
        await chain.mined(bytes(32), timeout_s=1)


async def test_an_empty_account_has_nothing(chain: Chain) -> None:
    nobody = bytes(19) + b"\x99"

    assert await chain.balance(nobody) == 0
    assert await chain.nonce(nobody) == 0
    assert await chain.code(nobody) == b""
    assert await chain.call(nobody, b"") == b""
    assert chain.id == CHAIN_ID
    assert await chain.balance(ZERO) >= 0


async def test_the_past_can_be_asked(chain: Chain, rich: Signer) -> None:
    at = await rich.deploy(7)
    then = (await chain.head()).number
    await rich.do(at, probe().data("store", 8, b""))

    assert await rich.ask(at, "value", at=then) == 7
    assert await rich.ask(at, "value") == 8
