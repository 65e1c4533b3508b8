"""Where the next page begins, sealed: sort keys may be names or birth dates, and stand in a URL."""

import base64
import binascii
from collections.abc import Sequence
from hashlib import blake2b

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from asklepion.kit.errors import Incorrect

from ..wire import Value


def seal(secret: bytes, search: str, values: Sequence[Value | None]) -> str:
    """Text for a URL that only `unseal` with the same secret and the same search can read."""
    box = AESSIV(_key(secret)).encrypt(orjson.dumps(list(values)), [search.encode()])
    return base64.urlsafe_b64encode(box).rstrip(b"=").decode()


def unseal(secret: bytes, search: str, text: str) -> list[Value | None]:
    """The values that were sealed.

    Raises:
        Incorrect: it was not made by us, or for another search.
    """
    try:
        box = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return orjson.loads(AESSIV(_key(secret)).decrypt(box, [search.encode()]))
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Incorrect(
            "The page after this cursor cannot be found.", hint="Begin the search again."
        ) from error


def _key(secret: bytes) -> bytes:
    return blake2b(secret, digest_size=64, person=b"records cursor").digest()
