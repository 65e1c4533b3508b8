import copy
import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.ledger import canonical, commit, leaf_hash, read_receipt, verify_receipt
from asklepion.ledger.engine.note import Signer
from asklepion.ledger.engine.receipt import make_receipt
from tests.ledger.engine.test_merkle import Tree, some_leaves

EVENT: dict[str, Any] = {
    "id": "0195",
    "action": "read",
    "what": {"Observation": 12, "Condition": 1},
    "granted": True,
    "visit": None,
    "reason": "Überprüfung 血压",
    "refs": ["Observation/1", "Observation/2"],
}
SECRET = bytes(range(100, 132))
SIGNER = Signer(bytes(range(32)), "clinic.example/log")


def a_receipt(index: int = 5, size: int = 11, event: dict[str, Any] = EVENT) -> dict[str, Any]:
    leaves = some_leaves(size)
    leaves[index] = leaf_hash(commit(event, SECRET))
    tree = Tree(leaves)
    signed = SIGNER.sign(size, tree.root(size)), str(SIGNER.verifier)
    return make_receipt(event, SECRET, index, tree.inclusion(index, size), signed)


RECEIPT = a_receipt()
TEXT = canonical(RECEIPT)
KEY = str(SIGNER.verifier)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, from the whole to the smallest part."""
    found = [path]
    if isinstance(value, dict):
        for key, each in cast(dict[str, Any], value).items():
            found += places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(cast(list[Any], value)):
            found += places(each, (*path, index))
    return found


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_a_true_receipt_passes_every_check() -> None:
    verdict = verify_receipt(read_receipt(TEXT), trusted=KEY)

    assert verdict.holds
    assert verdict.is_trusted
    assert [check.name for check in verdict.checks] == ["form", "signature", "inclusion", "signer"]
    assert verdict.as_json()["holds"] is True


def test_without_a_key_from_elsewhere_it_says_that_nobody_vouches_for_the_signer() -> None:
    verdict = verify_receipt(RECEIPT)

    assert verdict.holds
    assert not verdict.is_trusted
    assert verdict.checks[-1].state == "not made"
    assert KEY in verdict.checks[-1].words
    assert "Nobody but the receipt itself vouches" in verdict.checks[-1].words


def test_a_receipt_forged_whole_with_another_key_is_found_out_by_the_trusted_one() -> None:
    forger = Signer(bytes(32), "clinic.example/log")
    leaf = leaf_hash(commit({"action": "nothing"}, SECRET))
    signed = forger.sign(1, leaf), str(forger.verifier)
    forged = make_receipt({"action": "nothing"}, SECRET, 0, [], signed)

    assert verify_receipt(forged).holds
    assert verify_receipt(forged, trusted=KEY).failed == ("signer",)


def test_a_damaged_trusted_key_is_a_failed_check_not_a_crash() -> None:
    assert verify_receipt(RECEIPT, trusted="no key").failed == ("signer",)


def test_a_receipt_of_a_log_with_one_entry_holds() -> None:
    assert verify_receipt(a_receipt(0, 1), trusted=KEY).is_trusted


@given(at=st.integers(0, len(TEXT) - 1), byte=st.integers(0, 255))
@settings(max_examples=600)
def test_every_altered_byte_is_noticed(at: int, byte: int) -> None:
    altered = TEXT[:at] + bytes([byte]) + TEXT[at + 1 :]
    if altered == TEXT:
        return

    try:
        verdict = verify_receipt(read_receipt(altered))
    except Incorrect:
        return
    assert verdict.failed


def test_every_bit_of_every_byte_is_noticed_when_turned() -> None:
    for at in range(len(TEXT)):
        altered = TEXT[:at] + bytes([TEXT[at] ^ 1 << at % 8]) + TEXT[at + 1 :]
        try:
            verdict = verify_receipt(read_receipt(altered))
        except Incorrect:
            continue
        assert verdict.failed, altered


@given(data=st.data())
@settings(max_examples=600)
def test_every_altered_field_fails_a_check_by_name(data: st.DataObject) -> None:
    altered: Any = copy.deepcopy(RECEIPT)
    path = data.draw(st.sampled_from(places(RECEIPT)))
    holder = altered
    for step in path[:-1]:
        holder = holder[step]
    action = data.draw(st.sampled_from(["replace", "remove", "add", "nudge"]))
    if not path:
        altered = data.draw(anything)
    elif action == "remove":
        del holder[path[-1]]
    elif action == "add" and isinstance(holder, dict):
        holder[data.draw(st.text())] = data.draw(anything)
    elif action == "add":
        holder.insert(path[-1], data.draw(anything))
    elif action == "nudge" and type(holder[path[-1]]) is int:
        holder[path[-1]] += data.draw(st.sampled_from([-1, 1, 2**53]))
    else:
        holder[path[-1]] = data.draw(anything)
    if same(altered, RECEIPT):
        return

    verdict = verify_receipt(altered, trusted=KEY)

    assert verdict.failed
    assert not verdict.holds
    assert all(check.words for check in verdict.checks)


@pytest.mark.parametrize(
    ("member", "check"),
    [
        ("format", "form"),
        ("event", "inclusion"),
        ("key", "inclusion"),
        ("index", "inclusion"),
        ("proof", "inclusion"),
        ("checkpoint", "signature"),
        ("verifier", "signature"),
    ],
)
def test_the_check_that_fails_points_at_what_was_altered(member: str, check: str) -> None:
    other = a_receipt(6, 12, {"action": "write"})
    forger = Signer(bytes(32), "clinic.example/log")
    values = {**other, "format": "asklepion-receipt/2", "key": "A" * 43 + "="}
    values |= {"verifier": str(forger.verifier)}
    values |= {"checkpoint": RECEIPT["checkpoint"].replace("\n11\n", "\n12\n")}

    verdict = verify_receipt({**RECEIPT, member: values[member]})

    assert check in verdict.failed


def test_the_size_signed_for_another_log_does_not_pass() -> None:
    other = Signer(bytes(range(32)), "elsewhere.example/log")

    verdict = verify_receipt({**RECEIPT, "verifier": str(other.verifier)})

    assert "signature" in verdict.failed


@given(value=anything)
def test_whatever_it_is_given_it_answers(value: Any) -> None:
    assert verify_receipt(value).failed == ("form",)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"a":1,"a":2}',
        b"NaN",
        b'{"a":{"b":1,"b":1}}',
        b" " * 2**21,
    ],
)
def test_a_file_that_is_no_receipt_is_refused_with_advice(text: bytes) -> None:
    with pytest.raises(Incorrect):
        read_receipt(text)
