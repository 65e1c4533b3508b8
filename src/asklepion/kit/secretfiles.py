"""Secrets as small files: made for their owner alone, overwritten before they are removed."""

import os
import secrets
from pathlib import Path

from .errors import Fault

SIZE = 32  # bytes in every key


def read_secret(path: Path) -> bytes | None:
    """The key in a file, or nothing where there is no file.

    Raises:
        Fault: the file is damaged.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != SIZE:
        raise Fault(
            f"The key file {path.name} holds {len(key)} bytes, not {SIZE}.",
            hint="Restore it from your backup of the keys folder.",
        )
    return key


def make_secret(path: Path) -> bytes:
    """A new key in a new file; whoever comes second gets the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.{secrets.token_hex(4)}")
    key = secrets.token_bytes(SIZE)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return read_secret(path) or key
    finally:
        draft.unlink()
    return key


def destroy_secret(path: Path) -> None:
    """Overwrite a key where it lies, then remove the file; nothing happens where there is none."""
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)
