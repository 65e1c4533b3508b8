"""Write receipts.json and receipts-2.json: receipts of both forms as the house itself makes them.

They are what the client's own verification, which shares no code with the house's, is tested on.
Run from the repository's root: python web/test/ledger/receipts.py
"""

import json
from dataclasses import replace
from pathlib import Path

from asklepion.ledger.engine import merkle
from asklepion.ledger.engine.commitment import commit
from asklepion.ledger.engine.cosigning import WitnessSigner
from asklepion.ledger.engine.note import Signer
from asklepion.ledger.engine.receipt import (
    Earlier,
    make_receipt,
    make_receipt_1,
    pack_receipt,
)
from asklepion.ledger.model import Checkpoint

SIZES = (1, 2, 3, 7, 8, 13, 64, 100)


def event(number: int) -> dict[str, object]:
    """An event with everything that makes canonical JSON hard."""
    return {
        "id": f"event-{number}",
        "number": number,
        "at": "2026-03-01T12:00:00Z",
        "action": "read",
        "outcome": "permit",
        "actor": "a2",
        "purpose": "TREAT",
        "via": "risk cards",
        "categories": ["vitals"],
        "actor_name": "Dr Amara Okafor 林 \U0001f33f",
        "visit": None,
        "what": {"Observation": number, "\ue000": 1, "\U0001f600": 2, 'a"b\\\n\u2028': 3},
        "refs": ["Observation/1", "Observation/2"],
        "nested": {"b": [True, False, {"z": 1, "é": -7}], "a": 9007199254740991},
    }


SIGNER = Signer(bytes(range(32)), "asklepion.example/log")
WITNESSES = [WitnessSigner(bytes([n] * 32), f"library{n}.example/w") for n in (1, 2, 3)]
SEEN_S = 1_772_366_400  # 2026-03-01 12:00 UTC


class Log:
    """A log of such events, of which every hash is known."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.keys = [bytes([n % 251]) * 32 for n in range(size)]
        leaves = [merkle.leaf_hash(commit(event(n), self.keys[n])) for n in range(size)]
        _, nodes = merkle.grow(0, [], leaves)
        self.hashes = {(0, n): leaf for n, leaf in enumerate(leaves)}
        self.hashes |= {(level, index): value for level, index, value in nodes}

    def prove(self, spans: list[merkle.Span]) -> list[bytes]:
        """One hash for each part."""
        return merkle.prove(spans, self.hashes.__getitem__)

    def signed(self, size: int) -> Checkpoint:
        """The checkpoint of the first leaves."""
        return SIGNER.sign(size, self.prove([(0, size)])[0])


def receipts() -> list[dict[str, object]]:
    """One receipt of the first form from a log of each size, of a leaf somewhere inside."""
    made: list[dict[str, object]] = []
    for size in SIZES:
        log, index = Log(size), size * 2 // 3
        proof = log.prove(merkle.inclusion_spans(index, size))
        signed = (log.signed(size), str(SIGNER.verifier))
        made.append(make_receipt_1(event(index), log.keys[index], index, proof, signed))
    return made


def receipts_2() -> list[dict[str, object]]:
    """The same of the second form, with none to three witnesses, most with an earlier state."""
    made: list[dict[str, object]] = []
    for number, size in enumerate(SIZES):
        log, index, since = Log(size), size * 2 // 3, size * 3 // 7
        proof = log.prove(merkle.inclusion_spans(index, size))
        bare, chosen = log.signed(size), WITNESSES[: number % 4]
        lines = "".join(each.cosign(bare.note, SEEN_S) for each in chosen)
        keys = tuple(str(each.key) for each in chosen)
        signed = (replace(bare, note=bare.note + lines, witnesses=keys), str(SIGNER.verifier))
        grown = log.prove(merkle.consistency_spans(since, size)) if since else []
        earlier = Earlier(log.signed(since), grown) if since else None
        receipt = make_receipt(event(index), log.keys[index], index, proof, signed, earlier=earlier)
        made.append({"receipt": receipt, "codes": pack_receipt(receipt)})
    return made


if __name__ == "__main__":
    for name, made in (("receipts.json", receipts()), ("receipts-2.json", receipts_2())):
        text = json.dumps(made, ensure_ascii=False, indent=1)
        Path(__file__).with_name(name).write_text(text + "\n", encoding="utf-8")
