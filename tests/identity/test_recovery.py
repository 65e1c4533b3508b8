"""Coming back in through guardians; and everybody who tries to come in so without being her."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from webauthn.helpers import bytes_to_base64url

from asklepion.identity import Account, Identity
from asklepion.identity.service.keys.recovering import Asked
from asklepion.identity.store import recoveries as store
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import (
    Busy,
    Conflict,
    Forbidden,
    Gone,
    Incorrect,
    NotFound,
    Unauthenticated,
)
from tests.identity.conftest import EMAIL, PASSWORD
from tests.identity.keyring import ADDRESS, Friend, add, befriend, enter, fresh, friend, told
from tests.passkeys import CURVE, HERE, SoftKey

DELAY = timedelta(hours=48)


@pytest.fixture
async def phone(identity: Identity, nora: Account) -> SoftKey:
    """Nora's phone, with her passkey."""
    key = SoftKey()
    await add(identity, key)
    return key


@pytest.fixture
async def friends(identity: Identity, phone: SoftKey) -> list[Friend]:
    """Nora's three guardians, of whom two must agree."""
    found = [await friend(identity, name) for name in ("Ana", "Ben", "Cai")]
    await befriend(identity, await enter(identity, phone), *found)
    return found


async def ask(
    identity: Identity, key: SoftKey, email: str = EMAIL, address: str = ADDRESS
) -> Asked:
    """Ask to be let back in."""
    options = await identity.recovering.to_ask(email, here=HERE)
    answer = key.create(options)
    return await identity.recovering.ask(
        email, answer, name="New phone", here=HERE, address=address
    )


async def agree(identity: Identity, who: Friend, asked: Asked) -> Any:
    """A guardian agrees to the request whose code she heard."""
    wish = (await identity.recovering.wishes(who.caller))[-1]
    options = await identity.recovering.to_agree(who.caller, wish.ward, asked.code, here=HERE)
    answer = who.key.get(options)
    return await identity.recovering.agree(who.caller, wish.ward, asked.code, answer, here=HERE)


async def test_two_guardians_let_her_back_in_after_the_delay(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend], clock: StoppedClock
) -> None:
    old = await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    new = SoftKey()
    asked = await ask(identity, new)

    first = await agree(identity, friends[0], asked)
    assert (first.state, first.agreed, first.needed) == ("open", 1, 2)
    with pytest.raises(Forbidden, match="have not agreed yet"):
        await enter(identity, new)
    second = await agree(identity, friends[1], asked)
    assert (second.state, second.ready_at) == ("waiting", clock.at + DELAY)
    with pytest.raises(Forbidden, match="not over yet"):
        await enter(identity, new)
    clock.at += DELAY
    assert (await identity.recovering.look(asked.claim)).state == "ready"
    caller, _ = await enter(identity, new)

    assert caller == nora.caller
    assert [key.name for key in await identity.passkeys.of(nora.id)] == ["New phone"]
    assert not (await identity.recognise(cookie=old.token)).is_known
    with pytest.raises(Unauthenticated):
        await enter(identity, phone)
    with pytest.raises(Unauthenticated):
        await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    assert (await enter(identity, new))[0] == nora.caller
    assert (await identity.recovering.look(asked.claim)).state == "done"


async def test_she_is_told_at_every_step_who_helped(
    identity: Identity, nora: Account, friends: list[Friend], clock: StoppedClock
) -> None:
    asked = await ask(identity, SoftKey())
    await agree(identity, friends[0], asked)
    await agree(identity, friends[1], asked)

    heard = await told(identity, nora)
    assert {("recovery-agreed", "Ana"), ("recovery-agreed", "Ben")} <= set(heard)
    assert ("recovery-waiting", "2026-03-03T12:00:00.000Z") in heard
    (running,) = await identity.recovering.running(nora.caller)
    assert (running.state, running.agreed) == ("waiting", 2)


async def test_a_takeover_within_the_delay_is_stopped_by_her_from_any_session(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend], clock: StoppedClock
) -> None:
    thief = SoftKey()
    asked = await ask(identity, thief)
    for each in friends[:2]:  # whom the thief has talked into it
        await agree(identity, each, asked)
    clock.at += DELAY - timedelta(seconds=1)
    with pytest.raises(Forbidden):
        await enter(identity, thief)

    (running,) = await identity.recovering.running(nora.caller)
    await identity.recovering.cancel((await enter(identity, phone))[0], running.id)

    clock.at += timedelta(days=1)
    with pytest.raises(Unauthenticated):
        await enter(identity, thief)
    assert (await identity.recovering.look(asked.claim)).state == "cancelled"
    with pytest.raises(NotFound):  # nor does a third guardian bring it back
        await identity.recovering.to_agree(friends[2].caller, nora.id, asked.code, here=HERE)
    with pytest.raises(NotFound):
        await identity.recovering.cancel(nora.caller, running.id)
    assert (await enter(identity, phone))[0] == nora.caller


