"""Two records of one person are told from two people, and twins are not taken for one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.records.engine.likeness import (
    Grade,
    Level,
    birth_level,
    compare,
    jaro_winkler,
    traits_of,
    word_level,
)
from asklepion.records.engine.surnames import simplified, spellings, split_han

Resource = dict[str, Any]


def person(family: str = "Okafor", given: str = "Amara", **more: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "name": [{"family": family, "given": [given]}],
        "birthDate": "1980-04-02",
        "gender": "female",
        "telecom": [{"system": "phone", "value": "+44 20 7946 0958"}],
        "address": [{"line": ["7 Olive Street"], "city": "Leeds", "postalCode": "LS1 4AP"}],
        **more,
    }


def likeness(one: Resource, other: Resource) -> Any:
    return compare(traits_of(one), traits_of(other))


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [("MARTHA", "MARHTA", 0.961), ("DWAYNE", "DUANE", 0.840), ("DIXON", "DICKSONX", 0.813)],
)
def test_names_are_compared_as_winkler_published_it(one: str, other: str, value: float) -> None:
    assert jaro_winkler(one, other) == pytest.approx(value, abs=0.0006)


@given(st.text("abcdef", max_size=8), st.text("abcdef", max_size=8))
def test_a_comparison_is_the_same_both_ways_and_never_more_than_one(one: str, other: str) -> None:
    assert jaro_winkler(one, other) == pytest.approx(jaro_winkler(other, one))
    assert 0 <= jaro_winkler(one, other) <= 1


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1980-04-02", "1980-04-02", Level.SAME),
        ("1980-04-02", "1980-02-04", Level.CLOSE),  # day and month
        ("1980-04-02", "1980-04-20", Level.CLOSE),  # two digits
        ("1980-04-02", "1988-04-02", Level.CLOSE),  # one digit
        ("1989-04-02", "1990-04-02", Level.CLOSE),  # one year
        ("1880-04-02", "1980-04-02", Level.CLOSE),  # one century
        ("1980", "1980-04-02", Level.CLOSE),  # less exact
        ("1980-04-02", "1971-11-23", Level.DIFFERS),
        ("", "1980-04-02", Level.UNKNOWN),
    ],
)
def test_a_birth_date_with_a_slip_is_close(one: str, other: str, level: Level) -> None:
    assert birth_level(one, other) == birth_level(other, one) == level


def test_the_same_person_with_slips_is_found() -> None:
    copy = person("Okafro", birthDate="1980-02-04", address=[])

    found = likeness(person(), copy)

    assert found.grade in (Grade.CERTAIN, Grade.PROBABLE)
    assert found.levels["family"] == Level.CLOSE


def test_twins_are_no_more_than_possible() -> None:
    found = likeness(person(given="Amara"), person(given="Chidi"))

    assert found.probability > 0.99
    assert found.grade == Grade.POSSIBLE


def test_name_and_birth_date_alone_are_never_certain() -> None:
    bare = {k: v for k, v in person().items() if k not in ("telecom", "address")}

    assert likeness(bare, bare).grade == Grade.PROBABLE
    assert likeness(person(), person()).grade == Grade.CERTAIN


def test_another_number_of_one_register_speaks_against_it() -> None:
    one, other = (
        person(identifier=[{"system": "urn:register", "value": value}]) for value in ("1", "2")
    )

    assert likeness(one, other).levels["identifier"] == Level.DIFFERS
    assert likeness(one, other).grade != Grade.CERTAIN
    assert likeness(one, one).grade == Grade.CERTAIN


def test_a_name_turned_round_is_close() -> None:
    found = likeness(person("Okafor", "Amara"), person("Amara", "Okafor"))

    assert (found.levels["family"], found.levels["given"]) == (Level.CLOSE, Level.CLOSE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"text": "王小明"}, {"family": "王", "given": ["小明"]}),
        ({"text": "欧阳 娜娜"}, {"family": "歐陽", "given": ["娜娜"]}),
        ({"family": "Wang", "given": ["Xiao-Ming"]}, {"family": "WANG", "given": ["Xiǎo", "míng"]}),
        ({"family": "张", "given": ["伟"]}, {"family": "張", "given": ["伟"]}),
    ],
)
def test_a_chinese_name_is_the_same_however_it_is_written(one: Resource, other: Resource) -> None:
    found = likeness(person(name=[one]), person(name=[other]))

    assert (found.levels["family"], found.levels["given"]) == (Level.SAME, Level.SAME)


def test_a_name_in_another_script_never_speaks_against_it() -> None:
    han, latin = person(name=[{"text": "王小明"}]), person("Wong", "Siu-ming")
    other = person("Nowak", "Jan")

    assert likeness(han, latin).levels["family"] == Level.CLOSE
    assert likeness(han, latin).levels["given"] == Level.UNKNOWN
    assert likeness(han, other).levels["family"] == Level.UNKNOWN


def test_of_several_names_those_that_agree_best_count() -> None:
    both = person(name=[{"text": "王小明"}, {"family": "Wang", "given": ["Xiaoming"]}])

    assert likeness(both, person("Wang", "Xiaoming")).levels["family"] == Level.SAME
    assert likeness(both, person(name=[{"text": "王小明"}])).levels["given"] == Level.SAME


def test_one_character_of_a_chinese_name_may_be_another() -> None:
    assert word_level("小明", "小敏") == Level.CLOSE
    assert word_level("小明", "建国") == Level.DIFFERS
    assert word_level("伟", "强") == Level.DIFFERS


def test_family_names_are_known_in_both_scripts_and_in_common_spellings() -> None:
    assert simplified("張") == "张"
    assert spellings("歐陽") == {"ouyang", "auyeung"}
    assert {"chen", "chan", "tan"} <= spellings("陈")
    assert split_han("司马相如") == ("司马", "相如")
    assert split_han("毛毛") == ("毛", "毛")


ODD: list[Any] = [None, 7, "x", [], [7], [None], [{}], [{"family": 7, "given": 7}], {"a": 1}]


@pytest.mark.parametrize("odd", ODD)
def test_of_anything_odd_nothing_is_compared(odd: Any) -> None:
    fields = ("name", "telecom", "address", "identifier", "birthDate", "gender")
    strange = {field: odd for field in fields}

    assert likeness(strange, person()).grade == Grade.NOT
