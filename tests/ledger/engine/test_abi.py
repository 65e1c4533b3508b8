"""The contracts' bytes as seen from outside; checked against eth-account, which others use."""

import json
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Fault, Incorrect, NotFound
from asklepion.ledger.engine import abi
from asklepion.ledger.engine.abi import (
    CONSENT_DOMAIN,
    FORWARDER_DOMAIN,
    PASSKEY_DOMAIN,
    Domain,
    Transaction,
    contract,
)

secrets_ = st.integers(1, 2**255).map(lambda it: it.to_bytes(32, "big"))
words = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
uint64 = st.integers(0, 2**64 - 1)
uint256 = st.integers(0, 2**256 - 1)
messages = st.one_of(
    st.builds(abi.Grant, words, addresses, words, uint64, uint64, uint256, uint64),
    st.builds(abi.Revoke, words, addresses, uint256, uint64),
    st.builds(abi.Approve, words, words, uint256, uint64, uint64),
    st.builds(
        abi.Execute,
        st.lists(st.builds(abi.Call, addresses, uint256, st.binary(max_size=70)), max_size=3).map(
            tuple
        ),
        uint256,
        uint64,
    ),
    st.builds(
        abi.ForwardRequest,
        addresses,
        addresses,
        uint256,
        uint256,
        uint256,
        st.integers(0, 2**48 - 1),
        st.binary(max_size=70),
    ),
)
domains = st.builds(
    Domain,
    st.sampled_from([CONSENT_DOMAIN, PASSKEY_DOMAIN, FORWARDER_DOMAIN]),
    st.integers(1, 2**53),
    addresses,
)


def _eth_account_digest(typed: dict[str, Any]) -> bytes:
    signable = encode_typed_data(full_message=typed)
    return abi.keccak(b"\x19" + signable.version + signable.header + signable.body)


@given(domain=domains, message=messages)
def test_what_is_signed_is_what_any_wallet_would_sign(domain: Domain, message: Any) -> None:
    typed = abi.typed_data(domain, message)

    assert abi.digest(domain, message) == _eth_account_digest(typed)
    assert json.loads(json.dumps(typed)) == typed  # a browser can be handed it


@given(secret=secrets_, digest=words)
def test_a_signature_leads_back_to_its_signer(secret: bytes, digest: bytes) -> None:
    signature = abi.sign(secret, digest)

    assert abi.recover(digest, signature) == abi.address_of(secret)
    assert abi.checksum(abi.address_of(secret)) == Account.from_key(secret).address


def test_the_malleable_twin_of_a_signature_is_refused() -> None:
    signature = abi.sign(b"\x01" * 32, b"\x02" * 32)
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s = order - int.from_bytes(signature[32:64], "big")
    twin = signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])

    with pytest.raises(Incorrect, match="malleable"):
        abi.recover(b"\x02" * 32, twin)


@pytest.mark.parametrize("signature", [b"", bytes(65), b"\xff" * 64 + b"\x1b", bytes(64) + b"\x1b"])
def test_what_is_no_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(Incorrect):
        abi.recover(b"\x02" * 32, signature)


@given(
    secret=secrets_,
    it=st.builds(
        Transaction,
        st.integers(1, 2**40),
        *[st.integers(0, 2**63)] * 4,
        st.one_of(st.just(b""), addresses),
        st.integers(0, 2**90),
        st.binary(max_size=99),
    ),
)
def test_a_transaction_is_signed_as_eth_account_signs_it(secret: bytes, it: Transaction) -> None:
    theirs = Account.sign_transaction(
        {
            "type": 2,
            "chainId": it.chain_id,
            "nonce": it.nonce,
            "maxPriorityFeePerGas": it.tip,
            "maxFeePerGas": it.fee,
            "gas": it.gas,
            "value": it.value,
            "data": it.data,
            **({"to": to_checksum_address(it.to)} if it.to else {}),
        },
        secret,
    )

    assert abi.sign_transaction(secret, it) == bytes(theirs.raw_transaction)


def test_addresses_are_those_of_the_published_examples() -> None:
    # EIP-55 and EIP-1014, from their own texts.
    assert (
        abi.checksum(bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"))
        == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    )
    assert (
        abi.create2_address(
            bytes.fromhex("00000000000000000000000000000000deadbeef"),
            bytes.fromhex("00000000000000000000000000000000000000000000000000000000cafebabe"),
            bytes.fromhex("deadbeef"),
        ).hex()
        == "60f3f640a8508fc6a86d45df051962668e1e8ac7"
    )


def test_the_selectors_are_those_of_the_standards() -> None:
    account = contract("PasskeyAccount")

    # ERC-1271 and OpenZeppelin's AccessControl, from their own texts.
    assert account.call("isValidSignature", bytes(32), b"")[:4].hex() == "1626ba7e"
    assert contract("Anchor").call("hasRole", bytes(32), bytes(20))[:4].hex() == "91d14854"


def test_a_reason_is_read_whichever_contract_gave_it() -> None:
    text = abi.read_failure(bytes.fromhex("08c379a0") + _abi_text("no"))
    panic = abi.read_failure(bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big"))
    ours = abi.read_failure(abi.keccak(b"Expired(uint64)")[:4] + (9).to_bytes(32, "big"))

    assert str(text) == "no"
    assert str(panic) == "a number left its bounds"
    assert str(ours) == "Expired(deadline 9)"
    assert abi.read_failure(b"") is None
    assert abi.read_failure(b"\x01\x02\x03\x04") is None
    assert abi.read_failure(bytes.fromhex("4e487b71")) is None  # cut short


def test_what_a_contract_does_not_know_is_our_mistake() -> None:
    with pytest.raises(NotFound, match="no contract Nothing"):
        contract("Nothing")
    with pytest.raises(Fault, match="no function"):
        contract("Consent").call("steal")
    with pytest.raises(Fault, match="arguments"):
        contract("Consent").call("active", b"too short is fine, but this is far too long to be one")
    with pytest.raises(Fault, match="answer"):
        contract("Consent").result("active", b"")


def test_an_assertion_that_is_none_is_refused() -> None:
    key = abi.PasskeyPoint(bytes(32), bytes(32))

    with pytest.raises(Incorrect, match="not an assertion"):
        abi.assertion_signature(key, b"", b"{}", b"")


def _abi_text(text: str) -> bytes:
    return (32).to_bytes(32, "big") + len(text).to_bytes(32, "big") + text.encode().ljust(32, b"\0")