async def test_one_guardian_counts_once(
    identity: Identity, nora: Account, friends: list[Friend]
) -> None:
    asked = await ask(identity, SoftKey())
    await agree(identity, friends[0], asked)

    with pytest.raises(Conflict, match="agreed already"):
        await agree(identity, friends[0], asked)

    assert (await identity.recovering.look(asked.claim)).state == "open"


async def test_who_is_no_guardian_or_no_more_or_not_yet_cannot_help(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend]
) -> None:
    stranger = await friend(identity, "Dan")
    who = await enter(identity, phone)
    await identity.guardians.drop(*who, friends[2].account.email)
    await identity.guardians.ask(*who, stranger.account.email)
    asked = await ask(identity, SoftKey())

    for each in (stranger, friends[2]):
        assert await identity.recovering.wishes(each.caller) == []
        with pytest.raises(Forbidden, match="no guardian"):
            await identity.recovering.to_agree(each.caller, nora.id, asked.code, here=HERE)


async def test_a_guardian_must_have_heard_the_code_from_her(
    identity: Identity, nora: Account, friends: list[Friend], clock: StoppedClock
) -> None:
    asked = await ask(identity, SoftKey())
    who = friends[0]
    (wish,) = await identity.recovering.wishes(who.caller)

    for _ in range(10):
        with pytest.raises(Forbidden, match="not her code"):
            await identity.recovering.to_agree(who.caller, wish.ward, "0000-0000", here=HERE)
    with pytest.raises(Busy):
        await identity.recovering.to_agree(who.caller, wish.ward, asked.code, here=HERE)


async def test_a_guardian_agrees_to_one_request_alone(
    identity: Identity, nora: Account, friends: list[Friend]
) -> None:
    hers, thief_s = await ask(identity, SoftKey()), await ask(identity, SoftKey())
    who = friends[0].caller
    options = await identity.recovering.to_agree(who, nora.id, hers.code, here=HERE)
    answer = friends[0].key.get(options)

    await identity.recovering.to_agree(who, nora.id, thief_s.code, here=HERE)
    with pytest.raises(Forbidden):  # what she signed names the other request and its key
        await identity.recovering.agree(who, nora.id, thief_s.code, answer, here=HERE)
    await identity.recovering.agree(who, nora.id, hers.code, answer, here=HERE)


async def test_whoever_asks_in_her_name_neither_hides_her_asking_nor_keeps_her_from_it(
    identity: Identity, nora: Account, friends: list[Friend], clock: StoppedClock
) -> None:
    new = SoftKey()
    for number in range(6):  # each from elsewhere
        await ask(identity, SoftKey(), address=f"198.51.100.{number}")
    asked = await ask(identity, new)
    for number in range(6):
        await ask(identity, SoftKey(), address=f"198.51.100.{number}")

    (wish,) = await identity.recovering.wishes(friends[0].caller)
    assert (wish.ward, wish.name, wish.is_agreed) == (nora.id, "Nora Lind", False)
    assert await identity.recovering.running(nora.caller) == []
    for each in friends[:2]:
        await agree(identity, each, asked)
    (wish,) = await identity.recovering.wishes(friends[0].caller)
    assert wish.is_agreed
    assert len(await identity.recovering.running(nora.caller)) == 1
    clock.at += DELAY
    assert (await enter(identity, new))[0] == nora.caller
    assert await identity.recovering.wishes(friends[0].caller) == []  # all others ended


async def test_what_a_guardian_signed_can_be_checked_without_us(
    identity: Identity, nora: Account, friends: list[Friend], db: Database
) -> None:
    asked = await ask(identity, SoftKey())
    progress = await agree(identity, friends[0], asked)

    async with db.read() as tx:
        (row,) = await store.approvals(tx, progress.id)
        recovery = await store.find_recovery(tx, "id", progress.id)
    assert recovery
    said = {
        "purpose": "asklepion recovery 1",
        "account": nora.id,
        "request": progress.id,
        "credential": recovery.key.credential.hex(),
        "key": recovery.key.public_key.hex(),
        "until": "2026-03-08T12:00:00.000Z",
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    challenge = json.loads(row.client_data)["challenge"]
    assert challenge == bytes_to_base64url(hashlib.sha256(text.encode()).digest())
    public = friends[0].key.held[0].key.public_key()
    assert row.x == public.public_numbers().x.to_bytes(32)
    signature = encode_dss_signature(
        int.from_bytes(row.signature[:32]), int.from_bytes(row.signature[32:])
    )
    message = row.authenticator_data + hashlib.sha256(row.client_data).digest()
    public.verify(signature, message, CURVE)


async def test_while_somebody_is_let_in_who_decides_does_not_change(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend]
) -> None:
    who = await enter(identity, phone)
    asked = await ask(identity, SoftKey())
    await identity.guardians.need(*who, 3)  # a request that nobody helped stops nothing
    await identity.guardians.need(*who, 2)
    await agree(identity, friends[0], asked)

    for verb in (
        identity.guardians.drop(*who, friends[0].account.email),
        identity.guardians.ask(*who, "another@clinic.example"),
        identity.guardians.need(*who, 3),
        identity.guardians.leave(friends[1].caller, nora.id),
    ):
        with pytest.raises(Conflict, match="let back in"):
            await verb


