"""PasskeyAccount: what a device key may do, and nobody else."""

from typing import Any

import pytest

from asklepion.ledger.engine.abi import (
    CONSENT_DOMAIN,
    PASSKEY_DOMAIN,
    Call,
    Domain,
    Grant,
    Guard,
    PasskeyPoint,
    account_address,
    address_of,
    contract,
    digest,
    key_id,
    new_record,
    personal_digest,
)

from .accounts import (
    ALONE,
    DAY,
    GUARD,
    HOUR,
    LAPTOP,
    PHONE,
    SALT,
    THIEF,
    Account,
    Factory,
    factory,
    weak,
)
from .compiler import Compiler
from .devices import BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, USER_VERIFIED, Device, malleable
from .evm import ADMIN, CHAIN_ID, NOON, RELAYER, STRANGER, Deployed, Evm, Refused, refused
from .guards import slot

YES = bytes.fromhex("1626ba7e")
NO = bytes.fromhex("ffffffff")


@pytest.fixture
def made(evm: Evm) -> Factory:
    return factory(evm)


@pytest.fixture
def account(made: Factory) -> Account:
    return made.make(PHONE)


@pytest.fixture
def target(evm: Evm, compiler: Compiler) -> Deployed:
    return evm.deploy(compiler.hostile("Target"), bytes(20))


def note(target: Deployed, number: int = 5, value: int = 0) -> Call:
    return Call(target.address, value, target.contract.call("note", number))


# --- made -----------------------------------------------------------------------------------------


def test_its_address_is_known_before_it_is_there(made: Factory, evm: Evm) -> None:
    expected = account_address(
        made.it.address, made.it.read("implementation"), [PHONE.key, LAPTOP.key], GUARD, SALT
    )
    assert evm.code(expected) == b""

    keys = [PHONE.key, LAPTOP.key]
    done = made.it.send("make", keys, GUARD, SALT, sender=STRANGER)

    (told,) = made.it.events(done)
    assert told.args == {"account": expected}
    account = Account(Deployed(evm, contract("PasskeyAccount"), expected))
    assert account.keys == {PHONE.key, LAPTOP.key}
    assert account.guard == GUARD
    assert account.nonce == 0
    told_there = [(it.name, it.args) for it in account.it.events(done)]
    assert ("KeyAdded", {"keyId": key_id(PHONE.key), **PHONE.key._asdict()}) in told_there
    assert told_there[2] == (
        "GuardChanged",
        {"guardians": GUARD.guardians, "threshold": 2, "delay": GUARD.delay_s},
    )


def test_who_is_quicker_makes_the_same_account(made: Factory) -> None:
    one = made.make(PHONE, sender=STRANGER)

    two = made.make(PHONE)

    assert one.address == two.address
    assert two.keys == {PHONE.key}


def test_an_address_cannot_be_squatted(evm: Evm, compiler: Compiler) -> None:
    """A stranger makes an account with a key of her own where the patient's was to be."""

    def attack(made: Factory) -> bool:
        hers = made.address([PHONE])
        made.make(THIEF, sender=STRANGER)
        return evm.code(hers) != b""

    assert not attack(factory(evm))
    loose = factory(evm, compiler.without("PasskeyAccounts", "bound address"))
    assert attack(loose)
    squatted = Deployed(evm, contract("PasskeyAccount"), loose.address([PHONE]))
    assert Account(squatted).keys == {THIEF.key}


def test_guardians_and_salt_make_another_address(made: Factory) -> None:
    addresses = {
        made.address([PHONE]),
        made.address([LAPTOP]),
        made.address([PHONE, LAPTOP]),
        made.address([LAPTOP, PHONE]),
        made.address([PHONE], ALONE),
        made.address([PHONE], GUARD._replace(threshold=3)),
        made.address([PHONE], GUARD._replace(delay_s=DAY)),
        made.address([PHONE], salt=bytes(32)),
    }

    assert len(addresses) == 8


def test_nobody_begins_an_account_a_second_time(
    made: Factory, account: Account, evm: Evm, compiler: Compiler
) -> None:
    def attack(it: Deployed) -> None:
        it.send("initialize", [THIEF.key], ALONE, sender=STRANGER)
        assert THIEF.key in Account(it).keys

    with refused("InvalidInitialization"):
        attack(account.it)
    attack(weak(account, compiler, "begun once").it)


