"""Public keys of others, as JSON. https://www.rfc-editor.org/rfc/rfc7517"""

import json
from base64 import urlsafe_b64decode
from typing import Any, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from asklepion.kit.errors import Incorrect

# What apps sign with. https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html
ALGORITHMS = ("RS384", "ES384")
LARGEST = 65_536  # characters of a key set
KEYS_MOST = 20
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
LEAST_BITS, MOST_BITS = 2048, 8192  # of RSA


def read_keys(jwks: Any) -> KeySet:
    """The keys of a set that may verify a signature; others in it are passed over.

    Raises:
        Incorrect: it is no key set, has none that fits, or tells a secret.
    """
    wrong = Incorrect(
        "That is no set of public keys.",
        hint="Send {keys: [...]} with RSA keys of 2048 bits or more, or P-384 keys, each with kid.",
    )
    found: Any = cast(dict[str, Any], jwks).get("keys") if isinstance(jwks, dict) else None
    if not isinstance(found, list) or len(cast(list[Any], found)) > KEYS_MOST:
        raise wrong
    if len(json.dumps(jwks)) > LARGEST:
        raise wrong
    keys: list[RSAKey | ECKey] = []
    for each in cast(list[Any], found):
        if not isinstance(each, dict) or PRIVATE & cast(dict[str, Any], each).keys():
            raise wrong
        key = _key(cast(dict[str, Any], each))
        if key is not None:
            keys.append(key)
    if not keys:
        raise wrong
    return KeySet(list(keys))


def _key(each: dict[str, Any]) -> RSAKey | ECKey | None:
    if not isinstance(each.get("kid"), str) or each.get("use", "sig") != "sig":
        return None
    try:
        if each.get("kty") == "RSA":
            return RSAKey.import_key(each) if LEAST_BITS <= _bits(each) <= MOST_BITS else None
        if each.get("kty") == "EC" and each.get("crv") == "P-384":
            return ECKey.import_key(each)
    except (JoseError, ValueError, TypeError):
        return None
    return None


def _bits(each: dict[str, Any]) -> int:
    """The length of an RSA key."""
    text = str(each.get("n", ""))
    return int.from_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4))).bit_length()
