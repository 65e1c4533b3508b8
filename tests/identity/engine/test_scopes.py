"""Scopes as text, and what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity import Scope
from asklepion.identity.engine.scopes import (
    ACTS,
    is_known,
    parse_scope,
    split_scopes,
    within,
)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("patient/*.rs", Scope("patient", "*", "rs")),
        ("user/Observation.cruds", Scope("user", "Observation", "cruds")),
        ("system/Patient.r", Scope("system", "Patient", "r")),
        ("patient/*.read", Scope("patient", "*", "rs")),
        ("user/Condition.write", Scope("user", "Condition", "cud")),
        ("patient/*.*", Scope("patient", "*", "cruds")),
        (
            "patient/Observation.rs?category=a%7Cb&status=final",
            Scope("patient", "Observation", "rs", (("category", "a|b"), ("status", "final"))),
        ),
    ],
)
def test_what_the_guide_writes_is_read(text: str, scope: Scope) -> None:
    assert parse_scope(text) == scope


@pytest.mark.parametrize(
    "text",
    [
        *(
            "patient/Observation.",
            "patient/Observation.sr",
            "patient/Observation.rr",
            "Patient/*.rs",
        ),
        *("patient/observation.rs", "patient/*.rs?code=1", "patient/Observation.read?code=1"),
        *("patient/Observation.rs?", "patient/Observation.rs?code", "patient/Observation", "/*.rs"),
        *("patient/Observation'.rs", "patient/O.rs?a=\x00", "patient/**.rs", "user/Patient.rs#x"),
    ],
)
def test_what_is_no_scope_is_none(text: str) -> None:
    assert parse_scope(text) is None
    assert not is_known(text)


def test_too_many_scopes_are_none_at_all() -> None:
    assert split_scopes("openid  openid\tpatient/*.rs") == ("openid", "patient/*.rs")
    assert split_scopes(" ".join(f"patient/A{n}.rs" for n in "abc" * 40)) != ()
    assert split_scopes(" ".join(f"x{n}" for n in range(101))) == ()


ACT = st.lists(st.sampled_from(ACTS), min_size=1, unique=True).map(
    lambda acts: "".join(sorted(acts, key=ACTS.index))
)
SCOPE = st.builds(
    Scope,
    st.sampled_from(["patient", "user", "system"]),
    st.sampled_from(["*", "Patient", "Observation"]),
    ACT,
    st.sampled_from([(), (("code", "1"),)]),
)


@given(SCOPE, SCOPE, st.sampled_from(ACTS), st.sampled_from(["Patient", "Observation"]))
def test_whatever_a_covered_scope_allows_its_cover_allows(
    wide: Scope, narrow: Scope, act: str, type: str
) -> None:
    if wide.covers(narrow) and narrow.allows(act, type):
        assert wide.allows(act, type)
        assert wide.params in ((), narrow.params)


def test_only_what_may_be_asked_for_is_kept_as_it_was_written() -> None:
    most = ("openid", "patient/*.rs", "patient/Observation.cruds?code=1")

    asked = ("patient/Observation.read", "patient/Observation.c", "openid", "fhirUser", "user/*.rs")
    narrow = ("patient/Observation.cu?code=1", "patient/Observation.cu?code=2")

    assert within(asked, most) == ("patient/Observation.read", "openid")
    assert within(narrow, most) == ("patient/Observation.cu?code=1",)
