"""Who lost everything is invited anew; and an operator who would take an account over so."""

import asyncio
from datetime import timedelta

import pytest

from asklepion.identity import Account, Caller, Identity, Role
from asklepion.identity.service.keys import Link
from asklepion.identity.store import closing as store
from asklepion.kit.clock import StoppedClock, to_us
from asklepion.kit.db import Database
from asklepion.kit.errors import Conflict, Forbidden, Gone, NotFound, Unauthenticated
from tests.identity.conftest import EMAIL, PASSWORD
from tests.identity.keyring import ADDRESS, Signed, add, befriend, enter, fresh, friend, told
from tests.identity.test_closing import CONSOLE, DELAY, KEEPER, NO_SESSION
from tests.identity.test_recovery import ask
from tests.passkeys import HERE, SoftKey

WHY = "She was here, with her passport."


@pytest.fixture
async def operator(identity: Identity, keeper: Caller) -> Signed:
    """The operator, who proved just now that it is really them."""
    return await fresh(identity, KEEPER)


@pytest.fixture
async def phone(identity: Identity, nora: Account) -> SoftKey:
    """Nora's phone, with her passkey."""
    key = SoftKey()
    await add(identity, key)
    return key


async def accept(identity: Identity, link: Link, key: SoftKey) -> Signed:
    """Use the link with a new device."""
    account, options = await identity.returning.read(link.token, here=HERE)
    assert account.name
    session = await identity.returning.accept(
        link.token, key.create(options), name="New phone", here=HERE
    )
    return session.caller, identity.kept_session(session.token)


