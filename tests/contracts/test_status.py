"""StatusRegistry: no old list is the newest, and no list is another issuer's."""

import pytest

from asklepion.ledger.engine.abi import Contract, Status, address_of, contract, keccak

from .compiler import Compiler
from .evm import ADMIN, NOBODY, NOON, STRANGER, Deployed, Evm, refused

COLLEGE, CHAMBER = keccak(b"did:web:college.example"), keccak(b"did:web:chamber.example")
ONE, TWO = b"\x21" * 32, b"\x22" * 32  # their keys
LIST = b"\x10" * 32
DIGEST, LATER = b"\x30" * 32, b"\x31" * 32


def deploy(evm: Evm, code: Contract | None = None) -> Deployed:
    it = evm.deploy(code or contract("StatusRegistry"), address_of(ADMIN), NOBODY)
    it.send("setIssuer", COLLEGE, address_of(ONE), sender=ADMIN)
    it.send("setIssuer", CHAMBER, address_of(TWO), sender=ADMIN)
    return it


def latest(it: Deployed, issuer: bytes = COLLEGE) -> Status:
    return Status(*it.read("latest", issuer, LIST))


@pytest.fixture
def evm() -> Evm:
    return Evm(rich=(ONE, TWO))


def test_an_issuer_publishes_newer_and_newer_lists(evm: Evm) -> None:
    it = deploy(evm)

    done = it.send("publish", COLLEGE, LIST, 1, DIGEST, sender=ONE)

    (told,) = it.events(done)
    assert told.name == "Published"
    assert told.args == {"issuer": COLLEGE, "list": LIST, "epoch": 1, "digest": DIGEST}
    assert latest(it) == Status(1, NOON, DIGEST)
    evm.now += 60
    it.send("publish", COLLEGE, LIST, 7, LATER, sender=ONE)
    assert latest(it) == Status(7, NOON + 60, LATER)
    assert latest(it, CHAMBER) == Status(0, 0, bytes(32))


@pytest.mark.parametrize("epoch", [0, 4, 5])
def test_a_list_does_not_go_back(evm: Evm, compiler: Compiler, epoch: int) -> None:
    def attack(it: Deployed) -> None:
        it.send("publish", COLLEGE, LIST, 5, DIGEST, sender=ONE)
        it.send("publish", COLLEGE, LIST, epoch, LATER, sender=ONE)

    with refused("NotNewer", published=5, offered=epoch):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("StatusRegistry", "newer")))


def test_nobody_publishes_for_another_issuer(evm: Evm, compiler: Compiler) -> None:
    def attack(it: Deployed) -> None:
        it.send("publish", COLLEGE, LIST, 1, DIGEST, sender=TWO)

    with refused("NotIssuer", issuer=COLLEGE, account=address_of(TWO)):
        attack(deploy(evm))
    attack(deploy(evm, compiler.without("StatusRegistry", "issuer")))


def test_nobody_takes_another_issuers_list_first(evm: Evm) -> None:
    it = deploy(evm)

    it.send(
        "publish", CHAMBER, LIST, 2**64 - 1, LATER, sender=TWO
    )  # the same id, and the last epoch
    it.send("publish", COLLEGE, LIST, 1, DIGEST, sender=ONE)

    assert latest(it).digest == DIGEST


def test_the_admin_publishes_for_nobody(evm: Evm) -> None:
    it = deploy(evm)

    for who in (ADMIN, STRANGER):
        with refused("NotIssuer"):
            it.send("publish", COLLEGE, LIST, 1, DIGEST, sender=who)
        with refused("NotIssuer"):
            it.send("publish", b"\x01" * 32, LIST, 1, DIGEST, sender=who)


def test_an_issuer_stays_itself_with_another_account(evm: Evm) -> None:
    it = deploy(evm)
    it.send("publish", COLLEGE, LIST, 3, DIGEST, sender=ONE)

    done = it.send("setIssuer", COLLEGE, address_of(STRANGER), sender=ADMIN)

    (told,) = it.events(done)
    assert told.name == "IssuerSet"
    assert told.args == {"issuer": COLLEGE, "account": address_of(STRANGER)}
    assert it.read("accountOf", COLLEGE) == address_of(STRANGER)
    with refused("NotIssuer"):
        it.send("publish", COLLEGE, LIST, 4, LATER, sender=ONE)
    with refused("NotNewer"):
        it.send("publish", COLLEGE, LIST, 3, LATER, sender=STRANGER)
    it.send("publish", COLLEGE, LIST, 4, LATER, sender=STRANGER)


def test_an_issuer_that_no_longer_counts_publishes_nothing(evm: Evm) -> None:
    it = deploy(evm)
    it.send("publish", COLLEGE, LIST, 3, DIGEST, sender=ONE)

    it.send("setIssuer", COLLEGE, NOBODY, sender=ADMIN)

    with refused("NotIssuer"):
        it.send("publish", COLLEGE, LIST, 4, LATER, sender=ONE)
    assert latest(it).digest == DIGEST  # what it said while it counted stays said


def test_only_an_accreditor_says_which_issuers_count(evm: Evm, compiler: Compiler) -> None:
    def attack(it: Deployed) -> None:
        it.send("setIssuer", COLLEGE, address_of(STRANGER), sender=STRANGER)
        it.send("publish", COLLEGE, LIST, 1, DIGEST, sender=STRANGER)

    with refused("AccessControlUnauthorizedAccount"):
        attack(deploy(evm))
    open_ = compiler.without("StatusRegistry", "role")
    attack(deploy(evm, open_))


def test_the_admin_hands_accrediting_on_and_keeps_none_of_it(evm: Evm) -> None:
    it = deploy(evm)
    role = it.read("ACCREDITOR")

    it.send("grantRole", role, address_of(ONE), sender=ADMIN)
    it.send("renounceRole", role, address_of(ADMIN), sender=ADMIN)

    it.send("setIssuer", CHAMBER, address_of(ONE), sender=ONE)
    with refused("AccessControlUnauthorizedAccount"):
        it.send("setIssuer", CHAMBER, address_of(TWO), sender=ADMIN)
    for who in (ONE, STRANGER):  # an accreditor does not rise
        with refused("AccessControlUnauthorizedAccount"):
            it.send("grantRole", bytes(32), address_of(who), sender=who)
