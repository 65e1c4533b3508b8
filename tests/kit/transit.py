"""A key service of the tests' own, speaking what HashiCorp Vault's transit engine speaks."""

import base64
import json
import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "token-of-the-tests"


@dataclass
class Transit:
    """One key with its versions."""

    url: str = ""
    versions: list[bytes] = field(default_factory=lambda: [secrets.token_bytes(32)])
    oldest: int = 1
    asked: list[str] = field(default_factory=list[str])
    is_down: bool = False

    def answer(self, verb: str, held: dict[str, Any]) -> dict[str, Any] | None:
        """What the service says to one request, or nothing where it refuses."""
        context = base64.b64decode(held.get("associated_data", ""))
        match verb:
            case "encrypt":
                nonce = secrets.token_bytes(12)
                plain = base64.b64decode(held["plaintext"])
                sealed = nonce + AESGCM(self.versions[-1]).encrypt(nonce, plain, context)
                text = base64.b64encode(sealed).decode()
                return {"ciphertext": f"vault:v{len(self.versions)}:{text}"}
            case "decrypt":
                _, version, text = held["ciphertext"].split(":")
                number, sealed = int(version[1:]), base64.b64decode(text)
                if number < self.oldest:
                    return None
                try:
                    key = AESGCM(self.versions[number - 1])
                    plain = key.decrypt(sealed[:12], sealed[12:], context)
                except InvalidTag:
                    return None
                return {"plaintext": base64.b64encode(plain).decode()}
            case "rotate":
                self.versions.append(secrets.token_bytes(32))
                return {}
            case "config":
                self.oldest = held["min_decryption_version"]
                return {}
            case _:
                return None


@contextmanager
def serve_transit() -> Generator[Transit]:
    """A running service; its key is called `house`."""
    transit = Transit()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            held = json.loads(self.rfile.read(length))
            transit.asked.append(self.path)
            parts = self.path.removeprefix("/v1/transit/").split("/")
            verb = parts[2] if parts[0] == "keys" else parts[0]
            is_let_in = self.headers.get("x-vault-token") == TOKEN and parts[1] == "house"
            data = transit.answer(verb, held) if is_let_in and not transit.is_down else None
            status = 503 if transit.is_down else 403 if not is_let_in else 200 if data else 400
            if data == {}:
                status = 204
            body = json.dumps({"data": data}).encode() if status == 200 else b""
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    transit.url = f"http://127.0.0.1:{server.server_address[1]}/v1/transit/house"
    try:
        yield transit
    finally:
        server.shutdown()
        server.server_close()
