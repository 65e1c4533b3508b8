"""`asklepion device import`: files of apps and trackers into a patient's record."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from asklepion.app import House
from asklepion.devices import FileStep
from asklepion.identity import Identity
from asklepion.records import Asking

MOST_SHOWN = 20
ASKS = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    DownloadColumn(),
    TextColumn("{task.fields[entries]} readings"),
    TimeElapsedColumn(),
)


async def take_in(house: House, patient: str, path: Path, zone: str, *, as_json: bool) -> bool:
    """Take one file in; whether nothing of what is understood was refused."""
    steps = house.devices.files.take_in(ASKS, patient, path, zone=zone)
    last = FileStep()
    if as_json:
        async for last in steps:
            print(json.dumps(asdict(last), ensure_ascii=False), flush=True)
        return not last.refused
    console = Console()
    with Progress(*COLUMNS, console=console) as progress:
        task = progress.add_task(escape(path.name), total=None, entries=0)
        async for last in steps:
            count = last.new + last.changed + last.unchanged + last.deleted
            progress.update(task, total=last.bytes_total, completed=last.bytes_done, entries=count)
    _tell(console, last)
    return not last.refused


def write_all(folder: Path, made: Mapping[str, str]) -> list[Path]:
    """Write files that only their owner reads; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
    return [folder / name for name in made]


def _tell(console: Console, step: FileStep) -> None:
    console.print(f"{step.new} new, {step.changed} changed, {step.unchanged} as they were.")
    if step.deleted:
        console.print(f"{step.deleted} were deleted here, and stay so.")
    for kind, count in step.by_kind.items():
        console.print(f"  ✓ {kind}: {count}", markup=False)
    for what, why, count in step.refused[:MOST_SHOWN]:
        console.print(f"  ✗ {what}: {why} ({count})", markup=False)
    for what, count in [*step.unknown.items()][:MOST_SHOWN]:
        console.print(f"  ? {what}: not understood ({count})", markup=False)
    if len(step.refused) > MOST_SHOWN or len(step.unknown) > MOST_SHOWN:
        console.print("  … and more: --json")
