"""Reaching other houses: only over https, only in the open internet, only a little.

An address in something shown could make the house look at its own network for whoever showed it;
so what holds for key sets (see `apps/publishing.py`) holds here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from asklepion.kit.log import get_log

from ...engine.vc import strict
from ..apps.publishing import Unfit, public_address

log = get_log(__name__)

TIMEOUT_S = 8.0
LARGEST = 4 << 20  # bytes: a status list of a million entries
FORM = "application/x-www-form-urlencoded"


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


async def reach(letter: Letter) -> Reply:
    """What another house answers.

    Raises:
        Unfit: it may not be reached, or does not answer as it should.
    """
    try:
        parts = urlsplit(letter.address)
        if parts.scheme != "https" or not parts.hostname or parts.username is not None:
            raise Unfit("only https")
        async with asyncio.timeout(TIMEOUT_S):
            ip = await public_address(parts.hostname, parts.port or 443)
            return await _exchange(letter, parts.hostname, ip)
    except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        log.info("other house not reached", why=type(error).__name__)
        raise Unfit("not to be had") from error


async def _exchange(letter: Letter, host: str, ip: str) -> Reply:
    """One exchange with the very address that was looked at, under the name's certificate."""
    url = httpx.URL(letter.address)
    headers = {"host": url.netloc.decode(), "accept": letter.accept}
    if letter.kind:
        headers["content-type"] = letter.kind
    if letter.bearer:
        headers["authorization"] = f"Bearer {letter.bearer}"
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream(
            letter.method,
            url.copy_with(host=ip),
            headers=headers,
            content=letter.body or None,
            extensions={"sni_hostname": host},
        ) as response,
    ):
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > letter.most:
                raise Unfit("too large")
        return Reply(response.status_code, body)
