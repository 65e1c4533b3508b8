"""Closing an account: told, called off, at once, for good; and whoever would misuse it."""

from datetime import timedelta

import pytest

from asklepion.identity import Account, Caller, Identity, Role
from asklepion.identity.store import closing as store
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import (
    Conflict,
    Forbidden,
    Gone,
    Incorrect,
    NotFound,
    Unauthenticated,
)
from tests.identity.conftest import EMAIL, PASSWORD
from tests.identity.keyring import ADDRESS, Signed, add, befriend, enter, fresh, friend, told
from tests.identity.test_recovery import agree, ask
from tests.passkeys import HERE, SoftKey

DELAY = timedelta(hours=48)
WHY = "She asked us to, at the desk."
KEEPER = "keeper@clinic.example"
CONSOLE = Identity.console()
NO_SESSION = b""


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


async def employ(
    identity: Identity, name: str, role: Role = Role.CLINICIAN, person: str | None = None
) -> Account:
    """Somebody who works here."""
    return await identity.create_account(
        CONSOLE,
        email=f"{name.lower()}@clinic.example",
        password=PASSWORD,
        name=name,
        roles=[role],
        person=person,
    )


async def close(identity: Identity, account: Account, clock: StoppedClock) -> None:
    """Close somebody's account, and let the time for it pass."""
    await identity.closings.begin(CONSOLE, NO_SESSION, account.id, WHY)
    clock.at += DELAY
    assert await identity.closings.close_due() == 1


# She is told, and has time


