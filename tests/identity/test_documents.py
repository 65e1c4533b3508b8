"""Documents that somebody shows: whatever is not as it should be is told, one thing by another."""

import copy
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from asklepion.identity import Account, Caller, CredentialKind, Identity, Role
from asklepion.identity.engine.vc import base64url, did, documents, jose, status
from asklepion.identity.engine.vc.status import Status
from asklepion.identity.service.vc import Verdict
from asklepion.kit.clock import StoppedClock
from tests.conftest import NOON
from tests.identity.papers import (
    AUDIENCE,
    BASE,
    NONCE,
    Document,
    badge,
    enveloped,
    key,
    name,
    presented,
    proven,
    shown,
    shown_as_text,
    signed,
)
from tests.identity.test_credentials import (
    BADGE,
    FAR,
    HERE,
    Far,
    amara,
    by_post,
    far,
    joined,
    licence,
    near,
    teacher,
)

__all__ = ["amara", "far", "near", "teacher"]  # fixtures
ASKED = {"audience": AUDIENCE, "nonce": NONCE}


async def examined(identity: Identity, given: Any, **asked: Any) -> Verdict:
    return await identity.credentials.proving.examine(given, **asked)


async def why(identity: Identity, given: Any, **asked: Any) -> str:
    """Why it proves nothing; empty if it does."""
    return (await examined(identity, given, **asked)).why


def states(verdict: Verdict) -> dict[str, str]:
    return {check.what: check.state for check in verdict.checks}


# Credentials


@pytest.mark.parametrize("form", ["a proof in it", "its text", "signed as a whole", "enveloped"])
async def test_a_credential_in_any_of_its_forms_says_by_whom_it_is_and_what_was_looked_at(
    identity: Identity, form: str
) -> None:
    given: Any = {
        "a proof in it": proven(badge()),
        "its text": json.dumps(proven(badge()), ensure_ascii=False, indent=1),
        "signed as a whole": signed(badge()),
        "enveloped": enveloped(signed(badge())),
    }[form]

    verdict = await examined(identity, given)

    assert (verdict.why, verdict.holds, verdict.form) == ("", True, "vc")
    assert (verdict.issuer, verdict.is_trusted) == (name("issuer"), False)
    assert (verdict.kind, verdict.vct) == (CredentialKind.BADGE, "OpenBadgeCredential")
    assert verdict.claims["achievement"]["name"] == "First suture"
    assert verdict.until is not None
    assert states(verdict) == {
        "form": "passed",
        "signature": "passed",
        "binding": "not made",
        "time": "passed",
        "status": "not made",
    }
    assert verdict.checks[1].by == (name("issuer"),)


@pytest.mark.parametrize("place", ["name", "validUntil", "credentialSubject", "issuer"])
async def test_a_credential_that_was_changed_proves_nothing_and_tells_nothing(
    identity: Identity, place: str
) -> None:
    other = badge(name="Surgeon", validUntil="2030-01-01T00:00:00Z", issuer=name("other"))
    other["credentialSubject"]["id"] = name("other")
    inside = {**proven(badge()), place: other[place]}
    header, _, signature = signed(badge()).split(".")
    payload = jose.sign({}, {**badge(), place: other[place]}, key("issuer")).split(".")[1]

    for given in (inside, f"{header}.{payload}.{signature}"):
        verdict = await examined(identity, given)
        assert verdict.why in ("signature", "issuer")
        assert (verdict.claims, verdict.issuer, verdict.holds) == ({}, "", False)
        assert states(verdict)["signature"] == "failed"


async def test_whoever_signs_must_be_whom_it_names_as_its_issuer(identity: Identity) -> None:
    assert await why(identity, proven(badge(), "other")) == "issuer"
    assert await why(identity, signed(badge(), "other")) == "issuer"
    assert await why(identity, signed(badge(), iss=name("other"))) == "issuer"
    unnamed = jose.sign({"typ": "vc+jwt"}, badge(), key("issuer"))
    assert await why(identity, unnamed) == ""  # a did:key has one key alone


