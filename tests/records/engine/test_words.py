import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine.words import LENGTH_MOST, normalise


@given(text=st.text())
def test_looking_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(text=st.text(max_size=40))
def test_it_matters_not_how_accents_are_encoded(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)

    assert normalise(composed) == normalise(decomposed)


@given(text=st.text(alphabet=st.characters(codec="ascii")))
def test_case_does_not_matter(text: str) -> None:
    assert normalise(text.upper()) == normalise(text.lower())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("  Zoë  O'Brien-Smith ", "zoe obrien smith"),
        ("Muñoz, José", "munoz jose"),
        ("STRAẞE", "strasse"),
        ("王小明", "王小明"),
        ("约翰·史密斯", "约翰 史密斯"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("St. Mary's", "st marys"),
        ("--- ?!", ""),
    ],
)
def test_names_are_found_as_people_write_them(written: str, words: str) -> None:
    assert normalise(written) == words


def test_a_very_long_text_is_found_by_its_beginning() -> None:
    assert normalise("a" * 10_000) == "a" * LENGTH_MOST
