from typing import Any

import pytest

from asklepion.kit.errors import Incorrect
from asklepion.records.engine import is_conditional, references_in, rewrite_references

URN = "urn:uuid:018f428e-34f6-4707-8009-5ad742f901e7"


def note() -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": URN},
        "author": [{"reference": "Practitioner?identifier=x|1"}, {"reference": "#me"}],
        "text": {"status": "generated", "div": f'<div><a href="{URN}">she</a></div>'},
        "content": [{"attachment": {"url": URN, "title": "about urn: things"}}],
        "contained": [
            {"resourceType": "Practitioner", "id": "me"},
            {"resourceType": "Basic", "subject": {"reference": "Patient/2"}, "code": {}},
        ],
    }


def test_every_reference_is_found_wherever_it_stands() -> None:
    assert references_in(note()) == {URN, "Practitioner?identifier=x|1", "Patient/2"}


def test_references_links_and_addresses_turn_together_and_the_original_stays() -> None:
    before = note()

    after = rewrite_references(
        before, {URN: "Patient/1", "Practitioner?identifier=x|1": "Practitioner/7"}
    )

    assert references_in(after) == {"Patient/1", "Practitioner/7", "Patient/2"}
    assert after["text"]["div"] == '<div><a href="Patient/1">she</a></div>'
    assert after["content"][0]["attachment"] == {"url": "Patient/1", "title": "about urn: things"}
    assert before == note()


def test_nothing_but_references_is_changed_by_a_mapping_of_plain_texts() -> None:
    before = note() | {"description": "Patient/2"}

    after = rewrite_references(before, {"Patient/2": "Patient/3", "current": "superseded"})

    assert after["status"] == "current"
    assert after["description"] == "Patient/2"
    assert "Patient/3" in references_in(after)


@pytest.mark.parametrize("text", ["Practitioner?identifier=a|b", "Patient?_id=1&active=true"])
def test_a_reference_by_search_is_known_as_one(text: str) -> None:
    assert is_conditional(text)


@pytest.mark.parametrize("text", ["Patient/1", URN, "#a?b=c", "http://a.example/b?c=d", "Patient?"])
def test_others_are_not(text: str) -> None:
    assert not is_conditional(text)


def test_what_is_nested_without_end_is_refused_and_not_died_of() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"extension": [deep]}

    with pytest.raises(Incorrect, match="nested too deeply"):
        references_in(deep)
    with pytest.raises(Incorrect, match="nested too deeply"):
        rewrite_references(deep, {})
