"""Key sets that apps publish: fetched from where an operator said, and from nowhere inside.

An address in a request could make the house look at its own network for whoever sent it. So only
https, only addresses that the whole world has, the very address that was looked at, no redirects,
little time, and little to read.
"""

import asyncio
import ipaddress
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from asklepion.kit.clock import Clock
from asklepion.kit.log import get_log

from ...engine.keysets import LARGEST

log = get_log(__name__)

TIMEOUT_S = 5.0
FRESH_S = 300.0  # how long what was fetched is taken as it is
AGAIN_S = 30.0  # how soon it is fetched again for a key that it does not have
KNOWN_MOST = 200  # what was fetched, held at once
Fetch = Callable[[str], Awaitable[Any]]


class Unfit(Exception):
    """The address is not one that the house goes to, or nothing fitting is there."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    jwks: Any
    at_s: float


class Published:
    """Remembers the key sets that were fetched."""

    def __init__(self, clock: Clock, fetch: Fetch | None = None) -> None:
        self._clock = clock
        self._fetch = fetch or fetch_json
        self._known: dict[str, _Fetched] = {}

    async def keys(self, address: str, *, is_missing: bool = False) -> Any:
        """The key set at an address.

        Args:
            is_missing: what is known does not have the key; it may be new.

        Raises:
            Unfit: it cannot be had.
        """
        now = self._clock.now().timestamp()
        known = self._known.get(address)
        if known and now - known.at_s < (AGAIN_S if is_missing else FRESH_S):
            return known.jwks
        jwks = await self._fetch(address)
        self._known.pop(address, None)
        while len(self._known) >= KNOWN_MOST:  # the oldest goes
            self._known.pop(next(iter(self._known)))
        self._known[address] = _Fetched(jwks, now)
        return jwks


async def fetch_json(address: str) -> Any:
    """What is published at an https address of the open internet.

    Raises:
        Unfit: it may not be fetched, or is no JSON.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise Unfit("only https")
    try:
        async with asyncio.timeout(TIMEOUT_S):
            ip = await public_address(parts.hostname, parts.port or 443)
            return json.loads(await _read(address, parts.hostname, ip))
    except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        log.info("key set not fetched", why=type(error).__name__)
        raise Unfit("not to be had") from error


async def public_address(host: str, port: int) -> str:
    """The address to connect to; every one that the name has must be the whole world's.

    Raises:
        Unfit: one is of some inner network.
        OSError: there is no such host.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise Unfit("not on the open internet")
    return str(addresses[0])


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is the whole world's, also where it is wrapped in another kind."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address in ipaddress.ip_network("64:ff9b::/96") or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


async def _read(address: str, host: str, ip: str) -> bytes:
    """Read a little from one address under a name: the certificate must be the name's."""
    url = httpx.URL(address)
    pinned = url.copy_with(host=ip)
    headers = {"host": url.netloc.decode(), "accept": "application/json"}
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "GET", pinned, headers=headers, extensions={"sni_hostname": host}
        ) as response,
    ):
        if response.status_code != 200:
            raise Unfit("not there")
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise Unfit("too large")
        return body
