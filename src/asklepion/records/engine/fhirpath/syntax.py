"""From the text of an expression to a tree. Source: https://hl7.org/fhirpath/N1/#grammar

A tree is never deeper than `DEPTH_MOST`: chains of steps and of equal operators are lists in it.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn

from ....kit.errors import Incorrect
from .moments import Moment
from .units import CALENDAR, Quantity

LENGTH_MOST = 20_000  # characters
DEPTH_MOST = 60  # brackets within brackets

POWERS = {
    **dict.fromkeys(("implies",), 1),
    **dict.fromkeys(("or", "xor"), 2),
    **dict.fromkeys(("and",), 3),
    **dict.fromkeys(("in", "contains"), 4),
    **dict.fromkeys(("=", "~", "!=", "!~"), 5),
    **dict.fromkeys(("<", "<=", ">", ">="), 6),
    **dict.fromkeys(("|",), 7),
    **dict.fromkeys(("is", "as"), 8),
    **dict.fromkeys(("+", "-", "&"), 9),
    **dict.fromkeys(("*", "/", "div", "mod"), 10),
}
TYPE_POWER = 8
SIGN_POWER = 11
RESERVED = {"and", "or", "xor", "implies", "div", "mod", "true", "false"}  # as a first step

TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)"
    r"|(?P<moment>@(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?"
    r"|\d{4}(?:-\d\d(?:-\d\d)?)?"
    r"(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?))"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<quoted>`(?:[^`\\]|\\.)*`)"
    r"|(?P<text>'(?:[^'\\]|\\.)*')"
    r"|(?P<variable>%(?:[A-Za-z_][\w-]*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|\"[^\"\\]*\"))"
    r"|(?P<dollar>\$\w+)"
    r"|(?P<symbol><=|>=|!=|!~|[-+*/&|=~<>.,()\[\]{}])",
    re.ASCII | re.DOTALL,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the expression; several never, none for `{}`."""

    at: int
    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A step to elements of this name, or a type's name at the beginning."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A step through a function."""

    at: int
    name: str
    args: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True)
class Index:
    """A step to one of several."""

    at: int
    of: "Tree"


@dataclass(frozen=True, slots=True)
class Variable:
    """%name, or $this, $index and $total under their names with the dollar."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A beginning and the steps from there; without a beginning the first step is from $this."""

    at: int
    head: "Tree | None"
    steps: tuple[Name | Call | Index, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Plus or minus before a term."""

    at: int
    sign: str
    of: "Tree"


@dataclass(frozen=True, slots=True)
class Operation:
    """Operators of one strength, from left to right."""

    at: int
    first: "Tree"
    rest: "tuple[tuple[str, int, Tree], ...]"


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`is` and `as` with the name of a type, its namespace before it or empty."""

    at: int
    op: str
    of: "Tree"
    type: tuple[str, str]


Tree = Literal | Variable | Chain | Sign | Operation | TypeTest


class Token(NamedTuple):
    """One word of an expression."""

    kind: str
    text: str
    at: int


def wrong(at: int, text: str) -> Incorrect:
    """The error for what stands at a place in an expression."""
    return Incorrect(f"FHIRPath, character {at + 1}: {text}")


def parse(text: str) -> Tree:
    """The tree of an expression.

    Raises:
        Incorrect: it is none, is longer than `LENGTH_MOST` or deeper than `DEPTH_MOST`.
    """
    if len(text) > LENGTH_MOST:
        raise Incorrect(f"A FHIRPath expression has {LENGTH_MOST} characters at most.")
    return _Parser(_tokens(text)).whole()


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise wrong(at, "cannot be read.")
        if match.lastgroup == "symbol" and text.startswith("/*", at):
            raise wrong(at, "this comment has no end.")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match[0], at))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else ESCAPES.get(code, code)

    return ESCAPE.sub(one, text) if "\\" in text else text


