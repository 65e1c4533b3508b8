"""The W3C's own examples of right and wrong. https://github.com/w3c/vc-data-model-2.0-test-suite"""

import json
from pathlib import Path
from typing import Any

import pytest

from asklepion.identity.engine.vc.errors import Unproven
from asklepion.identity.engine.vc.vcdm import check_credential, check_presentation

SUITE = "ledger/vcdm2-suite/tests/input"
PROOF = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}


def filled(path: Path) -> dict[str, Any]:
    """An input as the suite sends it: with an issuer, and with real dates."""
    text = path.read_text().replace("FUTURE DATE", "2999-01-01T00:00:00Z")
    document: dict[str, Any] = json.loads(text.replace("PAST DATE", "2001-01-01T00:00:00Z"))
    if path.name.startswith("presentation") or "no-issuer" in path.name:
        return document
    issuer = document.setdefault("issuer", "did:example:issuer")
    if isinstance(issuer, dict) and "id" not in issuer:
        issuer["id"] = "did:example:issuer"
    return document


def is_taken(path: Path) -> bool:
    check = check_presentation if path.name.startswith("presentation") else check_credential
    try:
        check(filled(path))
    except Unproven:
        return False
    return True


def test_what_the_w3c_calls_right_is_taken_and_what_it_calls_wrong_is_not(test_data: Path) -> None:
    folder = test_data / SUITE
    paths = sorted(folder.rglob("*.json"))
    said = [path for path in paths if path.stem.endswith(("-ok", "-fail", "-fail-or-inject"))]

    missed = [path.stem for path in said if is_taken(path) != path.stem.endswith("-ok")]

    assert len(said) >= 89
    assert missed == []


@pytest.mark.parametrize("wrong", [None, [], "text", 3, {"@context": {}}, {"type": 3}])
def test_what_is_no_document_at_all_is_not_taken(wrong: Any) -> None:
    for check in (check_credential, check_presentation):
        with pytest.raises(Unproven):
            check(wrong)
