"""What patients say is signed, stands in the log and on the chain, and goes with them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import AsyncClient

from asklepion.app import House
from asklepion.identity import Identity
from asklepion.kit.clock import StoppedClock, from_us
from asklepion.kit.errors import Conflict, Forbidden, NotFound
from asklepion.ledger import (
    ZERO,
    Grant,
    PairwiseDomain,
    Reverted,
    pairwise_address,
    pairwise_sign,
    verify_receipt,
)
from asklepion.ledger.engine.abi import contract, read_failure
from asklepion.records import Act, Asking, Category, Choice, Ground
from tests.conftest import EMAILS, NOON, PASSWORD, People
from tests.passkeys import HERE, SoftKey

CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
PATIENT, DOCTOR = "Patient/p-1", "Practitioner/d-1"
HOUR = timedelta(hours=1)


@pytest.fixture
async def her(house: House, people: People) -> Asking:
    """The patient, with a record and a doctor in the house."""
    await house.records.update(CONSOLE, {"resourceType": "Patient", "id": "p-1"})
    await house.records.update(CONSOLE, {"resourceType": "Practitioner", "id": "d-1"})
    return Asking(caller=people.patient)


async def allow(house: House, her: Asking, *categories: Category) -> str:
    return await house.records.grant(
        her,
        patient=PATIENT,
        actor=DOCTOR,
        categories=categories or [Category.VITALS],
        until=house.clock.now() + HOUR,
    )


async def states(house: House, her: Asking) -> list[tuple[str, str | None]]:
    """What became of each thing that was said, newest first: its beginning, and its end."""
    shown = await house.records.signed.of(her, PATIENT)
    return [(each.begun.state, each.ended.state if each.ended else None) for each in shown]


async def told(house: House, event: str) -> list[dict[str, Any]]:
    """What the contract told, as it stands on the chain."""
    consent = contract("Consent")
    found = await house.chain.logs(topics=(consent.topic(event),))
    read = [consent.event(each.topics, each.data) for each in found]
    return [each.args for each in read if each]


async def test_a_grant_is_signed_at_once_and_on_the_chain_soon_after(
    house: House, her: Asking
) -> None:
    consent = await allow(house, her)
    assert await states(house, her) in ([("unsigned", None)], [("waiting", None)])

    await house.contracts.bind()
    await house.records.signed.catch_up()
    await house.contracts.bind()

    assert await states(house, her) == [("recorded", None)]
    assert await house.records.signed.standing(her, consent) == {"state": "granted"}
    (granted,) = await told(house, "Granted")
    assert granted["notAfter"] == int((NOON + HOUR).timestamp())


async def bound(house: House) -> None:
    """Everything that was said until now is on the chain."""
    await house.contracts.bind()
    await house.records.signed.catch_up()
    await house.contracts.bind()


async def all_sent(house: House, clock: StoppedClock) -> None:
    """Time goes on until everything had its moment."""
    await house.contracts.bind()
    while moments := await still_to_come(house):
        clock.at = moments[0]
        await house.contracts.bind()


async def still_to_come(house: House) -> list[datetime]:
    """When what is not sent at once will be, in order."""
    async with house.db.read() as tx:
        sql = "SELECT due_at FROM ledger_sending WHERE state = 0 AND due_at > 0 ORDER BY due_at"
        return [from_us(at) for (at,) in await tx.all(sql)]


async def test_taking_back_refusing_and_changing_are_signed_as_well(
    house: House, her: Asking
) -> None:
    await bound(house)
    first = await allow(house, her)
    await house.records.revoke(her, first)
    refused = await house.records.refuse(
        her, patient=PATIENT, actor=DOCTOR, categories=[Category.NOTES]
    )
    third = await allow(house, her)
    consent = await house.records.read(her, "Consent", third)
    consent["provision"]["class"].append({**consent["provision"]["class"][0], "code": "notes"})
    await house.records.update(her, consent)
    await bound(house)

    shown = await house.records.signed.of(her, PATIENT)
    assert [(each.consent, each.ended and each.ended.why) for each in shown] == [
        (third, None),
        (third, "changed"),
        (refused, None),
        (first, "revoked"),
    ]
    assert shown[2].choice is not None
    assert shown[2].choice.is_denial
    assert await states(house, her) == [
        ("recorded", None),
        ("recorded", "recorded"),
        ("recorded", None),
        ("recorded", "recorded"),
    ]
    for consent_id, state in ((first, "revoked"), (refused, "granted"), (third, "granted")):
        assert await house.records.signed.standing(her, consent_id) == {"state": state}


async def test_what_was_said_before_any_chain_was_known_and_ended_since_is_on_it_in_that_order(
    house: House, her: Asking
) -> None:
    id = await allow(house, her)
    await house.contracts.bind()  # known from now on
    await house.records.revoke(her, id)
    await bound(house)

    (shown,) = await house.records.signed.of(her, PATIENT)
    assert shown.ended is not None
    assert (shown.begun.state, shown.ended.state) == ("recorded", "recorded")
    assert await house.records.signed.standing(her, id) == {"state": "revoked"}


async def test_what_was_said_before_a_change_keeps_its_own_proof(house: House, her: Asking) -> None:
    await bound(house)
    id = await allow(house, her)
    consent = await house.records.read(her, "Consent", id)
    consent["provision"]["class"].append({**consent["provision"]["class"][0], "code": "notes"})
    await house.records.update(her, consent)
    await bound(house)
    signed = house.records.signed
    now, before = await signed.of(her, PATIENT)
    assert before.ended is not None

    for signature, state in ((before.ended, "revoked"), (before.begun, "revoked")):
        receipt = await signed.receipt(her, id, signature.id)
        assert receipt["event"]["id"] == signature.id
        assert verify_receipt(receipt).holds
        assert await signed.standing(her, id, signature.id) == {"state": state}
    assert (await signed.receipt(her, id))["event"]["id"] == now.begun.id
    assert await signed.standing(her, id, now.begun.id) == {"state": "granted"}
    with pytest.raises(NotFound):
        await signed.receipt(her, id, "somebody-elses")


async def test_the_same_said_again_is_not_signed_again_and_what_nobody_decided_not_at_all(
    house: House, her: Asking, people: People
) -> None:
    await bound(house)
    consent = await house.records.read(her, "Consent", await allow(house, her))
    await house.records.update(her, consent)
    somebody = {**consent, "id": "imported"}
    await house.records.update(CONSOLE, somebody)  # by an operator, who does not decide

    assert len(await house.records.signed.of(her, PATIENT)) == 1


async def test_time_ends_a_consent_on_the_chain_by_itself(
    house: House, her: Asking, clock: StoppedClock
) -> None:
    consent = await allow(house, her)
    await bound(house)
    clock.at += HOUR

    (shown,) = await house.records.signed.of(her, PATIENT)
    assert shown.is_over
    assert await house.records.signed.standing(her, consent) == {"state": "expired"}


async def test_what_was_over_before_it_reached_the_chain_is_told_as_that(
    house: House, her: Asking, clock: StoppedClock
) -> None:
    await allow(house, her)
    clock.at += 2 * HOUR
    await bound(house)

    (shown,) = await house.records.signed.of(her, PATIENT)
    assert (shown.begun.state, shown.begun.why) == ("refused", "its time was over")


async def test_somebody_else_sees_nothing_of_it(
    house: House, her: Asking, people: People, doctor: AsyncClient, other_patient: AsyncClient
) -> None:
    consent = await allow(house, her)

    for client in (doctor, other_patient):
        for path in ("patients/p-1/signed", f"consents/{consent}/receipt"):
            assert (await client.get(f"/api/records/{path}")).status_code == 404
        for path in ("passkey", "passkey/options"):
            answer = await client.post(f"/api/records/consents/{consent}/{path}", json={})
            assert answer.status_code == 404
    with pytest.raises(NotFound):
        await house.records.signed.standing(Asking(caller=people.doctor), consent)


async def test_a_helper_who_decides_signs_as_herself_in_her_name(
    house: House, her: Asking, people: People
) -> None:
    helper = Asking(caller=people.other_patient, purpose="FAMRQT")
    acts = Act.ACCESS | Act.DECIDE
    await house.records.consents.say(her, PATIENT, Choice(actors=("Patient/p-2",), acts=acts))
    await house.records.consents.say(
        helper, PATIENT, Choice(actors=(DOCTOR,), end=house.clock.now() + HOUR)
    )

    newest, oldest = await house.records.signed.of(her, PATIENT)
    assert (oldest.begun.is_herself, oldest.begun.is_mine) == (True, True)
    assert (newest.begun.is_herself, newest.begun.is_mine) == (False, False)
    assert newest.begun.by == people.other_patient.name


# By passkey


@pytest.fixture
async def phone(house: House, people: People) -> SoftKey:
    """The patient's phone, with her passkey."""
    key, identity = SoftKey(), house.identity
    session = await identity.sign_in(EMAILS["patient"], PASSWORD, address="192.0.2.7")
    kept = identity.kept_session(session.token)
    options = await identity.passkeys.to_add(session.caller, kept, here=HERE)
    answer = key.create(options)
    await identity.passkeys.add(session.caller, kept, answer, name="My phone", here=HERE)
    return key


