"""Many small texts from a folder or a zip."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from asklepion.kit.errors import Incorrect


def texts_in(path: Path, suffix: str, takes: str) -> Iterator[tuple[str, str]]:
    """The texts with a suffix in a folder or a zip, however deep, by their names.

    Raises:
        Incorrect: the zip cannot be read.
    """
    if path.is_dir():
        for file in sorted(path.rglob(f"*{suffix}")):
            yield file.stem, file.read_text(encoding="utf-8", errors="replace")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(name for name in archive.namelist() if name.endswith(suffix)):
                yield Path(name).stem, archive.read(name).decode("utf-8", errors="replace")
    except zipfile.BadZipFile as error:
        raise Incorrect("The zip cannot be read.", hint=f"Give {takes}.") from error
