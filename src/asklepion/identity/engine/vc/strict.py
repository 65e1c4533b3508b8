"""JSON that every reader reads alike: names once, no numbers that are none, no half characters."""

import json
from typing import Any


def loads(octets: bytes | str) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: it is none, or others could read it otherwise or not at all.
        RecursionError: it is nested without end.
    """
    found = json.loads(octets, object_pairs_hook=_once)
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once: of two, readers choose differently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found
