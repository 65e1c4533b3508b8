"""`asklepion csv`: a table of measurements into a patient's record, looked at first."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from asklepion.app import House
from asklepion.identity import Identity
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking, Mapping, Unreadable, read_mapping

FILE_MOST = 64 * 1024 * 1024  # bytes
SHOWN_MOST = 20
ASKS = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")


def read(path: Path) -> bytes:
    """The file.

    Raises:
        Incorrect: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            text = file.read(FILE_MOST + 1)
    except OSError as error:
        raise Incorrect(f"{path} cannot be read.", hint="Check the path.") from error
    if len(text) > FILE_MOST:
        raise Incorrect(f"{path} is too large.", hint="Split it.")
    return text


def mapping_in(path: Path | None) -> Mapping | None:
    """The mapping that lies in a file.

    Raises:
        Incorrect: it is none.
    """
    if path is None:
        return None
    try:
        return read_mapping(json.loads(read(path)))
    except (ValueError, RecursionError) as error:
        hint = "Begin with what --preview --json tells as its mapping."
        raise Incorrect(f"{path} holds no mapping.", hint=hint) from error


async def preview(
    house: House, patient: str, path: Path, mapping: Mapping | None, zone: str
) -> dict[str, Any]:
    """What a table would bring; nothing is kept.

    Raises:
        Incorrect: it is no table.
    """
    try:
        found = await house.records.sheets.preview(ASKS, patient, read(path), mapping, zone=zone)
    except Unreadable as error:
        raise Incorrect(f"{path.name} cannot be taken: it {error}.") from error
    return asdict(found)


def tell(found: dict[str, Any]) -> None:
    """Show a preview."""
    console = Console()
    mapping = found["mapping"]
    for header, column in zip(found["header"], mapping["columns"], strict=True):
        meant = " ".join(part for part in (column["role"], column["unit"]) if part) or "left out"
        console.print(f"  {header}: {meant}", markup=False)
    console.print(f"Dates: {mapping['order'] or 'unclear; set order in the mapping'}.")
    console.print(f"{found['understood']} measurements in {found['rows']} rows.")
    for each in found["problems"][:SHOWN_MOST]:
        console.print(f"  ✗ row {each['row']}: {each['reason']}", markup=False)
    if found["problem_count"] > SHOWN_MOST:
        console.print(f"  … and {found['problem_count'] - SHOWN_MOST} more rows")


async def take_in(
    house: House, patient: str, path: Path, mapping: Mapping, *, as_json: bool
) -> bool:
    """Keep what a table says; whether nothing of it was left out.

    Raises:
        Incorrect: it is no table.
    """
    console = Console()
    refused = 0
    try:
        async for step in house.records.sheets.take_in(
            ASKS, patient, read(path), mapping, name=path.name
        ):
            if as_json:
                print(json.dumps(asdict(step), ensure_ascii=False), flush=True)
            elif step.kind == "refused" and (refused := refused + 1) <= SHOWN_MOST:
                console.print(f"  ✗ row {step.entry}: {step.reason}", markup=False)
            elif step.kind == "done":
                console.print(f"{step.new} new, {step.unchanged} as they were.")
            if step.kind == "done":
                refused = step.refused
    except Unreadable as error:
        raise Incorrect(f"{path.name} cannot be taken: it {error}.") from error
    return refused == 0
