"""Whatever is nearly right is answered in words: not our fault, not repeated, not without end.

A few requests of each kind, always the same ones; many more and others, for whoever hunts:
`HYPOTHESIS_PROFILE=long pytest tests/test_fuzz.py`.
"""

import asyncio
import json
import logging
import tracemalloc
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from httpx import AsyncClient, Response
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from asklepion.app import open_house
from asklepion.doors import serve
from asklepion.identity import Identity
from asklepion.kit.clock import StoppedClock
from asklepion.settings import Settings

from .conftest import EMAILS, NOON, PASSWORD, PERSONS, QUICK, ROLES, knock
from .mutations import SECRET, Ask, ask, search
from .nearly_right import CONSENT, FAMILIES

MIB = 1024 * 1024
WORDS_MOST = 20_000  # bytes of a refusal
ANSWER_MOST = 8 * MIB  # bytes of an answer in a house where little is kept
HEAP_MOST = 160 * MIB  # bytes that one large request may take for the moment
PATIENCE_S = 60
LONG = settings.get_current_profile_name() == "long"
WHO = ("patient", "doctor", "operator", "stranger")


def few(count: int) -> settings:
    """The same examples in every run; or as many others as the profile says."""
    return settings(
        max_examples=settings().max_examples if LONG else count,
        derandomize=not LONG,
        database=None,
        phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
        suppress_health_check=list(HealthCheck),  # pyright: ignore
    )


class Faults(logging.Handler):
    """What the house itself calls its own mistake."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember what is logged as a fault."""
        fields, trace = getattr(record, "fields", {}), getattr(record, "trace", [])
        self.seen.append(f"{record.getMessage()} {fields} {trace[-4:]}")


@dataclass
class Doors:
    """A house with a little in it, and everybody at its door."""

    runner: "asyncio.Runner"
    clients: dict[str, AsyncClient]
    faults: Faults = field(default_factory=Faults)

    def send(self, who: str, asked: Ask) -> Response:
        """The answer, in time."""

        async def knock() -> Response:
            async with asyncio.timeout(PATIENCE_S):
                return await self.clients[who].request(
                    asked.method, asked.path, content=asked.content, headers=asked.headers
                )

        return self.runner.run(knock())


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Generator[Doors]:
    faults = Faults()
    logging.getLogger().addHandler(faults)
    stack = AsyncExitStack()

    async def open_doors() -> dict[str, AsyncClient]:
        set_up = Settings(data=tmp_path_factory.mktemp("house"), mqtt_port=0, port=0, open=False)
        house = await stack.enter_async_context(
            open_house(set_up, StoppedClock(NOON), hasher=QUICK)
        )
        app = serve(house)
        clients = {"stranger": await stack.enter_async_context(knock(app))}
        for name in WHO[:3]:
            await house.identity.create_account(
                Identity.console(),
                email=EMAILS[name],
                password=PASSWORD,
                name=name.title(),
                roles=[ROLES[name]],
                person=PERSONS.get(name),
            )
            bearer = await house.identity.token(EMAILS[name])
            clients[name] = await stack.enter_async_context(knock(app, bearer))
        return clients

    with asyncio.Runner() as runner:
        try:
            doors = Doors(runner, runner.run(open_doors()), faults)
            furnish(doors)
            yield doors
        finally:
            runner.run(stack.aclose())
            logging.getLogger().removeHandler(faults)


def furnish(doors: Doors) -> None:
    """Somebody to ask about, and something that the doctor may see."""
    patient: Any = {"resourceType": "Patient", "id": "p-1", "birthDate": "1980-01-01"}
    patient["name"] = [{"family": "Lin", "given": ["Mei"]}]
    about = {"reference": "Patient/p-1"}
    pulse = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    kept: list[Any] = [
        {"resourceType": "Practitioner", "id": "d-1"},
        patient,
        {
            "resourceType": "Observation",
            "id": "obs-1",
            "status": "final",
            "subject": about,
            "code": pulse,
            "effectiveDateTime": "2026-02-01",
            "valueQuantity": {"value": 72, "code": "/min", "system": "http://unitsofmeasure.org"},
        },
        {"resourceType": "Condition", "id": "con-1", "subject": about, "code": {"text": "x"}},
        {"resourceType": "Group", "id": "g-1", "type": "person", "actual": True},
    ]
    for each in kept:
        where = f"/fhir/R4/{each['resourceType']}/{each['id']}"
        answer = doors.send("operator", ask("PUT", where, each))
        assert answer.is_success, answer.text
    consent = {**CONSENT, "patient": about}
    doors.send("patient", ask("POST", "/fhir/R4/Consent", consent))


