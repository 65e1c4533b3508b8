"""Whatever the house gives as a reason, the web client can say in both its languages."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import asklepion

ROOT = Path(asklepion.__file__).parent
WEB = Path(__file__).parents[2] / "web/src"
SERVICE = ROOT / "records/service"
REFUSING = (  # where an import's files, letters, rows and entries are looked at
    *sorted((ROOT / "records/engine/foreign").rglob("*.py")),
    *(SERVICE / f"{name}.py" for name in ("deciding", "importing", "scoping", "sheets")),
    *(
        SERVICE / f"{name}.py"
        for name in ("drafting", "sources", "translating", "units", "writing")
    ),
)
CELL = "_Problem"  # what is wrong with a cell, by the number of its column
CALLS = (CELL, "Unreadable", "ValueError", "Incorrect", "Note", "note", "refuse")  # reasons
NAMES = ("reason", "problem")  # arguments and variables that are one
GIVING = re.compile(r"_?why_not\w*|_bomb|_too_large")  # functions that return one
VIA = re.compile(r"\bvia ?=[^=]")
UNSAID = {  # not for the person who reads
    "is no blood pressure such as 120/80": "said of a column",
    "column 7 names something that is not known here": "said of a row",
    "is not FHIR R4": "half a sentence; the whole names elements, and is shown as it is",
}


def catalogue(room: str, language: str) -> dict[str, str]:
    return json.loads((WEB / room / f"text.{language}.json").read_text())


def trees(paths: Iterator[Path]) -> Iterator[tuple[ast.AST, dict[str, Any]]]:
    """Each file and what its module knows by name."""
    for path in paths:
        parts = ("asklepion", *path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        yield ast.parse(path.read_text()), vars(module)


def texts(node: ast.AST | None, known: dict[str, Any]) -> Iterator[str]:
    """What an expression may come to; what only the running house knows counts as a number."""
    if isinstance(node, ast.IfExp):
        yield from texts(node.body, known)
        yield from texts(node.orelse, known)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(_part(part, known) for part in node.values)
    elif isinstance(node, (ast.Constant, ast.Name)):
        value = node.value if isinstance(node, ast.Constant) else known.get(node.id)
        if isinstance(value, str) and value:
            yield value


def _part(part: ast.expr, known: dict[str, Any]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    try:
        return str(eval(compile(ast.Expression(part.value), "", "eval"), dict(known)))
    except (NameError, AttributeError):
        return "7"


def reasons() -> Iterator[str]:
    for tree, known in trees(iter(REFUSING)):
        for node in ast.walk(tree):
            for inner in _reasons_at(node):
                yield from texts(inner, known)
            if isinstance(node, ast.Call) and _name(node) == CELL:
                yield from (f"column 7 {text}" for text in texts(node.args[0], known))


def _reasons_at(node: ast.AST) -> Iterator[ast.AST | None]:
    if isinstance(node, ast.Call):
        if _name(node) in CALLS and node.args:
            yield node.args[-1]
        yield from (it.value for it in node.keywords if it.arg in NAMES)
    elif isinstance(node, ast.Assign):
        if any(isinstance(it, ast.Name) and it.id in NAMES for it in node.targets):
            yield node.value
    elif isinstance(node, ast.FunctionDef) and GIVING.fullmatch(node.name):
        yield from (it.value for it in ast.walk(node) if isinstance(it, ast.Return))


def _name(call: ast.Call) -> str:
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def key_of(reason: str) -> str:
    """As web/src/records/reason.ts makes it."""
    plain = re.sub(r" \([^)]*\)", "", reason)
    kind = re.sub(r"[^a-z]+", "-", re.sub(r"\d+", "n", plain).lower())
    return f"records.refused.{kind.strip('-')}"


def ways() -> set[str]:
    """By which way a record may be looked at: `via`, wherever it is said."""
    found = {"rest"}
    saying = (it for it in ROOT.rglob("*.py") if VIA.search(it.read_text()))
    for tree, known in trees(saying):
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "via":
                found |= set(texts(node.value, known))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "via":
                found |= set(texts(node.value, known))
    return found


def codes() -> set[str]:
    """Every code that an error is answered with."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                found |= set(_issues(node))
            elif isinstance(node, ast.Call) and _name(node) == "outcome" and node.args:
                found |= set(texts(node.args[0], {}))
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                found |= set(_by_status(node.value)) if path == ROOT / "kit/http.py" else set()
    return found


def _by_status(node: ast.expr) -> Iterator[str]:
    """The codes in `{404: "not-found"}.get(status, "processing")`."""
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Attribute)
    assert isinstance(node.func.value, ast.Dict)
    for inner in (*node.func.value.values, node.args[-1]):
        yield from texts(inner, {})


def _issues(kind: ast.ClassDef) -> Iterator[str]:
    for line in kind.body:
        if isinstance(line, ast.AnnAssign) and getattr(line.target, "id", "") == "issue":
            yield from texts(line.value, {})
        if isinstance(line, ast.Assign):
            names = getattr(line.targets[0], "elts", line.targets)
            values = getattr(line.value, "elts", [line.value])
            for name, value in zip(names, values, strict=False):
                if getattr(name, "id", "") == "issue":
                    yield from texts(value, {})


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_reason_for_leaving_something_out_can_be_said(language: str) -> None:
    told = {key_of(reason): reason for reason in reasons() if reason not in UNSAID}

    assert len(told) > 80
    assert sorted(told.keys() - catalogue("records", language).keys()) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_way_to_a_record_can_be_said(language: str) -> None:
    keys = {f"records.via.{way.replace(' ', '-')}" for way in ways()}

    assert len(keys) > 20
    assert sorted(keys - catalogue("records", language).keys()) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_kind_of_error_can_be_said(language: str) -> None:
    keys = {f"kit.error.code.{code}" for code in codes()}

    assert len(keys) > 10
    assert sorted(keys - catalogue("kit", language).keys()) == []
