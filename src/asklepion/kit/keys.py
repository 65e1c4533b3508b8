"""Secrets kept beside the database, never in it: small files, made when first asked for."""

import os
import secrets
from pathlib import Path

from .errors import Fault

SIZE = 32  # bytes in every key


class Keys:
    """A folder of 32-byte keys, each known by the name of what it is for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        """The key for one purpose; the same bytes for ever after.

        Raises:
            Fault: the key's file is damaged.
        """
        if purpose not in self._known:
            self._known[purpose] = self._read(purpose) or self._make(purpose)
        return self._known[purpose]

    def _read(self, purpose: str) -> bytes | None:
        path = self._folder / f"{purpose}.key"
        if not path.exists():
            return None
        key = path.read_bytes()
        if len(key) != SIZE:
            raise Fault(
                f"The key file {path.name} holds {len(key)} bytes, not {SIZE}.",
                hint="Restore it from your backup of the keys folder.",
            )
        return key

    def _make(self, purpose: str) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{purpose}.{os.getpid()}"
        key = secrets.token_bytes(SIZE)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(
                draft, self._folder / f"{purpose}.key"
            )  # whoever comes second keeps the first's
        except FileExistsError:
            return self._read(purpose) or key
        finally:
            draft.unlink()
        return key