def outcomes_of(answer: Response) -> list[tuple[int, str]]:
    """Every refusal in an answer, of the whole or of a part: its status, and what it says."""
    if answer.status_code >= 400:
        return [(answer.status_code, answer.text)]
    kind = answer.headers.get("content-type", "")
    if "x-ndjson" in kind:
        steps = [json.loads(line) for line in answer.text.splitlines()]
        return [
            (500 if "our side" in step["reason"] else 400, step["reason"])
            for step in steps
            if step.get("reason")
        ]
    if "json" not in kind or not answer.content:
        return []
    held: Any = answer.json()
    it: Any = held if isinstance(held, dict) else {}  # pyright: ignore
    if not str(it.get("type", "")).endswith("-response"):
        return []
    parts: list[Any] = [entry["response"] for entry in it.get("entry", [])]
    return [(int(it["status"][:3]), json.dumps(it)) for it in parts if it["status"] >= "4"]


def assert_fair(answer: Response, faults: Faults) -> None:
    """Answered in words, of bounded length, and nothing of what was sent is said again."""
    told, faults.seen = faults.seen, []
    assert not told, told
    assert len(answer.content) < ANSWER_MOST
    for status, words in outcomes_of(answer):
        assert status < 500 or (status == 503 and '"transient"' in words), words[:2000]
        assert len(words) < WORDS_MOST
        assert SECRET.lower() not in words.lower(), words[:2000]
    if answer.status_code >= 400:
        held = answer.json()
        is_told = held.get("resourceType") == "OperationOutcome" and held["issue"]
        is_oauth = isinstance(held.get("error"), str)  # RFC 6749, 5.2
        is_stow = "00081198" in held  # DICOM PS3.18, 10.5.3
        assert is_told or is_oauth or is_stow or "remainingAttempts" in held, answer.text[:300]


def law(make: Callable[[Random], Ask], doors: Doors, random: Random, who: str) -> None:
    """One request that is nearly right is answered fairly."""
    asked = make(random)
    note(f"{who}: {asked}")
    try:
        answer = doors.send(who, asked)
    except Exception as error:
        error.add_note(f"{who}: {asked}")
        raise
    assert_fair(answer, doors.faults)


randoms = st.integers(0, 2**63 - 1).map(Random)


@pytest.mark.parametrize("family", FAMILIES)
@few(120)
@given(random=randoms, who=st.sampled_from(WHO[:3] * 3 + WHO[3:]))
def test_what_is_nearly_right_is_answered_in_words_and_never_our_fault(
    doors: Doors, family: str, random: Random, who: str
) -> None:
    law(FAMILIES[family], doors, random, who)


@few(300)
@given(random=randoms, who=st.sampled_from(WHO[:3] * 3 + WHO[3:]))
def test_a_search_that_is_nearly_right_is_answered_in_words_and_never_our_fault(
    doors: Doors, random: Random, who: str
) -> None:
    law(search, doors, random, who)


def large(kind: str) -> Ask:
    """One request as large as a body may be."""
    coding = {"system": "http://loinc.org", "code": "8867-4"}
    one = {"resourceType": "Observation", "status": "final", "code": {"coding": [coding] * 20}}
    entry = {"resource": one, "request": {"method": "POST", "url": "Observation?"}}
    match kind:
        case "a resource of many parts":
            return ask("POST", "/fhir/R4/Observation", one | {"component": [5] * 2_000_000})
        case "a bundle of many entries":
            whole = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 10_000}
            return ask("POST", "/fhir/R4", whole)
        case "a patch of many operations":
            operation = {"op": "copy", "from": "/code", "path": "/code/extension"}
            kind = "application/json-patch+json"
            return ask("PATCH", "/fhir/R4/Observation/obs-1", [operation] * 200_000, kind)
        case "many parameters":
            held = {"resourceType": "Parameters", "parameter": [{"name": "x", "valueCode": "x"}]}
            held["parameter"] *= 300_000
            return ask("POST", "/fhir/R4/ValueSet/$expand", held)
        case _:
            content = f"MSH|^~\\&|A|B|||2026||ADT^A01|1|P|2.5\r{'ZZZ|a~a^a&a|' * 10**6}".encode()
            return Ask(method="POST", path="/api/records/import?name=a.hl7", content=content)


@pytest.mark.parametrize(
    "kind",
    [
        "a resource of many parts",
        "a bundle of many entries",
        "a patch of many operations",
        "many parameters",
        "a message of many fields",
    ],
)
def test_a_body_as_large_as_may_be_takes_bounded_memory(doors: Doors, kind: str) -> None:
    asked = large(kind)
    tracemalloc.start()

    try:
        answer = doors.send("operator", asked)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(asked.content or b"") > 4 * MIB
    assert_fair(answer, doors.faults)
    assert outcomes_of(answer), "it should have been refused"
    assert peak < HEAP_MOST, f"{peak / MIB:.0f} MiB"
