"""Passkeys as people use them, and as attackers would."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from webauthn.helpers import base64url_to_bytes

from asklepion.identity import Account, Caller, Identity
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Tx
from asklepion.kit.errors import (
    Busy,
    Conflict,
    Forbidden,
    Gone,
    HouseError,
    Incorrect,
    Unauthenticated,
)
from tests.identity.conftest import EMAIL, PASSWORD
from tests.identity.keyring import ADDRESS, add, enter, fresh, told
from tests.passkeys import CURVE, EDDSA, HERE, RS256, SoftKey

DIGEST = hashlib.sha256(b"what she agrees to").digest()
OTHER = "http://evil.example"


@pytest.fixture
async def phone(identity: Identity, nora: Account) -> SoftKey:
    """Nora's phone, with her passkey."""
    key = SoftKey()
    await add(identity, key)
    return key


async def test_somebody_adds_a_passkey_and_comes_in_with_it_without_typing_anything(
    identity: Identity, nora: Account
) -> None:
    phone = SoftKey()
    kept = await add(identity, phone)

    caller, _ = await enter(identity, phone)

    assert caller == nora.caller
    assert (kept.name, kept.is_synced, kept.can_sign) == ("Nora's phone", False, True)
    point = phone.held[0].key.public_key().public_numbers()
    assert (kept.x, kept.y) == (point.x.to_bytes(32), point.y.to_bytes(32))
    (listed,) = await identity.passkeys.of(nora.id)
    assert (listed.sign_count, listed.used_at) == (1, listed.created_at)


@pytest.mark.parametrize("algorithm", [EDDSA, RS256])
async def test_keys_of_other_kinds_open_the_door_but_sign_nothing(
    identity: Identity, nora: Account, algorithm: int
) -> None:
    key = SoftKey(algorithm=algorithm)
    kept = await add(identity, key)

    caller, _ = await enter(identity, key)

    assert caller.account == nora.id
    assert not kept.can_sign
    with pytest.raises(Conflict, match="no passkey that can sign"):
        await identity.passkeys.challenge(caller, "consent", DIGEST, here=HERE)


async def test_what_somebody_signs_can_be_checked_without_us_and_counts_once(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    options = await identity.passkeys.challenge(nora.caller, "consent", DIGEST, here=HERE)
    answer = phone.get(options)

    proof = await identity.passkeys.prove(nora.caller, "consent", answer, DIGEST, here=HERE)

    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(proof.public_key_x), int.from_bytes(proof.public_key_y), ec.SECP256R1()
    )
    signature = encode_dss_signature(int.from_bytes(proof.r), int.from_bytes(proof.s))
    message = proof.authenticator_data + hashlib.sha256(proof.client_data_json).digest()
    numbers.public_key().verify(signature, message, CURVE)
    assert int.from_bytes(proof.s) <= ORDER // 2
    with pytest.raises(Forbidden, match="used already"):
        await identity.passkeys.prove(nora.caller, "consent", answer, DIGEST, here=HERE)


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


async def test_what_was_signed_for_one_purpose_is_not_good_for_another(
    identity: Identity, nora: Account, keeper: Caller, phone: SoftKey
) -> None:
    options = await identity.passkeys.challenge(nora.caller, "consent", DIGEST, here=HERE)
    answer = phone.get(options)

    for who, purpose, digest in (
        (nora.caller, "recover", DIGEST),
        (nora.caller, "consent", bytes(32)),
        (keeper, "consent", DIGEST),
    ):
        with pytest.raises(Forbidden):
            await identity.passkeys.prove(who, purpose, answer, digest, here=HERE)
    with pytest.raises(Forbidden):
        await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)
    await identity.passkeys.prove(nora.caller, "consent", answer, DIGEST, here=HERE)


