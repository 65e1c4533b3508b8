"""`$match` finds whom the caller may see; the queue shows operators no more than they need."""

from typing import Any

import pytest

from asklepion.kit.errors import Forbidden, Incorrect, NotFound
from asklepion.records import Asking, Category, Ground
from asklepion.records.engine.likeness import Grade
from tests.records.conftest import Office
from tests.records.people import (
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    TRAINEE_ASKS,
    Resource,
    patient,
)

COPY = "Patient/mei-again"
REACH = [{"system": "phone", "value": "+44 20 7946 0958"}]
HOME = [{"line": ["7 Olive Street"], "city": "Leeds", "postalCode": "LS1 4AP"}]


def mei(reference: str = MEI, **more: Any) -> Resource:
    return {**patient(reference), "telecom": REACH, "address": HOME, **more}


def described(**more: Any) -> Resource:
    return {**{k: v for k, v in mei().items() if k != "id"}, **more}


async def match(office: Office, asking: Asking, who: Resource, **more: Any) -> list[Any]:
    return [
        (found.row.reference, found.likeness.grade)
        for found in await office.records.duplicates.match(asking, who, **more)
    ]


@pytest.fixture
async def twice(full: Office) -> Office:
    """Mei is here twice, the second time with a slip in her family name and her birth date."""
    name = [{"family": "Linn", "given": ["Invented"]}]
    await full.keep(mei(), mei(COPY, name=name, birthDate="1980-02-04"))
    await full.records.duplicates.scan()
    return full


async def test_a_patient_is_found_by_a_description_with_slips(full: Office) -> None:
    await full.keep(mei())

    turned = described(birthDate="1980-02-04")
    typed = described(name=[{"family": "Lim", "given": ["Invented"]}])

    assert await match(full, MEI_ASKS, described()) == [(MEI, Grade.CERTAIN)]
    assert (await match(full, MEI_ASKS, turned))[0][0] == MEI
    assert (await match(full, MEI_ASKS, typed))[0][0] == MEI
    assert await match(full, MEI_ASKS, patient("Patient/x", "Nowak", "1901-01-01")) == []


async def test_a_chinese_name_in_one_text_finds_her(full: Office) -> None:
    await full.keep(mei(name=[{"family": "王", "given": ["小明"]}]))

    found = await match(full, MEI_ASKS, {"name": [{"text": "王小明"}], "birthDate": "1980-04-02"})

    assert found == [(MEI, Grade.PROBABLE)]


async def test_only_one_certain_match_is_told_where_only_that_counts(twice: Office) -> None:
    await twice.allow({Category.DEMOGRAPHICS}, visit=None)

    assert await match(twice, MEI_ASKS, described(), is_certain_only=True) == [(MEI, Grade.CERTAIN)]
    assert await match(twice, MEI_ASKS, {"birthDate": "1980-04-02"}, is_certain_only=True) == []


async def test_nobody_is_found_whom_the_caller_may_not_see(full: Office) -> None:
    await full.keep(mei())
    for asking in (AMARA_ASKS, BORIS_ASKS, TRAINEE_ASKS, JONAS_ASKS, OPERATOR_ASKS):
        assert await match(full, asking, described()) == []

    await full.allow({Category.VITALS})
    assert await match(full, AMARA_ASKS, described()) == []
    consent = await full.allow({Category.DEMOGRAPHICS})
    assert await match(full, AMARA_ASKS, described()) == [(MEI, Grade.CERTAIN)]
    await full.records.revoke(MEI_ASKS, consent)
    assert await match(full, AMARA_ASKS, described()) == []


async def test_whoever_is_found_reads_that_somebody_looked(full: Office) -> None:
    await full.keep(mei())
    await full.allow({Category.DEMOGRAPHICS})

    await match(full, AMARA_ASKS, described())

    (newest, *_) = await full.records.accesses(MEI_ASKS, MEI)
    assert (newest.via, newest.actor, dict(newest.what)) == (
        "match", "account-amara", {"Patient": 1},
    )  # fmt: skip


async def test_nothing_to_look_for_is_refused(full: Office) -> None:
    odd: list[Any] = [{}, {"name": "x"}, {"name": [{"family": 7}]}, {"birthDate": "soon"}]
    for who in odd:
        with pytest.raises(Incorrect):
            await match(full, MEI_ASKS, who)
    for value in ("a,b", "a|b", "a\\", "$a", "%_a"):
        assert await match(full, MEI_ASKS, {"name": [{"family": value}]}) == []


