"""Which device of the house each Bluetooth address is, in a file that only its owner reads."""

import os
from pathlib import Path

import msgspec

from asklepion.kit.errors import Conflict, Incorrect

HINT = "Make it with: asklepion gateway pair ADDRESS --device ID"


class Paired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device, as the house knows it, and the secret by which it speaks."""

    device: str
    secret: str
    user: int | None = None  # whose readings are wanted, where it keeps several people's

    def __repr__(self) -> str:
        return f"Paired(device={self.device!r})"


def read_pairing(path: Path) -> dict[str, Paired]:
    """Every paired address, in capitals.

    Raises:
        Conflict: there is no such file.
        Incorrect: it cannot be read.
    """
    try:
        held = msgspec.json.decode(path.read_bytes(), type=dict[str, Paired])
    except FileNotFoundError as error:
        raise Conflict(f"Nothing is paired: there is no {path}.", hint=HINT) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Incorrect(f"{path} is no pairing file.", hint=HINT) from error
    return {address.upper(): paired for address, paired in held.items()}


def write_pairing(path: Path, pairing: dict[str, Paired]) -> None:
    """Keep these, and no others, readable by this user alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = path.with_suffix(".new")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(pairing)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)