async def test_an_answer_is_good_once_and_for_five_minutes(
    identity: Identity, clock: StoppedClock, phone: SoftKey
) -> None:
    answer = phone.get(identity.passkeys.to_sign_in(here=HERE))
    late = phone.get(identity.passkeys.to_sign_in(here=HERE))

    await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)

    phone.held[0].count += 10
    again = phone.get({**identity.passkeys.to_sign_in(here=HERE)})
    replayed = {**again, "response": {**answer["response"]}}
    with pytest.raises(Forbidden):
        await identity.passkeys.sign_in(replayed, here=HERE, address=ADDRESS)
    clock.at += timedelta(minutes=5)
    with pytest.raises(Forbidden, match="took too long"):
        await identity.passkeys.sign_in(late, here=HERE, address=ADDRESS)


async def test_of_a_synced_key_that_does_not_count_an_answer_is_good_once_too(
    identity: Identity, nora: Account
) -> None:
    key = SoftKey(synced=True)
    kept = await add(identity, key)
    answer = key.get(identity.passkeys.to_sign_in(here=HERE))

    await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)

    assert kept.is_synced
    with pytest.raises(Forbidden, match="used already"):
        await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)
    await enter(identity, key)


async def test_a_challenge_for_one_thing_is_not_good_for_another(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    caller, session = await enter(identity, phone)
    step_up = await identity.passkeys.to_step_up(caller, here=HERE)
    to_sign_in = identity.passkeys.to_sign_in(here=HERE)

    with pytest.raises(Forbidden):
        answer = phone.get(step_up)
        await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)
    with pytest.raises(Forbidden):
        await identity.passkeys.step_up(caller, session, phone.get(to_sign_in), here=HERE)
    made_up = {**to_sign_in, "challenge": "A" * 75}
    with pytest.raises(Forbidden):
        await identity.passkeys.sign_in(phone.get(made_up), here=HERE, address=ADDRESS)


@pytest.mark.parametrize(
    "change", [{"origin": OTHER}, {"crossOrigin": True}, {"type": "webauthn.create"}]
)
async def test_what_another_site_asked_for_is_refused(
    identity: Identity, phone: SoftKey, change: dict[str, Any]
) -> None:
    with pytest.raises(Forbidden):
        await enter(identity, phone, **change)


async def test_a_key_that_was_made_for_another_site_is_none_of_ours(
    identity: Identity, nora: Account
) -> None:
    caller, session = await fresh(identity)
    options = await identity.passkeys.to_add(caller, session, here=HERE)

    for answer in (
        SoftKey(origin=OTHER).create(options),
        SoftKey().create(options, rp="evil.example"),
        SoftKey(verifies=False).create(options),
    ):
        with pytest.raises(Incorrect):
            await identity.passkeys.add(caller, session, answer, name="x", here=HERE)


async def test_at_another_address_of_the_house_a_passkey_is_not_taken(
    identity: Identity, phone: SoftKey
) -> None:
    there = "http://mirror.example"
    options = identity.passkeys.to_sign_in(here=there)
    held = replace(phone.held[0], rp="mirror.example")
    answer = replace(phone, origin=there).get(options, held=held)

    with pytest.raises(Forbidden):
        await identity.passkeys.sign_in(answer, here=there, address=ADDRESS)


async def test_without_seeing_whose_finger_it_is_nobody_comes_in(
    identity: Identity, phone: SoftKey
) -> None:
    phone.verifies = False

    with pytest.raises(Forbidden):
        await enter(identity, phone)


async def test_another_person_s_key_does_not_prove_that_it_is_her(
    identity: Identity, keeper: Caller, phone: SoftKey
) -> None:
    hers = SoftKey()
    await add(identity, hers, "keeper@clinic.example")
    caller, session = await enter(identity, hers)
    options = await identity.passkeys.to_step_up(caller, here=HERE)
    asked = await identity.passkeys.challenge(caller, "consent", DIGEST, here=HERE)
    nora = phone.held[0]

    with pytest.raises(Forbidden):
        await identity.passkeys.step_up(caller, session, phone.get(options, held=nora), here=HERE)
    with pytest.raises(Forbidden):
        answer = phone.get(asked, held=nora)
        await identity.passkeys.prove(caller, "consent", answer, DIGEST, here=HERE)


