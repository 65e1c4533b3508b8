"""The files that models are made from, each held to what it was when it was examined."""

import hashlib
import os
from pathlib import Path

from asklepion.kit.errors import Incorrect

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("ASKLEPION_TEST_DATA", ROOT.parent / "shared" / "data")) / "clinical"


def gate(path: str, *, sha256: str) -> Path:
    """A file of the data folder, if it is the one that was examined.

    Public copies of such data are often altered: rows go missing, labels are emptied.

    Raises:
        Incorrect: it is not there, or is another file.
    """
    file = FOLDER / path
    if not file.is_file():
        raise Incorrect(f"{path} is not there.", hint="ASKLEPION_TEST_DATA names the data folder.")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != sha256:
        raise Incorrect(f"{path} is not the file that was examined.", hint=f"Its hash is {found}.")
    return file


def count(what: str, found: int, expected: int) -> None:
    """Hold a count to what is published.

    Raises:
        Incorrect: it is another.
    """
    if found != expected:
        raise Incorrect(f"{what}: {found}, not {expected}.", hint="Rows are missing, or altered.")
