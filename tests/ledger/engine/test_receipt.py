import copy
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any, cast

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.ledger import canonical, commit, leaf_hash, read_receipt, verify_receipt
from asklepion.ledger.engine import merkle
from asklepion.ledger.engine.cosigning import WitnessSigner
from asklepion.ledger.engine.note import Signer
from asklepion.ledger.engine.receipt import (
    Earlier,
    extra,
    make_receipt,
    make_receipt_1,
    pack_receipt,
    packing,
    unpack_receipt,
)
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


WITNESSES = [WitnessSigner(bytes([n] * 32), f"library{n}.example/w") for n in (1, 2)]
SEEN_S = 1_772_366_400  # 2026-03-01 12:00 UTC


def a_receipt(
    index: int = 5,
    size: int = 11,
    event: dict[str, Any] = EVENT,
    *,
    since: int | None = 3,
    witnesses: int = 2,
) -> dict[str, Any]:
    leaves = some_leaves(size)
    leaves[index] = leaf_hash(commit(event, SECRET))
    tree = Tree(leaves)
    bare = SIGNER.sign(size, tree.root(size))
    chosen = WITNESSES[:witnesses]
    lines = "".join(each.cosign(bare.note, SEEN_S) for each in chosen)
    keys = tuple(str(each.key) for each in chosen)
    signed = replace(bare, note=bare.note + lines, witnesses=keys), str(SIGNER.verifier)
    earlier = None
    if since:
        earlier = Earlier(SIGNER.sign(since, tree.root(since)), tree.consistency(since, size))
    proof = tree.inclusion(index, size)
    return make_receipt(event, SECRET, index, proof, signed, earlier=earlier)


def an_old_receipt(index: int = 5, size: int = 11) -> dict[str, Any]:
    """One of the first form."""
    leaves = some_leaves(size)
    leaves[index] = leaf_hash(commit(EVENT, SECRET))
    tree = Tree(leaves)
    signed = SIGNER.sign(size, tree.root(size)), str(SIGNER.verifier)
    return make_receipt_1(EVENT, SECRET, index, tree.inclusion(index, size), signed)


RECEIPT = a_receipt()
OLD = an_old_receipt()
TEXTS = [canonical(RECEIPT), canonical(OLD)]
TEXT = TEXTS[0]
KEY = str(SIGNER.verifier)
KEYS = [str(each.key) for each in WITNESSES]

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


def without(receipt: dict[str, Any], member: str) -> dict[str, Any]:
    return {name: value for name, value in receipt.items() if name != member}


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_a_true_receipt_passes_every_check() -> None:
    verdict = verify_receipt(read_receipt(TEXT), trusted=KEY)

    assert verdict.holds
    assert verdict.is_trusted
    names = ["form", "signature", "inclusion", "growth", "signer", "witnesses"]
    assert [check.name for check in verdict.checks] == names
    assert verdict.as_json()["holds"] is True


def test_a_receipt_of_the_first_form_passes_as_it_always_did() -> None:
    verdict = verify_receipt(read_receipt(TEXTS[1]), trusted=KEY)

    assert verdict.is_trusted
    assert [check.name for check in verdict.checks] == ["form", "signature", "inclusion", "signer"]
    assert verify_receipt(OLD, witnesses=KEYS).failed == ("witnesses",)


def test_without_a_key_from_elsewhere_it_says_that_nobody_vouches_for_the_signer() -> None:
    verdict = verify_receipt(RECEIPT)

    assert verdict.holds
    assert not verdict.is_trusted
    signer = next(check for check in verdict.checks if check.name == "signer")
    assert signer.state == "not made"
    assert KEY in signer.words
    assert "Nobody but the receipt itself vouches" in signer.words


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
    assert verify_receipt(a_receipt(0, 1, since=None), trusted=KEY).is_trusted


@given(text=st.sampled_from(TEXTS), at=st.integers(0), byte=st.integers(0, 255))
@settings(max_examples=1000)
def test_every_altered_byte_is_noticed(text: bytes, at: int, byte: int) -> None:
    at %= len(text)
    altered = text[:at] + bytes([byte]) + text[at + 1 :]
    if altered == text:
        return

    try:
        verdict = verify_receipt(read_receipt(altered))
    except Incorrect:
        return
    assert verdict.failed


@pytest.mark.parametrize("text", TEXTS)
def test_every_bit_of_every_byte_is_noticed_when_turned(text: bytes) -> None:
    for at in range(len(text)):
        altered = text[:at] + bytes([text[at] ^ 1 << at % 8]) + text[at + 1 :]
        try:
            verdict = verify_receipt(read_receipt(altered))
        except Incorrect:
            continue
        assert verdict.failed, altered