async def test_a_notary_may_sign_beside_the_issuer_and_then_both_must_hold(
    identity: Identity,
) -> None:
    both = proven(proven(badge()), "notary")

    verdict = await examined(identity, both)

    assert (verdict.why, verdict.issuer) == ("", name("issuer"))
    assert verdict.checks[1].by == (name("issuer"), name("notary"))
    for number in (0, 1):
        wrong = copy.deepcopy(both)
        wrong["proof"][number]["created"] = "2026-02-02T12:00:00Z"
        assert await why(identity, wrong) == "signature"
    assert await why(identity, {**both, "proof": both["proof"][1]}) == "issuer"


async def test_a_chain_of_proofs_holds_only_in_its_order_and_whole(identity: Identity) -> None:
    first = proven(badge(), id="urn:uuid:1")
    chain = proven(first, "notary", previousProof="urn:uuid:1")
    assert await why(identity, chain) == ""

    again = proven(badge(), id="urn:uuid:1", created="2026-02-03T12:00:00Z")
    swapped = {**chain, "proof": [again["proof"], chain["proof"][1]]}
    twice = {**chain, "proof": [*chain["proof"], again["proof"]]}
    for wrong in (swapped, twice, {**chain, "proof": chain["proof"][1:]}):
        assert await why(identity, wrong) in ("signature", "issuer")


async def test_time_ends_it_begins_it_and_ends_its_proof(
    identity: Identity, clock: StoppedClock
) -> None:
    soon = "2026-04-01T00:00:00Z"
    at = int(NOON.timestamp())
    cases: list[tuple[str, Any]] = [
        ("early", proven(badge(validFrom=soon))),
        ("early", proven(badge(), created=soon)),
        ("early", signed(badge(), nbf=at + 3600)),
        ("expired", proven(badge(validUntil="2026-02-01T00:00:00Z"))),
        ("expired", proven(badge(), expires="2026-02-02T00:00:00Z")),
        ("expired", signed(badge(), exp=at - 1)),
        ("form", proven(badge(), created="yesterday")),
        ("form", signed(badge(), exp="soon")),
        ("form", signed(badge(), exp=True)),
    ]
    for reason, given in cases:
        verdict = await examined(identity, given)
        assert verdict.why == reason, given
        assert states(verdict)["signature"] == "passed"
    clock.at += timedelta(days=400)
    assert await why(identity, proven(badge())) == "expired"


async def test_a_credential_is_no_presentation_however_it_is_signed(identity: Identity) -> None:
    for given in (
        signed(badge(), typ="vp+jwt"),
        signed(badge(), typ="JWT"),
        signed(badge(), typ="dc+sd-jwt"),
        signed({"vc": badge()}),
        signed({**badge(), "vc": badge()}),
        signed(proven(badge())),
        signed(presented(proven(badge())), typ="vc+jwt"),
        enveloped(signed(badge()), "vp+jwt"),
        {**enveloped(signed(badge())), "id": f"data:application/vc+sd-jwt,{signed(badge())}"},
        {**enveloped(""), "id": 3},
    ):
        assert await why(identity, given) == "form", given
    assert await why(identity, proven(badge(), proofPurpose="authentication")) == "signature"


async def test_whoever_asks_for_a_proof_of_the_holder_takes_no_bare_credential(
    identity: Identity,
) -> None:
    for asked in (ASKED, {"nonce": NONCE}, {"audience": AUDIENCE}):
        for given in (proven(badge()), signed(badge())):
            assert await why(identity, given, **asked) == "binding"


async def test_a_key_of_secp256k1_signs_as_jose_says(identity: Identity) -> None:
    own = ECKey.generate_key("secp256k1", private=True)
    who = did.did_of({part: own.as_dict()[part] for part in ("kty", "crv", "x", "y")})
    text = json.dumps(badge(issuer=who))
    registry = jws.JWSRegistry(algorithms=["ES256K"])
    half = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141 // 2
    taken = {True: set[str](), False: set[str]()}
    for _ in range(20):
        header = {"alg": "ES256K", "typ": "vc+jwt"}
        given = jws.serialize_compact(header, text, own, registry=registry)
        octets = base64url.decode(given.rpartition(".")[2])
        is_low = int.from_bytes(octets[32:]) <= half
        taken[is_low].add(await why(identity, given))

    assert taken[True] <= {""}
    assert taken[False] <= {"signature"}  # the second form of one and the same signature


