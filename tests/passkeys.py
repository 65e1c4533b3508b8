"""An authenticator in software: real keys and assertions, and what an attacker would change."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ES256, EDDSA, RS256 = -7, -8, -257
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40  # flags. Web Authentication, section 6.1
CURVE = ec.ECDSA(hashes.SHA256())
HERE = "http://localhost"  # as the tests' clients call the house

Options = dict[str, Any]
Answer = dict[str, Any]


@dataclass
class Held:
    """One credential that the authenticator holds."""

    id: bytes
    handle: bytes
    rp: str
    key: Any
    algorithm: int
    count: int = 0


@dataclass
class SoftKey:
    """A phone or a security key; `create` and `get` are what `navigator.credentials` does.

    Args:
        origin: of the page that asks; the browser writes it down, whatever the page says.
        synced: its credentials live on several devices, and do not count.
        verifies: it sees by a finger or a PIN who holds it.
    """

    origin: str = HERE
    synced: bool = False
    verifies: bool = True
    algorithm: int = ES256
    held: list[Held] = field(default_factory=list[Held])

    def create(self, options: Options, *, rp: str = "", id: bytes = b"", **more: Any) -> Answer:
        """Make a credential.

        Args:
            rp: another name of the house than the one that is asked for.
            id: what the credential calls itself.
            more: what to change in the browser's own words, such as `origin`.
        """
        name = rp or options["rp"]["id"]
        held = Held(
            id=id or secrets.token_bytes(16),
            handle=base64url_to_bytes(options["user"]["id"]),
            rp=name,
            key=self._new_key(),
            algorithm=self.algorithm,
        )
        self.held.append(held)
        cose = cbor2.dumps(self._cose(held.key))
        attested = bytes(16) + len(held.id).to_bytes(2) + held.id + cose
        data = self._data(held, AT) + attested
        statement: dict[str, Any] = {"fmt": "none", "attStmt": {}, "authData": data}
        response = {
            "clientDataJSON": self._client({"type": "webauthn.create", **options, **more}),
            "attestationObject": bytes_to_base64url(cbor2.dumps(statement)),
        }
        return self._answer(held, response)

    def get(self, options: Options, *, held: Held | None = None, **more: Any) -> Answer:
        """Sign a challenge.

        Args:
            held: with this credential; else the last that is asked for.
            more: what to change in the browser's own words, such as `origin`.
        """
        wanted: list[dict[str, str]] = options.get("allowCredentials") or []
        allowed = {each["id"] for each in wanted}
        fits = [
            each
            for each in self.held
            if each.rp == options["rpId"]
            and (not allowed or bytes_to_base64url(each.id) in allowed)
        ]
        held = held or fits[-1]
        if not self.synced:
            held.count += 1
        data = self._data(held)
        client = self._client({"type": "webauthn.get", **options, **more})
        message = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self._sign(held, message)),
            "userHandle": bytes_to_base64url(held.handle),
        }
        return self._answer(held, response)

    def _answer(self, held: Held, response: dict[str, str]) -> Answer:
        id = bytes_to_base64url(held.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}

    def _data(self, held: Held, flags: int = 0) -> bytes:
        flags |= UP | (UV if self.verifies else 0) | (BE | BS if self.synced else 0)
        return hashlib.sha256(held.rp.encode()).digest() + bytes([flags]) + held.count.to_bytes(4)

    def _client(self, asked: dict[str, Any]) -> str:
        said = {"origin": self.origin, "crossOrigin": False} | asked
        told = {name: said[name] for name in ("type", "challenge", "origin", "crossOrigin")}
        return bytes_to_base64url(json.dumps(told, separators=(",", ":")).encode())

    def _new_key(self) -> Any:
        match self.algorithm:
            case -8:
                return ed25519.Ed25519PrivateKey.generate()
            case -257:
                return rsa.generate_private_key(65537, 2048)
            case _:
                return ec.generate_private_key(ec.SECP256R1())

    def _cose(self, key: Any) -> dict[int, Any]:
        public = key.public_key()
        match self.algorithm:
            case -8:
                return {1: 1, 3: EDDSA, -1: 6, -2: public.public_bytes_raw()}
            case -257:
                n = public.public_numbers()
                return {1: 3, 3: RS256, -1: n.n.to_bytes(256), -2: n.e.to_bytes(3)}
            case _:
                n = public.public_numbers()
                return {1: 2, 3: ES256, -1: 1, -2: n.x.to_bytes(32), -3: n.y.to_bytes(32)}

    def _sign(self, held: Held, message: bytes) -> bytes:
        match held.algorithm:
            case -8:
                return held.key.sign(message)
            case -257:
                return held.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
            case _:
                return held.key.sign(message, CURVE)