async def test_after_the_delay_she_comes_back_in_and_every_old_key_ends(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    hers = await enter(identity, phone)
    paper = await identity.printed.make(*hers)
    old = await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    link, begun = await identity.returning.ask(*operator, nora.id, WHY)
    assert (begun.reason, begun.by) == (WHY, "Kay Keeper")
    assert begun.ready_at == clock.at + DELAY
    assert identity.returning.is_one(link.token)
    new = SoftKey()
    clock.at += DELAY

    caller, _ = await accept(identity, link, new)

    assert caller == nora.caller
    assert [key.name for key in await identity.passkeys.of(nora.id)] == ["New phone"]
    assert not (await identity.recognise(cookie=old.token)).is_known
    for lost in (
        enter(identity, phone),
        identity.sign_in(EMAIL, PASSWORD, address=ADDRESS),
        identity.printed.begin(EMAIL, paper, here=HERE, address=ADDRESS),
    ):
        with pytest.raises(Unauthenticated):
            await lost
    assert ("returned", "New phone") in await told(identity, nora)
    with pytest.raises(Gone):
        await identity.returning.read(link.token, here=HERE)
    assert (await enter(identity, new))[0] == nora.caller


async def test_within_the_delay_the_link_opens_nothing(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    link, begun = await identity.returning.ask(*operator, nora.id, WHY)
    clock.at += DELAY - timedelta(seconds=1)

    with pytest.raises(Forbidden, match="not good yet") as refused:
        await identity.returning.read(link.token, here=HERE)
    assert "2026-03-03T12:00:00" in refused.value.hint
    with pytest.raises(Forbidden, match="not good yet"):
        await identity.returning.accept(link.token, {}, name="Thief", here=HERE)

    assert await identity.returning.all(CONSOLE) == {nora.id: begun}
    clock.at += timedelta(days=7, seconds=1)
    with pytest.raises(Gone):
        await identity.returning.read(link.token, here=HERE)
    assert await identity.returning.all(CONSOLE) == {}


async def test_she_is_told_on_whatever_is_still_signed_in_and_stops_it_there(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    hers, _ = await enter(identity, phone)  # some time before
    link, begun = await identity.returning.ask(*operator, nora.id, WHY)
    assert ("return-asked", "2026-03-03T12:00:00.000Z") in await told(identity, nora)
    assert await identity.returning.of(hers) == begun

    await identity.returning.object(hers)

    assert await identity.returning.of(hers) is None
    clock.at += DELAY
    with pytest.raises(Gone):
        await accept(identity, link, SoftKey())
    with pytest.raises(NotFound):
        await identity.returning.object(hers)
    assert (await enter(identity, phone))[0] == nora.caller


@pytest.mark.parametrize("way", ["passkey", "password", "paper"])
async def test_whoever_can_come_in_has_not_lost_everything_and_ends_it_by_coming_in(
    identity: Identity,
    nora: Account,
    phone: SoftKey,
    operator: Signed,
    clock: StoppedClock,
    way: str,
) -> None:
    paper = await identity.printed.make(*await enter(identity, phone))
    link, _ = await identity.returning.ask(*operator, nora.id, WHY)
    clock.at += timedelta(hours=1)

    if way == "passkey":
        await enter(identity, phone)
    elif way == "password":
        await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    else:
        ticket, options = await identity.printed.begin(EMAIL, paper, here=HERE, address=ADDRESS)
        answer = SoftKey().create(options)
        await identity.printed.finish(ticket, answer, name="New", drops_old=False, here=HERE)

    assert ("return-ended", "") in await told(identity, nora)
    clock.at += DELAY
    with pytest.raises(Gone):
        await accept(identity, link, SoftKey())


async def test_an_operator_who_closes_and_invites_anew_takes_over_nothing(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    link, _ = await identity.returning.ask(*operator, nora.id, WHY)
    await identity.closings.begin(*operator, nora.id, "Left.")  # so that nobody is in the way

    assert await identity.returning.of(nora.caller) is None
    with pytest.raises(Gone):
        await identity.returning.read(link.token, here=HERE)
    with pytest.raises(Conflict, match="closing"):
        await identity.returning.ask(*operator, nora.id, WHY)
    with pytest.raises(Conflict, match="closing"):
        await identity.devices.invite(operator[0], nora.id)
    with pytest.raises(Conflict):
        await identity.create_account(
            operator[0], email=EMAIL, password=PASSWORD, name="Nora Lind", roles=[Role.PATIENT]
        )
    assert "closing-begun" in dict(await told(identity, nora))  # and she reads it
    await identity.closings.keep((await enter(identity, phone))[0])
    clock.at += DELAY * 2
    assert await identity.closings.close_due() == 0
    with pytest.raises(Gone):
        await accept(identity, link, SoftKey())


async def test_an_operator_who_suspends_first_so_that_she_reads_nothing_waits_all_the_same(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    await identity.closings.begin(*operator, nora.id, WHY, at_once=True)
    with pytest.raises(Conflict):
        await identity.returning.ask(*operator, nora.id, WHY)
    clock.at += DELAY - timedelta(minutes=5)
    operator = await fresh(identity, KEEPER)
    await identity.closings.stop(*operator, nora.id)

    link, _ = await identity.returning.ask(*operator, nora.id, WHY)

    clock.at += DELAY - timedelta(seconds=1)  # in which she comes in, and reads
    with pytest.raises(Forbidden, match="not good yet"):
        await accept(identity, link, SoftKey())
    await enter(identity, phone)
    clock.at += timedelta(seconds=1)
    with pytest.raises(Gone):
        await accept(identity, link, SoftKey())


async def test_a_link_that_stands_beside_a_closing_opens_nothing(
    identity: Identity,
    nora: Account,
    phone: SoftKey,
    operator: Signed,
    clock: StoppedClock,
    db: Database,
) -> None:
    link, _ = await identity.returning.ask(*operator, nora.id, WHY)
    at, until = to_us(clock.at), to_us(clock.at + 2 * DELAY)
    async with db.begin() as tx:  # as if both had been begun in the same moment
        await store.add(tx, store.ClosingRow(nora.id, 0, WHY, CONSOLE.account, at, until, 0))
    clock.at += DELAY

    with pytest.raises(Conflict, match="closing"):
        await identity.returning.read(link.token, here=HERE)
    with pytest.raises(Conflict, match="closing"):
        await identity.returning.accept(link.token, {}, name="Thief", here=HERE)


async def test_of_two_operators_who_close_and_invite_in_the_same_moment_one_comes_first(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed
) -> None:
    await asyncio.gather(
        identity.returning.ask(*operator, nora.id, WHY),
        identity.closings.begin(CONSOLE, NO_SESSION, nora.id, WHY),
        return_exceptions=True,
    )

    assert list(await identity.closings.all(CONSOLE)) == [nora.id]
    assert await identity.returning.all(CONSOLE) == {}


async def test_what_is_not_so_is_not_asked(
    identity: Identity, nora: Account, keeper: Caller, operator: Signed
) -> None:
    guest = await identity.create_account(
        CONSOLE, email="guest@clinic.example", password=None, name="Gus", roles=[Role.PATIENT]
    )

    with pytest.raises(Forbidden, match="in already"):
        await identity.returning.ask(*operator, keeper.account, WHY)
    with pytest.raises(Conflict, match="never been in"):
        await identity.returning.ask(*operator, guest.id, WHY)
    with pytest.raises(NotFound):
        await identity.returning.ask(*operator, "nobody", WHY)
    await identity.returning.ask(*operator, nora.id, WHY)
    with pytest.raises(Conflict, match="already"):
        await identity.returning.ask(*operator, nora.id, WHY)
    await identity.returning.stop(operator[0], nora.id)
    await identity.returning.ask(*operator, nora.id, WHY)
    with pytest.raises(Gone):
        await identity.returning.read("back.nothing", here=HERE)
    assert not identity.returning.is_one((await identity.devices.invite(CONSOLE, guest.id)).token)


async def test_her_guardians_stay_and_what_they_were_asked_for_ends(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    friends = [await friend(identity, name) for name in ("Ana", "Ben")]
    await befriend(identity, await enter(identity, phone), *friends)
    asked = await ask(identity, SoftKey())
    clock.at += timedelta(hours=1)
    link, _ = await identity.returning.ask(CONSOLE, NO_SESSION, nora.id, WHY)
    clock.at += DELAY

    await accept(identity, link, SoftKey())

    assert (await identity.recovering.look(asked.claim)).state == "cancelled"
    found, _, _ = await identity.guardians.of(nora.caller)
    assert [each.name for each in found] == ["Ana", "Ben"]


async def test_who_invited_her_anew_and_why_is_written_down(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    await identity.returning.ask(*operator, nora.id, WHY)
    clock.at += timedelta(minutes=1)
    await identity.returning.stop(operator[0], nora.id)
    clock.at += timedelta(minutes=1)
    link, _ = await identity.returning.ask(*operator, nora.id, WHY)
    clock.at += DELAY
    await accept(identity, link, SoftKey())

    found = await identity.closings.acts(CONSOLE, nora.id)

    keeper = operator[0].account
    assert [(act.kind, act.asked_by, act.reason) for act in found] == [
        ("invited anew", keeper, WHY),
        ("new invitation stopped", keeper, ""),
        ("invited anew", keeper, WHY),
        ("came back invited anew", nora.id, ""),
    ]
