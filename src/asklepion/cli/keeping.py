"""`asklepion erase`, `erasures`, `keys`, `backup`, `restore`: what an operator does for keeps."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from asklepion.app import House
from asklepion.identity import Identity
from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking, Erasure, Ground

HEARING_S = 3.0  # how long a running house may take to hear of an erasure
console = Console(stderr=True)


@dataclass(frozen=True)
class Outcome:
    """What became of a wish to erase somebody."""

    erasure: Erasure
    receipt: Path | None
    is_clean: bool  # no trace is left in the database's files


async def erase(house: House, patient: str, ground: Ground) -> Outcome:
    """Erase a patient, sweep her traces out, and keep the receipt in the data folder."""
    asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="console")
    erasure = await house.records.erase(asking, patient, ground)
    if erasure.state != "done":
        return Outcome(erasure, None, False)
    await _let_hear(house)
    is_clean = await house.records.sweep()
    receipt = await house.records.erasure_receipt(erasure.id)
    path = house.settings.data / "erasures" / f"{erasure.id}.json"
    await asyncio.to_thread(_write, path, receipt)
    return Outcome(erasure, path, is_clean)


async def _let_hear(house: House) -> None:
    """Let the running house end its streams; where none runs, nobody listens."""
    is_running = await asyncio.to_thread((house.settings.data / "running.json").exists)
    waited = 0.0
    while is_running and waited < HEARING_S and await house.events.waiting():
        await asyncio.sleep(0.1)
        waited += 0.1
    while await house.events.deliver():
        continue


def _write(path: Path, receipt: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(receipt, file)


def tell_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """Say what became of it."""
    erasure = outcome.erasure
    if as_json:
        receipt = str(outcome.receipt) if outcome.receipt else None
        print(json.dumps({**told(erasure), "receipt": receipt, "is_clean": outcome.is_clean}))
    elif outcome.receipt is None:
        print(f"Not before {erasure.due_at:%Y-%m-%d}: until then the record must be kept.")
        print(f"It will be carried out then, as {erasure.id}.")
    else:
        rows = sum(erasure.destroyed.values())
        print(f"✓ Erased: {rows} rows and every key. Receipt: {outcome.receipt}")
        if not outcome.is_clean:
            print("? PostgreSQL's own log may hold traces; see docs/decisions/erasure.md.")


async def list_erasures(house: House, *, as_json: bool) -> None:
    """Everything that is due or done."""
    asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="console")
    for erasure in await house.records.erasures(asking):
        if as_json:
            print(json.dumps(told(erasure)))
        else:
            at = erasure.done_at or erasure.due_at
            who = erasure.patient or "(erased)"
            print(f"{erasure.id}  {erasure.state:9}  {at:%Y-%m-%d}  {erasure.ground:9}  {who}")


def told(erasure: Erasure) -> dict[str, Any]:
    """One erasure as JSON."""
    held = asdict(erasure)
    moments = ("asked_at", "due_at", "done_at", "swept_at")
    return held | {name: held[name] and to_iso(held[name]) for name in moments}


async def rotate(house: House, patient: str | None) -> int:
    """Wrap every key anew; or seal one patient's record under a new key; returns how many."""
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Sealing anew", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if patient is None:
            return await house.vault.rotate(tell)
        return await house.records.rotate(patient, lambda _what, count: tell(count, 0))


async def acknowledge(house: House, agrees: Callable[[str], bool], *, as_json: bool) -> bool:
    """Write in the log which blocks a restore lost; says whether anything was, or is written.

    Args:
        agrees: asks the operator, who is shown each of them first.
    """
    lost = await house.contracts.losses()
    if not lost:
        print(json.dumps({"leaf": None, "lost": []}) if as_json else "✓ No block is missing.")
        return True
    if not as_json:
        for it in lost:
            print(f"? leaf {it.leaf}: the chain had block {it.block}, {it.hash}; it has not now.")
    if not agrees("Were these lost because a backup was put back?"):
        return False
    leaf = await house.contracts.acknowledge(lost)
    if as_json:
        print(json.dumps({"leaf": leaf, "lost": [asdict(it) for it in lost]}))
    else:
        print(f"✓ Leaf {leaf} of the log says so. `asklepion verify --all` shows it from now on.")
    return True


def reference_of(patient: str) -> str:
    """The patient's reference, whether typed with its type or without.

    Raises:
        Incorrect: it is another type.
    """
    type, _, id = patient.rpartition("/")
    if type not in ("", "Patient") or not id:
        raise Incorrect("That is no patient.", hint="Give an id, or Patient/ and the id.")
    return f"Patient/{id}"
