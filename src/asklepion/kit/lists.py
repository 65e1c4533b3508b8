"""Lists of values in SQL: few texts are ever compiled, and none is longer than databases take."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

CHUNK = 1024  # values in one IN list
T = TypeVar("T")


def in_list(name: str, count: int) -> str:
    """An IN list of as many names as the next power of two, so that few texts are ever compiled."""
    return "(" + ", ".join(f":{name}{i}" for i in range(padded(count))) + ")"


def padded(count: int) -> int:
    """The next power of two."""
    return 1 << max(0, count - 1).bit_length()


def in_values(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """The values for `in_list`, the last one repeated."""
    last = len(values) - 1
    return {f"{name}{i}": values[min(i, last)] for i in range(padded(len(values)))}


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """Pieces of at most `size`."""
    return (values[i : i + size] for i in range(0, len(values), size))
