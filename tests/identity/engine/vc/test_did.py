"""did:key against the specification's own records, and did:web."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity.engine.vc import base58, did, didweb, pairwise
from asklepion.identity.engine.vc.errors import Unproven

# A codec for two BLS keys in one, and a file whose one name is no did:key at all.
UNKNOWN = {
    "did:key:z5TcCmGLu7HrkT5FTnejDTKcH11LPMQLXMPHTRyzY4KdRvqpPLprH7s1ddWFD38cAkZoiDtof",
    "didDocument",
}


def records(test_data: Path) -> dict[str, Any]:
    files = sorted((test_data / "ledger/did-key/test-vectors").glob("*.json"))
    return {name: each for file in files for name, each in json.loads(file.read_text()).items()}


def keys_in(told: Any) -> list[dict[str, Any]]:
    """Every verification method of a record's document that holds its key openly."""
    found = told.get("didDocument", {})
    document = found.get("didDocument", found)
    methods = [
        *document.get("verificationMethod", []),
        *document.get("publicKey", []),
        *document.get("keyAgreement", []),
    ]
    return [each for each in methods if isinstance(each, dict)]


def test_25_of_27_records_are_read_and_the_other_two_are_known_by_name(test_data: Path) -> None:
    found = records(test_data)

    refused: list[str] = []
    for name in found:
        try:
            did.decode(name)
        except Unproven:
            refused.append(name)

    assert len(found) == 27
    assert len(refused) == 2
    assert all(any(name.startswith(each) for each in UNKNOWN) for name in refused)


def test_each_key_is_the_record_s_and_leads_back_to_its_name(test_data: Path) -> None:
    compared = 0
    for name, told in records(test_data).items():
        for method in keys_in(told):
            if not name.startswith("did:key:") or name.startswith(tuple(UNKNOWN)):
                continue
            codec, key = did.decode(name)
            is_agreement = "X25519" in str(method.get("type"))
            if is_agreement and codec == did.ED25519:
                codec, key = did.X25519, did.to_x25519(key)
            if "publicKeyBase58" in method:
                assert base58.encode(key) == method["publicKeyBase58"]
                compared += 1
            elif "publicKeyJwk" in method and method["publicKeyJwk"]["kty"] != "OKP":
                jwk = did.jwk_of(name)
                said = method["publicKeyJwk"]
                assert jwk == {part: said[part] for part in jwk}
                assert did.did_of(jwk) == name
                compared += 1
    assert compared > 25


def test_names_of_x25519_keys_inside_a_document_are_read_too(test_data: Path) -> None:
    inner = records(test_data)["didDocument"]

    for name, document in inner.items():
        codec, key = did.decode(name)
        assert codec == did.X25519
        said = json.dumps(document)
        assert base58.encode(key) in said or did.jwk_of(name)["x"] in said


@pytest.mark.parametrize(
    "name",
    [
        "",
        "did:key:",
        "did:key:z",
        "did:key:z6Mk",
        "did:key:m6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp1",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW0",
        "did:web:house.example",
        "did:key:z" + "1" * 2000,
    ],
)
def test_what_is_no_key_s_name_is_refused(name: str) -> None:
    with pytest.raises(Unproven):
        did.jwk_of(name)


def test_a_point_off_its_curve_is_no_key() -> None:
    name = did.PREFIX + "z" + base58.encode(b"\x80\x24" + b"\x02" + b"\xff" * 32)

    with pytest.raises(Unproven, match="no point"):
        did.jwk_of(name)


@given(octets=st.binary(max_size=80))
def test_base58_leads_back(octets: bytes) -> None:
    assert base58.decode(base58.encode(octets)) == octets


def test_a_relation_has_its_own_key_the_same_each_time_and_no_other_s() -> None:
    names = {
        did.did_of(pairwise.public(make(secret, relation)))
        for make in (pairwise.p256, pairwise.ed25519)
        for secret in (b"a" * 32, b"b" * 32)
        for relation in ("clinic", "pharmacy")
    }

    assert len(names) == 8
    assert pairwise.p256(b"a" * 32, "clinic") == pairwise.p256(b"a" * 32, "clinic")


@pytest.mark.parametrize(
    ("address", "name", "where"),
    [
        (
            "https://house.example",
            "did:web:house.example",
            "https://house.example/.well-known/did.json",
        ),
        (
            "https://house.example:8443",
            "did:web:house.example%3A8443",
            "https://house.example:8443/.well-known/did.json",
        ),
        (
            "https://house.example/a/b",
            "did:web:house.example:a:b",
            "https://house.example/a/b/did.json",
        ),
    ],
)
def test_a_house_is_named_by_its_address(address: str, name: str, where: str) -> None:
    assert didweb.did_of(address) == name
    assert didweb.address_of(name) == where


@pytest.mark.parametrize(
    "name",
    [
        "did:web:",
        "did:web:house",
        "did:web:user%40house.example",
        "did:web:house.example%2Fevil",
        "did:web:house.example:..:x",
        "did:web:house.example:%2e%2e:x",
        "did:web:house.example:a%2Fb",
        "did:web:house.example%3Fx",
        "did:web:house.example%23x",
        "did:web:[::1]",
        "did:key:z6Mk",
        "https://house.example",
    ],
)
def test_a_name_never_leads_anywhere_but_to_its_host(name: str) -> None:
    with pytest.raises(Unproven):
        didweb.address_of(name)


NAME = "did:web:house.example"
KEYS = {
    "k1": pairwise.public(pairwise.p256(b"1" * 32, "1")),
    "k2": pairwise.public(pairwise.ed25519(b"2" * 32, "2")),
}


def test_a_house_s_document_names_its_keys_and_only_for_what_it_says() -> None:
    document = didweb.document_of(NAME, KEYS)

    assert didweb.key_in(document, NAME, f"{NAME}#k1") == KEYS["k1"]
    assert didweb.key_in(document, NAME, "#k2") == KEYS["k2"]
    for method, purpose in (
        ("#k3", "assertionMethod"),
        ("#k1", "keyAgreement"),
        ("", "assertionMethod"),
    ):
        with pytest.raises(Unproven):
            didweb.key_in(document, NAME, method, purpose)
    with pytest.raises(Unproven):
        didweb.key_in(document, "did:web:other.example", "#k1")


@pytest.mark.parametrize(
    "document", [None, [], {}, {"id": NAME}, {"id": NAME, "assertionMethod": 3}]
)
def test_a_broken_document_names_nothing(document: Any) -> None:
    with pytest.raises(Unproven):
        didweb.key_in(document, NAME, "#k1")


def test_keys_may_also_stand_as_multikeys_in_the_purpose_itself() -> None:
    method = {"id": f"{NAME}#m", "publicKeyMultibase": did.multikey_of(KEYS["k1"])}

    assert didweb.key_in({"id": NAME, "assertionMethod": [method]}, NAME, "#m") == KEYS["k1"]