def test_the_code_that_accounts_borrow_is_nobodys_account(
    made: Factory, evm: Evm, compiler: Compiler
) -> None:
    def attack(it: Factory) -> None:
        there = Deployed(evm, contract("PasskeyAccount"), it.it.read("implementation"))
        there.send("initialize", [THIEF.key], ALONE, sender=STRANGER)

    with refused("InvalidInitialization"):
        attack(made)
    open_ = factory(evm, compiler.without("PasskeyAccounts", "begun once"))
    evm.switch_off(open_.it.read("implementation"), (slot("begun once"),))
    attack(open_)


def test_an_account_begins_with_sound_keys(made: Factory) -> None:
    off = PasskeyPoint(PHONE.key.x, LAPTOP.key.y)

    with refused("WrongKeyCount"):
        made.it.send("make", [], GUARD, SALT)
    with refused("NotAKey", **off._asdict()):
        made.it.send("make", [off], GUARD, SALT)
    with refused("NotAKey"):
        made.it.send("make", [PasskeyPoint(bytes(32), bytes(32))], GUARD, SALT)
    with refused("KeyExists"):
        made.it.send("make", [PHONE.key, PHONE.key], GUARD, SALT)
    with refused("WrongKeyCount"):
        made.it.send("make", [Device(100 + n).key for n in range(17)], GUARD, SALT)
    made.make(*[Device(100 + n) for n in range(16)])


G = GUARD.guardians


@pytest.mark.parametrize(
    "guard",
    [
        GUARD._replace(threshold=1),  # no majority of three: two recoveries could rival
        GUARD._replace(threshold=4),
        GUARD._replace(threshold=0),
        GUARD._replace(guardians=(*G, G[0]), threshold=3),  # one of them twice
        GUARD._replace(guardians=(*G[:2], bytes(20))),
        GUARD._replace(delay_s=HOUR - 1),
        GUARD._replace(delay_s=60 * DAY + 1),
        Guard((), 1, DAY),
        Guard(tuple(bytes([n]) * 20 for n in range(1, 18)), 9, DAY),
        Guard(G[:2], 1, DAY),
    ],
)
def test_guardians_that_could_not_guard_are_refused(made: Factory, guard: Guard) -> None:
    with refused("WrongGuard"):
        made.make(PHONE, guard=guard)


@pytest.mark.parametrize("guard", [ALONE, Guard(G[:1], 1, HOUR), Guard(G[:2], 2, 60 * DAY)])
def test_few_guardians_or_none_will_do(made: Factory, guard: Guard) -> None:
    assert made.make(PHONE, guard=guard).guard == guard


# --- executing ------------------------------------------------------------------------------------


def test_a_batch_is_carried_out_in_order_as_the_account(
    account: Account, target: Deployed, evm: Evm
) -> None:
    evm.send(account.address, b"", value=10)  # coin is welcome

    done = account.execute(account.batch(note(target, 1, 3), note(target, 2, 4)))

    assert target.read("sender") == account.address
    assert (target.read("number"), target.read("value"), target.read("count")) == (2, 4, 2)
    assert (evm.balance(account.address), evm.balance(target.address)) == (3, 7)
    assert [(it.name, it.args) for it in account.it.events(done)] == [("Executed", {"nonce": 0})]
    assert account.nonce == 1


def test_every_device_speaks_for_it(made: Factory, target: Deployed) -> None:
    account = made.make(PHONE, LAPTOP)

    account.execute(account.batch(note(target)), by=LAPTOP)
    account.execute(account.batch(note(target)), by=PHONE)

    assert target.read("count") == 2


def test_what_is_signed_is_what_the_account_asks_for(account: Account, target: Deployed) -> None:
    batch = account.batch(note(target, 1), note(target, 2))

    asked = account.it.read("executeDigest", batch.calls, batch.nonce, batch.deadline)

    assert asked == digest(account.domain, batch)
    _, name, version, chain, at, _, _ = account.it.read("eip712Domain")
    assert Domain(name, chain, at, version) == account.domain


