"""Calling an endpoint that somebody named: nowhere inside, no further than asked, not for long.

The name is resolved once, every address it has must be one of the open internet, and the call goes
to the very address that was looked at (so that a name cannot change in between). An operator may
name hosts for which that does not hold: `ASKLEPION_HOOK_HOSTS`.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

MOST_ANSWER = 64 * 1024  # bytes of an answer that are read; none of them is looked at
PORTS = {"https": 443, "http": 80}
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Coroutine[Any, Any, Sequence[str]]]


class NotHeard(Exception):
    """The endpoint did not take it.

    Args:
        reason: endpoint, or address where it may not be called at all.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to an endpoint."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    content: bytes = b""
    mime: str = ""
    timeout_s: float = 10.0


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a host."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Hooks:
    """Calls endpoints.

    Args:
        allowed: hosts, or hosts with a port, that may lie inside and be called without TLS.
        trusts: the certificates that endpoints are known by; those of the web, where none is given.
    """

    def __init__(
        self,
        allowed: Iterable[str] = (),
        *,
        resolve: Resolve = resolve,
        trusts: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = frozenset(each.strip().lower() for each in allowed) - {""}
        self._resolve = resolve
        self._trusts = trusts

    def may_call(self, url: str) -> bool:
        """Whether an endpoint can be called at all, as far as its address itself tells."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if self._is_allowed(url):
            return True
        try:
            is_inside = not is_open(host)
        except ValueError:  # a name: looked at when it is called
            is_inside = host.endswith((".local", ".internal", ".localhost")) or "." not in host
        return parts.scheme == "https" and not is_inside

    def _is_allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port or PORTS.get(parts.scheme, 0)
        return bool(self._allowed & {host, f"{host}:{port}"})

    async def call(self, call: Call) -> None:
        """Send one request, and wait until it is taken.

        Raises:
            NotHeard: it was not answered with 2xx in time, or may not be called.
        """
        if not self.may_call(call.url):
            raise NotHeard("address")
        try:
            async with asyncio.timeout(call.timeout_s):
                status = await self._send(call, await self._address(call.url))
        except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
            raise NotHeard("endpoint") from error
        if not 200 <= status < 300:
            raise NotHeard("endpoint")

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """Read once: that takes longer than a call."""
        return self._trusts or httpx.create_ssl_context(trust_env=False)

    async def _address(self, url: str) -> str:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        found = await self._resolve(host, port)
        if not found:
            raise NotHeard("endpoint")
        if not self._is_allowed(url) and not all(is_open(each) for each in found):
            raise NotHeard("address")
        return found[0]

    async def _send(self, call: Call, address: str) -> int:
        """To one address, under the name that was asked for; no proxy, no cookie, no redirect."""
        parts = urlsplit(call.url)
        at = f"[{address}]" if ":" in address else address
        port = parts.port or PORTS[parts.scheme]
        url = urlunsplit((parts.scheme, f"{at}:{port}", parts.path or "/", parts.query, ""))
        headers = [*call.headers, ("Host", parts.netloc.rpartition("@")[2])]
        headers += [("Content-Type", call.mime)] if call.mime else []
        async with httpx.AsyncClient(
            verify=self._certificates,
            trust_env=False,
            follow_redirects=False,
            timeout=call.timeout_s,
        ) as client:
            request = client.build_request(
                call.method,
                url,
                headers=headers,
                content=call.content,
                extensions={"sni_hostname": parts.hostname},
            )
            answer = await client.send(request, stream=True)
            try:
                seen = 0
                async for piece in answer.aiter_raw():
                    seen += len(piece)
                    if seen > MOST_ANSWER:
                        break
            finally:
                await answer.aclose()
        return answer.status_code


def is_open(address: str) -> bool:
    """Whether an address belongs to the open internet, whatever it is wrapped in.

    Raises:
        ValueError: it is no address.
    """
    it = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(it, ipaddress.IPv6Address):
        inner = it.ipv4_mapped or it.sixtofour
        if inner is None and it in NAT64:
            inner = ipaddress.IPv4Address(int(it) & 0xFFFFFFFF)
        if inner is None and it.teredo:
            inner = it.teredo[1]
        if inner is not None:
            return is_open(str(inner))
    return it.is_global and not it.is_multicast and not it.is_reserved