async def test_she_signs_what_she_said_with_her_phone(
    house: House, her: Asking, phone: SoftKey, patient: AsyncClient
) -> None:
    await bound(house)
    consent = await allow(house, her)
    path = f"/api/records/consents/{consent}/passkey"

    asked = (await patient.post(f"{path}/options")).json()
    answer = await patient.post(path, json=phone.get(asked["options"]))

    assert answer.status_code == 204, answer.text
    (shown,) = (await patient.get("/api/records/patients/p-1/signed")).json()
    assert shown["begun"]["has_proof"]
    again = await patient.post(f"{path}/options")
    assert again.status_code == 409


async def test_a_passkeys_answer_counts_for_one_consent_and_one_person(
    house: House, her: Asking, people: People, phone: SoftKey
) -> None:
    await bound(house)
    first, second = await allow(house, her), await allow(house, her)
    signed = house.records.signed
    asked = await signed.ask(her, first, here=HERE)
    answer = phone.get(asked["options"])

    with pytest.raises(Forbidden):
        await signed.prove(her, second, answer, here=HERE)
    stranger = SoftKey()
    stranger.held = [replace(phone.held[0], key=ec.generate_private_key(ec.SECP256R1()))]
    with pytest.raises(Forbidden):
        await signed.prove(her, first, stranger.get(asked["options"]), here=HERE)
    asked = await signed.ask(her, first, here=HERE)
    answer = phone.get(asked["options"])
    await signed.prove(her, first, answer, here=HERE)
    with pytest.raises(Conflict):
        await signed.prove(her, first, answer, here=HERE)


