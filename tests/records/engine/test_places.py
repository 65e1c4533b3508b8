"""Where issues stand: lines and columns of the text, and FHIRPath."""

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine.expressions import expression_of
from asklepion.records.engine.places import places, steps_of

TEXT = """{
  "resourceType": "Patient",
  "name": [
    {"family": "a \\" { b"},
    {"given": ["x", "y"],
     "family": 5}
  ]
}"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("Patient", (1, 1)),
        ("Patient.name", (3, 11)),
        ("Patient.name[0].family", (4, 16)),
        ("Patient.name[1]", (5, 5)),
        ("Patient.name[1].given[1]", (5, 21)),
        ("Patient.name[1].family", (6, 16)),
        ("Patient.name[1].use", (5, 5)),  # not there: the nearest above it
        ("Patient.birthDate", (1, 1)),
    ],
)
def test_an_element_stands_in_a_line_and_a_column(path: str, place: tuple[int, int]) -> None:
    steps = steps_of(path)

    assert places(TEXT, [steps]) == {steps: place}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(max_size=3), it, max_size=3),
    max_leaves=12,
)


def paths_in(
    value: Any, path: tuple[str | int, ...] = ()
) -> list[tuple[tuple[str | int, ...], Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for key, it in cast(dict[str, Any], value).items():
            found += paths_in(it, (*path, key))
    elif isinstance(value, list):
        for number, it in enumerate(cast(list[Any], value)):
            found += paths_in(it, (*path, number))
    return found


@given(values, st.sampled_from([None, 2]))
def test_whatever_the_text_what_stands_at_a_place_is_the_value(
    value: Any, indent: int | None
) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    # Properties are found as they are written, so only those without escapes.
    known = [
        (path, it)
        for path, it in paths_in(value)
        if all(isinstance(p, int) or json.dumps(p) == f'"{p}"' for p in path)
    ]

    found = places(text, [path for path, _ in known])

    for path, it in known:
        line, column = found[path]
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == it


@pytest.mark.parametrize(
    ("path", "expression"),
    [
        ("Patient.name[0].given[1]", "Patient.name[0].given[1]"),
        ("Observation.valueQuantity.code", "Observation.value.code"),
        ("Observation.component[2].valueString", "Observation.component[2].value"),
        ("Observation.mood", "Observation.mood"),
        ("resourceType", "resourceType"),
    ],
)
def test_a_path_is_told_as_fhirpath(path: str, expression: str) -> None:
    assert expression_of(path) == expression
