"""What the docs say of settings, commands and routes is all there is, and true."""

import re
from pathlib import Path

import pytest
import typer
from fastapi import FastAPI

from asklepion.cli.commands import app as commands
from asklepion.settings import Settings, meanings, read_settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def test_every_setting_stands_in_the_docs_with_its_meaning() -> None:
    text = (DOCS / "settings.md").read_text()

    for variable, (meaning, _) in meanings().items():
        assert f"`{variable}`" in text
        assert meaning in text


def test_the_docs_name_no_setting_that_is_not_there() -> None:
    known = {*meanings(), "ASKLEPION_TEST_DATA"}

    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        assert set(re.findall(r"ASKLEPION_[A-Z_]+[A-Z]", page.read_text())) <= known, page


def test_a_setting_with_a_wrong_name_or_value_is_refused_with_advice() -> None:
    with pytest.raises(Exception, match="no setting ASKLEPION_PROT"):
        read_settings({"ASKLEPION_PROT": "1"})
    with pytest.raises(Exception, match="whole number"):
        read_settings({"ASKLEPION_PORT": "many"})


def test_settings_are_read_from_the_environment() -> None:
    read = read_settings({"ASKLEPION_PORT": "8123", "ASKLEPION_OPEN": "0", "PATH": "/bin"})

    assert (read.port, read.open, read.host) == (8123, False, Settings().host)


def names_of(group: typer.Typer) -> list[str]:
    """Every command below a group, as it is typed."""
    plain = [
        each.name or getattr(each.callback, "__name__", "") for each in group.registered_commands
    ]
    inner = [
        f"{each.name} {name}"
        for each in group.registered_groups
        if each.typer_instance
        for name in names_of(each.typer_instance)
    ]
    return plain + inner


def test_every_command_stands_in_the_docs() -> None:
    text = (DOCS / "commands.md").read_text()
    names = [f"asklepion {name}" for name in names_of(commands)]

    assert len(names) >= 6
    for name in names:
        assert f"`{name}" in text, name


def test_every_route_stands_in_the_docs(app: FastAPI) -> None:
    pages = "\n".join(page.read_text() for page in (DOCS / "rooms").rglob("*.md"))
    pages += (DOCS / "commands.md").read_text()

    for path in app.openapi()["paths"]:
        assert re.sub(r"\{[^}]+\}", "{}", path) in re.sub(r"\{[^}]+\}", "{}", pages), path
