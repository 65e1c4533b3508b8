"""Values of each kind of search parameter as clauses."""

from ..wire import AllOf, AnyOf, Clause, Match, Not, Table, Within
from .asked import Asked, date_bounds, number_bounds, quantity_parts, split, unescape
from .index import Indexer
from .kept import Kept, any_of
from .keys import IDENTIFIER
from .parameters import Parameter, is_type, own_rows, part_of
from .values import roots_of
from .valuesets import ValueSets
from .words import normalise, words_of

WITHOUT_SYSTEM = frozenset({"code", "boolean", "id", "string", "uri"})  # types at a way's end


class Kinds:
    """Writes a clause for one parameter of a kind."""

    def __init__(self, kept: Kept, indexer: Indexer, now_us: int, value_sets: ValueSets) -> None:
        self.kept = kept
        self._keys = indexer.keys
        self._base = indexer.base
        self.now_us = now_us
        self._value_sets = value_sets

    # ------------------------------------------------------------ tokens

    def token(self, parameter: Parameter, asked: Asked) -> Clause:
        """Codes, identifiers, yes and no. https://hl7.org/fhir/R4/search.html#token"""
        match asked.modifier:
            case "" | "not":
                keys = [
                    self._token_key(it, asked, text)
                    for it in own_rows(parameter)
                    for text in asked.alternatives()
                ]
            case "in" | "not-in":
                keys = self._in_value_set(parameter, asked)
            case "of-type":
                keys = self._of_type(parameter, asked)
            case "text":
                return self._token_text(parameter, asked)
            case "above" | "below":
                keys = self._related(parameter, asked)
            case _:
                raise asked.refuse_modifier()
        match_ = Match(Table.TOKEN, (self.kept.test("k", keys),)) if keys else AnyOf(())
        return Not(match_) if asked.modifier in ("not", "not-in") else match_

    def _token_key(self, parameter: Parameter, asked: Asked, text: str, mark: str = "") -> int:
        number = parameter.number
        system, code, has_bar = self.coding(parameter, asked, text)
        if not has_bar:
            return self._keys.code(number, code, mark)
        if code:
            return self._keys.coding(number, system, code, mark)
        return self._keys.system(number, system, mark)

    @staticmethod
    def coding(parameter: Parameter, asked: Asked, text: str) -> tuple[str, str, bool]:
        """System, code, and whether a bar between them was written."""
        parts = [unescape(part) for part in split(text, "|")]
        if len(parts) > 2 or not any(parts):
            raise asked.wrong("Write a code, system|code, |code or system|.")
        ends = {end for _, end, _ in parameter.ways}
        if len(parts) == 2 and parts[1] and parameter.kind == "token" and ends <= WITHOUT_SYSTEM:
            return "", parts[1], False  # its system is known from the element alone
        return (parts[0], parts[1], True) if len(parts) == 2 else ("", parts[0], False)

    def _in_value_set(self, parameter: Parameter, asked: Asked) -> list[int]:
        codings = [
            coding
            for text in asked.alternatives()
            for coding in self._value_sets.codings(asked, unescape(text))
        ]
        return self._coding_keys(parameter, codings)

    def _related(self, parameter: Parameter, asked: Asked) -> list[int]:
        """Down or up a code system. https://hl7.org/fhir/R4/search.html#token"""
        codings: list[tuple[str, str]] = []
        for text in asked.alternatives():
            parts = [unescape(part) for part in split(text, "|")]
            if len(parts) != 2 or not all(parts):
                raise asked.wrong("Write system|code: a code is above another in its own system.")
            is_above = asked.modifier == "above"
            codings += self._value_sets.related(asked, *parts, is_above=is_above)
        return self._coding_keys(parameter, codings)

    def _coding_keys(self, parameter: Parameter, codings: list[tuple[str, str]]) -> list[int]:
        ends = {end for _, end, _ in parameter.ways}
        keys: list[int] = []
        for it in own_rows(parameter):
            for system, code in codings:
                bare = ends <= WITHOUT_SYSTEM or not system
                key = self._keys.code if bare else None
                keys.append(
                    key(it.number, code) if key else self._keys.coding(it.number, system, code)
                )
        return keys

    def _of_type(self, parameter: Parameter, asked: Asked) -> list[int]:
        keys: list[int] = []
        for text in asked.alternatives():
            parts = [unescape(part) for part in split(text, "|")]
            if len(parts) != 3 or not all(parts[1:]):
                raise asked.wrong("Write system|code|value: the identifier's type and value.")
            keys += [self._keys.of_type(it.number, *parts) for it in own_rows(parameter)]
        return keys

    def _token_text(self, parameter: Parameter, asked: Asked) -> Clause:
        """Every word stands in a display or text of the token."""
        numbers = [it.number for it in own_rows(parameter)]
        each: list[Clause] = []
        for text in asked.alternatives():
            words = asked.words(words_of(unescape(text)))
            keys = [[self._keys.words(number, (word,))[0] for number in numbers] for word in words]
            each.append(
                AllOf(tuple(Match(Table.TOKEN, (self.kept.test("k", some),)) for some in keys))
            )
        return any_of(each)

    # ------------------------------------------------------------ addresses

    def uri(self, parameter: Parameter, asked: Asked) -> Clause:
        """Addresses. https://hl7.org/fhir/R4/search.html#uri"""
        texts = [unescape(text) for text in asked.alternatives()]
        numbers = [it.number for it in own_rows(parameter)]
        match asked.modifier:
            case "":
                keys = [self._keys.uri(number, text) for number in numbers for text in texts]
            case "below":
                keys = [key for n in numbers for text in texts for key in self._below(n, text)]
            case "above":
                above = [root for text in texts for root in (text, *_above(text))]
                keys = [self._keys.uri(number, text) for number in numbers for text in above]
            case _:
                raise asked.refuse_modifier()
        return Match(Table.TOKEN, (self.kept.test("k", keys),))

    def _below(self, number: int, text: str) -> list[int]:
        root = text if text.endswith("/") else f"{text}/"
        return [self._keys.uri(number, text), self._keys.below(number, root)]

    # ------------------------------------------------------------ references

    def reference(self, parameter: Parameter, asked: Asked) -> Clause:
        """References. https://hl7.org/fhir/R4/search.html#reference"""
        rows = own_rows(parameter)
        if asked.modifier in ("above", "below"):
            return self._within(parameter, asked)
        if asked.modifier == "identifier":
            keys = [
                self._token_key(it, asked, text, IDENTIFIER)
                for it in rows
                for text in asked.alternatives()
            ]
            return Match(Table.TOKEN, (self.kept.test("k", keys),))
        if asked.modifier and not is_type(asked.modifier):
            raise asked.refuse_modifier()
        targets = [
            self._keys.target(target)
            for text in asked.alternatives()
            for target in self.targets(parameter, asked, unescape(text))
        ]
        if not targets:
            return AnyOf(())
        param = self.kept.test("param", [it.number for it in rows])
        return Match(Table.REFERENCE, (param, self.kept.test("target", targets)))

    def targets(self, parameter: Parameter, asked: Asked, text: str) -> list[str]:
        """What a reference may be written as in the index; an id alone may be of several types."""
        text = text.removeprefix(self._base).partition("/_history/")[0]
        modifier = asked.modifier if is_type(asked.modifier) else ""
        if "/" not in text and ":" not in text:
            types = [modifier] if modifier else list(parameter.targets)
            if not types and not parameter.targets and _goes_by_address(parameter):
                return [text]
            if not types:
                raise asked.wrong("Write the type as well: Patient/1.")
            return [f"{type}/{text}" for type in types]
        type, _, rest = text.partition("/")
        is_here = is_type(type) and "/" not in rest
        wanted = modifier or parameter.only
        return [] if is_here and wanted and type != wanted else [text]

    def _within(self, parameter: Parameter, asked: Asked) -> Clause:
        """Down or up a hierarchy. https://hl7.org/fhir/R4/search.html#recursive"""
        wholes = {type: part_of(type) for type in parameter.targets}
        trees = {type: it for type, it in wholes.items() if it}
        if not trees:
            raise asked.refuse_modifier()
        each: list[Clause] = []
        for text in asked.alternatives():
            for target in self.targets(parameter, asked, unescape(text)):
                by = trees.get(target.partition("/")[0])
                if by:
                    params = tuple(self.kept.hold(it.number) for it in own_rows(parameter))
                    root = self.kept.hold(self._keys.target(target))
                    is_above = asked.modifier == "above"
                    part = self.kept.hold(by.number)
                    each.append(Within(params, part, (root,), is_above))
        return any_of(each)

    # ------------------------------------------------------------ dates, texts, amounts

    def date(self, parameter: Parameter, asked: Asked) -> Clause:
        """Spans of time. https://hl7.org/fhir/R4/search.html#date"""
        if asked.modifier:
            raise asked.refuse_modifier()
        each = [date_bounds(asked, text, self.now_us) for text in asked.alternatives()]
        numbers = [it.number for it in own_rows(parameter)]
        return self.kept.rows(Table.DATE, "param", numbers, [way for it in each for way in it])

    def string(self, parameter: Parameter, asked: Asked) -> Clause:
        """Texts. https://hl7.org/fhir/R4/search.html#string"""
        numbers = [it.number for it in own_rows(parameter)]
        texts = [unescape(text) for text in asked.alternatives()]
        if asked.modifier == "exact":
            keys = [self._keys.exact(number, text) for number in numbers for text in texts]
            return Match(Table.TOKEN, (self.kept.test("k", keys),))
        words = [self.normal(asked, text) for text in texts]
        if asked.modifier == "contains":
            tests = [self.kept.contains("value", word) for word in words]
        elif asked.modifier == "":
            tests = [self.kept.prefix("value", word) for word in words]
        else:
            raise asked.refuse_modifier()
        param = self.kept.test("param", numbers)
        return any_of(Match(Table.STRING, (param, *them)) for them in tests)

    @staticmethod
    def normal(asked: Asked, text: str) -> str:
        """A text as the index keeps it."""
        words = normalise(text)
        if not words:
            raise asked.wrong("Give at least one letter or digit.")
        return words

    def number(self, parameter: Parameter, asked: Asked) -> Clause:
        """Numbers. https://hl7.org/fhir/R4/search.html#number"""
        if asked.modifier:
            raise asked.refuse_modifier()
        each = [number_bounds(asked, unescape(text)) for text in asked.alternatives()]
        numbers = [it.number for it in own_rows(parameter)]
        return self.kept.rows(
            Table.NUMBER, "param", numbers, [way for ways in each for way in ways]
        )

    def quantity(self, parameter: Parameter, asked: Asked) -> Clause:
        """Amounts. https://hl7.org/fhir/R4/search.html#quantity"""
        if asked.modifier:
            raise asked.refuse_modifier()
        numbers = [it.number for it in own_rows(parameter)]
        clauses: list[Clause] = []
        for text in asked.alternatives():
            number, unit = quantity_parts(asked, text)
            bounds = number_bounds(asked, number)
            if unit is None:
                clauses.append(self.kept.rows(Table.NUMBER, "param", numbers, bounds))
            else:
                keys = [self._keys.unit(it, unit) for it in numbers]
                clauses.append(self.kept.rows(Table.TOKEN_NUMBER, "k", keys, bounds))
        return any_of(clauses)


def _goes_by_address(parameter: Parameter) -> bool:
    return any(end in ("canonical", "uri") for it in own_rows(parameter) for _, end, _ in it.ways)


def _above(uri: str) -> list[str]:
    """What a URI lies below, with and without the slash at the end."""
    return [form for root in roots_of(uri) for form in (root, root.rstrip("/"))]
