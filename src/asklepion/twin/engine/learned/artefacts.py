"""Where artefacts lie, and that they are whole before they are used."""

import hashlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from asklepion.kit.errors import Fault, NotFound

SHIPPED = Path(__file__).parents[2] / "artefacts"
ELSEWHERE = "ASKLEPION_MODELS"  # the folder of models that we may not hand on
FILES = ("model.json", "model.npz")
VERSION_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One fitted model as it was kept.

    Args:
        spec: model.json.
        card: card.json.
    """

    name: str
    folder: Path
    spec: dict[str, Any]
    arrays: dict[str, NDArray[np.generic]]
    card: dict[str, Any]

    @property
    def version(self) -> str:
        """Which fit this is: the beginning of a hash over what its files hash to."""
        told: dict[str, str] = self.card.get("sha256", {})
        whole = "".join(told.get(file, "") for file in FILES)
        return hashlib.sha256(whole.encode()).hexdigest()[:VERSION_LENGTH]


def elsewhere() -> Path:
    """Where models lie that may not be handed on: beside the house's data, unless told."""
    return Path(os.environ.get(ELSEWHERE) or "data/models")


def folders() -> list[Path]:
    """Where artefacts may lie; what was built here goes before what was shipped."""
    return [elsewhere(), SHIPPED]


def artefact_names() -> list[str]:
    """The models that are there."""
    cards = [card for folder in folders() for card in folder.glob("*/card.json")]
    return sorted({card.parent.name for card in cards})


def find_artefact(name: str) -> Artefact:
    """Read one artefact.

    Raises:
        NotFound: it is not there.
        Fault: a file of it is missing, or is not the one that its card describes.
    """
    known = {card.parent.name: card.parent for card in _cards()}
    folder = known.get(name)
    if folder is None:
        raise NotFound(
            f"There is no model {name} here.",
            hint=f"`asklepion twin models` lists them; `make models` and {ELSEWHERE} add more.",
        )
    return read_artefact(folder)


def _cards() -> list[Path]:
    return [card for folder in reversed(folders()) for card in folder.glob("*/card.json")]


def read_artefact(folder: Path) -> Artefact:
    """Read the artefact in a folder.

    Raises:
        Fault: a file of it is missing, or is not the one that its card describes.
    """
    try:
        card = cast("dict[str, Any]", json.loads((folder / "card.json").read_bytes()))
        raw = {file: (folder / file).read_bytes() for file in FILES}
        told = cast("dict[str, str]", card["sha256"])
    except (OSError, ValueError, KeyError) as error:
        raise _broken(folder, "cannot be read") from error
    for file, content in raw.items():
        if hashlib.sha256(content).hexdigest() != told.get(file):
            raise _broken(folder, f"has another {file} than its card says")
    with np.load(io.BytesIO(raw["model.npz"]), allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    spec = json.loads(raw["model.json"])
    return Artefact(name=folder.name, folder=folder, spec=spec, arrays=arrays, card=card)


def _broken(folder: Path, what: str) -> Fault:
    return Fault(f"The model {folder.name} {what}.", hint="Install it again, or fit it again.")