@given(data=st.data(), receipt=st.sampled_from([RECEIPT, OLD]))
@settings(max_examples=1000)
def test_every_altered_field_fails_a_check_by_name(
    data: st.DataObject, receipt: dict[str, Any]
) -> None:
    altered: Any = copy.deepcopy(receipt)
    path = data.draw(st.sampled_from(places(receipt)))
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
    if same(altered, receipt) or same(altered, without(receipt, "earlier")):
        return  # an earlier state is the one thing that may be left out

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
        ("witnesses", "signature"),
        ("earlier", "growth"),
    ],
)
def test_the_check_that_fails_points_at_what_was_altered(member: str, check: str) -> None:
    other = a_receipt(6, 12, {"action": "write"})
    forger = Signer(bytes(32), "clinic.example/log")
    values = {**other, "format": "asklepion-receipt/3", "key": "A" * 43 + "="}
    values |= {"verifier": str(forger.verifier)}
    values |= {"checkpoint": RECEIPT["checkpoint"].replace("\n11\n", "\n12\n")}

    values |= {"witnesses": KEYS[:1], "earlier": a_receipt(6, 12, since=4)["earlier"]}

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


# Cosignatures, growth, and what else there may be


def states(receipt: Any, **known: Any) -> dict[str, str]:
    return {check.name: check.state for check in verify_receipt(receipt, **known).checks}


def test_a_cosignature_counts_once_its_key_is_trusted() -> None:
    assert states(RECEIPT)["witnesses"] == "not made"
    assert states(RECEIPT, witnesses=KEYS)["witnesses"] == "passed"
    assert states(RECEIPT, witnesses=KEYS[:1])["witnesses"] == "passed"
    one = a_receipt(witnesses=1)
    assert states(one, witnesses=KEYS)["witnesses"] == "failed"
    assert states(one, witnesses=KEYS, quorum=1)["witnesses"] == "passed"
    none = a_receipt(witnesses=0)
    assert states(none, witnesses=KEYS, quorum=0)["witnesses"] == "failed"
    assert states(none)["witnesses"] == "not made"
    assert "2026-03-01 12:00 UTC" in verify_receipt(RECEIPT).checks[-1].words


def test_a_witness_of_the_same_name_with_another_key_does_not_count() -> None:
    impostor = WitnessSigner(bytes([9] * 32), "library1.example/w")

    assert states(RECEIPT, witnesses=[str(impostor.key)])["witnesses"] == "failed"


def test_a_cosignature_of_another_state_is_found_out() -> None:
    line = WITNESSES[0].cosign(SIGNER.sign(12, bytes(32)).note, SEEN_S)
    own, *_ = RECEIPT["checkpoint"].partition(f"— {WITNESSES[0].key.name} ")
    _, _, last = RECEIPT["checkpoint"].rpartition("— ")
    replayed = {**RECEIPT, "checkpoint": f"{own}{line}— {last}"}

    assert states(replayed)["signature"] == "passed"
    assert states(replayed)["witnesses"] == "failed"


def test_an_older_receipt_shows_that_the_log_only_grew() -> None:
    held = a_receipt(2, 3, since=None)

    grown = verify_receipt(RECEIPT, held=a_receipt(5, 11))
    assert grown.holds
    assert states(RECEIPT, held=held)["growth"] == "failed"  # its third entry is another one
    leaves = some_leaves(11)
    leaves[5] = leaf_hash(commit(EVENT, SECRET))
    kept = make_receipt(
        {}, SECRET, 0, [], (SIGNER.sign(3, Tree(leaves).root(3)), str(SIGNER.verifier))
    )
    assert states(RECEIPT, held=kept)["growth"] == "passed"
    assert states(a_receipt(since=None), held=kept)["growth"] == "failed"
    assert states(RECEIPT, held={"format": "none"})["growth"] == "failed"


def test_a_log_that_did_not_only_grow_is_found_out() -> None:
    rewritten = SIGNER.sign(3, bytes(32)).note
    altered = {**RECEIPT, "earlier": {**RECEIPT["earlier"], "checkpoint": rewritten}}

    assert states(altered)["growth"] == "failed"
    assert not verify_receipt(altered).holds


def test_what_no_check_knows_is_said_to_be_unknown_and_what_one_knows_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receipt = {**RECEIPT, "chain": {"good": True}}
    monkeypatch.delitem(extra.LOOKS, "chain")

    assert states(receipt)["chain"] == "not made"
    assert verify_receipt(receipt).holds
    monkeypatch.setitem(
        extra.LOOKS, "chain", lambda it, parts: ("passed" if it["good"] else "failed", "Seen.")
    )
    assert states(receipt)["chain"] == "passed"
    bad = {**RECEIPT, "chain": {"good": False}}
    assert verify_receipt(bad).failed == ("chain",)
    assert states({**RECEIPT, "other": {}})["form"] == "failed"


