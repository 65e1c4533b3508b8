import pytest

from asklepion.kit.errors import Gone, Incorrect, NotFound, Unauthenticated

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    VITALS,
    observation,
    patient,
)


async def test_a_patient_reads_what_is_hers(full: Office) -> None:
    read = await full.records.read(MEI_ASKS, "Observation", "pulse-1")

    assert read["valueQuantity"]["value"] == 72
    assert read["meta"] == {"versionId": "1", "lastUpdated": "2026-03-01T12:00:00.000Z"}


async def test_a_patient_finds_hers_and_no_other(full: Office) -> None:
    found = await full.records.search(MEI_ASKS, "Observation", [("_total", "accurate")])

    assert sorted(each["id"] for each in found.entries) == ["pulse-1", "pulse-2", "sodium"]
    assert found.total == 3


async def test_everybody_who_is_known_reads_what_is_about_nobody(full: Office) -> None:
    for asking in (MEI_ASKS, JONAS_ASKS, AMARA_ASKS, OPERATOR_ASKS):
        assert (await full.records.read(asking, "Organization", "clinic"))["id"] == "clinic"


async def test_a_stranger_reads_nothing_at_all(full: Office) -> None:
    with pytest.raises(Unauthenticated):
        await full.records.read(STRANGER_ASKS, "Organization", "clinic")
    with pytest.raises(Unauthenticated):
        await full.records.search(STRANGER_ASKS, "Organization", [])
    with pytest.raises(Unauthenticated):
        await full.records.history(STRANGER_ASKS)


async def test_an_operator_writes_everything_and_reads_no_patient(full: Office) -> None:
    with pytest.raises(NotFound):
        await full.records.read(OPERATOR_ASKS, "Observation", "pulse-1")

    assert (await full.records.search(OPERATOR_ASKS, "Observation", [])).entries == []


async def test_what_is_about_a_patient_nobody_named_is_for_operators_alone(office: Office) -> None:
    orphan = observation("orphan")
    del orphan["subject"]
    await office.keep(orphan)

    for asking in (MEI_ASKS, AMARA_ASKS):
        with pytest.raises(NotFound):
            await office.records.read(asking, "Observation", "orphan")
    assert await office.records.read(OPERATOR_ASKS, "Observation", "orphan")


async def test_what_is_about_two_patients_needs_the_word_of_both(full: Office) -> None:
    group = {
        "resourceType": "Group",
        "id": "both",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": MEI}}, {"entity": {"reference": "Patient/jonas"}}],
    }
    await full.keep(group)
    others = frozenset({15})
    await full.allow(others)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    with pytest.raises(NotFound):
        await full.records.read(MEI_ASKS, "Group", "both")
    with pytest.raises(NotFound):
        await full.records.read(AMARA_ASKS, "Group", "both")
    assert not (await full.records.search(AMARA_ASKS, "Group", [])).entries
    await full.allow(others, asking=JONAS_ASKS)  # type: ignore[arg-type] # pyright: ignore
    assert await full.records.read(AMARA_ASKS, "Group", "both")
    assert len((await full.records.search(AMARA_ASKS, "Group", [])).entries) == 1


async def test_pages_follow_each_other_without_gap_or_repetition(full: Office) -> None:
    await full.keep(*(observation(f"more-{n}", at=f"2026-01-{n:02}") for n in range(1, 13)))
    seen: list[str] = []
    params = [("_count", "4"), ("_sort", "-date")]
    found = await full.records.search(MEI_ASKS, "Observation", params)
    seen += [each["id"] for each in found.entries]
    while found.next:
        found = await full.records.search(
            MEI_ASKS, "Observation", [*params, ("_cursor", found.next)]
        )
        seen += [each["id"] for each in found.entries]

    more = [f"more-{n}" for n in range(12, 0, -1)]
    assert seen == ["pulse-2", "sodium", "pulse-1", *more]