async def test_a_request_that_is_over_is_over(
    identity: Identity, nora: Account, friends: list[Friend], clock: StoppedClock
) -> None:
    slow, late = SoftKey(), SoftKey()
    asked = await ask(identity, slow)
    await agree(identity, friends[0], asked)
    (wish,) = await identity.recovering.wishes(friends[1].caller)
    clock.at += timedelta(days=7)
    with pytest.raises(NotFound):
        await identity.recovering.to_agree(friends[1].caller, wish.ward, asked.code, here=HERE)
    with pytest.raises(NotFound):
        await identity.recovering.look(asked.claim)
    with pytest.raises(Unauthenticated):
        await enter(identity, slow)

    asked = await ask(identity, late)
    for each in friends[:2]:
        await agree(identity, each, asked)
    clock.at += DELAY + timedelta(days=7)
    with pytest.raises(Unauthenticated):
        await enter(identity, late)


async def test_a_guardian_who_was_erased_meanwhile_counts_no_more(
    identity: Identity, nora: Account, friends: list[Friend], clock: StoppedClock, db: Database
) -> None:
    new = SoftKey()
    asked = await ask(identity, new)
    for each in friends[:2]:
        await agree(identity, each, asked)
    person = "Patient/ana"
    await identity.link_person(Identity.console(), friends[0].account.id, person)
    async with db.begin() as tx:
        await identity.forget(tx, person)
    clock.at += DELAY

    with pytest.raises(Forbidden, match="Too few"):
        await enter(identity, new)
    assert ("recovery-agreed", "Ana") not in await told(identity, nora)


async def test_an_unknown_address_is_answered_as_a_known_one(
    identity: Identity, nora: Account, friends: list[Friend]
) -> None:
    known = await identity.recovering.to_ask(EMAIL, here=HERE)
    for email in ("nobody@clinic.example", "not an address", "\ud800"):
        one = await identity.recovering.to_ask(email, here=HERE)
        two = await identity.recovering.to_ask(email, here=HERE)
        assert one.keys() == known.keys()
        assert one["user"]["id"] == two["user"]["id"] != known["user"]["id"]
        assert len(one["user"]["id"]) == len(known["user"]["id"])
        assert not one.get("excludeCredentials")
        assert not known.get("excludeCredentials")

    hers = await ask(identity, SoftKey())
    nobody_s = await ask(identity, SoftKey(), "nobody@clinic.example")
    looks = [await identity.recovering.look(each.claim) for each in (hers, nobody_s)]
    assert len({replace(each, id="") for each in looks}) == 1


async def test_nobody_comes_in_to_an_account_that_is_none_and_hears_nothing_else(
    identity: Identity, nora: Account
) -> None:
    heard: list[str] = []
    for email in (EMAIL, "nobody@clinic.example"):
        key = SoftKey()
        await ask(identity, key, email)
        with pytest.raises(Forbidden) as error:
            await enter(identity, key)
        heard.append(str(error.value))

    assert len(set(heard)) == 1


async def test_a_link_that_was_made_before_she_came_back_is_good_no_more(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend], clock: StoppedClock
) -> None:
    new = SoftKey()
    asked = await ask(identity, new)
    for each in friends[:2]:
        await agree(identity, each, asked)
    clock.at += DELAY - timedelta(minutes=1)
    caller, session = await enter(identity, phone)
    link = await identity.devices.link(caller, session)
    clock.at += timedelta(minutes=1)
    await enter(identity, new)

    with pytest.raises(Gone):
        await identity.devices.open(link.token)


async def test_asking_too_often_must_wait(identity: Identity, nora: Account) -> None:
    for _ in range(5):
        await ask(identity, SoftKey())

    with pytest.raises(Busy):
        await ask(identity, SoftKey())


async def test_what_was_made_for_one_address_does_not_ask_for_another(
    identity: Identity, nora: Account
) -> None:
    options = await identity.recovering.to_ask("thief@clinic.example", here=HERE)

    with pytest.raises(Forbidden):
        answer = SoftKey().create(options)
        await identity.recovering.ask(EMAIL, answer, name="x", here=HERE, address=ADDRESS)