# The queue


async def test_operators_see_which_may_be_one_and_not_who_they_are(twice: Office) -> None:
    (pair,) = await twice.records.duplicates.pairs(OPERATOR_ASKS)

    assert {pair.one, pair.other} == {"mei", "mei-again"}
    assert (pair.levels["family"], pair.levels["birth"]) == ("close", "close")
    assert pair.grade in ("certain", "probable")
    assert "Lin" not in str(pair)


async def test_a_look_at_two_is_in_both_lists_and_shows_nothing_but_who_they_are(
    twice: Office,
) -> None:
    (pair,) = await twice.records.duplicates.pairs(OPERATOR_ASKS)
    before = len(await twice.records.accesses(MEI_ASKS, MEI))

    _, people = await twice.records.duplicates.look(OPERATOR_ASKS, pair.id)

    by_id = {person.id: person for person in people}
    assert by_id["mei"].names == ("Invented Lin",)
    assert by_id["mei"].addresses == ("7 Olive Street, LS1 4AP, Leeds",)
    assert (by_id["mei"].entries, by_id["mei-again"].entries) == (5, 1)
    lines = await twice.records.accesses(MEI_ASKS, MEI)
    assert len(lines) == before + 1
    assert (lines[0].action, lines[0].via, dict(lines[0].what)) == (
        "read", "duplicates", {"Patient": 1},
    )  # fmt: skip


async def test_nobody_else_sees_the_queue(twice: Office) -> None:
    (pair,) = await twice.records.duplicates.pairs(OPERATOR_ASKS)
    duplicates = twice.records.duplicates
    for asking in (MEI_ASKS, AMARA_ASKS, TRAINEE_ASKS):
        for work in (
            duplicates.pairs(asking),
            duplicates.look(asking, pair.id),
            duplicates.dismiss(asking, pair.id),
            duplicates.merges(asking),
        ):
            with pytest.raises(Forbidden):
                await work


async def test_two_who_are_two_are_not_asked_about_again(twice: Office) -> None:
    duplicates = twice.records.duplicates
    (pair,) = await duplicates.pairs(OPERATOR_ASKS)

    await duplicates.dismiss(OPERATOR_ASKS, pair.id)
    await twice.keep(mei(COPY, gender="other"))
    await duplicates.scan()

    assert await duplicates.pairs(OPERATOR_ASKS) == []
    with pytest.raises(NotFound):
        await duplicates.look(OPERATOR_ASKS, pair.id)


async def test_a_pair_goes_when_they_are_alike_no_more_or_merged_or_one_is_erased(
    twice: Office,
) -> None:
    duplicates = twice.records.duplicates
    twice.wait(1)
    await twice.keep(patient(COPY, "Nowak", "1901-01-01"))
    await duplicates.scan()
    assert await duplicates.pairs(OPERATOR_ASKS) == []

    twice.wait(1)
    await twice.keep(mei(COPY))
    await duplicates.scan()
    assert len(await duplicates.pairs(OPERATOR_ASKS)) == 1
    done = await duplicates.merge(OPERATOR_ASKS, MEI, COPY, "herself")
    twice.wait(1)
    await duplicates.scan()
    assert await duplicates.pairs(OPERATOR_ASKS) == []
    await duplicates.unmerge(OPERATOR_ASKS, done.id)
    await duplicates.scan()
    assert await duplicates.pairs(OPERATOR_ASKS) == []  # they are known to be two

    await twice.records.erase(OPERATOR_ASKS, COPY, Ground.WITHDRAWN)
    assert await twice.count("records_duplicate") == 0


async def test_a_pair_is_found_by_each_of_what_is_looked_for_by(full: Office) -> None:
    number = [{"system": "urn:register", "value": "77"}]
    await full.keep(
        mei(identifier=number),
        {**patient("Patient/a", "Other", "1971-11-23"), "identifier": number, "telecom": REACH},
        {**patient("Patient/b"), "birthDate": "1980-07-02"},  # by whole name
        {**patient("Patient/c"), "name": [{"family": "Invented", "given": ["Lin"]}]},
    )
    await full.records.duplicates.scan()

    found = {
        frozenset({pair.one, pair.other})
        for pair in await full.records.duplicates.pairs(OPERATOR_ASKS)
    }

    assert {frozenset({"mei", other}) for other in "bc"} <= found
    assert not any("jonas" in pair for pair in found), JONAS
