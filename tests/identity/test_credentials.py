"""Credentials inside a house: who issues what, who holds it, what it proves, and its end."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asklepion.identity import (
    MIGRATIONS,
    Account,
    Caller,
    CredentialKind,
    Identity,
    NewCredential,
    Role,
)
from asklepion.identity.engine.vc import did, integrity, jose, pairwise, sdjwt, status, vcdm
from asklepion.identity.engine.vc.errors import Unproven
from asklepion.identity.engine.vc.status import Status
from asklepion.identity.service.outside import Unfit
from asklepion.identity.service.vc import Letter, Reply
from asklepion.identity.store import issued
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, connect_database
from asklepion.kit.errors import Conflict, Forbidden, Gone, Incorrect, NotFound
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from tests.conftest import LICENCE, NOON
from tests.identity.conftest import PASSWORD, QUICK

HERE = "http://localhost:8000"
YEAR = timedelta(days=365)
BADGE = {
    "achievement": "First suture",
    "description": "Sewed a wound on the trainer.",
    "criteria": "Ten stitches within five minutes.",
}
QUESTION: dict[str, Any] = {"audience": "https://reader.example", "nonce": "n" * 20}


async def joined(identity: Identity, name: str, *roles: Role, person: str | None = None) -> Account:
    return await identity.create_account(
        Identity.console(),
        email=f"{name}@clinic.example",
        password=PASSWORD,
        name=name.title(),
        roles=roles,
        person=person,
    )


@pytest.fixture
async def amara(identity: Identity) -> Account:
    """A clinician."""
    return await joined(identity, "amara", Role.CLINICIAN, person="Practitioner/amara")


@pytest.fixture
async def teacher(identity: Identity) -> Caller:
    """An educator."""
    return (await joined(identity, "tara", Role.EDUCATOR)).caller


def licence(account: Account, **more: Any) -> NewCredential:
    new = NewCredential(
        kind=CredentialKind.LICENCE, account=account.id, told=LICENCE, until=NOON + YEAR
    )
    return replace(new, **more)


Issued = Callable[..., Awaitable[str]]


async def licensed(identity: Identity, account: Account, **more: Any) -> str:
    """Issue a licence; returns its id."""
    issue = identity.credentials.issuing.issue
    return (await issue(Identity.console(), licence(account, **more), here=HERE)).id


async def shown(identity: Identity, account: Account, *names: str, **question: Any) -> str:
    """A presentation of somebody's first credential."""
    holding = identity.credentials.holding
    card = (await holding.cards(account.caller))[0]
    held = await holding.find(account.caller, card.id)
    paths: list[sdjwt.Path] = [(name,) for name in names or ("region", "speciality")]
    asked = {**QUESTION, **question}
    return await holding.present(held, paths, asked["audience"], asked["nonce"])


async def why(identity: Identity, text: str, **question: Any) -> str:
    """Why it proves nothing; empty if it does."""
    return (await identity.credentials.proving.prove(text, **{**QUESTION, **question})).why


# Issuing


async def test_a_licence_says_what_it_should_and_only_its_holder_can_show_it(
    identity: Identity, amara: Account
) -> None:
    await licensed(identity, amara)

    text = await shown(identity, amara, "region", "languages")
    verdict = await identity.credentials.proving.prove(text, **QUESTION)

    assert verdict.why == ""
    assert verdict.is_here
    assert verdict.kind == CredentialKind.LICENCE
    assert verdict.claims == {"region": "KE", "languages": ["en", "sw", "zh-CN"]}
    assert verdict.until == NOON + YEAR
    (card,) = await identity.credentials.holding.cards(amara.caller)
    assert card.claims["registration_number"] == "KE-20417"
    assert card.state == "valid"


@pytest.mark.parametrize(
    ("kind", "role", "is_allowed"),
    [
        (CredentialKind.LICENCE, Role.OPERATOR, True),
        (CredentialKind.LICENCE, Role.EDUCATOR, False),
        (CredentialKind.LICENCE, Role.CLINICIAN, False),
        (CredentialKind.BADGE, Role.EDUCATOR, True),
        (CredentialKind.BADGE, Role.OPERATOR, False),
        (CredentialKind.MEMBERSHIP, Role.OPERATOR, True),
        (CredentialKind.MEMBERSHIP, Role.PATIENT, False),
    ],
)
async def test_operators_issue_licences_and_memberships_educators_badges(
    identity: Identity, amara: Account, kind: CredentialKind, role: Role, is_allowed: bool
) -> None:
    told = {
        CredentialKind.LICENCE: LICENCE,
        CredentialKind.BADGE: BADGE,
        CredentialKind.MEMBERSHIP: {"organisation": "The club", "role": "Member"},
    }[kind]
    who = (await joined(identity, "issuer", role)).caller
    issue = identity.credentials.issuing.issue

    if is_allowed:
        assert (await issue(who, licence(amara, kind=kind, told=told))).kind == kind
    else:
        with pytest.raises(Forbidden):
            await issue(who, licence(amara, kind=kind, told=told))


