"""A search in words for the access log: whole where it is one patient's, veiled where several's.

What somebody looked for stands in the line of each patient found. A value may name somebody else,
by id, name or birth date; so where an answer is about several, only values that name nobody stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

MOST = 2000  # characters
VEIL = "…"
CURSOR = "_cursor"  # sealed, and only says where a page began
NAMES_NOBODY = frozenset({"category", "class", "clinical-status", "code", "date", "status", "type"})
ABOUT_THE_ANSWER = frozenset(
    {"_count", "_elements", "_include", "_lastUpdated", "_revinclude", "_sort", "_summary"}
    | {"_total", "_type"}
)

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """What was asked, such as `Observation?code=8867-4&patient=1`."""

    whole: str
    veiled: str

    def __add__(self, other: "Question") -> "Question":
        """Both, one a line: they were asked as one look."""
        return Question(
            f"{self.whole}\n{other.whole}"[:MOST], f"{self.veiled}\n{other.veiled}"[:MOST]
        )


def question(type: str, params: Params, compartment: tuple[str, str] | None = None) -> Question:
    """A search as it was asked.

    Args:
        type: what was searched; empty for all types.
        compartment: in whose, such as Patient, and the id.
    """
    of, id = compartment or ("", "")
    named = type or "*"
    return Question(
        _text(f"{of}/{id}/{named}" if of else named, params, is_veiled=False),
        _text(f"{of}/{VEIL}/{named}" if of == "Patient" else named, params, is_veiled=True),
    )


def _text(where: str, params: Params, *, is_veiled: bool) -> str:
    said = "&".join(
        f"{quote(name, safe=':', errors='replace')}={_value(name, value, is_veiled=is_veiled)}"
        for name, value in params
        if name != CURSOR
    )
    return (f"{where}?{said}" if said else where)[:MOST]


def _value(name: str, value: str, *, is_veiled: bool) -> str:
    if is_veiled and name not in NAMES_NOBODY | ABOUT_THE_ANSWER:
        return VEIL
    return quote(value, safe="/|,:-", errors="replace")