async def test_an_account_is_closed_after_the_delay_in_which_she_comes_in_as_before(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    begun = await identity.closings.begin(*operator, nora.id, WHY)

    assert (begun.state, begun.reason, begun.by) == ("closing", WHY, "Kay Keeper")
    assert begun.ends_at == clock.at + DELAY
    assert ("closing-begun", "2026-03-03T12:00:00.000Z") in await told(identity, nora)
    clock.at += DELAY - timedelta(seconds=1)
    assert await identity.closings.close_due() == 0
    caller, _ = await enter(identity, phone)
    assert await identity.closings.of(caller) == begun

    clock.at += timedelta(seconds=1)

    with pytest.raises(Forbidden, match="is closed"):
        await enter(identity, phone)  # also before what it held is taken away
    assert await identity.closings.close_due() == 1
    assert await identity.closings.close_due() == 0
    with pytest.raises(Unauthenticated):
        await enter(identity, phone)
    (listed,) = (await identity.closings.all(operator[0])).values()
    assert listed.state == "closed"


async def test_she_keeps_her_account_whoever_wants_to_close_it(
    identity: Identity, nora: Account, phone: SoftKey, operator: Signed, clock: StoppedClock
) -> None:
    await identity.closings.begin(*operator, nora.id, WHY)
    caller, _ = await enter(identity, phone)

    await identity.closings.keep(caller)

    clock.at += DELAY
    assert await identity.closings.close_due() == 0
    assert (await enter(identity, phone))[0] == nora.caller
    assert ("closing-stopped", "") in await told(identity, nora)
    heard = [(each.kind, each.about) for each, _ in await identity.notices.of(operator[0])]
    assert heard == [("closing-other-stopped", "Nora Lind")]
    with pytest.raises(NotFound, match="not closing"):
        await identity.closings.keep(caller)


async def test_an_operator_calls_it_off_too(
    identity: Identity, nora: Account, operator: Signed, clock: StoppedClock
) -> None:
    await identity.closings.begin(*operator, nora.id, WHY)

    await identity.closings.stop(*operator, nora.id)

    with pytest.raises(NotFound):
        await identity.closings.stop(*operator, nora.id)
    clock.at += DELAY
    assert await identity.closings.close_due() == 0
    assert (await fresh(identity))[0] == nora.caller


async def test_what_is_closed_is_not_called_off(
    identity: Identity, nora: Account, operator: Signed, clock: StoppedClock
) -> None:
    caller, _ = await fresh(identity)
    await identity.closings.begin(*operator, nora.id, WHY)
    clock.at += DELAY

    with pytest.raises(NotFound, match="closed already"):
        await identity.closings.keep(caller)
    with pytest.raises(NotFound, match="closed already"):
        await identity.closings.stop(CONSOLE, NO_SESSION, nora.id)
    await identity.closings.close_due()
    with pytest.raises(Conflict, match="closed already"):
        await identity.closings.begin(CONSOLE, NO_SESSION, nora.id, WHY)


async def test_she_closes_her_own_account_with_a_proof_that_it_is_her(
    identity: Identity, nora: Account, phone: SoftKey, clock: StoppedClock
) -> None:
    by_password = await fresh(identity)
    with pytest.raises(Forbidden, match="Prove once more"):
        await identity.closings.begin_own(*by_password)
    hers = await enter(identity, phone)

    begun = await identity.closings.begin_own(*hers)

    assert (begun.state, begun.is_own, begun.by) == ("closing", True, "Nora Lind")
    assert ("closing-own", "2026-03-03T12:00:00.000Z") in await told(identity, nora)
    clock.at += DELAY
    assert await identity.closings.close_due() == 1


# At once


async def test_whoever_is_suspended_comes_in_by_no_way(
    identity: Identity, operator: Signed, clock: StoppedClock
) -> None:
    tom = await employ(identity, "Tom")
    email, key = "tom@clinic.example", SoftKey()
    await add(identity, key, email, "Tom's phone")
    caller, session = await enter(identity, key)
    paper = await identity.printed.make(caller, session)
    link = await identity.devices.link(caller, session)
    old = await identity.sign_in(email, PASSWORD, address=ADDRESS)
    script = await identity.token(email)

    begun = await identity.closings.begin(*operator, tom.id, WHY, at_once=True)

    assert begun.state == "suspended"
    assert not (await identity.recognise(cookie=old.token)).is_known
    assert not (await identity.recognise(bearer=script)).is_known
    assert await identity.caller_of(tom.id) is None
    with pytest.raises(Forbidden, match="suspended"):
        await enter(identity, key)
    with pytest.raises(Forbidden, match="suspended"):
        await identity.sign_in(email, PASSWORD, address=ADDRESS)
    with pytest.raises(Forbidden, match="suspended"):
        await identity.token(email)
    with pytest.raises(Gone):
        await identity.devices.open(link.token)
    ticket, options = await identity.printed.begin(email, paper, here=HERE, address=ADDRESS)
    with pytest.raises(Forbidden, match="suspended"):
        await identity.printed.finish(
            ticket, SoftKey().create(options), name="New", drops_old=True, here=HERE
        )
    assert [each.name for each in await identity.passkeys.of(tom.id)] == ["Tom's phone"]


async def test_who_was_suspended_and_is_kept_comes_in_with_the_old_keys(
    identity: Identity, operator: Signed, clock: StoppedClock
) -> None:
    tom = await employ(identity, "Tom")
    await identity.closings.begin(*operator, tom.id, WHY, at_once=True)

    await identity.closings.stop(*operator, tom.id)

    assert (await fresh(identity, "tom@clinic.example"))[0] == tom.caller
    clock.at += DELAY
    assert await identity.closings.close_due() == 0


async def test_what_closes_slowly_is_suspended_when_it_must_be(
    identity: Identity, operator: Signed
) -> None:
    tom = await employ(identity, "Tom")
    first = await identity.closings.begin(*operator, tom.id, WHY)

    then = await identity.closings.begin(*operator, tom.id, "Dismissed.", at_once=True)

    assert (then.state, then.ends_at) == ("suspended", first.ends_at)
    with pytest.raises(Conflict, match="closing already"):
        await identity.closings.begin(*operator, tom.id, WHY, at_once=True)


async def test_nobody_is_shut_out_of_her_own_record_at_once(
    identity: Identity, operator: Signed
) -> None:
    mei = await employ(identity, "Mei", Role.PATIENT, "Patient/mei")

    with pytest.raises(Conflict, match="time to object"):
        await identity.closings.begin(*operator, mei.id, WHY, at_once=True)

    assert (await fresh(identity, "mei@clinic.example"))[0] == mei.caller


# Closed


async def test_a_closed_account_is_opened_by_nothing_that_opened_it(
    identity: Identity, nora: Account, phone: SoftKey, clock: StoppedClock
) -> None:
    hers = await enter(identity, phone)
    paper = await identity.printed.make(*hers)
    old = await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    script = await identity.token(EMAIL)
    options = identity.passkeys.to_sign_in(here=HERE)
    answer = phone.get(options)  # signed before, sent after

    await close(identity, nora, clock)

    for found in ({"cookie": old.token}, {"bearer": script}):
        assert not (await identity.recognise(**found)).is_known
    with pytest.raises(Unauthenticated):
        await identity.passkeys.sign_in(answer, here=HERE, address=ADDRESS)
    with pytest.raises(Unauthenticated):
        await enter(identity, phone)
    with pytest.raises(Unauthenticated):
        await identity.sign_in(EMAIL, PASSWORD, address=ADDRESS)
    with pytest.raises(Unauthenticated):
        await identity.printed.begin(EMAIL, paper, here=HERE, address=ADDRESS)
    with pytest.raises(NotFound):
        await identity.token(EMAIL)
    with pytest.raises(Conflict, match="closed"):
        await identity.devices.invite(CONSOLE, nora.id)
    with pytest.raises(Conflict, match="closed"):
        await identity.returning.ask(CONSOLE, NO_SESSION, nora.id, WHY)
    assert nora.id not in await identity.devices.awaited(CONSOLE)


async def test_what_goes_wrong_with_one_account_holds_up_no_other_s_end(
    identity: Identity, nora: Account, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    otto = await employ(identity, "Otto")
    for account in (nora, otto):
        await identity.closings.begin(CONSOLE, NO_SESSION, account.id, WHY)
        clock.at += timedelta(seconds=1)
    clock.at += DELAY
    end = identity.credentials.close

    async def stumble(tx: Tx, account: str) -> None:
        if account == nora.id:
            raise ValueError("A row that nobody can read.")
        await end(tx, account)

    monkeypatch.setattr(identity.credentials, "close", stumble)
    assert await identity.closings.close_due() == 1
    monkeypatch.undo()
    assert await identity.closings.close_due() == 1  # tried again
    assert await identity.closings.close_due() == 0


async def test_a_recovery_in_progress_ends_with_the_account(
    identity: Identity, nora: Account, phone: SoftKey, clock: StoppedClock
) -> None:
    friends = [await friend(identity, name) for name in ("Ana", "Ben")]
    await befriend(identity, await enter(identity, phone), *friends)
    await identity.closings.begin(CONSOLE, NO_SESSION, nora.id, WHY)
    new = SoftKey()
    clock.at += timedelta(hours=1)
    asked = await ask(identity, new)
    for each in friends:
        await agree(identity, each, asked)

    clock.at += DELAY

    with pytest.raises(Forbidden, match="is closed"):  # the guardians' time is over too
        await enter(identity, new)
    await identity.closings.close_due()
    with pytest.raises(Unauthenticated):
        await enter(identity, new)
    assert (await identity.recovering.look(asked.claim)).state == "cancelled"
    assert await identity.recovering.wishes(friends[0].caller) == []


async def test_whom_a_closed_account_guarded_is_told_and_is_guarded_by_it_no_more(
    identity: Identity, nora: Account, phone: SoftKey, clock: StoppedClock
) -> None:
    friends = [await friend(identity, name) for name in ("Ana", "Ben")]
    await befriend(identity, await enter(identity, phone), *friends)

    await close(identity, friends[0].account, clock)

    assert {("guardians-few", ""), ("guardian-left", "Ana")} <= set(await told(identity, nora))
    found, _, _ = await identity.guardians.of(nora.caller)
    assert [each.name for each in found] == ["Ben"]


async def test_the_name_stays_and_the_address_is_free(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    await close(identity, nora, clock)

    left = await identity.find(nora.id)
    assert left is not None
    assert (left.name, left.email, left.is_closed) == ("Nora Lind", "", True)
    again = await identity.create_account(
        CONSOLE, email=EMAIL, password=PASSWORD, name="Nora Lind", roles=[Role.PATIENT]
    )
    assert again.id != nora.id
    assert (await fresh(identity))[0] == again.caller


async def test_a_patient_who_comes_back_has_a_new_account_of_the_same_record(
    identity: Identity, db: Database, clock: StoppedClock
) -> None:
    mei = await employ(identity, "Mei", Role.PATIENT, "Patient/mei")
    await close(identity, mei, clock)
    assert await identity.find_by_person("Patient/mei") is None
    otto = await employ(identity, "Otto", Role.OPERATOR)

    again = await employ(identity, "Mei", Role.PATIENT, "Patient/mei")

    assert await identity.find_by_person("Patient/mei") == again
    assert await told(identity, otto) == [("person-again", "Mei")]  # and no operator does it unseen
    assert [act.kind for act in await identity.closings.acts(CONSOLE, again.id)] == [
        "account of a person who left"
    ]
    async with db.begin() as tx:  # and her erasure takes both along
        _, accounts = await identity.forget(tx, "Patient/mei")
        assert set(accounts) == {mei.id, again.id}
        assert await store.acts(tx, mei.id) == []
    assert await identity.find(mei.id) is None


async def test_a_closed_account_follows_the_record_that_it_was_of(
    identity: Identity, db: Database, clock: StoppedClock
) -> None:
    mei = await employ(identity, "Mei", Role.PATIENT, "Patient/mei")
    await close(identity, mei, clock)

    async with db.begin() as tx:
        assert await identity.follow(tx, "Patient/mei", "Patient/lin") == []
        _, accounts = await identity.forget(tx, "Patient/lin")

    assert accounts == (mei.id,)


async def test_a_relative_whose_account_was_closed_speaks_for_nobody_again(
    identity: Identity, clock: StoppedClock
) -> None:
    aunt = await employ(identity, "Ida", Role.PATIENT, "RelatedPerson/ida")
    await close(identity, aunt, clock)

    with pytest.raises(Conflict, match="speaks for nobody"):
        await employ(identity, "Eve", Role.PATIENT, "RelatedPerson/ida")
    eve = await employ(identity, "Eve", Role.PATIENT)
    with pytest.raises(Conflict, match="speaks for nobody"):
        await identity.link_person(CONSOLE, eve.id, "RelatedPerson/ida")


async def test_a_closed_account_is_changed_in_nothing(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    await close(identity, nora, clock)

    with pytest.raises(NotFound):
        await identity.link_person(CONSOLE, nora.id, "Patient/somebody")
    with pytest.raises(NotFound):
        await identity.update(CONSOLE, nora.id, name="Somebody Else")
    found = await identity.find(nora.id)
    assert found is not None
    assert found.name == "Nora Lind"


# Who may not


async def test_the_last_operator_is_not_closed(
    identity: Identity, keeper: Caller, operator: Signed, clock: StoppedClock
) -> None:
    with pytest.raises(Conflict, match="last operator"):
        await identity.closings.begin_own(*operator)
    with pytest.raises(Conflict, match="last operator"):
        await identity.closings.begin(CONSOLE, NO_SESSION, keeper.account, WHY)
    invited = await identity.create_account(
        CONSOLE, email="new@clinic.example", password=None, name="New", roles=[Role.OPERATOR]
    )
    with pytest.raises(Conflict, match="last operator"):  # whoever was never in runs nothing
        await identity.closings.begin_own(*operator)
    await employ(identity, "Otto", Role.OPERATOR)

    await identity.closings.begin_own(*operator)

    with pytest.raises(Conflict, match="last operator"):  # nor the one who is left, meanwhile
        await identity.closings.begin_own(*await fresh(identity, "otto@clinic.example"))
    await identity.closings.begin(CONSOLE, NO_SESSION, invited.id, WHY)


async def test_who_is_no_operator_closes_nobody_else_and_calls_nothing_off(
    identity: Identity, nora: Account, operator: Signed
) -> None:
    tom = await employ(identity, "Tom")
    stranger = await fresh(identity)

    with pytest.raises(Forbidden):
        await identity.closings.begin(*stranger, tom.id, WHY)
    await identity.closings.begin(*operator, tom.id, WHY)
    with pytest.raises(Forbidden):
        await identity.closings.stop(*stranger, tom.id)
    with pytest.raises(NotFound):  # her own is not closing
        await identity.closings.keep(stranger[0])
    with pytest.raises(Forbidden):
        await identity.closings.all(stranger[0])
    with pytest.raises(Forbidden):
        await identity.closings.acts(stranger[0])
    with pytest.raises(Forbidden):
        await identity.returning.ask(*stranger, tom.id, WHY)
    with pytest.raises(Forbidden):
        await identity.returning.stop(stranger[0], tom.id)


async def test_an_operator_proves_it_first_and_says_why(
    identity: Identity, nora: Account, operator: Signed, clock: StoppedClock
) -> None:
    for reason in ("", " \n ", "x" * 501, "hidden\u200b"):
        with pytest.raises(Incorrect):
            await identity.closings.begin(*operator, nora.id, reason)
    clock.at += timedelta(minutes=11)
    for verb in (identity.closings.begin, identity.returning.ask):
        with pytest.raises(Forbidden, match="Prove once more"):
            await verb(*operator, nora.id, WHY)
    with pytest.raises(NotFound):
        await identity.closings.begin(CONSOLE, NO_SESSION, "nobody", WHY)
    assert await identity.closings.all(CONSOLE) == {}


async def test_closing_twice_is_told(identity: Identity, nora: Account, operator: Signed) -> None:
    await identity.closings.begin(*operator, nora.id, WHY)

    with pytest.raises(Conflict, match="closing already"):
        await identity.closings.begin(*operator, nora.id, "Another reason.")
    with pytest.raises(Conflict, match="closing already"):
        await identity.closings.begin_own(*await fresh(identity))

    (closing,) = (await identity.closings.all(CONSOLE)).values()
    assert closing.reason == WHY


async def test_the_other_operators_are_told_of_what_one_of_them_does(
    identity: Identity, nora: Account, operator: Signed
) -> None:
    otto = await employ(identity, "Otto", Role.OPERATOR)

    await identity.closings.begin(*operator, nora.id, WHY)
    await identity.closings.stop(*operator, nora.id)
    await identity.returning.ask(*operator, nora.id, WHY)

    heard = await told(identity, otto)
    assert sorted(heard) == [("closing-other", "Nora Lind"), ("return-other", "Nora Lind")]
    assert not await identity.notices.of(operator[0])


async def test_an_operator_whose_account_closes_still_reads_what_the_other_one_does(
    identity: Identity, nora: Account, operator: Signed
) -> None:
    otto = await employ(identity, "Otto", Role.OPERATOR)
    await identity.closings.begin(*operator, otto.id, WHY)

    await identity.returning.ask(*operator, nora.id, WHY)

    assert ("return-other", "Nora Lind") in await told(identity, otto)


async def test_who_closes_her_own_account_is_told_of_to_the_operators(
    identity: Identity, nora: Account, operator: Signed
) -> None:
    await identity.closings.begin_own(*await fresh(identity))

    heard = [(each.kind, each.about) for each, _ in await identity.notices.of(operator[0])]
    assert heard == [("closing-other-own", "Nora Lind")]


async def test_a_closed_operator_is_told_of_nothing_more(
    identity: Identity, nora: Account, operator: Signed, clock: StoppedClock
) -> None:
    otto = await employ(identity, "Otto", Role.OPERATOR)
    await identity.closings.begin(CONSOLE, NO_SESSION, otto.id, WHY)
    clock.at += DELAY  # nobody has looked what is due

    await identity.closings.begin(CONSOLE, NO_SESSION, nora.id, WHY)

    assert "closing-other" not in [kind for kind, _ in await told(identity, otto)]


async def test_what_was_done_is_written_down_with_who_and_why(
    identity: Identity, nora: Account, operator: Signed, clock: StoppedClock
) -> None:
    await identity.closings.begin(*operator, nora.id, WHY)
    clock.at += timedelta(minutes=1)
    await identity.closings.keep((await fresh(identity))[0])
    clock.at += timedelta(minutes=1)
    await close(identity, nora, clock)

    found = await identity.closings.acts(operator[0], nora.id)

    assert [(act.kind, act.asked_by, act.reason) for act in found] == [
        ("account closing", operator[0].account, WHY),
        ("account kept", nora.id, ""),
        ("account closing", "console", WHY),
        ("account closed", "console", WHY),
    ]
