"""The power goes while images are brought: what was acknowledged is there, and nothing is half."""

import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx

from tests.records.dicom import STUDY, slice_of
from tests.serving import Server, furnish, kill, opened

COUNT = 60
WEB = f"/dicom-web/studies/{STUDY}"


def disc() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(1, COUNT + 1):
            archive.writestr(f"{number}.dcm", slice_of(number))
    return held.getvalue()


def bring(server: Server, token: str, body: bytes, *, kill_after: int | None = None) -> Any:
    """Send a zip; kill the server once so many objects were acknowledged. Returns the last word."""
    last: Any = {"accepted": 0}
    with server.client(token) as client:
        try:
            with client.stream("POST", "/api/records/images", content=body) as answer:
                for line in answer.iter_lines():
                    last = json.loads(line)
                    if kill_after is not None and last["accepted"] >= kill_after:
                        kill(server)
                        kill_after = None
        except httpx.TransportError:
            pass
    return last


def test_what_was_acknowledged_is_whole_after_a_power_cut_and_the_rest_can_follow(
    tmp_path: Path,
) -> None:
    tokens = asyncio.run(furnish(tmp_path))
    body = disc()
    with opened(tmp_path) as server:
        with server.client(tokens["operator"]) as client:
            client.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})
        said = bring(server, tokens["patient"], body, kill_after=20)

    with opened(tmp_path) as server:
        with server.client(tokens["patient"]) as client:
            listed = client.get(f"{WEB}/instances").json()
            given = client.get(WEB)
        whole = bring(server, tokens["patient"], body)
        with server.client(tokens["patient"]) as client:
            after = client.get(f"{WEB}/instances").json()

    assert said["accepted"] >= 20
    assert len(listed) >= said["accepted"]
    assert given.content.count(b"DICM") >= len(listed)
    assert (whole["kind"], whole["accepted"]) == ("done", COUNT)
    assert len(after) == COUNT
