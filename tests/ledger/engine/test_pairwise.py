"""Typed data, signatures and calls, against what other people's code makes of the same."""

import secrets
from collections.abc import Mapping

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from asklepion.kit.errors import Incorrect
from asklepion.ledger.engine.abi import contract
from asklepion.ledger.engine.pairwise import (
    ORDER,
    Domain,
    Grant,
    Revoke,
    address_of,
    checksummed,
    key_from,
    sign,
    signer_of,
)

KEY = bytes(range(1, 33))
DOMAIN = Domain(7331, bytes(range(20)))
FIELDS = {
    "Grant": "bytes32 record,address subject,bytes32 scope,uint64 notBefore,uint64 notAfter,"
    "uint256 nonce,uint64 deadline",
    "Revoke": "bytes32 record,address subject,uint256 nonce,uint64 deadline",
}


def typed(kind: str, message: Mapping[str, object]) -> dict[str, object]:
    fields = [field.split(" ") for field in FIELDS[kind].split(",")]
    domain = "string name,string version,uint256 chainId,address verifyingContract"
    return {
        "primaryType": kind,
        "types": {
            kind: [{"type": type, "name": name} for type, name in fields],
            "EIP712Domain": [
                dict(zip(("type", "name"), each.split(" "), strict=True))
                for each in domain.split(",")
            ],
        },
        "domain": {
            "name": "Asklepion Consent",
            "version": "1",
            "chainId": DOMAIN.chain,
            "verifyingContract": checksummed(DOMAIN.contract),
        },
        "message": message,
    }


def grant() -> Grant:
    subject = address_of(KEY)
    return Grant(
        record=bytes(12) + subject,
        subject=subject,
        scope=b"\x07" * 32,
        not_before=1_772_366_400,
        not_after=253_370_764_800,
        nonce=0,
        deadline=1_774_958_400,
    )


def test_a_grant_and_a_revocation_are_signed_as_other_peoples_wallets_sign_them() -> None:
    g = grant()
    r = Revoke(record=g.record, subject=g.subject, nonce=1, deadline=g.deadline)
    subject = checksummed(g.subject)
    said = {
        "Grant": {
            "record": g.record,
            "subject": subject,
            "scope": g.scope,
            "notBefore": g.not_before,
            "notAfter": g.not_after,
            "nonce": 0,
            "deadline": g.deadline,
        },
        "Revoke": {"record": g.record, "subject": subject, "nonce": 1, "deadline": g.deadline},
    }

    for kind, mine in (("Grant", g), ("Revoke", r)):
        theirs = Account.sign_message(
            encode_typed_data(full_message=typed(kind, said[kind])), private_key=KEY
        )
        assert sign(KEY, mine.digest(DOMAIN)) == theirs.signature
    assert checksummed(g.subject) == Account.from_key(KEY).address


def test_a_signature_recovers_to_its_signer_and_its_mirror_image_is_refused() -> None:
    digest = grant().digest(DOMAIN)
    signature = sign(KEY, digest)
    s = ORDER - int.from_bytes(signature[32:64], "big")
    mirrored = signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])

    assert signer_of(digest, signature) == address_of(KEY)
    assert signer_of(digest, sign(secrets.token_bytes(32), digest)) != address_of(KEY)
    for bad in (mirrored, signature[:64], signature[:64] + b"\0", b"\xff" * 64 + b"\x1b"):
        with pytest.raises(Incorrect):
            signer_of(digest, bad)


def test_on_another_chain_or_for_another_contract_another_thing_is_signed() -> None:
    g = grant()
    others = [Domain(1, DOMAIN.contract), Domain(DOMAIN.chain, bytes(20))]

    assert len({g.digest(DOMAIN), *(g.digest(other) for other in others)}) == 3


def test_every_secret_of_32_bytes_makes_a_key() -> None:
    for secret in (bytes(32), b"\xff" * 32, ORDER.to_bytes(32, "big"), KEY):
        assert len(address_of(key_from(secret))) == 20


def test_calls_are_written_as_the_compiler_says() -> None:
    g = grant()
    r = Revoke(record=g.record, subject=g.subject, nonce=1, deadline=g.deadline)
    signature = sign(KEY, g.digest(DOMAIN))
    granted = (
        g.record,
        g.subject,
        g.scope,
        g.not_before,
        g.not_after,
        g.nonce,
        g.deadline,
    )
    revoked = (r.record, r.subject, r.nonce, r.deadline)

    told = contract("Consent")
    assert g.call(signature) == told.call("grant", granted, signature)
    assert r.call(signature) == told.call("revoke", revoked, signature)
