"""Write papers.json: credentials that are documents, for the client's own verification.

Run from the repository's root: PYTHONPATH=.:src python web/test/identity/papers.py
"""

import json
from pathlib import Path
from typing import Any

from asklepion.identity.engine.vc import jose, pairwise, status
from tests.identity.papers import (
    BASE,
    badge,
    enveloped,
    key,
    name,
    presented,
    proven,
    shown,
    signed,
)

NOW = 1_772_366_400  # noon on the first of March 2026
HERE = "http://localhost:3000"
LIST = f"{HERE}/api/identity/status/l-1"
ENTRIES = {"valid": 5, "revoked": 6, "suspended": 7}
SIGNER = ("house", "p256")  # of the lists


def standing(state: str) -> dict[str, Any]:
    return {
        "credentialStatus": [
            {
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(ENTRIES[state]),
                "statusListCredential": f"{LIST}.{purpose}",
            }
            for purpose in ("revocation", "suspension")
        ]
    }


def by_p256(document: dict[str, Any], **header: Any) -> str:
    named = {**document, "issuer": name(*SIGNER)}
    return jose.sign({"typ": "vc+jwt", **header}, named, key(*SIGNER))


def text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def main() -> None:
    odd = {
        "ключ": "林",
        "a\u2028b": 1e21,
        "z": -0.0,
        "n": [1.5, True, None, {"\U0001f600": 1, "\ufb33": 2}],
    }
    good = proven(badge(**standing("valid")))
    cases = {
        "": text(good),
        ", with odd words and numbers": text(proven(badge(evidence={"type": "urn:x", **odd}))),
        ", of two": text(proven(proven(badge()), "notary")),
        ", signed as a whole": signed(badge(**standing("valid"))),
        ", signed with P-256": by_p256(badge()),
        ", in an envelope": text(enveloped(signed(badge()))),
        "revoked": text(proven(badge(**standing("revoked")))),
        "suspended": signed(badge(**standing("suspended"))),
        "expired": text(proven(badge(validUntil="2026-02-01T00:00:00Z"))),
        "expired, its proof": text(proven(badge(), expires="2026-02-01T00:00:00Z")),
        "expired, its signature": signed(badge(), exp=NOW - 1),
        "early": text(proven(badge(validFrom="2026-04-01T00:00:00Z"))),
        "signature": text({**good, "name": "Surgeon"}),
        "signature, of one of two": text(
            {**badge(), "proof": [proven(badge())["proof"], proven(badge(name="x"))["proof"]]}
        ),
        "signature, of the text": signed(badge())[:-8] + "AAAAAAAA",
        "signature, without": text(badge()),
        "signature, for another purpose": text(proven(badge(), proofPurpose="authentication")),
        "signature, about another context": text(
            {**good, "proof": {**good["proof"], "@context": ["https://elsewhere.example"]}}
        ),
        "algorithm": text({**good, "proof": {**good["proof"], "cryptosuite": "other"}}),
        "algorithm, of the text": by_p256(badge(), alg="none"),
        "form": "nothing",
        "form, no credential": text({"@context": [BASE], "type": "Other"}),
        "form, said twice": text(good).replace('{"@context"', '{"id": "urn:x", "@context"', 1),
        "form, nested": '{"a":' * 40 + "1" + "}" * 40,
        "form, of the text": signed(badge(), typ="dc+sd-jwt"),
    }
    elsewhere = {
        "a chain of proofs": text(
            proven(proven(badge(), id="urn:1"), "notary", previousProof="urn:1")
        ),
        "a presentation": text(shown(presented(proven(badge())))),
        "another issuer's list": text(proven(badge("other", **standing("valid")), "other")),
        "another issuer than its signer": text(proven(badge(), "other")),
    }
    marked = {ENTRIES["revoked"]: 1, ENTRIES["suspended"]: 2}
    told = {
        "iss": name(*SIGNER),
        "sub": LIST,
        "iat": NOW,
        "exp": NOW + 1000,
        "status_list": status.encode_tokens(status.pack(marked)),
    }
    answers = {
        "now": NOW * 1000,
        "issuer": name("issuer"),
        "house": name(*SIGNER),
        "keys": {
            name("issuer"): pairwise.public(key("issuer")),
            name(*SIGNER): pairwise.public(key(*SIGNER)),
        },
        "cases": cases,
        "elsewhere": elsewhere,
        "list": jose.sign({"typ": "statuslist+jwt"}, told, key(*SIGNER)),
    }
    path = Path(__file__).with_name("papers.json")
    path.write_text(json.dumps(answers, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
