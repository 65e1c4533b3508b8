"""A search in words for the access log: whole where it is one patient's, veiled where several's.

What somebody looked for stands in the line of each patient found. A value may name somebody else,
by id, name or birth date; so where an answer is about several, only values that name nobody stay.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 2000  # characters
VEIL = "…"
CURSOR = "_cursor"  # sealed, and only says where a page began
SHOWN = frozenset(
    {"category", "class", "clinical-status", "code", "date", "status", "type"}  # name nobody
    | {"_count", "_elements", "_include", "_lastUpdated", "_revinclude", "_sort", "_summary"}
    | {"_total", "_type"}
)
UNSAFE = re.compile(r"[%&#+=\s\ud800-\udfff]")

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """One search as it was asked."""

    type: str  # empty for all types
    params: Params
    compartment: tuple[str, str] | None = None  # in whose, such as Patient, and the id

    def said(self, *, is_veiled: bool = False) -> str:
        """Such as `Observation?code=8867-4&patient=1`."""
        of, id = self.compartment or ("", "")
        where = self.type or "*"
        if of:
            where = f"{of}/{VEIL if is_veiled and of == 'Patient' else id}/{where}"
        said = "&".join(
            f"{_escaped(name)}={VEIL if is_veiled and name not in SHOWN else _escaped(value)}"
            for name, value in self.params
            if name != CURSOR
        )
        return f"{where}?{said}" if said else where


def in_words(questions: Sequence[Question], *, is_veiled: bool) -> str:
    """Searches that were asked as one look, one a line, as far as there is room."""
    lines: list[str] = []
    room = MOST
    for question in questions:
        if room <= 0:
            break
        lines.append(question.said(is_veiled=is_veiled)[:room])
        room -= len(lines[-1]) + 1
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """As it may stand in a URL, and can still be read."""
    return UNSAFE.sub(lambda it: f"%{ord(it[0]):02X}", text) if UNSAFE.search(text) else text
