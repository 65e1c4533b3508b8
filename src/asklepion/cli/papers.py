"""Credentials and presentations that are documents: how `asklepion verify` tells of them."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from asklepion.identity import CredentialVerdict, examine_alone
from asklepion.kit.clock import SystemClock

MARKS = {"passed": "✓", "failed": "✗", "not made": "?"}
SEEN = {
    "form": "It is formed as one should be.",
    "signature": "It was signed by {by}.",
    "binding": "It was shown by its holder, {by}.",
    "audience": "It was shown to whom it had to be.",
    "nonce": "It answers the question.",
    "time": "It is in force.",
    "status": "Its issuer says that it stands.",
    "credentials": "All that it presents is proven.",
    "holder": "It is about who shows it.",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What whoever checks a document wants to know of it."""

    audience: str = ""
    nonce: str = ""
    is_online: bool = False


def tell(text: str, question: Question, *, as_json: bool) -> int:
    """Check a document, and say what was seen; returns the exit code."""
    verdict = asyncio.run(
        examine_alone(
            text,
            clock=SystemClock(),
            audience=question.audience,
            nonce=question.nonce,
            is_online=question.is_online,
        )
    )
    if as_json:
        told: dict[str, Any] = {"holds": verdict.holds, **verdict.as_json()}
        print(json.dumps(told, ensure_ascii=False))
        return 0 if verdict.holds else 1
    _say(verdict)
    if not question.is_online and _was_left_out(verdict):
        print("? To have it asked: --online.")
    return 0 if verdict.holds else 1


def _say(verdict: CredentialVerdict, indent: str = "") -> None:
    if verdict.vct:
        until = f", until {verdict.until:%Y-%m-%d}" if verdict.until else ""
        print(f"{indent}{_plain(verdict.vct)} by {_plain(verdict.issuer)}{until}")
    for check in verdict.checks:
        seen = SEEN[check.what].format(by=", ".join(check.by)) if check.state == "passed" else ""
        words = _plain(seen or check.words or f"{check.what} was not looked at.")
        print(f"{indent}{MARKS[check.state]} {words}")
    for each in verdict.credentials:
        _say(each, indent + "  ")


def _was_left_out(verdict: CredentialVerdict) -> bool:
    """Whether somebody could have been asked and was not."""
    is_here = any("was not asked " in check.words for check in verdict.checks)
    return is_here or any(_was_left_out(each) for each in verdict.credentials)


def _plain(words: str) -> str:
    """Without what would move a terminal's cursor: it is somebody else's text."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in words)