# Presentations


FORMS = ("embedded, embedded", "embedded, enveloped", "signed, embedded", "signed, enveloped")


def as_form(form: str, **more: Any) -> Any:
    """A presentation whose own proof, and whose credential's, are of these forms."""
    outer, _, inner = form.partition(", ")
    held = proven(badge()) if inner == "embedded" else enveloped(signed(badge()))
    return (shown if outer == "embedded" else shown_as_text)(presented(held), **more)


@pytest.mark.parametrize("form", FORMS)
async def test_a_presentation_proves_its_holder_its_reader_and_its_question(
    identity: Identity, form: str
) -> None:
    verdict = await examined(identity, as_form(form), **ASKED)

    assert (verdict.why, verdict.form, verdict.holder) == ("", "vp", name("holder"))
    assert verdict.holds
    assert set(states(verdict).values()) == {"passed"}
    (held,) = verdict.credentials
    assert (held.why, held.issuer) == ("", name("issuer"))
    assert list(states(held)) == ["form", "signature", "time", "status"]
    assert held.claims["achievement"]["name"] == "First suture"


@pytest.mark.parametrize("form", FORMS)
async def test_a_presentation_for_another_reader_or_another_question_is_refused(
    identity: Identity, form: str
) -> None:
    given = as_form(form)

    assert (
        await why(identity, given, audience="https://elsewhere.example", nonce=NONCE) == "audience"
    )
    assert await why(identity, given, audience=AUDIENCE, nonce="yesterday's question") == "nonce"
    unasked = await examined(identity, given)
    assert unasked.why == ""
    assert states(unasked) | {"audience": "not made", "nonce": "not made"} == states(unasked)


async def test_a_presentation_that_names_no_reader_or_no_question_answers_none(
    identity: Identity,
) -> None:
    inside: list[tuple[Document, str]] = [
        ({"domain": ["https://a.example"]}, "audience"),
        ({"domain": None}, "audience"),
        ({"challenge": None}, "nonce"),
        ({"challenge": [NONCE]}, "nonce"),
    ]
    for more, reason in inside:
        assert await why(identity, shown(presented(proven(badge())), **more), **ASKED) == reason
    outside: list[tuple[Document, str]] = [
        ({"aud": ["https://a.example"]}, "audience"),
        ({"aud": None}, "audience"),
        ({"nonce": None}, "nonce"),
    ]
    for more, reason in outside:
        given = shown_as_text(presented(proven(badge())), **more)
        assert await why(identity, given, **ASKED) == reason
    several = shown(presented(proven(badge())), domain=["https://a.example", AUDIENCE])
    assert await why(identity, several, **ASKED) == ""


async def test_of_two_proofs_on_a_presentation_none_may_be_an_old_one(identity: Identity) -> None:
    old = shown(presented(proven(badge())), challenge="yesterday's question")
    both = shown(old)

    assert await why(identity, both, **ASKED) == "nonce"


async def test_only_its_holder_presents_it(identity: Identity) -> None:
    document = presented(proven(badge()))

    assert await why(identity, shown(document, "thief"), **ASKED) == "binding"
    assert await why(identity, shown_as_text(document, "thief"), **ASKED) == "binding"
    assert await why(identity, shown(shown(document), "thief"), **ASKED) == "binding"
    assert await why(identity, document, **ASKED) == "signature"  # nobody proves anything
    wrong = shown(document, proofPurpose="assertionMethod")
    assert await why(identity, wrong, **ASKED) == "signature"


