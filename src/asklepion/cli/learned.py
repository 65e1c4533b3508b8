"""`asklepion twin predict` and `twin models`: what was learned from data, without a house."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from asklepion import twin  # `twin.learned` brings numpy, only to whoever asks
from asklepion.kit.errors import Incorrect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("id", "prediction", "lower", "upper", "abstained")
BY_DAY = ("id", "day", "chance", "lower", "upper")
Out = Annotated[str, typer.Option("--out", help="The CSV to write; - for a pipe.")]
ByDay = Annotated[
    str,
    typer.Option("--curve", help="A CSV for the chance by each day, where a model has it."),
]
Folder = Annotated[Path, typer.Argument(help="The file or folder to predict from.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


def add_to(app: typer.Typer) -> None:
    """Put both commands beside the scores."""
    app.command()(predict)
    app.command()(models)
    app.command()(drift)


def predict(
    model: Annotated[str, typer.Argument(help="Which model; `asklepion twin models` lists them.")],
    path: Folder,
    out: Out = "-",
    curve: ByDay = "",
) -> None:
    """Predict every stay, operation or hour in a file; writes CSV.

    The columns are id, prediction, lower, upper, abstained (0 or 1; then the numbers are empty);
    of a curve id, day, chance, lower, upper, one line for each day, none where it abstains.
    """
    predictor = _chosen(model, path)
    if curve and "curve" not in twin.learned.open_model(predictor.name).facts:
        raise typer.BadParameter(f"{model} tells no curve over days.")
    with ExitStack() as files:
        told = sys.stdout if out == "-" else files.enter_context(_new(out))
        by_day = files.enter_context(_new(curve)) if curve else None
        _write(predictor, path, told, by_day)


def _new(path: str) -> IO[str]:
    return Path(path).open("w", encoding="utf-8", newline="")


def _chosen(model: str, path: Path) -> "twin.learned.Predictor":
    predictor = twin.learned.PREDICTORS.get(model.replace("-", "_"))
    if predictor is None:
        raise typer.BadParameter(f"There is no model {model}. `asklepion twin models` lists them.")
    if not path.exists():
        raise Incorrect("The input cannot be read.", hint=f"Give {predictor.takes}.")
    return predictor


def drift(
    model: Annotated[str, typer.Argument(help="Which model; `asklepion twin models` lists them.")],
    path: Folder,
    as_json: AsJson = False,
) -> None:
    """Tell whether the people in a file are like those that a model learned from.

    Prints the population stability index of each input that differs. Exit code 1 if one does much.
    """
    predictor = _chosen(model, path)
    batches = [batch.rows for batch in predictor.read(path)]
    told = twin.learned.drift(twin.learned.open_model(predictor.name), batches)
    rows = sum(map(len, batches))
    differ = {key: index for key, index in told.items() if index >= twin.learned.SOME}
    if as_json:
        print(json.dumps({"rows": rows, "index": told}))
    else:
        print(f"{rows} rows; {len(differ)} of {len(told)} inputs differ.")
        for key, index in differ.items():
            print(f"  {key} {index:.2f}")
    raise typer.Exit(1 if any(index >= twin.learned.MUCH for index in differ.values()) else 0)


def _write(
    predictor: "twin.learned.Predictor", path: Path, file: IO[str], by_day: IO[str] | None
) -> None:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    days = csv.writer(by_day, lineterminator="\n") if by_day else None
    if days:
        days.writerow(BY_DAY)
    model = twin.learned.open_model(predictor.name)
    for batch in predictor.read(path):
        told = model.predict(batch.rows)
        for at, id in enumerate(batch.ids):
            numbers = (told.value[at], told.low[at], told.high[at])
            silent = bool(told.abstained[at])
            shown = ["" if silent else f"{number:.6g}" for number in numbers]
            table.writerow([id, *shown, int(silent)])
            if days:
                days.writerows(_by_day(model, id, batch.rows[at]))


def _by_day(
    model: "twin.learned.Learned", id: str, row: "NDArray[np.float64]"
) -> Iterator[list[str]]:
    told = twin.learned.curve(model, row)
    if told is None:
        return
    for day, *numbers in zip(told.days, told.value, told.low, told.high, strict=True):
        yield [id, f"{day:g}", *(f"{number:.6g}" for number in numbers)]


def models(as_json: AsJson = False) -> None:
    """List the models that are here, with the main figures of their cards."""
    cards = {name: twin.learned.find_artefact(name).card for name in twin.learned.artefact_names()}
    if as_json:
        print(json.dumps(cards, ensure_ascii=False))
        return
    for name, card in cards.items():
        print(f"{name}: {card['title']}")
        print(f"  {card['data']['name']}, {card['data']['licence']}; {card['split']}")
        print("  " + ", ".join(_figure(key, card["figures"][key]) for key in card["main"]))


def _figure(key: str, told: dict[str, Any]) -> str:
    return f"{key} {told['value']:g} [{told['low']:g}, {told['high']:g}]"