@pytest.mark.parametrize(
    "change",
    [
        {"told": {**LICENCE, "region": "Kenya"}},
        {"told": {**LICENCE, "languages": []}},
        {"told": {**LICENCE, "languages": ["english language"]}},
        {"told": {**LICENCE, "speciality": {"system": "x", "code": "1", "display": "y"}}},
        {"told": {**LICENCE, "speciality": {**LICENCE["speciality"], "code": "419192004"}}},
        {"told": {**LICENCE, "registration_number": ""}},
        {"told": {}},
        {"until": NOON},
        {"until": NOON + timedelta(days=9000)},
    ],
)
async def test_a_licence_with_something_wrong_in_it_is_not_issued(
    identity: Identity, amara: Account, change: dict[str, Any]
) -> None:
    with pytest.raises(Incorrect):
        await licensed(identity, amara, **change)

    assert await identity.credentials.holding.cards(amara.caller) == []


async def test_only_clinicians_hold_licences_and_only_people_who_are_here(
    identity: Identity, nora: Account
) -> None:
    with pytest.raises(Conflict, match="Only clinicians"):
        await licensed(identity, nora)
    with pytest.raises(NotFound):
        new = replace(licence(nora), account="nobody")
        await identity.credentials.issuing.issue(Identity.console(), new)


async def test_a_badge_is_taken_along_as_a_file_that_proves_itself(
    identity: Identity, nora: Account, teacher: Caller
) -> None:
    new = licence(nora, kind=CredentialKind.BADGE, told=BADGE)
    line = await identity.credentials.issuing.issue(teacher, new, here=HERE)

    document = await identity.credentials.holding.file(nora.caller, line.id)

    vcdm.check_credential(document)
    (method,) = integrity.methods(document)
    integrity.verify(document, {method: did.jwk_of(method.partition("#")[0])})
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    purposes = [each["statusPurpose"] for each in document["credentialStatus"]]
    assert purposes == ["revocation", "suspension"]
    with pytest.raises(Unproven):
        integrity.verify(
            {**document, "name": "Surgeon"}, {method: did.jwk_of(method.partition("#")[0])}
        )


async def test_each_credential_has_a_key_of_its_own_so_that_readers_cannot_compare(
    identity: Identity, amara: Account
) -> None:
    await licensed(identity, amara)
    await licensed(identity, amara)
    holding = identity.credentials.holding
    keys: set[str] = set()
    entries: list[int] = []
    for card in await holding.cards(amara.caller):
        claims = sdjwt.peek(await holding.text(await holding.find(amara.caller, card.id))).claims
        keys.add(did.did_of(claims["cnf"]["jwk"]))
        entries.append(claims["status"]["status_list"]["idx"])

    assert len(keys) == 2
    assert abs(entries[0] - entries[1]) != 1


async def test_new_keys_sign_from_now_on_and_what_old_ones_signed_stays_good(
    identity: Identity, amara: Account, keeper: Caller, clock: StoppedClock
) -> None:
    await licensed(identity, amara)
    old = await shown(identity, amara)
    clock.at += timedelta(seconds=1)

    with pytest.raises(Forbidden):
        await identity.credentials.issuers.rotate(amara.caller)
    await identity.credentials.issuers.rotate(keeper)
    await licensed(identity, amara)

    new = await shown(identity, amara)
    issuers = {jose.read(text.split("~")[0])[1]["iss"] for text in (old, new)}
    assert len(issuers) == 2
    assert [await why(identity, text) for text in (old, new)] == ["", ""]
    for text in (old, new):  # each list is signed by whoever signed what stands in it
        _, claims = jose.read(text.split("~")[0])
        name = claims["status"]["status_list"]["uri"].rpartition("/")[2]
        signed, _ = await identity.credentials.lists.publish(name, HERE)
        assert jose.read(signed)[1]["iss"] == claims["iss"]


# Ending