# Erased


async def test_an_erasure_ends_what_stands_and_leaves_nothing_that_makes_it_again(
    house: House, her: Asking, clock: StoppedClock
) -> None:
    await bound(house)
    standing, ended = await allow(house, her), await allow(house, her)
    await house.records.revoke(her, ended)
    await bound(house)
    subjects = {each["subject"] for each in await told(house, "Granted")}
    await allow(house, her)  # it waits, and never gets there; or is under way, and is ended too

    await house.records.erase(her, PATIENT, Ground.WITHDRAWN)
    await all_sent(house, clock)

    granted = {each["subject"] for each in await told(house, "Granted")}
    assert {each["subject"] for each in await told(house, "Revoked")} == granted
    assert granted >= subjects
    async with house.db.read() as tx:
        assert await tx.one("SELECT count(*) FROM records_signed") == (0,)
        left = await tx.all("SELECT data FROM ledger_sending WHERE kind = 'grant'")
        assert all(data == b"" for (data,) in left)  # the chain itself says as much
    assert standing != ended


# Attacked


async def carried(house: House, kind: str) -> bytes:
    """A signed call, as it waits for the chain."""
    async with house.db.read() as tx:
        sql = "SELECT data FROM ledger_sending WHERE kind = :kind ORDER BY number DESC"
        row = await tx.one(sql, kind=kind)
    assert row
    return row[0]


@pytest.fixture
async def grant_call(house: House, her: Asking) -> bytes:
    """A grant that the patient signed, before it is sent."""
    await bound(house)
    await allow(house, her)
    return await carried(house, "grant")


async def refusal(house: House, data: bytes) -> str:
    """By what name the contract refuses a call; empty where it would take it."""

    async with house.db.read() as tx:
        sql = "SELECT address FROM ledger_contract WHERE name = 'Consent'"
        (address,) = await tx.one(sql) or (b"",)
    try:
        await house.chain.call(address, data, sender=ZERO)
    except Reverted as error:
        found = read_failure(error.data)
        return found.name if found else "?"
    return ""


def parts(data: bytes) -> tuple[Any, Any]:
    """A call's grant, and its signature."""
    read = contract("Consent").read_call(data)
    assert read
    return read[1]


async def test_a_consent_sent_twice_counts_once(house: House, grant_call: bytes) -> None:
    assert await refusal(house, grant_call) in ("", "AlreadyGranted")
    await bound(house)

    assert await refusal(house, grant_call) == "AlreadyGranted"
    assert len(await told(house, "Granted")) == 1


async def test_what_was_signed_for_another_chain_or_by_another_key_counts_nothing(
    house: House, grant_call: bytes
) -> None:
    held, _ = parts(grant_call)
    stranger = bytes([7] * 32)
    address = pairwise_address(stranger)
    (_, domain) = await known(house)
    own = Grant(
        record=held[0][:12] + address,
        subject=address,
        scope=held[2],
        not_before=held[3],
        not_after=held[4],
        nonce=0,
        deadline=held[6],
    )
    swapped = replace(own, record=held[0], subject=held[1])

    good = own.call(pairwise_sign(stranger, own.digest(domain)))
    assert await refusal(house, good) == ""  # theirs is theirs to give
    elsewhere = PairwiseDomain(domain.chain + 1, domain.contract)
    for grant, at in ((own, elsewhere), (own, PairwiseDomain(domain.chain, ZERO))):
        call = grant.call(pairwise_sign(stranger, grant.digest(at)))
        assert await refusal(house, call) == "WrongSignature"
    taken = swapped.call(pairwise_sign(stranger, swapped.digest(domain)))
    assert await refusal(house, taken) in ("WrongSignature", "AlreadyGranted")


