"""The picture in ARCHITECTURE.md, kept true."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "asklepion"
ROOMS = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} - {"kit", "cli"}


def imported(path: Path) -> set[str]:
    """Dotted names that one file imports from this package."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.startswith("asklepion.")}


def test_the_house_has_the_rooms_that_were_drawn() -> None:
    drawn = {"identity", "ledger", "records", "devices", "twin", "world", "clinic"}

    assert drawn == ROOMS


def test_arrows_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.name))
def test_nobody_reaches_past_a_room_s_face(path: Path) -> None:
    """`from asklepion.records import X` is a visit; `asklepion.records.store` is a break-in."""
    home = path.relative_to(SOURCE).parts[0]
    for name in imported(path):
        _, room, inner, *_ = [*name.split("."), "", ""]
        is_wall = any((SOURCE / room / f"{inner}{end}").exists() for end in (".py", "/__init__.py"))
        if room in ROOMS and room != home and inner and is_wall:
            assert (home, inner) == ("doors.py", "http"), f"{path} imports {name}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_face_says_what_the_room_promises(room: str) -> None:
    face = ast.get_docstring(ast.parse((SOURCE / room / "__init__.py").read_text())) or ""

    assert "Promises:" in face
    assert "Never:" in face


# In memory: it knows none of our tables.
ASKS_DUCKDB = {("records", "engine", "cohorts"), ("twin", "engine", "night")}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.name))
def test_only_a_store_knows_sql(path: Path) -> None:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    if "store" in parts or parts[0] == "kit" or parts[:3] in ASKS_DUCKDB:
        return
    words = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    starts = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ")

    assert [word for word in words if word.startswith(starts)] in ([], ["SELECT 1"])
