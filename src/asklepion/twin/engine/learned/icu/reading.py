"""Stays from files: the text form of the PhysioNet Challenge 2012, or its events in one Parquet."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from asklepion.kit.errors import Incorrect

from ..files import texts_in
from .stay import Stay, make_stay

TAKES = "a stay's text file (Time,Parameter,Value), a folder or zip of them, or events as Parquet"
HEADER = ["Time", "Parameter", "Value"]
AT_ONCE = 100_000  # events


def read_stays(path: Path) -> Iterator[Stay]:
    """The stays in a file, a folder, a zip or a Parquet, in order of their names.

    Raises:
        Incorrect: it is of another kind.
    """
    if path.suffix == ".parquet":
        yield from _from_parquet(path)
    elif path.is_dir() or path.suffix == ".zip":
        count = 0
        for id, text in texts_in(path, ".txt", TAKES):
            if _header(text) == HEADER:  # outcomes and notes lie beside stays in some folders
                count += 1
                yield read_stay(id, text)
        if not count:
            raise Incorrect("There are no stays in it.", hint=f"Give {TAKES}.")
    else:
        yield read_stay(path.stem, path.read_text(encoding="utf-8", errors="replace"))


def _header(text: str) -> list[str]:
    return [each.strip() for each in text.partition("\n")[0].split(",")][:3]


def read_stay(id: str, text: str) -> Stay:
    """One stay of the challenge's text; the id is its RecordID, else the file's name.

    Raises:
        Incorrect: the text is of another kind.
    """
    if _header(text) != HEADER:
        raise Incorrect("That is no stay.", hint=f"Give {TAKES}.")
    rows = csv.reader(io.StringIO(text))
    next(rows)
    told: list[tuple[str, float, float]] = []
    for row in rows:
        if len(row) < 3 or not row[1]:
            continue
        minute, value = _minute(row[0]), _number(row[2])
        if minute is None or value is None:
            continue
        if row[1] == "RecordID":
            id = str(int(value))
        else:
            told.append((row[1].strip(), minute, value))
    return make_stay(id, told)


def _minute(text: str) -> float | None:
    hours, _, minutes = text.strip().partition(":")
    try:
        return 60.0 * int(hours) + int(minutes)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _from_parquet(path: Path) -> Iterator[Stay]:
    import duckdb  # only here: the text form needs it not

    asked = "select rid, param, minute, value from read_parquet(?) order by rid"
    found: list[tuple[object, str, float, float]]
    told, before = list[tuple[str, float, float]](), None
    try:
        with duckdb.connect() as database:
            answer = database.execute(asked, [str(path)])
            while found := answer.fetchmany(AT_ONCE):
                for id, param, minute, value in found:
                    if before is not None and id != before:
                        yield make_stay(str(before), told)
                        told = []
                    before = id
                    told.append((param, float(minute), float(value)))
    except duckdb.Error as error:
        raise Incorrect("The Parquet holds no events.", hint=f"Give {TAKES}.") from error
    if before is not None:
        yield make_stay(str(before), told)
