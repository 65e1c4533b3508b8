"""Selective disclosure: RFC 9901's own example, laws, and what must not pass."""

import hashlib
import json
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from asklepion.identity.engine.vc import base64url, jose, pairwise, sdjwt
from asklepion.identity.engine.vc.errors import Unproven
from asklepion.identity.engine.vc.sdjwt import Hidden

RFC: dict[str, Any] = json.loads((Path(__file__).parent / "rfc9901.json").read_text())
EXAMPLE = ("example+sd-jwt",)
ISSUER = pairwise.p256(b"i" * 32, "issuer")
HOLDER = pairwise.p256(b"h" * 32, "holder")
OTHER = pairwise.p256(b"o" * 32, "other")
NOW = 1_772_366_400.0
BOUND: dict[str, Any] = {"audience": "https://there.example", "nonce": "n-1", "now_s": NOW}
CLAIMS = {
    "iss": "did:key:z",
    "exp": int(NOW) + 100,
    "nbf": int(NOW) - 100,
    "cnf": {"jwk": pairwise.public(HOLDER)},
    "name": Hidden("Amara"),
    "region": Hidden("KE"),
    "address": Hidden({"street": Hidden("1 Sea Road"), "country": "KE"}),
    "languages": Hidden([Hidden("en"), Hidden("sw"), Hidden("zh-CN")]),
}


def issued(**more: Any) -> str:
    return sdjwt.issue({}, {**CLAIMS, **more}, ISSUER)


def shown(*paths: sdjwt.Path, text: str = "", key: Any = HOLDER, **binding: Any) -> str:
    return sdjwt.present(text or issued(), paths, key=key, **{**BOUND, **binding})


def why(text: str, **expected: Any) -> str:
    """Why a presentation is refused; empty if it is not."""
    told: dict[str, Any] = {**BOUND, **expected}
    try:
        sdjwt.verify(text, pairwise.public(ISSUER), now_s=told["now_s"])
        sdjwt.verify_binding(text, **told)
    except Unproven as error:
        return error.why
    return ""


def test_the_standard_s_own_presentation_holds_and_says_what_it_should() -> None:
    claims = sdjwt.verify(RFC["presented"], RFC["issuer_key"], now_s=RFC["at"], typ=EXAMPLE)
    sdjwt.verify_binding(
        RFC["presented"], audience=RFC["audience"], nonce=RFC["nonce"], now_s=RFC["at"]
    )

    assert claims == RFC["claims"]


def test_the_standard_s_own_credential_gives_the_standard_s_presentation() -> None:
    paths: list[sdjwt.Path] = [
        ("family_name",),
        ("given_name",),
        ("address",),
        ("nationalities", 0),
    ]

    mine = sdjwt.present(RFC["issued"], paths)

    theirs = sdjwt.parse(RFC["presented"]).disclosures
    assert {each.text for each in sdjwt.parse(mine).disclosures} == {each.text for each in theirs}


def test_a_standard_example_with_one_sign_changed_does_not_hold() -> None:
    text = RFC["presented"].replace("IkRvZSJd~", "IkRvZiJd~")

    with pytest.raises(Unproven, match="never signed"):
        sdjwt.verify(text, RFC["issuer_key"], now_s=RFC["at"], typ=EXAMPLE)


def test_one_shows_two_claims_and_nothing_else_can_be_read() -> None:
    text = shown(("region",), ("languages", 1))

    claims = sdjwt.verify(text, pairwise.public(ISSUER), now_s=NOW)
    assert claims.keys() - CLAIMS.keys() == set()
    assert (claims["region"], claims["languages"]) == ("KE", ["sw"])
    assert claims.keys() & {"name", "address"} == set()
    plain = "".join(base64url.decode(part).decode() for part in text.split("~")[1:-1])
    assert "Amara" not in plain
    assert "Sea Road" not in plain
    assert why(text) == ""


def test_what_stands_in_something_hidden_comes_with_it_and_only_as_far_as_chosen() -> None:
    text = shown(("address", "country"))
    claims = sdjwt.verify(text, pairwise.public(ISSUER), now_s=NOW)
    assert claims["address"] == {"country": "KE"}

    text = shown(("address",), ("languages", None))
    claims = sdjwt.verify(text, pairwise.public(ISSUER), now_s=NOW)
    assert claims["address"] == {"street": "1 Sea Road", "country": "KE"}
    assert claims["languages"] == ["en", "sw", "zh-CN"]


plain = st.none() | st.booleans() | st.integers(-9, 9) | st.text("abß林", max_size=3)
names = st.sampled_from(["a", "b", "c", "林"])


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = inner | inner.map(Hidden)
    return st.lists(some, max_size=3) | st.dictionaries(names, some, max_size=3)


def bare(value: Any) -> Any:
    """The same claims with nothing hidden."""
    if isinstance(value, Hidden):
        return bare(value.value)
    if isinstance(value, dict):
        return {name: bare(each) for name, each in cast(dict[str, Any], value).items()}
    return [bare(each) for each in cast(list[Any], value)] if isinstance(value, list) else value


@given(claims=st.dictionaries(names, nested(st.recursive(plain, nested, max_leaves=8)), max_size=4))
def test_whoever_is_shown_everything_reads_exactly_what_was_issued(claims: dict[str, Any]) -> None:
    text = sdjwt.issue({}, claims, ISSUER, decoys=2)

    assert sdjwt.verify(text, pairwise.public(ISSUER), now_s=NOW) == bare(claims)
    nothing = sdjwt.present(text, [])
    assert "~" not in nothing.removesuffix("~")
    assert sdjwt.open_claims(jose.read(nothing[:-1])[1], ()).places == {}


