"""`asklepion verify` of credentials and presentations, with no house near it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from asklepion.cli import verifying
from asklepion.cli.papers import Question
from asklepion.cli.verifying import Trust
from tests.cli.test_commands import offline
from tests.identity.papers import (
    AUDIENCE,
    NONCE,
    badge,
    method,
    name,
    presented,
    proven,
    shown,
    shown_as_text,
    signed,
)

LATER = {"validUntil": "2999-01-01T00:00:00Z"}
GOOD = badge(**LATER)


def written(tmp_path: Path, given: Any) -> str:
    file = tmp_path / "badge.json"
    file.write_text(given if isinstance(given, str) else json.dumps(given))
    return str(file)


@dataclass(frozen=True)
class Done:
    """What the command answered."""

    returncode: int
    stdout: str


class Command:
    """The command in this process: starting another for each question takes long."""

    def __init__(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._tmp_path = tmp_path
        self._capsys = capsys

    def __call__(self, given: Any, *, as_json: bool = False, **asked: Any) -> Done:
        trust = Trust(key=None, witnesses=(), quorum=None, held=None)
        name = written(self._tmp_path, given)
        code = verifying.file(name, trust, Question(**asked), as_json)
        return Done(code, self._capsys.readouterr().out)


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, capsys)


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_badge_of_a_key_that_is_its_own_name_needs_nobody(tmp_path: Path, form: str) -> None:
    file = written(tmp_path, proven(GOOD) if form == "json" else signed(GOOD))

    done = offline("verify", file)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"✓ It was signed by {name('issuer')}." in done.stdout
    assert "✓ It is in force." in done.stdout
    assert "? Its issuer keeps no list" in done.stdout
    assert "✗" not in done.stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**proven(GOOD), "name": "Surgeon"}, "the document was changed"),
        (proven(badge(validUntil="2026-01-02T00:00:00Z")), "It is over"),
        (signed(GOOD, "other"), "somebody else"),
        (GOOD, "not signed"),
        (json.dumps(proven(GOOD))[:-1], "no JSON"),
        (json.dumps(proven(GOOD)).replace("{", '{"id": "urn:x",', 1), "no JSON"),
    ],
)
def test_a_badge_that_proves_nothing_ends_with_a_word_why(
    verify: Command, given: Any, said: str
) -> None:
    done = verify(given)

    assert done.returncode == 1
    assert "✗" in done.stdout
    assert said in done.stdout


def test_what_was_not_asked_is_told_and_counts_as_nothing_seen(verify: Command) -> None:
    web = badge(issuer="did:web:school.example", **LATER)
    places = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "3",
        "statusListCredential": "https://school.example/list",
    }
    proof = {"verificationMethod": method("issuer").replace(name("issuer"), web["issuer"]["id"])}

    unknown = verify(proven(web, **proof))
    listed = verify(proven(badge(credentialStatus=places, **LATER)))

    assert unknown.returncode == 1  # nobody looked at its signature
    assert "? did:web:school.example was not asked for its key" in unknown.stdout
    assert "--online" in unknown.stdout
    assert listed.returncode == 0
    assert "was not asked whether it still stands" in listed.stdout
    assert "--online" in listed.stdout


def test_a_presentation_is_checked_for_its_reader_and_its_question(verify: Command) -> None:
    question = {"audience": AUDIENCE, "nonce": NONCE}
    for given in (shown(presented(proven(GOOD))), shown_as_text(presented(proven(GOOD)))):
        done = verify(given, **question, as_json=True)
        told = json.loads(done.stdout)
        assert (done.returncode, told["holds"], told["form"]) == (0, True, "vp")
        assert told["credentials"][0]["claims"]["achievement"]["name"] == "First suture"
        replayed = verify(given, audience=AUDIENCE, nonce="another")
        assert replayed.returncode == 1
        assert "✗ It was shown for another question than this." in replayed.stdout
        elsewhere = verify(given, audience="https://a.example", nonce=NONCE)
        assert elsewhere.returncode == 1
        assert "✗ It was shown to somebody else" in elsewhere.stdout


def test_a_name_that_moves_the_cursor_is_shown_without_doing_so(verify: Command) -> None:
    done = verify(proven(badge(type=["VerifiableCredential", "urn:\x1b[2Jx"], **LATER)))

    assert "\x1b" not in done.stdout
