"""A second device, an invitation, a printed code, and going without a password."""

from datetime import timedelta

import pytest

from asklepion.identity import Account, Caller, Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, Conflict, Forbidden, Gone, NotFound, Unauthenticated
from tests.identity.conftest import EMAIL, PASSWORD
from tests.identity.keyring import ADDRESS, Signed, add, enter, fresh, told
from tests.passkeys import HERE, SoftKey


@pytest.fixture
async def phone(identity: Identity, nora: Account) -> SoftKey:
    """Nora's phone, with her passkey."""
    key = SoftKey()
    await add(identity, key)
    return key


# A second device


async def test_a_second_device_joins_by_a_link_and_a_number_that_both_show(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    caller, session = await enter(identity, phone)
    link = await identity.devices.link(caller, session)
    tablet = SoftKey()

    claim, number = await identity.devices.open(link.token)
    assert await identity.devices.wait(claim, here=HERE) is None
    pairing = await identity.devices.look(caller, link.id)
    assert (pairing.state, len(pairing.choices), number in pairing.choices) == ("opened", 3, True)
    await identity.devices.confirm(caller, link.id, number)
    options = await identity.devices.wait(claim, here=HERE)
    assert options
    answer = tablet.create(options)
    joined = await identity.devices.join(claim, answer, name="Nora's tablet", here=HERE)

    assert joined.caller == nora.caller
    assert (await enter(identity, tablet))[0] == nora.caller
    assert ("passkey-added", "Nora's tablet") in await told(identity, nora)
    with pytest.raises(Gone):
        await identity.devices.join(claim, answer, name="x", here=HERE)
    with pytest.raises(Gone):
        await identity.devices.open(link.token)


async def test_who_picks_another_number_stops_it(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    caller, session = await enter(identity, phone)
    link = await identity.devices.link(caller, session)
    claim, number = await identity.devices.open(link.token)
    wrong = next(
        each for each in (await identity.devices.look(caller, link.id)).choices if each != number
    )

    with pytest.raises(Forbidden, match="not the number"):
        await identity.devices.confirm(caller, link.id, wrong)

    with pytest.raises(NotFound):
        await identity.devices.confirm(caller, link.id, number)
    with pytest.raises(Gone):
        await identity.devices.wait(claim, here=HERE)


async def test_before_it_is_confirmed_the_other_device_gets_nothing(
    identity: Identity, keeper: Caller, phone: SoftKey
) -> None:
    caller, session = await enter(identity, phone)
    link = await identity.devices.link(caller, session)
    with pytest.raises(Conflict):
        await identity.devices.confirm(caller, link.id, "")
    claim, number = await identity.devices.open(link.token)
    made = SoftKey().create(await identity.passkeys.to_add(caller, session, here=HERE))

    with pytest.raises(Gone):
        await identity.devices.join(claim, made, name="x", here=HERE)
    with pytest.raises(NotFound):  # another's link
        await identity.devices.confirm(keeper, link.id, number)
    with pytest.raises(Gone):  # opened by whoever came second
        await identity.devices.open(link.token)
    await identity.devices.confirm(caller, link.id, number)
    with pytest.raises(Forbidden):  # made for something else
        await identity.devices.join(claim, made, name="x", here=HERE)


async def test_the_link_is_good_for_ten_minutes_and_the_last_one_alone(
    identity: Identity, nora: Account, phone: SoftKey, clock: StoppedClock
) -> None:
    caller, session = await enter(identity, phone)
    first = await identity.devices.link(caller, session)
    second = await identity.devices.link(caller, session)

    with pytest.raises(Gone):
        await identity.devices.open(first.token)
    clock.at += timedelta(minutes=10)
    with pytest.raises(Gone):
        await identity.devices.open(second.token)
    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.devices.link(caller, session)


# An invitation


@pytest.fixture
async def guest(identity: Identity) -> Account:
    """Somebody who has no password."""
    return await identity.create_account(
        Identity.console(),
        email="guest@clinic.example",
        password=None,
        name="Gus Guest",
        roles=[Role.PATIENT],
    )


async def test_somebody_invited_makes_her_first_passkey_and_is_in(
    identity: Identity, guest: Account, keeper: Caller
) -> None:
    link = await identity.devices.invite(keeper, guest.id)
    phone = SoftKey()

    account, options = await identity.devices.read(link.token, here=HERE)
    answer = phone.create(options)
    session = await identity.devices.accept(link.token, answer, name="Phone", here=HERE)

    assert (account, session.caller) == (guest, guest.caller)
    assert (await enter(identity, phone))[0] == guest.caller
    for verb in (
        identity.devices.read(link.token, here=HERE),
        identity.devices.accept(link.token, answer, name="x", here=HERE),
    ):
        with pytest.raises(Gone):
            await verb


async def test_nobody_is_invited_into_an_account_that_is_lived_in(
    identity: Identity, nora: Account, guest: Account, keeper: Caller, phone: SoftKey
) -> None:
    with pytest.raises(Conflict, match="a way in already"):
        await identity.devices.invite(keeper, nora.id)
    with pytest.raises(Forbidden):
        await identity.devices.invite(nora.caller, guest.id)
    with pytest.raises(NotFound):
        await identity.devices.invite(keeper, "nobody")


async def test_an_invitation_ends_after_a_week(
    identity: Identity, guest: Account, keeper: Caller, clock: StoppedClock
) -> None:
    link = await identity.devices.invite(keeper, guest.id)
    clock.at += timedelta(days=7)

    with pytest.raises(Gone):
        await identity.devices.read(link.token, here=HERE)


@pytest.mark.parametrize("password", ["", PASSWORD])
async def test_without_a_password_no_password_opens(
    identity: Identity, guest: Account, password: str
) -> None:
    with pytest.raises(Unauthenticated):
        await identity.sign_in(guest.email, password, address=ADDRESS)


# A printed code


@pytest.fixture
async def code(identity: Identity, phone: SoftKey) -> str:
    """Nora's printed code."""
    return await identity.printed.make(*await enter(identity, phone))


async def come_back(
    identity: Identity, code: str, key: SoftKey, *, drops_old: bool = True
) -> Signed:
    """Use a printed code."""
    ticket, options = await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)
    session = await identity.printed.finish(
        ticket, key.create(options), name="New phone", drops_old=drops_old, here=HERE
    )
    return session.caller, identity.kept_session(session.token)


async def test_by_the_printed_code_she_comes_back_in_and_the_old_ways_end(
    identity: Identity, nora: Account, phone: SoftKey, code: str
) -> None:
    before = await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    new = SoftKey()

    caller, session = await come_back(identity, code.lower().replace("-", " "), new)

    assert caller == nora.caller
    assert not (await identity.recognise(cookie=before.token)).is_known
    assert (await enter(identity, new))[0] == nora.caller
    with pytest.raises(Unauthenticated):
        await enter(identity, phone)
    with pytest.raises(Unauthenticated):
        await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    with pytest.raises(Unauthenticated):  # a code is good once
        await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)
    assert await identity.printed.made_at(caller) is None
    assert ("code-used", "New phone") in await told(identity, nora)
    await identity.printed.make(caller, session)  # she is let print another at once