# As the text of a code


@pytest.mark.parametrize(
    "receipt",
    [
        RECEIPT,
        a_receipt(0, 1, since=None, witnesses=0),
        a_receipt(since=None),
        {**a_receipt(), "consent": {"a": [1, "x"]}, "chain": {"b": None}},
        a_receipt(event={"refs": [f"Observation/{n}" for n in range(1000)]}),
    ],
)
def test_a_receipt_comes_out_of_its_code_as_it_went_in(receipt: dict[str, Any]) -> None:
    texts = pack_receipt(receipt)

    assert all(len(text) < 2500 for text in texts)
    assert same(unpack_receipt(reversed(texts)), receipt)


def test_a_receipt_of_a_million_entries_fits_into_one_code() -> None:
    ids = [f"0197{n:04x}-7abc-7def-8123-{sha256(bytes([n])).hexdigest()[:12]}" for n in range(20)]
    event = {
        "id": ids[0],
        "at": "2026-03-01T12:00:00.123Z",
        "action": "search",
        "outcome": "permit",
        "actor": ids[1],
        "actor_name": "Dr Amara Okafor",
        "actor_person": f"Practitioner/{ids[2]}",
        "patient": f"Patient/{ids[3]}",
        "purpose": "TREAT",
        "visit": ids[4],
        "via": "risk cards",
        "consent": ids[5],
        "what": {"Observation": 20},
        "categories": ["vitals"],
        "number": 812,
        "refs": [f"Observation/{id}" for id in ids],
        "detail": {"query": f"Observation?patient=Patient/{ids[3]}&code=8480-6,8462-4&_count=20"},
    }
    size, index = 1_000_000, 524_287
    proof = [sha256(bytes([n])).digest() for n in range(len(merkle.inclusion_spans(index, size)))]
    signed = replace(SIGNER.sign(size, bytes(32)), witnesses=(KEYS[0], KEYS[1]))
    lines = "".join(each.cosign(signed.note, SEEN_S) for each in WITNESSES)
    receipt = make_receipt(
        event, SECRET, index, proof, (replace(signed, note=signed.note + lines), KEY)
    )

    texts = pack_receipt(receipt)

    assert len(proof) == 20
    assert len(texts) == 1
    assert int(segno.make_qr(texts[0], error="l").version) <= 30
    assert unpack_receipt(texts) == receipt


PACKED = pack_receipt(RECEIPT)[0]


@given(at=st.integers(0, len(PACKED) - 1), sign=st.sampled_from("0123456789ABCXYZ $%*+-./:"))
def test_no_sign_of_a_code_can_be_read_wrongly_unseen(at: int, sign: str) -> None:
    altered = PACKED[:at] + sign + PACKED[at + 1 :]
    if altered == PACKED:
        return

    with pytest.raises(Incorrect):
        unpack_receipt([altered])


def forged(whole: bytes) -> str:
    """A code whose mark is right, whatever is in it."""
    return f"ASKR2:1/1:{sha256(whole).hexdigest()[:8].upper()}:{packing._base45(whole)}"  # pyright: ignore[reportPrivateUsage]


@given(at=st.integers(0), bit=st.integers(0, 7), cut=st.booleans())
def test_a_forged_code_is_refused_or_fails_a_check(at: int, bit: int, cut: bool) -> None:
    whole = bytearray(packing._from_base45(PACKED.split(":", 3)[3]))  # pyright: ignore[reportPrivateUsage]
    at %= len(whole)
    whole[at] ^= 1 << bit
    try:
        receipt = unpack_receipt([forged(bytes(whole[:at] if cut else whole))])
    except Incorrect:
        return
    if same(receipt, RECEIPT):  # the same, deflated in another way
        return

    assert verify_receipt(receipt, trusted=KEY, witnesses=KEYS).failed


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["ASKR2:1/1:00000000:"],
        ["https://elsewhere.example"],
        [PACKED, PACKED.replace("1/1", "2/2")],
        [PACKED.replace("ASKR2:1/1", "ASKR2:1/2")],
        [PACKED.lower()],
    ],
)
def test_what_is_no_code_is_refused(texts: list[str]) -> None:
    with pytest.raises(Incorrect):
        unpack_receipt(texts)


def test_a_receipt_of_the_first_form_has_no_code() -> None:
    with pytest.raises(Incorrect, match="first form"):
        pack_receipt(OLD)
