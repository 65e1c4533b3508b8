"""Recovery: friends give an account back; nobody takes it."""

from typing import Any

import pytest

from asklepion.ledger.engine.abi import (
    Guard,
    PasskeyPoint,
    Recovery,
    Voice,
    address_of,
    digest,
    key_id,
    personal_digest,
    sign,
)
from asklepion.ledger.engine.abi.values import FOREVER

from .accounts import (
    ALONE,
    DAY,
    DELAY,
    FRIEND,
    GUARD,
    HOUR,
    LAPTOP,
    NEW_PHONE,
    NURSE,
    PHONE,
    SISTER,
    THIEF,
    Account,
    Factory,
    factory,
    weak,
)
from .compiler import Compiler
from .evm import NOON, RELAYER, STRANGER, Done, Evm, Refused, refused

WINDOW = 30 * DAY
NONE = Recovery(bytes(32), 0, 0, 0)
KEY, THEIRS = NEW_PHONE.key, THIEF.key


@pytest.fixture
def evm() -> Evm:
    return Evm(rich=(SISTER,))  # the others have no coin, and need none


@pytest.fixture
def made(evm: Evm) -> Factory:
    return factory(evm)


@pytest.fixture
def account(made: Factory) -> Account:
    return made.make(PHONE, LAPTOP)


def names(account: Account, done: Done) -> list[str]:
    return [it.name for it in account.it.events(done)]


def inner(caught: pytest.ExceptionInfo[Refused], account: Account) -> str:
    """Why a call within a batch failed."""
    assert caught.value.failure
    why = account.it.contract.failure(caught.value.failure.args["reason"])
    assert why
    return why.name


# --- as it should be ------------------------------------------------------------------------------


def test_two_of_three_guardians_give_an_account_back(account: Account, evm: Evm) -> None:
    assert account.recovery == NONE

    done = account.approve(SISTER, KEY)
    (told,) = account.it.events(done)
    assert (told.name, told.args) == (
        "RecoveryApproved",
        {
            "round": account.it.read("round"),
            "guardian": address_of(SISTER),
            **KEY._asdict(),
            "votes": 1,
        },
    )
    assert account.recovery == Recovery(bytes(32), 0, NOON + WINDOW, 1)
    evm.now += DAY
    done = account.approve(FRIEND, KEY)
    assert names(account, done) == ["RecoveryApproved", "RecoveryReady"]
    ready = evm.now + DELAY
    assert account.it.events(done)[1].args["readyAt"] == ready
    assert account.recovery == Recovery(key_id(KEY), ready, ready + WINDOW, 2)

    evm.now = ready
    done = account.finish(KEY, sender=STRANGER)

    assert names(account, done) == ["KeyRemoved", "KeyRemoved", "KeyAdded", "Recovered"]
    assert account.keys == {KEY}
    assert account.recovery == NONE
    account.device = NEW_PHONE
    account.do("addKey", PHONE.key)
    assert account.keys == {KEY, PHONE.key}
    assert account.guard == GUARD