async def test_a_passkey_is_not_added_to_somebody_else_s_account(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    caller, session = await fresh(identity)
    other, her_session = await fresh(identity, "keeper@clinic.example")
    options = await identity.passkeys.to_add(caller, session, here=HERE)
    answer = SoftKey().create(options)

    with pytest.raises(Forbidden):  # made in her name, handed in by another
        await identity.passkeys.add(other, her_session, answer, name="x", here=HERE)
    with pytest.raises(Forbidden):  # with another's session
        await identity.passkeys.add(caller, her_session, answer, name="x", here=HERE)
    await identity.passkeys.add(caller, session, answer, name="x", here=HERE)
    with pytest.raises(HouseError):  # and not twice
        await identity.passkeys.add(caller, session, answer, name="x", here=HERE)


async def test_a_passkey_that_somebody_has_is_not_given_to_another(
    identity: Identity, keeper: Caller, phone: SoftKey
) -> None:
    caller, session = await fresh(identity, "keeper@clinic.example")
    options = await identity.passkeys.to_add(caller, session, here=HERE)
    stolen = SoftKey().create(options, id=phone.held[0].id)

    with pytest.raises(Conflict, match="known here already"):
        await identity.passkeys.add(caller, session, stolen, name="x", here=HERE)


async def test_a_copied_key_is_noticed_refused_and_told(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    copy = replace(phone, held=[replace(phone.held[0])])
    await enter(identity, phone)
    await enter(identity, phone)

    with pytest.raises(Forbidden):
        await enter(identity, copy)

    assert ("passkey-copied", "Nora's phone") in await told(identity, nora)
    await enter(identity, phone)


async def test_ten_wrong_answers_of_a_passkey_are_enough_for_a_while(
    identity: Identity, clock: StoppedClock, phone: SoftKey
) -> None:
    for _ in range(10):
        with pytest.raises(Forbidden):
            await enter(identity, phone, origin=OTHER)

    with pytest.raises(Busy):
        await enter(identity, phone)
    clock.at += timedelta(minutes=15)
    await enter(identity, phone)


async def test_an_unknown_passkey_is_told_so(identity: Identity, phone: SoftKey) -> None:
    stranger = replace(phone, held=[replace(phone.held[0], id=b"nobody knows this")])

    with pytest.raises(Unauthenticated, match="not known here"):
        await enter(identity, stranger)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"rawId": 7, "response": []},
        {"id": "x", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30"}},
        {"rawId": "\ud800", "response": {"clientDataJSON": "\0"}},
    ],
)
async def test_whatever_is_sent_the_answer_is_clear(
    identity: Identity, nora: Account, answer: dict[str, Any]
) -> None:
    caller, session = await fresh(identity)

    with pytest.raises((Unauthenticated, Forbidden, Incorrect)):
        await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)
    with pytest.raises((Forbidden, Incorrect)):
        await identity.passkeys.add(caller, session, answer, name="x", here=HERE)


# Proving once more