@pytest.mark.parametrize("state", [Status.REVOKED, Status.SUSPENDED])
async def test_what_is_taken_back_proves_nothing_any_more_at_once(
    identity: Identity, amara: Account, keeper: Caller, state: Status
) -> None:
    id = await licensed(identity, amara)
    text = await shown(identity, amara)

    await identity.credentials.issuing.change(keeper, id, state)

    assert await why(identity, text) == state.name.lower()
    assert await identity.credentials.licences.licensed([amara.id]) == set()
    (card,) = await identity.credentials.holding.cards(amara.caller)
    assert card.state == state.name.lower()


async def test_a_suspension_ends_a_revocation_does_not(
    identity: Identity, amara: Account, keeper: Caller
) -> None:
    id = await licensed(identity, amara)
    change = identity.credentials.issuing.change
    await change(keeper, id, Status.SUSPENDED)

    await change(keeper, id, Status.VALID)

    assert await identity.credentials.licences.licensed([amara.id]) == {amara.id}
    await change(keeper, id, Status.REVOKED)
    for state in (Status.VALID, Status.SUSPENDED):
        with pytest.raises(Conflict, match="for good"):
            await change(keeper, id, state)


async def test_an_educator_changes_only_what_she_issued(
    identity: Identity, nora: Account, amara: Account, teacher: Caller
) -> None:
    own = licence(nora, kind=CredentialKind.BADGE, told=BADGE)
    mine = await identity.credentials.issuing.issue(teacher, own)
    other = await licensed(identity, amara)
    change = identity.credentials.issuing.change

    await change(teacher, mine.id, Status.REVOKED)
    with pytest.raises(Forbidden):
        await change(teacher, other, Status.REVOKED)
    with pytest.raises(Forbidden):
        await change(nora.caller, mine.id, Status.REVOKED)

    register = await identity.credentials.issuing.register(teacher)
    assert [line.id for line in register] == [mine.id]


async def test_time_ends_it_and_time_begins_it(
    identity: Identity, amara: Account, clock: StoppedClock
) -> None:
    later = NOON + timedelta(days=10)
    await licensed(identity, amara, since=later)
    assert await why(identity, await shown(identity, amara)) == "early"
    assert await identity.credentials.licences.licensed([amara.id]) == set()

    clock.at = later
    assert await why(identity, await shown(identity, amara)) == ""
    assert await identity.credentials.licences.licensed([amara.id]) == {amara.id}

    clock.at = NOON + YEAR
    assert await why(identity, await shown(identity, amara)) == "expired"
    with pytest.raises(Forbidden, match="no valid licence"):
        await identity.credentials.require_licence(amara.caller)


async def test_whoever_keeps_digests_is_told_each_change_and_can_compare(
    identity: Identity, amara: Account, keeper: Caller
) -> None:
    told: list[tuple[str, int, bytes]] = []

    async def hear(list: str, epoch: int, digest: bytes) -> None:
        told.append((list, epoch, digest))
        raise RuntimeError("a chain that is down stops nothing")

    identity.credentials.when_published(hear)
    first, second = await licensed(identity, amara), await licensed(identity, amara)
    for id in (first, second):
        await identity.credentials.issuing.change(keeper, id, Status.REVOKED)

    assert [epoch for _, epoch, _ in told] == [1, 2]
    assert len({digest for _, _, digest in told}) == 2
    assert all(len(digest) == 32 for _, _, digest in told)


async def test_the_list_says_the_same_in_both_its_forms(
    identity: Identity, amara: Account, keeper: Caller
) -> None:
    states = [Status.VALID, Status.REVOKED, Status.SUSPENDED]
    ids = [await licensed(identity, amara) for _ in states]
    holding = identity.credentials.holding
    entries: list[int] = []
    uri = ""
    for id, state in zip(ids, states, strict=True):
        claims = sdjwt.peek(await holding.text(await holding.find(amara.caller, id))).claims
        entries.append(claims["status"]["status_list"]["idx"])
        uri = claims["status"]["status_list"]["uri"]
        if state != Status.VALID:
            await identity.credentials.issuing.change(keeper, id, state)
    name, (_, _, signer) = uri.rpartition("/")[2], await identity.credentials.issuers.signer()
    key = pairwise.public(signer)

    text, kind = await identity.credentials.lists.publish(name, HERE)

    assert kind == "application/statuslist+jwt"
    told = jose.verify(text, key, typ=("statuslist+jwt",))
    assert [status.read_token(told["status_list"], entry) for entry in entries] == [0, 1, 2]
    for purpose, expected in (("revocation", [0, 1, 0]), ("suspension", [0, 0, 1])):
        text, kind = await identity.credentials.lists.publish(f"{name}.{purpose}", HERE)
        assert kind == "application/vc+jwt"
        document = jose.verify(text, key, typ=("vc+jwt",))
        vcdm.check_credential(document)
        bits = status.decode(document["credentialSubject"]["encodedList"])
        assert [status.is_set(bits, entry) for entry in entries] == [bool(e) for e in expected]
    with pytest.raises(NotFound):
        await identity.credentials.lists.publish("nothing", HERE)


