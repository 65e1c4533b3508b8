"""A search in words."""

from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine.question import MOST, VEIL, Question, in_words

texts = st.text(alphabet="abLin&=+%# \n…\ud800林", max_size=12)


def test_it_is_written_as_an_address_writes_it() -> None:
    asked = Question("Observation", [("patient", "1"), ("code", "a b&c"), ("_cursor", "x")])

    assert asked.said() == "Observation?patient=1&code=a%20b%26c"
    assert Question("", [], ("Patient", "1")).said() == "Patient/1/*"


def test_veiled_it_names_nobody() -> None:
    asked = Question("Observation", [("subject.name", "Lin"), ("code", "1-1")], ("Patient", "lin"))

    assert asked.said(is_veiled=True) == "Patient/…/Observation?subject.name=…&code=1-1"


@given(st.lists(st.tuples(texts, texts), max_size=5), st.booleans())
def test_it_is_one_line_of_good_text_with_each_parameter(
    params: list[tuple[str, str]], is_veiled: bool
) -> None:
    said = Question("Patient", params).said(is_veiled=is_veiled)

    assert said.encode()
    assert "\n" not in said
    assert said.count("=") == len(params)
    assert not is_veiled or not params or said.count(VEIL) >= len(params)


def test_many_have_only_so_much_room() -> None:
    many = [Question("Observation", [("code", "1" * 300)]) for _ in range(20)]

    assert len(in_words(many, is_veiled=False)) <= MOST
    assert in_words(many[:2], is_veiled=False).count("\n") == 1
