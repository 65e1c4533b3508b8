"""Scores on the command line: a process of its own, its words, its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import command, environment_of

ILL = {"Confusion": True, "age": [78, "years"], "bun": 28, "respiratory rate": 31, "sbp": 85}


def twin(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command with no house near it."""
    return command(environment_of(Path("nowhere")), "twin", *arguments)


def written(folder: Path, inputs: object) -> str:
    """A file of inputs."""
    path = folder / "inputs.json"
    path.write_text(json.dumps(inputs))
    return str(path)


def test_a_score_of_one_person_is_one_object(tmp_path: Path) -> None:
    done = twin("score", "CURB-65", written(tmp_path, ILL | {"dbp": 50}))

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["name"], told["score"], told["value"], told["band"]) == ("CURB-65", 5, 5, "high")
    assert told["assumed"] == []


def test_of_a_list_each_is_answered_and_one_that_cannot_be_computed_ends_with_1(
    tmp_path: Path,
) -> None:
    done = twin("score", "curb 65", written(tmp_path, [ILL | {"dbp": 50}, ILL]))

    assert done.returncode == 1
    first, second = json.loads(done.stdout)
    assert first["score"] == 5
    assert second["cannot"]["needs"] == [
        {"key": "dbp", "why": "missing", "low": 0, "high": 250, "unit": "mm[Hg]"}
    ]


def test_inputs_may_come_by_a_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "asklepion", "twin", "score", "HOMA-IR", "-"],
        input='{"glucose": [5, "mmol/L"], "insulin": 9}',
        env=environment_of(Path("nowhere")),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["value"] == pytest.approx(2.0, rel=0.001)


def test_no_score_ends_with_2_and_what_is_no_json_with_1(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[" * 100_000)

    unknown = twin("score", "NO-SUCH", written(tmp_path, {}))
    unread = twin("score", "GBS", str(broken))
    absent = twin("score", "GBS", str(tmp_path / "absent.json"))
    number = twin("score", "GBS", written(tmp_path, [3]))

    assert [each.returncode for each in (unknown, unread, absent, number)] == [2, 1, 1, 1]
    assert "asklepion twin scores" in unknown.stderr
    assert "Give one JSON object" in unread.stderr
    assert "Check the path" in absent.stderr
    assert "Traceback" not in "".join(each.stderr for each in (unknown, unread, absent, number))


def test_every_score_is_listed_with_its_inputs_and_its_paper() -> None:
    done = twin("scores", "--json")
    words = twin("scores", "gbs")

    listed = {each["name"]: each for each in json.loads(done.stdout)}
    assert len(listed) >= 48
    assert [each["key"] for each in listed["qSOFA"]["inputs"]][:2] == ["respiratory_rate", "sbp"]
    assert "urea: number, 0.1 to 120 mmol/L" in words.stdout
    assert "Blatchford" in words.stdout


def test_scores_start_without_building_a_house() -> None:
    code = "import sys; from asklepion.cli import alone; print('asklepion.app' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