# Showing


async def test_a_presentation_is_for_one_reader_and_one_question(
    identity: Identity, amara: Account, clock: StoppedClock
) -> None:
    await licensed(identity, amara)
    text = await shown(identity, amara)

    assert await why(identity, text) == ""
    assert await why(identity, text, audience="https://elsewhere.example") == "audience"
    assert await why(identity, text, nonce="m" * 20) == "nonce"
    clock.at += timedelta(minutes=10)
    assert await why(identity, text) == "stale"


async def test_what_was_changed_or_made_up_proves_nothing(
    identity: Identity, amara: Account
) -> None:
    await licensed(identity, amara)
    text = await shown(identity, amara)
    stranger = pairwise.p256(b"s" * 32, "stranger")
    parts = sdjwt.parse(text)
    _, payload = jose.read(parts.jwt)
    named = {**payload, "iss": did.did_of(pairwise.public(stranger))}

    for reason, jwt in (
        ("signature", jose.sign({"typ": "dc+sd-jwt"}, payload, stranger)),
        ("signature", f"{parts.jwt[:-4]}AAAA"),
        (
            "issuer",
            jose.sign({"typ": "dc+sd-jwt"}, {**payload, "iss": "did:web:nowhere"}, stranger),
        ),
        ("issuer", jose.sign({"typ": "dc+sd-jwt"}, {**payload, "iss": 3}, stranger)),
    ):
        rest = text.partition("~")[2]
        assert await why(identity, f"{jwt}~{rest}") == reason
    # Whoever signs for himself is nobody whom we trust, and says nothing of our own list.
    own = jose.sign({"typ": "dc+sd-jwt"}, named, stranger)
    verdict = await identity.credentials.proving.prove(
        own + "~" + text.partition("~")[2], may_ask=False, **QUESTION
    )
    assert verdict.why in ("binding", "issuer")
    assert not verdict.is_trusted


async def test_a_link_shows_what_was_chosen_afresh_until_it_ends(
    identity: Identity, amara: Account, clock: StoppedClock
) -> None:
    id = await licensed(identity, amara)
    holding = identity.credentials.holding
    link = await holding.link(amara.caller, id, ["region", "languages.1"], 10)

    first = await holding.open_link(link.token, HERE, "a" * 20)
    second = await holding.open_link(link.token, HERE, "b" * 20)

    verdict = await identity.credentials.proving.prove(first, audience=HERE, nonce="a" * 20)
    assert (verdict.why, verdict.claims) == ("", {"region": "KE", "languages": ["sw"]})
    assert await why(identity, second, audience=HERE, nonce="a" * 20) == "nonce"
    (told,) = await holding.links(amara.caller)
    assert (told.opened, told.names, told.token) == (2, ("region", "languages"), "")
    clock.at += timedelta(minutes=10)
    with pytest.raises(Gone):
        await holding.open_link(link.token, HERE, "c" * 20)


async def test_a_link_is_taken_back_at_once_and_by_its_owner_alone(
    identity: Identity, amara: Account, nora: Account
) -> None:
    id = await licensed(identity, amara)
    holding = identity.credentials.holding
    link = await holding.link(amara.caller, id, ["region"], 10)

    with pytest.raises(NotFound):
        await holding.end_link(nora.caller, link.id)
    await holding.end_link(amara.caller, link.id)

    for token in (link.token, "made-up"):
        with pytest.raises(Gone):
            await holding.open_link(token, HERE, "a" * 20)


async def test_a_link_of_whoever_is_suspended_shows_nothing_any_more(
    identity: Identity, amara: Account
) -> None:
    id = await licensed(identity, amara)
    holding, console = identity.credentials.holding, Identity.console()
    link = await holding.link(amara.caller, id, ["region"], 10)

    await identity.closings.begin(console, b"", amara.id, "Dismissed.", at_once=True)

    with pytest.raises(Gone):
        await holding.open_link(link.token, HERE, "a" * 20)
    await identity.closings.stop(console, b"", amara.id)
    with pytest.raises(Gone):  # what was open ended
        await holding.open_link(link.token, HERE, "a" * 20)
    assert await holding.links(amara.caller) == []


