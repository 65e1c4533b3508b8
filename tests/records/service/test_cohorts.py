"""Questions about many read only what each patient allows for that purpose, and say so to her."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from asklepion.kit.errors import HouseError, Incorrect, Unauthenticated
from asklepion.records import Asking, Category
from asklepion.records.service.cohorts import Finding, Question, Run

from ..conftest import Office
from ..people import (
    AMARA,
    AMARA_CALLS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    STRANGER_ASKS,
    observation,
    patient,
)

RESEARCH = Asking(caller=AMARA_CALLS, purpose="HRESCH")
PATIENTS = {
    "resource": "Patient",
    "select": [
        {
            "column": [
                {"name": "patient", "path": "getResourceKey()"},
                {"name": "family", "path": "name.first().family"},
                {"name": "born", "path": "birthDate"},
            ]
        }
    ],
}
PULSES = {
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "id", "path": "id"},
                {"name": "patient", "path": "subject.getReferenceKey(Patient)"},
                {"name": "value", "path": "value.ofType(Quantity).value"},
            ]
        }
    ],
}
VIEWS = {"patients": PATIENTS, "pulses": PULSES}
COUNT = "SELECT count(DISTINCT patient) AS patients, avg(value) AS mean FROM pulses"
ALL = "SELECT p.*, o.id, o.value FROM pulses o JOIN patients p USING (patient) ORDER BY value"


async def allow(office: Office, asking: Asking, purpose: str = "HRESCH") -> str:
    return await office.records.grant(
        asking,
        patient=asking.caller.person or "",
        actor=AMARA,
        categories=[Category.VITALS, Category.DEMOGRAPHICS],
        until=office.clock.now() + timedelta(days=30),
        purpose=purpose,
    )


async def ask(office: Office, sql: str, level: str = "rows", **changes: Any) -> Finding:
    question = Question(views=VIEWS, sql=sql, level=level, cohort=changes.pop("cohort", ""))
    return await office.records.cohorts.ask(replace(RESEARCH, **changes), question)


def column(found: Finding, name: str) -> list[Any]:
    at = [it for it, _ in found.columns].index(name)
    return [row[at] for row in found.rows]


async def test_nobody_is_in_a_question_before_she_consents_to_research(full: Office) -> None:
    await allow(full, MEI_ASKS, purpose="TREAT")

    found = await ask(full, ALL)

    assert (found.rows, found.patients, found.resources) == ([], 0, 0)


async def test_who_consents_is_in_the_answer_under_a_name_that_tells_nothing(full: Office) -> None:
    await allow(full, MEI_ASKS)

    found = await ask(full, ALL)

    assert column(found, "value") == [72.0, 91.0]
    assert column(found, "born") == ["1980", "1980"]
    assert column(found, "family") == [None, None]
    assert len(set(column(found, "patient"))) == 1
    assert MEI not in str(found.rows)
    assert "pulse" not in str(found.rows)
    assert found.patients == 1


async def test_a_pseudonym_holds_within_one_cohort_and_leads_to_no_other(full: Office) -> None:
    await allow(full, MEI_ASKS)

    one, again, other = [
        column(await ask(full, ALL, cohort=name), "patient")[0] for name in ("a", "a", "b")
    ]

    assert one == again
    assert one != other


async def test_a_question_ends_with_the_consent(full: Office) -> None:
    consent = await allow(full, MEI_ASKS)
    assert (await ask(full, ALL)).rows

    await full.records.revoke(MEI_ASKS, consent)

    assert not (await ask(full, ALL)).rows


async def test_each_patient_finds_one_line_for_one_question(full: Office) -> None:
    for asking in (MEI_ASKS, JONAS_ASKS):
        await allow(full, asking)

    await ask(full, COUNT.replace("AS patients", "AS n"))
    await ask(full, ALL)

    for asking in (MEI_ASKS, JONAS_ASKS):
        entries = await full.records.accesses(asking, asking.caller.person or "")
        looks = [entry for entry in entries if entry.action == "search"]
        assert [(it.via, it.purpose) for it in looks] == [("cohort rows", "HRESCH")] * 2
        assert looks[0].what["Patient"] == 1


async def test_a_misspelt_question_reads_nobody(full: Office) -> None:
    await allow(full, MEI_ASKS)
    before = await full.count("records_access")

    for sql in (
        "SELECT nothing FROM pulses",
        "SELEC 1",
        "DROP TABLE pulses",
        "",
        COUNT + "; " + COUNT,
    ):
        with pytest.raises(Incorrect, match=r"^SQL"):
            await ask(full, sql)

    assert await full.count("records_access") == before


async def test_counts_of_few_are_held_back(full: Office) -> None:
    for asking in (MEI_ASKS, JONAS_ASKS):
        await allow(full, asking)

    few = await ask(full, COUNT, "counts")
    full.records.cohorts.smallest = 2
    enough = await ask(full, COUNT, "counts")

    assert (few.rows, few.held_back) == ([], 1)
    assert column(enough, "patients") == [2]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT value FROM pulses",
        "SELECT 99 AS patients, value FROM pulses",
        "SELECT count(DISTINCT id) AS patients FROM pulses",
        "SELECT count(*) AS patients FROM pulses",
        "SELECT count(DISTINCT patient) AS patients FROM pulses UNION ALL SELECT 9 AS patients",
    ],
)
async def test_counts_must_say_on_how_many_patients_a_row_rests(full: Office, sql: str) -> None:
    with pytest.raises(Incorrect, match="how many patients"):
        await ask(full, sql, "counts")


async def test_who_treats_her_runs_a_view_with_her_name_and_of_her_alone(full: Office) -> None:
    await allow(full, MEI_ASKS, purpose="TREAT")
    treats = replace(RESEARCH, purpose="TREAT")

    table = await full.records.cohorts.run(treats, Run(definition=PATIENTS))

    assert list(table.rows) == [("Patient/mei", "Lin", "1980-04-02")]


async def test_a_view_of_one_patient_finds_hers_and_a_look_at_nothing_is_a_look(
    full: Office,
) -> None:
    await allow(full, MEI_ASKS, purpose="TREAT")
    treats = replace(RESEARCH, purpose="TREAT")

    for who, count in ((MEI, 2), ("Patient/jonas", 0)):
        run = Run(definition=PULSES, patients=[who])
        assert len((await full.records.cohorts.run(treats, run)).rows) == count

    entries = await full.records.accesses(JONAS_ASKS, "Patient/jonas")
    assert (entries[0].via, entries[0].outcome) == ("view", "deny")


async def test_resources_sent_along_are_used_instead_of_what_is_kept(full: Office) -> None:
    before = await full.count("records_access")

    run = Run(definition=PULSES, resources=[observation("sent", value=55), patient(MEI)])
    table = await full.records.cohorts.run(RESEARCH, run)

    assert list(table.rows) == [("sent", MEI, 55)]
    assert await full.count("records_access") == before


async def test_an_answer_is_the_same_whether_others_are_hidden_or_not_there(
    full: Office,
) -> None:
    await allow(full, MEI_ASKS)
    sqls: Sequence[str] = (ALL, "SELECT count(*), max(value) FROM pulses", "FROM patients")
    before = [await told(full, sql) for sql in sqls]

    await full.keep(observation("jonas-odd", "Patient/jonas", value=12345))

    assert [await told(full, sql) for sql in sqls] == before


async def told(office: Office, sql: str) -> Any:
    try:
        return await ask(office, sql)
    except HouseError as error:
        return (type(error), error.message, error.hint)


async def test_a_view_asks_whether_a_code_is_of_a_value_set(full: Office) -> None:
    statuses = "http://hl7.org/fhir/ValueSet/observation-status"
    where = [{"path": f"status.memberOf('{statuses}')"}]

    for wanted, count in ((where, 1), ([{"path": f"{where[0]['path']}.not()"}], 0)):
        run = Run(definition={**PULSES, "where": wanted}, resources=[observation("sent")])
        assert len((await full.records.cohorts.run(RESEARCH, run)).rows) == count


async def test_a_stranger_asks_nothing(full: Office) -> None:
    with pytest.raises(Unauthenticated):
        await full.records.cohorts.ask(STRANGER_ASKS, Question(views=VIEWS, sql=ALL))
    with pytest.raises(Unauthenticated):
        await full.records.cohorts.run(STRANGER_ASKS, Run(definition=PULSES))