def test_a_batch_is_carried_once(account: Account, target: Deployed, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        batch = at.batch(note(target))
        signature = PHONE.sign(digest(at.domain, batch))
        at.bring(batch, signature)
        at.bring(batch, signature)

    with refused("WrongNonce", expected=1, offered=0):
        attack(account)
    attack(weak(account, compiler, "batch number"))


def test_a_batch_is_carried_in_time_or_not_at_all(
    account: Account, target: Deployed, evm: Evm, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        batch = at.batch(note(target), deadline=NOON + HOUR)
        evm.now = NOON + HOUR + 1
        at.execute(batch)

    with refused("Expired", deadline=NOON + HOUR):
        attack(account)
    attack(weak(account, compiler, "batch in time"))


def test_only_its_own_keys_speak_for_it(
    account: Account, target: Deployed, compiler: Compiler
) -> None:
    def with_ones_own(at: Account) -> None:
        at.execute(at.batch(note(target)), by=THIEF)

    def in_anothers_name(at: Account) -> None:
        at.execute(at.batch(note(target)), by=THIEF, claims=PHONE.key)

    for attack in (with_ones_own, in_anothers_name):
        with refused("WrongSignature"):
            attack(account)
        attack(weak(account, compiler, "batch signed"))


@pytest.mark.parametrize("other", [{"chain_id": 1}, {"contract": b"\x01" * 20}, {"version": "2"}])
def test_a_batch_for_another_chain_or_account_is_worth_nothing(
    account: Account, target: Deployed, other: dict[str, Any]
) -> None:
    with refused("WrongSignature"):
        account.execute(account.batch(note(target)), domain=account.domain._replace(**other))


def test_a_batch_is_worth_nothing_at_another_account_of_the_same_key(
    made: Factory, target: Deployed, compiler: Compiler
) -> None:
    def attack(one: Account, two: Account) -> None:
        batch = one.batch(note(target))
        asked = one.it.read("executeDigest", batch.calls, batch.nonce, batch.deadline)
        signature = PHONE.sign(asked)
        one.bring(batch, signature)
        two.bring(batch, signature)

    one, two = made.make(PHONE), made.make(PHONE, salt=bytes(32))
    with refused("WrongSignature"):
        attack(one, two)
    attack(weak(one, compiler, "batch bound"), weak(two, compiler, "batch bound"))


def test_whoever_carries_a_batch_can_alter_nothing(account: Account, target: Deployed) -> None:
    batch = account.batch(note(target, 1), note(target, 2))
    signature = PHONE.sign(digest(account.domain, batch))

    for altered in (
        batch._replace(calls=batch.calls[::-1]),
        batch._replace(calls=batch.calls[:1]),
        batch._replace(calls=(batch.calls[0], note(target, 3))),
        batch._replace(calls=(batch.calls[0], note(target, 2, 1))),
        batch._replace(deadline=batch.deadline - 1),
    ):
        with refused("WrongSignature"):
            account.bring(altered, signature)


def test_a_batch_of_nothing_is_refused(account: Account) -> None:
    with refused("EmptyBatch"):
        account.execute(account.batch())


def test_a_call_that_fails_undoes_the_batch_and_says_why(
    account: Account, target: Deployed
) -> None:
    bad = Call(target.address, 0, target.contract.call("refuse", 9))

    with pytest.raises(Refused) as caught:
        account.execute(account.batch(note(target), bad))

    assert caught.value.failure is not None
    assert caught.value.failure.args["index"] == 1
    why = target.contract.failure(caught.value.failure.args["reason"])
    assert str(why) == "No(number 9)"
    assert (account.nonce, target.read("count")) == (0, 0)


def test_too_little_gas_undoes_a_batch_and_spends_nothing(
    account: Account, target: Deployed
) -> None:
    batch = account.batch(Call(target.address, 0, target.contract.call("work")))
    signature = PHONE.sign(digest(account.domain, batch))
    for gas in range(100_000, 550_000, 50_000):
        with pytest.raises(Refused):
            account.bring(batch, signature, gas=gas)
        assert account.nonce == 0

    account.bring(batch, signature)  # the carrier spoiled nothing

    assert target.read("count") == 1


def test_a_batch_cannot_be_entered_again_while_it_runs(
    account: Account, target: Deployed, evm: Evm, compiler: Compiler
) -> None:
    """A callee brings the owner's next batch, signed for later, into the midst of this one."""

    def attack(at: Account) -> bool:
        caller = evm.deploy(compiler.hostile("Caller"))
        first = at.batch(Call(caller.address, 0, caller.contract.call("poke")), note(target, 1))
        later = at.batch(note(target, 2), nonce=first.nonce + 1)
        signature = PHONE.sign(digest(at.domain, later))
        args = later.calls, later.nonce, later.deadline, signature
        caller.send("tell", at.address, at.it.contract.call("execute", *args))
        at.execute(first)
        if not caller.read("done"):
            why = at.it.contract.failure(caller.read("answer"))
            assert why
            assert why.name == "ReentrancyGuardReentrantCall"
        return caller.read("done")

    assert not attack(account)
    assert attack(weak(account, compiler, "no re-entry"))
    assert target.read("number") == 1  # it ran after what was to come later


# --- the assertion --------------------------------------------------------------------------------


def test_the_malleable_twin_of_an_assertion_is_refused(
    account: Account, target: Deployed, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        batch = at.batch(note(target))
        at.bring(batch, malleable(PHONE.sign(digest(at.domain, batch))))

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "lower half of P-256"))


@pytest.mark.parametrize(
    ("flags", "guard"),
    [
        (USER_PRESENT, "verification asked"),
        (USER_VERIFIED, "user present"),
        (USER_PRESENT | USER_VERIFIED | BACKED_UP, "backup flags"),
    ],
)
def test_an_assertion_without_its_flags_is_refused(
    account: Account, target: Deployed, compiler: Compiler, flags: int, guard: str
) -> None:
    def attack(at: Account) -> None:
        at.execute(at.batch(note(target)), flags=flags)

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, guard))


