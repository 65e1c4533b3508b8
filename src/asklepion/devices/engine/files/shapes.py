"""What a file holds, before anybody looks whether it can be true."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

FHIR = "FHIR"  # as what is left for the records room is called
LONGEST_NAME = 80  # characters of whatever a file calls something


class Odd(Exception):
    """One entry cannot be read; `why` is a word that the client has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement.

    Args:
        source: what measured it, as the file calls it.
        is_told: somebody entered it by hand.
    """

    kind: str
    at: datetime
    values: dict[str, float]
    source: str = ""
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a day's total: so many steps, or hours asleep; or the whole of it.

    Args:
        start: when that day began, where she was.
        is_whole: the file tells the total itself.
    """

    kind: str
    day: date
    start: datetime
    amount: float
    source: str = ""
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not taken: nobody here knows what it is, or there is a reason."""

    what: str
    why: str = ""  # a word; empty where it is not understood


Found: TypeAlias = Sample | Part | Left


def named(text: object) -> str:
    """A name out of a file, printable and not too long."""
    if not isinstance(text, str):
        return ""
    return "".join(c for c in text if c.isprintable()).strip()[:LONGEST_NAME]
