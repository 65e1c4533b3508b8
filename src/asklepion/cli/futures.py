"""`asklepion twin compare`: two futures of each person in a file, with and without a treatment."""

import csv
import sys
from pathlib import Path
from typing import IO, Annotated

import typer

from asklepion import twin
from asklepion.kit.errors import Incorrect

COLUMNS = ("id", "without", "with", "difference", "lower", "upper", "tier", "refused")
Out = Annotated[str, typer.Option("--out", help="The CSV to write; - for a pipe.")]


def add_to(app: typer.Typer) -> None:
    """Put it beside the predictions."""
    app.command()(compare)


def compare(
    model: Annotated[str, typer.Argument(help="breast-cancer or pancreatitis-after-ercp.")],
    path: Annotated[Path, typer.Argument(help="The table to compare from.")],
    out: Out = "-",
) -> None:
    """Compare both futures of everybody in a table; writes CSV.

    The tier says what the difference rests on: association (no effect is shown) or trial. Where too
    little is known, or too few like her were treated, refused names why and the numbers are empty.
    """
    name = model.replace("-", "_")
    predictor = twin.learned.PREDICTORS.get(name)
    if predictor is None or "treatment" not in twin.learned.open_model(name).facts:
        raise typer.BadParameter(f"{model} compares no treatment.")
    if not path.exists():
        raise Incorrect("The input cannot be read.", hint=f"Give {predictor.takes}.")
    if out == "-":
        _write(predictor, path, sys.stdout)
        return
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        _write(predictor, path, file)


def _write(predictor: "twin.learned.Predictor", path: Path, file: IO[str]) -> None:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    model = twin.learned.open_model(predictor.name)
    for batch in predictor.read(path):
        for id, row in zip(batch.ids, batch.rows, strict=True):
            told = twin.learned.compare(model, row)
            if not isinstance(told, twin.learned.Compared):
                table.writerow([id, *[""] * 6, "+".join(need.key for need in told)])
                continue
            both = (told.without.value, told.given_it.value)
            apart = (told.difference.value, told.difference.low, told.difference.high)
            numbers = [f"{number:.6g}" for number in (*both, *apart)]
            table.writerow([id, *numbers, told.tier, ""])
