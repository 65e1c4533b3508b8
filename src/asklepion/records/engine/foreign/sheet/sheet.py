"""A spreadsheet as text: in which characters, what separates its cells, and its rows."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from ..model import Unreadable

ROWS_MOST = 100_000
COLUMNS_MOST = 100
CELL_MOST = 2_000  # characters
SEPARATORS = ",;\t|"
LOOKED_AT = 30  # rows, to tell the separator
ENDLESS = "holds a cell that is too long or has no end"


@dataclass(frozen=True)
class Sheet:
    """The header of a spreadsheet, and its rows as often as one asks."""

    text: str = field(repr=False)
    separator: str
    header: list[str]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header, by their numbers in the file, without empty ones.

        Raises:
            Unreadable: there are too many, or a cell has no end.
        """
        count = 0
        try:
            for number, cells in enumerate(_reader(self.text, self.separator), start=1):
                if number == 1 or not any(cell.strip() for cell in cells):
                    continue
                count += 1
                if count > ROWS_MOST:
                    raise Unreadable(f"has more than {ROWS_MOST} rows")
                if any(len(cell) > CELL_MOST for cell in cells):
                    raise Unreadable(ENDLESS)
                yield number, [cell.strip() for cell in cells[:COLUMNS_MOST]]
        except csv.Error as error:
            raise Unreadable(ENDLESS) from error


def open_sheet(text: bytes) -> Sheet:
    """A spreadsheet saved as CSV, whatever its characters and separators.

    Raises:
        Unreadable: it is none.
    """
    words = _decoded(text)
    separator = ""
    first, _, rest = words.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator, words = first.strip()[4], rest  # as Excel tells itself
    words = words.lstrip("\r\n ")
    separator = separator or _separator(words)
    try:
        header = next(_reader(words, separator), list[str]())
    except csv.Error as error:
        raise Unreadable(ENDLESS) from error
    if len(header) < 2:
        raise Unreadable("is no table: it has fewer than two columns")
    if len(header) > COLUMNS_MOST:
        raise Unreadable(f"has more than {COLUMNS_MOST} columns")
    return Sheet(words, separator, [cell.strip() for cell in header])


def _decoded(text: bytes) -> str:
    codec = "utf-8-sig"
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16"
    for each in (codec, "gb18030"):
        try:
            words = text.decode(each)
        except UnicodeError:
            continue
        if "\0" not in words:
            return words
    raise Unreadable("is in characters that are not known here; save it as CSV in UTF-8")


def _separator(words: str) -> str:
    """What divides most of the first rows into the same number of cells, and into most of them."""
    best, found = 1, ","
    for separator in SEPARATORS:
        try:
            rows = list(islice(_reader(words, separator), LOOKED_AT))
        except csv.Error:
            continue
        counts = [len(row) for row in rows if row]
        if not counts:
            continue
        usual = max(set(counts), key=counts.count)
        if usual > best and counts.count(usual) * 2 > len(counts):
            best, found = usual, separator
    return found


def _reader(words: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(words, newline=""), delimiter=separator)