async def known(house: House) -> tuple[bytes, Any]:
    """The contract's address, and where consents are signed for."""
    async with house.db.read() as tx:
        domain = await house.contracts.domain(tx)
    assert domain
    return domain.contract, domain


async def test_a_signature_that_is_brought_too_late_counts_nothing(
    house: House, her: Asking, clock: StoppedClock
) -> None:
    await bound(house)
    choice = Choice(actors=(DOCTOR,), categories=frozenset({Category.VITALS}))
    await house.records.consents.say(her, PATIENT, choice)  # without an end
    data = await carried(house, "grant")
    clock.at += timedelta(days=91)

    grant, signature = parts(data)
    late = contract("Consent").call("grant", (bytes(12) + grant[1], *grant[1:]), signature)
    assert await refusal(house, late) == "Expired"


# Proved


async def test_her_receipt_says_to_anybody_what_was_signed_by_whom_and_where(
    house: House, her: Asking, phone: SoftKey, patient: AsyncClient
) -> None:
    await bound(house)
    consent = await allow(house, her)
    path = f"/api/records/consents/{consent}"
    asked = (await patient.post(f"{path}/passkey/options")).json()
    await patient.post(f"{path}/passkey", json=phone.get(asked["options"]))
    await bound(house)
    receipt = (await patient.get(f"{path}/receipt")).json()
    await house.records.revoke(her, consent)
    await bound(house)
    end = (await patient.get(f"{path}/receipt")).json()
    asked = {"signature": receipt["event"]["id"]}
    begin = (await patient.get(f"{path}/receipt", params=asked)).json()

    verdict = verify_receipt(receipt, trusted=house.ledger.verifier_key)
    assert verdict.holds, verdict
    words = {check.name: (check.state, check.words) for check in verdict.checks}
    assert words["consent"][0] == "passed"
    assert words["passkey"][0] == "not made"
    assert f"A passkey at {HERE} signed it" in words["passkey"][1]
    assert words["chain"][0] == "not made"
    assert receipt["event"]["said"]["provision"]["actor"][0]["reference"] == {"reference": DOCTOR}
    assert (end["event"]["act"], end["event"]["why"]) == ("revoke", "revoked")
    assert begin["event"] == receipt["event"]
    for each in (end, begin):
        assert verify_receipt(each).holds


async def test_a_receipt_that_somebody_altered_is_found_out(house: House, her: Asking) -> None:
    await bound(house)
    receipt = await house.records.signed.receipt(her, await allow(house, her))

    for part, value in (
        ("chain", 1),
        ("contract", "0x" + "11" * 20),
        ("salt", "A" * 43 + "="),
        ("signature", "0x" + "11" * 65),
        ("digest", "0x" + "11" * 32),
    ):
        forged = receipt | {"consent": receipt["consent"] | {part: value}}
        assert "consent" in verify_receipt(forged).failed, part


async def test_nothing_is_amiss_until_somebody_alters_what_is_signed(
    house: House, her: Asking
) -> None:
    await bound(house)
    consent = await allow(house, her)
    await allow(house, her)
    await house.records.revoke(her, consent)
    await bound(house)
    assert await amiss(house) == []

    for sql, what in (
        ("SET body = :other WHERE act = 'revoke'", "is not as it was written"),
        ("SET leaf = leaf - 1 WHERE act = 'revoke'", "does not match leaf"),
        ("SET is_open = 1 WHERE is_open = 0 AND act = 'grant'", "is not open and closed"),
        ("SET consent = 'x' WHERE is_open = 1", "is of another Consent than it says"),
        ("SET proof = :other WHERE is_open = 1", "is not as it was written"),
    ):
        async with house.db.begin() as tx:
            kept = await tx.all("SELECT * FROM records_signed")
            assert await tx.run(
                f"UPDATE records_signed {sql}", **{"other": bytes(50)} if ":other" in sql else {}
            )
        found = await amiss(house)
        assert any(what in each for each in found), (what, found)
        async with house.db.begin() as tx:
            await tx.run("DELETE FROM records_signed")
            names = [f":v{n}" for n in range(len(kept[0]))]
            rows = [{f"v{n}": value for n, value in enumerate(row)} for row in kept]
            await tx.many(f"INSERT INTO records_signed VALUES ({', '.join(names)})", rows)
    assert await amiss(house) == []


async def amiss(house: House) -> list[str]:
    found = [*await house.records.verify(), *(await house.contracts.audit())[0]]
    return [str(each) for each in found]
