"""Ways through NAT and firewalls: the addresses of STUN and TURN servers, and passes for them."""

import hmac
import re
from base64 import b64encode
from ipaddress import AddressValueError, IPv6Address

from asklepion.kit.errors import Incorrect

ADDRESS = re.compile(
    r"(?P<scheme>stun|stuns|turn|turns):(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:\?transport=(?P<transport>udp|tcp))?"
)
LAST_PORT = 65_535
HINT = "Such as turn:turn.example:3478?transport=udp or stun:turn.example, with commas between."


def read_ice_urls(text: str) -> tuple[str, ...]:
    """The addresses of STUN and TURN servers in a list with commas.

    Raises:
        Incorrect: one is no such address, or none that browsers take.

    Source: RFC 7064 (stun:, stuns:) and RFC 7065 (turn:, turns:).
    """
    urls = tuple(dict.fromkeys(url for part in text.split(",") if (url := part.strip())))
    for url in urls:
        if not (found := ADDRESS.fullmatch(url)):
            raise Incorrect(f"{url} is no address of a STUN or TURN server.", hint=HINT)
        _check(url, **found.groupdict())
    return urls


def is_turn(url: str) -> bool:
    """Whether it is a TURN server's, which hands on what it is sent and asks for a pass."""
    return url.startswith("turn")


def turn_credential(secret: str, username: str) -> str:
    """The password that a TURN server with this secret takes with a name, as base64.

    Args:
        username: until when it counts, in Unix seconds, a colon, and anything.

    Source: "A REST API For Access To TURN Services", draft-uberti-behave-turn-rest-00, 2.2.
    """
    return b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()


def _check(url: str, *, scheme: str, host: str, port: str | None, transport: str | None) -> None:
    if port is not None and not 0 < int(port) <= LAST_PORT:
        raise Incorrect(f"{url} has no port that can be.", hint=f"Give 1 to {LAST_PORT}.")
    if transport and not is_turn(scheme):
        raise Incorrect(f"{url} names a transport.", hint="Only turn: and turns: have one.")
    if scheme == "turns" and transport == "udp":
        raise Incorrect(f"{url} is TLS over UDP.", hint="Browsers reach turns: by TCP alone.")
    if host.startswith("["):
        try:
            IPv6Address(host[1:-1])
        except AddressValueError as error:
            raise Incorrect(f"{url} holds no IPv6 address.", hint=HINT) from error
