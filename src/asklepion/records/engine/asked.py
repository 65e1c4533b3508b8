"""What stands in the URL of a search, taken apart: alternatives, prefixes, amounts, dates."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from asklepion.kit.errors import Incorrect

from .dates import span_of

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
ALTERNATIVES_MOST = 200  # values joined by commas
LENGTH_MOST = 4096  # of one parameter's value
WORDS_MOST = 20  # of a text to look for
NEAR = Decimal("0.1")  # how far `ap` (approximately) reaches, as a share

Bound = tuple[str, str, int | float]  # column, comparison, value
Either = list[list[Bound]]  # alternatives, each of bounds one row must keep


class NotUnderstood(Incorrect):
    """A parameter or modifier that a lenient caller lets us leave out."""


@dataclass(frozen=True)
class Asked:
    """One parameter as it was asked: its full name for messages, its modifier and value."""

    name: str
    modifier: str
    value: str

    def wrong(self, hint: str) -> Incorrect:
        """The value cannot be read; says what would be, and never repeats it."""
        return Incorrect(f"The value of {shown(self.name)} cannot be read.", hint=hint)

    def refuse_modifier(self) -> NotUnderstood:
        """The modifier is not for this parameter, or not done here."""
        return NotUnderstood(
            f"The modifier in {shown(self.name)} is not understood.", hint="Leave it out."
        )

    def words(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words of a text, if there are any and not too many."""
        if not 0 < len(words) <= WORDS_MOST:
            raise self.wrong(f"Give one to {WORDS_MOST} words.")
        return words

    def alternatives(self) -> list[str]:
        """The values joined by commas, still escaped inside."""
        if len(self.value) > LENGTH_MOST:
            raise self.wrong(f"Send at most {LENGTH_MOST} characters.")
        values = split(self.value, ",")
        if len(values) > ALTERNATIVES_MOST:
            raise self.wrong(f"Ask for at most {ALTERNATIVES_MOST} values at once.")
        if not all(values):
            raise self.wrong("Give a value, and one after every comma.")
        return values


def shown(name: str) -> str:
    """A parameter's name, fit for a message."""
    return re.sub(r"[^\w:.-]", "?", name)[:80]


def split(text: str, mark: str) -> list[str]:
    """Parts between marks; a mark after a backslash is none."""
    if "\\" not in text:
        return text.split(mark)
    parts, start, at = list[str](), 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == mark:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def unescape(text: str) -> str:
    r"""Text without the backslashes before `,` `|` `$` and `\`."""
    return re.sub(r"\\([,|$\\])", r"\1", text)


def take_prefix(text: str) -> tuple[str, str]:
    """A comparison and what is compared with; `eq` where none is written."""
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def date_bounds(asked: Asked, text: str, now_us: int) -> Either:
    """What a row's span (lo, hi) must keep.

    Source: https://hl7.org/fhir/R4/search.html#prefix
    """
    prefix, date = take_prefix(text)
    span = span_of(date)
    if span is None:
        raise asked.wrong("Write a date as 2026-03-01, with time and zone if there is a time.")
    lo, hi = span
    match prefix:
        case "eq":
            return [[("lo", ">=", lo), ("hi", "<=", hi)]]
        case "ne":
            return [[("lo", "<", lo)], [("hi", ">", hi)]]
        case "gt":
            return [[("hi", ">", hi)]]
        case "lt":
            return [[("lo", "<", lo)]]
        case "ge":
            return [[("lo", ">=", lo)], [("hi", ">", hi)]]
        case "le":
            return [[("hi", "<=", hi)], [("lo", "<", lo)]]
        case "sa":
            return [[("lo", ">", hi)]]
        case "eb":
            return [[("hi", "<", lo)]]
        case _:  # ap
            reach = int(abs(now_us - lo) * NEAR)
            return [[("lo", "<=", hi + reach), ("hi", ">=", lo - reach)]]


def number_bounds(asked: Asked, text: str) -> Either:
    """What a row's value must keep; 100 means 99.5 to 100.5, and 100.0 means 99.95 to 100.05.

    Source: https://hl7.org/fhir/R4/search.html#number
    """
    prefix, digits = take_prefix(text)
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise asked.wrong("Write a number as 5.4, or 5.4e3.") from None
    _, _, exponent = number.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > 300 or abs(number.adjusted()) > 300:
        raise asked.wrong("Write a number as 5.4, or 5.4e3.")
    half = Decimal(5).scaleb(exponent - 1)
    value = float(number)
    below = min(float(number - half), value)  # written more exactly than it can be kept
    above = max(float(number + half), math.nextafter(value, math.inf))
    match prefix:
        case "eq":
            return [[("value", ">=", below), ("value", "<", above)]]
        case "ne":
            return [[("value", "<", below)], [("value", ">=", above)]]
        case "gt" | "sa":
            return [[("value", ">", value)]]
        case "lt" | "eb":
            return [[("value", "<", value)]]
        case "ge":
            return [[("value", ">=", value)]]
        case "le":
            return [[("value", "<=", value)]]
        case _:  # ap
            reach = abs(number) * NEAR
            return [
                [("value", ">=", float(number - reach)), ("value", "<=", float(number + reach))]
            ]


def quantity_parts(asked: Asked, text: str) -> tuple[str, str | None]:
    """The number with its prefix, and the unit in the form the index keeps it."""
    number, *unit = split(text, "|")
    if len(unit) not in (0, 2):
        raise asked.wrong("Write a quantity as 5.4|http://unitsofmeasure.org|mg, or 5.4||mg.")
    return number, (unit_form(*map(unescape, unit)) if unit and unit[1] else None)


def unit_form(system: str, code: str) -> str:
    """A unit as the index keeps it: with its system only if that is not UCUM."""
    return code if system in ("", "http://unitsofmeasure.org") else f"{system}|{code}"


def one_of(asked: Asked, choices: Sequence[str]) -> str:
    """The value, if it is one of these."""
    if asked.value not in choices:
        raise asked.wrong(f"Write {', '.join(choices[:-1])} or {choices[-1]}.")
    return asked.value
