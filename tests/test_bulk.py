"""A bulk export in a house that is killed goes on where it was, and a fetch where it broke off."""

import asyncio
import json
import time
from pathlib import Path

import httpx

from asklepion.identity import Role

from .records.people import observation
from .serving import PEOPLE, Server, furnish, kill, opened

FACTS = 4000  # eight pages
HERSELF = "Patient/p-1"


def brought(folder: Path) -> Path:
    patient = {"resourceType": "Patient", "id": "p-1", "name": [{"family": "Invented"}]}
    facts = [observation(f"o-{n}", HERSELF, value=n) for n in range(FACTS)]
    path = folder / "record.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in (patient, *facts)))
    return path


def begin_and_kill(server: Server, bearer: str) -> str:
    """Begin an export and take the power away in its midst; returns the path of the job."""
    with server.client(bearer) as client:
        begun = client.get("/fhir/R4/Patient/$export", headers={"prefer": "respond-async"})
        where = httpx.URL(begun.headers["content-location"]).path
        told = begun
        for _ in range(1000):
            told = client.get(where)
            if told.status_code == 200 or not told.headers["x-progress"].startswith("0 "):
                break
            time.sleep(0.01)
        assert told.status_code == 202  # it is in the midst of it
    kill(server)
    return where


def wait(client: httpx.Client, where: str) -> dict[str, list[dict[str, str]]]:
    for _ in range(600):
        told = client.get(where)
        if told.status_code == 200:
            return told.json()
        assert told.status_code == 202
        time.sleep(0.1)
    raise AssertionError("the export did not go on")


def fetch(client: httpx.Client, path: str) -> bytes:
    """A file, in two halves, as after a line that broke."""
    whole = client.get(path)
    half = len(whole.content) // 2
    headers = {"range": f"bytes={half}-", "if-range": whole.headers["etag"]}
    rest = client.get(path, headers=headers)
    assert rest.status_code == 206
    assert whole.content[half:] == rest.content
    return whole.content


def test_an_export_in_which_the_power_goes_is_ended_after_the_next_start(tmp_path: Path) -> None:
    house = tmp_path / "house"
    people = {"operator": PEOPLE["operator"], "herself": (Role.PATIENT, HERSELF)}
    tokens = asyncio.run(furnish(house, people))

    with opened(house) as server:
        assert server.command("import", str(brought(tmp_path))).returncode == 0
        where = begin_and_kill(server, tokens["herself"])
    with opened(house) as server, server.client(tokens["herself"]) as client:
        manifest = wait(client, where)
        files = {it["type"]: httpx.URL(it["url"]).path for it in manifest["output"]}
        ids = [json.loads(line)["id"] for line in fetch(client, files["Observation"]).splitlines()]
        with server.client(tokens["operator"]) as other:
            hidden = other.get(where).status_code, other.get(files["Observation"]).status_code

    assert sorted(ids) == sorted(f"o-{n}" for n in range(FACTS))
    assert files.keys() == {"Observation", "Patient"}
    assert hidden == (404, 404)
