"""Addresses that belong to an app, and what goes along with somebody who is sent there."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

from asklepion.kit.errors import Incorrect

LONGEST = 1000  # characters
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A scheme of an app's own is its domain turned round: RFC 8252, section 7.1.
OWN_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
FORBIDDEN = ("#", "*", "\\")  # read otherwise by some, or more than one address
TEXT = re.compile(r"[!-~]+")


def redirect_of(text: str) -> str:
    """An address that people may be sent back to; it is later compared sign by sign.

    Raises:
        Incorrect: it is not safe, or no address.
    """
    parts = _parts(text)
    if not _is_web(text) and not OWN_SCHEME.fullmatch(parts.scheme):
        raise Incorrect(
            "A redirect address is not safe.",
            hint="Use https, http on localhost, or a scheme of the app's own such as org.example.",
        )
    return text


def web_address_of(text: str) -> str:
    """An https address, or one on this machine.

    Raises:
        Incorrect: it is none.
    """
    if not _is_web(text):
        raise Incorrect("That is no https address.", hint="Write it as https://app.example/….")
    return text


def with_params(address: str, params: Mapping[str, str]) -> str:
    """The address with further parameters; those it has stay."""
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{urlencode({k: v for k, v in params.items() if v})}"


def _parts(text: str) -> SplitResult:
    if not TEXT.fullmatch(text) or len(text) > LONGEST:
        raise Incorrect("An address cannot be read.", hint="Write it without spaces.")
    if any(sign in text for sign in FORBIDDEN):
        raise Incorrect("An address has no fragment, no wildcard and no backslash.")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise Incorrect("An address cannot be read.", hint="Check it.") from error
    return parts


def _is_web(text: str) -> bool:
    parts = _parts(text)
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
