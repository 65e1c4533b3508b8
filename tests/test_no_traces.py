"""A patient's whole life in the house leaves nothing of who she is in log, chain, or log lines."""

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak
from httpx import AsyncClient

from asklepion.app import House
from asklepion.identity import Identity, Role
from asklepion.kit.log import write_logs
from asklepion.records import Asking, Category, Ground
from asklepion.records.service.signing.keeping import _key_of  # pyright: ignore[reportPrivateUsage]
from asklepion.records.store import signed as store
from tests.conftest import PASSWORD
from tests.passkeys import HERE, SoftKey
from tests.test_signed import CONSOLE, DOCTOR, HOUR, bound

NORA: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "nora-quistgaard-4711",
    "name": [{"family": "Quistgaard", "given": ["Nora-Elisabeth"]}],
    "birthDate": "1962-07-09",
    "telecom": [
        {"system": "phone", "value": "+45 31 62 70 94"},
        {"system": "email", "value": "nora.quistgaard@example.org"},
    ],
    "address": [{"line": ["Skovbakken 17"], "city": "Aarhus", "postalCode": "DK-8000"}],
    "identifier": [
        {"system": "urn:oid:1.2.208.176.1.2", "value": "0907621234"},
        {"system": "urn:asklepion:record", "value": "RECORD-00918273"},
    ],
}
PATIENT = f"Patient/{NORA['id']}"
WORDS = (
    NORA["id"],
    PATIENT,
    "Quistgaard",
    "Nora-Elisabeth",
    "Nora-Elisabeth Quistgaard",
    "Quistgaard, Nora-Elisabeth",
    "1962-07-09",
    "19620709",
    "09.07.1962",
    "+45 31 62 70 94",
    "+4531627094",
    "nora.quistgaard@example.org",
    "Skovbakken 17",
    "0907621234",
    "RECORD-00918273",
)
PREFIXES = ("", "Patient/", "mailto:", "tel:", "urn:oid:1.2.208.176.1.2|", "urn:asklepion:record|")
HASHES: tuple[Callable[[bytes], bytes], ...] = (
    lambda text: hashlib.sha256(text).digest(),
    lambda text: hashlib.sha3_256(text).digest(),
    lambda text: keccak(text),
)


def marks() -> dict[bytes, str]:
    """Everything that would tell who she is: her words as they are, and plain hashes of them."""
    found: dict[bytes, str] = {}
    for word, prefix in itertools.product(WORDS, PREFIXES):
        for text in {prefix + word, (prefix + word).lower(), (prefix + word).upper()}:
            raw = text.encode()
            found[raw] = text
            for number, make in enumerate(HASHES):
                made = make(raw)
                for form in (made, made.hex().encode(), made[-20:], made[-20:].hex().encode()):
                    found[form] = f"hash {number} of {text}"
    return found


def told_by(whole: bytes) -> list[str]:
    lowered = whole.lower()
    return [what for mark, what in marks().items() if mark in whole or mark in lowered]


async def live(house: House) -> tuple[Asking, SoftKey]:
    """She is taken in, reads, allows, refuses, changes her mind, signs with her phone."""
    await house.records.update(CONSOLE, NORA)
    await house.records.update(CONSOLE, {"resourceType": "Practitioner", "id": "d-1"})
    email = NORA["telecom"][1]["value"]
    await house.identity.create_account(
        Identity.console(),
        email=email,
        password=PASSWORD,
        name="Nora-Elisabeth Quistgaard",
        roles=[Role.PATIENT],
        person=PATIENT,
    )
    session = await house.identity.sign_in(email, PASSWORD, address="192.0.2.7")
    her, kept = Asking(caller=session.caller), house.identity.kept_session(session.token)
    phone, passkeys = SoftKey(), house.identity.passkeys
    options = await passkeys.to_add(session.caller, kept, here=HERE)
    answer = phone.create(options)
    await passkeys.add(session.caller, kept, answer, name="Nora's phone", here=HERE)
    await bound(house)
    signed = house.records.signed
    for categories in ([Category.VITALS], [Category.NOTES, Category.CONDITIONS]):
        consent = await house.records.grant(
            her,
            patient=PATIENT,
            actor=DOCTOR,
            categories=categories,
            until=house.clock.now() + HOUR,
        )
        asked = await signed.ask(her, consent, here=HERE)
        await signed.prove(her, consent, phone.get(asked["options"]), here=HERE)
    await house.records.revoke(her, consent)
    await house.records.refuse(her, patient=PATIENT, actor=DOCTOR, categories=[Category.SOCIAL])
    await house.records.read(her, "Patient", NORA["id"])
    await house.records.search(her, "Patient", [("family", "Quistgaard")])
    await bound(house)
    return her, phone


