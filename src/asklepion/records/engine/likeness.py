"""Whether two Patients are one person: evidence in bits, field by field.

Each field says how far two records agree; each way of agreeing weighs log2(m/u), where m is how
often it happens between two records of one person, and u between two people.

Source: Fellegi and Sunter, J Am Stat Assoc 1969;64:1183-1210. Names are compared as in Winkler,
Proc Sect Survey Research Methods, Am Stat Assoc 1990:354-359.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Any, cast

from .surnames import simplified, spellings, split_han
from .words import normalise

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
CLOSE = 0.88  # of two names, by Jaro and Winkler: above, a slip of the pen
PHONE_DIGITS = 8  # the last ones: with and without a country's and an area's number


class Level(StrEnum):
    """How far two records agree about something."""

    SAME = "same"
    CLOSE = "close"  # as after a slip, a move within a town, a name in another order
    DIFFERS = "differs"
    UNKNOWN = "unknown"  # one of them does not say, or they cannot be compared


FIELDS = ("family", "given", "birth", "gender", "phone", "email", "address", "identifier")

# log2(m/u), measured by `python -m bench.matching --fit` on one half of Synthea's patients. Names
# that are only close are held at 4 bits: 19 people are too few to see how often such names meet by
# chance. E-mail, which Synthea does not have, weighs what a telephone does.
WEIGHTS: Mapping[str, Mapping[Level, float]] = {
    "family": {Level.SAME: 6.1, Level.CLOSE: 4.0, Level.DIFFERS: -4.2},
    "given": {Level.SAME: 8.9, Level.CLOSE: 4.0, Level.DIFFERS: -4.6},
    "birth": {Level.SAME: 9.0, Level.CLOSE: 4.8, Level.DIFFERS: -3.3},
    "gender": {Level.SAME: 1.0, Level.DIFFERS: -4.1},
    "phone": {Level.SAME: 7.0, Level.DIFFERS: -1.8},
    "email": {Level.SAME: 7.0, Level.DIFFERS: -1.8},
    "address": {Level.SAME: 5.9, Level.CLOSE: 1.0, Level.DIFFERS: -2.1},
    "identifier": {Level.SAME: 8.7, Level.DIFFERS: -2.5},
}
PRIOR = -12.0  # bits: one pair in 4,096 of those that are compared at all
CERTAIN, PROBABLE, POSSIBLE = 0.999, 0.95, 0.5


class Grade(StrEnum):
    """How sure it is. https://hl7.org/fhir/R4/valueset-match-grade.html"""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    NOT = "certainly-not"


@dataclass(frozen=True, slots=True)
class Name:
    """One name, ready to be compared."""

    family: str
    given: tuple[str, ...]

    @property
    def is_han(self) -> bool:
        """Whether it is written in Chinese characters."""
        return bool(HAN.search(self.family or "".join(self.given)))


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a Patient is compared."""

    names: tuple[Name, ...]
    birth: str
    gender: str
    phones: frozenset[str]
    emails: frozenset[str]
    addresses: tuple[tuple[str, str, str], ...]  # lines, town, postal code
    identifiers: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two Patients are."""

    levels: Mapping[str, Level]
    bits: float
    probability: float
    grade: Grade


# Read


def traits_of(patient: Mapping[str, Any]) -> Traits:
    """What of a Patient is compared; of anything odd, nothing."""
    telecoms = _listed(patient, "telecom")
    return Traits(
        names=tuple(dict.fromkeys(_names(_listed(patient, "name")))),
        birth=_text(patient, "birthDate"),
        gender=_text(patient, "gender"),
        phones=frozenset(_values(telecoms, ("phone", "sms"), _digits)),
        emails=frozenset(_values(telecoms, ("email",), str.casefold)),
        addresses=tuple(dict.fromkeys(_addresses(_listed(patient, "address")))),
        identifiers=frozenset(
            (_text(each, "system"), _text(each, "value").strip().casefold())
            for each in _listed(patient, "identifier")
            if _text(each, "value").strip() and _text(each, "system")
        ),
    )


