"""Credentials that come as files: kept once proven, shown whole, gone with their holder."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.identity import (
    Account,
    Caller,
    CredentialKind,
    Identity,
    Role,
    examine_alone,
    is_paper,
)
from asklepion.identity.engine.vc import strict
from asklepion.identity.engine.vc.status import Status
from asklepion.identity.service.vc import Card, licences
from asklepion.identity.service.vc.papers import HELD_MOST
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import Conflict, Gone, HouseError, Incorrect, NotFound, Unauthenticated
from asklepion.kit.keys import Keys
from tests.conftest import NOON
from tests.identity.papers import (
    AUDIENCE,
    NONCE,
    badge,
    name,
    presented,
    proven,
    shown,
    shown_as_text,
    signed,
)
from tests.identity.test_credentials import (
    BADGE,
    HERE,
    QUESTION,
    Far,
    by_post,
    far,
    joined,
    licence,
    near,
    teacher,
)
from tests.identity.test_documents import far_badge

__all__ = ["far", "near", "teacher"]  # fixtures


async def kept(identity: Identity, account: Account, given: Any) -> Card:
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return await identity.credentials.papers.keep(account.caller, text)


@pytest.mark.parametrize("form", ["json", "jwt"])
async def test_a_badge_of_another_house_is_kept_as_it_is_and_read_as_a_card(
    identity: Identity, nora: Account, form: str
) -> None:
    document = badge()
    text = json.dumps(proven(document), indent=2) if form == "json" else signed(document)

    card = await kept(identity, nora, f"\n{text}\n")

    assert card.is_document
    assert card.has_file
    assert (card.kind, card.vct) == (CredentialKind.BADGE, "OpenBadgeCredential")
    assert (card.issuer, card.is_here, card.is_trusted) == (name("issuer"), False, False)
    assert (card.state, card.until) == ("valid", NOON.replace(2027, 1, 1, 0))
    assert card.claims["achievement"]["name"] == "First suture"
    assert await identity.credentials.holding.cards(nora.caller) == [card]
    assert await identity.credentials.holding.file(nora.caller, card.id) == text


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({**proven(badge()), "name": "Surgeon"}, "was changed"),
        (badge(), "not signed"),
        (proven(badge(), "other"), "somebody else"),
        (proven(badge(validUntil="2026-02-01T00:00:00Z")), "is over"),
        (proven(badge(validFrom="2026-06-01T00:00:00Z")), "not begun"),
        (proven(badge(credentialStatus={"type": "Own"})), "How to read its state"),
        (shown(presented(proven(badge()))), "the credential itself"),
        (shown_as_text(presented(proven(badge()))), "the credential itself"),
        ("a.b.c~", "offer it to you"),
        ("nothing", "no signed text"),
        ('{"a": NaN}', "no JSON"),
    ],
)
async def test_what_proves_nothing_is_not_kept_and_one_reads_why(
    identity: Identity, nora: Account, given: Any, hint: str
) -> None:
    with pytest.raises(Incorrect) as caught:
        await kept(identity, nora, given)

    assert hint in caught.value.hint
    assert await identity.credentials.holding.cards(nora.caller) == []


async def test_the_same_credential_is_held_once(identity: Identity, nora: Account) -> None:
    document = proven(badge())
    await kept(identity, nora, document)

    with pytest.raises(Conflict, match="already"):
        await kept(identity, nora, json.dumps(document, indent=4))
    with pytest.raises(Unauthenticated):
        await identity.credentials.papers.keep(Caller(account=""), json.dumps(document))


async def test_a_type_of_odd_signs_is_kept_in_signs_that_can_be_shown(
    identity: Identity, nora: Account
) -> None:
    odd = badge(type=["VerifiableCredential", "a\x00b\x1b[2J" + "c" * 300])

    card = await kept(identity, nora, proven(odd))

    assert card.vct == ("a\ufffdb\ufffd[2J" + "c" * 300)[:200]


async def test_an_account_keeps_so_many_files_and_no_more(
    identity: Identity, nora: Account
) -> None:
    for number in range(HELD_MOST):
        await kept(identity, nora, proven(badge(id=f"urn:x:{number}")))

    with pytest.raises(Conflict, match="very many"):
        await kept(identity, nora, proven(badge(id="urn:x:more")))


async def test_a_document_is_shown_whole_or_not_at_all(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    document = proven(badge())
    card = await kept(identity, nora, document)
    holding = identity.credentials.holding

    for names, whole in ((["achievement"], False), ([], False), (["achievement"], True)):
        with pytest.raises(Incorrect, match="hides nothing"):
            await holding.link(nora.caller, card.id, names, 10, whole=whole)
    link = await holding.link(nora.caller, card.id, [], 10, whole=True)

    given = await holding.open_link(link.token, HERE, "q" * 20)
    assert json.loads(given) == document
    verdict = await identity.credentials.proving.examine(given)
    assert (verdict.why, verdict.holds) == ("", True)
    (told,) = await holding.history(nora.caller)
    assert (told.how, told.names) == ("link", ())
    clock.at += timedelta(minutes=10)
    with pytest.raises(Gone):
        await holding.open_link(link.token, HERE, "q" * 20)


async def test_whoever_asks_for_parts_is_not_answered_with_a_document(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    await kept(identity, nora, proven(badge()))
    ask = identity.credentials.requesting.ask
    request = await ask(keeper, CredentialKind.BADGE, ["achievement"], here=HERE)

    consider = identity.credentials.answering.consider
    asked = await consider(nora.caller, request.uri, here=HERE)

    assert (asked.choices, asked.is_enough) == ((), False)


async def test_nobody_else_reaches_a_document_and_it_is_removed_by_its_holder(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    card = await kept(identity, nora, proven(badge()))
    holding = identity.credentials.holding
    link = await holding.link(nora.caller, card.id, [], 10, whole=True)

    for attempt in (
        holding.file(keeper, card.id),
        holding.drop(keeper, card.id),
        holding.link(keeper, card.id, [], 10, whole=True),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(Conflict, match="cannot offer"):
        await identity.credentials.offering.offer(nora.caller, card.id, here=HERE)

    await holding.drop(nora.caller, card.id)
    assert await holding.cards(nora.caller) == []
    with pytest.raises(Gone):
        await holding.open_link(link.token, HERE, "q" * 20)


async def test_a_document_is_sealed_and_goes_with_whoever_is_erased(
    identity: Identity, db: Database, keys: Keys
) -> None:
    lin = await joined(identity, "lin", Role.PATIENT, person="Patient/lin")
    document = proven(badge())
    card = await kept(identity, lin, document)
    async with db.read() as tx:
        ((body,),) = await tx.all("SELECT body FROM identity_credential")
    assert b"suture" not in bytes(body)
    assert document["proof"]["proofValue"].encode() not in bytes(body)

    await keys.vault.destroy(keys.vault.ids_of("Patient/lin"))
    assert await identity.credentials.holding.cards(lin.caller) == []
    with pytest.raises(NotFound):
        await identity.credentials.holding.file(lin.caller, card.id)
    async with db.begin() as tx:
        gone, _ = await identity.forget(tx, "Patient/lin")
    assert gone["identity_credential"] == 1
    async with db.read() as tx:
        assert await tx.all("SELECT * FROM identity_credential") == []


async def test_a_badge_of_this_house_comes_back_to_whom_it_was_issued_and_to_nobody_else(
    identity: Identity, nora: Account, teacher: Caller
) -> None:
    new = licence(nora, kind=CredentialKind.BADGE, told=BADGE)
    line = await identity.credentials.issuing.issue(teacher, new, here=HERE)
    holding = identity.credentials.holding
    document = await holding.file(nora.caller, line.id)
    thief = await joined(identity, "thief", Role.TRAINEE)

    with pytest.raises(Conflict, match="somebody else"):
        await kept(identity, thief, document)
    await holding.drop(nora.caller, line.id)
    card = await kept(identity, nora, document)

    assert (card.is_here, card.is_trusted, card.state) == (True, True, "valid")
    await identity.credentials.issuing.change(teacher, line.id, Status.REVOKED)
    (card,) = await holding.cards(nora.caller)
    assert card.state == "revoked"
    with pytest.raises(Incorrect) as caught:
        await kept(identity, nora, document)
    assert "taken it back" in caught.value.hint


async def test_what_became_of_a_document_is_asked_of_its_issuer_again_and_again(
    near: Identity, far: Far, nora: Account, clock: StoppedClock
) -> None:
    by_post(far)
    id, document = await far_badge(far)
    await kept(near, nora, document)

    await far.identity.credentials.issuing.change(far.keeper, id, Status.REVOKED)
    clock.at += timedelta(minutes=11)
    await near.credentials.licences.look()

    (card,) = await near.credentials.holding.cards(nora.caller)
    assert (card.state, card.is_trusted) == ("revoked", True)
    far.post.answers.clear()
    with pytest.raises(HouseError):
        await kept(near, nora, {**document, "id": "urn:uuid:1"})


async def test_an_issuer_who_keeps_silent_is_waited_for_once_and_not_for_each_document(
    near: Identity, far: Far, nora: Account, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_post(far)
    asked: list[int] = []
    for colleague in ("ann", "ben", "cho"):
        _, document = await far_badge(far, colleague)
        await kept(near, nora, document)

    async def never() -> bytes:
        asked.append(1)
        await asyncio.Event().wait()
        return b""

    for where in far.post.answers:
        far.post.answers[where] = never
    monkeypatch.setattr(licences, "ASK_S", 0.2)
    clock.at += timedelta(minutes=11)
    await near.credentials.licences.look()

    assert len(asked) == 1
    assert {card.state for card in await near.credentials.holding.cards(nora.caller)} == {"valid"}


async def test_a_document_never_lets_anybody_work_as_a_clinician(
    identity: Identity, nora: Account
) -> None:
    types = ["VerifiableCredential", "urn:asklepion:credential:licence:1"]
    await kept(identity, nora, proven(badge(type=types)))

    assert await identity.credentials.licences.licensed([nora.id]) == set()
    verdict = await identity.credentials.proving.prove(signed(badge()), **QUESTION)
    assert verdict.why == "form"  # what asks for an SD-JWT takes nothing else


# Without a house


async def test_without_a_house_an_issuer_is_asked_only_if_one_wishes_so(
    near: Identity, far: Far, clock: StoppedClock
) -> None:
    by_post(far)
    id, document = await far_badge(far)
    text, post = json.dumps(document), far.post.reach
    assert is_paper(text)

    alone = await examine_alone(text, clock=clock, reach=post)
    assert (alone.why, alone.holds, far.post.asked) == ("", False, [])

    asked = await examine_alone(text, clock=clock, reach=post, is_online=True)
    assert (asked.why, asked.holds, asked.issuer) == ("", True, "did:web:far.example")
    await far.identity.credentials.issuing.change(far.keeper, id, Status.REVOKED)
    asked = await examine_alone(text, clock=clock, reach=post, is_online=True)
    assert (asked.why, asked.holds) == ("revoked", False)


# Over HTTP


PATH = "/api/identity/credentials"


@pytest.mark.usefixtures("people")
async def test_a_file_is_kept_downloaded_shown_and_removed(
    patient: AsyncClient, stranger: AsyncClient
) -> None:
    document = proven(badge())
    body = {"document": json.dumps(document)}
    assert (await stranger.post(f"{PATH}/files", json=body)).status_code == 401

    answer = await patient.post(f"{PATH}/files", json=body)
    card = answer.json()

    assert answer.status_code == 201
    assert (card["is_document"], card["is_trusted"], card["is_here"]) == (True, False, False)
    file = await patient.get(f"{PATH}/{card['id']}/file")
    assert file.json() == document
    assert file.headers["content-type"] == "application/vc"
    assert 'filename="credential.json"' in file.headers["content-disposition"]
    asking: dict[str, Any] = {"claims": [], "minutes": 10, "whole": True}
    link = (await patient.post(f"{PATH}/{card['id']}/links", json=asking)).json()
    token = link["address"].partition("#")[2]
    opening = {"token": token, "audience": "http://localhost", "nonce": "n" * 20}
    given = (await stranger.post("/api/identity/showings/open", json=opening)).json()
    verdict = await stranger.post(
        "/api/identity/verify", json={"presentation": given["presentation"]}
    )
    assert verdict.json()["why"] == ""
    assert (await patient.delete(f"{PATH}/{card['id']}")).status_code == 204
    assert (await patient.get(PATH)).json() == []

    text = await patient.post(f"{PATH}/files", json={"document": signed(badge())})
    file = await patient.get(f"{PATH}/{text.json()['id']}/file")
    assert file.headers["content-type"] == "application/vc+jwt"
    assert file.text == signed(badge())


async def test_anybody_has_a_document_checked_and_reads_each_check(stranger: AsyncClient) -> None:
    held = presented(proven(badge()))
    for given in (shown(held), json.dumps(shown(held)), shown_as_text(held)):
        body = {"presentation": given, "audience": AUDIENCE, "nonce": NONCE}
        told = (await stranger.post("/api/identity/verify", json=body)).json()

        assert (told["why"], told["form"], told["holder"]) == ("", "vp", name("holder"))
        checks = {each["what"]: each["state"] for each in told["checks"]}
        assert checks == dict.fromkeys(
            ("form", "binding", "audience", "nonce", "time", "credentials", "holder"), "passed"
        )
        (inner,) = told["credentials"]
        assert inner["checks"][1] == {
            "what": "signature",
            "state": "passed",
            "by": [name("issuer")],
            "words": "",
        }
        replayed = body | {"nonce": "another question than before"}
        assert (await stranger.post("/api/identity/verify", json=replayed)).json()["why"] == "nonce"
        elsewhere = body | {"audience": "https://elsewhere.example"}
        told = (await stranger.post("/api/identity/verify", json=elsewhere)).json()
        assert told["why"] == "audience"


@pytest.mark.parametrize(
    "body",
    [
        '{"presentation": {"type": "VerifiableCredential", "type": "VerifiableCredential"}}',
        '{"presentation": {"n": NaN}}',
        '{"presentation": {"n": 1e999}}',
        '{"presentation": {"type": "\\ud800"}}',
        '{"presentation": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"presentation": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}",
        '{"presentation": ["x"]}',
        '{"presentation": 3}',
        "{}",
    ],
)
async def test_a_request_that_others_could_read_otherwise_is_refused_as_a_whole(
    stranger: AsyncClient, body: str
) -> None:
    headers = {"content-type": "application/json"}

    answer = await stranger.post("/api/identity/verify", content=body, headers=headers)

    assert answer.status_code == 400


async def test_what_is_larger_than_any_paper_is_refused_before_it_is_read(
    stranger: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []
    loads = strict.loads

    def watched(octets: bytes | str) -> Any:
        parsed.append(len(octets))
        return loads(octets)

    monkeypatch.setattr(strict, "loads", watched)
    most = 262_144 + 2048
    for size, status in ((most, 200), (most + 1, 400)):
        body = '{"presentation": {"a": "' + "x" * (size - 27) + '"}}'
        answer = await stranger.post("/api/identity/verify", content=body)
        assert (len(body), answer.status_code) == (size, status)
        if status == 400:
            assert f"at most {most} bytes" in answer.text
    assert parsed == [most]  # once, and never what is too large


ODD: list[Any] = [3]
WRONG: list[dict[str, Any]] = [
    {},
    {"type": "VerifiableCredential"},
    {"type": {"a": "VerifiableCredential"}},
    {**proven(badge()), "proof": 3},
    {**proven(badge()), "proof": [{"verificationMethod": ["x"]}]},
    {**proven(badge()), "issuer": {"id": ["x"]}},
    {**proven(badge()), "credentialSubject": [ODD]},
    {**proven(badge()), "n": 10**400},
    {**presented(), "verifiableCredential": [3]},
    {**presented(), "holder": {"id": 3}},
    {"type": ["EnvelopedVerifiableCredential"], "id": "data:application/vc+jwt,"},
    {"long": "x" * 250_000},
]


@pytest.mark.parametrize("given", WRONG)
async def test_whatever_is_sent_as_a_document_is_answered_and_never_our_fault(
    stranger: AsyncClient, given: Any
) -> None:
    answer = await stranger.post("/api/identity/verify", json={"presentation": given})

    assert answer.status_code == 200
    assert answer.json()["why"] in ("form", "signature", "issuer")
