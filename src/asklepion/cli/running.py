"""What a running house leaves in its data folder for the commands beside it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from asklepion.kit.errors import Conflict
from asklepion.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Running:
    """Where the running house listens."""

    pid: int
    port: int
    mqtt_url: str  # of the broker, for a device on this machine
    lan_port: int = 0  # for HTTPS in the network; 0 where it is not served there


def write_running(settings: Settings, running: Running) -> Path:
    """Leave word of a house that has just opened; returns the file, to be removed at its end."""
    path = settings.data / "running.json"
    _write(path, asdict(running))
    return path


def read_running(settings: Settings) -> Running:
    """The house that runs on this data folder.

    Raises:
        Conflict: none does.
    """
    try:
        return Running(**json.loads((settings.data / "running.json").read_text()))
    except FileNotFoundError as error:
        raise Conflict("No house runs on this data folder.", hint="Start it: make run.") from error


def write_demo_device(settings: Settings, device: str, secret: str) -> None:
    """Keep the demo device's secret where only this user can read it."""
    _write(settings.data / "demo-device.json", {"device": device, "secret": secret})


def has_demo_device(settings: Settings) -> bool:
    """Whether the demo has its device."""
    return (settings.data / "demo-device.json").exists()


def read_demo_device(settings: Settings) -> tuple[str, str]:
    """Id and secret of the demo's device.

    Raises:
        Conflict: this is no demo.
    """
    try:
        held = json.loads((settings.data / "demo-device.json").read_text())
    except FileNotFoundError as error:
        hint = "Name a device with --device and --secret, or start the demo: make run."
        raise Conflict("There is no demo device here.", hint=hint) from error
    return held["device"], held["secret"]


def _write(path: Path, held: object) -> None:
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(held, file)
    draft.replace(path)