async def test_what_comes_along_is_released_like_the_rest(full: Office) -> None:
    params = [("_include", "Observation:subject"), ("_id", "pulse-1")]

    found = await full.records.search(MEI_ASKS, "Observation", params)
    assert [each["id"] for each in found.included] == ["mei"]

    await full.allow(VITALS)
    found = await full.records.search(AMARA_ASKS, "Observation", params)
    assert [each["id"] for each in found.entries] == ["pulse-1"]
    assert found.included == []  # who she is was not allowed


async def test_an_unknown_parameter_is_an_error_or_named(full: Office) -> None:
    with pytest.raises(Incorrect, match="favourite"):
        await full.records.search(MEI_ASKS, "Observation", [("favourite", "yes")])

    found = await full.records.search(
        MEI_ASKS, "Observation", [("favourite", "yes")], is_lenient=True
    )
    assert found.left_out == ("favourite",)


async def test_every_version_is_there_for_those_who_may_see_it(full: Office) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=80))
    full.wait(1)
    await full.records.delete(MEI_ASKS, "Observation", "pulse-1")

    first = await full.records.vread(MEI_ASKS, "Observation", "pulse-1", 1)
    second = await full.records.vread(MEI_ASKS, "Observation", "pulse-1", 2)
    page = await full.records.history(MEI_ASKS, "Observation", "pulse-1")

    assert (first["valueQuantity"]["value"], second["valueQuantity"]["value"]) == (72, 80)
    assert [(row.version, row.deleted) for row in page.rows] == [(3, 1), (2, 0), (1, 0)]
    with pytest.raises(Gone):
        await full.records.read(MEI_ASKS, "Observation", "pulse-1")
    with pytest.raises(NotFound):
        await full.records.vread(MEI_ASKS, "Observation", "pulse-1", 9)
    with pytest.raises(NotFound):
        await full.records.vread(JONAS_ASKS, "Observation", "pulse-1", 1)
    with pytest.raises(NotFound):
        await full.records.history(JONAS_ASKS, "Observation", "pulse-1")


async def test_each_version_belongs_to_whom_it_was_about_then(full: Office) -> None:
    await full.keep(observation("pulse-1", "Patient/jonas"))

    assert await full.records.vread(MEI_ASKS, "Observation", "pulse-1", 1)
    with pytest.raises(NotFound):
        await full.records.read(MEI_ASKS, "Observation", "pulse-1")
    with pytest.raises(NotFound):
        await full.records.vread(JONAS_ASKS, "Observation", "pulse-1", 1)
    page = await full.records.history(JONAS_ASKS, "Observation", "pulse-1")
    assert [row.version for row in page.rows] == [2]


async def test_a_history_goes_on_page_by_page(full: Office) -> None:
    for value in range(60, 66):
        full.wait(1)
        await full.records.update(MEI_ASKS, observation("pulse-1", value=value))

    versions: list[int] = []
    cursor: str | None = None
    while True:
        page = await full.records.history(
            MEI_ASKS, "Observation", "pulse-1", count=3, cursor=cursor
        )
        versions += [row.version for row in page.rows]
        cursor = page.next
        if cursor is None:
            break

    assert versions == [7, 6, 5, 4, 3, 2, 1]


async def test_a_patient_who_is_one_sees_herself_by_search(full: Office) -> None:
    found = await full.records.search(MEI_ASKS, "Patient", [])

    assert [each["id"] for each in found.entries] == ["mei"]


async def test_decimals_stay_as_they_were_written(office: Office) -> None:
    from asklepion.records.service.sources import decode

    text = b'{"resourceType":"Observation","id":"exact","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/mei"},"valueQuantity":{"value":1.00}}'  # noqa: E501
    await office.keep(patient(MEI), decode(text))

    seen = await office.records.look(MEI_ASKS, ("Observation", "exact"), [], base="")
    assert seen.row
    assert b'"value":1.00' in seen.row.body
