import asyncio
import logging
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from asklepion.identity import STRANGER, Account, Caller, Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Database
from asklepion.kit.errors import (
    Busy,
    Conflict,
    Forbidden,
    Gone,
    HouseError,
    Incorrect,
    NotFound,
    Unauthenticated,
)
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from tests.identity.conftest import EMAIL, PASSWORD, QUICK

NEXT = "eight loud herons"
HERE, THERE = "192.0.2.1", "192.0.2.2"
CONSOLE = Identity.console()


async def sign_in(
    identity: Identity, password: str = PASSWORD, email: str = EMAIL, address: str = HERE
) -> str:
    return (await identity.sign_in(email, password, address=address)).token


async def fail(identity: Identity, times: int, email: str = EMAIL, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(Unauthenticated):
            await sign_in(identity, "wrong password", email, address)


# Signing in


async def test_the_right_password_opens_a_session_that_is_recognised(
    identity: Identity, nora: Account
) -> None:
    session = await identity.sign_in(" NORA@clinic.example", PASSWORD, address=HERE)

    assert session.caller == nora.caller
    assert await identity.recognise(cookie=session.token) == nora.caller
    assert nora.caller.roles == {Role.PATIENT}


async def test_the_answer_to_a_wrong_password_and_to_an_unknown_address_is_the_same(
    identity: Identity, nora: Account
) -> None:
    with pytest.raises(Unauthenticated) as wrong:
        await sign_in(identity, "wrong password")
    with pytest.raises(Unauthenticated) as unknown:
        await sign_in(identity, PASSWORD, "nobody@clinic.example")
    with pytest.raises(Unauthenticated) as broken:
        await sign_in(identity, PASSWORD, "no \x00 address \ud800")

    assert str(wrong.value) == str(unknown.value) == str(broken.value)


@pytest.mark.parametrize("database_url", [""])
async def test_an_unknown_address_takes_as_long_as_a_known_one(
    db: Database, clock: StoppedClock, keys: Keys
) -> None:
    slow = PasswordHasher(time_cost=2, memory_cost=32768, parallelism=1)
    identity = Identity(db=db, clock=clock, ids=Ids(clock), keys=keys, hasher=slow)
    await identity.create_account(
        CONSOLE, email=EMAIL, password=PASSWORD, name="Nora", roles=[Role.PATIENT]
    )

    async def shortest(email: str) -> float:
        took: list[float] = []
        for _ in range(4):
            begun = time.process_time()
            await fail(identity, 1, email)
            took.append(time.process_time() - begun)
        return min(took)

    await fail(identity, 1)  # warms up
    known, unknown = await shortest(EMAIL), await shortest("nobody@clinic.example")

    assert unknown > known / 2
    assert unknown > 0.005


async def test_the_loop_goes_on_while_a_password_is_hashed(
    db: Database, clock: StoppedClock, keys: Keys
) -> None:
    slow = PasswordHasher(time_cost=8, memory_cost=65536, parallelism=1)
    identity = Identity(db=db, clock=clock, ids=Ids(clock), keys=keys, hasher=slow)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.002)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await fail(identity, 1)
    ticking.cancel()

    assert ticks >= 10


async def test_a_password_is_hashed_again_when_more_work_is_asked_for(
    db: Database, identity: Identity, nora: Account, clock: StoppedClock, keys: Keys
) -> None:
    harder = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1)
    later = Identity(db=db, clock=clock, ids=Ids(clock), keys=keys, hasher=harder)

    async def kept() -> str:
        async with db.read() as tx:
            row = await tx.one("SELECT password FROM identity_account")
        assert row
        return row[0]

    before = await kept()
    await fail(later, 1)
    assert await kept() == before
    await sign_in(later)

    assert "m=128,t=2" in await kept()
    await sign_in(later)


async def test_neither_password_nor_token_nor_address_of_the_sender_is_in_the_database(
    db: Database, identity: Identity, nora: Account
) -> None:
    tokens = [await sign_in(identity), await identity.token(EMAIL), await identity.opening_link()]
    await fail(identity, 1)

    async with db.read() as tx:
        rows: list[Any] = []
        for table in ("account", "session", "attempt", "opening"):
            rows += await tx.all(f"SELECT * FROM identity_{table}")
    everything = repr(rows)

    assert len(rows) == 6
    for secret in (*tokens, PASSWORD, HERE):
        assert secret
        assert secret not in everything


