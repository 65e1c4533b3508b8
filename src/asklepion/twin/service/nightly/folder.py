"""Where files lie while a night is computed: nobody else's to look into, and gone afterwards."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

LOCK = "lock"


class Folder:
    """One run at a time owns it; what a run left that was killed goes before the next."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def open(self) -> Generator[Path | None]:
        """A private, empty folder, removed at the end; nothing where another run has it."""
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.chmod(0o700)
        with (self._path / LOCK).open("a") as file:
            if not _lock(file):
                yield None
                return
            inside = self._path / "files"
            shutil.rmtree(inside, ignore_errors=True)
            inside.mkdir(mode=0o700)
            try:
                yield inside
            finally:
                shutil.rmtree(inside, ignore_errors=True)

    def clean(self) -> None:
        """Remove what a run left that was killed; one that is under way keeps its files."""
        if self._path.is_dir():
            with self.open():
                pass


def _lock(file: IO[Any]) -> bool:
    """Have the file alone for as long as it is open, even if the process is killed."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return True
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
