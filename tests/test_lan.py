"""`asklepion serve --lan`: the same house over HTTPS, for phones and headsets in the network."""

import json
import ssl
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from ssl import SSLError

import httpx
import pytest
from fastapi import FastAPI

from asklepion.cli.serving import also, config_of, listen
from asklepion.kit.errors import Fault
from asklepion.kit.tls import certificate_for
from tests.conftest import NOON
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


@pytest.mark.parametrize("wrong", ["certificate", "start"])
async def test_a_second_door_that_does_not_open_is_not_said_to_be_open(
    tmp_path: Path, wrong: str
) -> None:
    made = certificate_for(tmp_path, ["localhost"], NOON)
    if wrong == "certificate":
        made.cert.write_text("")

    @asynccontextmanager
    async def fails(app: FastAPI) -> AsyncGenerator[None]:
        raise RuntimeError
        yield

    app = FastAPI(lifespan=fails if wrong == "start" else None)
    announced = False

    with closing(listen("127.0.0.1", 0)) as listener, pytest.raises((SSLError, Fault)):
        async with also(config_of(app, made), listener):
            announced = True

    assert not announced


async def test_a_second_door_is_open_when_it_is_said_to_be(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, ["localhost"], NOON)
    trusted = ssl.create_default_context(cafile=str(made.authority))

    with closing(listen("127.0.0.1", 0)) as listener:
        async with also(config_of(FastAPI(), made), listener):
            url = f"https://localhost:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(verify=trusted, base_url=url) as near:
                status = (await near.get("/openapi.json")).status_code

    assert status == 200


def _patiently(client: httpx.Client) -> httpx.Response:
    """The second door opens a moment after the first."""
    for _ in range(200):
        try:
            return client.get("/healthz")
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("nobody answered")
