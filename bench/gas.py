"""What does each call of our contracts cost, in gas?

Nothing is timed: gas is the same on every machine. Accounts are measured with the P-256 precompile
(EIP-7951), which the embedded chain has; and once as on a chain without it, which is the peer.
"""

import json

from asklepion.ledger.engine import merkle
from asklepion.ledger.engine.abi import (
    CONSENT_DOMAIN,
    FORWARDER_DOMAIN,
    Call,
    Domain,
    ForwardRequest,
    ForwardRequestData,
    Grant,
    Revoke,
    address_of,
    contract,
    digest,
    sign,
)
from tests.contracts.accounts import DELAY, FRIEND, LAPTOP, NEW_PHONE, PHONE, SISTER, factory
from tests.contracts.evm import ADMIN, CHAIN_ID, NOBODY, NOON, RELAYER, WRITER, Evm

PATIENT = b"\x11" * 32
LEAVES = 2**20 + 12_345  # about a day of a large house's accesses
FURTHER = LEAVES + 700  # and the next minute's


def tell(name: str, gas: int, peer: str | None = None, peer_gas: int | None = None) -> None:
    """Print one result."""
    row = {"name": f"gas: {name}", "value": gas, "unit": "gas", "higher_is_better": False}
    print(json.dumps(row | {"peer": peer, "peer_value": peer_gas}), flush=True)


def anchoring(evm: Evm) -> None:
    """The first head of a log, and one that continues a long one."""
    it = evm.deploy(contract("Anchor"), address_of(ADMIN), address_of(WRITER))
    tell("Anchor, deployed", it.gas_used)
    tree = Tree()
    log = bytes(31) + b"\x01"
    first = it.send("anchor", log, LEAVES, tree.root(LEAVES), [], sender=WRITER)
    tell("anchor, the first", first.gas_used)
    proof = merkle.prove(merkle.consistency_spans(LEAVES, FURTHER), tree.node)
    next_ = it.send("anchor", log, FURTHER, tree.root(FURTHER), proof, sender=WRITER)
    tell(f"anchor, a million leaves on ({len(proof)} hashes)", next_.gas_used)


class Tree:
    """A tree of equal leaves, of which no more is computed than is asked."""

    def __init__(self) -> None:
        self._levels = [merkle.leaf_hash(b"")]
        for _ in range(32):
            self._levels.append(merkle.node_hash(self._levels[-1], self._levels[-1]))

    def node(self, it: merkle.Node) -> bytes:
        return self._levels[it[0]]

    def root(self, size: int) -> bytes:
        return merkle.fold([self.node(it) for it in merkle.subtrees((0, size))])


def consenting(evm: Evm) -> None:
    """A consent, and its end."""
    it = evm.deploy(contract("Consent"))
    tell("Consent, deployed", it.gas_used)
    domain = Domain(CONSENT_DOMAIN, CHAIN_ID, it.address)
    subject = address_of(PATIENT)
    record = bytes(range(12)) + subject
    offer = Grant(record, subject, b"\x07" * 32, NOON, NOON + 9999, 0, NOON + 99)
    tell("grant", it.send("grant", offer, sign(PATIENT, digest(domain, offer))).gas_used)
    end = Revoke(offer.record, subject, 1, NOON + 99)
    tell("revoke", it.send("revoke", end, sign(PATIENT, digest(domain, end))).gas_used)


def publishing(evm: Evm) -> None:
    """A status list, directly and carried."""
    forwarder = evm.deploy(contract("Forwarder"))
    tell("Forwarder, deployed", forwarder.gas_used)
    it = evm.deploy(contract("StatusRegistry"), address_of(ADMIN), forwarder.address)
    tell("StatusRegistry, deployed", it.gas_used)
    issuer, list_ = b"\x01" * 32, b"\x02" * 32
    tell(
        "setIssuer",
        it.send("setIssuer", issuer, address_of(RELAYER), sender=ADMIN).gas_used,
    )
    tell("publish, the first", it.send("publish", issuer, list_, 1, b"\x03" * 32).gas_used)
    tell("publish, a later one", it.send("publish", issuer, list_, 2, b"\x04" * 32).gas_used)
    it.send("setIssuer", issuer, address_of(PATIENT), sender=ADMIN)
    data = it.contract.call("publish", issuer, list_, 3, b"\x05" * 32)
    ask = ForwardRequest(address_of(PATIENT), it.address, 0, 100_000, 0, NOON + 99, data)
    signature = sign(PATIENT, digest(Domain(FORWARDER_DOMAIN, CHAIN_ID, forwarder.address), ask))
    carried = ForwardRequestData(*ask[:4], *ask[5:], signature)
    tell("publish, carried", forwarder.send("execute", carried).gas_used)


def accounts(evm: Evm) -> dict[str, int]:
    """A passkey account from its making to its recovery."""
    made = factory(evm)
    found = {"PasskeyAccounts, deployed": made.it.gas_used}
    keys = [PHONE.key]
    account = made.make(PHONE)
    salt = bytes(32)
    found["make, with three guardians"] = made.it.send("make", keys, account.guard, salt).gas_used
    nothing = Call(NOBODY, 0, b"")
    account.execute(account.batch(nothing))  # the first number takes a fresh place
    found["execute, one empty call"] = account.execute(account.batch(nothing)).gas_used
    found["addKey"] = account.do("addKey", LAPTOP.key).gas_used
    found["approve, the first"] = account.approve(SISTER, NEW_PHONE.key).gas_used
    found["approve, the decisive"] = account.approve(FRIEND, NEW_PHONE.key).gas_used
    evm.now += DELAY
    found["finish"] = account.finish(NEW_PHONE.key).gas_used
    return found


def main() -> None:
    """Print every figure."""
    evm = Evm()
    anchoring(evm)
    consenting(evm)
    publishing(evm)
    without = accounts(Evm(has_p256=False))
    for name, gas in accounts(Evm()).items():
        differs = without[name] != gas
        peer = "without the precompile" if differs else None
        tell(name, gas, peer, without[name] if differs else None)


if __name__ == "__main__":
    main()
