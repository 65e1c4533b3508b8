"""The power goes while people allow and take back: what was acknowledged is signed, and once."""

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from asklepion.app import open_house
from asklepion.ledger.engine.abi import contract
from asklepion.settings import Settings
from tests.conftest import QUICK
from tests.serving import PEOPLE, Server, furnish, kill, opened

DEATHS = 4
MOST = 40  # consents of one life
LATEST_S = 240  # until everything is on the chain; a busy machine is slow, not wrong
SIGNED = "/api/records/patients/p-1/signed"


def allow_until_dead(server: Server, bearer: str, after_s: float) -> list[tuple[str, bool]]:
    """Allow and take back as fast as it goes; the power goes meanwhile.

    Returns:
        The consents that were acknowledged, and whether their end was.
    """
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    body = {"actor": "Practitioner/d-1", "categories": ["vitals"], "until": until}
    done: list[tuple[str, bool]] = []
    dies_at = time.monotonic() + after_s
    with server.client(bearer) as client:
        try:
            while True:
                is_time = time.monotonic() > dies_at or len(done) == MOST
                if is_time and server.process.poll() is None:
                    kill(server)
                answer = client.post("/api/records/patients/p-1/consents", json=body)
                assert answer.status_code == 201, answer.text
                consent = answer.json()["consent"]
                done.append((consent, False))
                if len(done) % 3 == 0:
                    client.delete(f"/api/records/consents/{consent}").raise_for_status()
                    done[-1] = (consent, True)
        except httpx.TransportError:
            return done


def wait_until_recorded(client: httpx.Client) -> list[dict[str, Any]]:
    """Everything that was signed, once all of it is on the chain."""
    deadline = time.monotonic() + LATEST_S
    while True:
        found: list[dict[str, Any]] = []
        page = client.get(SIGNED, params={"count": 100}).json()
        while page:
            found += page
            before = page[-1]["begun"]["leaf"]
            page = client.get(SIGNED, params={"count": 100, "before": before}).json()
        states = Counter(
            each["state"] for one in found for each in (one["begun"], one["ended"]) if each
        )
        if found and set(states) == {"recorded"}:
            return found
        assert time.monotonic() < deadline, (states, client.get("/api/ledger/binding").json())
        time.sleep(0.5)


async def on_chain(data: Path) -> tuple[Counter[bytes], Counter[bytes], list[str]]:
    """How often each record was granted and revoked, and what a check of everything finds."""
    settings = Settings(data=data, mqtt_port=0, port=0, open=False)
    async with open_house(settings, serving=False, hasher=QUICK) as house:
        told = contract("Consent")
        counts = [
            Counter(each.topics[1] for each in await house.chain.logs(topics=(told.topic(name),)))
            for name in ("Granted", "Revoked")
        ]
        found = [
            *await house.ledger.verify(),
            *await house.records.verify(),
            *(await house.contracts.audit())[0],
        ]
    return counts[0], counts[1], [str(each) for each in found]


def test_after_every_kill_what_was_acknowledged_reaches_the_chain_exactly_once(
    tmp_path: Path,
) -> None:
    house = tmp_path / "house"
    tokens = asyncio.run(furnish(house, PEOPLE))
    acknowledged: dict[str, bool] = {}
    with opened(house) as server, server.client(tokens["operator"]) as operator:
        for kind, id in (("Patient", "p-1"), ("Practitioner", "d-1")):
            operator.put(f"/fhir/R4/{kind}/{id}", json={"resourceType": kind, "id": id})
        acknowledged |= allow_until_dead(server, tokens["patient"], 3)  # while it is set up
    for death in range(1, DEATHS):
        with opened(house) as server:
            acknowledged |= allow_until_dead(server, tokens["patient"], 0.7 + 0.9 * death)

    with opened(house) as server, server.client(tokens["patient"]) as patient:
        found = wait_until_recorded(patient)
        checked = server.command("verify", "--all", "--json")

    granted, revoked, wrong = asyncio.run(on_chain(house))
    kept = {one["consent"]: one["ended"] is not None for one in found}
    assert len(acknowledged) > 20
    assert all(kept.get(consent, False) >= ended for consent, ended in acknowledged.items())
    assert kept.keys() >= acknowledged.keys()
    assert len(granted) == len(found)
    assert len(revoked) == sum(kept.values())
    assert set(granted.values()) == {1}
    assert set(revoked.values()) <= {1}
    assert wrong == []
    assert json.loads(checked.stdout)["holds"], checked.stdout


def test_anybody_with_her_receipt_can_ask_the_chain_whether_it_stands(tmp_path: Path) -> None:
    house = tmp_path / "house"
    tokens = asyncio.run(furnish(house, PEOPLE))
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    body = {"actor": "Practitioner/d-1", "categories": ["vitals"], "until": until}
    with (
        opened(house) as server,
        server.client(tokens["operator"]) as operator,
        server.client(tokens["patient"]) as patient,
    ):
        for kind, id in (("Patient", "p-1"), ("Practitioner", "d-1")):
            operator.put(f"/fhir/R4/{kind}/{id}", json={"resourceType": kind, "id": id})
        path = "/api/records/patients/p-1/consents"
        consent = patient.post(path, json=body).json()["consent"]
        wait_until_recorded(patient)
        receipt = tmp_path / "receipt.json"
        receipt.write_text(patient.get(f"/api/records/consents/{consent}/receipt").text)
        codes = patient.get(f"/api/records/consents/{consent}/receipt/codes").json()
        printed = tmp_path / "codes.txt"
        printed.write_text("\n".join(code["text"] for code in codes))

        def ask(what: Path, *more: str) -> tuple[int, dict[str, str]]:
            done = server.command("verify", str(what), "--json", *more)
            checks = json.loads(done.stdout)["checks"]
            return done.returncode, {c["name"]: c["words"] for c in checks}

        node = ("--chain", f"{server.url}/api/chain")
        offline = ask(receipt)
        stands = ask(receipt, *node)
        from_codes = ask(printed, *node)
        patient.delete(f"/api/records/consents/{consent}")
        wait_until_recorded(patient)
        ended = ask(receipt, *node)
        elsewhere = ask(receipt, "--chain", "http://127.0.0.1:9")

    assert offline[0] == 0
    assert "Ask the chain itself" in offline[1]["chain"]
    assert (stands[0], from_codes[0]) == (0, 0)
    assert stands[1]["standing"].startswith("It stands on the chain now")
    assert (ended[0], ended[1]["standing"]) == (1, "The chain says that it was taken back.")
    assert elsewhere[0] == 1
