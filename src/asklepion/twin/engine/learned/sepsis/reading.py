"""Patients from files: the PSV form of the PhysioNet Challenge 2019, or a Parquet of hours."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from asklepion.kit.errors import Incorrect

from .hours import COLUMNS, Hours, make_hours

TAKES = "a patient's PSV file (one row for each hour), a folder or zip of them, or a Parquet"


def read_patients(path: Path) -> Iterator[Hours]:
    """The patients in a file, a folder, a zip or a Parquet, in order of their names.

    Raises:
        Incorrect: it is of another kind.
    """
    if path.is_dir():
        files = sorted(path.glob("*.psv"))
        if not files:
            raise Incorrect("The folder has no patients.", hint=f"Give {TAKES}.")
        for file in files:
            yield read_patient(file.stem, file.read_text(encoding="utf-8", errors="replace"))
    elif path.suffix == ".zip":
        yield from _from_zip(path)
    elif path.suffix == ".parquet":
        yield from _from_parquet(path)
    else:
        yield read_patient(path.stem, path.read_text(encoding="utf-8", errors="replace"))


def _from_zip(path: Path) -> Iterator[Hours]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(name for name in archive.namelist() if name.endswith(".psv")):
                text = archive.read(name).decode("utf-8", errors="replace")
                yield read_patient(Path(name).stem, text)
    except zipfile.BadZipFile as error:
        raise Incorrect("The zip cannot be read.", hint=f"Give {TAKES}.") from error


def read_patient(id: str, text: str) -> Hours:
    """One patient of the challenge's text.

    Raises:
        Incorrect: the text is of another kind.
    """
    lines = text.splitlines()
    header = [each.strip() for each in lines[0].split("|")] if lines else []
    if len(set(header) & set(COLUMNS)) < 5:
        raise Incorrect(f"{id} holds no hours.", hint=f"Give {TAKES}.")
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
            found = database.execute(asked, [str(path)]).fetchnumpy()
    except duckdb.Error as error:
        raise Incorrect("The Parquet holds no hours.", hint=f"Give {TAKES}.") from error
    ids = np.asarray(found.pop("pid")).astype(str)
    there = {key: np.ma.filled(np.ma.asarray(found[key], np.float64), np.nan) for key in found}
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.zeros(0, int)
    for start, end in zip(starts, [*starts[1:], len(ids)], strict=True):
        yield make_hours(str(ids[start]), {key: one[start:end] for key, one in there.items()})