def test_old_keys_are_worth_nothing_afterwards(
    account: Account, evm: Evm, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        """The finder of the old phone, with what she signed before and after."""
        before = at.batch(at.call("addKey", THEIRS))
        signed = PHONE.sign(digest(at.domain, before))
        recover(at, evm)
        at.bring(before, signed)
        at.do("removeKey", key_id(KEY), by=LAPTOP)

    with refused("WrongSignature"):
        attack(account)
    hash_ = bytes(32)
    vouched = PHONE.sign(personal_digest(account.domain, hash_))
    assert account.it.read("isValidSignature", hash_, vouched).hex() == "ffffffff"
    attack(weak(renewed(evm), compiler, "old keys go"))


def test_guardians_also_speak_for_themselves(account: Account, evm: Evm) -> None:
    """A guardian who has coin calls; no signature is asked of the caller."""
    account.it.send("approve", KEY, address_of(SISTER), 0, b"", sender=SISTER)

    assert account.voice(SISTER) == Voice(key_id(KEY), 1)
    account.approve(NURSE, KEY)
    evm.now += DELAY
    account.finish(KEY)
    assert account.keys == {KEY}


def test_a_guardian_may_be_an_account_with_passkeys(made: Factory, evm: Evm) -> None:
    friend = made.make(LAPTOP, guard=ALONE)
    account = made.make(PHONE, guard=Guard((friend.address,), 1, DELAY))
    words = account.words(KEY, SISTER, voice=0)
    asked = digest(account.domain, words)
    assert account.it.read("approveDigest", KEY, words.round, 0, FOREVER) == asked

    with refused("WrongSignature"):
        account.it.send("approve", KEY, friend.address, FOREVER, LAPTOP.sign(asked))
    vouched = LAPTOP.sign(personal_digest(friend.domain, asked))
    account.it.send("approve", KEY, friend.address, FOREVER, vouched)

    assert account.recovery.key_id == key_id(KEY)


def test_what_guardians_sign_is_what_the_account_asks_for(account: Account) -> None:
    words = account.words(KEY, SISTER)

    asked = account.it.read("approveDigest", KEY, words.round, words.voice, words.deadline)

    assert asked == digest(account.domain, words)


def test_a_guardian_may_correct_itself(account: Account, evm: Evm) -> None:
    account.approve(SISTER, THEIRS)

    account.approve(SISTER, KEY)
    account.approve(FRIEND, KEY)

    assert account.voice(SISTER) == Voice(key_id(KEY), 2)
    assert account.recovery.key_id == key_id(KEY)
    assert account.recovery.approvals == 2


def test_a_guardian_who_turns_away_stops_what_no_longer_has_enough(
    account: Account, evm: Evm
) -> None:
    account.approve(SISTER, KEY)
    account.approve(FRIEND, KEY)

    done = account.approve(FRIEND, THEIRS)

    assert names(account, done) == ["RecoveryUnready", "RecoveryApproved"]
    evm.now += DELAY
    with refused("NotApproved"):
        account.finish(KEY)
    account.approve(NURSE, KEY)  # and the delay begins anew
    with refused("TooEarly", readyAt=evm.now + DELAY):
        account.finish(KEY)


def test_one_who_turns_away_changes_nothing_where_enough_remain(account: Account, evm: Evm) -> None:
    for guardian in (SISTER, FRIEND, NURSE):
        account.approve(guardian, KEY)
    ready = account.recovery.ready_at
    evm.now += DAY

    account.approve(FRIEND, THEIRS)

    assert account.recovery.ready_at == ready
    evm.now = ready
    account.finish(KEY)


def test_a_third_voice_does_not_begin_the_delay_anew(account: Account, evm: Evm) -> None:
    account.approve(SISTER, KEY)
    account.approve(FRIEND, KEY)
    ready = account.recovery.ready_at
    evm.now += DAY

    account.approve(NURSE, KEY)

    assert account.recovery.ready_at == ready


# --- taking over ----------------------------------------------------------------------------------


def test_a_takeover_waits_out_the_delay(account: Account, evm: Evm, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        at.approve(SISTER, THEIRS)
        at.approve(FRIEND, THEIRS)
        evm.now += DELAY - 1
        at.finish(THEIRS)

    with refused("TooEarly"):
        attack(account)
    evm.now = NOON
    attack(weak(account, compiler, "delay"))


@pytest.mark.parametrize("device", [PHONE, LAPTOP])
def test_any_device_ends_a_takeover_within_the_delay(
    account: Account, evm: Evm, device: Any
) -> None:
    account.approve(SISTER, THEIRS)
    account.approve(FRIEND, THEIRS)
    evm.now += DELAY - 1

    done = account.do("cancel", by=device)

    assert names(account, done) == ["RecoveryCancelled", "Executed"]
    assert account.recovery == NONE
    evm.now += DELAY
    with refused("NotApproved"):
        account.finish(THEIRS)
    assert account.keys == {PHONE.key, LAPTOP.key}


def test_it_can_be_ended_as_long_as_nobody_finished_it(account: Account, evm: Evm) -> None:
    account.approve(SISTER, THEIRS)
    account.approve(FRIEND, THEIRS)
    evm.now += DELAY + DAY

    account.do("cancel")

    with refused("NotApproved"):
        account.finish(THEIRS)


def test_guardians_below_the_threshold_get_nowhere(
    account: Account, evm: Evm, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        at.approve(SISTER, THEIRS)
        evm.now += DELAY
        at.finish(THEIRS)

    with refused("NotApproved", keyId=key_id(THEIRS)):
        attack(account)
    evm.now = NOON
    attack(weak(account, compiler, "threshold"))


def test_a_guardians_voice_counts_once(account: Account, evm: Evm, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        at.approve(SISTER, THEIRS)
        at.approve(SISTER, THEIRS)
        assert at.recovery.key_id == key_id(THEIRS)

    with refused("AlreadyApproved", guardian=address_of(SISTER)):
        attack(account)
    # Without the guard the voice only moves to where it was: it is still one.
    with pytest.raises(AssertionError):
        attack(weak(account, compiler, "one voice"))


def test_a_guardian_cannot_split_its_voice(account: Account) -> None:
    """Moving it back and forth gathers nothing."""
    for key in (THEIRS, KEY, THEIRS, KEY, THEIRS):
        done = account.approve(SISTER, key)
        assert account.it.events(done)[-1].args["votes"] == 1

    assert account.recovery.approvals == 1
    assert account.recovery.ready_at == 0


def test_who_is_no_guardian_has_no_voice(account: Account, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        at.approve(STRANGER, THEIRS)

    with refused("NotGuardian", account=address_of(STRANGER)):
        attack(account)
    with refused("NotGuardian"):
        account.it.send("approve", THEIRS, address_of(RELAYER), FOREVER, b"", sender=RELAYER)
    attack(weak(account, compiler, "guardian"))


def test_nobody_speaks_in_a_guardians_name(account: Account, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        at.approve(SISTER, THEIRS, by=STRANGER)

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "guardian signed"))


def test_what_a_guardian_signed_holds_for_one_account(
    made: Factory, evm: Evm, compiler: Compiler
) -> None:
    """She guards two: her brother's, who lost his phone, and her mother's, who did not."""

    def attack(one: Account, two: Account) -> None:
        words = one.words(THEIRS, SISTER)
        asked = one.it.read("approveDigest", THEIRS, words.round, words.voice, words.deadline)
        signature = sign(SISTER, asked)
        for at in (one, two):
            at.it.send("approve", THEIRS, address_of(SISTER), words.deadline, signature)

    one, two = made.make(PHONE), made.make(LAPTOP)
    with refused("WrongSignature"):
        attack(one, two)
    attack(weak(one, compiler, "approval bound"), weak(two, compiler, "approval bound"))


@pytest.mark.parametrize("other", [{"chain_id": 1}, {"version": "2"}])
def test_an_approval_for_another_chain_is_worth_nothing(
    account: Account, other: dict[str, Any]
) -> None:
    with refused("WrongSignature"):
        account.approve(SISTER, KEY, domain=account.domain._replace(**other))


def test_an_approval_is_for_one_key(account: Account) -> None:
    words = account.words(KEY, SISTER)
    signature = sign(SISTER, digest(account.domain, words))

    with refused("WrongSignature"):
        account.it.send("approve", THEIRS, address_of(SISTER), words.deadline, signature)
    with refused("WrongSignature"):
        account.it.send("approve", KEY, address_of(FRIEND), words.deadline, signature)
    with refused("WrongSignature"):
        account.it.send("approve", KEY, address_of(SISTER), words.deadline - 1, signature)


def test_an_approval_is_brought_in_time_or_not_at_all(
    account: Account, evm: Evm, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        evm.now = NOON + HOUR + 1
        at.approve(SISTER, KEY, deadline=NOON + HOUR)

    with refused("Expired", deadline=NOON + HOUR):
        attack(account)
    attack(weak(account, compiler, "approval in time"))


def test_of_two_approvals_signed_at_once_a_carrier_brings_one(
    account: Account, compiler: Compiler
) -> None:
    """Else whoever has both turns the voice to and fro, and the delay never ends."""

    def attack(at: Account) -> None:
        one, two = at.words(KEY, SISTER), at.words(THEIRS, SISTER)
        for words in (one, two, one, two):
            key = PasskeyPoint(words.x, words.y)
            signature = sign(SISTER, digest(at.domain, words))
            at.it.send("approve", key, address_of(SISTER), words.deadline, signature)

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "voice counted"))


def test_a_cancelled_recovery_is_not_used_again(
    account: Account, evm: Evm, compiler: Compiler
) -> None:
    """Neither by the approvals that were brought, nor by one that was held back."""

    def attack(at: Account) -> None:
        said = [(it, at.words(THEIRS, it)) for it in (SISTER, FRIEND)]
        signed = [(who, words, sign(who, digest(at.domain, words))) for who, words in said]
        at.do("cancel")
        for who, words, signature in signed:
            at.it.send("approve", THEIRS, address_of(who), words.deadline, signature)
        evm.now += DELAY
        at.finish(THEIRS)

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "a new round"))


def test_after_a_cancelled_recovery_another_begins_from_nothing(account: Account, evm: Evm) -> None:
    account.approve(SISTER, THEIRS)
    account.approve(FRIEND, THEIRS)
    account.do("cancel")

    account.approve(SISTER, KEY)

    assert account.recovery == Recovery(bytes(32), 0, evm.now + WINDOW, 1)
    assert account.voice(FRIEND) == Voice(bytes(32), 0)


def test_two_recoveries_never_have_enough_at_once(account: Account, compiler: Compiler) -> None:
    """With half of them enough, two rival halves would begin each other's delay anew for ever."""
    four = Guard((*GUARD.guardians, address_of(STRANGER)), 2, DELAY)

    def attack(at: Account) -> None:
        at.do("setGuard", four)
        at.approve(SISTER, KEY)
        at.approve(FRIEND, KEY)
        at.approve(NURSE, THEIRS)
        at.approve(STRANGER, THEIRS)
        assert at.recovery.key_id == key_id(THEIRS)

    with pytest.raises(Refused) as caught:
        attack(account)
    assert inner(caught, account) == "WrongGuard"
    attack(weak(account, compiler, "majority"))


def test_finishing_is_for_the_key_that_was_approved(
    account: Account, evm: Evm, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        at.approve(SISTER, KEY)
        at.approve(FRIEND, KEY)
        evm.now += DELAY
        at.finish(THEIRS)
        assert at.keys == {THEIRS}

    with refused("NotApproved", keyId=key_id(THEIRS)):
        attack(account)
    account.finish(KEY)
    with refused("NotApproved"):  # once
        account.finish(KEY)
    attack(weak(renewed(evm), compiler, "approved"))


def test_a_key_that_is_none_is_not_approved(account: Account) -> None:
    """Else the account would end up with a key that nobody can have."""
    off = PasskeyPoint(PHONE.key.x, LAPTOP.key.y)

    with refused("NotAKey"):
        account.approve(SISTER, off)


def test_a_recovery_that_nobody_finishes_lapses(
    account: Account, evm: Evm, compiler: Compiler
) -> None:
    """An owner who has her phone again need not remember it for years."""

    def attack(at: Account) -> None:
        at.approve(SISTER, THEIRS)
        at.approve(FRIEND, THEIRS)
        evm.now = at.recovery.lapses_at + 1
        at.finish(THEIRS)

    with refused("Lapsed"):
        attack(account)
    assert account.recovery == NONE
    evm.now = NOON
    attack(weak(account, compiler, "window"))


def test_voices_that_found_no_others_lapse(account: Account, evm: Evm) -> None:
    account.approve(SISTER, THEIRS)
    before = account.it.read("round")
    held = account.words(THEIRS, FRIEND)
    evm.now += WINDOW + 1
    assert account.it.read("round") == before + 1
    assert account.voice(SISTER) == Voice(bytes(32), 0)

    with refused("WrongSignature"):  # signed in the round that lapsed
        signature = sign(FRIEND, digest(account.domain, held))
        account.it.send("approve", THEIRS, address_of(FRIEND), held.deadline, signature)
    account.approve(FRIEND, KEY)

    assert account.it.read("round") == before + 1
    assert account.recovery.approvals == 1
    assert account.recovery.ready_at == 0


@pytest.mark.parametrize("by", ["cancel", "setGuard"])
def test_after_a_lapse_too_what_was_held_back_is_void(
    account: Account, evm: Evm, compiler: Compiler, by: str
) -> None:
    """Signed for the round that begins by itself when one lapses, and not brought yet."""

    def attack(at: Account) -> None:
        at.approve(SISTER, THEIRS)
        evm.now += WINDOW + 1
        said = [(it, at.words(THEIRS, it)) for it in (SISTER, FRIEND)]
        signed = [(who, words, sign(who, digest(at.domain, words))) for who, words in said]
        at.do(by, *([GUARD] if by == "setGuard" else []))
        for who, words, signature in signed:
            at.it.send("approve", THEIRS, address_of(who), words.deadline, signature)
        assert at.recovery.key_id == key_id(THEIRS)

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "after a lapse"))