async def test_whoever_shows_what_is_about_another_is_told_as_such(identity: Identity) -> None:
    for given in (
        shown(presented(proven(badge(subject="somebody else")))),
        shown_as_text(presented(enveloped(signed(badge(subject="somebody else"))))),
        shown(presented(proven(badge()), proven(badge(subject="somebody else")))),
        shown(presented(proven(badge()), holder="thief"), "thief"),
    ):
        verdict = await examined(identity, given, **ASKED)
        assert verdict.why == "holder"
        assert states(verdict)["credentials"] == "passed"
        assert verdict.checks[-1].words == "It is about somebody else than who shows it."


async def test_what_is_about_nobody_by_name_is_shown_by_anybody_and_said_so(
    identity: Identity,
) -> None:
    document = badge()
    del document["credentialSubject"]["id"]

    verdict = await examined(identity, shown(presented(proven(document))), **ASKED)

    assert (verdict.why, states(verdict)["holder"]) == ("", "not made")


async def test_without_a_named_holder_whoever_signs_is_it(identity: Identity) -> None:
    document = presented(proven(badge()))
    del document["holder"]

    for given in (shown(document), shown_as_text(document)):
        verdict = await examined(identity, given, **ASKED)
        assert (verdict.why, verdict.holder) == ("", name("holder"))


async def test_one_credential_that_proves_nothing_spoils_what_is_presented(
    identity: Identity,
) -> None:
    forged = {**proven(badge()), "name": "Surgeon"}
    for bad, reason in (
        (forged, "signature"),
        (badge(), "signature"),
        (proven(badge(validUntil="2026-02-01T00:00:00Z")), "expired"),
        (shown(presented(proven(badge()))), "form"),
        (enveloped(signed(badge())[:-6] + "AAAAAA"), "signature"),
    ):
        verdict = await examined(identity, shown(presented(proven(badge()), bad)), **ASKED)
        assert verdict.why == reason, bad
        assert not verdict.holds


# States


def standing(uri: str, entry: int, *purposes: str) -> list[Document]:
    return [
        {
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose,
            "statusListIndex": str(entry),
            "statusListCredential": f"{uri}.{purpose}",
        }
        for purpose in purposes or ("revocation", "suspension")
    ]


async def test_this_house_s_own_badge_is_looked_up_in_its_own_lists(
    identity: Identity, nora: Account, teacher: Caller
) -> None:
    new = licence(nora, kind=CredentialKind.BADGE, told=BADGE)
    line = await identity.credentials.issuing.issue(teacher, new, here=HERE)
    document = await identity.credentials.holding.file(nora.caller, line.id)

    verdict = await examined(identity, document, may_ask=False)
    assert (verdict.why, verdict.is_here, states(verdict)["status"]) == ("", True, "passed")

    for state, reason in (
        (Status.SUSPENDED, "suspended"),
        (Status.VALID, ""),
        (Status.REVOKED, "revoked"),
    ):
        await identity.credentials.issuing.change(teacher, line.id, state)
        assert await why(identity, document, may_ask=False) == reason


async def far_badge(far: Far, to: str = "colleague") -> tuple[str, Document]:
    """A badge of the other house, whose lists are there to be asked."""
    educator = await joined(far.identity, f"tutor-of-{to}", Role.EDUCATOR)
    colleague = await joined(far.identity, to, Role.TRAINEE)
    new = licence(colleague, kind=CredentialKind.BADGE, told=BADGE)
    line = await far.identity.credentials.issuing.issue(educator.caller, new, here=FAR)
    document = await far.identity.credentials.holding.file(colleague.caller, line.id)
    for entry in document["credentialStatus"]:
        where = entry["statusListCredential"]

        async def list_(name: str = where.rpartition("/")[2]) -> bytes:
            return (await far.identity.credentials.lists.publish(name, FAR))[0].encode()

        far.post.answers[where] = list_
    return line.id, document


