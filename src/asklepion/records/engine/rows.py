"""The rows of one resource in the index tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """The rows of one resource, without its `rid`; no row twice."""

    tokens: list[int]  # k
    strings: list[tuple[int, str]]  # param, value
    dates: list[tuple[int, int, int]]  # param, lo, hi in microseconds since 1970, hi inclusive
    numbers: list[tuple[int, float]]  # param, value
    references: list[tuple[int, int]]  # param, target
    quantities: list[tuple[int, float]]  # k, value


class Rows:
    """Rows while they are gathered."""

    __slots__ = ("dates", "numbers", "quantities", "references", "strings", "tokens", "words")

    def __init__(self) -> None:
        self.tokens: set[int] = set()
        self.strings: set[tuple[int, str]] = set()
        self.dates: set[tuple[int, int, int]] = set()
        self.numbers: set[tuple[int, float]] = set()
        self.references: set[tuple[int, int]] = set()
        self.quantities: set[tuple[int, float]] = set()
        self.words: set[str] = set()  # that tokens, strings and the narrative are found by

    def index(self) -> Index:
        """All of them."""
        return Index(
            list(self.tokens),
            list(self.strings),
            list(self.dates),
            list(self.numbers),
            list(self.references),
            list(self.quantities),
        )
