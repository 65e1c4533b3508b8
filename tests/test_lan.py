"""`asklepion serve --lan`: the same house over HTTPS, for phones and headsets in the network."""

import json
import ssl
import time
from pathlib import Path

import httpx

from tests.serving import start, stop


def test_the_house_is_open_over_https_to_whoever_trusts_its_authority(tmp_path: Path) -> None:
    server = start(tmp_path, "--lan", lan_port="0")
    try:
        port = json.loads((tmp_path / "running.json").read_text())["lan_port"]
        with server.client() as here:
            authority = here.get("/authority.crt")
        assert authority.headers["content-type"] == "application/x-x509-ca-cert"
        trusted = ssl.create_default_context(cadata=authority.text)

        with httpx.Client(verify=trusted, base_url=f"https://localhost:{port}") as near:
            assert _patiently(near).json()["status"] == "ok"
    finally:
        stop(server)


def test_a_house_that_is_not_near_hands_out_no_authority(tmp_path: Path) -> None:
    server = start(tmp_path)
    try:
        with server.client() as here:
            assert "BEGIN CERTIFICATE" not in here.get("/authority.crt").text
    finally:
        stop(server)


def _patiently(client: httpx.Client) -> httpx.Response:
    """The second door opens a moment after the first."""
    for _ in range(200):
        try:
            return client.get("/healthz")
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("nobody answered")
