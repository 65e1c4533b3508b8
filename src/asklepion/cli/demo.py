"""The demonstration: invented people, three invented records, one home device."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

from asklepion.app import House
from asklepion.identity import Caller, CredentialKind, Identity, NewCredential, Role
from asklepion.kit.errors import Conflict
from asklepion.records import Asking
from asklepion.settings import Settings
from asklepion.world import read_look

from .invented import DOCTOR, LICENCES, MEMBERSHIP, MOTHER, THERAPIST, lives
from .running import has_demo_device, write_demo_device

PASSWORD = "olive-tree-by-the-sea"  # published in the README; --demo alone makes these accounts
PATIENT, OTHER = "Patient/mei-lin", "Patient/jonas-weber"
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("mei@asklepion.example", "Mei Lin 林梅", Role.PATIENT, PATIENT),
    ("jonas@asklepion.example", "Jonas Weber", Role.PATIENT, OTHER),
    ("nora@asklepion.example", "Nora Weber", Role.PATIENT, MOTHER),
    ("amara@asklepion.example", "Dr Amara Okafor", Role.CLINICIAN, DOCTOR),
    ("tomas@asklepion.example", "Tomas Reyes", Role.CLINICIAN, THERAPIST),
    ("iris@asklepion.example", "Iris Keeper", Role.OPERATOR, None),
)
LOOKS = {  # as they are told of; see asklepion/world/model/look.py
    PATIENT: "101101207703e4300000",
    OTHER: "11111014231196300100",
    MOTHER: "10211015480016300100",
    DOCTOR: "101112807005a6000000",
    THERAPIST: "11111041110488000000",
}
DEVICE_KINDS = (
    "heart-rate",
    "spo2",
    "blood-pressure",
    "temperature",
    "respiratory-rate",
    "check-in",
)


async def require_fitting(house: House, *, demo: bool) -> None:
    """Let no real house open with published passwords, and none be filled with invented people.

    Raises:
        Conflict: the data folder holds the other kind of house.
    """
    emails = await _emails(house)
    invented = {email for email, *_ in PEOPLE}
    if not demo and emails & invented:
        raise Conflict(
            "This house holds the demonstration, whose passwords everybody knows.",
            hint="Start it with --demo, or give a real house its own ASKLEPION_DATA.",
        )
    if demo and emails and not emails & invented:
        raise Conflict(
            "This is a real house; the demonstration would let anybody in.",
            hint="Leave --demo out, or set ASKLEPION_DATA to another folder.",
        )


async def furnish(house: House) -> list[dict[str, Any]]:
    """Make the invented people once; returns who may be entered as, with their passwords."""
    emails = await _emails(house)
    if {email for email, *_ in PEOPLE} - emails:  # they come last of what is made here
        await _bring_records(house)
        await _bring_people(house, emails)
    await _bring_licences(house)
    if not has_demo_device(house.settings):
        await _bring_device(house)
    return [
        {"email": email, "password": PASSWORD, "name": name, "role": str(role)}
        for email, name, role, _ in PEOPLE
    ]


async def _emails(house: House) -> set[str]:
    return {account.email for account in await house.identity.accounts(Identity.console())}


async def _bring_records(house: House) -> None:
    asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    for bundle in lives(house.clock.now()):
        await house.records.transact(asking, bundle)


async def _bring_people(house: House, already: set[str]) -> None:
    for email, name, role, person in PEOPLE:
        if email in already or (person == MOTHER and await house.identity.was_closed(MOTHER)):
            continue  # nobody speaks as a relative again whose account was closed
        await house.identity.create_account(
            Identity.console(),
            email=email,
            password=PASSWORD,
            name=name,
            roles=[role],
            person=person,
        )
        if person:
            await _dress(house, person)


async def _dress(house: House, person: str) -> None:
    """Let an invented person look as one thinks of them, until somebody chooses otherwise."""
    account, look = await house.identity.find_by_person(person), read_look(LOOKS[person])
    if account and look:
        await house.looks.choose(account.caller, look)


async def _bring_licences(house: House) -> None:
    """Each invented clinician has a licence for two years; a start in its last months renews it."""
    issue, now = house.identity.credentials.issuing.issue, house.clock.now()
    for person, told in LICENCES.items():
        account = await house.identity.find_by_person(person)
        assert account is not None
        cards = await house.identity.credentials.holding.cards(account.caller)
        licences = [card for card in cards if card.kind == CredentialKind.LICENCE]
        if any(card.until > now + timedelta(days=90) for card in licences):
            continue  # also one that somebody revoked: that was said on purpose
        until = now + timedelta(days=730)
        new = NewCredential(kind=CredentialKind.LICENCE, account=account.id, told=told, until=until)
        await issue(Identity.console(), new)
        if not licences:
            new = replace(new, kind=CredentialKind.MEMBERSHIP, told=MEMBERSHIP)
            await issue(Identity.console(), new)


async def _bring_device(house: House) -> None:
    mei = await house.identity.find_by_person(PATIENT)
    assert mei is not None
    caller = Caller(account=mei.id, name=mei.name, roles=frozenset({Role.PATIENT}), person=PATIENT)
    registration = await house.devices.register(
        caller, patient=PATIENT, name="Bedside monitor", kinds=DEVICE_KINDS
    )
    write_demo_device(house.settings, registration.device, registration.secret)


async def start_device(settings: Settings) -> asyncio.subprocess.Process:
    """Start the demo's home device: the same program a person would start beside the house."""
    command = [sys.executable, "-m", "asklepion", "device", "simulate", "--every", "3"]
    environment = {"ASKLEPION_DATA": str(settings.data.absolute())}
    return await asyncio.create_subprocess_exec(
        *command, env=os.environ | environment, stdout=asyncio.subprocess.DEVNULL
    )
