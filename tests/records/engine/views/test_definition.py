"""A fault in a ViewDefinition is told with its place; a run has an end."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import HouseError, Incorrect, Unsupported
from asklepion.records.engine.views import Runner, Spent, compile_view

ID = {"name": "id", "path": "id"}
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "name": [{"family": "A", "given": ["B", "C"]}, {"family": "D"}],
    "contact": [{"name": {"family": "E"}}],
}


def of(*selects: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resource": "Patient", "select": list(selects), **more}


def column(path: str, **more: Any) -> dict[str, Any]:
    return {"column": [ID, {"name": "b", "path": path, **more}]}


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        (of(column("nme.family")), "select[0].column[1].path: FHIRPath, character 1"),
        (of(column("name.where(")), "select[0].column[1].path: FHIRPath"),
        (of(column("name.family = %wanted")), "select[0].column[1].path: FHIRPath, character 15"),
        (of(column("name")), "select[0].column[1].path: it finds HumanName"),
        (of(column("id", type="Nothing")), "select[0].column[1].type"),
        (of({"column": [ID, ID]}), "select[0].column[1].path: another column"),
        (of({"column": [ID]}, {"forEach": "name", "column": [ID]}), "select[1].column[0].path"),
        (of({"column": [{"name": "1", "path": "id"}]}), "select[0].column[0].name"),
        (of({"forEach": "name", "forEachOrNull": "name", **column("id")}), "forEachOrNull"),
        (of({"foreach": "name", **column("id")}), "select[0]: only"),
        (of({"unionAll": [column("id"), {"column": [ID]}]}), "select[0].unionAll[1]"),
        (of(column("id"), where=[{"path": "name.family"}]), "where[0].path: a condition"),
        (of(column("id"), constant=[{"name": "a"}]), "constant[0]: exactly one value"),
        (of(column("id"), constant=[{"name": "a", "valueDate": "no"}]), "constant[0].valueDate"),
        (of(), "ViewDefinition.select: at least one"),
        ({"resource": "Nobody", "select": [column("id")]}, "ViewDefinition.resource"),
        ([], "ViewDefinition: a JSON object"),
    ],
)
def test_a_fault_is_told_with_its_place(definition: Any, place: str) -> None:
    with pytest.raises(Incorrect) as told:
        compile_view(definition)

    assert place in told.value.message


def test_several_values_in_a_column_for_one_are_refused_by_its_name() -> None:
    view = compile_view(of(column("name.family")))

    with pytest.raises(Incorrect, match=r"column\[1\].path: it finds several values for b"):
        Runner(view).rows(PATIENT)


@pytest.mark.parametrize(
    "select",
    [
        {"repeat": ["$this"], **column("1")},
        {"forEach": "name.given.combine(name.given).repeatAll($this)", **column("1")},
    ],
)
def test_what_never_ends_is_ended(select: dict[str, Any]) -> None:
    view = compile_view(of(select))

    with pytest.raises(HouseError, match=r"levels|steps|many"):
        Runner(view).rows(PATIENT)


def test_more_rows_than_are_wanted_end_the_run() -> None:
    runner = Runner(compile_view(of({"column": [ID]})), rows_most=2)
    runner.rows(PATIENT)
    runner.rows(PATIENT)

    with pytest.raises(Spent, match="more than 2 rows"):
        runner.rows(PATIENT)


def test_a_run_that_is_over_reads_no_further_resource() -> None:
    with pytest.raises(Spent, match="too long"):
        Runner(compile_view(of({"column": [ID]})), is_over=lambda: True).rows(PATIENT)


@given(st.integers(0, 4), st.integers(0, 4))
def test_parts_side_by_side_make_every_combination(names: int, contacts: int) -> None:
    view = compile_view(
        of(
            {"forEach": "name", "column": [{"name": "a", "path": "%rowIndex"}]},
            {"forEachOrNull": "contact", "column": [{"name": "b", "path": "%rowIndex"}]},
        )
    )
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "name": [{}] * names,
        "contact": [{}] * contacts,
    }

    rows = Runner(view).rows(patient)

    assert rows == [(a, b) for a in range(names) for b in range(max(contacts, 1))]


_WORDS = """
    resource select column name path forEach repeat unionAll where constant type collection
    valueString
"""
WORDS = st.sampled_from(_WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)


@given(JSON, JSON)
def test_nonsense_is_refused_and_breaks_nothing(one: Any, other: Any) -> None:
    for definition in (one, of({"column": [ID], "select": one}), of(column("id"), where=other)):
        with contextlib.suppress(Incorrect, Unsupported):
            Runner(compile_view(definition)).rows(PATIENT)
