"""The house's own key, by which it says who somebody is. https://openid.net/specs/openid-connect-core-1_0.html"""

import asyncio
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.jwk import RSAKey

from ...store import apps
from .desk import Desk

ALGORITHM = "RS256"  # what every OpenID Connect client knows
BITS = 2048
NONCE = 12  # bytes


class Signing:
    """Makes the key when it is first needed, keeps it sealed, and signs with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: RSAKey | None = None

    async def sign(self, claims: dict[str, Any]) -> str:
        """A signed statement."""
        key = await self._key()
        header = {"alg": ALGORITHM, "kid": key.kid}
        return await asyncio.to_thread(jwt.encode, header, claims, key, [ALGORITHM])

    async def public(self) -> dict[str, Any]:
        """The public key, as a set."""
        key = await self._key()
        told = key.as_dict(private=False)
        return {"keys": [{**told, "kid": key.kid, "use": "sig", "alg": ALGORITHM}]}

    async def _key(self) -> RSAKey:
        if self._known is None:
            async with self._desk.db.read() as tx:
                found = self._opened(await apps.signing_keys(tx))
            self._known = found or await self._make()
        return self._known

    async def _make(self) -> RSAKey:
        key = await asyncio.to_thread(RSAKey.generate_key, BITS, auto_kid=True)
        kid = key.thumbprint()
        body = self._sealed(kid, json.dumps(key.as_dict(private=True)).encode())
        async with self._desk.db.begin() as tx:
            await tx.lock("identity.signing")
            first = self._opened(await apps.signing_keys(tx))
            if first is None:  # nobody was faster
                await apps.add_signing_key(tx, kid, self._desk.clock.now(), body)
        return first or key

    def _sealed(self, kid: str, body: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._seal().encrypt(nonce, body, kid.encode())

    def _opened(self, found: list[tuple[str, bytes]]) -> RSAKey | None:
        """The newest that opens: of one sealed under a key that was lost nothing can be made."""
        for kid, body in found:
            try:
                text = self._seal().decrypt(body[:NONCE], body[NONCE:], kid.encode())
            except InvalidTag:
                continue
            return RSAKey.import_key(json.loads(text))
        return None

    def _seal(self) -> AESGCM:
        return AESGCM(self._desk.keys.key("identity-signing"))
