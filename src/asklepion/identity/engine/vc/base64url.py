"""Base64 for addresses, without padding, in its one right form. https://www.rfc-editor.org/rfc/rfc7515#section-2"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

SIGNS = re.compile(r"[A-Za-z0-9_-]*")


def encode(octets: bytes) -> str:
    """Bytes as text."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes again.

    Raises:
        ValueError: it is not in the one right form.
    """
    if not SIGNS.fullmatch(text):
        raise ValueError("not base64url")
    octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(octets) != text:  # leftover bits: a second text for the same bytes
        raise ValueError("not base64url in its one form")
    return octets