async def test_another_house_s_badge_is_checked_by_its_keys_and_its_lists(
    near: Identity, far: Far, clock: StoppedClock
) -> None:
    by_post(far)
    id, document = await far_badge(far)

    verdict = await examined(near, document)
    assert (verdict.why, verdict.issuer, verdict.is_trusted) == ("", "did:web:far.example", True)

    await far.identity.credentials.issuing.change(far.keeper, id, Status.SUSPENDED)
    clock.at += timedelta(seconds=30)
    assert await why(near, document) == "suspended"
    await far.identity.credentials.issuing.change(far.keeper, id, Status.REVOKED)
    clock.at += timedelta(seconds=30)
    assert await why(near, document) == "revoked"
    far.post.answers.clear()
    clock.at += timedelta(seconds=30)
    assert await why(near, document) == "status"


async def test_a_list_of_another_issuer_or_purpose_says_nothing(
    near: Identity, far: Far, clock: StoppedClock
) -> None:
    by_post(far)
    _, document = await far_badge(far)
    where = document["credentialStatus"][0]["statusListCredential"]
    header, payload = jose.read((await far.post.answers[where]()).decode())
    _, _, good = await far.identity.credentials.issuers.signer()
    subject = payload["credentialSubject"]
    short = status.encode(bytes(100))
    empty = status.encode(status.bits_of([]))

    def again(signer: Any = good, typ: str = "vc+jwt", **more: Any) -> str:
        return jose.sign({"typ": typ, "kid": header["kid"]}, {**payload, **more}, signer)

    for text in (
        again(key("stranger")),
        again(typ="JWT"),
        again(exp=int(clock.at.timestamp()) - 1),
        again(validUntil="2026-01-01T00:00:00Z"),
        again(id="https://far.example/another"),
        again(type=["VerifiableCredential"]),
        again(credentialSubject={**subject, "statusPurpose": "suspension"}),
        again(credentialSubject={**subject, "encodedList": short}),
        again(credentialSubject={**subject, "encodedList": "u!"}),
        again(credentialSubject={**subject, "type": "Other"}),
        signed({**payload, "issuer": name("issuer"), "iss": name("issuer")}),
        signed(presented(proven(badge())), "holder", "vp+jwt"),
        "nothing",
    ):

        async def answer(text: str = text) -> bytes:
            return text.encode()

        far.post.answers[where] = answer
        clock.at += timedelta(seconds=30)  # what was heard last is not remembered
        assert await why(near, document) == "status", jose.read(text) if "." in text else 0

    async def clean() -> bytes:
        return again(credentialSubject={**subject, "encodedList": empty}).encode()

    far.post.answers[where] = clean
    clock.at += timedelta(seconds=30)
    found = await examined(near, document)
    assert found.why == "", found.checks


async def test_a_signed_credential_may_name_a_token_status_list(near: Identity, far: Far) -> None:
    uri = "https://school.example/tokens"
    marked = status.encode_tokens(status.pack({6: 1, 7: 2}))
    told = {"sub": uri, "iss": name("issuer"), "status_list": marked}
    far.post.answers[uri] = answering(signed(told, typ="statuslist+jwt"))

    for entry, reason in ((5, ""), (6, "revoked"), (7, "suspended"), (1 << 40, "status")):
        place = {"status_list": {"idx": entry, "uri": uri}}
        assert await why(near, signed(badge(), status=place)) == reason
    far.post.answers[f"{uri}/bits"] = answering("nothing")
    assert await why(near, signed(badge(), status={"status_list": {"idx": 5}})) == "status"


def answering(text: str) -> Any:
    async def answer() -> bytes:
        return text.encode()

    return answer


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "StatusList2021Entry"},
        {"statusPurpose": "other"},
        {"statusPurpose": ["revocation"]},
        {"statusListIndex": "-1"},
        {"statusListIndex": "٣"},
        {"statusListIndex": 3},
        {"statusListIndex": "9" * 40},
        {"statusListCredential": 3},
        {"statusSize": 2},
    ],
)
async def test_a_state_that_cannot_be_read_is_none_that_is_good(
    near: Identity, far: Far, wrong: Document
) -> None:
    (place,) = standing("https://school.example/list", 3, "revocation")

    verdict = await examined(near, proven(badge(credentialStatus=[{**place, **wrong}])))

    assert verdict.why in ("status", "form")
    assert far.post.asked == []


