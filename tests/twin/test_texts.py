import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from asklepion.twin.engine.body import make_body
from asklepion.twin.engine.card_egfr import egfr_card
from asklepion.twin.engine.card_icu import Ward, intensive_cards
from asklepion.twin.engine.card_news2 import news2_card
from asklepion.twin.engine.card_prevent import prevent_cards
from asklepion.twin.engine.card_scores import make_score, make_scores
from asklepion.twin.engine.chart import Chart
from asklepion.twin.engine.scores import SCORES
from asklepion.twin.engine.texts import KEYS
from asklepion.twin.engine.timeline import make_entries
from asklepion.twin.engine.vitals import make_vitals
from asklepion.twin.engine.watched import Found, read_watched
from asklepion.twin.model import Bedside
from asklepion.twin.wire import Text
from tests.conftest import NOON

from .build import chart, condition, examined, lab, patient, well
from .test_predicting import watched
from .vectors import ROOT

LANGUAGES = ("en", "zh-CN")


def catalogue(language: str) -> dict[str, str]:
    """The words of the room, and those of its scores, which come when they are opened first."""
    files = (f"text.{language}.json", f"scores/words.{language}.json")
    texts = [json.loads((ROOT / "web/src/twin" / file).read_text("utf-8")) for file in files]
    assert not texts[0].keys() & texts[1].keys()
    return texts[0] | texts[1]


def sent() -> list[Any]:
    """Something of everything that the twin sends."""
    resources = [
        *well(),
        *examined(),
        lab("3016-3", 9, "m[IU]/L"),
        condition("44054006", "Diabetes"),
    ]
    values: list[Any] = [make_entries(resources)]
    for person in (patient(), patient(birthDate="2012-01-01", gender="male", deceasedBoolean=True)):
        for of in (chart(person), chart(person, *resources)):
            values += [news2_card(of, NOON, Bedside(acvpu="V", spo2_scale=2)), egfr_card(of, NOON)]
            values += [*prevent_cards(of, NOON), *make_scores(of, "Patient/p-1", NOON)]
            values += [make_body(of, "Patient/p-1", NOON), make_vitals(of, NOON)]
    values += [intensive_cards(Ward(chart=of, found=found, now=NOON)) for of, found in wards()]
    surgery = {"incision": "peripheral", "duration_h": 2, "haemoglobin": 12, "spo2": 97}
    values.append(make_score(chart(patient()), SCORES["ARISCAT"], "Patient/p-1", NOON, surgery))
    return values


def wards() -> list[tuple[Chart, list[Found]]]:
    """Somebody in intensive care, and somebody of whom nothing is known."""
    resources = watched()
    found = read_watched(one for one in resources if one["resourceType"] == "Observation")
    return [(chart(*resources), found), (chart(patient()), [])]


def keys_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from keys_in(inner)
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from keys_in(inner)
    elif isinstance(value, str) and value.startswith("twin."):
        yield value


def test_nothing_is_sent_that_is_not_on_the_list() -> None:
    found = set(keys_in(msgspec.to_builtins(sent())))

    assert found <= KEYS
    assert len(found) > 80


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_its_words(language: str) -> None:
    assert sorted(key for key in KEYS if not catalogue(language).get(key, "").strip()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_take_every_patient_for_a_woman_or_a_man(language: str) -> None:
    of_one_sex = re.compile(r"\b(?:s?he|hers?|his|him|herself|himself)\b|她|(?<!其)他(?!汀)", re.I)

    assert [key for key, words in catalogue(language).items() if of_one_sex.search(words)] == []


def test_a_laboratory_value_has_its_full_name_in_chinese() -> None:
    assert catalogue("zh-CN")["twin.input.nt_probnp"] == "N末端脑钠肽前体（NT-proBNP）"


def texts_in(value: Any) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from texts_in(inner)
    elif isinstance(value, msgspec.Struct):
        yield from texts_in([getattr(value, name) for name in value.__struct_fields__])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_that_words_ask_for_is_sent(language: str) -> None:
    words = catalogue(language)

    for text in texts_in(sent()):
        asked = set(re.findall(r"\{(\w+)", words[text.key]))
        assert asked <= text.params.keys(), text.key
