"""EIP-4361, by its own test vectors; and EIP-55."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey

from asklepion.identity.engine import siwe
from asklepion.kit.errors import Forbidden, HouseError, Incorrect
from tests.conftest import NOON

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
# https://eips.ethereum.org/EIPS/eip-55
ADDRESSES = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
FIELDS = {
    "domain": "domain",
    "statement": "statement",
    "uri": "uri",
    "chain": "chainId",
    "nonce": "nonce",
    "request": "requestId",
}


@pytest.fixture
def vectors(test_data: Path) -> Callable[[str], Any]:
    folder = test_data / "ledger" / "siwe" / "test"

    def read(name: str) -> Any:
        return json.loads((folder / f"{name}.json").read_text())

    return read


def text_of(fields: dict[str, Any]) -> str:
    """A message of fields, written without a look at whether they can be."""
    lines = [
        f"{fields.get('domain', '')} wants you to sign in with your Ethereum account:",
        fields.get("address", ""),
        "",
        *([fields["statement"], ""] if fields.get("statement") else [""]),
    ]
    for label, name in (
        ("URI", "uri"),
        ("Version", "version"),
        ("Chain ID", "chainId"),
        ("Nonce", "nonce"),
        ("Issued At", "issuedAt"),
        ("Expiration Time", "expirationTime"),
        ("Not Before", "notBefore"),
        ("Request ID", "requestId"),
    ):
        if name in fields:
            lines.append(f"{label}: {fields[name]}")
    if "resources" in fields:
        lines += ["Resources:", *(f"- {each}" for each in fields["resources"])]
    return "\n".join(lines)


def verify(fields: dict[str, Any]) -> None:
    """Whether somebody may come in by it; as the vectors mean it."""
    text = text_of(fields)
    told = siwe.read(text)
    at = datetime.fromisoformat(fields["time"]) if "time" in fields else NOON
    siwe.require(told, domain=fields.get("domainBinding", told.domain), now=at)
    if fields.get("matchNonce", told.nonce) != told.nonce:
        raise Forbidden("That nonce is not ours.")
    if siwe.signer(text, fields["signature"]) != told.address:
        raise Forbidden("Another wallet signed that.")


def test_every_vector_is_answered_as_it_should_be(vectors: Callable[[str], Any]) -> None:
    count = 0
    for name, case in vectors("parsing_positive").items():
        told, wanted = siwe.read(case["message"]), case["fields"]
        assert siwe.checksummed(told.address) == wanted["address"], name
        for ours, theirs in FIELDS.items():
            assert getattr(told, ours) == wanted.get(theirs), name
        assert list(told.resources) == (wanted.get("resources") or []), name
        count += 1
    for name, text in vectors("parsing_negative").items():
        with pytest.raises(Incorrect):
            pytest.fail(f"{name}: {siwe.read(text)}")
        count += 1
    for fields in vectors("verification_positive").values():
        verify(fields)
        count += 1
    for name, fields in vectors("verification_negative").items():
        with pytest.raises(HouseError):
            verify(fields)
            pytest.fail(name)
        count += 1

    assert count == 62
    for fields in vectors("parsing_negative_objects").values():
        with pytest.raises(Incorrect):
            siwe.read(text_of(fields))


def test_what_is_written_is_read_as_the_same() -> None:
    told = siwe.Message(
        domain="house.example",
        address=siwe.address_of(ADDRESSES[0]),
        statement="Let me in to my account.",
        uri="https://house.example",
        chain=7331,
        nonce="12345678abcd",
        issued_at=NOON,
        expires_at=NOON,
    )

    assert siwe.read(siwe.written(told)) == told


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_has_its_checksum_in_its_letters(address: str) -> None:
    known = siwe.address_of(address)

    assert siwe.checksummed(known) == address
    assert siwe.address_of(address.lower()) == known
    mistyped = address[:-1] + address[-1].swapcase()
    if mistyped != address:
        with pytest.raises(Incorrect, match="checksum"):
            siwe.address_of(mistyped)


def test_of_two_signatures_that_are_as_good_only_the_lower_one_is_taken() -> None:
    key, text = PrivateKey(b"\1" * 32), "let me in"
    words = text.encode()
    digest = siwe.keccak(b"\x19Ethereum Signed Message:\n" + str(len(words)).encode() + words)
    low = key.sign_recoverable(digest, hasher=None)  # pyright: ignore[reportUnknownMemberType]
    s, turn = int.from_bytes(low[32:64]), low[64]
    high = low[:32] + (ORDER - s).to_bytes(32) + bytes([turn ^ 1])
    address = siwe.keccak(key.public_key.format(compressed=False)[1:])[12:]

    assert siwe.signer(text, "0x" + low.hex()) == address
    assert siwe.signer(text, "0x" + (low[:64] + bytes([turn + 27])).hex()) == address
    with pytest.raises(Forbidden):
        siwe.signer(text, "0x" + high.hex())


@pytest.mark.parametrize(
    "signature", ["", "0x", "0x" + "00" * 65, "0x" + "ff" * 65, "0x" + "11" * 64, "0x" + "zz" * 65]
)
def test_what_is_no_signature_is_nobody_s(signature: str) -> None:
    with pytest.raises(Forbidden):
        siwe.signer("let me in", signature)