# --- guardians change -----------------------------------------------------------------------------

OTHERS = Guard((address_of(STRANGER), address_of(RELAYER)), 2, HOUR)


def test_the_owner_chooses_other_guardians(account: Account, evm: Evm) -> None:
    done = account.do("setGuard", OTHERS)

    assert account.it.events(done)[0].args == {
        "guardians": OTHERS.guardians,
        "threshold": 2,
        "delay": HOUR,
    }
    assert account.guard == OTHERS
    with refused("NotGuardian"):
        account.approve(SISTER, KEY)
    account.do("setGuard", ALONE)
    with refused("NotGuardian"):
        account.approve(STRANGER, KEY)


def test_guardians_do_not_change_while_a_recovery_runs(
    account: Account, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        at.approve(SISTER, KEY)
        at.do("setGuard", OTHERS)

    with pytest.raises(Refused) as caught:
        attack(account)
    assert inner(caught, account) == "RecoveryRuns"
    attack(weak(account, compiler, "no recovery runs"))


def test_after_it_was_cancelled_or_lapsed_they_may_change(account: Account, evm: Evm) -> None:
    account.approve(SISTER, THEIRS)
    account.execute(account.batch(account.call("cancel"), account.call("setGuard", OTHERS)))
    assert account.guard == OTHERS

    account.approve(STRANGER, THEIRS)
    evm.now += WINDOW + 1
    account.do("setGuard", GUARD)
    assert account.guard == GUARD


def test_what_a_guardian_signed_before_a_change_is_void_after_it(account: Account) -> None:
    """Also if the same guardian is chosen again."""
    words = account.words(THEIRS, SISTER)
    signature = sign(SISTER, digest(account.domain, words))

    account.do("setGuard", GUARD)

    with refused("WrongSignature"):
        account.it.send("approve", THEIRS, address_of(SISTER), words.deadline, signature)


@pytest.mark.parametrize("which", ["itself", "twice", "nobody"])
def test_guardians_that_could_not_guard_are_not_chosen(account: Account, which: str) -> None:
    other = {
        "itself": account.address,
        "twice": GUARD.guardians[0],
        "nobody": bytes(20),
    }[which]

    with pytest.raises(Refused) as caught:
        account.do("setGuard", Guard((GUARD.guardians[0], other), 2, DAY))

    assert inner(caught, account) == "WrongGuard"
    assert account.guard == GUARD


def test_a_device_that_came_during_a_recovery_goes_with_it(account: Account, evm: Evm) -> None:
    """A thief with the old phone adds a key of his own while the guardians are at work."""
    account.approve(SISTER, KEY)
    account.approve(FRIEND, KEY)
    account.do("addKey", THEIRS)
    evm.now += DELAY

    account.finish(KEY)

    assert account.keys == {KEY}


def test_a_recovery_is_not_finished_from_within_a_batch(account: Account, evm: Evm) -> None:
    account.approve(SISTER, KEY)
    account.approve(FRIEND, KEY)
    evm.now += DELAY

    with pytest.raises(Refused) as caught:
        account.do("finish", KEY)

    assert inner(caught, account) == "ReentrancyGuardReentrantCall"


def recover(account: Account, evm: Evm) -> None:
    account.approve(SISTER, KEY)
    account.approve(FRIEND, KEY)
    evm.now += DELAY
    account.finish(KEY)


def renewed(evm: Evm) -> Account:
    """Another account with the keys that the first one had before."""
    return factory(evm).make(PHONE, LAPTOP)