class _Parser:
    """Reads tokens by the strength of operators."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _is(self, *texts: str) -> bool:
        token = self._token
        return token.kind in ("symbol", "word") and token.text in texts

    def _expect(self, symbol: str) -> None:
        if not self._is(symbol):
            raise wrong(self._token.at, f"“{symbol}” is expected.")
        self._next += 1

    def _lost(self) -> NoReturn:
        what = "the expression ends too early." if self._token.kind == "end" else "not expected."
        raise wrong(self._token.at, what)

    def whole(self) -> Tree:
        tree = self._expression(0)
        if self._token.kind != "end":
            self._lost()
        return tree

    def _expression(self, least: int) -> Tree:
        self._depth += 1
        if self._depth > DEPTH_MOST:
            raise wrong(self._token.at, f"deeper than {DEPTH_MOST} levels.")
        left = self._signed()
        while self._token.kind in ("symbol", "word"):
            power = POWERS.get(self._token.text, 0)
            if power <= least:
                break
            left = self._typed(left) if power == TYPE_POWER else self._operation(left, power)
        self._depth -= 1
        return left

    def _operation(self, first: Tree, power: int) -> Tree:
        rest: list[tuple[str, int, Tree]] = []
        while self._token.kind in ("symbol", "word") and POWERS.get(self._token.text) == power:
            token = self._take()
            rest.append((token.text, token.at, self._expression(power)))
        return Operation(rest[0][1], first, tuple(rest))

    def _typed(self, of: Tree) -> Tree:
        token = self._take()
        names = [self._name()]
        while self._is("."):
            self._next += 1
            names.append(self._name())
        return TypeTest(token.at, token.text, of, type_name(names, token.at))

    def _signed(self) -> Tree:
        if self._is("+", "-"):
            token = self._take()
            self._depth += 1
            if self._depth > DEPTH_MOST:
                raise wrong(token.at, f"deeper than {DEPTH_MOST} levels.")
            tree = Sign(token.at, token.text, self._signed())
            self._depth -= 1
            return tree
        return self._chain()

    def _chain(self) -> Tree:
        at = self._token.at
        head = self._head()
        steps: list[Name | Call | Index] = []
        if head is None:
            steps.append(self._step())
        while self._is(".", "["):
            token = self._take()
            if token.text == ".":
                steps.append(self._step())
            else:
                steps.append(Index(token.at, self._expression(0)))
                self._expect("]")
        return head if head is not None and not steps else Chain(at, head, tuple(steps))

    def _head(self) -> Tree | None:
        """What a chain begins with; None when that is a step."""
        token = self._token
        if self._is("("):
            self._next += 1
            tree = self._expression(0)
            self._expect(")")
            return tree
        if token.kind == "word" and token.text in ("true", "false"):
            self._next += 1
            return Literal(token.at, (token.text == "true",))
        if token.kind == "word" and token.text in RESERVED:
            self._lost()
        if token.kind in ("word", "quoted"):
            return None
        self._next += 1
        match token.kind:
            case "text":
                return Literal(token.at, (_unescaped(token.text[1:-1]),))
            case "number":
                return Literal(token.at, (self._number(token),))
            case "moment":
                return Literal(token.at, (self._moment(token),))
            case "variable" | "dollar":
                return self._variable(token)
            case "symbol" if token.text == "{":
                self._expect("}")
                return Literal(token.at, ())
            case _:
                self._next -= 1
                self._lost()

    def _number(self, token: Token) -> Any:
        is_whole = "." not in token.text
        unit = self._token
        if unit.kind == "text":
            self._next += 1
            return Quantity.named(Decimal(token.text), _unescaped(unit.text[1:-1]))
        if unit.kind == "word" and unit.text in CALENDAR:
            self._next += 1
            return Quantity.named(Decimal(token.text), unit.text)
        if is_whole and (len(token.text) > 10 or int(token.text) >= 2**31):
            raise wrong(token.at, "an integer has 32 bits at most.")
        return int(token.text) if is_whole else Decimal(token.text)

    @staticmethod
    def _moment(token: Token) -> Moment:
        text = token.text[1:]
        moment = Moment.parse(text, "time" if text[0] == "T" else "")
        if moment is None:
            raise wrong(token.at, "there is no such date or time.")
        return moment

    @staticmethod
    def _variable(token: Token) -> Tree:
        if token.kind == "variable":
            name = token.text[1:]
            return Variable(token.at, _unescaped(name[1:-1]) if name[0] in "`'\"" else name)
        if token.text not in ("$this", "$index", "$total"):
            raise wrong(token.at, "$this, $index and $total are all there is.")
        return Variable(token.at, token.text)

    def _name(self) -> str:
        token = self._take()
        if token.kind == "word":
            return token.text
        if token.kind == "quoted":
            return _unescaped(token.text[1:-1])
        self._next -= 1
        self._lost()

    def _step(self) -> Name | Call:
        if self._token.kind == "dollar" and self._next and self._tokens[self._next - 1].text == ".":
            self._lost()
        at = self._token.at
        name = self._name()
        if not self._is("("):
            return Name(at, name)
        self._next += 1
        args: list[Tree] = []
        while not self._is(")"):
            if args:
                self._expect(",")
            args.append(self._expression(0))
        self._next += 1
        return Call(at, name, tuple(args))


def type_name(names: list[str], at: int) -> tuple[str, str]:
    """Namespace and name of a type.

    Raises:
        Incorrect: there are more names than two.
    """
    if len(names) > 2:
        raise wrong(at, "a type has a name and a namespace before it at most.")
    return (names[0], names[1]) if len(names) == 2 else ("", names[0])


def type_of_argument(tree: Tree) -> tuple[str, str]:
    """The type that an argument names, as in ofType(FHIR.Patient).

    Raises:
        Incorrect: it is no name.
    """
    if isinstance(tree, Chain) and tree.head is None:
        names = [step.name for step in tree.steps if isinstance(step, Name)]
        if len(names) == len(tree.steps):
            return type_name(names, tree.at)
    raise wrong(tree.at, "the name of a type is expected.")


def variables_in(tree: Tree) -> dict[str, int]:
    """Every %name that a tree asks for, with where it first stands."""
    found: dict[str, int] = {}
    waiting: list[Tree] = [tree]
    while waiting:
        match waiting.pop():
            case Variable(at, name):
                if not name.startswith("$"):
                    found[name] = min(at, found.get(name, at))
            case Sign(_, _, of) | TypeTest(_, _, of, _):
                waiting.append(of)
            case Operation(_, first, rest):
                waiting += [first, *(it for _, _, it in rest)]
            case Chain(_, head, steps):
                waiting += [head] if head is not None else []
                for step in steps:
                    if isinstance(step, Call):
                        waiting += step.args
                    elif isinstance(step, Index):
                        waiting.append(step.of)
            case Literal():
                pass
    return found
