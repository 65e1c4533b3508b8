"""Who wraps the keys: a key-encryption key (KEK) that never stands in a database.

Three ways, one interface: a file in the keys folder, a command, or HTTP as HashiCorp Vault's
transit engine and OpenBao speak it. https://developer.hashicorp.com/vault/api-docs/secret/transit
"""

import asyncio
import base64
import binascii
import json
import os
import secrets
import shlex
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPErrorProcessor, Request, build_opener

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Busy, Fault, Incorrect
from .secretfiles import destroy_secret, make_secret, read_secret

PATIENCE_S = 10.0  # for whoever wraps to answer
MOST_BYTES = 64 * 1024  # of an answer
NONCE = 12
LOCAL = ("localhost", "127.0.0.1", "::1")
HINT = "Check ASKLEPION_KEK, and that the key service runs and lets this house in."


class Kek(Protocol):
    """Wraps and unwraps; what is wrapped opens only with the context it was wrapped with."""

    @property
    def name(self) -> str:
        """Which one it is; stands beside what it wrapped."""
        ...

    async def wrap(self, key: bytes, context: str) -> bytes:
        """The key as nobody else can read it."""
        ...

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """The key again.

        Raises:
            Fault: it was not wrapped by this, or not with this context.
            Busy: whoever wraps does not answer.
        """
        ...

    async def renew(self) -> None:
        """Wrap with a new version from now on; what older ones wrapped still opens."""
        ...

    async def retire(self) -> None:
        """Let nothing open any more but what the newest version wrapped."""
        ...


