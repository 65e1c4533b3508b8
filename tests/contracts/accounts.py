"""A passkey account on a chain, its owner's devices and its guardians, for the tests of both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asklepion.ledger.engine.abi import (
    PASSKEY_DOMAIN,
    Approve,
    Call,
    Contract,
    Domain,
    Execute,
    Guard,
    PasskeyPoint,
    Recovery,
    Voice,
    address_of,
    contract,
    digest,
    sign,
)
from asklepion.ledger.engine.abi.values import FOREVER

from .compiler import Compiler
from .devices import Device
from .evm import CHAIN_ID, RELAYER, Deployed, Done, Evm
from .guards import slot

PHONE, LAPTOP, NEW_PHONE, THIEF = Device(11), Device(12), Device(13), Device(66)
SISTER, FRIEND, NURSE = b"\x51" * 32, b"\x52" * 32, b"\x53" * 32  # their keys; they have no coin
HOUR, DAY = 3600, 86_400
DELAY = 2 * DAY
GUARD = Guard(tuple(map(address_of, (SISTER, FRIEND, NURSE))), 2, DELAY)
ALONE = Guard((), 0, 0)
SALT = b"\x07" * 32


@dataclass
class Account:
    """One account; whatever it is sent, a stranger to it carries."""

    it: Deployed
    device: Device = field(default_factory=lambda: PHONE)

    @property
    def address(self) -> bytes:
        return self.it.address

    @property
    def domain(self) -> Domain:
        return Domain(PASSKEY_DOMAIN, CHAIN_ID, self.address)

    @property
    def nonce(self) -> int:
        return self.it.read("nonce")

    @property
    def keys(self) -> set[PasskeyPoint]:
        ids = self.it.read("keyIds")
        return {PasskeyPoint(*self.it.read("keyOf", it)) for it in ids}

    @property
    def recovery(self) -> Recovery:
        return Recovery(*self.it.read("recovery"))

    @property
    def guard(self) -> Guard:
        return Guard(*self.it.read("guard"))

    def voice(self, guardian: bytes) -> Voice:
        return Voice(*self.it.read("voiceOf", address_of(guardian)))

    def call(self, function: str, *args: Any) -> Call:
        """A call to the account itself."""
        return Call(self.address, 0, self.it.contract.call(function, *args))

    def batch(self, *calls: Call, **other: Any) -> Execute:
        return Execute(calls, self.nonce, FOREVER)._replace(**other)

    def execute(
        self,
        batch: Execute,
        *,
        by: Device | None = None,
        domain: Domain | None = None,
        **bent: Any,
    ) -> Done:
        signature = (by or self.device).sign(digest(domain or self.domain, batch), **bent)
        return self.bring(batch, signature)

    def bring(self, batch: Execute, signature: bytes, **how: Any) -> Done:
        return self.it.send("execute", batch.calls, batch.nonce, batch.deadline, signature, **how)

    def do(self, function: str, *args: Any, by: Device | None = None) -> Done:
        """Something that only the account may do to itself."""
        return self.execute(self.batch(self.call(function, *args)), by=by)

    def words(self, key: PasskeyPoint, guardian: bytes, **other: Any) -> Approve:
        """What a guardian signs for a new key."""
        said = Approve(*key, self.it.read("round"), self.voice(guardian).spoken, FOREVER)
        return said._replace(**other)

    def approve(
        self,
        guardian: bytes,
        key: PasskeyPoint,
        *,
        by: bytes | None = None,
        domain: Domain | None = None,
        **other: Any,
    ) -> Done:
        """A guardian speaks by signature, and a relayer carries it."""
        words = self.words(key, guardian, **other)
        signature = sign(by or guardian, digest(domain or self.domain, words))
        return self.it.send("approve", key, address_of(guardian), words.deadline, signature)

    def finish(self, key: PasskeyPoint, *, sender: bytes = RELAYER) -> Done:
        return self.it.send("finish", key, sender=sender)


@dataclass
class Factory:
    """Where accounts are made."""

    it: Deployed
    code: Contract

    def address(self, devices: Sequence[Device], guard: Guard = GUARD, salt: bytes = SALT) -> bytes:
        return self.it.read("addressOf", [each.key for each in devices], guard, salt)

    def make(
        self,
        *devices: Device,
        guard: Guard = GUARD,
        salt: bytes = SALT,
        sender: bytes = RELAYER,
    ) -> Account:
        self.it.send("make", [each.key for each in devices], guard, salt, sender=sender)
        at = Deployed(self.it.evm, self.code, self.address(devices, guard, salt))
        return Account(at, devices[0])


def factory(evm: Evm, code: Contract | None = None) -> Factory:
    return Factory(evm.deploy(code or contract("PasskeyAccounts")), contract("PasskeyAccount"))


def weak(account: Account, compiler: Compiler, *guards: str) -> Account:
    """An account like this one, without some guards."""
    made = factory(account.it.evm, compiler.without("PasskeyAccounts", *guards))
    keys, salt = [*account.keys], account.address.rjust(32, b"\0")
    guard = Guard(*account.it.read("guard"))
    made.it.send("make", keys, guard, salt)
    at = account.it.at(made.it.read("addressOf", keys, guard, salt))
    account.it.evm.switch_off(at.address, tuple(map(slot, guards)))
    return Account(at, account.device)
