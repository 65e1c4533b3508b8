"""`asklepion import`: progress while it runs, then exactly what was taken in and what was not."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from asklepion.app import House
from asklepion.identity import Identity
from asklepion.records import Asking, ImportStep

MOST_SHOWN = 20  # refused entries on the screen; --json shows all


async def take_in(house: House, paths: Sequence[Path], *, as_json: bool) -> bool:
    """Take in every path in turn; whether nothing was refused."""
    asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    refused = 0
    for path in paths:
        last = await (_as_lines if as_json else _with_bar)(house, asking, path)
        refused += last.refused
    return refused == 0


async def _as_lines(house: House, asking: Asking, path: Path) -> ImportStep:
    step = ImportStep(kind="done")
    async for step in house.records.take_in(asking, path):
        print(json.dumps(asdict(step), ensure_ascii=False), flush=True)
    return step


async def _with_bar(house: House, asking: Asking, path: Path) -> ImportStep:
    console = Console()
    refused: list[ImportStep] = []
    noted: list[ImportStep] = []
    step = ImportStep(kind="done")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[entries]} entries"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(escape(path.name), total=None, entries=0)
        async for step in house.records.take_in(asking, path):
            if step.kind == "refused":
                refused.append(step)
            if step.kind == "noted":
                noted.append(step)
            progress.update(
                task, total=step.bytes_total, completed=step.bytes_done, entries=step.entries
            )
    _tell(console, step, refused)
    _tell_noted(console, noted)
    return step


def _tell(console: Console, step: ImportStep, refused: Sequence[ImportStep]) -> None:
    console.print(
        f"{step.accepted} taken in: {step.new} new, {step.changed} changed,"
        f" {step.unchanged} as they were. {step.refused} refused."
    )
    for each in refused[:MOST_SHOWN]:
        where = f"{each.file}, entry {each.entry}" if each.entry else each.file
        console.print(f"  ✗ {where} {each.reference}: {each.reason}", markup=False)
    if len(refused) > MOST_SHOWN:
        console.print(f"  … and {len(refused) - MOST_SHOWN} more: asklepion import --json")


def _tell_noted(console: Console, noted: Sequence[ImportStep]) -> None:
    """What could not be said in FHIR: it is in the original, which is kept."""
    for each in noted[:MOST_SHOWN]:
        where = ": ".join(part for part in (each.file, each.reference) if part)
        console.print(f"  ? {where}: {each.reason}", markup=False)
    if len(noted) > MOST_SHOWN:
        console.print(f"  … and {len(noted) - MOST_SHOWN} more: asklepion import --json")