class KekFile:
    """A key in a file, `kek-1.key`, beside the other secrets of the house."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, version: int) -> Path:
        return self._folder / f"kek-{version}.key"

    def _versions(self) -> list[int]:
        found = (path.stem.removeprefix("kek-") for path in self._folder.glob("kek-*.key"))
        return sorted(int(text) for text in found if text.isdigit())

    async def wrap(self, key: bytes, context: str) -> bytes:
        version = max(self._versions(), default=1)
        path = self._path(version)
        kek, nonce = read_secret(path) or make_secret(path), secrets.token_bytes(NONCE)
        sealed = AESGCM(kek).encrypt(nonce, key, context.encode())
        return version.to_bytes(4, "big") + nonce + sealed

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        version, nonce, sealed = int.from_bytes(wrapped[:4], "big"), wrapped[4:16], wrapped[16:]
        kek = read_secret(self._path(version))
        if kek is None:
            hint = "Restore it from your backup of the keys folder."
            raise Fault(f"The key file kek-{version}.key is missing.", hint=hint)
        try:
            return AESGCM(kek).decrypt(nonce, sealed, context.encode())
        except (InvalidTag, ValueError) as error:
            raise Fault("A wrapped key does not open.", hint=HINT) from error

    async def renew(self) -> None:
        make_secret(self._path(max(self._versions(), default=0) + 1))

    async def retire(self) -> None:
        for version in self._versions()[:-1]:
            destroy_secret(self._path(version))


class KekCommand:
    """A program that is asked with one JSON object on its input and answers with one.

    `{"do": "wrap", "key": BASE64, "context": TEXT}` is answered by `{"wrapped": BASE64}`,
    `{"do": "unwrap", "wrapped": BASE64, "context": TEXT}` by `{"key": BASE64}`, and
    `{"do": "renew"}` and `{"do": "retire"}` by `{}`.
    """

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self.name = f"command:{words[0]}"

    async def wrap(self, key: bytes, context: str) -> bytes:
        answer = await self._ask({"do": "wrap", "key": _text(key), "context": context})
        return _bytes(answer.get("wrapped"))

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        answer = await self._ask({"do": "unwrap", "wrapped": _text(wrapped), "context": context})
        return _bytes(answer.get("key"))

    async def renew(self) -> None:
        await self._ask({"do": "renew"})

    async def retire(self) -> None:
        await self._ask({"do": "retire"})

    async def _ask(self, question: dict[str, str]) -> dict[str, Any]:
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(*self._words, stdin=pipe, stdout=pipe)
        except OSError as error:
            raise Fault("The key command cannot be started.", hint=HINT) from error
        try:
            async with asyncio.timeout(PATIENCE_S):
                said, _ = await process.communicate(json.dumps(question).encode())
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise Busy("The key command does not answer.", hint=HINT) from error
        if process.returncode:
            raise Fault(f"The key command ended with {process.returncode}.", hint=HINT)
        return _object(said)


class KekTransit:
    """A key in a transit engine: `https://host:8200/v1/transit/NAME`.

    The token stands in `kms.token` in the keys folder, or in VAULT_TOKEN.
    """

    def __init__(self, address: str, folder: Path) -> None:
        self._mount, _, self._key = address.rstrip("/").rpartition("/")
        self._token = folder / "kms.token"
        self.name = address

    async def wrap(self, key: bytes, context: str) -> bytes:
        held = {"plaintext": _text(key), "associated_data": _text(context.encode())}
        data = await self._post(f"encrypt/{self._key}", held)
        if not isinstance(data.get("ciphertext"), str):
            raise Fault("The key service's answer cannot be read.", hint=HINT)
        return data["ciphertext"].encode()

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        held = {"ciphertext": wrapped.decode(), "associated_data": _text(context.encode())}
        return _bytes((await self._post(f"decrypt/{self._key}", held)).get("plaintext"))

    async def renew(self) -> None:
        await self._post(f"keys/{self._key}/rotate", {})

    async def retire(self) -> None:
        newest = (await self.wrap(bytes(1), "version")).split(b":")[1].removeprefix(b"v")
        held = {"min_decryption_version": int(newest)}
        await self._post(f"keys/{self._key}/config", held)

    async def _post(self, path: str, held: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.to_thread(self._send, f"{self._mount}/{path}", held)

    def _send(self, url: str, held: dict[str, Any]) -> dict[str, Any]:
        token = self._token.read_text().strip() if self._token.exists() else ""
        headers = {
            "content-type": "application/json",
            "x-vault-token": token or os.environ.get("VAULT_TOKEN", ""),
        }
        request = Request(url, json.dumps(held).encode(), headers, method="POST")
        try:
            with _opener.open(request, timeout=PATIENCE_S) as answer:
                said = answer.read(MOST_BYTES)
        except HTTPError as error:
            error.close()
            kind = Busy if error.code >= 500 or error.code == 429 else Fault
            raise kind(f"The key service answered {error.code}.", hint=HINT) from error
        except OSError as error:
            raise Busy("The key service cannot be reached.", hint=HINT) from error
        data: Any = _object(said).get("data") if said else {}
        return cast(dict[str, Any], data) if isinstance(data, dict) else {}


class _Stay(HTTPErrorProcessor):
    """Answers as they are: a redirection would take the token to somebody else."""

    def http_response(self, request: Request, response: Any) -> Any:
        if not 200 <= response.status < 300:
            raise HTTPError(request.full_url, response.status, "", response.headers, response)
        return response

    https_response = http_response


_opener = build_opener(_Stay)


def kek_of(setting: str, folder: Path) -> Kek | None:
    """Who wraps, by the setting: `file`, `command:PROGRAM ARGUMENTS`, or a transit key's address.

    Returns:
        Nothing for `file`.

    Raises:
        Incorrect: it is none of these, or would send keys over a network in the clear.
    """
    if setting in ("", "file"):
        return None
    if setting.startswith("command:"):
        words = shlex.split(setting.removeprefix("command:"))
        if words:
            return KekCommand(words)
    parts = urlsplit(setting)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    if is_safe and parts.path.count("/") >= 3:
        return KekTransit(setting, folder)
    raise Incorrect(
        "ASKLEPION_KEK cannot be read.",
        hint="Give file, command:PROGRAM, or https://host/v1/transit/KEY.",
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise Fault("The key service's answer cannot be read.", hint=HINT) from error


def _object(said: bytes) -> dict[str, Any]:
    try:
        held: Any = json.loads(said)
    except ValueError as error:
        raise Fault("The key service's answer cannot be read.", hint=HINT) from error
    return cast(dict[str, Any], held) if isinstance(held, dict) else {}
