"""Whatever is done in whatever order, the contracts do as a plain model of them says."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from asklepion.ledger.engine.abi import (
    CONSENT_DOMAIN,
    ConsentState,
    Domain,
    Grant,
    Guard,
    Revoke,
    address_of,
    contract,
    digest,
    key_id,
    sign,
)

from .accounts import DAY, DELAY, FRIEND, GUARD, NURSE, SISTER, Account, Factory, factory
from .devices import Device
from .evm import CHAIN_ID, Deployed, Evm, Refused

WINDOW = 30 * DAY
PEOPLE = [bytes([0x70 + n]) * 32 for n in range(3)]
DEVICES = [Device(200 + n) for n in range(4)]
GUARDIANS = [SISTER, FRIEND, NURSE]
LAWS = settings(max_examples=8, stateful_step_count=25, deadline=None)

people = st.sampled_from(PEOPLE)
devices = st.sampled_from(DEVICES)
guardians = st.sampled_from(GUARDIANS)


def done(act: Any) -> bool:
    """Whether the contract took it."""
    try:
        act()
    except Refused:
        return False
    return True


class ConsentLaws(RuleBasedStateMachine):
    """Only the subject begins and only the subject ends, once, in time."""

    evm: Evm
    it: Deployed

    @initialize()
    def deploy(self) -> None:
        self.evm = Evm()
        self.it = self.evm.deploy(contract("Consent"))
        self.domain = Domain(CONSENT_DOMAIN, CHAIN_ID, self.it.address)
        self.known: dict[bytes, ConsentState] = {}
        self.numbers = dict.fromkeys(PEOPLE, 0)
        self.seen: list[tuple[str, Any, bytes]] = []

    def records(self, who: bytes) -> list[bytes]:
        return [bytes([n]) * 12 + address_of(who) for n in range(2)]

    @rule(
        owner=people,
        which=st.integers(0, 1),
        by=people,
        starts=st.integers(-2, 3),
        lasts=st.integers(-1, 4),
        off=st.sampled_from([0, 0, 0, 1]),
        late=st.booleans(),
    )
    def grant(
        self, owner: bytes, which: int, by: bytes, starts: int, lasts: int, off: int, late: bool
    ) -> None:
        subject, record = address_of(by), self.records(owner)[which]
        begins = self.evm.now + starts * DAY
        ends = begins + lasts * DAY
        deadline = self.evm.now - 1 if late else self.evm.now
        offer = Grant(record, subject, b"\x01" * 32, begins, ends, self.numbers[by] + off, deadline)
        signature = sign(by, digest(self.domain, offer))

        is_taken = done(lambda: self.it.send("grant", offer, signature))

        is_right = owner == by and record not in self.known and not off and not late
        assert is_taken == (is_right and begins < ends > self.evm.now)
        if is_taken:
            self.known[record] = ConsentState(subject, b"\x01" * 32, begins, ends, False)
            self.numbers[by] += 1
            self.seen.append(("grant", offer, signature))

    @rule(owner=people, which=st.integers(0, 1), by=people, off=st.sampled_from([0, 0, 1]))
    def revoke(self, owner: bytes, which: int, by: bytes, off: int) -> None:
        record = self.records(owner)[which]
        end = Revoke(record, address_of(by), self.numbers[by] + off, self.evm.now)
        signature = sign(by, digest(self.domain, end))

        is_taken = done(lambda: self.it.send("revoke", end, signature))

        before = self.known.get(record)
        assert is_taken == (owner == by and not off and not (before and before.revoked))
        if is_taken:
            before = before or ConsentState(address_of(by), bytes(32), 0, 0, False)
            self.known[record] = before._replace(revoked=True)
            self.numbers[by] += 1
            self.seen.append(("revoke", end, signature))

    @rule(which=st.integers(0, 20))
    def bring_again(self, which: int) -> None:
        if self.seen:
            function, what, signature = self.seen[which % len(self.seen)]
            assert not done(lambda: self.it.send(function, what, signature))

    @rule(days=st.integers(0, 3))
    def wait(self, days: int) -> None:
        self.evm.now += days * DAY

    @invariant()
    def what_is_known_is_what_was_signed(self) -> None:
        for who in PEOPLE:
            for record in self.records(who):
                state = ConsentState(*self.it.read("state", record))
                expected = self.known.get(record, ConsentState(bytes(20), bytes(32), 0, 0, False))
                assert state == expected
                stands = expected.not_before <= self.evm.now < expected.not_after
                assert self.it.read("active", record) == (stands and not expected.revoked)
            assert self.it.read("nonces", address_of(who)) == self.numbers[who]


@dataclass
class Model:
    """What an account is, said plainly."""

    keys: set[bytes]
    guard: Guard = GUARD
    nonce: int = 0
    voices: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    ready: tuple[bytes, int] | None = None
    lapses: int = 0

    def settle(self, now: int) -> None:
        """Forget what lapsed."""
        if self.voices and now > self.lapses:
            self.end()

    def end(self) -> None:
        self.voices, self.ready, self.lapses = {}, None, 0

    def votes(self, key: bytes) -> int:
        return sum(it == key for it in self.voices.values())

    def approve(self, guardian: bytes, key: bytes, now: int) -> None:
        if not self.voices:
            self.lapses = now + WINDOW
        self.voices[guardian] = key
        if self.ready and self.votes(self.ready[0]) < self.guard.threshold:
            self.ready, self.lapses = None, now + WINDOW
        if not self.ready and self.votes(key) >= self.guard.threshold:
            self.ready = key, now + self.guard.delay_s
            self.lapses = self.ready[1] + WINDOW


@cache
def shared() -> Factory:
    return factory(Evm())


class RecoveryLaws(RuleBasedStateMachine):
    """An account always has a key; no key comes but by a key, or by a majority and the delay."""

    evm: Evm

    made = 0

    @initialize()
    def make(self) -> None:
        """Another account of the same factory: making a chain each time takes longest."""
        at = shared()
        self.evm = at.it.evm
        RecoveryLaws.made += 1
        salt = RecoveryLaws.made.to_bytes(32, "big")
        self.account: Account = at.make(*DEVICES[:2], salt=salt)
        self.model = Model({it.key.x for it in DEVICES[:2]})

    def by(self, device: Device, function: str, *args: Any) -> bool:
        """Whether a device got something done; its number is used only then."""
        is_taken = done(lambda: self.account.do(function, *args, by=device))
        self.model.nonce += is_taken
        self.model.settle(self.evm.now)
        return is_taken

    @rule(by=devices, new=devices)
    def add(self, by: Device, new: Device) -> None:
        is_taken = self.by(by, "addKey", new.key)

        keys = self.model.keys
        assert is_taken == (by.key.x in keys and new.key.x not in keys)
        if is_taken:
            keys.add(new.key.x)

    @rule(by=devices, old=devices)
    def remove(self, by: Device, old: Device) -> None:
        is_taken = self.by(by, "removeKey", key_id(old.key))

        keys = self.model.keys
        assert is_taken == (by.key.x in keys and old.key.x in keys and len(keys) > 1)
        if is_taken:
            keys.remove(old.key.x)

    @rule(by=devices)
    def cancel(self, by: Device) -> None:
        is_taken = self.by(by, "cancel")

        assert is_taken == (by.key.x in self.model.keys)
        if is_taken:
            self.model.end()

    @rule(by=devices, without=st.sampled_from([None, *GUARDIANS]))
    def choose(self, by: Device, without: bytes | None) -> None:
        chosen = tuple(address_of(it) for it in GUARDIANS if it != without)
        guard = Guard(chosen, 2, DELAY)

        is_taken = self.by(by, "setGuard", guard)

        assert is_taken == (by.key.x in self.model.keys and not self.model.voices)
        if is_taken:
            self.model.guard = guard

    @rule(guardian=guardians, new=devices)
    def approve(self, guardian: bytes, new: Device) -> None:
        is_taken = done(lambda: self.account.approve(guardian, new.key))

        self.model.settle(self.evm.now)
        guards = address_of(guardian) in self.model.guard.guardians
        assert is_taken == (guards and self.model.voices.get(guardian) != new.key.x)
        if is_taken:
            self.model.approve(guardian, new.key.x, self.evm.now)

    @rule(new=devices)
    def finish(self, new: Device) -> None:
        is_taken = done(lambda: self.account.finish(new.key))

        self.model.settle(self.evm.now)
        ready = self.model.ready
        assert is_taken == (
            ready is not None and ready[0] == new.key.x and ready[1] <= self.evm.now
        )
        if is_taken:
            self.model.keys = {new.key.x}
            self.model.end()

    @rule(hours=st.sampled_from([1, 24, 47, 48, 49, 31 * 24]))
    def wait(self, hours: int) -> None:
        self.evm.now += hours * 3600
        self.model.settle(self.evm.now)

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        model, account = self.model, self.account
        assert {it.x for it in account.keys} == model.keys
        assert model.keys
        assert account.nonce == model.nonce
        found = account.recovery
        assert found.approvals == len(model.voices)
        assert found.lapses_at == model.lapses
        ready = model.ready
        assert found.ready_at == (ready[1] if ready else 0)
        assert account.guard.guardians == model.guard.guardians


ConsentLaws.TestCase.settings = LAWS
RecoveryLaws.TestCase.settings = LAWS
TestConsentLaws = ConsentLaws.TestCase
TestRecoveryLaws = RecoveryLaws.TestCase
