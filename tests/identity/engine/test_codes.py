import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity.engine.codes import ALPHABET, PRINTED, digest_of, new_code, new_signs, typed


def test_a_code_is_five_groups_of_five_signs_that_do_not_look_alike() -> None:
    codes = {new_code(PRINTED, 5) for _ in range(100)}

    assert len(codes) == 100
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [5] * 5
        assert set("".join(groups)) <= set(ALPHABET)
        assert not set("OIL") & set(code)


@given(st.sampled_from(["", " ", "-", " - ", "\n", "–"]), st.booleans())
def test_however_it_is_typed_it_is_the_same(between: str, small: bool) -> None:
    code = new_code(PRINTED, 5)
    said = between.join(code.replace("-", ""))
    said = said.replace("0", "o").replace("1", "l")

    assert typed(said.lower() if small else said) == typed(code) == code.replace("-", "")


@given(st.text())
def test_whatever_is_typed_stays_short_and_plain(text: str) -> None:
    assert len(typed(text)) <= 2 * PRINTED
    assert typed(text).isascii()


def test_of_three_numbers_none_is_there_twice() -> None:
    for _ in range(50):
        numbers = new_signs().split()
        assert len(set(numbers)) == 3
        assert all(len(number) == 2 for number in numbers)


def test_guardians_sign_everything_that_matters() -> None:
    said = ("a", "r", b"\1", b"\2", "2026-03-08T12:00:00.000Z")
    changed = ("b", "s", b"\3", b"\4", "2027-03-08T12:00:00.000Z")
    cases = [(*said[:at], changed[at], *said[at + 1 :]) for at in range(5)]
    digests = [
        digest_of(
            str(account), str(request), credential=as_bytes(id), key=as_bytes(key), until=str(until)
        )
        for account, request, id, key, until in [said, *cases]
    ]

    assert digests[0] == hashlib.sha256(SAID.encode()).digest()
    assert len(set(digests)) == 6


def as_bytes(value: str | bytes) -> bytes:
    """Bytes, for the eyes of the type checker."""
    assert isinstance(value, bytes)
    return value


SAID = json.dumps(
    {
        "account": "a",
        "credential": "01",
        "key": "02",
        "purpose": "asklepion recovery 1",
        "request": "r",
        "until": "2026-03-08T12:00:00.000Z",
    },
    separators=(",", ":"),
)