# Sessions


async def test_a_session_lasts_twelve_hours_after_it_was_last_used(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    token = await sign_in(identity)

    for _ in range(4):
        clock.at += timedelta(hours=11, minutes=59)
        assert await identity.recognise(cookie=token) == nora.caller
    clock.at += timedelta(hours=12)

    assert await identity.recognise(cookie=token) == STRANGER


async def test_no_session_lasts_longer_than_thirty_days(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    session = await identity.sign_in(EMAIL, PASSWORD, address=HERE)
    begun = clock.at

    while clock.at < begun + timedelta(days=30) - timedelta(hours=6):
        assert await identity.recognise(cookie=session.token) == nora.caller
        clock.at += timedelta(hours=6)
    clock.at = begun + timedelta(days=30) - timedelta(seconds=1)
    assert await identity.recognise(cookie=session.token) == nora.caller
    clock.at = session.expires_at

    assert session.expires_at == begun + timedelta(days=30)
    assert await identity.recognise(cookie=session.token) == STRANGER


async def test_signing_out_ends_that_session_at_once_and_no_other(
    identity: Identity, nora: Account
) -> None:
    one, other = await sign_in(identity), await sign_in(identity)

    await identity.sign_out(one)
    await identity.sign_out(None)
    await identity.sign_out("x" * 10_000)

    assert await identity.recognise(cookie=one) == STRANGER
    assert await identity.recognise(cookie=other) == nora.caller


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\ud800", "\x00"])
async def test_garbage_is_a_stranger(identity: Identity, nora: Account, token: str) -> None:
    assert await identity.recognise(cookie=token) == STRANGER
    assert await identity.recognise(bearer=token) == STRANGER
    assert await identity.recognise() == STRANGER


async def test_sessions_outlive_a_restart(
    db: Database, identity: Identity, nora: Account, clock: StoppedClock, tmp_path: Path
) -> None:
    token = await sign_in(identity)

    later = Identity(db=db, clock=clock, ids=Ids(clock), keys=Keys(tmp_path / "keys"))

    assert await later.recognise(cookie=token) == nora.caller


async def test_sessions_that_ended_are_dropped_at_the_next_sign_in(
    db: Database, identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    await sign_in(identity)
    clock.at += timedelta(days=1)
    await sign_in(identity)

    async with db.read() as tx:
        assert await tx.one("SELECT count(*) FROM identity_session") == (1,)


# Tokens for scripts


async def test_a_bearer_token_is_good_for_ninety_days(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    token = await identity.token(EMAIL)

    clock.at += timedelta(days=90) - timedelta(seconds=1)
    assert await identity.recognise(bearer=token) == nora.caller
    clock.at += timedelta(seconds=1)
    assert await identity.recognise(bearer=token) == STRANGER


async def test_the_two_kinds_of_token_are_not_good_for_each_other(
    identity: Identity, nora: Account
) -> None:
    cookie, bearer = await sign_in(identity), await identity.token(EMAIL)

    assert await identity.recognise(cookie=bearer) == STRANGER
    assert await identity.recognise(bearer=cookie) == STRANGER


async def test_where_there_is_a_bearer_token_the_cookie_does_not_count(
    identity: Identity, nora: Account
) -> None:
    cookie = await sign_in(identity)

    assert await identity.recognise(cookie=cookie, bearer="wrong") == STRANGER


async def test_there_is_no_token_for_nobody(identity: Identity) -> None:
    with pytest.raises(NotFound) as caught:
        await identity.token(EMAIL)

    assert EMAIL not in str(caught.value)


# Guessing


async def test_after_ten_failures_for_an_account_even_the_right_password_must_wait(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    for number in range(10):
        await fail(identity, 1, address=f"198.51.100.{number}")
        clock.at += timedelta(seconds=30)

    with pytest.raises(Busy, match="Try again in 10 minutes"):
        await sign_in(identity, address=THERE)
    clock.at += timedelta(minutes=10)

    assert await sign_in(identity, address=THERE)


async def test_waiting_is_not_prolonged_by_trying(
    identity: Identity, nora: Account, clock: StoppedClock
) -> None:
    await fail(identity, 10)
    for _ in range(14):
        clock.at += timedelta(minutes=1)
        with pytest.raises(Busy):
            await sign_in(identity)
    clock.at += timedelta(minutes=1)

    assert await sign_in(identity)


async def test_an_account_that_does_not_exist_is_limited_just_the_same(
    identity: Identity, nora: Account
) -> None:
    await fail(identity, 10, email="nobody@clinic.example")

    with pytest.raises(Busy):
        await sign_in(identity, email="nobody@clinic.example")
    assert await sign_in(identity)


async def test_after_fifty_failures_from_one_address_it_must_wait_and_others_need_not(
    identity: Identity, nora: Account
) -> None:
    for number in range(50):
        await fail(identity, 1, f"{number}@clinic.example")

    with pytest.raises(Busy):
        await sign_in(identity)
    assert await sign_in(identity, address=THERE)


async def test_those_who_sign_in_well_do_not_use_up_what_their_address_may_fail(
    identity: Identity, nora: Account
) -> None:
    for _ in range(60):
        await sign_in(identity)

    await fail(identity, 5)


async def test_a_success_forgets_the_failures_before_it(identity: Identity, nora: Account) -> None:
    for _ in range(3):
        await fail(identity, 9)
        await sign_in(identity)


async def test_a_restart_does_not_forget_the_failures(
    db: Database, identity: Identity, nora: Account, clock: StoppedClock, tmp_path: Path
) -> None:
    await fail(identity, 10)
    later = Identity(db=db, clock=clock, ids=Ids(clock), keys=Keys(tmp_path / "keys"), hasher=QUICK)

    with pytest.raises(Busy):
        await sign_in(later)


async def test_trying_many_at_once_gains_nothing(identity: Identity, nora: Account) -> None:
    results = await asyncio.gather(
        *(sign_in(identity, f"guess {n}") for n in range(40)), return_exceptions=True
    )

    kinds = [type(result) for result in results]
    assert kinds.count(Unauthenticated) == 10
    assert kinds.count(Busy) == 30


# Changing a password


async def test_a_new_password_counts_at_once_and_the_old_no_longer(
    identity: Identity, nora: Account
) -> None:
    await identity.change_password(nora.caller, old=PASSWORD, new=NEXT)

    assert await sign_in(identity, NEXT)
    await fail(identity, 1)
    with pytest.raises(Unauthenticated):
        await sign_in(identity, PASSWORD)


async def test_a_new_password_ends_every_other_session_and_token(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    own, other = await sign_in(identity), await sign_in(identity)
    script = await identity.token(EMAIL)
    others = await sign_in(identity, email="keeper@clinic.example")

    await identity.change_password(nora.caller, old=PASSWORD, new=NEXT, cookie=own)

    assert await identity.recognise(cookie=own) == nora.caller
    assert await identity.recognise(cookie=other) == STRANGER
    assert await identity.recognise(bearer=script) == STRANGER
    assert await identity.recognise(cookie=others) == keeper


async def test_without_the_old_password_there_is_no_new_one(
    identity: Identity, nora: Account
) -> None:
    for _ in range(10):
        with pytest.raises(Forbidden):
            await identity.change_password(nora.caller, old="guess", new=NEXT)
    with pytest.raises(Busy):
        await identity.change_password(nora.caller, old=PASSWORD, new=NEXT)

    assert await sign_in(identity)


@pytest.mark.parametrize("new", ["short", "password123", "nora@clinic.example", "nora lind"])
async def test_a_bad_new_password_is_refused(identity: Identity, nora: Account, new: str) -> None:
    with pytest.raises(Incorrect):
        await identity.change_password(nora.caller, old=PASSWORD, new=new)


@pytest.mark.parametrize("caller", [STRANGER, CONSOLE, Caller(account="device-1")])
async def test_only_people_change_passwords(identity: Identity, caller: Caller) -> None:
    with pytest.raises((Unauthenticated, Forbidden)):
        await identity.change_password(caller, old=PASSWORD, new=NEXT)


# Accounts

NEW: dict[str, Any] = {
    "email": "omar@clinic.example",
    "password": PASSWORD,
    "name": "Omar Said",
    "roles": [Role.CLINICIAN],
}


def new(email: str) -> dict[str, Any]:
    return {**NEW, "email": email}


async def test_an_operator_lets_somebody_in(identity: Identity, keeper: Caller) -> None:
    made = await identity.create_account(keeper, **NEW, person="Practitioner/7", language="zh-CN")

    assert await identity.find(made.id) == made
    assert await identity.find_by_person("Practitioner/7") == made
    assert await sign_in(identity, email="omar@clinic.example")
    assert {a.id for a in await identity.accounts(keeper)} == {keeper.account, made.id}
    assert (made.language, made.roles) == ("zh-CN", {Role.CLINICIAN})


async def test_nobody_else_does(identity: Identity, nora: Account) -> None:
    with pytest.raises(Forbidden):
        await identity.create_account(nora.caller, **NEW)
    with pytest.raises(Unauthenticated):
        await identity.create_account(STRANGER, **NEW)
    with pytest.raises(Forbidden):
        await identity.accounts(nora.caller)
    with pytest.raises(Unauthenticated):
        await identity.accounts(STRANGER)


async def test_one_address_has_one_account(identity: Identity, nora: Account) -> None:
    with pytest.raises(Conflict, match="e-mail address") as caught:
        await identity.create_account(CONSOLE, **new("Nora@Clinic.example"))

    assert "nora" not in str(caught.value).lower()


async def test_one_person_has_one_account(identity: Identity) -> None:
    await identity.create_account(CONSOLE, **NEW, person="Patient/1")

    with pytest.raises(Conflict, match="person"):
        await identity.create_account(CONSOLE, **new("other@clinic.example"), person="Patient/1")


async def test_accounts_come_in_pages(identity: Identity, clock: StoppedClock) -> None:
    for number in range(5):
        clock.at += timedelta(seconds=1)
        await identity.create_account(CONSOLE, **new(f"{number}@clinic.example"))

    first = await identity.accounts(CONSOLE, count=3)
    rest = await identity.accounts(CONSOLE, after=first[-1].id, count=3)

    assert [a.email[0] for a in first + rest] == list("01234")


async def test_who_is_not_there_is_not_found(identity: Identity) -> None:
    assert await identity.find("nobody") is None
    assert await identity.find_by_person("Patient/nobody") is None


async def test_a_patient_may_be_linked_to_her_record_once(
    identity: Identity, nora: Account
) -> None:
    token = await sign_in(identity)

    await identity.link_person(nora.caller, nora.id, "Patient/1")

    assert (await identity.recognise(cookie=token)).person == "Patient/1"
    for caller in (nora.caller, CONSOLE):
        with pytest.raises(Conflict):
            await identity.link_person(caller, nora.id, "Patient/2")


async def test_nobody_takes_another_s_person(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    await identity.link_person(keeper, keeper.account, "Practitioner/1")

    with pytest.raises(Forbidden):
        await identity.link_person(nora.caller, keeper.account, "Patient/1")
    with pytest.raises(Forbidden):
        await identity.link_person(nora.caller, nora.id, "Practitioner/2")
    with pytest.raises(Conflict):
        await identity.link_person(keeper, nora.id, "Practitioner/1")
    with pytest.raises(Unauthenticated):
        await identity.link_person(STRANGER, nora.id, "Patient/1")
    with pytest.raises(NotFound):
        await identity.link_person(keeper, "nobody", "Patient/1")


async def test_a_person_may_change_name_and_language(identity: Identity, nora: Account) -> None:
    changed = await identity.update(nora.caller, nora.id, language="zh-CN")
    renamed = await identity.update(nora.caller, nora.id, name=" Nora  Lund ")

    assert (changed.name, changed.language) == ("Nora Lind", "zh-CN")
    assert (renamed.name, renamed.language) == ("Nora Lund", "zh-CN")


async def test_a_clinician_s_name_is_changed_by_an_operator_only(
    identity: Identity, nora: Account, keeper: Caller
) -> None:
    omar = await identity.create_account(keeper, **NEW)

    assert (await identity.update(omar.caller, omar.id, language="zh-CN")).language == "zh-CN"
    with pytest.raises(Forbidden, match="clinician"):
        await identity.update(omar.caller, omar.id, name="Somebody Else")
    with pytest.raises(Forbidden):
        await identity.update(nora.caller, omar.id, name="Somebody Else")
    with pytest.raises(Unauthenticated):
        await identity.update(STRANGER, omar.id, language="en")
    with pytest.raises(NotFound):
        await identity.update(keeper, "nobody", name="Somebody Else")
    assert (await identity.update(keeper, omar.id, name="Omar Saïd")).name == "Omar Saïd"


# The opening of a new house

FIRST: dict[str, Any] = {"email": "first@clinic.example", "password": PASSWORD, "name": "Ada First"}


async def test_the_one_time_link_makes_the_first_operator(identity: Identity) -> None:
    token = await identity.opening_link()
    assert token

    account = await identity.open(token, **FIRST, language="zh-CN")

    assert (account.roles, account.language) == ({Role.OPERATOR}, "zh-CN")
    assert await sign_in(identity, email="first@clinic.example")
    assert await identity.opening_link() is None


async def test_the_link_is_good_once(identity: Identity) -> None:
    token = await identity.opening_link()
    assert token
    await identity.open(token, **FIRST)

    with pytest.raises(Gone):
        await identity.open(token, **{**FIRST, "email": "second@clinic.example"})


async def test_two_who_open_at_once_do_not_both_become_operators(identity: Identity) -> None:
    token = await identity.opening_link()
    assert token

    results = await asyncio.gather(
        *(identity.open(token, **{**FIRST, "email": f"{n}@clinic.example"}) for n in range(4)),
        return_exceptions=True,
    )

    assert sum(isinstance(result, Account) for result in results) == 1
    assert len(await identity.accounts(CONSOLE)) == 1


async def test_the_link_is_good_for_a_day(identity: Identity, clock: StoppedClock) -> None:
    token = await identity.opening_link()
    assert token
    clock.at += timedelta(days=1)

    with pytest.raises(Forbidden):
        await identity.open(token, **FIRST)


async def test_a_newer_link_replaces_the_older(identity: Identity) -> None:
    old, new = await identity.opening_link(), await identity.opening_link()
    assert old
    assert new

    with pytest.raises(Forbidden):
        await identity.open(old, **FIRST)
    assert await identity.open(new, **FIRST)


async def test_a_bad_password_does_not_use_the_link_up(identity: Identity) -> None:
    token = await identity.opening_link()
    assert token

    with pytest.raises(Incorrect):
        await identity.open(token, **{**FIRST, "password": "password123"})
    assert await identity.open(token, **FIRST)


@pytest.mark.parametrize("token", ["", "guess", "x" * 5000])
async def test_no_other_token_opens_the_house(identity: Identity, token: str) -> None:
    await identity.opening_link()

    with pytest.raises(Forbidden):
        await identity.open(token, **FIRST)


# What is never told


async def test_logs_and_errors_hold_no_address_name_password_or_token(
    identity: Identity, nora: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="asklepion")
    said: list[str] = []
    token = await sign_in(identity)
    script = await identity.token(EMAIL)
    link = await identity.opening_link()
    attempts = [
        lambda: sign_in(identity, "wrong password"),
        lambda: identity.create_account(CONSOLE, **new(EMAIL)),
        lambda: identity.token("omar@clinic.example"),
        lambda: identity.change_password(nora.caller, old="wrong password", new=NEXT),
        lambda: identity.open("wrong token", **FIRST),
        *[lambda: sign_in(identity, "wrong password")] * 12,
    ]
    for attempt in attempts:
        with pytest.raises(HouseError) as caught:
            await attempt()
        said.append(str(caught.value))
    await identity.change_password(nora.caller, old=PASSWORD, new=NEXT)

    said += [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    everything = " ".join(said).lower()

    assert len(caplog.records) > 5
    for secret in ("nora", "clinic.example", "omar", "heron", HERE, token, script, str(link)):
        assert secret.lower() not in everything, secret
