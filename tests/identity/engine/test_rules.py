import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.identity import Role
from asklepion.identity.engine import rules
from asklepion.identity.engine.commonest import COMMONEST
from asklepion.kit.errors import Incorrect


@pytest.mark.parametrize(
    "written", ["Nora@Clinic.Example", " nora@clinic.example\n", "ｎｏｒａ@clinic.example"]
)
def test_one_address_is_one_however_it_is_written(written: str) -> None:
    assert rules.email_of(written) == "nora@clinic.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nora",
        "@",
        "a@",
        "@b",
        "a b@c.example",
        "a@b@c",
        "a@b\x00c",
        "a@" + "b" * 300,
        "a" * 65 + "@b",
        "a\ud800@b.example",
    ],
)
def test_what_cannot_be_an_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Incorrect) as caught:
        rules.email_of(text)

    assert len(text) < 2 or text not in str(caught.value)


@given(text=st.text(max_size=40))
def test_a_form_once_found_stays(text: str) -> None:
    for form in (rules.email_of, rules.name_of, rules.password_of):
        try:
            found = form(text)
        except Incorrect:
            continue
        assert form(found) == found


@pytest.mark.parametrize(
    "name", ["林梅", "Jürgen  Müller", "O'Neill-Çelik", "نیما\u200cپور", "X Æ"]
)
def test_names_of_every_script_are_names(name: str) -> None:
    assert rules.name_of(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 101, "a\u202eb", "a\u0000b", "a\u200bb", "\ue000"]
)
def test_empty_endless_and_invisible_names_are_refused(name: str) -> None:
    with pytest.raises(Incorrect):
        rules.name_of(name)


@pytest.mark.parametrize(
    "password",
    [
        "ninechars",
        "PASSWORD123",
        "1q2w3e4r5t",
        "x" * 1025,
        "seven \ud800 herons",
        "Nora@clinic.example",
        "NORA LIND OF X",
    ],
)
def test_short_endless_and_obvious_passwords_are_refused(password: str) -> None:
    with pytest.raises(Incorrect) as caught:
        rules.password_of(password, unlike=("nora@clinic.example", "Nora Lind of X"))

    assert password not in str(caught.value)


@pytest.mark.parametrize("password", ["seven quiet herons", "十个字的密码也是密码吧", "x" * 1024])
def test_ten_characters_that_nobody_guesses_are_enough(password: str) -> None:
    assert rules.password_of(password) == password


def test_every_password_on_the_list_could_otherwise_be_chosen() -> None:
    assert len(COMMONEST) > 200
    assert all(len(word) >= rules.SHORTEST_PASSWORD for word in COMMONEST)
    assert all(word == word.casefold() for word in COMMONEST)


@pytest.mark.parametrize(
    "person", ["Patient/1", "Practitioner/amara-okafor", "Patient/A.b-9", "RelatedPerson/1"]
)
def test_patients_practitioners_and_relatives_are_persons(person: str) -> None:
    assert rules.person_of(person) == person


@pytest.mark.parametrize(
    "person", ["", "Patient/", "Device/1", "Patient/1/x", "Patient/a b", "patient/1"]
)
def test_nothing_else_is(person: str) -> None:
    with pytest.raises(Incorrect):
        rules.person_of(person)


def test_an_account_has_a_role_and_is_no_device() -> None:
    assert rules.roles_of([Role.PATIENT, Role.TRAINEE]) == {Role.PATIENT, Role.TRAINEE}
    for roles in ([], [Role.DEVICE], [Role.DEVICE, Role.PATIENT]):
        with pytest.raises(Incorrect):
            rules.roles_of(roles)


def test_the_house_speaks_two_languages() -> None:
    assert [rules.language_of(text) for text in ("en", "zh-CN")] == ["en", "zh-CN"]
    with pytest.raises(Incorrect):
        rules.language_of("tlh")