async def test_the_old_sheet_opens_nothing_after_her_guardians_let_her_back_in(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend], clock: StoppedClock
) -> None:
    code = await identity.printed.make(*await enter(identity, phone))
    new = SoftKey()
    asked = await ask(identity, new)
    for each in friends[:2]:
        await agree(identity, each, asked)
    clock.at += DELAY
    await enter(identity, new)

    assert await identity.printed.made_at(nora.caller) is None
    with pytest.raises(Unauthenticated):
        await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)


# Guardians themselves


async def test_no_more_must_agree_than_have_accepted(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend]
) -> None:
    who = await enter(identity, phone)
    await identity.guardians.ask(*who, "late@clinic.example")

    with pytest.raises(Incorrect):
        await identity.guardians.need(*who, 4)
    await identity.guardians.need(*who, 3)


@pytest.mark.parametrize("how", ["drop", "leave", "erasure"])
async def test_where_a_guardian_goes_the_others_are_enough_and_she_is_told(
    identity: Identity,
    nora: Account,
    phone: SoftKey,
    friends: list[Friend],
    db: Database,
    how: str,
) -> None:
    who = await enter(identity, phone)
    await identity.guardians.need(*who, 3)
    goes = friends[2]

    if how == "drop":
        await identity.guardians.drop(*who, goes.account.email)
    elif how == "leave":
        await identity.guardians.leave(goes.caller, nora.id)
    else:
        await identity.link_person(Identity.console(), goes.account.id, "Patient/cai")
        async with db.begin() as tx:
            await identity.forget(tx, "Patient/cai")

    assert (await identity.guardians.of(nora.caller))[1] == 2
    assert ("threshold-changed", "2") in await told(identity, nora)
    await identity.guardians.leave(friends[1].caller, nora.id)
    assert ("guardians-few", "") in await told(identity, nora)


async def test_guardians_accept_with_a_passkey_and_are_asked_without_telling_who_is_here(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    who = await enter(identity, phone)
    ana = await friend(identity, "Ana")
    await identity.guardians.ask(*who, ana.account.email)
    await identity.guardians.ask(*who, "nobody@clinic.example")

    found, needed, _ = await identity.guardians.of(nora.caller)
    assert needed == 2
    assert {(each.guardian, each.name, each.accepted_at) for each in found} == {("", "", 0)}
    assert ("ward-asks", "Nora Lind") in await told(identity, ana.account)
    (ward,) = await identity.guardians.wards(ana.caller)
    assert (ward.account, ward.name, ward.accepted_at) == (nora.id, "Nora Lind", 0)
    with pytest.raises(Forbidden, match="Prove once more"):
        caller, session = await fresh(identity, ana.account.email)
        await identity.guardians.accept(caller, session, nora.id)
    caller, session = await enter(identity, ana.key)
    await identity.guardians.accept(caller, session, nora.id)
    with pytest.raises(NotFound):
        await identity.guardians.accept(caller, session, nora.id)
    assert ("guardian-accepted", "Ana") in await told(identity, nora)


async def test_somebody_without_a_passkey_adds_one_before_she_guards(
    identity: Identity, nora: Account, phone: SoftKey, keeper: Any
) -> None:
    await identity.guardians.ask(*await enter(identity, phone), "keeper@clinic.example")
    caller, session = await fresh(identity, "keeper@clinic.example")

    with pytest.raises(Conflict, match="by a passkey"):
        await identity.guardians.accept(caller, session, nora.id)


async def test_nobody_guards_herself_and_five_are_enough(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    who = await enter(identity, phone)

    with pytest.raises(Incorrect, match="yourself"):
        await identity.guardians.ask(*who, EMAIL)
    for number in range(5):
        await identity.guardians.ask(*who, f"friend-{number}@clinic.example")
    with pytest.raises(Conflict, match="5 guardians"):
        await identity.guardians.ask(*who, "friend-6@clinic.example")
    with pytest.raises(Conflict):
        await identity.guardians.ask(*who, "friend-1@clinic.example")
    for number in (1, 6):
        with pytest.raises(Incorrect):
            await identity.guardians.need(*who, number)
    with pytest.raises(Conflict, match="Too few"):
        await identity.guardians.rehearse(nora.caller)


async def test_a_guardian_may_leave_and_say_no(
    identity: Identity, nora: Account, phone: SoftKey, friends: list[Friend]
) -> None:
    await identity.guardians.leave(friends[0].caller, nora.id)

    assert await identity.guardians.wards(friends[0].caller) == []
    assert ("guardian-left", "Ana") in await told(identity, nora)
    with pytest.raises(NotFound):
        await identity.guardians.leave(friends[0].caller, nora.id)
    await identity.guardians.rehearse(nora.caller)
    assert (await identity.guardians.of(nora.caller))[2] > 0