def test_another_library_reads_the_signature() -> None:
    parts = sdjwt.parse(shown(("region",)))

    for text, key in ((parts.jwt, ISSUER), (parts.binding, HOLDER)):
        found = jws.deserialize_compact(text, ECKey.import_key(pairwise.public(key)), ["ES256"])
        assert found.payload


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("audience", {"audience": "https://elsewhere.example"}),
        ("nonce", {"nonce": "n-2"}),
        ("stale", {"now_s": NOW + 99, "iat": NOW - 999}),
        ("expired", {"now_s": NOW + 100}),
        ("early", {"now_s": NOW - 161}),
    ],
)
def test_a_presentation_is_for_one_reader_one_question_and_one_moment(
    reason: str, change: dict[str, Any]
) -> None:
    iat = change.pop("iat", change.get("now_s", NOW))
    text = shown(("region",), now_s=iat)

    assert why(text, **change) == reason


def test_only_the_holder_can_show_it() -> None:
    assert why(shown(("region",), key=OTHER)) == "binding"
    assert why(sdjwt.present(issued(), [("region",)])) == "binding"  # without any proof
    assert why(shown(text=sdjwt.issue({}, {"a": 1}, ISSUER))) == "binding"  # bound to nobody


def test_a_claim_added_or_taken_after_binding_is_noticed() -> None:
    full = sdjwt.parse(issued())
    text = shown(("region",), text=full.text)
    name = next(each for each in full.disclosures if each.name == "name")

    more = sdjwt.Parts(full.jwt, (*sdjwt.parse(text).disclosures, name)).text
    less = sdjwt.Parts(full.jwt).text

    binding = sdjwt.parse(text).binding
    assert why(more + binding) == "binding"
    assert why(less + binding) == "binding"


def forged(payload: dict[str, Any], *contents: list[Any], header: Any = None) -> str:
    """Whatever somebody signs who has an issuer's key, or none."""
    texts = [base64url.encode(json.dumps(each).encode()) for each in contents]
    jwt = jose.sign({"typ": "dc+sd-jwt", **(header or {})}, payload, ISSUER)
    return "~".join([jwt, *texts, ""])


def digest(*content: Any) -> str:
    text = base64url.encode(json.dumps(list(content)).encode())
    return base64url.encode(hashlib.sha256(text.encode()).digest())


ONE = ("salt-1", "a", 1)


@pytest.mark.parametrize(
    "text",
    [
        forged({"_sd": []}, list(ONE)),  # never signed
        forged({"_sd": [digest(*ONE)], "a": 2}, list(ONE)),  # the claim stands already
        forged({"_sd": [digest(*ONE), digest(*ONE)]}, list(ONE)),  # a digest twice
        forged({"_sd": [digest(*ONE)], "b": {"_sd": [digest(*ONE)]}}, list(ONE)),
        forged({"_sd": [digest(*ONE)]}, list(ONE), list(ONE)),  # the same thing twice
        forged({"_sd": [digest("s", 1)]}, ["s", 1]),  # an element in an object
        forged({"l": [{"...": digest(*ONE)}]}, list(ONE)),  # a claim in an array
        forged({"l": [{"...": digest("s", 1), "x": 1}]}, ["s", 1]),
        forged({"_sd": [digest("s", "_sd", 1)]}, ["s", "_sd", 1]),
        forged({"_sd": [digest("s", "...", 1)]}, ["s", "...", 1]),
        forged({"_sd": [digest("s", "exp", 1)]}, ["s", "exp", 9e9]),
        forged({"_sd": [digest("s", "cnf", {})]}, ["s", "cnf", {}]),  # must never be hidden
        forged({"_sd": "text"}),
        forged({"_sd": [3]}),
        forged({"...": "x"}),
        forged({"_sd_alg": "md5"}),
        forged({"exp": "2999"}),
        forged({"exp": True}),
        forged({}, header={"crit": ["x"]}),
        forged({}, header={"typ": "kb+jwt"}),
        forged({}, header={"typ": "JWT"}),
        issued() + "x~",
        "a.b.c~",
        "~",
        "",
    ],
)
def test_what_is_not_formed_as_the_standard_says_is_not_taken(text: str) -> None:
    with pytest.raises(Unproven):
        sdjwt.verify(text, pairwise.public(ISSUER), now_s=NOW)


def test_names_nested_very_deep_are_refused_not_followed() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": deep}

    with pytest.raises(Unproven):
        sdjwt.verify(forged({"a": deep}), pairwise.public(ISSUER), now_s=NOW)


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "ES384", "EdDSA", "Ed25519", "es256"])
def test_the_key_says_how_it_signs_never_the_text(alg: str) -> None:
    head, body, signature = issued().split("~")[0].split(".")
    header = {**json.loads(base64url.decode(head)), "alg": alg}
    said = base64url.encode(json.dumps(header).encode())

    for ending in (signature, ""):
        with pytest.raises(Unproven):
            sdjwt.verify(f"{said}.{body}.{ending}~", pairwise.public(ISSUER), now_s=NOW)


def test_salts_and_decoys_tell_nothing() -> None:
    first, second = issued(), issued()

    digests = [set(jose.read(text.split("~")[0])[1]["_sd"]) for text in (first, second)]

    assert digests[0].isdisjoint(digests[1])
    numbers = count()
    text = sdjwt.issue({}, {"a": Hidden(1)}, ISSUER, decoys=5, salt=lambda: f"s{next(numbers)}")
    digests = jose.read(text.split("~")[0])[1]["_sd"]
    assert len(digests) == 6
    assert digests == sorted(digests)


def test_what_must_be_seen_cannot_be_issued_hidden() -> None:
    with pytest.raises(ValueError, match="cannot be hidden"):
        issued(exp=Hidden(1))
