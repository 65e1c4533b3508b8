"""The one way in which this room goes to addresses that others name: key sets, other houses.

An address in a request, or in something shown, could make the house look at its own network for
whoever sent it. So: only https; a name is resolved once, and every address it has must be the whole
world's; the very address that was looked at is gone to, under the name's certificate; no redirect,
no proxy, no cookie; little time, and little to read, which is not unpacked.
"""

import asyncio
import ipaddress
import json
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import httpx

from asklepion.kit.log import get_log

from ..engine.vc import strict

log = get_log(__name__)

TIMEOUT_S = 8.0  # for all of it: resolving, connecting, reading
LARGEST = 4 << 20  # bytes: a status list of a million entries
PORT = 443
FORM = "application/x-www-form-urlencoded"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Unfit(Exception):
    """The address is not one that the house goes to, or nothing fitting is there."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is sent to another house."""

    address: str
    method: str = "GET"
    accept: str = "application/json"
    body: bytes = b""
    kind: str = ""  # media type of the body
    bearer: str = ""
    most: int = LARGEST  # bytes of the answer
    timeout_s: float = TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Reply:
    """What another house answered."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace").strip()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Unfit: it is none.
        """
        try:
            return strict.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unfit("no JSON") from error


Reach = Callable[[Letter], Awaitable[Reply]]


def form(address: str, values: Mapping[str, str]) -> Letter:
    """A form, as browsers send it."""
    body = urlencode({name: value for name, value in values.items() if value}).encode()
    return Letter(address=address, method="POST", body=body, kind=FORM)


def as_json(address: str, value: Any, *, bearer: str = "") -> Letter:
    """A JSON body."""
    body, kind = json.dumps(value).encode(), "application/json"
    return Letter(address=address, method="POST", body=body, kind=kind, bearer=bearer)


async def resolve(host: str, port: int) -> list[str]:
    """Every address that a host has."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: Address) -> bool:
    """Whether an address is the whole world's, also where it is wrapped in another kind."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address in ipaddress.ip_network("64:ff9b::/96") or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


class Outside:
    """Goes there.

    Args:
        trusts: the certificates that others are known by; those of the web where none is given.
        is_open: which addresses may be gone to.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        trusts: ssl.SSLContext | None = None,
        is_open: Callable[[Address], bool] = is_public,
    ) -> None:
        self._resolve = resolve
        self._trusts = trusts
        self._is_open = is_open

    async def reach(self, letter: Letter) -> Reply:
        """What another house answers; a redirect is an answer like any other.

        Raises:
            Unfit: it may not be reached, or does not answer as it should.
        """
        try:
            url = httpx.URL(letter.address)
            if url.scheme != "https" or not url.host or url.userinfo:
                raise Unfit("only https")
            async with asyncio.timeout(letter.timeout_s):
                return await self._exchange(letter, url, await self._address(url))
        except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.info("other house not reached", why=type(error).__name__)
            raise Unfit("not to be had") from error

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """Read once: that takes longer than an exchange."""
        return self._trusts or httpx.create_ssl_context(trust_env=False)

    async def _address(self, url: httpx.URL) -> str:
        """The address to connect to; every one that the name has must be the whole world's."""
        found = await self._resolve(url.raw_host.decode(), url.port or PORT)
        addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in found]
        if not addresses or not all(self._is_open(address) for address in addresses):
            raise Unfit("not on the open internet")
        return str(addresses[0])

    async def _exchange(self, letter: Letter, url: httpx.URL, ip: str) -> Reply:
        """One exchange with the very address that was looked at, under the name's certificate."""
        headers = {
            "host": url.netloc.decode(),
            "accept": letter.accept,
            "accept-encoding": "identity",  # what is packed could be any size
        }
        if letter.kind:
            headers["content-type"] = letter.kind
        if letter.bearer:
            headers["authorization"] = f"Bearer {letter.bearer}"
        async with (
            httpx.AsyncClient(
                verify=self._certificates,
                timeout=letter.timeout_s,
                follow_redirects=False,
                trust_env=False,
            ) as client,
            client.stream(
                letter.method,
                url.copy_with(host=ip),
                headers=headers,
                content=letter.body or None,
                extensions={"sni_hostname": url.raw_host.decode()},
            ) as response,
        ):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise Unfit("packed")
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > letter.most:
                    raise Unfit("too large")
            return Reply(response.status_code, body)


OUTSIDE = Outside()
reach: Reach = OUTSIDE.reach
