"""Write receipts.json: receipts as the house itself makes them, for the client's own verification.

Run from the repository's root: python web/test/ledger/receipts.py
"""

import json
from pathlib import Path

from asklepion.ledger.engine import merkle
from asklepion.ledger.engine.commitment import commit
from asklepion.ledger.engine.note import Signer
from asklepion.ledger.engine.receipt import make_receipt

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


def receipts() -> list[dict[str, object]]:
    """One receipt from a log of each size, of a leaf somewhere inside."""
    signer = Signer(bytes(range(32)), "asklepion.example/log")
    made: list[dict[str, object]] = []
    for size in SIZES:
        keys = [bytes([n % 251]) * 32 for n in range(size)]
        leaves = [merkle.leaf_hash(commit(event(n), keys[n])) for n in range(size)]
        hashes = {(0, n): leaf for n, leaf in enumerate(leaves)}
        peaks, nodes = merkle.grow(0, [], leaves)
        hashes |= {(level, index): value for level, index, value in nodes}
        index = size * 2 // 3
        proof = merkle.prove(merkle.inclusion_spans(index, size), hashes.__getitem__)
        signed = (signer.sign(size, merkle.fold(peaks)), str(signer.verifier))
        made.append(make_receipt(event(index), keys[index], index, proof, signed))
    return made


if __name__ == "__main__":
    text = json.dumps(receipts(), ensure_ascii=False, indent=1)
    Path(__file__).with_name("receipts.json").write_text(text + "\n", encoding="utf-8")
