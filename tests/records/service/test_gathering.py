"""What many say at once: one transaction, and each for itself."""

from collections.abc import Sequence
from typing import Any

import pytest

from asklepion.identity import Caller, Role
from asklepion.kit.db import Tx
from asklepion.kit.errors import Fault, Forbidden, Incorrect
from asklepion.records import AccessEntry, Asking, ResourceKept

from ..conftest import Office
from ..people import JONAS, JONAS_ASKS, MEI, MEI_ASKS, STRANGER_ASKS, observation


def cuff_of(patient: str, name: str = "cuff") -> Asking:
    caller = Caller(
        account=f"{name}-of-{patient}",
        name=name,
        roles=frozenset({Role.DEVICE}),
        acts_for=patient,
    )
    return Asking(caller=caller, purpose="PATRQT", via="device")


async def writes(office: Office, asking: Asking, patient: str) -> list[AccessEntry]:
    """What the patient's log says was written by devices, oldest first."""
    found = await office.records.accesses(asking, patient, count=500)
    return [each for each in reversed(found) if each.via == "device"]


def refs(lines: Sequence[AccessEntry]) -> list[str]:
    """What each line names, which is one thing."""
    return [reference for each in lines for reference in each.refs if len(each.refs) == 1]


async def test_two_patients_readings_in_one_commit_never_cross(full: Office) -> None:
    await full.hear()
    told = [
        (cuff_of(patient), [observation(f"{name}-{number}", patient)])
        for number in range(20)
        for patient, name in ((MEI, "hers"), (JONAS, "his"))
    ]

    outcomes = await full.records.keep_all(told)

    assert outcomes == [None] * 40
    for asking, patient, name in ((MEI_ASKS, MEI, "hers"), (JONAS_ASKS, JONAS, "his")):
        lines = await writes(full, asking, patient)
        assert refs(lines) == [f"Observation/{name}-{n}" for n in range(20)]
        assert {(each.action, each.outcome, each.actor) for each in lines} == {
            ("write", "permit", f"cuff-of-{patient}")
        }
        for number in range(20):
            read = await full.records.read(asking, "Observation", f"{name}-{number}")
            assert read["subject"]["reference"] == patient
    assert (await full.records.search(JONAS_ASKS, "Observation", [("patient", MEI)])).entries == []
    kept = [each for each in await full.hear() if isinstance(each, ResourceKept)]
    assert {(each.reference, each.patient) for each in kept} == {
        (f"Observation/{resource['id']}", resource["subject"]["reference"])
        for _, (resource,) in told
    }
    assert await full.records.verify() == []


async def test_whoever_writes_to_another_is_refused_alone_and_both_stand_in_the_log(
    full: Office,
) -> None:
    wrong = observation("wrong", JONAS)

    first, second, third = await full.records.keep_all(
        [
            (cuff_of(MEI), [observation("a")]),
            (cuff_of(MEI), [wrong]),
            (cuff_of(MEI), [observation("b")]),
        ]
    )

    assert (first, third) == (None, None)
    assert isinstance(second, Forbidden)
    assert "a device may only add observations of its patient" in second.message
    assert refs(await writes(full, MEI_ASKS, MEI)) == ["Observation/a", "Observation/b"]
    (denied,) = await writes(full, JONAS_ASKS, JONAS)
    assert (denied.outcome, denied.refs) == ("deny", ("Observation/wrong",))
    assert not [e for e in await full.hear() if getattr(e, "reference", "") == "Observation/wrong"]


async def test_what_is_no_fhir_is_refused_alone_by_the_name_of_its_element(full: Office) -> None:
    wrong = observation("wrong") | {"status": "wonderful"}

    outcomes = await full.records.keep_all(
        [(cuff_of(MEI), [each]) for each in (observation("a"), wrong, observation("b"))]
    )

    assert (outcomes[0], outcomes[2]) == (None, None)
    assert isinstance(outcomes[1], Incorrect)
    assert "Observation.status" in outcomes[1].message


async def test_the_same_moment_with_another_value_is_refused_and_the_same_one_is_not(
    full: Office,
) -> None:
    cuff = cuff_of(MEI)

    outcomes = await full.records.keep_all(
        [(cuff, [observation("a", value=value)]) for value in (70, 71, 70)]
    )

    assert outcomes[0] is None
    assert isinstance(outcomes[1], Forbidden)
    assert outcomes[2] is None
    kept = await full.records.read(MEI_ASKS, "Observation", "a")
    assert (kept["valueQuantity"]["value"], kept["meta"]["versionId"]) == (70, "1")


async def test_what_spoils_the_transaction_is_left_alone_with_it_and_the_others_are_kept(
    full: Office,
) -> None:
    cuff = cuff_of(MEI)
    await full.records.keep_all([(cuff, [observation("spoilt")])])
    async with full.db.begin() as tx:
        await tx.run("UPDATE records_res SET body = :body WHERE id = 'spoilt'", body=b"\0" * 64)
    told = [(cuff, [observation(f"p-{number}")]) for number in range(99)]
    told.insert(41, (cuff, [observation("spoilt")]))

    outcomes = await full.records.keep_all(told)

    assert [n for n, why_not in enumerate(outcomes) if why_not] == [41]
    assert isinstance(outcomes[41], Fault)
    lines = await writes(full, MEI_ASKS, MEI)
    assert refs(lines[1:]) == [f"Observation/p-{n}" for n in range(99)]


async def test_what_a_room_does_beside_is_kept_with_it_or_not_at_all(full: Office) -> None:
    cuff, seen = cuff_of(MEI), list[list[int]]()

    async def note(tx: Tx, outcomes: Any) -> None:
        numbers = [number for number, why_not in outcomes if why_not is None]
        seen.append(numbers)
        await tx.run("INSERT INTO beside (number) VALUES (:number)", number=numbers[0])
        if 2 in numbers:
            raise Fault("This one cannot be noted.")

    async with full.db.begin() as tx:
        await tx.run("CREATE TABLE beside (number BIGINT)")
    outcomes = await full.records.keep_all(
        [(cuff, [observation(f"p-{number}")]) for number in range(4)], note
    )

    assert [n for n, why_not in enumerate(outcomes) if why_not] == [2]
    async with full.db.read() as tx:
        assert sorted(await tx.all("SELECT number FROM beside")) == [(0,), (3,)]
    assert seen == [[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]]
    found = await full.records.search(MEI_ASKS, "Observation", [("_id", "p-0,p-1,p-2,p-3")])
    assert sorted(each["id"] for each in found.entries) == ["p-0", "p-1", "p-3"]


async def test_a_stranger_among_them_is_refused_and_nobody_else(full: Office) -> None:
    outcomes = await full.records.keep_all(
        [
            (STRANGER_ASKS, [observation("x")]),
            (cuff_of(MEI), [observation("a")]),
        ]
    )

    assert [type(each).__name__ for each in outcomes] == ["Unauthenticated", "NoneType"]


async def test_nothing_told_is_nothing_kept(full: Office) -> None:
    assert await full.records.keep_all([]) == []


@pytest.mark.parametrize("count", [1, 3])
async def test_a_message_of_several_resources_has_one_line_that_names_them_all(
    full: Office, count: int
) -> None:
    made = [observation(f"part-{number}") for number in range(count)]

    assert await full.records.keep_all([(cuff_of(MEI), made)]) == [None]

    (line,) = await writes(full, MEI_ASKS, MEI)
    assert line.refs == tuple(f"Observation/part-{number}" for number in range(count))
