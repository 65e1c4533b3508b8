"""Write presentations.json: what the house shows, for the client's own verification.

Run from the repository's root: python web/test/identity/presentations.py
"""

import json
from itertools import count
from pathlib import Path
from typing import Any

from asklepion.identity.engine.vc import did, jose, pairwise, sdjwt, status
from asklepion.identity.engine.vc.sdjwt import Hidden

NOW = 1_772_366_400  # noon on the first of March 2026
HERE = "http://localhost:3000"
NONCE = "a question that nobody asked before"
ISSUER, HOLDER, OTHER = (pairwise.p256(sign * 32, "test") for sign in (b"i", b"h", b"o"))
NAME = did.did_of(pairwise.public(ISSUER))
LIST = f"{HERE}/api/identity/status/l-1"
ENTRIES = {"valid": 5, "revoked": 6, "suspended": 7}


def issued(**more: Any) -> str:
    numbers = count()
    claims = {
        "iss": NAME,
        "nbf": NOW - 100,
        "exp": NOW + 1000,
        "vct": "urn:asklepion:credential:licence:1",
        "cnf": {"jwk": pairwise.public(HOLDER)},
        "status": {"status_list": {"idx": ENTRIES["valid"], "uri": LIST}},
        "name": Hidden("Amara 林"),
        "region": Hidden("KE"),
        "languages": Hidden([Hidden("en"), Hidden("sw")]),
        **more,
    }
    salt = lambda: f"salt-{next(numbers)}"  # noqa: E731
    return sdjwt.issue({"kid": f"{NAME}#k"}, claims, ISSUER, decoys=2, salt=salt)


def shown(text: str, **more: Any) -> str:
    binding = {"key": HOLDER, "audience": HERE, "nonce": NONCE, "now_s": NOW, **more}
    return sdjwt.present(text, [("region",), ("languages", 1)], **binding)


def standing(state: str) -> str:
    where = {"status_list": {"idx": ENTRIES[state], "uri": LIST}}
    return shown(issued(status=where))


def list_by(key: Any, **more: Any) -> str:
    states = {ENTRIES["revoked"]: 1, ENTRIES["suspended"]: 2}
    told = {
        "iss": NAME,
        "sub": LIST,
        "iat": NOW,
        "exp": NOW + 1000,
        "status_list": status.encode_tokens(status.pack(states)),
        **more,
    }
    return jose.sign({"typ": "statuslist+jwt", "kid": f"{NAME}#k"}, told, key)


def main() -> None:
    good = shown(issued())
    parts = sdjwt.parse(good)
    hidden = next(d for d in sdjwt.parse(issued()).disclosures if d.name == "name")
    more = sdjwt.Parts(parts.jwt, (*parts.disclosures, hidden)).text + parts.binding
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiZGMrc2Qtand0In0"
    cases = {
        "": good,
        "revoked": standing("revoked"),
        "suspended": standing("suspended"),
        "audience": shown(issued(), audience="https://elsewhere.example"),
        "nonce": shown(issued(), nonce="another"),
        "stale": shown(issued(), now_s=NOW - 4000),
        "expired": shown(issued(exp=NOW - 1)),
        "early": shown(issued(nbf=NOW + 500)),
        "binding": shown(issued(), key=OTHER),
        "binding, of more": more,
        "binding, without": parts.text,
        "signature": good.replace(parts.jwt, parts.jwt[:-8] + "AAAAAAAA"),
        "algorithm": good.replace(parts.jwt, f"{unsigned}.{parts.jwt.split('.')[1]}."),
        "disclosure": parts.text + "WyJzIiwieCIsMV0~" + parts.binding,
        "disclosure, twice": parts.text + parts.disclosures[0].text + "~" + parts.binding,
        "form": "nothing",
    }
    told = {
        "now": NOW * 1000,
        "audience": HERE,
        "nonce": NONCE,
        "issuer": NAME,
        "jwk": pairwise.public(ISSUER),
        "other": pairwise.public(OTHER),
        "cases": cases,
        "list": list_by(ISSUER),
        "lists": {
            "of another key": list_by(OTHER),
            "of another name": list_by(ISSUER, sub=f"{HERE}/api/identity/status/l-2"),
            "out of date": list_by(ISSUER, exp=NOW - 1),
            "without entries": list_by(ISSUER, status_list={"bits": 2, "lst": "eNoDAAAAAAE"}),
        },
    }
    path = Path(__file__).with_name("presentations.json")
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
