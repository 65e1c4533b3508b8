"""Tickets for other workers, and keys to come back with: nobody else makes one."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity import STRANGER, Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Unauthenticated
from asklepion.world.service.sealing import SealedTickets, Secret
from asklepion.world.service.tickets import GOOD_FOR_S, Shown
from tests.conftest import NOON

PAGE = "https://house.example"
KEY = bytes(range(32))
ADA = Caller(
    account="account-ada",
    name="Ada",
    roles=frozenset({Role.PATIENT}),
    person="Patient/ada",
)
SHOWN = Shown(ADA, "look", "plaza")


@pytest.fixture
def front(clock: StoppedClock) -> SealedTickets:
    return SealedTickets(Secret(KEY), clock, "front")


@pytest.fixture
def worker(clock: StoppedClock) -> SealedTickets:
    return SealedTickets(Secret(KEY), clock, "one")


def test_a_ticket_says_who_one_is_in_the_worker_it_is_for_once(
    front: SealedTickets, worker: SealedTickets
) -> None:
    ticket = front.give("one", SHOWN, PAGE)

    assert "Ada" not in ticket
    assert worker.take(ticket, PAGE) == SHOWN
    assert worker.take(ticket, PAGE) is None
    assert worker.take(f"{ticket}=", PAGE) is None  # the same, written in another way


def test_of_another_worker_page_house_or_moment_it_is_worth_nothing(
    front: SealedTickets, worker: SealedTickets, clock: StoppedClock
) -> None:
    other_house = SealedTickets(Secret(bytes(32)), clock, "front")

    assert worker.take(front.give("two", SHOWN, PAGE), PAGE) is None
    assert worker.take(front.give("one", SHOWN, PAGE), "https://elsewhere.example") is None
    assert worker.take(other_house.give("one", SHOWN, PAGE), PAGE) is None
    old = front.give("one", SHOWN, PAGE)
    clock.at += timedelta(seconds=GOOD_FOR_S + 1)
    assert worker.take(old, PAGE) is None
    with pytest.raises(Unauthenticated):
        front.give("one", Shown(STRANGER, ""), PAGE)


@given(st.integers(0, 200), st.integers(1, 255))
def test_whatever_is_changed_in_a_ticket_it_lets_nobody_in(at: int, by: int) -> None:
    clock = StoppedClock(NOON)
    given_out = SealedTickets(Secret(KEY), clock, "front").give("one", SHOWN, PAGE)
    letters = bytearray(given_out.encode())
    letters[at % len(letters)] ^= by
    changed = letters.decode("latin-1")

    assert SealedTickets(Secret(KEY), clock, "one").take(changed, PAGE) is None


def test_a_ticket_in_letters_that_stand_for_the_same_lets_nobody_in(
    front: SealedTickets, worker: SealedTickets
) -> None:
    while "-" not in (ticket := front.give("one", SHOWN, PAGE)):
        pass

    assert worker.take(ticket.replace("-", "+"), PAGE) is None
    assert worker.take(ticket, PAGE) == SHOWN


def test_whose_account_is_closed_gets_in_no_more_with_what_was_given(
    front: SealedTickets, worker: SealedTickets, clock: StoppedClock
) -> None:
    ticket = front.give("one", SHOWN, PAGE)

    worker.drop(ADA.account)

    assert worker.take(ticket, PAGE) is None
    clock.at += timedelta(seconds=1)
    assert worker.take(front.give("one", SHOWN, PAGE), PAGE) == SHOWN


def test_a_key_to_come_back_with_is_good_in_every_worker_for_its_account_alone() -> None:
    key = Secret(KEY).key_of("account-ada", "who-1")

    assert Secret(KEY).who_of("account-ada", key) == "who-1"
    assert Secret(KEY).who_of("account-bo", key) == ""
    assert Secret(bytes(32)).who_of("account-ada", key) == ""
    assert Secret(KEY).who_of("account-ada", f"who-2.{key.partition('.')[2]}") == ""
    for nonsense in ("", ".", "é", "who-1", "a.b.c", "\ud800"):
        assert Secret(KEY).who_of("account-ada", nonsense) == ""


def test_what_workers_say_is_read_by_nobody_else_and_only_where_it_was_said() -> None:
    said = Secret(KEY).seal(b"words", "all")

    assert b"words" not in said
    assert Secret(KEY).open(said, "all") == b"words"
    assert Secret(KEY).open(said, "to.one") is None
    assert Secret(bytes(32)).open(said, "all") is None
    assert Secret(KEY).open(said[:-1], "all") is None
    assert Secret(KEY).open(b"", "all") is None
    assert Secret(KEY).house != Secret(bytes(32)).house
