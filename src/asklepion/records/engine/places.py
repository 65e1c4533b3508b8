"""Where in a JSON text an element stands, in lines and columns."""

import re
from collections.abc import Iterable
from typing import Any

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")

Path = tuple[str | int, ...]


def steps_of(path: str) -> Path:
    """The properties and numbers of a path such as Patient.name[0].family, without its type."""
    found = STEP.findall(path[len(path.split(".")[0].split("[")[0]) :])
    return tuple(int(number) if number else name for name, number in found)


def places(text: str, paths: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Line and column, each from 1, of what stands at each path, or of the nearest above it."""
    wanted = list(paths)
    prefixes = {path[:count] for path in wanted for count in range(len(path) + 1)}
    offsets = _offsets(text, prefixes)
    found: dict[Path, tuple[int, int]] = {}
    for path in wanted:
        known = (path[:count] for count in range(len(path), -1, -1))
        at = next((offsets[it] for it in known if it in offsets), 0)
        found[path] = (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    return found


def _offsets(text: str, wanted: set[Path]) -> dict[Path, int]:
    """Where the values at some paths begin; the text is good JSON."""
    found: dict[Path, int] = {}
    here: list[Any] = []  # the property or number in each open object or list
    key = ""
    for match in TOKEN.finditer(text):
        token = match[0]
        if token == ":":
            here[-1] = key
            continue
        if token == ",":
            here[-1] = here[-1] + 1 if isinstance(here[-1], int) else None
            continue
        if token in "}]":
            here.pop()
            continue
        if here and here[-1] is None:  # a property's name
            key = token[1:-1]
            continue
        path = tuple(here)
        if path in wanted:
            found.setdefault(path, match.start())
        if token in "{[":
            here.append(None if token == "{" else 0)
    return found
