"""Patients from files: the PSV form of the PhysioNet Challenge 2019, or a Parquet of hours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np

from asklepion.kit.errors import Incorrect

from ..files import texts_in
from .hours import COLUMNS, Hours, make_hours

TAKES = "a patient's PSV file (one row for each hour), a folder or zip of them, or a Parquet"


def read_patients(path: Path) -> Iterator[Hours]:
    """The patients in a file, a folder, a zip or a Parquet, in order of their names.

    Raises:
        Incorrect: it is of another kind.
    """
    if path.suffix == ".parquet":
        yield from _from_parquet(path)
    elif path.is_dir() or path.suffix == ".zip":
        count = 0
        for id, text in texts_in(path, ".psv", TAKES):
            count += 1
            yield read_patient(id, text)
        if not count:
            raise Incorrect("There are no patients in it.", hint=f"Give {TAKES}.")
    else:
        yield read_patient(path.stem, path.read_text(encoding="utf-8", errors="replace"))


def read_patient(id: str, text: str) -> Hours:
    """One patient of the challenge's text.

    Raises:
        Incorrect: the text is of another kind.
    """
    lines = text.splitlines()
    header = [each.strip() for each in lines[0].split("|")] if lines else []
    if len(set(header) & set(COLUMNS)) < 5:
        raise Incorrect("That holds no hours.", hint=f"Give {TAKES}.")
    rows = [line.split("|") for line in lines[1:] if line.strip()]
    table = np.full((len(rows), len(header)), np.nan)
    for at, row in enumerate(rows):
        table[at, : len(row)] = [_number(each) for each in row[: len(header)]]
    return make_hours(id, dict(zip(header, table.T, strict=True)))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _from_parquet(path: Path) -> Iterator[Hours]:
    import duckdb  # only here: the text form needs it not

    try:
        with duckdb.connect() as database:
            asked = "select * from read_parquet(?) order by pid, ICULOS"
            found: dict[str, Any] = cast(Any, database.execute(asked, [str(path)])).fetchnumpy()
    except duckdb.Error as error:
        raise Incorrect("The Parquet holds no hours.", hint=f"Give {TAKES}.") from error
    ids = np.asarray(found.pop("pid")).astype(str)
    there = {key: np.ma.filled(np.ma.asarray(found[key], np.float64), np.nan) for key in found}
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.zeros(0, int)
    for start, end in zip(starts, [*starts[1:], len(ids)], strict=True):
        yield make_hours(str(ids[start]), {key: one[start:end] for key, one in there.items()})