async def test_she_may_keep_her_other_passkeys(
    identity: Identity, nora: Account, phone: SoftKey, code: str
) -> None:
    await come_back(identity, code, SoftKey(), drops_old=False)

    assert (await enter(identity, phone))[0] == nora.caller


async def test_a_code_opened_twice_is_used_once(
    identity: Identity, nora: Account, code: str
) -> None:
    first, options = await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)
    thief = SoftKey().create(options)
    await come_back(identity, code, SoftKey())

    with pytest.raises(Gone):
        await identity.printed.finish(first, thief, name="x", drops_old=True, here=HERE)


async def test_a_wrong_code_and_an_unknown_address_are_answered_alike(
    identity: Identity, nora: Account, code: str
) -> None:
    answers: list[str] = []
    for email, typed in ((EMAIL, "00000-00000"), ("nobody@clinic.example", code), (EMAIL, "")):
        with pytest.raises(Unauthenticated) as error:
            await identity.printed.begin(email, typed, here=HERE, address=ADDRESS)
        answers.append(str(error.value))

    assert len(set(answers)) == 1


async def test_ten_wrong_codes_are_enough_for_a_while(
    identity: Identity, nora: Account, code: str, clock: StoppedClock
) -> None:
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await identity.printed.begin(EMAIL, "wrong", here=HERE, address=ADDRESS)

    with pytest.raises(Busy):
        await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)
    clock.at += timedelta(minutes=15)
    await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)


async def test_a_new_code_ends_the_one_before(
    identity: Identity, nora: Account, phone: SoftKey, code: str
) -> None:
    newer = await identity.printed.make(*await enter(identity, phone))

    with pytest.raises(Unauthenticated):
        await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)
    await identity.printed.begin(EMAIL, newer, here=HERE, address=ADDRESS)


async def test_a_rehearsal_changes_nothing_and_is_remembered(
    identity: Identity, nora: Account, phone: SoftKey, code: str, clock: StoppedClock
) -> None:
    with pytest.raises(Forbidden, match="not your code"):
        await identity.printed.rehearse(nora.caller, "wrong")
    assert (await identity.guardians.of(nora.caller))[2] == 0

    await identity.printed.rehearse(nora.caller, code)

    assert (await identity.guardians.of(nora.caller))[2] > 0
    assert (await enter(identity, phone))[0] == nora.caller
    await identity.printed.begin(EMAIL, code, here=HERE, address=ADDRESS)


# Without a password


async def test_a_password_goes_once_there_is_another_way_back_in(
    identity: Identity, nora: Account, phone: SoftKey
) -> None:
    caller, session = await enter(identity, phone)

    with pytest.raises(Forbidden, match="could not come back"):
        await identity.passwords.drop(caller, session)
    await identity.printed.make(caller, session)
    await identity.passwords.drop(caller, session)

    assert not await identity.passwords.has(caller)
    with pytest.raises(Unauthenticated):
        await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    (key,) = await identity.passkeys.of(nora.id)
    with pytest.raises(Conflict, match="only way in"):
        await identity.passkeys.remove(caller, session, key.id)
    with pytest.raises(Forbidden):
        await identity.change_password(caller, old="", new=PASSWORD)
    await identity.passwords.make(caller, session, "another quiet heron")
    await identity.sign_in(EMAIL, "another quiet heron", address=ADDRESS)
    with pytest.raises(Forbidden, match="You have a password"):
        await identity.passwords.make(caller, session, "a third quiet heron")


async def test_by_a_password_alone_none_of_it_is_changed_where_there_is_a_passkey(
    identity: Identity, nora: Account, phone: SoftKey, code: str
) -> None:
    caller, session = await fresh(identity)
    (key,) = await identity.passkeys.of(nora.id)

    for verb in (
        identity.printed.make(caller, session),
        identity.printed.drop(caller, session),
        identity.passwords.drop(caller, session),
        identity.devices.link(caller, session),
        identity.passkeys.remove(caller, session, key.id),
        identity.guardians.ask(caller, session, "friend@clinic.example"),
        identity.guardians.need(caller, session, 2),
    ):
        with pytest.raises(Forbidden, match="Prove once more"):
            await verb