def test_a_passkey_that_is_kept_in_a_cloud_speaks_too(account: Account, target: Deployed) -> None:
    flags = USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP

    account.execute(account.batch(note(target)), flags=flags)

    assert target.read("count") == 1


def test_the_creation_of_a_passkey_signs_for_nothing(
    account: Account, target: Deployed, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        at.execute(at.batch(note(target)), kind="webauthn.create")

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "kind of ceremony"))


def test_an_assertion_over_another_challenge_is_refused(
    account: Account, target: Deployed, compiler: Compiler
) -> None:
    def attack(at: Account) -> None:
        at.bring(at.batch(note(target)), PHONE.sign(b"\x01" * 32))

    with refused("WrongSignature"):
        attack(account)
    attack(weak(account, compiler, "challenge"))


def test_a_challenge_within_another_field_is_none(account: Account, target: Deployed) -> None:
    """The places where the fields stand are the signer's to say: they may point nowhere else."""
    batch = account.batch(note(target))
    signature = PHONE.sign(digest(account.domain, batch))
    words = [signature[:32], *(signature[at : at + 32] for at in range(32, len(signature), 32))]

    for at in (3, 4):  # challengeIndex, typeIndex
        for place in (0, 1, 2**16, 2**255, 2**256 - 1):
            bent = [*words]
            bent[at] = place.to_bytes(32, "big")
            if bent[at] != words[at]:
                with pytest.raises(Refused):
                    account.bring(batch, b"".join(bent))


@pytest.mark.parametrize("length", [0, 31, 32, 64, 200, 223, 300])
def test_an_assertion_cut_short_is_refused(account: Account, target: Deployed, length: int) -> None:
    batch = account.batch(note(target))

    with refused("WrongSignature"):
        account.bring(batch, PHONE.sign(digest(account.domain, batch))[:length])


def test_a_chain_without_the_precompile_knows_the_same_signatures() -> None:
    evm = Evm(has_p256=False)
    account = factory(evm).make(PHONE, LAPTOP)

    account.do("removeKey", key_id(LAPTOP.key))
    batch = account.batch(account.call("addKey", LAPTOP.key))
    with refused("WrongSignature"):
        account.execute(batch, by=THIEF, claims=PHONE.key)
    with refused("WrongSignature"):
        account.bring(batch, malleable(PHONE.sign(digest(account.domain, batch))))

    assert account.keys == {PHONE.key}


# --- keys -----------------------------------------------------------------------------------------


def test_devices_come_and_go(account: Account, target: Deployed) -> None:
    done = account.do("addKey", LAPTOP.key)
    (told, _) = account.it.events(done)
    assert (told.name, told.args["keyId"]) == ("KeyAdded", key_id(LAPTOP.key))
    assert account.keys == {PHONE.key, LAPTOP.key}

    done = account.do("removeKey", key_id(PHONE.key), by=LAPTOP)

    (told, _) = account.it.events(done)
    assert (told.name, told.args) == ("KeyRemoved", {"keyId": key_id(PHONE.key)})
    assert account.keys == {LAPTOP.key}
    assert account.it.read("keyOf", key_id(PHONE.key)) == (bytes(32), bytes(32))
    with refused("WrongSignature"):
        account.execute(account.batch(note(target)), by=PHONE)


