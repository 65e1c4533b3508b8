import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.ledger import canonical, commit

KEY = bytes(range(32))

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_members_stand_in_the_order_of_their_utf16_units() -> None:
    # Source: RFC 8785, section 3.2.3 (its example, with texts for values).
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    written = json.loads(canonical({name: name for name in names}))

    assert list(written) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_only_what_must_be_is_escaped() -> None:
    # Source: RFC 8785, section 3.2.2.2.
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"

    assert canonical(text).decode() == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@given(value=plain)
def test_what_is_written_reads_back_as_it_was(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(value=plain)
def test_the_fast_writer_and_the_careful_one_write_the_same(value: Any) -> None:
    class Other(str):
        """A text that only the careful one takes."""

    assert canonical([value, ""]) == canonical([value, Other()])


@given(event=st.dictionaries(st.text(), plain, max_size=5))
def test_the_order_in_which_members_were_put_does_not_matter(event: dict[str, Any]) -> None:
    turned = dict(reversed(event.items()))

    assert commit(event, KEY) == commit(turned, KEY)
    assert commit(event, KEY) == hmac.digest(KEY, canonical(event), "sha256")


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        2**53,
        -(2**53),
        "\ud800",
        ["a", "\ud800"],
        {1: "x"},
        {"\udfff": 1},
        b"x",
        {"a": {1, 2}},
    ],
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(Incorrect):
        canonical({"value": value})


def test_endless_nesting_is_refused() -> None:
    value: Any = "x"
    for _ in range(5000):
        value = [value]

    with pytest.raises(Incorrect, match="nested"):
        canonical(value)


@pytest.mark.parametrize("key", [b"", KEY[:31], KEY + b"\0"])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(Incorrect, match="32"):
        commit({}, key)
