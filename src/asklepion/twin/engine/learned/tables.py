"""Tables as they come in CSV files, and words as the numbers that training gave them."""

import csv
import io
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from asklepion.kit.errors import Incorrect

NAN = float("nan")
AT_ONCE = 2000
UNKNOWN = ("", "?", "NA", "NaN", "nan", "None")

Row = Mapping[str, str]


def read_rows(path: Path, needed: Sequence[str], *, inside: str = "") -> Iterator[list[Row]]:
    """The rows of a CSV file with a header, some thousand at a time; its columns in any order.

    Args:
        needed: columns that have to be there; others may be missing, and are not known then.
        inside: how the file's name ends in a zip archive, where it may lie.

    Raises:
        Incorrect: it is no such file.
    """
    try:
        with _open(path, inside) as file:
            table = csv.DictReader(file)
            absent = [name for name in needed if name not in (table.fieldnames or ())]
            if absent:
                raise _wrong(f"Its header has no {', '.join(absent)}.")
            batch: list[Row] = []
            for row in table:
                batch.append({key: value or "" for key, value in row.items() if key})
                if len(batch) == AT_ONCE:
                    yield batch
                    batch = []
            if batch:
                yield batch
    except (OSError, UnicodeDecodeError, csv.Error, zipfile.BadZipFile) as error:
        raise _wrong("It is no CSV file in UTF-8.") from error


def _open(path: Path, inside: str) -> IO[str]:
    if not inside or not zipfile.is_zipfile(path):
        return path.open(encoding="utf-8-sig", newline="")
    archive = zipfile.ZipFile(path)
    for name in archive.namelist():
        if name.endswith(inside):
            return io.TextIOWrapper(archive.open(name), encoding="utf-8-sig", newline="")
    raise _wrong(f"The archive holds no {inside}.")


def _wrong(hint: str) -> Incorrect:
    return Incorrect("The table cannot be read.", hint=hint)


def number(row: Row, key: str) -> float:
    """A number of a row; NaN where there is none, or it is not finite."""
    try:
        value = float(row.get(key, ""))
    except ValueError:
        return NAN
    return value if math.isfinite(value) else NAN


def word(row: Row, key: str) -> str:
    """A word of a row, trimmed; empty where it is not known."""
    told = row.get(key, "").strip()
    return "" if told in UNKNOWN else told


def is_one(told: str, option: str) -> float:
    """Whether a word is this one; NaN where there is no word."""
    return float(told == option) if told else NAN


def looked_up(table: Mapping[str, float], told: str) -> float:
    """What training gave a word; a word that it never met adds nothing."""
    return float(table.get(told, 0.0))
