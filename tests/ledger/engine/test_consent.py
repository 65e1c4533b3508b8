"""Whatever a receipt says of a consent, and whoever wrote it, the verifier answers."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.ledger import (
    Grant,
    PairwiseDomain,
    check_on_chain,
    commit,
    pairwise_address,
    pairwise_sign,
    verify_receipt,
)
from asklepion.ledger.engine.consent import fingerprint
from tests.ledger.engine.test_receipt import a_receipt

KEY, SALT = bytes([7] * 32), bytes(range(32))
DOMAIN = PairwiseDomain(7331, bytes([3] * 20))
SAID = {"resourceType": "Consent", "id": "c-1"}
GRANT = Grant(
    record=bytes(12) + pairwise_address(KEY),
    subject=pairwise_address(KEY),
    scope=commit(SAID, SALT),
    not_before=1,
    not_after=2,
    nonce=0,
    deadline=3,
)
EVENT: dict[str, Any] = {
    "kind": "consent",
    "act": "grant",
    "said": SAID,
    "grant": {
        "record": "0x" + GRANT.record.hex(),
        "subject": "0x" + GRANT.subject.hex(),
        "scope": "0x" + GRANT.scope.hex(),
        "not_before": 1,
        "not_after": 2,
        "nonce": 0,
        "deadline": 3,
    },
}


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def passkey(client: bytes, host: bytes = b"clinic.example") -> dict[str, str]:
    """What a key that somebody just made says, whatever it is asked to sign."""
    key = ec.generate_private_key(ec.SECP256R1())
    seen = sha256(host).digest() + bytes([5]) + bytes(4)
    r, s = decode_dss_signature(key.sign(seen + sha256(client).digest(), ec.ECDSA(SHA256())))
    point = key.public_key().public_numbers()
    told = {
        name: b64(n.to_bytes(32, "big"))
        for name, n in (("x", point.x), ("y", point.y), ("r", r), ("s", s))
    }
    return told | {"authenticator_data": b64(seen), "client_data": b64(client)}


def client_data(origin: str = "https://clinic.example") -> bytes:
    challenge = base64.urlsafe_b64encode(GRANT.digest(DOMAIN)).decode().rstrip("=")
    return json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": origin}).encode()


def consent_receipt(event: dict[str, Any] = EVENT, **more: Any) -> dict[str, Any]:
    """One as the house writes it, with whatever else somebody put into it."""
    digest = GRANT.digest(DOMAIN)
    member = {
        "chain": DOMAIN.chain,
        "contract": "0x" + DOMAIN.contract.hex(),
        "digest": "0x" + digest.hex(),
        "signature": "0x" + pairwise_sign(KEY, digest).hex(),
        "custody": "house",
        "salt": b64(SALT),
    }
    return a_receipt(event=event) | {"consent": member | more}


def test_a_consent_as_the_house_writes_it_holds() -> None:
    assert verify_receipt(consent_receipt()).holds


def state(receipt: dict[str, Any], *passkeys: str) -> str:
    checks = verify_receipt(receipt, passkeys=passkeys).checks
    return next(check.state for check in checks if check.name == "passkey")


def test_a_passkey_that_nobody_vouches_for_is_not_said_to_be_hers() -> None:
    told = passkey(client_data())
    hers = fingerprint(base64.b64decode(told["x"]), base64.b64decode(told["y"]))
    receipt = consent_receipt(passkey=told)

    assert verify_receipt(receipt).holds
    assert state(receipt) == "not made"
    assert state(receipt, "00" * 16, hers.upper().replace(" ", "")) == "passed"
    forged = consent_receipt(passkey=passkey(client_data()))  # by whoever holds the receipt
    assert state(forged) == "not made"
    assert state(forged, hers) == "failed"
    assert state(consent_receipt()) == "not made"
    assert state(consent_receipt(), hers) == "failed"


def test_a_passkey_of_another_site_than_it_says_is_refused() -> None:
    told = passkey(client_data("https://clinic.example"), host=b"elsewhere.example")

    assert "consent" in verify_receipt(consent_receipt(passkey=told)).failed


FORGED = {
    "no words": consent_receipt({name: each for name, each in EVENT.items() if name != "said"}),
    "deep client data": consent_receipt(passkey=passkey(b"[" * 200_000)),
    "client data that is no object": consent_receipt(passkey=passkey(b"[]")),
    "half a character": consent_receipt(passkey=passkey(client_data("https://\ud800"))),
    "a passkey of nothing": consent_receipt(passkey={}),
    "a passkey that is none": consent_receipt(passkey=[]),
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_forged_consent_is_answered_and_no_chain_is_asked(what: str) -> None:
    assert "consent" in verify_receipt(FORGED[what]).failed

    answer = await check_on_chain(FORGED[what], "http://127.0.0.1:1")
    assert answer.state == "not made", answer  # nothing listens there: it would be "failed"


@pytest.mark.parametrize("receipt", [None, [], {"consent": {}}, {"consent": {}, "event": 3}])
async def test_no_chain_is_asked_of_what_is_no_receipt(receipt: Any) -> None:
    assert (await check_on_chain(receipt, "http://127.0.0.1:1")).state == "not made"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    *((part, name) for part in ("consent",) for name in consent_receipt()["consent"]),
    *(("consent", name) for name in ("passkey", "custody")),
    *(("event", name) for name in EVENT),
]


@settings(max_examples=200, deadline=None)
@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_whatever_stands_in_it_the_verifier_answers(place: tuple[str, str], value: Any) -> None:
    part, name = place
    receipt = consent_receipt()
    receipt[part] = receipt[part] | {name: value}

    for check in verify_receipt(receipt).checks:
        check.words.encode()


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(list(passkey(b""))), value=ANYTHING)
def test_whatever_a_passkey_is_said_to_have_said_the_verifier_answers(
    name: str, value: Any
) -> None:
    told = passkey(client_data()) | {name: value}

    for check in verify_receipt(consent_receipt(passkey=told)).checks:
        check.words.encode()
