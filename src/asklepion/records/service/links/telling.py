"""What links have in common: how they are found, and what the patient reads of them."""

import hashlib
from collections import Counter
from typing import Any

from ...model import Asking, Category
from ..books import Entry


def mark_of(secret: bytes) -> bytes:
    """By what a link is found: its secret itself is kept nowhere."""
    return hashlib.sha256(secret).digest()


def entry_of(
    asking: Asking, action: str, patient: str, content: dict[str, Any], outcome: str = "permit"
) -> Entry:
    """A line in the patient's log."""
    return Entry(
        asking=asking,
        action=action,
        outcome=outcome,
        patient=patient,
        what=Counter(content.get("what", {})),
        categories={Category(it) for it in content.get("categories", ())},
    )
