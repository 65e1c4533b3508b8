"""Status lists: laws, sizes, and what is refused."""

import gzip
import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity.engine.vc import base64url, status
from asklepion.identity.engine.vc.errors import Unproven

entries = st.sets(st.integers(0, status.LENGTH - 1), max_size=40)


@given(marked=entries)
def test_a_bitstring_says_of_each_entry_what_was_said(marked: set[int]) -> None:
    bits = status.decode(status.encode(status.bits_of(marked)))

    around = marked | {min(each + 1, status.LENGTH - 1) for each in marked} | {0}
    assert {each for each in around if status.is_set(bits, each)} == marked


@given(
    states=st.dictionaries(st.integers(0, status.LENGTH - 1), st.sampled_from([1, 2]), max_size=40)
)
def test_a_token_list_says_of_each_entry_what_was_said(states: dict[int, int]) -> None:
    told = status.encode_tokens(status.pack(states))

    assert {each: status.read_token(told, each) for each in states} == states
    assert status.read_token(told, next(e for e in range(50) if e not in states)) == 0


def test_the_first_entry_is_the_leftmost_bit_of_one_list_and_the_lowest_of_the_other() -> None:
    assert status.bits_of([0])[0] == 0b1000_0000  # W3C Bitstring Status List, 3.2
    assert status.pack({0: 1, 1: 2})[0] == 0b0000_1001  # IETF Token Status List, 4.1


def test_the_ietf_s_own_examples_are_read() -> None:
    one = {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}  # draft-ietf-oauth-status-list, 4.2
    two = {"bits": 2, "lst": "eNo76fITAAPfAgc"}

    assert [status.read_token(one, each) for each in range(16)] == [
        *(1, 0, 0, 1, 1, 1, 0, 1),
        *(1, 1, 0, 0, 0, 1, 0, 1),
    ]
    assert [status.read_token(two, each) for each in range(12)] == [
        1,
        2,
        0,
        3,
        0,
        1,
        0,
        1,
        1,
        2,
        3,
        3,
    ]


def test_an_empty_list_is_small_and_always_the_same() -> None:
    first, second = status.encode(status.bits_of([])), status.encode(status.bits_of([]))

    assert first == second
    assert len(first) < 100


def test_what_would_unpack_to_more_than_is_sane_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (status.LARGEST * 20))
    with pytest.raises(Unproven):
        status.decode("u" + base64url.encode(bomb))
    with pytest.raises(Unproven):
        told = {"bits": 1, "lst": base64url.encode(zlib.compress(b"\0" * (status.LARGEST + 1)))}
        status.read_token(told, 0)


CUT = "u" + base64url.encode(gzip.compress(b"x", mtime=0))[:-4]


@pytest.mark.parametrize("text", ["", "u", "uAAAA", "zAAAA", CUT])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(Unproven):
        status.decode(text)


def test_an_entry_that_is_not_there_is_an_error_never_a_yes() -> None:
    bits = status.bits_of([])

    for entry in (-1, status.LENGTH):
        with pytest.raises(Unproven):
            status.is_set(bits, entry)
        with pytest.raises(Unproven):
            status.read_token(status.encode_tokens(status.pack({})), entry)
    with pytest.raises(Unproven):
        status.is_set(bits[:100], 3)  # so short that it hides nobody
    for told in (None, {}, {"bits": 3, "lst": ""}, {"bits": 2}):
        with pytest.raises(Unproven):
            status.read_token(told, 0)


def test_entries_are_random_never_twice_and_a_full_list_is_left_alone() -> None:
    taken: set[int] = set()
    while (entry := status.free_entry(taken, 64)) is not None:
        assert entry not in taken
        taken.add(entry)

    assert len(taken) == 32
    assert sorted(taken) != list(range(32))


def test_the_w3c_s_context_names_what_our_list_says(test_data: Path) -> None:
    context = json.loads((test_data / "ledger/contexts/bitstring-v1.jsonld").read_text())[
        "@context"
    ]

    inner = context["BitstringStatusList"]["@context"]
    assert {"encodedList", "statusPurpose", "ttl"} <= inner.keys()