async def public(house: House, stranger: AsyncClient) -> bytes:
    """Every leaf, and everything that the chain shows or keeps."""
    leaves = await house.ledger.leaves(0, await house.ledger.size())
    parts = [b"".join(leaves.values())]
    parts += [path.read_bytes() for path in sorted(house.settings.data.glob("chain.sqlite*"))]
    head = (await house.chain.head()).number
    for number in range(head + 1):
        asked = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "eth_getBlockByNumber",
            "params": [hex(number), True],
        }
        answer = await stranger.post("/api/chain", json=asked)
        assert answer.json()["result"], answer.text
        parts.append(answer.content)
    for told in await house.chain.logs():
        parts += [told.data, *told.topics]
    async with house.db.read() as tx:
        for table in ("ledger_sending", "ledger_sent", "ledger_contract", "ledger_chain_head"):
            parts += [repr(row).encode() for row in await tx.all(f"SELECT * FROM {table}")]
    return b"\n".join(parts)


async def test_nothing_of_her_is_in_the_log_on_the_chain_or_in_a_log_line(
    house: House, stranger: AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    write_logs("DEBUG")
    her, _ = await live(house)
    before = await public(house, stranger)
    await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
    await bound(house)
    after = await public(house, stranger)
    out, err = capfd.readouterr()
    write_logs("WARNING")

    assert told_by(b"x Nora-Elisabeth Quistgaard x"), "this test would find something"
    assert told_by(b"x" + hashlib.sha256(PATIENT.encode()).digest())
    assert len(before) > 10_000
    for what, whole in (("before", before), ("after", after), ("lines", (out + err).encode())):
        assert told_by(whole) == [], what


async def secrets_of(house: House) -> list[bytes]:
    """Everything that could make her commitments and signatures again."""
    found: list[bytes] = []
    async with house.db.read() as tx:
        rows = await store.of_patient(tx, PATIENT)
    signer = house.records._signer  # pyright: ignore[reportPrivateUsage]
    for row in rows:
        body = await signer.open(row)
        assert body
        (owner,) = (await house.vault.by_id([body.seed_key])).values()
        found += [body.key, body.salt, body.seed, _key_of(owner, body.seed)]
    return [secret for secret in found if secret]


async def test_after_an_erasure_nothing_kept_makes_her_commitments_again(
    house: House, tmp_path: Path
) -> None:
    her, _ = await live(house)
    hers = await secrets_of(house)
    keys = house.vault.ids_of(PATIENT)
    async with house.db.read() as tx:
        rows = await store.of_patient(tx, PATIENT)
        (places,) = (await tx.all("SELECT count(*) FROM ledger_leaf"),)
    assert len(hers) >= 12
    assert places

    await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
    await house.records.sweep()

    whole = b"\n".join(
        path.read_bytes() for path in sorted(house.settings.data.rglob("*")) if path.is_file()
    )
    left = [s for s in hers if s in whole or s.hex().encode() in whole]
    assert left == []
    assert all(house.vault.is_destroyed(key) for key in keys)
    assert await house.vault.by_id(keys) == {}
    async with house.db.read() as tx:
        assert await store.of_patient(tx, PATIENT) == []
    for row in rows:  # even whoever kept an old copy of the rows cannot open them any more
        assert await house.records._signer.open(row) is None  # pyright: ignore