def test_the_last_device_stays(account: Account, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        at.do("removeKey", key_id(PHONE.key))
        assert at.keys == set()

    with refused("CallFailed"):
        attack(account)
    attack(weak(account, compiler, "a key stays"))


def test_a_device_is_there_once_or_not(account: Account) -> None:
    for call, why in [
        (account.call("addKey", PHONE.key), "KeyExists"),
        (account.call("removeKey", key_id(LAPTOP.key)), "NoSuchKey"),
        (account.call("addKey", PasskeyPoint(PHONE.key.x, LAPTOP.key.y)), "NotAKey"),
    ]:
        with pytest.raises(Refused) as caught:
            account.execute(account.batch(call))
        assert caught.value.failure
        inner = account.it.contract.failure(caught.value.failure.args["reason"])
        assert inner
        assert inner.name == why


def test_only_the_account_changes_itself(account: Account, compiler: Compiler) -> None:
    def attack(at: Account) -> None:
        at.it.send("addKey", THIEF.key, sender=STRANGER)

    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("addKey", (THIEF.key,)),
        ("removeKey", (key_id(PHONE.key),)),
        ("setGuard", (ALONE,)),
        ("cancel", ()),
    ]
    for function, args in calls:
        for who in (STRANGER, ADMIN, RELAYER):
            with refused("OnlySelf", caller=address_of(who)):
                account.it.send(function, *args, sender=who)
    attack(weak(account, compiler, "only self"))


# --- ERC-1271 -------------------------------------------------------------------------------------


def test_it_vouches_for_what_its_keys_signed(account: Account) -> None:
    hash_ = b"\x09" * 32

    signed = PHONE.sign(personal_digest(account.domain, hash_))

    assert account.it.read("isValidSignature", hash_, signed) == YES
    assert account.it.read("isValidSignature", b"\x08" * 32, signed) == NO
    for bad in (
        THIEF.sign(personal_digest(account.domain, hash_)),
        THIEF.sign(personal_digest(account.domain, hash_), claims=PHONE.key),
        PHONE.sign(hash_),  # not bound to the account
        malleable(signed),
        b"",
    ):
        assert account.it.read("isValidSignature", hash_, bad) == NO


def test_what_one_account_vouches_for_no_other_does(made: Factory, compiler: Compiler) -> None:
    """Both accounts have the same key: the signature names the account, and the chain."""
    one, two = made.make(PHONE), made.make(PHONE, salt=bytes(32))
    hash_ = b"\x09" * 32
    signed = PHONE.sign(personal_digest(one.domain, hash_))

    assert one.it.read("isValidSignature", hash_, signed) == YES
    assert two.it.read("isValidSignature", hash_, signed) == NO
    abroad = Domain(PASSKEY_DOMAIN, 1, one.address)
    assert one.it.read("isValidSignature", hash_, PHONE.sign(personal_digest(abroad, hash_))) == NO
    signed = PHONE.sign(hash_)
    for it in (weak(one, compiler, "vouching bound"), weak(two, compiler, "vouching bound")):
        assert it.it.read("isValidSignature", hash_, signed) == YES


def test_a_consent_by_an_account_is_a_consent(account: Account, evm: Evm) -> None:
    consent = evm.deploy(contract("Consent"))
    record = new_record(account.address)
    offer = Grant(record, account.address, bytes(32), NOON, NOON + DAY, 0, NOON + HOUR)
    asked = digest(Domain(CONSENT_DOMAIN, CHAIN_ID, consent.address), offer)

    with refused("WrongSignature"):
        consent.send("grant", offer, PHONE.sign(asked))
    consent.send("grant", offer, PHONE.sign(personal_digest(account.domain, asked)))

    assert consent.read("active", record)


def test_vouching_is_not_executing(account: Account, target: Deployed) -> None:
    """What a key signed for others to believe cannot be brought as a batch."""
    batch = account.batch(note(target))

    with refused("WrongSignature"):
        account.bring(
            batch, PHONE.sign(personal_digest(account.domain, digest(account.domain, batch)))
        )


def test_it_can_be_handed_tokens(account: Account) -> None:
    """It cannot be changed later: what hands tokens over safely must find an answer."""
    args = bytes(20), bytes(20), 1
    assert account.it.read("onERC721Received", *args, b"").hex() == "150b7a02"
    assert account.it.read("onERC1155Received", *args, 1, b"").hex() == "f23a6e61"
    assert account.it.read("supportsInterface", bytes.fromhex("4e2312e0"))