async def test_an_old_session_does_not_add_a_key(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    caller, session = await fresh(identity)
    clock.at += timedelta(minutes=10)

    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.passkeys.to_add(caller, session, here=HERE)
    await identity.passkeys.step_up_by_password(caller, session, PASSWORD)
    await identity.passkeys.to_add(caller, session, here=HERE)


async def test_whoever_has_a_passkey_proves_herself_by_it_and_not_by_a_password(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    caller, session = await fresh(identity)

    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.passkeys.to_add(caller, session, here=HERE)
    await identity.passkeys.step_up_by_password(caller, session, PASSWORD)
    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.passkeys.to_add(caller, session, here=HERE)
    options = await identity.passkeys.to_step_up(caller, here=HERE)
    await identity.passkeys.step_up(caller, session, phone.get(options), here=HERE)
    await identity.passkeys.to_add(caller, session, here=HERE)


async def test_a_script_s_token_adds_no_key(identity: Identity, nora: Account) -> None:
    await identity.token(EMAIL)

    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.passkeys.to_add(nora.caller, identity.kept_session(None), here=HERE)


# Keeping


async def test_the_only_way_in_is_not_taken_away(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    elsewhere = await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    caller, session = await enter(identity, phone)
    (key,) = await identity.passkeys.of(nora.id)

    await identity.passkeys.rename(caller, key.id, "The old phone")
    assert (await identity.passkeys.of(nora.id))[0].name == "The old phone"
    await identity.passkeys.remove(caller, session, key.id)  # there is a password
    assert await identity.passkeys.of(nora.id) == []
    assert not (await identity.recognise(cookie=elsewhere.token)).is_known
    with pytest.raises(Unauthenticated):
        await enter(identity, phone)


async def test_nobody_s_proof_counts_in_another_s_session(
    identity: Identity, nora: Account, keeper: Caller, clock: StoppedClock
) -> None:
    nora_s = await fresh(identity)
    clock.at += timedelta(minutes=11)

    with pytest.raises(Forbidden, match="no session of yours"):
        await identity.passkeys.step_up_by_password(keeper, nora_s[1], PASSWORD)

    assert (await identity.passkeys.is_fresh(*nora_s))[0] is False


async def test_where_there_is_a_passkey_the_old_password_alone_makes_no_new_one(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    thief = await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.change_password(
            nora.caller, old=PASSWORD, new="four loud geese", cookie=thief.token
        )

    options = identity.passkeys.to_sign_in(here=HERE)
    hers = await identity.passkeys.sign_in(phone.get(options), here=HERE, address=ADDRESS)
    await identity.change_password(
        nora.caller, old=PASSWORD, new="four loud geese", cookie=hers.token
    )

    assert ("password-changed", "") in await told(identity, nora)
    assert not (await identity.recognise(cookie=thief.token)).is_known
    assert (await identity.recognise(cookie=hers.token)).is_known


async def test_with_a_passkey_go_the_apps_and_links_that_were_given_by_it(
    identity: Identity, nora: Account, phone: SoftKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await enter(identity, phone)
    link = await identity.devices.link(*who)
    (key,) = await identity.passkeys.of(nora.id)
    ended: list[tuple[str, str]] = []

    async def end_grants(_: Tx, column: str, value: str) -> None:
        ended.append((column, value))

    monkeypatch.setattr("asklepion.identity.store.apps.end_grants", end_grants)
    await identity.passkeys.remove(*who, key.id)

    assert ended == [("account", nora.id)]
    with pytest.raises(Gone):
        await identity.devices.open(link.token)


async def test_ways_in_change_one_after_the_other(
    identity: Identity, nora: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[str] = []
    lock = Tx.lock

    async def noted(tx: Tx, name: str) -> None:
        locked.append(name)
        await lock(tx, name)

    code = await identity.printed.make(*await fresh(identity))
    monkeypatch.setattr(Tx, "lock", noted)
    await add(identity, SoftKey())
    assert locked.count("identity.ways") == 1
    ticket, options = await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)
    answer = SoftKey().create(options)
    await identity.printed.finish(ticket, answer, name="x", drops_old=True, here=HERE)
    assert locked.count("identity.ways") == 2


async def test_to_sign_for_others_only_passkeys_of_this_address_are_offered(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    there, tablet = "https://house.example", SoftKey(origin="https://house.example")
    caller, session = await enter(identity, phone)
    with pytest.raises(Conflict, match="made at localhost") as error:
        await identity.passkeys.challenge(caller, "consent", DIGEST, here=there)
    assert error.value.hint == "Open the house there; or add a passkey at this address."

    options = await identity.passkeys.to_add(caller, session, here=there)
    await identity.passkeys.add(caller, session, tablet.create(options), name="x", here=there)

    for key, here in ((phone, HERE), (tablet, there)):
        asked = await identity.passkeys.challenge(caller, "consent", DIGEST, here=here)
        (offered,) = asked["allowCredentials"]
        assert base64url_to_bytes(offered["id"]) == key.held[0].id
        answer = key.get(asked)
        assert await identity.passkeys.prove(caller, "consent", answer, DIGEST, here=here)


async def test_where_the_house_has_another_name_now_it_says_where_the_keys_were_made(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    with pytest.raises(Conflict, match="made at localhost") as error:
        await identity.passkeys.to_step_up(nora.caller, here="https://house.example")

    assert "printed code" in error.value.hint
    assert await identity.passkeys.to_step_up(nora.caller, here=HERE)