def _listed(held: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value: Any = held.get(name)
    if not isinstance(value, list):
        return []
    return [cast(Mapping[str, Any], each) for each in cast(list[Any], value) if type(each) is dict]


def _text(held: Mapping[str, Any], name: str) -> str:
    value: Any = held.get(name)
    return value if isinstance(value, str) else ""


def _texts(held: Mapping[str, Any], name: str) -> list[str]:
    value: Any = held.get(name)
    several = cast(list[Any], value) if isinstance(value, list) else []
    return [each for each in several if isinstance(each, str)]


def _names(names: Iterable[Mapping[str, Any]]) -> Iterable[Name]:
    for name in names:
        family = normalise(_text(name, "family"))
        given = [normalise(each) for each in _texts(name, "given")]
        whole = normalise(_text(name, "text"))
        if not family and not given and whole:
            family, given = _parted(whole)
        if HAN.search(family):
            family = simplified(family)
        if family or given:
            yield Name(_joined(family), tuple(_joined(each) for each in given if each))


def _parted(whole: str) -> tuple[str, list[str]]:
    """Family and given names of a name that nobody took apart."""
    if HAN.search(whole):
        family, given = split_han(whole.replace(" ", ""))
        return family, [given]
    *given, family = whole.split()
    return family, given


def _joined(word: str) -> str:
    """Xiao-Ming and Xiao Ming are Xiaoming."""
    return word.replace(" ", "").replace("-", "")


def _values(telecoms: Iterable[Mapping[str, Any]], kinds: tuple[str, ...], form: Any) -> set[str]:
    found = {form(_text(it, "value").strip()) for it in telecoms if it.get("system") in kinds}
    return found - {""}


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS - 2 else ""


def _addresses(addresses: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str, str]]:
    for address in addresses:
        line = normalise(" ".join(_texts(address, "line")))
        town, code = normalise(_text(address, "city")), normalise(_text(address, "postalCode"))
        if line or town or code:
            yield line, town, code


# Compared


def compare(one: Traits, other: Traits) -> Likeness:
    """How alike two Patients are."""
    family, given = _name_levels(one.names, other.names)
    levels = {
        "family": family,
        "given": given,
        "birth": birth_level(one.birth, other.birth),
        "gender": _plain(one.gender, other.gender),
        "phone": _shared(one.phones, other.phones),
        "email": _shared(one.emails, other.emails),
        "address": _address_level(one.addresses, other.addresses),
        "identifier": _identifier_level(one.identifiers, other.identifiers),
    }
    bits = sum(WEIGHTS[field].get(level, 0.0) for field, level in levels.items())
    probability = 1 / (1 + 2 ** -(bits + PRIOR))
    return Likeness(levels, bits, probability, _grade(levels, probability))


def _grade(levels: Mapping[str, Level], probability: float) -> Grade:
    """How sure it is; nothing is certain that twins, or a parent and a child, could be.

    Certain needs name and birth date to agree and something else that only one person has; and
    where given names or birth dates differ, nothing but a number makes it more than possible.
    """
    if probability < POSSIBLE:
        return Grade.NOT
    has_number = levels["identifier"] == Level.SAME
    differs = {field for field, level in levels.items() if level == Level.DIFFERS}
    if probability < PROBABLE or (differs & {"given", "birth"} and not has_number):
        return Grade.POSSIBLE
    own = has_number or Level.SAME in (levels["phone"], levels["email"], levels["address"])
    agree = all(levels[field] in (Level.SAME, Level.CLOSE) for field in ("given", "birth"))
    is_plain = not differs & {"family", "gender", "identifier"}
    if probability >= CERTAIN and own and agree and is_plain:
        return Grade.CERTAIN
    return Grade.PROBABLE


def _plain(one: str, other: str) -> Level:
    if not one or not other or "unknown" in (one, other):
        return Level.UNKNOWN
    return Level.SAME if one == other else Level.DIFFERS


def _shared(one: frozenset[str], other: frozenset[str]) -> Level:
    if not one or not other:
        return Level.UNKNOWN
    return Level.SAME if one & other else Level.DIFFERS


