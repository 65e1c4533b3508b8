"""Words that others wrote, as they may stand beside one's own."""

import unicodedata
from collections.abc import Iterable

TURNED_WRITING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tidy(text: str) -> str:
    """One line of plain words: no control characters, no turning of what others wrote."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(c for c in kept if c not in TURNED_WRITING).split())


def is_writable(text: str) -> bool:
    """Whether it can be kept and sent: no half of a character stands alone."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


def few(names: Iterable[object]) -> str:
    """A few names from a file, so that they can be told whatever they are."""
    short = sorted(str(name)[:40] for name in names)[:5]
    return ", ".join(tidy(name.encode("utf-8", "replace").decode()) for name in short)
