"""`asklepion twin`: published scores of values in a file, without any house."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from asklepion.kit.errors import Incorrect
from asklepion.twin import SCORES, Score, answer, describe, find_score

MOST = 16 << 20  # bytes of inputs
SHAPE = "Give one JSON object of inputs, or a list of them."
app = typer.Typer(help="Published clinical scores.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


@app.command()
def score(
    name: Annotated[str, typer.Argument(help="Which score; `asklepion twin scores` lists them.")],
    path: Annotated[str, typer.Argument(help="Its inputs as JSON, one or a list; - for a pipe.")],
) -> None:
    """Compute a published score; prints JSON. Exit code 1 if one could not be computed."""
    chosen = _chosen(name)
    given = _read(path)
    cases = cast("list[object]", given) if isinstance(given, list) else [given]
    told = [answer(chosen, _inputs(case)) for case in cases]
    print(json.dumps(told if isinstance(given, list) else told[0], ensure_ascii=False))
    raise typer.Exit(1 if any("cannot" in each for each in told) else 0)


@app.command()
def scores(
    name: Annotated[str | None, typer.Argument(help="Only this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the published scores, with what each asks for, and its paper."""
    chosen = [_chosen(name)] if name else list(SCORES.values())
    if as_json:
        print(json.dumps([describe(each) for each in chosen], ensure_ascii=False))
        return
    for each in chosen:
        _tell(each)


def _chosen(name: str) -> Score[Any]:
    found = find_score(name)
    if found is None:
        raise typer.BadParameter(f"There is no score {name}. `asklepion twin scores` lists them.")
    return found


def _read(path: str) -> object:
    try:
        text = sys.stdin.read(MOST + 1) if path == "-" else _text(Path(path))
    except (OSError, UnicodeError) as error:
        raise Incorrect("The inputs cannot be read.", hint="Check the path.") from error
    if len(text) > MOST:
        raise Incorrect("The inputs are too many.", hint="Give fewer at a time: up to 16 MiB.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Incorrect("The inputs are no JSON.", hint=SHAPE) from error


def _text(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(MOST + 1)


def _inputs(case: object) -> dict[str, object]:
    if not isinstance(case, dict):
        raise Incorrect("The inputs are no object.", hint=SHAPE)
    return cast("dict[str, object]", case)


def _tell(one: Score[Any]) -> None:
    print(f"{one.name}: {one.title}. {one.range}.")
    for each in cast("list[dict[str, Any]]", describe(one)["inputs"]):
        print("  " + _line(each))
    for source in one.sources:
        print(f"  {source.citation} {source.url}")
    print()


def _line(told: dict[str, Any]) -> str:
    what = told["kind"]
    match told:
        case {"kind": "number", "low": low, "high": high, "unit": unit}:
            what = f"number, {low:g} to {high:g} {unit}"
        case {"kind": "choice", "options": options}:
            what = " | ".join(options)
        case {"kind": "criterion", "of": of}:
            what = f"yes or no; or give {' and '.join(of)}"
        case _:
            what = "yes or no"
    default = told.get("default")
    usual = f", {default} if left out" if default is not None else ""
    return f"{told['key']}: {what}{usual}{'' if told['needed'] else ' (optional)'}"
