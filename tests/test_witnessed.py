"""A house and a witness, each in a process of its own: what the one does, the other sees."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from asklepion.kit.clock import SystemClock
from asklepion.kit.errors import NotFound
from asklepion.ledger import open_witness, verify_receipt
from tests.serving import command, environment_of, furnish, start, stop

PATIENT = {"resourceType": "Patient", "id": "p-1"}
WAIT_S = 60


@contextmanager
def a_witness(folder: Path, log_key: str) -> Generator[str]:
    """A witness that follows one log; yields what the house's setting says of it."""
    words = [sys.executable, "-m", "asklepion", "witness", "serve", "--port", "0"]
    words += ["--data", str(folder), "--log-key", log_key, "--name", "library.example/w"]
    environment = environment_of(folder)
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout
            told = json.loads(process.stdout.readline())
            yield f"http://127.0.0.1:{told['port']}/ {told['key']}"
        finally:
            process.terminate()


async def seen(folder: Path) -> int:
    async with open_witness(folder, SystemClock()) as witness:
        (log,) = await witness.followed()
        if not log.note:
            raise NotFound("nothing yet")
        return log.size


def test_a_house_put_back_to_an_older_state_is_given_away_by_its_witness(tmp_path: Path) -> None:
    house, library, old = tmp_path / "house", tmp_path / "library", tmp_path / "old.sqlite"
    tokens = asyncio.run(furnish(house))
    server = start(house)
    with server.client(tokens["operator"]) as operator:
        operator.put("/fhir/R4/Patient/p-1", json=PATIENT)
        key = operator.get("/api/ledger/key").json()["key"]
    stop(server)
    shutil.copy(house / "asklepion.sqlite", old)
    with a_witness(library, key) as setting:
        server = start(house, witnesses=setting)
        with server.client(tokens["operator"]) as operator:
            operator.put("/fhir/R4/Patient/p-1", json={**PATIENT, "gender": "female"})
        with server.client(tokens["patient"]) as patient:
            (newest, *_) = patient.get("/api/records/patients/p-1/accesses").json()
            receipt = f"/api/records/patients/p-1/accesses/{newest['id']}/receipt"
            until = time.monotonic() + WAIT_S
            while not patient.get(receipt).json()["witnesses"] and time.monotonic() < until:
                time.sleep(0.5)
            held = patient.get(receipt).json()
            size = int(held["checkpoint"].split("\n")[1])
            later = patient.get(f"{receipt}?since={size}").json()
        stop(server)
        well = command(server.environment, "verify", "--all")

        shutil.copy(old, house / "asklepion.sqlite")
        for left in house.glob("asklepion.sqlite-*"):
            left.unlink()
        ill = command(server.environment, "verify", "--all")
        alone = command(environment_of(house), "verify", "--all")

    witness = setting.split(" ")[1]
    assert verify_receipt(held, trusted=key, witnesses=[witness]).failed == ()
    assert verify_receipt(later, trusted=key, witnesses=[witness], held=held).failed == ()
    assert well.returncode == 0, well.stdout + well.stderr
    assert ill.returncode == 1
    assert "✗ ledger_witness library.example/w: it refuses this log: it has seen" in ill.stdout
    assert "an older state was put back" in ill.stdout
    assert "that this house itself signed" in ill.stdout
    assert alone.returncode == 0  # by itself it looks whole: that is what witnesses are for
    assert asyncio.run(seen(library)) >= size
