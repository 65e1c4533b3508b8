"""Project Wycheproof's edge cases. https://github.com/C2SP/wycheproof"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from asklepion.identity.engine.vc import base64url, jose
from asklepion.identity.engine.vc.errors import Unproven


def cases(test_data: Path, name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    told = json.loads((test_data / f"ledger/wycheproof/{name}_test.json").read_text())
    for group in told["testGroups"]:
        for case in group["tests"]:
            yield group, case


def hexed(number: str) -> str:
    return base64url.encode(int(number, 16).to_bytes(32))


def test_ed25519_is_verified_as_wycheproof_says(test_data: Path) -> None:
    found = list(cases(test_data, "ed25519"))
    for group, case in found:
        key = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": base64url.encode(bytes.fromhex(group["publicKey"]["pk"])),
        }
        message, signature = (bytes.fromhex(case[part]) for part in ("msg", "sig"))
        assert jose.is_signed(message, signature, key) == (case["result"] == "valid"), case["tcId"]
    assert len(found) == 151


def test_p256_is_verified_as_wycheproof_says(test_data: Path) -> None:
    found = list(cases(test_data, "ecdsa_secp256r1_sha256_p1363"))
    for group, case in found:
        public = group["publicKey"]
        key = {"kty": "EC", "crv": "P-256", "x": hexed(public["wx"]), "y": hexed(public["wy"])}
        message, signature = (bytes.fromhex(case[part]) for part in ("msg", "sig"))
        assert jose.is_signed(message, signature, key) == (case["result"] == "valid"), case["tcId"]
    assert len(found) == 262


def test_secp256k1_takes_no_signature_that_somebody_turned_round(test_data: Path) -> None:
    taken, refused = 0, 0
    for group, case in cases(test_data, "ecdsa_secp256k1_sha256_bitcoin"):  # low s alone is valid
        public = group["publicKey"]
        key = {"kty": "EC", "crv": "secp256k1", "x": hexed(public["wx"]), "y": hexed(public["wy"])}
        try:
            r, s = decode_dss_signature(bytes.fromhex(case["sig"]))
            signature = r.to_bytes(32) + s.to_bytes(32)
        except (ValueError, OverflowError):  # no DER, or numbers that JOSE has no room for
            assert case["result"] != "valid"
            refused += 1
            continue
        is_good = jose.is_signed(bytes.fromhex(case["msg"]), signature, key)
        assert is_good == (case["result"] == "valid"), case["tcId"]
        taken += is_good
        refused += not is_good
    assert (taken + refused, taken > 100) == (463, True)


def test_the_form_that_jose_gives_secp256k1_is_verified_as_wycheproof_says(
    test_data: Path,
) -> None:
    found = list(cases(test_data, "ecdsa_secp256k1_sha256_p1363"))
    half = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141 // 2
    for group, case in found:
        public = group["publicKey"]
        key = {"kty": "EC", "crv": "secp256k1", "x": hexed(public["wx"]), "y": hexed(public["wy"])}
        message, signature = (bytes.fromhex(case[part]) for part in ("msg", "sig"))
        is_low = int.from_bytes(signature[32:]) <= half
        expected = case["result"] == "valid" and is_low
        assert jose.is_signed(message, signature, key) == expected, case["tcId"]
    assert len(found) > 200


def test_signed_texts_are_taken_only_under_keys_and_algorithms_that_are_ours(
    test_data: Path,
) -> None:
    taken, refused = 0, 0
    for group, case in cases(test_data, "json_web_signature"):
        key: dict[str, Any] = group.get("public") or group["private"]
        is_ours = key.get("crv") == "P-256"
        try:
            header = json.loads(base64url.decode(str(case["jws"]).split(".")[0]))
            typ = (str(header.get("typ", "")).lower(),)
            jose.verify(case["jws"], key, typ=typ)
            assert is_ours
            assert case["result"] in ("valid", "acceptable"), case["tcId"]
            taken += 1
        except (Unproven, ValueError, TypeError, AttributeError):
            refused += 1

    assert refused > 380
    assert taken + refused == 401