async def test_a_purpose_that_ends_nothing_is_passed_over(near: Identity, far: Far) -> None:
    told = standing("https://school.example/list", 3, "refresh", "message")

    assert await why(near, proven(badge(credentialStatus=told))) == ""
    assert far.post.asked == []


async def test_strangers_cannot_send_the_house_to_ask_about_documents(
    near: Identity, far: Far
) -> None:
    places = standing("https://school.example/list", 3)
    web = {"verificationMethod": "did:web:school.example#1"}
    for given in (
        proven(badge(credentialStatus=places)),
        {**proven(badge(issuer="did:web:school.example"), **web)},
        shown(presented(proven(badge()), holder="did:web:school.example"), **web),
    ):
        assert await why(near, given, may_ask=False) == "issuer"
    assert far.post.asked == []


# Bounds


def deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "nothing",
        "a.b.c",
        '{"@context": NaN}',
        '{"type": "VerifiableCredential", "type": "VerifiableCredential"}',
        '{"type": "\\ud800"}',
        '{"n": 1e999}',
        deep(40),
        deep(100_000),
        '{"x": "' + "x" * documents.LARGEST + '"}',
        "x" * (documents.LARGEST + 1),
    ],
)
async def test_what_is_no_document_is_said_so_at_once(identity: Identity, text: str) -> None:
    began = time.monotonic()

    assert await why(identity, text) == "form"
    assert time.monotonic() - began < 5


async def test_a_name_that_stands_twice_is_refused_wherever_it_stands(identity: Identity) -> None:
    text = json.dumps(proven(badge()))
    assert await why(identity, text) == ""

    inner = text.replace('"name": "First suture"}', '"name": "Surgeon", "name": "First suture"}')
    assert inner != text
    assert await why(identity, inner) == "form"


async def test_a_document_of_many_proofs_or_levels_costs_nobody_anything(
    near: Identity, far: Far
) -> None:
    one = proven(badge())
    web = {**one["proof"], "verificationMethod": "did:web:school.example#1"}
    nested: Any = 1
    for _ in range(40):
        nested = [nested]
    for given, reason in (
        ({**one, "proof": [one["proof"]] * 5000}, "form"),
        ({**one, "proof": [one["proof"], *[web] * 20]}, "signature"),
        ({**one, "credentialStatus": standing("https://school.example/l", 1) * 3}, "signature"),
        (proven(badge(credentialStatus=standing("https://school.example/l", 1) * 3)), "status"),
        ({**one, "deep": nested}, "form"),
        (shown(presented(*[one] * 11)), "form"),
        (shown(presented()), "form"),
    ):
        assert await why(near, given) == reason
    assert far.post.asked == []


async def test_contexts_are_never_fetched_and_an_unknown_one_may_mean_any_word(
    near: Identity, far: Far
) -> None:
    elsewhere: Document = {"@context": [BASE, "https://elsewhere.example/context"]}
    types = ["VerifiableCredential", "LicenceOfTheGuild"]

    assert await why(near, proven(badge(type=types) | elsewhere)) == ""
    assert await why(near, proven(badge(type=types) | {"@context": [BASE]})) == "form"
    assert await why(near, proven(badge() | {"@context": ["https://elsewhere.example"]})) == "form"
    inside: Document = {"@context": [BASE, {"@vocab": "https://elsewhere.example#"}]}
    assert await why(near, proven(badge(type=types) | inside)) == ""
    assert far.post.asked == []


async def test_the_w3c_s_vector_names_an_issuer_to_whom_nobody_can_tie_its_key(
    identity: Identity, test_data: Path
) -> None:
    path = test_data / "ledger/di-eddsa/TestVectors/eddsa-jcs-2022/signedJCS.json"
    document = json.loads(path.read_text())  # its proof holds: see test_integrity.py

    verdict = await examined(identity, document)

    assert document["issuer"].startswith("https:")
    assert (verdict.why, states(verdict)["form"]) == ("issuer", "passed")
