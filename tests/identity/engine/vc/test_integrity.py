"""Proofs in the document: the W3C's vector for eddsa-jcs-2022; sets and chains of our own."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from asklepion.identity.engine.vc import base58, base64url, did, integrity, pairwise
from asklepion.identity.engine.vc.errors import Unproven

FOLDER = "ledger/di-eddsa/TestVectors"
PARTS = {"created": "2026-03-01T12:00:00Z", "proofPurpose": "assertionMethod"}
DOCUMENT = {"@context": ["https://www.w3.org/ns/credentials/v2"], "name": "Badge", "n": 1.0}


def read(test_data: Path, name: str) -> dict[str, Any]:
    return json.loads((test_data / FOLDER / name).read_text())


def signer(number: int) -> tuple[str, dict[str, Any]]:
    key = pairwise.ed25519(bytes([number]) * 32, "test")
    name = did.did_of(pairwise.public(key))
    return f"{name}#{name.removeprefix(did.PREFIX)}", key


def keys_of(document: dict[str, Any]) -> dict[str, Any]:
    return {method: did.jwk_of(method.partition("#")[0]) for method in integrity.methods(document)}


def signed(document: dict[str, Any], number: int, **more: Any) -> dict[str, Any]:
    method, key = signer(number)
    return integrity.sign(document, {**PARTS, "verificationMethod": method, **more}, key)


def test_the_w3c_s_vector_holds_and_is_made_again_byte_for_byte(test_data: Path) -> None:
    document = read(test_data, "eddsa-jcs-2022/signedJCS.json")
    pair = read(test_data, "keyPair.json")

    integrity.verify(document, keys_of(document))

    seed = base58.decode(pair["privateKeyMultibase"][1:])[2:]
    key = {**did.jwk_of_multikey(pair["publicKeyMultibase"]), "d": base64url.encode(seed)}
    proof = {k: v for k, v in document["proof"].items() if k not in ("proofValue", "@context")}
    bare = {k: v for k, v in document.items() if k != "proof"}
    assert integrity.sign(bare, proof, key) == document


@pytest.mark.parametrize("place", ["name", "validFrom", "issuer"])
def test_a_document_that_was_changed_does_not_hold(test_data: Path, place: str) -> None:
    document = read(test_data, "eddsa-jcs-2022/signedJCS.json")

    with pytest.raises(Unproven, match="was changed"):
        integrity.verify({**document, place: "changed"}, keys_of(document))


def test_a_proof_that_was_changed_does_not_hold(test_data: Path) -> None:
    document = read(test_data, "eddsa-jcs-2022/signedJCS.json")

    for change in (
        {"created": "2024-01-01T00:00:00Z"},
        {"proofPurpose": "authentication"},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"type": "Other"},
        {"proofValue": "zzz"},
        {"proofValue": 3},
        {"@context": ["https://elsewhere.example"]},
    ):
        with pytest.raises(Unproven):
            integrity.verify({**document, "proof": document["proof"] | change}, keys_of(document))


def test_of_several_proofs_every_one_must_hold() -> None:
    both = signed(signed(DOCUMENT, 1), 2)
    integrity.verify(both, keys_of(both))

    for number in (0, 1):
        wrong = copy.deepcopy(both)
        wrong["proof"][number]["created"] = "2026-03-02T12:00:00Z"
        with pytest.raises(Unproven):
            integrity.verify(wrong, keys_of(both))


def test_a_proof_that_stands_on_another_falls_with_it() -> None:
    first = signed(DOCUMENT, 1, id="urn:uuid:1")
    chain = signed(first, 2, id="urn:uuid:2", previousProof="urn:uuid:1")
    chain = signed(chain, 3, previousProof=["urn:uuid:1", "urn:uuid:2"])
    integrity.verify(chain, keys_of(chain))

    alone = {**chain, "proof": chain["proof"][1:]}
    swapped = {
        **chain,
        "proof": [signed(DOCUMENT, 4, id="urn:uuid:1")["proof"], *chain["proof"][1:]],
    }
    for wrong in (alone, swapped):
        with pytest.raises(Unproven):
            integrity.verify(wrong, keys_of(wrong))


def test_sets_and_chains_of_a_suite_that_we_do_not_speak_are_refused(test_data: Path) -> None:
    for name in ("signedProofSet1", "signedProofChain1", "signedProofChain2"):
        document = read(test_data, f"proof-set-chain/{name}.json")
        with pytest.raises(Unproven, match="kind that is not known"):
            integrity.verify(document, keys_of(document))


PROOFS: list[Any] = [None, 3, [], ["x"], [{}] * 11, {"type": "x"}]


@pytest.mark.parametrize("proof", PROOFS)
def test_a_document_without_a_proof_proves_nothing(proof: Any) -> None:
    with pytest.raises(Unproven):
        integrity.verify({**DOCUMENT, "proof": proof}, {})


def test_a_key_that_nobody_resolved_signs_nothing() -> None:
    with pytest.raises(Unproven, match="not known"):
        integrity.verify(signed(DOCUMENT, 1), {})