async def test_a_link_shows_nothing_from_the_very_moment_that_its_account_is_closed(
    identity: Identity, amara: Account, clock: StoppedClock
) -> None:
    id = await licensed(identity, amara)
    holding = identity.credentials.holding
    await identity.closings.begin(Identity.console(), b"", amara.id, "She left.")
    clock.at += timedelta(hours=48) - timedelta(minutes=5)
    link = await holding.link(amara.caller, id, ["region"], 10)
    assert await holding.open_link(link.token, HERE, "a" * 20)

    clock.at += timedelta(minutes=5)  # nobody has looked what is due

    with pytest.raises(Gone):
        await holding.open_link(link.token, HERE, "b" * 20)


@pytest.mark.parametrize(
    "names", [[], ["salary"], ["languages.9"], ["languages.x"], ["region.0"], ["cnf"]]
)
async def test_one_shows_only_claims_that_there_are(
    identity: Identity, amara: Account, names: list[str]
) -> None:
    id = await licensed(identity, amara)

    with pytest.raises(Incorrect):
        await identity.credentials.holding.link(amara.caller, id, names, 10)


async def test_nobody_reaches_what_another_holds(
    identity: Identity, amara: Account, nora: Account
) -> None:
    id = await licensed(identity, amara)
    holding = identity.credentials.holding

    for attempt in (
        holding.file(nora.caller, id),
        holding.drop(nora.caller, id),
        holding.link(nora.caller, id, ["region"], 10),
        identity.credentials.offering.offer(nora.caller, id, here=HERE),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await holding.cards(nora.caller) == []


async def test_what_was_shown_is_written_down_sealed_for_its_holder(
    identity: Identity, amara: Account, db: Database
) -> None:
    id = await licensed(identity, amara)
    await identity.credentials.holding.link(amara.caller, id, ["region"], 10)

    (told,) = await identity.credentials.holding.history(amara.caller)

    assert (told.how, told.names, told.credential) == ("link", ("region",), id)
    async with db.read() as tx:
        for table in ("identity_credential", "identity_issued", "identity_shown"):
            for (body,) in await tx.all(f"SELECT body FROM {table}"):
                assert b"KE-20417" not in bytes(body)
                assert b"region" not in bytes(body)


async def test_a_mark_shows_no_number_and_is_for_the_signed_in(
    identity: Identity, amara: Account, nora: Account
) -> None:
    await licensed(identity, amara)
    licences = identity.credentials.licences

    text = await licences.mark(nora.caller, amara.id, HERE, "q" * 20)

    verdict = await identity.credentials.proving.prove(text, audience=HERE, nonce="q" * 20)
    assert verdict.why == ""
    assert verdict.claims.keys() == {"name", "speciality", "region", "languages"}
    with pytest.raises(NotFound):
        await licences.mark(nora.caller, nora.id, HERE, "q" * 20)


async def test_who_is_erased_leaves_no_credential_and_her_places_stand_no_more(
    identity: Identity, teacher: Caller, db: Database, keys: Keys
) -> None:
    lin = await joined(identity, "lin", Role.PATIENT, person="Patient/lin")
    new = licence(lin, kind=CredentialKind.BADGE, told=BADGE)
    await identity.credentials.issuing.issue(teacher, new, here=HERE)
    text = await shown(identity, lin, "achievement")

    async with db.begin() as tx:
        gone, _ = await identity.forget(tx, "Patient/lin")

    assert gone["identity_credential"] == gone["identity_issued"] == gone["identity_holder"] == 1
    assert await why(identity, text) == "revoked"
    async with db.read() as tx:
        for table in (
            "identity_credential",
            "identity_issued",
            "identity_holder",
            "identity_shown",
        ):
            assert await tx.all(f"SELECT * FROM {table}") == []


async def test_a_key_that_was_destroyed_takes_what_was_held_with_it(
    identity: Identity, teacher: Caller, keys: Keys
) -> None:
    lin = await joined(identity, "lin", Role.PATIENT, person="Patient/lin")
    new = licence(lin, kind=CredentialKind.BADGE, told=BADGE)
    line = await identity.credentials.issuing.issue(teacher, new)

    await keys.vault.destroy(keys.vault.ids_of("Patient/lin"))

    assert await identity.credentials.holding.cards(lin.caller) == []
    with pytest.raises(Gone):
        await identity.credentials.holding.link(lin.caller, line.id, ["achievement"], 10)


async def test_whoever_keeps_digests_is_told_of_an_erasure_too(
    identity: Identity, teacher: Caller, db: Database
) -> None:
    lin = await joined(identity, "lin", Role.PATIENT, person="Patient/lin")
    new = licence(lin, kind=CredentialKind.BADGE, told=BADGE)
    await identity.credentials.issuing.issue(teacher, new, here=HERE)
    told: list[int] = []
    heard = asyncio.Event()

    async def hear(list: str, epoch: int, digest: bytes) -> None:
        told.append(epoch)
        heard.set()

    identity.credentials.when_published(hear)
    running = asyncio.create_task(identity.credentials.run())
    async with db.begin() as tx:
        await identity.forget(tx, "Patient/lin")
    with suppress(TimeoutError):
        async with asyncio.timeout(2):
            await heard.wait()
    running.cancel()

    assert told == [1]


async def test_who_teaches_here_too_keeps_her_badges_when_her_record_is_erased(
    identity: Identity, teacher: Caller, db: Database, keys: Keys
) -> None:
    roles = [Role.PATIENT, Role.TRAINEE]
    lin = await joined(identity, "lin", *roles, person="Patient/lin")
    new = licence(lin, kind=CredentialKind.BADGE, told=BADGE)
    line = await identity.credentials.issuing.issue(teacher, new, here=HERE)
    await identity.credentials.holding.link(lin.caller, line.id, ["achievement"], 10)

    async with db.begin() as tx:
        gone, _ = await identity.forget(tx, "Patient/lin")
    await keys.vault.destroy(keys.vault.ids_of("Patient/lin"))

    assert "identity_credential" not in gone
    after = await identity.find(lin.id)
    assert after is not None
    (card,) = await identity.credentials.holding.cards(after.caller)
    assert card.claims["achievement"]["name"] == "First suture"
    assert await why(identity, await shown(identity, after, "achievement")) == ""
    (told,) = await identity.credentials.holding.history(after.caller)
    assert told.names == ("achievement",)
    (entry,) = await identity.credentials.issuing.register(teacher)
    assert entry.claims["achievement"]["name"] == "First suture"


# Two houses


@dataclass
class Post:
    """The open internet between two houses, as far as it is there."""

    answers: dict[str, Callable[[], Awaitable[bytes]]]
    asked: list[str]

    async def reach(self, letter: Letter) -> Reply:
        self.asked.append(letter.address)
        if letter.address not in self.answers:
            raise Unfit("not there")
        return Reply(200, await self.answers[letter.address]())


@dataclass
class Far:
    """Another house, and what it says by post."""

    identity: Identity
    keeper: Caller
    post: Post


FAR = "https://far.example"


@pytest.fixture
async def far(tmp_path: Path, clock: StoppedClock) -> AsyncGenerator[Far]:
    """Another house, with an address of its own."""
    db = connect_database(f"sqlite:///{tmp_path}/far.sqlite", durable=False)
    await db.migrate({"identity": MIGRATIONS}, tmp_path / "far-backups", clock)
    keys = Keys(tmp_path / "far-keys")
    identity = Identity(db=db, clock=clock, ids=Ids(clock), keys=keys, hasher=QUICK, address=FAR)
    keeper = await joined(identity, "far", Role.OPERATOR)
    yield Far(identity, keeper.caller, Post({}, []))
    await db.close()


@pytest.fixture
async def near(db: Database, clock: StoppedClock, keys: Keys, far: Far) -> Identity:
    """This house, which takes licences of the other."""
    return Identity(
        db=db,
        clock=clock,
        ids=Ids(clock),
        keys=keys,
        hasher=QUICK,
        events=Events(db, clock),
        licence_issuers=["did:web:far.example"],
        reach=far.post.reach,
    )


def by_post(far: Far) -> None:
    """Let the other house be reached."""

    async def document() -> bytes:
        return json.dumps(await far.identity.credentials.issuers.document()).encode()

    far.post.answers[f"{FAR}/.well-known/did.json"] = document


async def far_licence(far: Far, near: Identity, account: Account, **more: Any) -> str:
    """A licence that the other house issued to a key of somebody's here; held here."""
    colleague = await joined(far.identity, f"c{secrets.token_hex(4)}", Role.CLINICIAN)
    id = await licensed(far.identity, colleague, **more)
    async with far.identity.credentials._desk.db.begin() as tx:  # pyright: ignore[reportPrivateUsage]
        line = await issued.find(tx, id)
    assert line is not None
    credentials = near.credentials
    held_id = f"held-{id}"
    async with credentials._desk.db.begin() as tx:  # pyright: ignore[reportPrivateUsage]
        key = pairwise.public(await credentials.holding.key(tx, account, held_id))
        claims = await far.identity.credentials.issuing.opened(line)
        text = await far.identity.credentials.issuing.sign(line, claims or {}, key, FAR)
        await credentials.holding.keep(tx, account, id=held_id, text=text)
    where = f"{FAR}/api/identity/status/{line.list}"

    async def list_() -> bytes:
        return (await far.identity.credentials.lists.publish(line.list, FAR))[0].encode()

    far.post.answers[where] = list_
    return id


async def test_a_trusted_house_s_licence_counts_and_ends_within_a_minute_of_its_revocation(
    near: Identity, far: Far, amara: Account, clock: StoppedClock
) -> None:
    by_post(far)
    id = await far_licence(far, near, amara)
    licences = near.credentials.licences
    assert await licences.licensed([amara.id]) == {amara.id}
    await licences.look()

    await far.identity.credentials.issuing.change(far.keeper, id, Status.REVOKED)
    for _ in range(3):  # the house looks every twenty seconds
        clock.at += timedelta(seconds=20)
        await licences.look()

    assert await licences.licensed([amara.id]) == set()
    text = await shown(near, amara)
    assert await why(near, text) == "revoked"


async def test_a_house_that_nobody_trusts_licenses_nobody_here(
    identity: Identity, near: Identity, far: Far, amara: Account
) -> None:
    by_post(far)
    await far_licence(far, near, amara)

    assert await identity.credentials.licences.licensed([amara.id]) == set()


async def test_another_s_silence_is_borne_for_an_hour(
    near: Identity, far: Far, amara: Account, clock: StoppedClock
) -> None:
    by_post(far)
    await far_licence(far, near, amara)
    far.post.answers.clear()
    licences = near.credentials.licences

    clock.at += timedelta(minutes=59)
    await licences.look()
    assert await licences.licensed([amara.id]) == {amara.id}

    clock.at += timedelta(minutes=2)
    await licences.look()
    assert await licences.licensed([amara.id]) == set()


async def test_a_status_list_of_another_issuer_says_nothing(
    near: Identity, far: Far, amara: Account
) -> None:
    by_post(far)
    await far_licence(far, near, amara)
    where = next(address for address in far.post.answers if "/status/" in address)
    stranger = pairwise.p256(b"s" * 32, "stranger")
    clean = status.encode_tokens(status.pack({}))
    claims = {"sub": where, "iat": 1, "exp": 9_999_999_999, "status_list": clean}
    name = did.did_of(pairwise.public(stranger))
    honest = (await far.post.answers[where]()).decode()
    header, payload = jose.read(honest)
    _, _, key = await far.identity.credentials.issuers.signer()

    for text in (
        jose.sign({"typ": "statuslist+jwt", "kid": header["kid"]}, claims, stranger),
        jose.sign({"typ": "statuslist+jwt"}, {**claims, "iss": name}, stranger),
        jose.sign({"typ": "statuslist+jwt", "kid": f"{name}#x"}, claims, stranger),
        jose.sign({"typ": "statuslist+jwt", "kid": header["kid"]}, {**payload, "sub": "x"}, key),
        jose.sign({"typ": "statuslist+jwt", "kid": header["kid"]}, {**payload, "exp": 1}, key),
        jose.sign({"typ": "JWT", "kid": header["kid"]}, payload, key),
        "nothing",
    ):

        async def answer(text: str = text) -> bytes:
            return text.encode()

        far.post.answers[where] = answer
        verdict = await near.credentials.proving.prove(await shown(near, amara), **QUESTION)
        assert verdict.why not in ("", "revoked"), text


async def test_strangers_cannot_send_the_house_to_ask_for_issuers(
    near: Identity, far: Far, amara: Account, identity: Identity
) -> None:
    by_post(far)
    await far_licence(far, near, amara)
    text = await shown(near, amara)
    before = len(far.post.asked)

    verdict = await identity.credentials.proving.prove(text, may_ask=False, **QUESTION)

    assert verdict.why == "issuer"
    assert len(far.post.asked) == before


async def test_a_licence_that_ends_is_told_and_one_that_is_left_counts(
    near: Identity, amara: Account, keeper: Caller, db: Database
) -> None:
    first, second = await licensed(near, amara), await licensed(near, amara)

    async def told() -> int:
        async with db.read() as tx:
            return (await tx.one("SELECT count(*) FROM kit_outbox") or (0,))[0]

    await near.credentials.issuing.change(keeper, first, Status.REVOKED)
    assert await told() == 0
    await near.credentials.issuing.change(keeper, second, Status.REVOKED)
    assert await told() == 1


async def test_a_revocation_waits_for_a_copy_that_is_being_made(
    identity: Identity, amara: Account, keeper: Caller, db: Database
) -> None:
    id = await licensed(identity, amara)
    revoke = identity.credentials.issuing.change(keeper, id, Status.REVOKED)

    async with db.begin() as tx:
        await tx.lock("identity.issued")
        line = await issued.find(tx, id)
        assert line is not None
        revoking = asyncio.create_task(revoke)
        await asyncio.sleep(0.2)
        copy = await identity.credentials.issuing.copy(tx, line, amara)
    await revoking

    async with db.read() as tx:
        found = await issued.find(tx, copy.id)
    assert found is not None
    assert found.state == Status.REVOKED


async def told_ends(db: Database) -> int:
    """How often it was told that somebody's last licence ended."""
    async with db.read() as tx:
        return (await tx.one("SELECT count(*) FROM kit_outbox") or (0,))[0]


async def test_what_one_signed_for_oneself_does_not_hide_that_the_licence_was_revoked(
    near: Identity, amara: Account, keeper: Caller, db: Database
) -> None:
    id = await licensed(near, amara)
    stranger = pairwise.p256(b"s" * 32, "stranger")
    _, payload = jose.read((await shown(near, amara)).split("~")[0])
    made_up = {**payload, "iss": did.did_of(pairwise.public(stranger))}
    text = jose.sign({"typ": "dc+sd-jwt"}, made_up, stranger) + "~"
    async with db.begin() as tx:
        await near.credentials.holding.keep(tx, amara, id="made-up", text=text)

    await near.credentials.issuing.change(keeper, id, Status.REVOKED)

    assert await near.credentials.licences.licensed([amara.id]) == set()
    assert await told_ends(db) == 1


async def test_what_others_issued_is_looked_at_whether_it_counts_here_or_not(
    near: Identity, far: Far, nora: Account, clock: StoppedClock
) -> None:
    by_post(far)
    club = {"kind": CredentialKind.MEMBERSHIP, "told": {"organisation": "Club", "role": "Member"}}
    id = await far_licence(far, near, nora, **club)
    await far.identity.credentials.issuing.change(far.keeper, id, Status.REVOKED)

    clock.at += timedelta(minutes=10)
    await near.credentials.licences.look()

    (card,) = await near.credentials.holding.cards(nora.caller)
    assert card.state == "revoked"


async def test_each_list_of_another_house_is_asked_for_once_at_a_look(
    near: Identity, far: Far, amara: Account, clock: StoppedClock
) -> None:
    by_post(far)
    for _ in range(3):
        await far_licence(far, near, amara)
    lists = [address for address in far.post.answers if "/status/" in address]
    far.post.answers = {}
    far.post.asked.clear()
    clock.at += timedelta(minutes=1)

    await near.credentials.licences.look()

    assert sorted(far.post.asked) == sorted(lists)


async def test_one_list_that_is_slow_delays_no_other_s_word(
    near: Identity, far: Far, amara: Account, keeper: Caller, clock: StoppedClock
) -> None:
    by_post(far)
    slow = await far_licence(far, near, amara)
    where = next(address for address in far.post.answers if "/status/" in address)
    await far.identity.credentials.issuers.rotate(far.keeper)  # and with it another list
    id = await far_licence(far, near, amara)
    came = asyncio.Event()

    async def never() -> bytes:
        await came.wait()
        return b""

    far.post.answers[where] = never
    await far.identity.credentials.issuing.change(far.keeper, id, Status.REVOKED)
    clock.at += timedelta(minutes=1)
    looking = asyncio.create_task(near.credentials.licences.look())
    async with asyncio.timeout(5):
        while True:
            cards = await near.credentials.holding.cards(amara.caller)
            states = {card.id: card.state for card in cards}
            if states[f"held-{id}"] == "revoked":
                break
            await asyncio.sleep(0.02)

    assert states[f"held-{slow}"] == "valid"
    assert not looking.done()
    came.set()
    await looking


async def test_the_end_by_another_s_silence_is_told_once_however_late_it_is_noticed(
    near: Identity, far: Far, amara: Account, clock: StoppedClock, db: Database
) -> None:
    by_post(far)
    await far_licence(far, near, amara)
    far.post.answers.clear()
    licences = near.credentials.licences

    clock.at += timedelta(hours=5)  # the house was closed meanwhile
    for _ in range(3):
        await licences.look()
        clock.at += timedelta(seconds=20)

    assert await told_ends(db) == 1