def _identifier_level(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> Level:
    """The same number under one system; or two numbers under every system that both have."""
    if one & other:
        return Level.SAME
    both = {system for system, _ in one} & {system for system, _ in other}
    return Level.DIFFERS if both else Level.UNKNOWN


def _address_level(
    one: Iterable[tuple[str, str, str]], other: Iterable[tuple[str, str, str]]
) -> Level:
    best = Level.UNKNOWN
    for (line, town, code), (line2, town2, code2) in product(one, other):
        is_near = (code and code == code2) or (town and town == town2)
        if line and line2 and is_near and jaro_winkler(line, line2) >= 0.95:
            return Level.SAME
        if is_near:
            best = Level.CLOSE
        elif best == Level.UNKNOWN and ((town and town2) or (code and code2)):
            best = Level.DIFFERS
    return best


# Names


def _name_levels(one: Iterable[Name], other: Iterable[Name]) -> tuple[Level, Level]:
    """Of all the names that two people go by, those that agree best."""
    found = [_pair_levels(a, b) for a, b in product(one, other)]
    if not found:
        return Level.UNKNOWN, Level.UNKNOWN
    value = {Level.SAME: 3.0, Level.CLOSE: 2.0, Level.UNKNOWN: 1.0, Level.DIFFERS: 0.0}
    return max(found, key=lambda levels: sum(value[level] for level in levels))


def _pair_levels(one: Name, other: Name) -> tuple[Level, Level]:
    if one.is_han != other.is_han:
        han, latin = (one, other) if one.is_han else (other, one)
        known = spellings(han.family)
        is_alike = latin.family in known or any(given in known for given in latin.given[:1])
        return (Level.CLOSE if is_alike else Level.UNKNOWN), Level.UNKNOWN
    straight = word_level(one.family, other.family), _given_level(one.given, other.given)
    if one.given and other.given and one.family and other.family:
        is_turned = one.family == "".join(other.given) and other.family == "".join(one.given)
        is_turned |= one.family == other.given[0] and other.family == one.given[0]
        if is_turned and straight != (Level.SAME, Level.SAME):
            return Level.CLOSE, Level.CLOSE
    return straight


def _given_level(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    """The first names count; a second may be missing, or be the one that is used."""
    if not one or not other:
        return Level.UNKNOWN
    if one[0] == other[0] or "".join(one) == "".join(other):
        return Level.SAME
    if one[0] in other or other[0] in one or word_level(one[0], other[0]) == Level.CLOSE:
        return Level.CLOSE
    shorter, longer = sorted((one[0], other[0]), key=len)
    return Level.CLOSE if longer.startswith(shorter) else Level.DIFFERS


def word_level(one: str, other: str) -> Level:
    """How far two names agree that are written in one script."""
    if not one or not other:
        return Level.UNKNOWN
    if one == other:
        return Level.SAME
    if HAN.search(one) and len(one) == len(other) > 1:  # one character of them
        return (
            Level.CLOSE
            if sum(a != b for a, b in zip(one, other, strict=True)) == 1
            else Level.DIFFERS
        )
    return Level.CLOSE if jaro_winkler(one, other) >= CLOSE else Level.DIFFERS


def jaro_winkler(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1; a common beginning counts more.

    Source: Winkler 1990, with a prefix of up to 4 letters weighted 0.1.
    """
    if one == other:
        return 1.0
    jaro = _jaro(one, other)
    prefix = 0
    for a, b in zip(one[:4], other[:4], strict=False):
        if a != b:
            break
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro)


def _jaro(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    reach = max(0, max(len(one), len(other)) // 2 - 1)
    taken = [False] * len(other)
    common: list[str] = []
    for i, letter in enumerate(one):
        for j in range(max(0, i - reach), min(len(other), i + reach + 1)):
            if not taken[j] and other[j] == letter:
                taken[j] = True
                common.append(letter)
                break
    if not common:
        return 0.0
    theirs = [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
    turned = sum(a != b for a, b in zip(common, theirs, strict=True)) / 2
    m = len(common)
    return (m / len(one) + m / len(other) + (m - turned) / m) / 3


# Birth dates


def birth_level(one: str, other: str) -> Level:
    """Whether two birth dates are one, or one after a slip that people make."""
    if not one or not other:
        return Level.UNKNOWN
    if one == other:
        return Level.SAME
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < len(longer):  # one is less exact
        return Level.CLOSE if longer.startswith(shorter) else Level.DIFFERS
    return Level.CLOSE if _is_slip(one, other) else Level.DIFFERS


def _is_slip(one: str, other: str) -> bool:
    """Day and month turned round, one digit another, two digits turned round, or the year
    wrong by one or by a century.
    """
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    if len(differing) == 2:
        i, j = differing
        if j - i == 1 and one[i] == other[j] and one[j] == other[i]:
            return True
    try:
        a, b = date.fromisoformat(one), date.fromisoformat(other)
    except ValueError:
        return False
    if (a.month, a.day) == (b.month, b.day):
        return abs(a.year - b.year) in (1, 100)
    return (a.year, a.month, a.day) == (b.year, b.day, b.month)
